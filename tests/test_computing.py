"""One clinic is computed on as small tables, and the session around it stays as it was."""

import gc

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_info

from analysis.computing import make_frame, one_thread, text_index, text_type
from analysis.disclosure.release import protect
from analysis.measures.cohort import choose_cohort
from analysis.measures.progress import measure_progress
from analysis.measures.scoring import score_goals
from analysis.records.load import read_records
from analysis.records.schema import TABLES
from analysis.settings import Settings
from analysis.simulation.clinic import simulate_clinic
from analysis.simulation.design import ClinicDesign
from analysis.study import run_study

STORAGE = "mode.string_storage"


def blas_threads():
    return [found["num_threads"] for found in threadpool_info() if found["user_api"] == "blas"]


@pytest.mark.parametrize("fails", [False, True])
def test_arithmetic_is_on_one_thread_only_inside(fails):
    threads = blas_threads()

    @one_thread()
    def compute():
        assert set(blas_threads()) == {1}
        if fails:
            raise ValueError("inside")
        return 7

    if fails:
        with pytest.raises(ValueError, match="inside"):
            compute()
    else:
        assert [compute(), compute()] == [7, 7]
    assert blas_threads() == threads


def test_neither_the_cycle_collector_nor_pandas_is_set_otherwise_inside():
    setting = pd.get_option(STORAGE)
    with one_thread():
        assert gc.isenabled()
        assert pd.get_option(STORAGE) == setting


def test_a_frame_is_alike_whatever_the_sessions_setting():
    columns = {
        "listed": ["a", "b"],
        "array": np.array(["a", "b"]),
        "objects": np.array(["a", "b"], dtype=object),
        "number": [1.0, 2.0],
        "kind": pd.Categorical(["x", "y"]),
    }
    made = []
    for storage in ("pyarrow", "python"):
        with pd.option_context(STORAGE, storage):
            made.append(make_frame(columns, text_index(("first", "second"), "row")))
    pd.testing.assert_frame_equal(*made)
    for frame in made:
        types = [frame.columns.dtype, frame.index.dtype, *frame.dtypes[:3]]
        assert [type_.storage for type_ in types] == ["python"] * 5
        assert list(frame.dtypes[3:]) == [np.float64, columns["kind"].dtype]


def test_a_name_given_to_one_frames_columns_reaches_no_other():
    some, other = make_frame({"a": [1], "b": [2]}), make_frame({"a": [3], "b": [4]})
    some.columns.name = "changed"
    assert other.columns.name is None
    assert make_frame({"a": [5], "b": [6]}).columns.name is None


def test_values_are_copied_unless_it_is_said_that_they_never_change():
    values = np.array([1.0, 2.0])
    copied, shared = make_frame({"x": values}), make_frame({"x": values}, copy=False)
    values[0] = 9.0
    assert copied["x"].tolist() == [1.0, 2.0]
    assert shared["x"].tolist() == [9.0, 2.0]


def frames_of_a_clinic():
    """Every frame from the records to the cohort, and those of an invented clinic."""
    records = read_records("data/sample")
    scored = score_goals(records, Settings())
    progress = measure_progress(scored, Settings())
    cohort = choose_cohort(records, progress)
    invented = simulate_clinic(ClinicDesign(n_children=40), np.random.SeedSequence(5)).tables
    found = {f"records.{name}": getattr(records, name) for name in (*TABLES, "ledger")}
    found |= {f"invented.{name}": frame for name, frame in invented.items()}
    for stage in (scored, progress, cohort):
        for name, value in vars(stage).items():
            if isinstance(value, pd.DataFrame):
                found[f"{type(stage).__name__}.{name}"] = value
    return found


def test_every_frame_up_to_the_cohort_is_alike_whatever_the_sessions_setting():
    made = {}
    for storage in ("pyarrow", "python"):
        with pd.option_context(STORAGE, storage):
            made[storage] = frames_of_a_clinic()
    assert len(made["python"]) == 19
    for name, frame in made["python"].items():
        pd.testing.assert_frame_equal(frame, made["pyarrow"][name])
        kinds = [k.categories.dtype for k in frame.dtypes if isinstance(k, pd.CategoricalDtype)]
        kinds += [frame.columns.dtype, *frame.dtypes]
        texts = [type_ for type_ in kinds if type_ == "str"]
        assert {type_.storage for type_ in texts} == {text_type().storage}, name


def test_what_is_published_is_the_same_whatever_the_sessions_setting():
    published = []
    for storage in ("pyarrow", "python"):
        with pd.option_context(STORAGE, storage):
            published.append(protect(run_study("data/sample")))
    assert published[0].answer.pairs
    assert published[0] == published[1]
