"""A clinic's own models fitted a second time, by statsmodels.

In: an invented clinic, the sample if no other. Out: for each number of both fits what it is, how
far they are apart, and how far they may be. Decisions: statsmodels shares no line with this
package's models; it is imported here only, so that a report never waits for it; where its optimiser
may stop early (ordered levels, growth) more is allowed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.comparison.analysis_set import AnalysisSet, choose_analysis_set, levels_of_children
from analysis.comparison.arms import formats_among, indicate_formats
from analysis.comparison.attainment import AT_GOAL_LEVEL, rows_at_risk
from analysis.measures.cohort import choose_cohort
from analysis.measures.progress import measure_progress
from analysis.measures.scoring import score_goals
from analysis.records.load import records_from_tables
from analysis.settings import Settings
from analysis.simulation.clinic import Clinic, simulate_clinic

# Of a standard error:
EXACT = 1e-9  # both solve the same equations to rounding
CONVERGED = 1e-6  # both climb to the top, by different steps
STOPPED_EARLY = 1e-4  # statsmodels' optimiser stops where the top is flat
LOG_LIKELIHOOD = 1e-6  # the same, in log likelihood

Line = tuple[str, float, float]


@dataclass(frozen=True, eq=False)
class TwinDesign:
    """What a clinic's models are fitted to.

    Attributes:
        analysis_set: the children compared (n of them) and what is adjusted for.
        formats: k formats compared.
        members: (n, k) one indicator for each format.
    """

    analysis_set: AnalysisSet
    formats: tuple[str, ...]
    members: np.ndarray


def design_models(clinic: Clinic) -> TwinDesign:
    """Take an invented clinic as far as its models.

    Args:
        clinic: with at least two formats to compare.
    """
    settings = Settings()
    records = records_from_tables(clinic.tables)
    scored = score_goals(records, settings)
    cohort = choose_cohort(records, measure_progress(scored, settings))
    analysis_set = choose_analysis_set(records, scored, cohort, settings)
    formats = formats_among(analysis_set.table)
    return TwinDesign(analysis_set, formats, indicate_formats(analysis_set.table, formats))


def compare_with_statsmodels(clinic: Clinic | None = None) -> Iterator[Line]:
    """Give (what, how far apart, how far allowed) for every kind of model the report rests on.

    Args:
        clinic: the sample when None.
    """
    design = design_models(simulate_clinic() if clinic is None else clinic)
    yield from _compare_rates(design)
    yield from _compare_propensities(design)
    yield from _compare_attainment(design)
    yield from _compare_levels(design)
    yield from _compare_growth(design)


def _compare_rates(models: TwinDesign) -> Iterator[Line]:
    """The main regression: estimates, and the cluster-robust errors statsmodels has (CR1S)."""
    from statsmodels.regression.linear_model import OLS

    from analysis.models.regression.cluster_robust import fit_cluster_robust

    rate, clusters = (
        models.analysis_set.table["rate"].to_numpy(),
        models.analysis_set.table["cluster"].to_numpy(),
    )
    design = np.hstack([models.members, models.analysis_set.centred.to_numpy()])
    ours = fit_cluster_robust(rate, design, clusters, kind="CR1S")
    theirs = OLS(rate, design).fit(cov_type="cluster", cov_kwds={"groups": clusters})
    errors = ours.fixed["std_error"].to_numpy()
    yield "main regression, estimates", _apart(ours.coefficients, theirs.params, errors), EXACT
    yield "main regression, standard errors", _apart(errors, theirs.bse, errors), EXACT


def _compare_propensities(models: TwinDesign) -> Iterator[Line]:
    """The chance of each format."""
    from statsmodels.discrete.discrete_model import MNLogit

    from analysis.models.discrete.multinomial import fit_multinomial

    traits = models.analysis_set.covariates.observed.to_numpy()
    traits = (traits - traits.mean(axis=0)) / traits.std(axis=0)
    design = np.column_stack([np.ones(len(traits)), traits])
    received = models.members.argmax(axis=1)
    ours = fit_multinomial(received, design, models.formats)
    theirs = MNLogit(received, design).fit(method="newton", tol=1e-12, maxiter=100, disp=False)
    errors = ours.fixed["std_error"].to_numpy().reshape(ours.coefficients.shape)
    what = "chance of each format"
    yield f"{what}, estimates", _apart(ours.coefficients, theirs.params.T, errors), CONVERGED
    yield f"{what}, standard errors", _apart(errors, theirs.bse.T, errors), CONVERGED


def _compare_attainment(models: TwinDesign) -> Iterator[Line]:
    """The hazard of attaining a goal, complementary log-log."""
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.families.links import CLogLog
    from statsmodels.genmod.generalized_linear_model import GLM

    from analysis.models.discrete.hazard import fit_hazard

    rows = rows_at_risk(models.analysis_set)
    child, event = rows["child"].to_numpy(), rows["event"].to_numpy()
    centred = models.analysis_set.centred
    others = centred.drop(columns=[c for c in AT_GOAL_LEVEL if c in centred])
    design = np.column_stack(
        [
            pd.get_dummies(rows["window"]).to_numpy(float),
            models.members[child, 1:],
            np.log(rows["width"] / models.analysis_set.settings.review_weeks),
            rows["social"] - rows["social"].mean(),
            rows["baseline"] - rows["baseline"].mean(),
            others.to_numpy()[child],
        ]
    )
    ours = fit_hazard(event, design, models.analysis_set.table["cluster"].to_numpy()[child])
    theirs = GLM(event, design, family=Binomial(link=CLogLog())).fit(tol=1e-12, maxiter=200)
    errors = np.sqrt(np.diagonal(ours.model_covariance))
    what = "goals attained"
    estimates = ours.robust.coefficients
    yield f"{what}, estimates", _apart(estimates, theirs.params, errors), CONVERGED
    yield f"{what}, standard errors", _apart(errors, theirs.bse, errors), CONVERGED


def _compare_levels(models: TwinDesign) -> Iterator[Line]:
    """The level at the end as an order: proportional odds."""
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    from analysis.models.discrete.ordinal import fit_ordinal

    goals = models.analysis_set.cohort.goals
    level = models.analysis_set.scored.table["latest"].to_numpy()[goals.index]
    child = pd.Index(models.analysis_set.table["episode_id"]).get_indexer(goals["episode_id"])
    known = goals["at_end"].to_numpy() & np.isfinite(level) & (child >= 0)
    present, codes = np.unique(level[known], return_inverse=True)
    traits = np.hstack([models.members[:, 1:], models.analysis_set.centred.to_numpy()])[
        child[known]
    ]
    ours = fit_ordinal(codes, traits, tuple(present))
    model = OrderedModel(codes, traits, distr="logit")
    theirs = model.fit(method="bfgs", gtol=1e-8, maxiter=1000, disp=False)
    errors = ours.fixed["std_error"].to_numpy()
    slopes = theirs.params[: len(errors)]
    what = "levels as an order"
    yield f"{what}, estimates", _apart(ours.coefficients, slopes, errors), STOPPED_EARLY
    yield f"{what}, log likelihood", abs(ours.log_likelihood - theirs.llf), LOG_LIKELIHOOD


def _compare_growth(models: TwinDesign) -> Iterator[Line]:
    """Growth with a start and a slope for each child, independent of each other.

    The nearest model to the report's that statsmodels can fit: it has no level for goals, and where
    start and slope may covary they do so to their limit in the sample, where it stops early.
    """
    from statsmodels.regression.mixed_linear_model import MixedLM, MixedLMParams

    from analysis.models.mixed.model import RandomEffect, fit_mixed

    at, _, child = levels_of_children(
        models.analysis_set.scored, models.analysis_set.cohort, models.analysis_set.table
    )
    week, level = (
        models.analysis_set.scored.levels[c].to_numpy()[at] for c in ("week", "attainment")
    )
    time = week / models.analysis_set.settings.rate_weeks
    time = time - time.mean()
    base = np.hstack([models.members, models.analysis_set.centred.to_numpy()])[child]
    fixed = np.hstack([base * time[:, None], base])
    line = np.column_stack([np.ones(len(time)), time])
    effect = RandomEffect(pd.Series(child, name="child"), line, correlated=False)
    ours = fit_mixed(level, fixed, [effect])
    free = MixedLMParams.from_components(np.ones(fixed.shape[1]), np.eye(2))
    theirs = MixedLM(level, fixed, child, exog_re=line).fit(reml=True, method="bfgs", free=free)
    errors = ours.fixed["std_error"].to_numpy()
    short = abs(ours.log_likelihood - theirs.llf)
    yield "growth, estimates", _apart(ours.coefficients, theirs.fe_params, errors), STOPPED_EARLY
    yield "growth, log likelihood", short, LOG_LIKELIHOOD


def _apart(ours: np.ndarray, theirs: object, errors: np.ndarray) -> float:
    """Give the largest difference, in standard errors."""
    return float(np.max(np.abs(ours - np.asarray(theirs)) / errors))
