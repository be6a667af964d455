# Everything a person types. `make run` needs Python 3.11 or newer and make, nothing else; what the tests need
# besides is installed from Debian as root, or named.

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
ROOMS := benchmarks classifier journal journify ml spotify_auth tools
BIN := $(VENV)/bin
MANAGE := $(BIN)/python manage.py
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PYTHONUNBUFFERED := 1
unexport PYTHONDONTWRITEBYTECODE  # nothing is compiled beforehand (below): each start would do it anew
.DEFAULT_GOAL := help

.PHONY: help run bench check checks test lint types migrations unit slow database e2e fix messages lock licences audit clean chromium sqlite postgres redis rabbitmq mongodb nginx soak load costs budget screens hostile fuzz peers

help:  ## list these commands
	@grep -E '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# SANDBOX=1: a stand-in for Spotify, Deezer and Apple runs beside the app, which takes it for them
PROCFILE := Procfile
ifdef SANDBOX
SANDBOX_PORT ?= 8020
PROCFILE := Procfile.sandbox
export SANDBOX_PORT
export SANDBOX_URL := http://127.0.0.1:$(SANDBOX_PORT)
endif

# The app reads .env itself. Nothing stands between make and what runs it: a signal to make reaches it.
run: $(VENV)/run.stamp  ## start the whole app: web pages and worker (PORT=8000, SANDBOX=1)
	@$(MANAGE) prepare --port $(PORT)
	@exec $(BIN)/python -m journify.operations.together --env /dev/null --procfile $(PROCFILE) start --port $(PORT)

# DB=postgres: the tests run on a PostgreSQL server that is started for them and thrown away again
ifeq ($(DB),postgres)
ON_DB := $(BIN)/python -m tools.postgres
else ifneq ($(filter-out sqlite,$(DB)),)
$(error DB=$(DB) is not known: leave it out, or say DB=postgres)
endif

bench: $(VENV)/test.stamp  ## measure speed against the thesis's pipeline and the machine's floor
	@$(MANAGE) bench --jobs --web $(BENCH)

peers: $(VENV)/run.stamp  ## let VibeNet hear folders of clips, in an environment of its own (DATA="data/emotify")
	@$(BIN)/python -m tools.peers $(DATA)

test migrations unit slow database e2e: export ENV_FILE := /dev/null
# ALL=1: what is slow as well; the browser's ways share its apps, then
test: $(VENV)/test.stamp  ## style, types, tests, the daily ways in a browser (DB=postgres: on PostgreSQL; ALL=1: and make slow)
	@$(MAKE) checks unit $(if $(ALL),slow,e2e)

checks: export ENV_FILE := /dev/null
checks: $(VENV)/test.stamp  ## style, types, migrations
	@$(MAKE) --jobs=$(shell nproc) --output-sync=target lint types migrations  # each takes one core

SINCE ?= HEAD
check: export ENV_FILE := /dev/null
check: $(VENV)/test.stamp  ## while you work: style, types, the tests that name what changed (SINCE=main)
	$(BIN)/ruff check --quiet
	$(BIN)/ruff format --check --quiet
	$(BIN)/djlint --quiet --check templates
	$(BIN)/mypy $(ROOMS)
	$(BIN)/pytest --quiet -m "not e2e and not slow" $(PARALLEL) $$($(BIN)/python -m tools.changed $(SINCE))

lint: $(VENV)/test.stamp  ## style, security rules and templates
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive $(ROOMS)
	$(BIN)/djlint --quiet --check --lint templates

types: $(VENV)/test.stamp  ## types, strictly
	$(BIN)/mypy $(ROOMS)

migrations: $(VENV)/test.stamp $(DB)  ## migrations and settings fit the code
	$(ON_DB) $(MANAGE) makemigrations --check --dry-run
	$(BIN)/python -m tools.mongodb.migrations --check --dry-run
	$(ON_DB) $(MANAGE) check

# As many processes as there are cores; the tests of a file stay together, and share what they set up.
# In our order, not the files with the most tests first, which are the quick ones.
# A process that crashes, or hangs and is ended, is not replaced: with groups or files xdist would wait for ever.
PARALLEL := --max-worker-restart 0 --numprocesses $(shell nproc) --dist loadfile --no-loadscope-reorder

