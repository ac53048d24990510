# Callout. `make` or `make help` lists what there is.

PYTHON ?= python3
TESTS ?= tests
WORKERS ?= auto
BENCH ?= import_businesses dispatch_decision accept_race offer_latency

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help up demo doctor test check eval bench soak docs lock clean

# Every path below is relative, so the checkout may lie in a directory with spaces.
venv := .venv
shared := ../shared/data
python := $(venv)/bin/python
base := $(venv)/.base-installed
dev := $(venv)/.dev-installed
# docopt, pure Python, is published as source only.
install = $(python) -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: --no-binary docopt --requirement

help: ## Show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{ printf "  make %-8s %s\n", $$1, $$2 }'

up: $(base) ## Run everything on this machine (ARGS='--embedded --logs' …)
	$(python) -m callout up $(ARGS)

demo: $(base) ## Play the main job, against a running system or by itself (ARGS='--data DIR')
	$(python) -m callout demo $(if $(wildcard $(shared)/businesses),--data $(shared)) $(ARGS)

doctor: $(base) ## Say what is configured, simulated or missing
	$(python) -m callout doctor

test: $(dev) ## Run the tests (TESTS=tests/unit, WORKERS=0 for one process)
	$(python) -m pytest -n $(WORKERS) --no-loadscope-reorder -q $(TESTS)

eval: $(dev) ## Measure what is heard in real conversations, and duplicates among real listings (needs ../shared/data)
	$(python) bench/eval_conversations.py
	$(python) bench/eval_duplicates.py

bench: $(dev) ## Measure import, dispatch decisions, racing acceptors, offers (BENCH=accept_race ARGS='--rounds 3')
	@for bench in $(BENCH); do \
		echo "-- $$bench $(ARGS)"; $(python) bench/$$bench.py $(ARGS) || missed="$$missed $$bench"; \
	done; test -z "$$missed" || { echo "missed:$$missed"; exit 1; }

soak: $(dev) ## The long matrices: kill -9 of each process at each step, 200 rounds of racing acceptors
	CALLOUT_SOAK=1 $(python) -m pytest -q -p no:cacheprovider --timeout 3600 tests/faults tests/races tests/features/calling/voice/test_rehearsal.py

docs: $(dev) ## Renew the generated parts of the documentation
	$(python) docs/generate.py

check: $(dev) ## Format, lint, types, layers, documentation
	$(python) -m ruff format --check .
	$(python) -m ruff check .
	$(python) -m mypy
	$(venv)/bin/lint-imports
	$(python) docs/generate.py --check

lock: $(dev) ## Pin what pyproject.toml asks for, by hash
	$(call compile,--extra voice --extra dev,requirements/dev.txt)
	$(call compile,--extra voice --constraint requirements/dev.txt,requirements/base.txt)

clean: ## Remove the virtual environment and caches; data in the state directory stays
	rm -rf $(venv) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build dist
	find . -name __pycache__ -prune -exec rm -rf {} +

compile = $(python) -m uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
	$(1) pyproject.toml --output-file $(2)

$(base): requirements/base.txt | $(python)
	$(install) $<
	@touch $@

$(dev): requirements/dev.txt | $(python)
	$(install) $<
	@touch $@ $(base)

$(python):
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Callout needs Python 3.11 or newer; set PYTHON=…")'
	$(PYTHON) -m venv $(venv)
	@$(python) -c 'import pathlib, sysconfig; \
		place = pathlib.Path(sysconfig.get_paths()["purelib"]) / "callout.pth"; \
		place.write_text(str(pathlib.Path("src").resolve()))'
