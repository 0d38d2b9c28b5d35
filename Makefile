# `make demo` and `make test` each work as the first command on a fresh clone.

SHELL := /bin/bash
VENV := .venv
READY := $(VENV)/.ready
BIN := $(VENV)/bin
DEMO := demo

.PHONY: help setup demo serve test test-slow bench lint generated lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: $(READY) ## create .venv from requirements.lock and compile what the first run would wait for

$(READY): requirements.lock
	@python=$$(scripts/find-python) && $$python -m venv --clear $(VENV)
	@echo "Installing into $(VENV) (a minute or two) ..."
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check -r requirements.lock
	@echo "Compiling (under a minute) ..."
	@$(BIN)/python -W ignore -m steps.warmup
	@touch $@

demo: $(READY) ## run the pipeline on the simulated example, offline
	@$(BIN)/snakemake --cores 2 --quiet all --directory $(DEMO) --config \
		input=$(CURDIR)/examples/families.fasta \
		annotations=header,sequence,$(CURDIR)/examples/families.tsv
	@scripts/show-results $(DEMO)/results/families

test: $(READY) ## run the tests
	@$(BIN)/python -m pytest -m "not slow"

test-slow: $(READY) ## run the slower tests of the gateway
	@$(BIN)/python -m pytest -m slow

lint: $(READY) ## check style, rules and generated files
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/snakefmt --check Snakefile rules
	@$(BIN)/snakemake --lint

serve: $(READY) ## start the gateway on 127.0.0.1:8000, with the offline embedder
	@$(BIN)/python -m gateway --host 127.0.0.1 --port 8000

bench: $(READY) ## measure against protspace's own commands; prints `ratio NAME VALUE TARGET`
	@$(BIN)/python benchmarks/project.py
	@$(BIN)/python benchmarks/gateway.py

generated: $(READY) ## write configuration, settings and environment files again
	@$(BIN)/python -m steps.config_files
	@$(BIN)/python -m gateway.settings_doc

lock: ## resolve all versions again (needs uv)
	uv pip compile --universal --group dev --no-header --no-annotate --upgrade \
		pyproject.toml -o requirements.lock

clean: ## remove what the targets above have made
	rm -rf $(VENV) $(DEMO)
