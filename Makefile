# Everything starts from a fresh clone: `make` lists what there is.
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Twice quiet: errors only, without a warning for each package of a machine's odd pip settings.
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet
ARGS ?=
# The customer base that `make app` shows.
CONFIG ?= pipelines/complete_journey.yaml
# Processes that test side by side, each a file at a time.
WORKERS ?= 2

# The newest interpreter that starts and is at least 3.11; `make PYTHON=...` names another.
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& command -v $$python && break; done)

.DEFAULT_GOAL := help
.PHONY: help setup demo app test lint format docs audit scoreboard bench browser lock clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

setup: $(STAMP)  ## build .venv from requirements.lock, with everything

demo: $(STAMP)  ## the whole job on real customers: scores, report, MLflow run (ARGS=cdnow: the other sample)
	@$(BIN)/tiercast demo $(ARGS)

app: $(STAMP)  ## serve the demo's customers as web pages, until Ctrl-C (CONFIG=pipelines/cdnow.yaml: others)
	@$(BIN)/tiercast app $(CONFIG) $(ARGS)

test: $(STAMP) browser  ## run all tests (ARGS="tests/cli -x" narrows them, WORKERS=0: one after the other)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

lint: $(STAMP)  ## ruff, mypy, import-linter, codespell
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/codespell

format: $(STAMP)  ## let ruff lay out the code and mend what it can
	@$(BIN)/ruff format
	@$(BIN)/ruff check --fix

docs: demo browser  ## write the reference pages and the picture, and build the site into docs/_build
	@$(BIN)/python docs/reference.py
	@PYTHONPATH=tests $(BIN)/python docs/picture.py
	@$(BIN)/sphinx-build --quiet --fail-on-warning docs docs/_build
	@echo "The documentation: docs/_build/index.html"

scoreboard: $(STAMP)  ## backtest every contender on three real bases, into docs/scoreboard.md (ARGS="--last 3")
	@OMP_WAIT_POLICY=PASSIVE $(BIN)/python benchmarks/accuracy.py $(ARGS)

bench: $(STAMP)  ## time each stage beside a bare baseline, into docs/performance.md (ARGS="--lines 1_000_000")
	@OMP_WAIT_POLICY=PASSIVE $(BIN)/python benchmarks/speed.py $(ARGS)

audit: $(STAMP)  ## look the locked versions up in the public list of known holes (needs the internet)
	@$(PIP) install pip-audit
	@$(BIN)/pip-audit --requirement requirements.lock --no-deps --disable-pip

browser: $(STAMP)  ## see that there is a Chromium for the tests, or install one
	@$(BIN)/python tests/chromium.py

lock: $(STAMP)  ## bring requirements.lock in line with pyproject.toml (ARGS=--upgrade: to the newest versions)
	@$(PIP) install uv
	@$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 \
		--no-emit-index-url --no-annotate --no-header --quiet $(ARGS) --output-file requirements.lock

clean:  ## remove .venv and the tools' caches (data, runs and models stay)
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage

$(STAMP): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { \
		echo "tiercast needs Python 3.11 or newer, but none was found: install one, or name it: make PYTHON=/path/to/python3"; \
		exit 2; }
	@$(BIN)/python -c "" 2>/dev/null || { \
		echo "Building $(VENV) with $(PYTHON) ..."; \
		$(PYTHON) -m venv --clear --without-pip $(VENV) \
		&& $(PYTHON) -m pip --disable-pip-version-check --quiet --quiet \
			--python $(BIN)/python install pip; }
	@echo "Installing the versions of requirements.lock ..."
	@$(PIP) install --requirement requirements.lock
	@$(PIP) install --no-deps --editable .
	@touch $(STAMP)
