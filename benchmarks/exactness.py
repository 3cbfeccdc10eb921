"""How exactly every reference case is met: one table, case by case.

Run by hand: `python -m benchmarks.exactness`. It fits the reference models under `tests/reference`
and prints, for each, the largest difference in every quantity: estimates in units of their own
standard error, standard errors, spreads and degrees of freedom as a share, log-likelihoods as
they are. The table is kept in `benchmarks/exactness.md`.
"""

import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve()
sys.path.insert(0, str(HERE.parents[1] / "tests"))

from mixed_cases import CASES, level_of, read_mixed_case, spreads  # noqa: E402
from reference_cases import by_term  # noqa: E402

from analysis.models.mixed import fit_mixed  # noqa: E402

ASKED = {
    "estimate (SE)": 1e-5,
    "std. error": 1e-5,
    "log likelihood": 1e-5,
    "spread": 1e-4,
    "df": 1e-3,
}


def compare(name, model, method):
    """Give the largest difference of every quantity of one fit."""
    case = read_mixed_case(name, model)
    fit = fit_mixed(case.outcome, case.fixed, case.random, method=method)
    expected = case.numbers[method]
    terms, fixed = by_term(expected["fixef"]), fit.fixed
    found = {
        "estimate (SE)": np.abs((fixed["estimate"] - terms["estimate"]) / terms["se"]).max(),
        "std. error": np.abs(fixed["std_error"] / terms["se"] - 1).max(),
        "log likelihood": abs(fit.log_likelihood - expected["logLik"]),
    }
    own = spreads(fit)
    gaps = []
    for row in expected["varcomp"]:
        if row["var2"] is None:
            size = own[level_of(row["grp"]), row["var1"], None]
            gaps.append(abs(size - row["sdcor"]) / max(abs(row["sdcor"]), 1e-6))
    found["spread"] = max(gaps)
    if "df_satt" in terms:
        found["df"] = np.abs(fixed["df"] / terms["df_satt"] - 1).max()
    return found


def main():
    """Compare, print and keep the table."""
    rows, worst = [], dict.fromkeys(ASKED, 0.0)
    for name, model in CASES:
        for method in ("reml", "ml"):
            found = compare(name, model, method)
            for quantity, gap in found.items():
                worst[quantity] = max(worst[quantity], float(gap))
            cells = [f"{found[q]:.0e}" if q in found else "" for q in ASKED]
            rows.append((f"{name}, {model}", method.upper(), *cells))
    rows.append(("**largest**", "", *(f"{worst[q]:.0e}" for q in ASKED)))
    rows.append(("asked for", "", *(f"{limit:.0e}" for limit in ASKED.values())))
    head = ("case", "method", *ASKED)
    lines = ["| " + " | ".join(row) + " |" for row in (head, ("---",) * len(head), *rows)]
    about = (
        "Largest differences from lme4 and lmerTest (optimisers tightened): estimates in standard "
        "errors, standard errors, spreads and degrees of freedom as a share."
    )
    text = "\n".join(["# Exactness of mixed models", "", *lines, "", about, ""])
    HERE.with_suffix(".md").write_text(text, encoding="utf-8")
    print(text)
    if any(worst[q] > limit for q, limit in ASKED.items()):
        sys.exit("A case is further from its reference than asked for.")


if __name__ == "__main__":
    main()
