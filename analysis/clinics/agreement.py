"""Do several clinics' answers fit together? Asked before anything is pooled.

In: what each clinic brings. Out: nothing, or one refusal that names every clinic that does not
fit, with its reason. Decisions: the terms that most clinics share are taken as the network's; what
one clinic chose otherwise is never guessed away; the same clinic twice is refused, by its records
and by its private ledger's name; traits adjusted for may differ, because small clinics have room
for fewer, and that is said in the report.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence

from analysis.clinics.given import Given
from analysis.errors import AnalysisError
from analysis.network_choices import NetworkChoices

TERMS = {
    "version": "it was written by another version of this program. Make it again with the same one",
    "margin": "it holds differences against another margin. Make it again with --margin {most}",
    "weeks": "it compares other weeks (0 to {own}, not 0 to {most}), so its rates are of another "
    "stretch",
    "units": "its rates, ranges or review weeks are of another kind",
    "choices": "it made other choices of method ({names})",
}
OWN_CHOICES = frozenset({"margin", "smallest_cell", "horizon_weeks"})
TWICE = {
    "records": "holds the very same records as {other}",
    "ledger": "comes from the same clinic as {other} (both name one private ledger)",
    "report": "is the same report as {other}",
}
LEAVE_OUT = "To leave a clinic out, give --leave-out and its name as it stands here."
FEW = (
    "There are {n} clinics here, and at least {need} are needed: fewer cannot show how much "
    "clinics differ, and each would know the other's numbers."
)


def check_together(given: Sequence[Given], choices: NetworkChoices) -> None:
    """Refuse clinics that do not fit together.

    Args:
        given: what each brings.
        choices: the fewest clinics.

    Raises:
        AnalysisError: with every clinic that does not fit and why.
    """
    faults = [*_find_twice(given), *_find_others(given)]
    if faults:
        lines = [f"  {i}. {fault}" for i, fault in enumerate(faults, 1)]
        raise AnalysisError(
            "\n".join(["These clinics cannot be pooled as they are.", *lines, LEAVE_OUT])
        )
    if len(given) < choices.fewest_clinics:
        raise AnalysisError(FEW.format(n=len(given), need=choices.fewest_clinics))


def _find_twice(given: Sequence[Given]) -> list[str]:
    faults = []
    for k, one in enumerate(given):
        for what, text in TWICE.items():
            same = [
                other
                for other in given[:k]
                if one.names[what] and one.names[what] == other.names[what]
            ]
            if same:
                faults.append(f"{one.name} {text.format(other=same[0].name)}.")
                break
    return faults


def _find_others(given: Sequence[Given]) -> list[str]:
    """Name the clinics whose terms are not those of most."""
    most = {term: _commonest([_terms(one)[term] for one in given]) for term in TERMS}
    faults = []
    for one in given:
        own = _terms(one)
        for term, text in TERMS.items():
            if own[term] != most[term]:
                names = _name_choices(own[term], most[term]) if term == "choices" else ""
                said = text.format(own=own[term], most=most[term], names=names)
                faults.append(f"{one.name}: {said}.")
                break
    return faults


def _terms(given: Given) -> dict[str, Hashable]:
    measure = given.measure
    units = (
        measure.rate_weeks,
        measure.review_weeks,
        measure.confidence,
        measure.similarity_confidence,
    )
    choices = tuple(sorted(row for row in given.choices.items() if row[0] not in OWN_CHOICES))
    return {
        "version": given.version,
        "margin": given.margin,
        "weeks": measure.horizon_weeks,
        "units": units,
        "choices": choices,
    }


def _commonest(values: Sequence[Hashable]) -> Hashable:
    return Counter(values).most_common(1)[0][0]


def _name_choices(own: Hashable, most: Hashable) -> str:
    """Name the choices that differ, at most three."""
    apart = sorted({name for name, _ in set(own) ^ set(most)})  # type: ignore[call-overload]
    return ", ".join(apart[:3]) + (" and others" if len(apart) > 3 else "")