unit: $(VENV)/test.stamp postgres redis mongodb nginx  ## tests without a browser (TESTS="journal ml")
	$(ON_DB) $(BIN)/pytest -m "not e2e and not slow" $(PARALLEL) $(TESTS)

# Each test as soon as a core is free; those of a group (`xdist_group`) stay together, and share an app. What is slow
# waits as long as it works: three for two cores.
EACH := --max-worker-restart 0 --dist loadgroup --no-loadscope-reorder --numprocesses

# Only the files with such tests are read: of all of them that takes longer than the tests of a file.
slow: TESTS ?= $(shell grep -rlE 'mark\.(slow|e2e)' --include='test_*.py' $(ROOMS))
e2e: TESTS ?= $(shell grep -rl 'mark\.e2e' --include='test_*.py' $(ROOMS))

MARKED := $(if $(ALL),slow or e2e,slow)
slow: $(VENV)/test.stamp postgres redis mongodb chromium  ## what kills processes, trains, measures; rarer ways in a browser
	$(BIN)/pytest -m "$(MARKED)" $(EACH) $(shell expr $$(nproc) + $$(nproc) / 2) $(TESTS)

database: $(VENV)/test.stamp postgres redis nginx mongodb  ## what asks the database, on PostgreSQL
	$(BIN)/python -m tools.postgres $(BIN)/pytest --only-database -m "not e2e" $(PARALLEL) \
	  journify journal classifier spotify_auth

e2e: $(VENV)/test.stamp chromium $(DB)  ## the daily ways, in a real browser against a real server and worker
	$(ON_DB) $(BIN)/pytest -m "e2e and not slow" $(EACH) $(shell nproc) $(TESTS)

soak: $(VENV)/test.stamp postgres redis rabbitmq mongodb  ## the kill test in full, on every backend (minutes)
	@ENV_FILE=/dev/null $(BIN)/python -m tools.soak

load: $(VENV)/run.stamp $(if $(filter postgres,$(DB)),postgres)  ## 100 listeners at once (DB=postgres)
	@ENV_FILE=/dev/null $(BIN)/python -m tools.inside --on $(or $(DB),sqlite) tools.load $(LOAD)

costs: $(VENV)/run.stamp $(if $(filter postgres,$(DB)),postgres)  ## what songs and entries cost, and a million listeners (DB=postgres)
	@ENV_FILE=/dev/null $(BIN)/python -m tools.inside --on $(or $(DB),sqlite) tools.measuring.costs

budget: $(VENV)/run.stamp  ## weigh and time every page with three years of entries
	@$(MANAGE) page_bytes
	@$(MANAGE) page_times

screens: $(VENV)/test.stamp chromium  ## renew the pictures of every page in docs/screens
	$(BIN)/python -m tools.screens

hostile: $(VENV)/test.stamp  ## send every hostile file through an upload, a try-out and classify
	ENV_FILE=/dev/null HOSTILE_EVERY=1 $(BIN)/pytest tools/tests/test_hostile.py

EXAMPLES ?= 20000
fuzz: $(VENV)/test.stamp  ## fuzz the decoder and every parser of others' data (EXAMPLES=20000 for each)
	ENV_FILE=/dev/null FUZZ_EXAMPLES=$(EXAMPLES) $(BIN)/pytest tools/tests/test_fuzz.py

fix: $(VENV)/test.stamp  ## format and mend what tools can mend
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/djlint --quiet --reformat templates

messages: $(VENV)/test.stamp  ## collect texts, merge them into locale/, compile the translations
	$(MANAGE) messages

# One lock for every Python that we support, with a marker where one of them needs something else.
LOCKED_FOR := 3.11 3.12 3.13 3.14
UV_COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-emit-index-url --no-emit-find-links --annotation-style line $(LOCK)
lock: $(VENV)/test.stamp  ## pin requirements*.in by version and hash; what is pinned stays (LOCK=--upgrade: the newest)
	$(UV_COMPILE) --output-file requirements.txt requirements.in
	$(UV_COMPILE) --no-strip-extras --output-file requirements-dev.txt requirements-dev.in
	@for python in $(LOCKED_FOR); do for lock in requirements.txt requirements-dev.txt; do \
	  echo "would $$lock install on Python $$python?"; \
	  $(BIN)/pip install --quiet --dry-run --ignore-installed --require-hashes --only-binary :all: \
	    --python-version $$python --target $(VENV)/dry-run -r $$lock || exit 1; done; done

