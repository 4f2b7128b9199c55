# Shiplog: everything a developer does, from a bare checkout. `make` alone prints the manual.

# `make setup PYTHON=...` names another one
PYTHON ?= $(eval PYTHON := $$(shell python3 deploy/interpreter.py 2>/dev/null || echo python3))$(PYTHON)
VENV   := .venv
BIN    := $(VENV)/bin
BENCH  := .venv-bench
UV_VERSION := 0.13.9

.DEFAULT_GOAL := help
.PHONY: help setup fast test-fast check test test-api test-live test-served test-whole test-measured test-again demo bench bench-exports bench-setup profile fuzz mutants chaos kills chaos-long rebuild-chaos schemas lock kafka-lock streams-lock \
	local-up local-down clean

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
	@echo "setting up $(VENV) with $(PYTHON): a minute the first time"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --no-deps --prefer-binary --require-hashes --requirement requirements.lock
	@touch $@

check: setup  ## ruff, mypy strict, import rules, schema drift
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	@if test -f schemas/generate.py; then $(BIN)/python -m schemas.generate --check; fi
	$(BIN)/python -m services.query.openapi --check

QUICK := tests/unit tests/carriers tests/guards tests/mutants
SERVED := tests/integration tests/contracts
PAGES := tests/browser
BROKEN := tests/e2e tests/chaos
UNMEASURED := not fuzz and not measured

test: setup  ## the whole test suite: rules on all cores, services beside whole Shiplogs, then what is measured alone
	@status=0; \
	$(BIN)/python -m pytest -n auto --dist worksteal $(QUICK) || status=1; \
	$(MAKE) --no-print-directory --output-sync=target --keep-going -j2 test-served test-whole || status=1; \
	$(MAKE) --no-print-directory test-measured || status=1; \
	exit $$status

test-served: setup  ## services and HTTP on stacks of their own
	$(BIN)/python -m pytest -n 2 --dist loadfile -o cache_dir=.pytest_cache/served $(SERVED)

test-whole: setup  ## whole Shiplogs: replaying, killed, frozen, cut off, looked at in a browser
	@status=0; \
	$(BIN)/python -m pytest -o cache_dir=.pytest_cache/broken -m '$(UNMEASURED)' $(BROKEN) || status=1; \
	$(BIN)/python -m pytest -o cache_dir=.pytest_cache/pages -m '$(UNMEASURED)' $(PAGES) || status=1; \
	exit $$status

test-measured: setup  ## what asserts seconds, with the machine to itself
	$(BIN)/python -m pytest -o cache_dir=.pytest_cache/measured -m measured $(BROKEN) $(PAGES)

AGAIN := $(BIN)/python -m pytest --last-failed --last-failed-no-failures none
NONE_LEFT := || test $$? -eq 5

test-again: setup  ## what failed in the last `make test`, once more, one after another
	$(AGAIN) $(QUICK) $(NONE_LEFT)
	$(AGAIN) -o cache_dir=.pytest_cache/served $(SERVED) $(NONE_LEFT)
	$(AGAIN) -o cache_dir=.pytest_cache/pages $(PAGES) $(NONE_LEFT)
	$(AGAIN) -o cache_dir=.pytest_cache/broken $(BROKEN) $(NONE_LEFT)
	$(AGAIN) -o cache_dir=.pytest_cache/measured -m measured $(BROKEN) $(PAGES) $(NONE_LEFT)

demo: setup  ## the main job end to end, with a table of what happened
	$(BIN)/shiplog demo

bench: fast bench-setup  ## speed against rivals, in one run: build/bench.json (BENCH_ARGS="--help" for smaller forms)
	$(BIN)/python -m tests.bench $(BENCH_ARGS)

bench-query: setup  ## 1,000,000 shipments, 1,000 reads/s over HTTP, every list's plan (QUERY_ARGS="--shipments 100000")
	$(BIN)/python -m tests.bench.query $(QUERY_ARGS)

fast: setup  ## compile the way of an event through the fold (needs a C compiler; used where it is fresh)
	$(BIN)/python deploy/compiled/build.py

test-fast: fast  ## the rules once more, upon what was compiled
	$(BIN)/python -m services.runtime.compiled pytest -p no:cacheprovider tests/unit/domain tests/unit/projector tests/unit/schemas tests/contracts/test_folders.py

profile: fast bench-setup  ## a flame graph of one part under load: TARGET=projector, BENCH_ARGS as above
	$(BIN)/python -m tests.bench --profile $(or $(TARGET),projector) $(BENCH_ARGS)

