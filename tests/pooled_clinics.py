"""What invented clinics bring, for the tests of networks: written by hand, or studied."""

import functools
from dataclasses import replace

from growing_clinics import study_of

from analysis.clinics.given import MAIN, Brought, Given, take_report
from analysis.disclosure.ledger import Ledger
from analysis.disclosure.release import protect, publish_measure
from analysis.settings import Settings
from analysis.words.tell import tell

PAIRS = ("group-individual", "combined-individual", "combined-group")
SIZES = ((120, 301), (140, 302), (160, 303), (130, 304))


def brought_of(differences, error=0.1, **changes):
    """Give what a clinic brings to one question: two differences from individual therapy."""
    first, second = differences
    values = dict(zip(PAIRS, (first, second, second - first), strict=True))
    return {id: Brought(value, error, weighted=value, **changes) for id, value in values.items()}


def given_of(number, differences, error=0.1, **changes):
    """Give one clinic of a network."""
    plain = Given(
        name=f"clinic {number}",
        margin=0.25,
        smallest_cell=11,
        measure=publish_measure(Settings()),
        choices={"seed": 2026.0},
        version="1",
        names={"records": f"{number:012x}", "ledger": "", "report": ""},
        invented=True,
        adjusted_for=("attention", "severity"),
        counts={"individual": 40, "group": 35, "combined": 30},
        brought={MAIN: brought_of(differences, error)},
    )
    return replace(plain, **changes)


def network_of(*differences, error=0.1, **changes):
    """Give a network of clinics, one for each pair of differences."""
    return [given_of(k, own, error, **changes) for k, own in enumerate(differences)]


@functools.cache
def published_clinics():
    """Give the told summaries of a few studied clinics, each with a ledger of its own."""
    told = []
    for n_children, seed in SIZES:
        told.append(tell(protect(study_of(n_children, seed), Ledger())))
    return tuple(told)


@functools.cache
def given_clinics():
    """Give what the studied clinics bring."""
    return tuple(
        take_report(summary, f"clinic {k}") for k, summary in enumerate(published_clinics())
    )
