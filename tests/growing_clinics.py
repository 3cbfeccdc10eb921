"""Invented clinics for the tests of disclosure: of every size, and growing by a few children."""

import functools
import os

import numpy as np

from analysis.disclosure.ledger import Ledger, LedgerContent
from analysis.disclosure.release import protect, recall_earlier
from analysis.records.load import records_from_tables
from analysis.simulation.clinic import simulate_clinic
from analysis.simulation.design import ClinicDesign
from analysis.study import run_study

WHOLE = os.environ.get("WHOLE") == "1"  # `make safe` runs everything at full length


@functools.cache
def tables_of(n_children, seed):
    """Give the tables of an invented clinic."""
    return simulate_clinic(ClinicDesign(n_children=n_children), seed).tables


@functools.cache
def study_of(n_children, seed):
    """Give the study of an invented clinic, without asking in other ways."""
    return run_study(records_from_tables(tables_of(n_children, seed)), ask_again=False)


@functools.cache
def published_of(n_children, seed):
    """Give what may leave an invented clinic, without a sentence."""
    return protect(study_of(n_children, seed))


def clinic_sizes(n_clinics):
    """Give (children, seed) of clinics of 20 to 300 children."""
    rng = np.random.default_rng(61)
    sizes = rng.permutation(np.linspace(20, 300, n_clinics).round().astype(int))
    return [(int(n), seed) for seed, n in enumerate(sizes)]


def without_children(tables, left_out):
    """Give the tables without some children and all that belongs to them."""
    goals = tables["goals"]
    gone = set(goals.loc[goals["child_id"].isin(left_out), "goal_id"])
    kept = {}
    for name, frame in tables.items():
        named = "child_id" in frame and frame["child_id"].notna().any()
        out = frame["child_id"].isin(left_out) if named else frame["goal_id"].isin(gone)
        kept[name] = frame[~out].reset_index(drop=True)
    return kept


@functools.cache
def grown_clinic(n_children, seed, n_new):
    """Give two studies of one clinic: before and after its last children came."""
    tables = tables_of(n_children, seed)
    newcomers = set(tables["episodes"]["child_id"].iloc[-n_new:])
    earlier = records_from_tables(without_children(tables, newcomers))
    return run_study(earlier, ask_again=False), study_of(n_children, seed)


def follow(study, ledger, previous):
    """Give the study as it is decided when it is told of the reports before it."""
    earlier = recall_earlier(study.records, ledger, previous)
    if earlier is None:
        return study
    return run_study(study.records, earlier=earlier, ask_again=study.sensitivity is not None)


def write_tables(folder, tables):
    folder.mkdir(parents=True)
    for name, frame in tables.items():
        frame.dropna(axis="columns", how="all").to_csv(folder / f"{name}.csv", index=False)
    return folder


def new_ledger(digits="ab"):
    """Give an empty private ledger with a secret of its own that every run shares."""
    return Ledger(LedgerContent(secret=digits * 32))
