"""A report needs none of the packages that only notebooks, Parquet, tests and the twin need."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[2]
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"][
    "optional-dependencies"
]
IMPORTED_AS = {"great-tables": "great_tables", "dask[distributed]": "dask", "pyyaml": "yaml"}
SHARED = {"pytest", "pytest-xdist", "axe-core-python"}
pytestmark = pytest.mark.slow


def names_of_extras():
    names = {entry.split(">=")[0] for part in EXTRAS.values() for entry in part}
    return sorted(IMPORTED_AS.get(name, name) for name in names - SHARED)


def run_without_extras(folder, *words):
    """Run `therapy-formats` where importing a package of an extra fails as if it were not there."""
    code = (
        "import sys\n"
        f"sys.modules.update(dict.fromkeys({names_of_extras()!r}))\n"
        "from analysis.__main__ import main\n"
        f"sys.exit(main({list(words)!r}))\n"
    )
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "MPLBACKEND": "agg", "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_packages_left_out_are_those_of_the_extras():
    assert {"great_tables", "pyarrow", "statsmodels", "jupyterlab", "dask"} <= set(
        names_of_extras()
    )


def test_report_check_and_verify_work_with_everything_beside_the_report(tmp_path):
    folder = tmp_path / "our records"
    folder.mkdir()
    beside = ["--family", "family.pdf", "--figures", "pictures", "--tables", "results.xlsx"]
    made = run_without_extras(folder, "report", *beside, "--text")
    assert made.returncode == 0, made.stdout + made.stderr
    assert {"summary.pdf", "family.pdf", "results.xlsx"} <= {p.name for p in folder.iterdir()}
    found = json.loads((folder / "summary.json").read_text("utf-8"))
    versions = {row["name"]: row["value"] for row in found["certainty"]["versions"]}
    assert versions["numpy"]
    told = run_without_extras(folder, "verify", "summary.pdf")
    assert told.returncode == 0, told.stdout + told.stderr
    checked = run_without_extras(folder, "check", str(ROOT / "data" / "sample"))
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_selfcheck_and_parquet_say_what_is_not_there_and_how_to_get_it(tmp_path):
    frame = pd.DataFrame({"child_id": ["C1"], "goal_id": ["G1"]})
    frame.to_parquet(tmp_path / "goals.parquet")
    refused = run_without_extras(tmp_path, "check", "goals.parquet")
    assert refused.returncode != 0
    assert 'pip install "therapy-formats[parquet]"' in refused.stdout + refused.stderr
    done = run_without_extras(tmp_path, "selfcheck")
    assert done.returncode == 0, done.stdout + done.stderr
    assert 'pip install "therapy-formats[selfcheck]"' in done.stdout
    assert "Nothing failed." in done.stdout


def test_a_network_is_invented_and_pooled(tmp_path):
    invented = run_without_extras(tmp_path, "network", "invent", "net", "--clinics", "3")
    assert invented.returncode == 0, invented.stdout + invented.stderr
    pooled = run_without_extras(tmp_path, "network", "report", "net", "--output", "net.pdf")
    assert pooled.returncode == 0, pooled.stdout + pooled.stderr
    assert (tmp_path / "net.pdf").read_bytes().startswith(b"%PDF-")
