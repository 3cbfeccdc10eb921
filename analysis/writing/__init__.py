"""Files and folders written whole or not at all; paths opened only where ordinary files stand."""

from analysis.writing.files import (
    PDF_MARK,
    Output,
    check_target,
    recover_files,
    write_file,
    write_files,
)
from analysis.writing.leftovers import settle_files

__all__ = [
    "PDF_MARK",
    "Output",
    "check_target",
    "recover_files",
    "settle_files",
    "write_file",
    "write_files",
]
