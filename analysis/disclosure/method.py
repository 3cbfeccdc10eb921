"""How sure, and how it was done, as it may be shown: ways of asking, gates, audit, settings.

In: a study. Out: `MethodPart`. Decisions: settings are given as they were chosen, none rounded.
"""

from __future__ import annotations

import json
import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from typing import TYPE_CHECKING

from analysis.disclosure.analyses import publish_analyses
from analysis.disclosure.gates import publish_gates
from analysis.disclosure.rows import Audit, Setting, Version
from analysis.disclosure.summary import MethodPart
from analysis.settings import Settings

if TYPE_CHECKING:
    from analysis.study import Study

PACKAGES = ("therapy-formats", "numpy", "pandas", "scipy", "statsmodels", "matplotlib", "typst")


def publish_method(study: Study) -> MethodPart:
    """Give how sure one can be, and how it was done.

    Args:
        study: the study.
    """
    return MethodPart(
        analyses=publish_analyses(study),
        gates=publish_gates(study),
        audit=read_audit(),
        settings=publish_settings(study.chosen),
        versions=(
            Version(name="python", value=platform.python_version()),
            *(Version(name=name, value=find_version(name)) for name in PACKAGES),
        ),
    )


def publish_settings(settings: Settings) -> tuple[Setting, ...]:
    """Give every choice made beforehand.

    Args:
        settings: the choices.
    """
    names = [str(row["name"]) for row in settings.rows()]
    return tuple(Setting(name=name, value=getattr(settings, name)) for name in names)


@cache
def read_audit() -> Audit:
    """Give the headline of the last whole audit: clinics, and percents of false statements.

    The file is what `python -m analysis.audit --numbers` wrote; the scenario is the one where
    nothing differs and traits decide format and progress. `whole_reports` holds a run of that
    scenario alone, where one was made after the last whole audit.
    """
    text = files("analysis.disclosure").joinpath("audit.json").read_text(encoding="utf-8")
    audit = json.loads(text)
    found = audit.get("whole_reports") or audit["scenarios"]["confounded_null"]
    return Audit(
        clinics=found["n_clinics"],
        any_percent=round(100 * found["any_false"]["value"], 1),
        pairs_percent=round(100 * found["false_faster"]["value"], 1),
        clinics_percent=round(100 * found["said_faster"]["value"], 1),
    )


@cache
def find_version(name: str) -> str | None:
    """Give an installed package's version; None where it is run without being installed.

    Args:
        name: the package's name as pip knows it.
    """
    try:
        return version(name)
    except PackageNotFoundError:
        return None
