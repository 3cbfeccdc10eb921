# Two commands matter: `make report` and `make test`. The rest is for those who look after the project.
PYTHON ?= python3
PY := .venv/bin/python
RECORDS ?=
OUT ?= summary.pdf
FIGURES ?=
TABLES ?=
CLINICS ?=

.PHONY: docs setup app report network test test-fast same test-lowest notebooks my-notebooks sample-notebooks bench audit selfcheck safe worst mutants release

setup: .venv/ready

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed."; exit 1; }
	@echo "Getting what is needed: about 1 GB, some minutes, once. Nothing moves here meanwhile."
	@test -x $(PY) || $(PYTHON) -m venv .venv
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

# Everything in the browser of this computer, without typing: what start.* opens.
app: setup
	@$(PY) -m analysis.app

report: setup
	@$(PY) -m analysis.report $(if $(RECORDS),"$(RECORDS)") --output "$(OUT)" \
		$(if $(FIGURES),--figures "$(FIGURES)") $(if $(TABLES),--tables "$(TABLES)")

# Several clinics, one answer: an invented network, or RECORDS=folder with a folder for each clinic.
NETWORK := output/invented-network

network: setup
	@mkdir -p output
	$(if $(RECORDS),,@$(PY) -m analysis.network invent $(NETWORK) > output/invented-network.log)
	@$(PY) -m analysis.network report "$(or $(RECORDS),$(NETWORK))" --output output/network.pdf

# Everything, on the cores there are; the tests of a file share what they computed, so they stay together.
PYTEST := OPENBLAS_NUM_THREADS=1 $(PY) -m pytest --numprocesses auto --dist loadfile

test: setup
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy analysis
	@$(PYTEST)

# Tests that take a second or more left out: while working, never instead of `make test`.
test-fast: setup
	@$(PYTEST) -m "not slow"

# The answers of this copy held against those of a commit, on eleven clinics.
same: setup
	@$(PY) tests/same_answers.py $(COMMIT)

# The fast tests with the lowest versions pyproject.toml allows, in an environment of their own. What
# an old package says of newer ones around it (deprecations) is no fault here.
LOWEST := .venv-lowest/bin/python

test-lowest:
	@test -x $(LOWEST) || $(PYTHON) -m venv .venv-lowest
	@$(LOWEST) -m tests.lowest > .venv-lowest/asked.txt
	$(LOWEST) -m pip install --quiet --disable-pip-version-check -r .venv-lowest/asked.txt
	$(LOWEST) -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@OPENBLAS_NUM_THREADS=1 $(LOWEST) -m pytest --numprocesses auto --dist loadfile \
		-m "not slow" -W default::DeprecationWarning

# Executed copies (.ipynb and .html) in output/, which git ignores.
notebooks: setup
	@$(PY) -m analysis.notebook $(if $(RECORDS),--records "$(RECORDS)") --out output

# Copies to work in, in output/notebooks, opened in JupyterLab: for a clinic's own records.
my-notebooks: setup
	@$(PY) -m analysis.notebook --open --out output

# The sample's outputs, kept in notebooks/, and page 1 of its report, shown in README.md.
sample-notebooks: setup
	@$(PY) -m analysis.notebook --keep
	@mkdir -p output && $(PY) -m analysis.report --output output/sample.pdf > output/sample.log
	@pdftoppm -r 90 -f 1 -l 1 -singlefile -png output/sample.pdf docs/page-1

# The generated pages of docs/.
docs: setup
	@$(PY) docs/make_pages.py

bench: setup
	@for bench in $(filter-out stamp,$(basename $(notdir $(wildcard benchmarks/*.py)))); do \
		echo "$$bench"; $(PY) -m benchmarks.$$bench || exit 1; done

# The truth audit, whole; goes on from audit/ if it was stopped. Its table is docs/audit.md, the
# numbers the report quotes analysis/disclosure/audit.json. A short one (CLINICS=20) stays in audit/.
AUDIT_TABLE := $(if $(CLINICS),audit/audit.md,docs/audit.md)
AUDIT_NUMBERS := $(if $(CLINICS),audit/audit.json,analysis/disclosure/audit.json)

audit: setup
	@OPENBLAS_NUM_THREADS=1 $(PY) -m analysis.audit --clinics $(or $(CLINICS),1000) \
		--jobs 2 --keep audit --table $(AUDIT_TABLE) --numbers $(AUDIT_NUMBERS)

# This copy on this machine: versions, published numbers, the sample, writing (SECURITY.md).
selfcheck: setup
	@$(PY) -m analysis.selfcheck

# What SECURITY.md promises, at full length: 560 clinics attacked, 500 through the gates, 50 reports.
safe: setup
	@WHOLE=1 $(PY) -m pytest tests/disclosure/test_attack.py tests/disclosure/test_enumeration.py tests/disclosure/test_previous.py \
		tests/disclosure/test_only_release.py tests/disclosure/test_canaries.py tests/disclosure/test_hostile_labels.py \
		tests/report/test_robust_runs.py tests/disclosure/test_numbers.py tests/disclosure/test_chain.py

# Designs of odd clinics in which nothing differs, searched for the worst false answer; into benchmarks/worst.md.
worst: setup
	@OPENBLAS_NUM_THREADS=1 $(PY) -m benchmarks.worst

# The wheel and the source archive into dist/, the same bytes each time: dated by the commit.
release: setup
	@rm -rf dist
	@SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(PY) -m hatchling build -d dist

# Mutants, each without one rule: all must be killed. MUTANTS=word tries some only.
mutants: setup
	@$(PY) tests/mutants.py $(MUTANTS)
