# Two commands do all the set-up on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.PHONY: demo test test-long npm-tools actionlint pictures oracle faults bench lint format docs clean

demo: $(READY) ## show a plan stopped by the gate, on a local AWS
	@$(BIN)/python -m demo

test: $(READY) ## run the everyday tests; those of real Terraform need its AWS provider in reach
	@$(BIN)/python -m pytest -m "not long"

test-long: $(READY) ## run the long tests: a second Terraform, and refreshes at length
	@$(BIN)/python -m pytest -m long

npm-tools: $(READY) ## install ahead what tests take from npm (tests/npm_tools/package.json)
	@$(BIN)/python -m tests.npm_tools

actionlint: $(READY) ## build ahead the linter of workflows that tests use; needs Go
	@$(BIN)/python -m tests.workflows.actionlint

pictures: $(READY) ## draw README's pictures anew from a run under the real runner; needs Node.js and Chromium
	@$(BIN)/python -m tests.pictures

SEQUENCES ?= 300
SEED      ?= 1
oracle: $(READY) ## hold the gate against Terraform's own refresh, hundreds of times; SEQUENCES=, SEED=
	@$(BIN)/python -m tests.oracle --sequences $(SEQUENCES) --seed $(SEED)

FAULTS ?= 200
faults: $(READY) ## let things go wrong with every source, hundreds of times: as without faults, or incomplete; FAULTS=, SEED=
	@$(BIN)/python -m tests.fault_runs --runs $(FAULTS) --seed $(SEED)

bench: $(READY) ## measure everything against floors and rivals in the same run (minutes); writes BENCHMARKS.md
	@$(BIN)/python -m benchmarks

lint: $(READY) ## what CI demands beside the tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m tests.terraform_docs --check
	$(BIN)/python -m tests.parsed_data --check
	$(BIN)/python -m tests.rules_schema --check
	terraform fmt -check -recursive terraform

format: $(READY) ## let the formatters have their way
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	terraform fmt -recursive terraform

docs: $(READY) ## rewrite what is generated: the catalogue's JSON, the rules file's schema, parts of the READMEs
	$(BIN)/python -m tests.parsed_data --write
	$(BIN)/python -m tests.terraform_docs --write
	$(BIN)/python -m tests.rules_schema --write
	$(BIN)/python -m tests.readme --write

clean: ## take away what these commands made
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis

# The stamp is written last, so that an interrupted installation is done again.
$(READY): pyproject.toml constraints.txt
	@echo "Installing into $(VENV) (once; about a minute) …"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable . --group dev
	@touch $@
