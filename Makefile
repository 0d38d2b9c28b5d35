# `make demo` and `make test` each work as the first command on a fresh clone.

SHELL := /bin/bash
VENV := .venv
READY := $(VENV)/.ready
BIN := $(VENV)/bin
DEVELOPER := $(VENV)/.ready-dev
DEMO := demo
LOCAL := .venv-local
UPGRADE := --upgrade
COMPILE = uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate $(UPGRADE) \
	pyproject.toml --extra similarity
PORT := 8000

# As they were typed: `make map` reads them in its environment, so that no name of a file is changed.
override export FASTA := $(value FASTA)
override export ARGS := $(value ARGS)
override export RUN := $(value RUN)

.PHONY: help setup compile demo map serve test test-slow test-faults test-postgres test-browser test-deploy test-local prefetch docs bench bench-small bench-hostile lint generated lock pin-images audit clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: $(READY) ## create .venv from locks/requirements.lock and compile what the first run would wait for

$(READY): locks/requirements.lock
	@python=$$(scripts/find-python) && $$python -m venv --clear $(VENV)
	@echo "Installing into $(VENV) (a minute or two) ..."
	@scripts/install $(VENV) locks/requirements.lock
	@echo "Compiling UMAP (half a minute) ..."
	@$(BIN)/python -W ignore -m steps.preload.warmup umap
	@touch $@

compile: $(READY) ## compile all methods, as for a server; else the first run with a method compiles it
	@$(BIN)/python -W ignore -m steps.preload.warmup

$(DEVELOPER): locks/requirements-dev.lock $(READY)
	@echo "Installing what tests, benchmarks and documentation need ..."
	@scripts/install $(VENV) locks/requirements-dev.lock
	@touch $@

demo: $(READY) ## run the pipeline on the simulated example, offline
	@$(BIN)/snakemake --directory $(DEMO) --config \
		input=$(CURDIR)/examples/families.fasta \
		annotations=header,sequence,$(CURDIR)/examples/families.tsv

map: $(READY) ## a map of your proteins: make map FASTA=my.fasta [RUN=folder] [ARGS="key=value ..."]
	@$(BIN)/python scripts/make_map.py

test: $(DEVELOPER) ## run the tests: make test [TESTS=tests/steps]
	@$(BIN)/python -m pytest $(TESTS) -n 2 --dist worksteal \
		--cov=steps --cov=gateway --cov-report=term:skip-covered \
		-m "not slow and not postgres and not local and not slurm and not faults \
		and not browser and not deploy"

test-slow: $(DEVELOPER) ## run the tests that take long
	@$(BIN)/python -m pytest -m slow -n 2 --dist worksteal

test-faults: $(DEVELOPER) ## kills, fuzz and load (20 minutes)
	@$(BIN)/python -m pytest -m faults tests/faults

test-slurm: $(DEVELOPER) ## run the tests on a SLURM cluster of one node (as root, on Debian)
	@scripts/slurm $(CURDIR)/$(BIN)/python -m pytest -m slurm tests/slurm

# A script that never ends in a browser is waited for without a limit: such a test fails after this.
ENDLESS := -o faulthandler_timeout=900 -o faulthandler_exit_on_timeout=true

test-browser: $(DEVELOPER) ## test the page in Debian's chromium; pictures go to screenshots/
	@command -v chromium >/dev/null || { echo "No chromium: apt-get install chromium" >&2; exit 1; }
	@$(BIN)/python -m pytest -m browser tests/browser -n 2 --dist worksteal $(ENDLESS)

test-deploy: $(DEVELOPER) ## run what deploy/ has: proxies, service, image (as root, on Debian; 15 minutes)
	@$(BIN)/python -m pytest -m deploy tests/deploy -n 2 --dist loadfile --no-loadscope-reorder \
		-o faulthandler_timeout=3000

test-local: $(LOCAL)/.ready ## test the local backend (installs PyTorch into .venv-local: gigabytes)
	@$(LOCAL)/bin/python -m pytest -m local tests/local

