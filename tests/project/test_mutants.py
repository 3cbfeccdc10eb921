"""All mutants of `make mutants` still fit the package, and the quick ones are killed."""

import shutil

import pytest
from mutants import COPIED, MUTANTS, ROOT, find_missing, try_mutant

QUICK = next(mutant for mutant in MUTANTS if mutant[0] == "small groups are shown")


def test_all_mutants_fit_the_package_and_name_tests_that_exist():
    assert len(MUTANTS) >= 29
    assert find_missing() == []
    for *_, tests in MUTANTS:
        assert (ROOT / "tests" / f"{tests}.py").is_file()


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    folder = tmp_path_factory.mktemp("copy")
    for part in COPIED:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, folder / part)
    return folder


@pytest.mark.slow
def test_a_mutant_without_its_rule_is_killed(copied):
    assert try_mutant(copied, *QUICK[1:])


@pytest.mark.slow
def test_the_package_as_it_is_survives_the_same_tests(copied):
    _, file, text, _, tests = QUICK
    assert not try_mutant(copied, file, text, text, tests)
