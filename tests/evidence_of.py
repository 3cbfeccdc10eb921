"""What sensitivity analyses start from, built as the study builds it."""

from analysis.comparison.analysis_set import Evidence
from analysis.comparison.contrasts import comparable_formats, compare_rates, keep_formats
from analysis.comparison.covariates import choose_covariates
from analysis.comparison.result import new_comparison
from analysis.measures.cohort import choose_cohort
from analysis.measures.progress import measure_progress
from analysis.measures.scoring import score_goals
from analysis.settings import Settings

MAIN = new_comparison("primary", "Main analysis")
ASKED = new_comparison("asked", "Asked otherwise")


def evidence_of(records, settings=None):
    """Give the evidence of some records, and their main comparison."""
    settings = settings or Settings()
    scored = score_goals(records, settings)
    cohort = choose_cohort(records, measure_progress(scored, settings))
    table = keep_formats(cohort.table, comparable_formats(cohort.table, settings))
    covariates = choose_covariates(table, settings)
    evidence = Evidence(records, scored, cohort, table, covariates, settings)
    return evidence, compare_rates(MAIN, table, covariates.centred, settings)
