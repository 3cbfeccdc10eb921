"""Mutants: each takes one rule away; the tests named must notice (`make mutants`).

A mutant is an exact text of the package and what stands in its place. It is tried in a copy of
the project in a temporary folder, so that the project itself is never touched.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COPIED = ("analysis", "tests", "data", "pyproject.toml", "requirements.lock")

MUTANTS = (
    # name, file, text, in its place, tests that must notice
    (
        "counts are exact",
        "disclosure/rules.py",
        "ROUND_TO = 5",
        "ROUND_TO = 1",
        "disclosure/test_rules",
    ),
    (
        "small groups are shown",
        "disclosure/rules.py",
        "return n_children >= settings.smallest_cell",
        "return n_children >= 1",
        "disclosure/test_rules",
    ),
    (
        "a word pins a share",
        "disclosure/rules.py",
        "if not surely_twice(n_all, settings):\n        return None, None",
        "if not enough(n_all, settings):\n        return None, None",
        "disclosure/test_rules",
    ),
    (
        "a low count is printed as 10",
        "disclosure/rules.py",
        "return max(_round_to_steps(n), lowest)",
        "return _round_to_steps(n)",
        "disclosure/test_rules",
    ),
    (
        "close steps are both shown",
        "disclosure/rules.py",
        "if all(d == 0 or d >= settings.smallest_cell for d in apart):",
        "if True:",
        "disclosure/test_rules",
    ),
    (
        "a mean tells few off its end",
        "disclosure/rules.py",
        "if not enough_aside(n_inside, settings):",
        "if False:",
        "disclosure/test_means",
    ),
    (
        "a mean is fine near the end of its scale",
        "disclosure/rules.py",
        "return times if enough_aside(most * off_an_end - SLACK, settings) else ROUGHEST",
        "return times",
        "disclosure/test_means",
    ),
    (
        "a spread tells a third value",
        "disclosure/rules.py",
        "return n_others == 0 or enough_aside(n_others, settings)",
        "return True",
        "disclosure/test_means",
    ),
    (
        "twice the smallest cell is judged exactly",
        "disclosure/rules.py",
        "return enough(n, settings) and count_at_least(n, settings) >= least",
        "return n >= least",
        "disclosure/test_means",
    ),
    (
        "differences of traits held back are told",
        "disclosure/cohort.py",
        "if trait not in told:",
        "if False:",
        "disclosure/test_enumeration",
    ),
    (
        "a share of goals has one side",
        "disclosure/cohort.py",
        "if not enough_aside(int((values > 0).sum()), settings):",
        "if False:",
        "disclosure/test_means",
    ),
    (
        "more children are counted from the exact interval",
        "disclosure/comparisons.py",
        "error = (high - low) / 2 / float",
        "error = (high - low) / float",
        "disclosure/test_means",
    ),
    (
        "degrees of freedom are exact",
        "disclosure/rules.py",
        "return float(max((df for df in DF_STEPS if df <= value), default=0)) or None",
        "return value",
        "disclosure/test_means",
    ),
    (
        "few attained goals are told",
        "disclosure/permission.py",
        "if all(enough(int((side & (received == f)).sum()), study.settings) for side in sides)",
        "if True",
        "disclosure/test_means",
    ),
    (
        "models without freedom are shown",
        "disclosure/rules.py",
        "sum(sizes) - n_columns >= settings.residual_df",
        "True",
        "disclosure/test_rules",
    ),
    (
        "nearly equal analyses are both shown",
        "disclosure/permission.py",
        "return all(n == 0 or enough(n, study.settings) for n in children.values())",
        "return True",
        "disclosure/test_analyses",
    ),
    (
        "a close group gets new numbers",
        "disclosure/ledger.py",
        "return CLOSE if min(moved) < smallest else APART",
        "return APART",
        "disclosure/test_previous",
    ),
    (
        "a group too small to print is forgotten",
        "disclosure/ledger.py",
        "if max(now.bit_count(), then.bit_count()) >= smallest]",
        "if then.bit_count() >= smallest]",
        "disclosure/test_previous",
    ),
    (
        "digests of children have no key",
        "disclosure/ledger.py",
        "return hmac.digest(self._key, message,",
        'return hmac.digest(b"", message,',
        "disclosure/test_previous",
    ),
    (
        "a changed summary is believed",
        "disclosure/previous.py",
        "if not is_whole(previous):",
        "if False:",
        "disclosure/test_previous",
    ),
    (
        "a summary that others sealed is believed",
        "disclosure/previous.py",
        "if ledger is not None and not is_of_ledger(previous, ledger):",
        "if False:",
        "disclosure/test_previous",
    ),
    (
        "an edited ledger is believed",
        "disclosure/ledger.py",
        "if not hmac.compare_digest(content.seal, _seal(content)):",
        "if False:",
        "disclosure/test_private",
    ),
    (
        "a look beside an almost equal one is shown",
        "disclosure/ledger.py",
        "return n_differ == 0 or n_differ >= smallest",
        "return True",
        "notebook/test_choices",
    ),
    (
        "a study that was not told of earlier reports follows one",
        "disclosure/release.py",
        "if study.look != place_look(earlier, study.cohort.table, study.settings):",
        "if False:",
        "disclosure/test_chain",
    ),
    (
        "only the reports in a row count as spent",
        "disclosure/ledger.py",
        "together = self._find_tree(report)",
        "together = chain",
        "disclosure/test_chain",
    ),
    (
        "few new children of a format are shown",
        "comparison/newcomers.py",
        "if all(min(n_new[f], n_old[f]) >= smallest for f in parts):",
        "if True:",
        "comparison/test_newcomers",
    ),
    (
        "few children who left do not matter",
        "comparison/newcomers.py",
        "if 0 < n_gone + len(now - then) < smallest:",
        "if False:",
        "comparison/test_newcomers",
    ),
    (
        "a trait may decide the format",
        "decisions/gates.py",
        "if weighting.withheld or _decides_format(stages, pair):",
        "if weighting.withheld:",
        "disclosure/test_numbers",
    ),
    (
        "an error of zero is shown",
        "decisions/gates.py",
        'if not row["std_error"] >= least or not',
        'if not row["std_error"] >= -1.0 or not',
        "disclosure/test_numbers",
    ),
    (
        "a hostile heading is repeated",
        "records/privacy/identifiers.py",
        "        and PLAIN_HEADING.match(text)\n",
        "",
        "disclosure/test_hostile_labels",
    ),
    (
        "a file is written in place",
        "writing/files.py",
        "os.replace(source, target)",
        "target.write_bytes(source.read_bytes()[:-1])",
        "test_writing",
    ),
    (
        "somebody's file is replaced",
        "writing/files.py",
        "if status.st_size and begins != output.old_mark:",
        "if False:",
        "test_writing",
    ),
    (
        "files are readable by all",
        "writing/locks.py",
        "PRIVATE_MODE = 0o600",
        "PRIVATE_MODE = 0o644",
        "test_writing",
    ),
    (
        "temporary files are left",
        "writing/leftovers.py",
        "                one.path.unlink()",
        "                pass",
        "test_writing",
    ),
    (
        "a fault quotes its message",
        "errors.py",
        'f"Something in this program went wrong ({type(error).__name__} in {place}). Nothing was "',
        'f"Something in this program went wrong ({error} in {place}). Nothing was "',
        "report/test_report_command",
    ),
    (
        "labels that share their words are one",
        "records/assignment/values.py",
        "if len(found) == 1 and words and",
        "if words and",
        "records/assignment/test_other_words",
    ),
    (
        "a number counts though its words deny it",
        "records/assignment/words.py",
        "LEVELS_BY_WORD.get(rest, COMPARED.get(rest))\n        if rest",
        "None\n        if rest",
        "records/assignment/test_other_words",
    ),
    (
        "a column of levels is left out unasked",
        "records/assignment/shapes.py",
        "if counted and profile.sure_levels",
        "if False and profile.sure_levels",
        "records/assignment/test_other_words",
    ),
    (
        "names pass for codes",
        "records/privacy/codes.py",
        "(?=.*\\d)(?:[\\w./#-]|(?<=\\d):(?=[A-Za-z]\\d)|N°)+\\Z",
        "[\\w ./#=+@(|!$<{-]+\\Z",
        "disclosure/test_hostile_labels",
    ),
)


def find_missing():
    """Give the mutants whose text no longer stands in the package exactly once."""
    return [
        name
        for name, file, text, _, _ in MUTANTS
        if (ROOT / "analysis" / file).read_text(encoding="utf-8").count(text) != 1
    ]


def try_mutant(folder, file, text, instead, tests):
    """Give True when the tests notice the mutant."""
    path = folder / "analysis" / file
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole.replace(text, instead), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
    environment = os.environ | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("WHOLE", None)
    try:
        done = subprocess.run(
            [*command, f"tests/{tests}.py"],
            cwd=folder,
            env=environment,
            capture_output=True,
            check=False,
        )
    finally:
        path.write_text(whole, encoding="utf-8")
    return done.returncode == 1


def main():
    wanted = sys.argv[1:]
    missing = find_missing()
    if missing:
        print(f"These mutants no longer fit the package: {missing}")
        return 1
    alive = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in COPIED:
            source = ROOT / part
            copy = shutil.copytree if source.is_dir() else shutil.copy
            copy(source, folder / part)
        for title, *mutant in MUTANTS:
            if wanted and not any(word in title for word in wanted):
                continue
            killed = try_mutant(folder, *mutant)
            print(f"{'killed' if killed else 'ALIVE '} {title}", flush=True)
            alive += [] if killed else [title]
    print(f"{len(alive)} alive.")
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
