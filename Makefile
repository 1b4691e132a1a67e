# On a fresh machine with Python 3.11 or later: `make demo` shows what Millrace does, `make test` runs all checks.

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
PROJECTS := pyproject.toml constraints.txt $(wildcard plugins/*/pyproject.toml)
PLUGINS := $(patsubst %/pyproject.toml,-e ./%,$(wildcard plugins/*/pyproject.toml))

DEMO = MILLRACE_HOME="$(CURDIR)/.demo/home" $(BIN)/millrace

.PHONY: help demo test check nightly constraints clean

help:
	@echo "make demo         run the reconciliation flow end to end"
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

test: check
	$(BIN)/python -m pytest -n 2

check: $(VENV)/.stamp-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

nightly: $(VENV)/.stamp-test
	$(BIN)/python -m pytest -n 2 -m "nightly or not nightly"

# pip learned --group in 25.1; the venv's own may be older.
$(VENV)/.stamp-pip: constraints.txt
	@test -n "$(PYTHON)" || { echo "Millrace needs Python 3.11 or later: none is on the PATH." >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet -c constraints.txt --upgrade pip
	@touch $@

$(VENV)/.stamp-demo: $(VENV)/.stamp-pip $(PROJECTS)
	$(PIP) install --quiet -c constraints.txt -e . $(PLUGINS)
	@touch $@

$(VENV)/.stamp-test: $(VENV)/.stamp-pip $(PROJECTS)
	$(PIP) install --quiet -c constraints.txt --group test -e ".[postgresql,s3]" $(PLUGINS)
	@touch $@ $(VENV)/.stamp-demo

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
	rm -rf $(VENV) .demo .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
