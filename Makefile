# Shiplog: everything a developer does, from a bare checkout. `make` alone prints the manual.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
UV_VERSION := 0.13.9

.DEFAULT_GOAL := help
.PHONY: help setup check test test-again demo bench fuzz schemas lock kafka-lock local-up local-down clean

help:  ## print this manual
	@echo "Shiplog needs Python 3.11+ and make. Each target does its own set-up first."
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  .venv/bin/shiplog --help    the command line, once \`make setup\` has run"

setup: $(VENV)/.installed  ## virtual environment with the pinned, hashed dependencies (.venv)

$(VENV)/.installed: $(VENV)/.locked pyproject.toml
	@$(BIN)/python -m pip install --quiet --no-build-isolation --no-deps --editable .
	@touch $@

$(VENV)/.locked: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Shiplog needs Python 3.11 or newer; set PYTHON=... to name one")'
	@echo "setting up $(VENV): a minute the first time"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --no-deps --prefer-binary --require-hashes --requirement requirements.lock
	@touch $@

check: setup  ## ruff, mypy strict, import rules, schema drift
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	@if test -f schemas/generate.py; then $(BIN)/python -m schemas.generate --check; fi

test: setup  ## the whole test suite, on a Kafka and a PostgreSQL of its own
	$(BIN)/python -m pytest

test-again: setup  ## what failed in the last `make test`, once more
	$(BIN)/python -m pytest --last-failed --last-failed-no-failures none

demo: setup  ## the main job end to end, with a table of what happened
	$(BIN)/shiplog demo

bench: setup  ## speed of the projector against the database's own limit
	$(BIN)/python -m tests.bench

fuzz: setup  ## property tests with many more examples
	$(BIN)/python -m pytest -m fuzz --hypothesis-profile=fuzz

schemas: setup  ## write JSON Schema files and the AsyncAPI document
	$(BIN)/python -m schemas.generate

lock:  ## resolve the dependencies of pyproject.toml into requirements.lock
	@test -x .lock/bin/uv || { $(PYTHON) -m venv .lock && .lock/bin/pip install --quiet uv==$(UV_VERSION); }
	@.lock/bin/uv pip compile pyproject.toml --group build --group dev --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-emit-find-links --no-header --native-tls --quiet \
		--output-file requirements.lock $(LOCK_ARGS)

kafka-lock: setup  ## resolve Kafka's jars into deploy/local/kafka.lock.json
	$(BIN)/python -m services.cli.local.lock

local-up: setup  ## start a local Kafka and PostgreSQL in .shiplog
	$(BIN)/shiplog local up

local-down: setup  ## stop them
	$(BIN)/shiplog local down

clean:  ## remove what was built; .venv and running stacks stay
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find schemas services tests -name __pycache__ -type d -prune -exec rm -rf {} +
