"""No number that is none: over many clinics, whatever is shown is finite, and the rest says why."""

import math

import numpy as np
import pytest
from attacker import read_json
from growing_clinics import WHOLE, clinic_sizes, tables_of

from analysis.disclosure.release import protect
from analysis.records.load import records_from_tables
from analysis.settings import Settings
from analysis.simulation.clinic import simulate_clinic
from analysis.simulation.design import ClinicDesign
from analysis.study import run_study
from analysis.words.linter import find_faults
from analysis.words.tell import tell

N_CLINICS = 500 if WHOLE else 4
NAMES = ("estimate", "conf_low", "conf_high")


def rows_with_estimates(value, path=()):
    """Give every row of a summary that holds an estimate, with where it stands."""
    if isinstance(value, dict):
        if "estimate" in value:
            yield path, value
        for key, part in value.items():
            yield from rows_with_estimates(part, (*path, key))
    elif isinstance(value, list):
        for i, part in enumerate(value):
            yield from rows_with_estimates(part, (*path, i))


def check_summary(summary):
    """Hold one summary against the rules; give how many estimates it shows."""
    told, n_shown = read_json(tell(summary)), 0
    for path, row in rows_with_estimates(told):
        numbers = [row[name] for name in NAMES if name in row]
        assert all(n is None for n in numbers) or None not in numbers, path
        if row["estimate"] is None or "conf_low" not in row:
            continue
        n_shown += 1
        assert all(math.isfinite(n) for n in numbers), path
        assert row["conf_low"] <= row["estimate"] <= row["conf_high"], path
    for pair in told["answer"]["pairs"]:
        if pair["shown"]:
            assert pair["std_error"] > 0
            assert pair["conf_low"] < pair["conf_high"]
            assert pair["df"] >= Settings().compare_df
        else:
            texts = {row["id"]: row["text"] for row in told["sentences"]}
            assert len(texts[f"pair.{pair['id']}"]) > 40
    for way in told["certainty"]["analyses"]:
        shown = any(pair["estimate"] is not None for pair in way["pairs"])
        compared = any(pair["shown"] for pair in told["answer"]["pairs"])
        assert shown or way["withheld"] or not compared, way["id"]
    assert [row["id"] for row in told["sentences"] if find_faults(row["text"])] == []
    return n_shown


@pytest.mark.slow
def test_over_many_clinics_every_estimate_shown_is_a_number_with_its_range():
    n_shown = 0
    for n_children, seed in clinic_sizes(N_CLINICS):
        clinic = simulate_clinic(ClinicDesign(n_children=n_children), seed)
        study = run_study(records_from_tables(clinic.tables))
        n_shown += check_summary(protect(study))
    assert n_shown > 10 * N_CLINICS


def changed(n_children=90, seed=41, **columns):
    tables = {name: frame.copy() for name, frame in tables_of(n_children, seed).items()}
    for name, make in columns.items():
        table = "reviews" if name == "attainment" else "episodes"
        tables[table][name] = make(tables[table])
    return tables


def separated():
    """A trait decides the format."""
    codes = {"individual": 5.0, "group": 1.0, "combined": 3.0}
    return changed(severity=lambda t: t["format"].astype(str).map(codes))


def collinear():
    """Two traits tell the same."""
    return changed(attention=lambda t: 6 - t["severity"])


def one_group_each():
    """Each grouped format is one therapy group: groups are formats."""
    return changed(
        group_id=lambda t: t["group_id"].mask(
            t["group_id"].notna(), "G" + t["format"].astype(str).str.len().astype(str)
        )
    )


def no_change():
    """Every child stays where it began."""
    return changed(attainment=lambda t: np.full(len(t), -2.0))


def one_format():
    """Only one format is left."""
    tables = changed()
    episodes = tables["episodes"]
    tables["episodes"] = episodes[episodes["format"] == "individual"].reset_index(drop=True)
    ids = set(tables["episodes"]["child_id"])
    tables["goals"] = tables["goals"][tables["goals"]["child_id"].isin(ids)]
    kept = set(tables["goals"]["goal_id"])
    tables["reviews"] = tables["reviews"][tables["reviews"]["goal_id"].isin(kept)]
    return {name: tables[name] for name in ("episodes", "goals", "reviews")}


DEGENERATE = (separated, collinear, one_group_each, no_change, one_format)


@pytest.mark.parametrize("make", DEGENERATE, ids=lambda make: make.__name__)
def test_degenerate_records_show_no_number_that_means_nothing(make):
    summary = protect(run_study(records_from_tables(make()), ask_again=False))
    check_summary(summary)
    pairs = [pair for pair in summary.answer.pairs if pair.shown]
    if make is not collinear:
        grouped = [p for p in pairs if make is not one_group_each or p.this == "combined"]
        assert [p.id for p in grouped if p.estimate == 0.0 and p.std_error == 0] == []
    if make in (separated, no_change, one_format, one_group_each):
        assert pairs == []


def test_clinics_in_which_nothing_differs_are_not_told_an_effect_of_exactly_zero():
    design = ClinicDesign(n_children=100, format_effects=(0.0, 0.0, 0.0))
    records = records_from_tables(simulate_clinic(design, 42).tables)
    comparison = run_study(records, ask_again=False).comparison
    found = comparison.table["estimate"].dropna()
    assert len(found) == 3
    assert (found != 0.0).all()
    assert (comparison.table["std_error"] > 0).all()
