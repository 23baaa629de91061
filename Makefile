# Everything from a bare machine: Python 3.11+, git and make. `make help` lists the targets.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash

# The first Python that is new enough; or say which: make demo PY=python3.12
PY ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null && echo $$p && break; done)
UV := .tools/bin/uv
RUN := .venv/bin/python
STACK := $(RUN) tools/stack.py
export UV_PYTHON_DOWNLOADS ?= never
export UV_LINK_MODE ?= copy

# A system Node that is new enough is used; else one comes from PyPI, as everything else does.
NODE_GROUP := $(shell node -e 'process.exit(process.versions.node.split(".")[0] < 20)' 2>/dev/null && npm --version >/dev/null 2>&1 || echo --group node)
# An index of yours may install from the locks, but the locks must not name it.
INDEX_SETTINGS := UV_INDEX UV_INDEX_URL UV_DEFAULT_INDEX UV_EXTRA_INDEX_URL UV_FIND_LINKS UV_NO_INDEX \
	PIP_INDEX_URL PIP_EXTRA_INDEX_URL PIP_FIND_LINKS PIP_NO_INDEX \
	HTTP_PROXY HTTPS_PROXY ALL_PROXY http_proxy https_proxy all_proxy
ASSET_SOURCES := $(shell find exchange/web/assets core ledger brands influencers compliance campaigns \
	attribution payouts exchange/web/templates \( -path '*/templates/*' -o -path '*/assets/*' \) -type f 2>/dev/null | sed 's/ /\\ /g')

# T: what to test. ARGS: options for pytest or the runner. C: one chaos suite. B: rows of bench.
T ?=
ARGS ?=
C ?=
B ?=

.PHONY: help
help: ## Show this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'
	@echo
	@echo "  PORT=8100 make demo      other ports        make test T=tests/ledger   one folder"
	@echo "  DATABASE_URL, DATABASE_OWNER_URL, REDIS_URL (all three): your own servers"

# --- Run ------------------------------------------------------------------------------------

.PHONY: demo
demo: install ## Start the product with a demo world; Ctrl-C stops it, the data stays
	@$(STACK) demo $(ARGS)

.PHONY: demo-reset
demo-reset: ## Forget the demo world; the next `make demo` begins anew
	@$(PY) tools/demo_reset.py

# --- Check ----------------------------------------------------------------------------------

.PHONY: test
test: install ## All tests but the browser's, in parallel; T=tests/ledger for one folder
	@$(STACK) test -- -n auto --ignore=tests/e2e $(T) $(ARGS)

.PHONY: e2e
e2e: install ## The main job in a real browser over real processes (needs chromium)
	@$(STACK) e2e -- $(or $(T),tests/e2e) $(ARGS)

.PHONY: lint
lint: .venv/.ok node_modules/.ok ## Style, types, imports, templates, migrations, translations, locks, compose
	@$(RUN) tools/lint.py $(ARGS)

.PHONY: bench
bench: install ## Measure beside references; writes build/bench.json; B=click_nginx for one
	@$(UV) sync --frozen --quiet --inexact $(NODE_GROUP) --group bench --python $(PY)
	@$(STACK) run -- $(RUN) tools/bench.py $(B) $(ARGS)

.PHONY: chaos
chaos: install ## Break it on purpose and count; writes build/chaos.json; C=rls_matrix for one
	@$(STACK) run -- $(RUN) tools/chaos.py $(C) $(ARGS)

.PHONY: picture
picture: install ## Take the README's picture from the running demo
	@$(RUN) -m tools.picture

# --- Install --------------------------------------------------------------------------------

.PHONY: install
install: .venv/.ok static/build/.ok ## Everything that the other targets need, from the locks

.PHONY: assets
assets: ## Build the styles, scripts and icons again
	@$(MAKE) -s node_modules/.ok
	@$(RUN) tools/build_assets.py && touch static/build/.ok

.PHONY: messages
messages: .venv/.ok ## Bring the translation catalogues in step with the source
	@$(RUN) tools/messages.py update

.PHONY: format
format: .venv/.ok ## Let ruff format the code
	@$(RUN) -m ruff check --fix . && $(RUN) -m ruff format .

.PHONY: lock
lock: .tools/.ok ## Renew uv.lock and package-lock.json after a change of versions
	env $(addprefix -u ,$(INDEX_SETTINGS)) $(UV) lock --no-config --python $(PY)
	$(RUN) -m tools.node npm install --package-lock-only --ignore-scripts

.tools/.ok:
	@test -n "$(PY)" || { echo "Python 3.11 to 3.14 is needed, and none is on PATH. Install one, or name it: make PY=/path/to/python3.12"; exit 1; }
	@$(PY) -m venv .tools || { echo "Python's venv is missing (Debian and Ubuntu: apt install python3-venv)"; rm -rf .tools; exit 1; }
	@.tools/bin/pip -q --disable-pip-version-check install 'uv>=0.13,<0.14' && touch $@

.venv/.ok: .tools/.ok pyproject.toml uv.lock
	@$(UV) sync --frozen --quiet $(NODE_GROUP) --python $(PY) && touch $@

node_modules/.ok: package.json package-lock.json .npmrc .venv/.ok
	@$(RUN) -m tools.node npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && touch $@

static/build/.ok: node_modules/.ok tools/build_assets.py $(ASSET_SOURCES)
	@$(RUN) tools/build_assets.py && touch $@