prefetch: $(if $(EMBEDDER),$(LOCAL)/.ready,$(READY)) ## reference files and a model: make prefetch [EMBEDDER=esm2_8m] [MODELS=folder]
	@$(if $(EMBEDDER),$(LOCAL)/bin,$(BIN))/python -m steps prefetch --references \
		$(if $(MODELS),--models "$(MODELS)") $(EMBEDDER)

$(LOCAL)/.ready: locks/requirements-local.lock
	@python=$$(scripts/find-python) && $$python -m venv --clear $(LOCAL)
	@echo "Installing PyTorch and transformers into $(LOCAL) (minutes) ..."
	@scripts/install $(LOCAL) locks/requirements-local.lock
	@touch $@

test-postgres: $(DEVELOPER) ## run the tests of the store with a PostgreSQL server of their own
	@scripts/postgres $(BIN)/python -m pytest -m postgres tests/postgres

docs: $(DEVELOPER) ## build the documentation as a site in site/
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --config-file scripts/mkdocs.yaml --strict --quiet

lint: $(DEVELOPER) ## check style, types and rules
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/snakefmt --check Snakefile rules
	@$(BIN)/snakemake --lint

serve: $(READY) ## start the gateway on 127.0.0.1, port 8000; without PREP_EMBEDDER it needs no model
	@PREP_EMBEDDER=$${PREP_EMBEDDER:-kmers} PREP_ALLOWED_HOSTS=$${PREP_ALLOWED_HOSTS:-localhost} \
		$(BIN)/python -m gateway --host 127.0.0.1 --port $(PORT)

bench: $(DEVELOPER) ## measure against protspace's own commands; prints `ratio NAME VALUE TARGET`
	@$(BIN)/python benchmarks/project.py
	@$(BIN)/python benchmarks/end_to_end.py
	@$(BIN)/python benchmarks/gateway.py
	@$(BIN)/python benchmarks/cli.py
	@$(BIN)/python benchmarks/reuse.py
	@$(BIN)/python benchmarks/annotate.py
	@$(BIN)/python benchmarks/query.py
	@$(BIN)/python benchmarks/scale.py
	@$(BIN)/python benchmarks/branches.py
	@$(BIN)/python benchmarks/storage.py
	@$(BIN)/python benchmarks/embedders.py $(if $(TOXINS),--toxins "$(TOXINS)")
	@$(BIN)/python benchmarks/map_quality.py $(if $(TOXINS),--toxins "$(TOXINS)")
	@$(BIN)/python benchmarks/large_umap.py
	@$(BIN)/python benchmarks/grow.py
	@$(BIN)/python benchmarks/held_out.py $(if $(TOXINS),--toxins "$(TOXINS)")

bench-small: $(DEVELOPER) ## the same with less work, in minutes; fails on a ratio far above its target
	@$(BIN)/python benchmarks/small.py

bench-hostile: $(DEVELOPER) ## attack a gateway, and measure what an honest user notices (minutes)
	@$(BIN)/python benchmarks/hostile.py

generated: $(DEVELOPER) ## write configuration, settings and environment files again
	@$(BIN)/python scripts/generate.py

lock: ## resolve all versions again (needs uv); UPGRADE= keeps those that are there
	$(COMPILE) --output-file locks/requirements.lock
	$(COMPILE) --group dev --group browser --group docs \
		--constraints locks/requirements.lock --output-file locks/requirements-dev.lock
	$(COMPILE) --extra local --group test \
		--constraints locks/requirements-dev.lock --output-file locks/requirements-local.lock

pin-images: ## pin the images of deploy/ by digest (needs skopeo or docker, and their registry)
	@scripts/pin-images

audit: $(READY) .venv-audit/.ready ## look for known vulnerabilities of the locked versions (needs PyPI)
	@$(BIN)/python scripts/audit.py .venv-audit/bin/pip-audit locks/requirements-dev.lock locks/requirements-local.lock

.venv-audit/.ready:
	@$(BIN)/python -m venv --clear .venv-audit
	@.venv-audit/bin/python -m pip install --quiet --quiet --disable-pip-version-check pip-audit
	@touch $@

clean: ## remove what the targets above have made
	rm -rf $(VENV) $(DEMO)
