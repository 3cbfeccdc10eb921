"""Draw a clinic of either kind, and its truth, from its design.

In: a `ClinicDesign` or an `UnlikeDesign`. Out: a `Clinic`; the truth as `true_contrasts` gives it.
"""

from __future__ import annotations

from analysis.simulation.clinic import Clinic, Seed, simulate_clinic
from analysis.simulation.design import ClinicDesign
from analysis.simulation.truth import Truth, true_contrasts
from analysis.simulation.unlike import simulate_unlike
from analysis.simulation.unlike_design import UnlikeDesign
from analysis.simulation.unlike_truth import true_unlike

Design = ClinicDesign | UnlikeDesign


def draw_clinic(design: Design, seed: Seed) -> Clinic:
    """Draw one clinic; the same design and seed give the same tables.

    Args:
        design: what the clinic is like, of either kind.
        seed: a whole number, a seed sequence, or a generator to draw from.
    """
    if isinstance(design, UnlikeDesign):
        return simulate_unlike(design, seed)
    return simulate_clinic(design, seed)


def find_truth(design: Design, n_children: int) -> Truth:
    """Give what is true of a design.

    Args:
        design: of either kind.
        n_children: children followed under every format.
    """
    if isinstance(design, UnlikeDesign):
        return true_unlike(design, n_children)
    return true_contrasts(design, n_children)
