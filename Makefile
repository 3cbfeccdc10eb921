# Two commands matter: `make report` and `make test`. The rest is for those who look after the project.
PYTHON ?= python3
PY := .venv/bin/python
RECORDS ?=
OUT ?= summary.pdf
CLINICS ?=

.PHONY: setup report test notebooks sample-notebooks bench audit

setup: .venv/ready

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed."; exit 1; }
	@test -x $(PY) || $(PYTHON) -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

report: setup
	@$(PY) -m analysis.report $(RECORDS) --output $(OUT)

test: setup
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m pytest

# Executed copies (.ipynb and .html) in output/, which git ignores.
notebooks: setup
	@$(PY) -m analysis.notebook $(if $(RECORDS),--records $(RECORDS)) --out output

# The sample's outputs, kept in notebooks/.
sample-notebooks: setup
	@$(PY) -m analysis.notebook --keep

bench: setup
	@for bench in benchmarks/*.py; do echo "$$bench"; $(PY) "$$bench" || exit 1; done

audit: setup
	@$(PY) -m analysis.simulation.audit $(if $(CLINICS),--clinics $(CLINICS))
