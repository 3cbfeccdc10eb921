"""What every analysis starts from, built as the study builds it."""

from analysis.comparison.analysis_set import choose_analysis_set
from analysis.comparison.contrasts import compare_rates
from analysis.comparison.result import new_comparison
from analysis.measures.cohort import choose_cohort
from analysis.measures.progress import measure_progress
from analysis.measures.scoring import score_goals
from analysis.settings import Settings

MAIN = new_comparison("primary")
ASKED = new_comparison("asked")


def analysis_set_of(records, settings=None):
    """Give the analysis set of some records."""
    settings = settings or Settings()
    scored = score_goals(records, settings)
    cohort = choose_cohort(records, measure_progress(scored, settings))
    return choose_analysis_set(records, scored, cohort, settings)


def asked_and_answered(records, settings=None):
    """Give the analysis set of some records, and their main comparison."""
    asked = analysis_set_of(records, settings)
    return asked, compare_rates(MAIN, asked.table, asked.centred, asked.settings)
