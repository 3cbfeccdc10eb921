"""Keep a benchmark's table beside it, with when and where it was measured."""

import os
import platform
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd


def keep_table(benchmark: str, text: str) -> None:
    """Print a table, and write it to the benchmark's own .md file.

    Args:
        benchmark: the benchmark's `__file__`.
        text: the table and what is said of it.
    """
    load = f", load {os.getloadavg()[0]:.1f} at the end" if hasattr(os, "getloadavg") else ""
    stamp = (
        f"{date.today().isoformat()}, Python {platform.python_version()}, numpy {np.__version__}, "
        f"pandas {pd.__version__}, {platform.system()} {platform.machine()}, {os.cpu_count()} "
        f"cores{load}."
    )
    whole = f"{text.rstrip()}\n\n{stamp}\n"
    print(whole)
    Path(benchmark).with_suffix(".md").write_text(whole, encoding="utf-8")
