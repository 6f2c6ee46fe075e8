# The shop's commands. Python 3.11 or newer and make are all that `run` and `test` need.

PYTHON ?= python3
VENV := .venv/bin/python
WORKERS ?= 3
SERVICES := .ci/services.sh
export PYTHONUTF8 := 1

.DEFAULT_GOAL := help
.PHONY: help run test check fix test-services test-browser bench messages lock clean python runtime dev

help: ## show this list
	@echo "make <command>   (ตลาดลอยฟ้า · Talat Loi Fa)"
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  %-15s %s\n", $$1, $$2}' Makefile

run: python ## open the shop with its demo market on http://127.0.0.1:$PORT/ (default 8000)
	@$(PYTHON) -m deploy.run

test: dev ## run the test suite on SQLite; needs no service, key, Node or Docker
	@$(VENV) -m pytest -n $(WORKERS) $(ARGS)

check: dev ## lint, format, types, import contracts, migrations, production settings, strings
	@$(VENV) -m deploy.check

fix: dev ## let ruff put format and simple lint right
	@$(VENV) -m ruff check --fix --quiet . ; $(VENV) -m ruff format .

test-services: dev ## run the whole suite on PostgreSQL and Redis (started if they are not running)
	@bash $(SERVICES) postgresql redis -- $(VENV) -m pytest -n $(WORKERS) $(ARGS)

test-browser: dev ## run the tests that need a browser (Chromium)
	@bash $(SERVICES) chromium fonts node
	@$(VENV) -m pytest tests/browser $(ARGS)

bench: dev ## measure statements and times on 10,000 products, then Lighthouse; writes to bench/
	@bash $(SERVICES) postgresql redis chromium fonts node -- $(VENV) -m bench $(ARGS)
	@$(VENV) -m bench.lighthouse

messages: dev ## collect the strings to translate into shop/locale/th
	@$(VENV) -m deploy.messages collect

lock: dev ## resolve the packages of pyproject.toml anew into deploy/requirements
	@$(VENV) -m deploy.lock

clean: ## remove what the shop has written: database, pictures, mails, logs (keeps .venv)
	@rm -rf var .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

python:
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) was not found: Python 3.11 or newer is needed (or: make $(MAKECMDGOALS) PYTHON=/path/to/python3)" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$$($(PYTHON) --version) is too old: Python 3.11 or newer is needed (or: make $(MAKECMDGOALS) PYTHON=/path/to/python3)" >&2; exit 1; }

dev: python
	@$(PYTHON) -m deploy.prepare dev
