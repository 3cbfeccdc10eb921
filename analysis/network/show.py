"""What notebook 7 shows: an invented network, pooled, and its sentences.

In: the parameters of the notebook. Out: a told `NetworkSummary`, and texts that show themselves as
cards. Decisions: the clinics are invented whoever's records were chosen, because a clinic's own
records say nothing about others; the same network every time.
"""

from __future__ import annotations

import pandas as pd

from analysis.clinics.given import Given, take_report
from analysis.clinics.publish import publish_network
from analysis.clinics.rows import NetworkSummary
from analysis.disclosure.release import protect
from analysis.network.invent import invent_designs
from analysis.network.page import view_network
from analysis.notebook.show import NOTHING, Told
from analysis.notebook.working import say_done, say_step
from analysis.records.load import records_from_tables
from analysis.settings import Settings
from analysis.simulation.clinic import simulate_clinic
from analysis.study import run_study
from analysis.tables.layout import Table
from analysis.words.network import tell_network
from analysis.words.phrases import every

CLINICS, SPREAD, SEED = 8, 0.1, 7
INVENTED = "These {n} clinics are invented, whatever records you chose; no child in them exists."


def pool_invented(
    margin: float = Settings.margin, smallest_cell: int = Settings.smallest_cell
) -> NetworkSummary:
    """Invent a network of clinics, study each, and pool what their reports print.

    Args:
        margin: the smallest difference that matters.
        smallest_cell: nothing is shown about fewer children.
    """
    settings = Settings(margin=margin, smallest_cell=smallest_cell)
    given: list[Given] = []
    for number, (design, seed) in enumerate(invent_designs(CLINICS, SPREAD, SEED), 1):
        say_step(f"inventing and studying clinic {number} of {CLINICS}")
        records = records_from_tables(simulate_clinic(design, seed).tables)
        published = protect(run_study(records, settings, ask_again=False))
        given.append(take_report(published, f"clinic {number}"))
    told = tell_network(publish_network(given, "records"))
    say_done()
    return told


def introduce_network(network: NetworkSummary) -> Told:
    """Say which clinics these are.

    Args:
        network: what may be shown of them.
    """
    first = INVENTED.format(n=network.n_clinics)
    return Told("An invented network", (first, network.texts["counts"], network.texts["who"]))


def tabulate_network(network: NetworkSummary) -> Table:
    """Tabulate each pair over the clinics: the mean, a next clinic, and what else was tried.

    Args:
        network: what may be shown.
    """
    told = view_network(network)["table"]
    first, *others = told["head"]
    return Table(
        "network",
        "Three differences over several clinics",
        f"Levels {every(network)}, first format minus second",
        pd.DataFrame(told["rows"], columns=[first or "Formats", *others]),
        network.texts["who"],
    )


def quote_network(network: NetworkSummary, title: str, *names: str) -> Told:
    """Quote sentences of the network's report, word for word.

    Args:
        network: what may be shown.
        title: what they are about.
        names: ids of sentences, or their first parts.
    """
    found = tuple(
        sentence.text
        for name in names
        for sentence in network.sentences
        if sentence.id == name or sentence.id.startswith(f"{name}.")
    )
    return Told(title, found or (NOTHING,))
