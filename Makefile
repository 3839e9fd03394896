# degoog: `make demo` shows it, `make test` checks it; both set everything up by themselves in .venv.
# Tout s'installe dans .venv ; rien d'autre n'est modifié sur cette machine.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.NOTPARALLEL:
.SUFFIXES:
.DELETE_ON_ERROR:

# Another interpreter: make setup PYTHON=/opt/python3.12/bin/python3
PYTHON ?= python3.13 python3.12 python3.11 python3
BIN := .venv/bin
MO := $(patsubst %.po,%.mo,$(wildcard degoog/locale/*/LC_MESSAGES/*.po))
INSTALLED := .venv/installed
# More for pytest: make test ARGS='-k takeout'
ARGS ?=

CHECKS := format lint types translations
LAYERS := imports repo unit contract crash cli docs page wheel

.PHONY: help setup demo test bench translations clean $(CHECKS:%=test-%) $(LAYERS:%=test-%) test-servers

help:
	@echo 'make demo           move the archive of a fictional association, here and now / voir degoog à l’œuvre'
	@echo 'make test           every check and test, fast ones first / toutes les vérifications'
	@echo 'make test-LAYER     one of: $(CHECKS) $(LAYERS)'
	@echo 'make test-servers   the playbooks, on machines booted for it (root, Debian) / les serveurs, sur des machines jetables'
	@echo 'make translations   bring degoog/locale up to date with the sentences of the code'
	@echo 'make bench          the measures of docs/benchmarks.md'
	@echo 'make setup          only prepare .venv / préparer seulement .venv'
	@echo 'make clean          remove what the other commands made, .venv included'

setup: $(INSTALLED) $(MO)

%.mo: %.po | $(INSTALLED)
	@$(BIN)/python -m tools.translations compile

$(BIN)/python:
	@for candidate in $(PYTHON); do \
	  "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
	  recent="$$candidate"; \
	  "$$candidate" -c 'import ensurepip, venv' 2>/dev/null || continue; \
	  echo "Python: $$candidate"; \
	  "$$candidate" -m venv .venv && exit 0; \
	  rm -rf .venv; exit 1; \
	done; \
	if [ -n "$$recent" ]; then \
	  echo "$$recent ne sait pas créer d'environnement virtuel. Sous Debian : apt install python3-venv, puis relancez la même commande." >&2; \
	  echo "$$recent cannot make a virtual environment. On Debian: apt install python3-venv, then run the same command again." >&2; \
	else \
	  echo "Il faut Python 3.11 ou plus récent. Sous Debian 12 ou 13 : apt install python3 python3-venv, puis relancez la même commande." >&2; \
	  echo "Python 3.11 or later is needed. On Debian 12 or 13: apt install python3 python3-venv, then run the same command again." >&2; \
	fi; exit 1

$(INSTALLED): pyproject.toml | $(BIN)/python
	@echo 'Installation dans .venv (environ une minute, une seule fois) / Installing into .venv (about a minute, once)'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]' || { \
	  echo "L'installation n'a pas abouti : vérifiez la connexion à Internet, puis relancez la même commande." >&2; \
	  echo "The installation did not end: check the connection to the internet, then run the same command again." >&2; \
	  exit 1; }
	@touch $@

demo: setup
	@$(BIN)/degoog demo $(ARGS)

# The page layer needs a browser. In continuous integration .ci/run installs it and its absence is a failure; elsewhere
# the layer is left out, and said to be.
CHROMIUM ?= /usr/bin/chromium
export CHROMIUM
HERE = $(filter-out $(if $(CI)$(wildcard $(CHROMIUM)),,page),$(LAYERS))
# Tests of one layer run side by side: make test CORES=0 runs them one after the other. The wheel is built once.
CORES ?= auto

# The checks that need no test runner, then layer after layer, fast ones first; the first that fails ends it.
test: $(CHECKS:%=test-%)
	@for layer in $(HERE); do \
	  echo "== $$layer"; \
	  [ $$layer = wheel ] && cores=0 || cores=$(CORES); \
	  $(BIN)/python -m pytest --layer=$$layer --numprocesses=$$cores --dist=worksteal $(ARGS); code=$$?; \
	  [ $$code -eq 0 ] || { [ $$code -eq 5 ] && [ -n "$(ARGS)" ]; } || exit 1; \
	done
	@$(if $(filter page,$(HERE)),,$(BIN)/python -c 'from tests.conftest import LEFT_OUT; print(LEFT_OUT)')

test-format: setup
	@echo '== format'
	@$(BIN)/ruff format --check --quiet . || { echo 'To mend it: .venv/bin/ruff format' >&2; exit 1; }

test-lint: setup
	@echo '== lint'
	@$(BIN)/ruff check --quiet .
	@$(BIN)/yamllint --strict playbooks inventory.example templates
	@cd playbooks && PATH="$(CURDIR)/$(BIN):$$PATH" ansible-lint --offline -q --profile production .

test-types: setup
	@echo '== types'
	@$(BIN)/mypy --no-error-summary --no-color-output

test-translations: setup
	@echo '== translations'
	@$(BIN)/python -m tools.translations check

$(LAYERS:%=test-%): test-%: setup
	@$(BIN)/python -m pytest --layer=$* $(ARGS)

# Boots throw-away Debian machines and applies the real playbooks: as root, with the packages that it names when they are
# missing. DEGOOG_SERVERS_FOLDER keeps their root file systems for the next time. TARGET=podman or TARGET=docker has them
# in containers instead. Two files of tests at a time, each with machines of its own: they wait more than they work.
TARGET ?= nspawn
export TARGET
AT_ONCE ?= 2
test-servers: setup
	@kept="$$DEGOOG_SERVERS_FOLDER"; folder="$${kept:-$$(mktemp -d -t degoog-servers-XXXXXX)}"; \
	DEGOOG_SERVERS_FOLDER="$$folder" $(BIN)/python -m pytest --layer=servers --numprocesses=$(AT_ONCE) \
	  --dist=loadfile $(ARGS); code=$$?; \
	[ -n "$$kept" ] || rm -rf "$$folder"; exit $$code

translations: setup
	@$(BIN)/python -m tools.translations update
	@$(BIN)/python -m tools.translations compile

bench: setup
	@$(BIN)/python -m benchmarks $(ARGS)

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist demo
	find degoog tests -name __pycache__ -type d -prune -exec rm -rf {} +
	find degoog -name '*.mo' -delete
