# Two commands matter: `make report` and `make test`. The rest is for those who look after the project.
PYTHON ?= python3
PY := .venv/bin/python
RECORDS ?=
OUT ?= summary.pdf

.PHONY: setup report test

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
