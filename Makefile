# Every target installs what it needs, once, and may be run again and beside another.
.DEFAULT_GOAL := help
.PHONY: help install run test test-real chaos bench lint docs clean chromium kafka store
SHELL := /bin/bash

PYTHON ?= $(shell command -v python3.11 || command -v python3)
RATE ?= 2
DATA ?= .nightdesk
SEEDS ?= 1-20
ALERTS ?= 20000
BIN := .venv/bin
# Two runs of make in one checkout take turns at installing.
LOCK := $(if $(shell command -v flock),flock .install.lock,)
EXTENSION := $(shell find labextension/src labextension/style labextension/schema -type f 2>/dev/null) \
	$(wildcard labextension/*.json labextension/*.js labextension/pyproject.toml)

COMPILED := $(shell find kernels services -name '*.py' 2>/dev/null)

help:  ## Show the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install:  ## Install everything into .venv and node_modules
	@$(LOCK) $(MAKE) --no-print-directory -s -j 3 .venv/extension.stamp hub/node_modules/.stamp

.venv/python.stamp: pyproject.toml requirements/constraints.txt requirements/no-deps.txt
	@echo "Installing Python packages ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Nightdesk needs Python 3.11 or newer; $(PYTHON) is older. Say: make PYTHON=/path/to/python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@test -x $(BIN)/uv || $(BIN)/python -m pip install -q --disable-pip-version-check -c requirements/constraints.txt uv
	@$(BIN)/uv pip install -q --compile-bytecode -c requirements/constraints.txt -e '.[all]' --group build --group dev --group docs
	@$(BIN)/uv pip install -q --no-deps -r requirements/no-deps.txt
	@touch $@

# Else the tests that come first would wait for it.
.venv/compiled.stamp: .venv/python.stamp $(COMPILED)
	@echo "Compiling ..."
	@$(BIN)/nightdesk compile
	@touch $@

.venv/extension.stamp: .venv/python.stamp labextension/node_modules/.stamp $(EXTENSION)
	@echo "Building the JupyterLab extension ..."
	@cd labextension && PATH="$(CURDIR)/$(BIN):$$PATH" npm run --silent build:prod
	@$(BIN)/uv pip install -q --no-deps --no-build-isolation -e labextension
	@$(BIN)/python -m nightdesk.kernel install --sys-prefix
	@touch $@

%/node_modules/.stamp: %/package-lock.json
	@command -v npm >/dev/null || { echo "Nightdesk needs Node.js 20 or newer with npm"; exit 1; }
	@echo "Installing JavaScript packages for $* ..."
	@cd $* && npm ci --silent --no-fund --no-audit
	@touch $@

# Apache Kafka where Java and Maven are; without them the platform takes Tansu from PyPI.
kafka: install
	@if command -v java >/dev/null && command -v mvn >/dev/null; then \
		$(BIN)/nightdesk fetch-kafka || echo "Apache Kafka could not be fetched; Tansu serves the stream"; fi

store: install  ## Build the faster document store from Rust's sources (some minutes, once)
	@$(BIN)/nightdesk fetch-store

chromium:
	@command -v chromium >/dev/null || { echo "Installing Chromium for the browser tests ..."; \
		{ [ "$$(id -u)" = 0 ] && S= || S="sudo -n"; \
		  $$S apt-get update -qq && $$S env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium; } \
		>/dev/null 2>&1 || echo "Chromium is not here and could not be installed: the browser tests will skip"; }

run: install kafka  ## Start the platform with a simulated night (RATE=2 alerts/s, DATA=.nightdesk)
	@exec $(BIN)/nightdesk up --simulate $(RATE) --data-dir $(DATA)

test: install kafka chromium  ## Run all tests
	@$(MAKE) --no-print-directory -s .venv/compiled.stamp
	@$(BIN)/python -m pytest $(ARGS)

test-real: install kafka  ## Repeat the store and stream tests on each server that this machine has
	@$(BIN)/python -m tests.support.matrix $(ARGS)

chaos: install kafka  ## Kill processes at random during nights (SEEDS=1-20 ALERTS=20000)
	@NIGHTDESK_CHAOS_SEEDS=$(SEEDS) NIGHTDESK_CHAOS_ALERTS=$(ALERTS) $(BIN)/python -m pytest tests/chaos $(ARGS)

bench: install kafka  ## Measure; writes build/bench.json and prints a table
	@$(BIN)/python -m tests.benchmarks $(ARGS)

lint: install  ## Style, types and layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@cd labextension && npm run --silent lint

docs: install  ## Build the documentation into build/docs
	@$(BIN)/sphinx-build -q -W --keep-going docs build/docs
	@echo "build/docs/index.html"

clean:  ## Remove what was installed and built; data stay
	rm -rf .venv build dist hub/node_modules labextension/node_modules labextension/lib \
		labextension/nightdesk_lab/labextension .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
