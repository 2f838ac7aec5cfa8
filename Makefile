# Every target works from a fresh clone with nothing but Python 3.11 to 3.13 and make.
# `make run` installs the run set only; the others add the dev set to the same .venv.

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test cover check lint types contracts faults faults-long chaos outage load recovery browser bench lock clean
.DELETE_ON_ERROR:

SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c '$(SUPPORTED)' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes
ROOMS := bot handoff workers tests $(wildcard bench)

help: ## Say what there is to run
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.run-set ## Make .venv with what the product needs to run
	@:
setup-dev: .venv/.dev-set ## Add what tests and checks need
	@:

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Warmline needs Python 3.11, 3.12 or 3.13 on PATH (or make PYTHON=/path/to/it)."; exit 1; }
	@echo "Making .venv with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv .venv

# The locks name every package with its hash and no host, so pip resolves nothing here.
.venv/.run-set: requirements.lock | .venv/bin/python
	@echo "Installing the run set (about half a minute the first time)"
	@$(INSTALL) -r requirements.lock
	@touch $@

.venv/.dev-set: requirements-dev.lock .venv/.run-set
	@echo "Installing the dev set"
	@$(INSTALL) -r requirements-dev.lock
	@touch $@

run: setup ## Start everything on this machine; no token, no Docker, no Redis needed
	@exec $(BIN)/python -m handoff up

test: setup-dev ## Run the test suite
	@$(BIN)/python -m pytest --ignore=tests/browser -m "not faults" -n 2 --dist loadfile

cover: setup-dev ## Run the test suite and say which branches it missed
	@$(BIN)/python -m coverage erase
	@$(BIN)/python -m pytest --ignore=tests/browser -m "not faults" --cov --cov-report=term

lint: setup-dev ## Format and style
	@$(BIN)/ruff format --check $(ROOMS)
	@$(BIN)/ruff check $(ROOMS)

types: setup-dev ## mypy, strict, on the three packages
	@$(BIN)/mypy

contracts: setup-dev ## Who may import whom
	@$(BIN)/lint-imports

check: lint types contracts test ## What CI runs first; then come faults and browser

browser: setup-dev ## The story in a real browser (skipped on a machine without Chromium, not in CI)
	@$(BIN)/python -m pytest tests/browser

FAULTS := $(BIN)/python -m pytest tests/faults
faults: setup-dev ## Break the running product on purpose: crash points, four seeds, mutants, the matrix
	@$(FAULTS) -m "faults and not long" -n 4 --dist worksteal

faults-long: setup-dev ## What of it takes minutes by its nature: storms, thousands of races, long absence
	@$(FAULTS) -m long

SEED ?= 1
SEEDS ?= 1
SECONDS ?= 60
RATE ?= 20
MODE ?= polling
chaos: setup-dev ## One long seeded run: make chaos SEED=7 SECONDS=60 RATE=20 MODE=webhook (or both, with SEEDS=20)
	@$(BIN)/python -m tests.faults.chaos --seed $(SEED) --seeds $(SEEDS) --seconds $(SECONDS) --rate $(RATE) --mode $(MODE)

outage: setup-dev ## Redis, then the Bot API away for a minute at 20 messages a second
	@$(BIN)/python -m tests.faults.measure outage --seconds $(SECONDS) --rate $(RATE)

load: setup-dev ## 100 messages a second from 400 chats, in fair weather and while everything breaks
	@$(BIN)/python -m tests.faults.measure load --seconds $(SECONDS)

recovery: setup-dev ## How long until all is well after the death of a bot, a server, a worker, an agent
	@$(BIN)/python -m tests.faults.measure recovery

bench: setup-dev ## The measurements, as one table
	@$(BIN)/python -m bench

LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" $(LOCK_FLAGS)

lock: ## Write both locks anew from pyproject.toml (needs uv; LOCK_FLAGS=--upgrade for newer versions)
	@command -v uv >/dev/null || { echo "make lock needs uv (pip install uv)."; exit 1; }
	@$(LOCK) pyproject.toml -o requirements.lock
	@$(LOCK) --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean: ## Take away what was made here, except your data
	@rm -rf .venv .coverage .coverage.* htmlcov .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