licences: $(VENV)/test.stamp  ## write docs/licences.md from what is installed
	@$(BIN)/python -m tools.licences

# Not of `make test`: it asks the index for what became known today.
audit: $(VENV)/test.stamp  ## known holes in what is pinned, from the package index
	@for lock in requirements.txt requirements-torch.txt requirements-dev.txt; do echo "$$lock"; \
	  $(BIN)/pip-audit --strict --progress-spinner=off --no-deps --disable-pip --requirement $$lock || exit 1; done

clean:  ## remove the virtual environment (data stays in var/)
	rm -rf $(VENV)

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Journify needs Python 3.11 or newer; try: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update -q && apt-get install -qy python3-venv; \
	  else echo "Python's venv module is missing: sudo apt-get install python3-venv"; exit 1; fi; }
	$(PYTHON) -m venv $(VENV)

# Uncompiled: Python compiles what it imports when it first does, and the first page comes 20 s earlier.
PIP_INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --no-compile --require-hashes
# uv takes a sixth of the processor's time; pip, which knows the machine's own settings, where uv cannot (known in seconds)
INSTALL = UV_HTTP_RETRIES=1 $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r $(1) || $(PIP_INSTALL) -r $(1)
$(VENV)/run.stamp: requirements.txt requirements-torch.txt tools/install_torch.py | $(BIN)/pip
	@echo "Installing what Journify needs; the first time this takes some minutes."
	@sed -n '/^uv==/,/[^\\]$$/p' requirements-dev.txt > $(VENV)/uv.txt
	$(PIP_INSTALL) -r $(VENV)/uv.txt || true
	$(call INSTALL,requirements.txt)
	@$(BIN)/python tools/install_torch.py
	@touch $@

$(VENV)/test.stamp: requirements-dev.txt $(VENV)/run.stamp
	$(call INSTALL,requirements-dev.txt)
	@touch $@

chromium:
	@command -v chromium >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update -q && apt-get install -qy --no-install-recommends chromium; \
	  else echo "The browser tests need Chromium: sudo apt-get install chromium"; exit 1; fi; }
	@command -v chromium-headless-shell >/dev/null || [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null || \
	  apt-get install -qy --no-install-recommends chromium-headless-shell || \
	  { apt-get update -q && apt-get install -qy --no-install-recommends chromium-headless-shell; } || \
	  echo "Debian's chromium-headless-shell is not to be had: the browser tests take Chromium, and longer."

sqlite:  # comes with Python

postgres:
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update -q && apt-get install -qy --no-install-recommends postgresql; \
	  else echo "Tests on PostgreSQL need its server: sudo apt-get install postgresql"; exit 1; fi; }

redis:
	@command -v redis-server >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update -q && apt-get install -qy --no-install-recommends redis-server; \
	  else echo "The tests of the queue need Redis: sudo apt-get install redis-server"; exit 1; fi; }

mongodb: tools/mongodb/node_modules/.package-lock.json  # no server: what stands in for one

tools/mongodb/node_modules/.package-lock.json: tools/mongodb/package-lock.json
	@command -v npm >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update -q && apt-get install -qy --no-install-recommends nodejs npm; \
	  else echo "The tests of MongoDB need Node.js: sudo apt-get install nodejs npm"; exit 1; fi; }
	NODE_OPTIONS=--use-openssl-ca npm ci --prefix tools/mongodb --no-audit --no-fund --loglevel=error  # the machine's certificates
	@touch $@

nginx:
	@command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update -q && apt-get install -qy --no-install-recommends nginx-light; \
	  else echo "The test of slow clients needs nginx: sudo apt-get install nginx-light"; exit 1; fi; }

rabbitmq:
	@ls /usr/lib/rabbitmq/bin/rabbitmq-server >/dev/null 2>&1 || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update -q && apt-get install -qy --no-install-recommends rabbitmq-server; \
	  else echo "make soak needs RabbitMQ: sudo apt-get install rabbitmq-server"; exit 1; fi; }
