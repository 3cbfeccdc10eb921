"""What an invented clinic is like: every choice of the simulation, named, with unit and meaning.

In: nothing. Out: `ClinicDesign`.
Decisions: the latent model (Urach 2019, doi 10.1177/0962280218777896): a goal moves in a straight
line on a continuous scale and is seen rounded and cut to -2..+2. Traits act on progress only
through the columns a clinic can record (plus one trait it cannot), so whether an analysis can be
right is known beforehand.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TypeVar

from analysis.errors import AnalysisError
from analysis.records.schema import FORMATS

Value = TypeVar("Value")


def _parameter(default: Value, unit: str, meaning: str) -> Value:
    return field(default=default, metadata={"unit": unit, "meaning": meaning})


@dataclass(frozen=True)
class ClinicDesign:
    """The frozen choices behind an invented clinic; the defaults are the sample clinic's.

    Three numbers together belong to individual, group and combined, in this order.

    Raises:
        AnalysisError: if a share is not between 0 and 1, a spread is negative, there are no
            children, or fewer than one format is left.
    """

    n_children: int = _parameter(240, "children", "Children who started an episode.")
    format_effects: tuple[float, float, float] = _parameter(
        (0.0, -0.25, 0.15),
        "levels per 12 weeks",
        "What each format adds to the progress of a skill goal.",
    )
    social_effects: tuple[float, float, float] = _parameter(
        (0.0, 0.50, 0.25),
        "levels per 12 weeks",
        "What each format adds further when the goal is a social one.",
    )
    attention_effects: tuple[float, float, float] = _parameter(
        (0.0, 0.0, 0.0),
        "levels per 12 weeks and point",
        "What each format adds for every point of attention above 3.",
    )
    peer_comfort_effects: tuple[float, float, float] = _parameter(
        (0.0, 0.0, 0.0),
        "levels per 12 weeks and point",
        "What each format adds for every point of comfort with peers above 3.",
    )
    base_rate: float = _parameter(
        0.95, "levels per 12 weeks", "Progress of an average child's skill goal, individually."
    )
    child_spread: float = _parameter(
        0.26, "levels per 12 weeks", "Standard deviation of progress between alike children."
    )
    goal_spread: float = _parameter(
        0.42, "levels per 12 weeks", "Standard deviation of progress between a child's goals."
    )
    group_spread: float = _parameter(
        0.19, "levels per 12 weeks", "Standard deviation of progress between therapy groups."
    )
    therapist_spread: float = _parameter(
        0.04, "levels per 12 weeks", "Standard deviation of progress between therapists."
    )
    review_noise: float = _parameter(
        0.35, "levels", "Standard deviation of one rating around the child's level that day."
    )
    start_spread: float = _parameter(
        1.0, "levels", "Width of the band of true starting points behind one baseline level."
    )
    confounding: float = _parameter(
        1.0,
        "multiple",
        "How far attention, comfort with peers, severity, age and kind of goal decide "
        "progress; 0 = not at all.",
    )
    indication: float = _parameter(
        1.0, "multiple", "How far recorded traits and goals decide the format; 0 = not at all."
    )
    unmeasured: float = _parameter(
        0.0,
        "multiple",
        "How far a trait nobody records decides both format and progress; 0 = not at all.",
    )
    availability_share: float = _parameter(
        0.30, "share of children", "Format decided by what was free, not by the child."
    )
    absent_formats: tuple[str, ...] = _parameter((), "formats", "Formats this clinic lacks.")
    goals_set_before: float = _parameter(
        0.70, "share of goals", "Goals whose levels were written before the format was chosen."
    )
    calibration: float = _parameter(
        0.0,
        "share of the effect",
        "Part of a format's effect that vanishes from the other goals, because their expected "
        "level was set with the format in mind.",
    )
    second_baseline_share: float = _parameter(
        0.20, "share of goals", "Goals that start at -1 and not at -2."
    )
    closing_share: float = _parameter(
        0.15,
        "share of goals",
        "Goals worked on only until the expected level is seen; they keep that level.",
    )
    dropout_share: float = _parameter(
        0.04, "share of children per 6 weeks", "Children of average progress who stop coming."
    )
    dropout_by_progress: float = _parameter(
        0.8, "log odds per level", "How much likelier a child one level behind is to stop."
    )
    dropout_by_format: tuple[float, float, float] = _parameter(
        (0.0, 0.0, 0.0), "log odds", "How much likelier children of each format are to stop."
    )
    skipped_share: float = _parameter(0.08, "share of reviews", "Reviews that never took place.")
    review_jitter: float = _parameter(
        0.8, "weeks", "Standard deviation of a review's week around 6, 12, 18 and 24."
    )
    missing_share: float = _parameter(
        0.04, "share of cells", "Traits at the start that were not written down."
    )
    switching_share: float = _parameter(
        0.10,
        "share of children",
        "Children of one format offered the other as well at 12 weeks; it goes to those who "
        "have moved on most, and does not change their progress.",
    )
    independent_share: float = _parameter(
        0.25, "share of children", "Children whose goals are rated by another therapist."
    )
    practice_effect: float = _parameter(
        0.08,
        "levels per 12 weeks and standard deviation",
        "What six weeks of more home practice than the child's own usual add.",
    )

    def __post_init__(self) -> None:
        for f in fields(self):
            value = getattr(self, f.name)
            unit = f.metadata["unit"]
            if unit.startswith("share of") and not 0 <= value <= 1:
                raise AnalysisError(f"{f.name} is a share and must be between 0 and 1.")
            if f.name.endswith(("_spread", "_noise", "_jitter")) and not value >= 0:
                raise AnalysisError(f"{f.name} is a spread and must not be negative.")
            if f.name.endswith(("_effects", "_by_format")) and len(value) != len(FORMATS):
                raise AnalysisError(f"{f.name} needs three numbers: {', '.join(FORMATS)}.")
        if self.n_children < 1:
            raise AnalysisError("A clinic needs at least one child.")
        unknown = set(self.absent_formats) - set(FORMATS)
        if unknown or len(set(self.absent_formats)) == len(FORMATS):
            raise AnalysisError(f"absent_formats may name at most two of {', '.join(FORMATS)}.")

    def rows(self) -> list[dict[str, object]]:
        """Give every choice as a row: name, value, unit, meaning (for the data dictionary)."""
        return [
            {"name": f.name, "value": getattr(self, f.name), **f.metadata} for f in fields(self)
        ]


NO_DIFFERENCE = {
    "format_effects": (0.0, 0.0, 0.0),
    "social_effects": (0.0, 0.0, 0.0),
    "attention_effects": (0.0, 0.0, 0.0),
    "peer_comfort_effects": (0.0, 0.0, 0.0),
}
"""Changes that make any design one in which no format differs: `replace(d, **NO_DIFFERENCE)`."""
