"""The words of the report that a reader may not know, and the exact terms behind its plain ones.

In: nothing. Out: `GLOSSARY`. Decisions: a method is named here, once, with its source, so that the
sentences can stay plain; no number about children.
"""

from __future__ import annotations

GLOSSARY = (
    (
        "Goal attainment",
        "How far a child has come towards a goal, on five levels written down when it was set. "
        "Level 0 is what family and therapist expected. Progress is the levels gained, averaged "
        "over a child’s goals.",
    ),
    (
        "{range_name}",
        "The differences that go well with these records. A wide one means that they say little.",
    ),
    (
        "Children made alike",
        "What was written down on the first day is allowed for, so that like is compared with "
        "like: overlap weights, regression, or both (Li 2018).",
    ),
    ("Standard deviation", "A yardstick for how much children differ; far below one is little."),
    (
        "Nearer to the average of all areas",
        "Shrinkage: estimates of small areas borrow strength from the others (random effects).",
    ),
    (
        "Growth model",
        "One mixed model of every review, in which therapy groups, children and goals each differ "
        "in level and in speed.",
    ),
    (
        "Higher or lower only",
        "A cumulative logit model: the distance between levels is not used; its unit is log odds.",
    ),
    (
        "As much as a trait explains",
        "Partial R² with format and with progress. The percent beside it is the robustness "
        "value for what is said (Cinelli and Hazlett 2020), not for a difference of zero.",
    ),
    (
        "T-score",
        "A summary of a child’s goals used by many services; 50 when all are met as expected.",
    ),
    ("Combined therapy", "Individual and group sessions planned together from the start."),
)
