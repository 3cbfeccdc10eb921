"""What is installed is what was meant: every file by its hash, and bounds that were tried."""

import re
from pathlib import Path

from lowest import lowest_pins

from analysis.selfcheck.__main__ import read_pins

ROOT = Path(__file__).resolve().parents[2]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")
MANY_PLATFORMS = ("numpy", "pandas", "pyarrow", "scipy", "typst", "msgspec")


def entries():
    """(requirement, its hashes) for each requirement of the lock."""
    for entry in re.split(r"\n(?=\S)", LOCK.rstrip("\n")):
        first, *hashes = entry.split("\n")
        yield first, hashes


def test_every_requirement_has_hashes_and_nothing_else():
    for first, hashes in entries():
        assert first.endswith(" \\")
        assert hashes, first
        assert all(HASH.fullmatch(line) for line in hashes), first
        assert len(set(hashes)) == len(hashes)


def test_compiled_packages_have_the_hashes_of_other_platforms_too():
    told = dict.fromkeys(MANY_PLATFORMS, 0)
    for first, hashes in entries():
        name = first.partition("==")[0]
        if name in told:
            told[name] = max(told[name], len(hashes))
    assert min(told.values()) >= 8, told


def test_no_address_stands_in_the_lock():
    assert not re.search(r"://|@|^ *-", LOCK.replace("    --hash=sha256:", ""), re.MULTILINE)


def test_the_selfcheck_reads_plain_versions_from_the_lock():
    for versions in read_pins().values():
        assert all(re.fullmatch(r"[0-9][\w.+!]*", version) for version in versions)


def test_setup_asks_for_hashes():
    assert "--require-hashes -r requirements.lock" in MAKEFILE


def test_the_lowest_versions_are_one_plain_pin_for_each_package():
    pins = lowest_pins()
    assert all(re.fullmatch(r"[\w-]+(\[\w+\])?==[0-9.]+", pin) for pin in pins)
    assert "tests.lowest" in MAKEFILE
    assert len({pin.partition("==")[0] for pin in pins}) == len(pins)
