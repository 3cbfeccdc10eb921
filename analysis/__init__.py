"""Compare goal progress between individual, group and combined therapy, honestly.

Start at :func:`analysis.study.run_study` in a notebook, or ``python -m analysis.report``
for the PDF summary. Nothing is re-exported here, so an import says where a thing lives and
a mistyped file is refused before the statistics packages are loaded.
"""
