# Sightline: `make run` serves the app, `make test` proves it. Everything else is a part of these two.
PYTHON  ?= python3
PRODUCT ?= product.toml
PORT    ?= 8501
ADDRESS ?= 127.0.0.1
OUT     ?= my-product.toml
BIN     := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help run product test check venv bench people browser lock clean pictures

help:           ## list these commands
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/ready  ## serve the app (PRODUCT=path/to/product.toml for your own, PORT=8501)
	@SIGHTLINE_PRODUCT="$(PRODUCT)" $(BIN)/python -m queries.snapshot --if-needed
	@SIGHTLINE_PRODUCT="$(PRODUCT)" $(BIN)/python -m components.serve --port $(PORT) --address $(ADDRESS)

product: .venv/ready  ## draft a product file of your own (URL=postgresql://... or FILES="exports/*.csv", OUT=my-product.toml)
	@$(BIN)/python -m queries.draft $(if $(FILES),--files $(FILES),--url '$(value URL)') --out "$(OUT)"

test: .venv/ready browser  ## lint, types, unit, doctest, page and browser tests
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -n 2 --dist loadfile

check: .venv/ready  ## lint, types and the fast tests, in under a minute
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -m "not slow" -q

venv: .venv/ready  ## set up .venv alone

bench: .venv/ready browser  ## compare every question with SQL on the events (EVENTS=50_000_000 USERS=300_000)
	$(BIN)/python -m tests.benchmarks.bench

LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade -q

people: .venv/ready  ## how long 25 people at once wait for a click
	$(BIN)/python -m tests.benchmarks.people

pictures: .venv/ready browser  ## make the pictures of the README anew
	$(BIN)/python -m queries.snapshot --if-needed
	$(BIN)/python -m tests.browser.pictures

lock:           ## renew requirements.lock from pyproject.toml, and that of the stand-in for Snowflake (needs uv)
	$(LOCK) --all-extras -o requirements.lock pyproject.toml
	$(LOCK) -o tests/doubles/fakesnow.lock tests/doubles/fakesnow.in

clean:          ## remove the environment and everything generated; what people wrote stays
	rm -rf .venv tests/browser/node_modules .sightline/snapshots .sightline/demo.duckdb* .mypy_cache .ruff_cache .pytest_cache sightline.egg-info

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Sightline needs Python 3.11 or newer; run: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@echo "Setting up .venv (once, about a minute)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

browser:        # what the browser tests need, where it can be had: Debian's chromium, and axe-core from npm
	@command -v npm >/dev/null && npm ci --silent --no-fund --no-audit --prefix tests/browser \
	  || echo "No npm here: whether everybody can use the pages will not be tested."
	@command -v chromium >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
	  && apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; } \
	  || echo "No chromium and no way to install it here: the browser tests will be skipped."