bench-exports: setup  ## whole sets taken away from 10 k, 100 k and 1 M shipments: time and peak memory (BENCH_ARGS="--help")
	$(BIN)/python -m tests.bench.exports $(BENCH_ARGS)

bench-setup: $(BENCH)/.locked

$(BENCH)/.locked: requirements-bench.lock
	@echo "setting up $(BENCH): the rivals, the first time only"
	@test -x $(BENCH)/bin/python || $(PYTHON) -m venv $(BENCH)
	@echo '*' > $(BENCH)/.gitignore
	@$(BENCH)/bin/python -m pip install --quiet --no-deps --prefer-binary --require-hashes --requirement $<
	@touch $@

fuzz: setup  ## 1,000,000 shuffled and duplicated streams to one hash; the laws with forty times as many examples
	$(BIN)/python -m pytest -m fuzz --hypothesis-profile=fuzz
	SHIPLOG_FUZZ=1 $(BIN)/python -m pytest --timeout=7200 tests/unit/domain/laws

mutants: setup  ## 25 bugs planted into a copy, one after another: which test catches each
	$(BIN)/python -m tests.mutants

test-api: setup  ## 10,000 requests made from the OpenAPI document: no answer of 5xx, none that is not documented
	SHIPLOG_API_REQUESTS=$(or $(REQUESTS),10000) $(BIN)/python -m pytest tests/integration/test_query_api.py

test-live: setup  ## 1,000 disconnects of readers of live updates under load: nothing missed, nothing twice
	SHIPLOG_DISCONNECTS=1000 $(BIN)/python -m pytest --timeout=3600 tests/integration/test_query_live.py

chaos: setup  ## kills and faults over real processes: KILLS=200 SEED=1 (CHAOS_ARGS="--brokers 1" needs less memory)
	$(BIN)/python -m tests.chaos.harness --kills $(or $(KILLS),200) --seed $(or $(SEED),1) $(CHAOS_ARGS)

rebuild-chaos: setup  ## 20 switches at 1,000 events/s and 200 reads/s, 10 kills of a rebuild
	SHIPLOG_SWITCHES=20 SHIPLOG_EVENTS_PER_SECOND=1000 SHIPLOG_READS_PER_SECOND=200 SHIPLOG_REBUILD_KILLS=10 \
		$(BIN)/python -m pytest tests/chaos/test_rebuild_kills.py tests/chaos/test_rebuild_while_serving.py

kills: setup  ## ten kills in replays, ten of a rebuild, three shuffled orders of the real deliveries
	SHIPLOG_REPLAY_KILLS=10 SHIPLOG_REBUILD_KILLS=10 SHIPLOG_ORDERS=3 \
		$(BIN)/python -m pytest tests/chaos/test_kills_in_replay.py tests/chaos/test_rebuild_kills.py tests/e2e/test_olist.py

chaos-long: setup  ## 20 zombies of a minute, 3 minutes without broker, 10 minutes without projector: half an hour
	$(BIN)/python -m tests.chaos.harness.one zombies --runs 20 --seconds 60
	$(BIN)/python -m tests.chaos.harness.one broker-away --runs 20 --seconds 180
	$(BIN)/python -m tests.chaos.harness.one projector-away --deadlines 10000 --seconds 600

schemas: setup  ## write JSON Schema files, the AsyncAPI document and the OpenAPI document
	$(BIN)/python -m schemas.generate
	$(BIN)/python -m services.query.openapi

COMPILE := .lock/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-header --native-tls --quiet

lock:  ## resolve the dependencies of pyproject.toml into requirements.lock and requirements-bench.lock
	@test -x .lock/bin/uv || { $(PYTHON) -m venv .lock && .lock/bin/pip install --quiet uv==$(UV_VERSION); }
	@$(COMPILE) pyproject.toml --group build --group dev --output-file requirements.lock $(LOCK_ARGS)
	@$(COMPILE) --group bench --output-file requirements-bench.lock $(LOCK_ARGS)

kafka-lock: setup  ## resolve Kafka's jars into deploy/local/kafka.lock.json
	$(BIN)/python -m services.cli.local.lock

streams-lock: setup  ## resolve the jars of the bench's Kafka Streams rival into deploy/local/kafka-streams.lock.json
	$(BIN)/python -m tests.bench.rivals.streams_lock

local-up: setup  ## start a local Kafka and PostgreSQL in .shiplog
	$(BIN)/shiplog local up

local-down: setup  ## stop them
	$(BIN)/shiplog local down

clean:  ## remove what was built; .venv and running stacks stay
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find schemas services tests -name __pycache__ -type d -prune -exec rm -rf {} +
