# Everything that is run here is run through this file: by people, by hooks, by .ci/run.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
BIN := .venv/bin
MEMBERS := contracts chassis archive $(sort $(patsubst %/pyproject.toml,%,$(wildcard services/*/pyproject.toml))) workbench
PROJECTS := $(addsuffix /pyproject.toml,$(MEMBERS))
NAMES := $(shell sed -n 's/^name = "\(.*\)"/\1/p' $(PROJECTS))
TESTS := $(wildcard conftest.py contracts/tests chassis/tests archive/tests services/*/tests workbench/tests tests)
NO_INDEX := echo "The Python package index (PyPI, or the one pip is set up for) did not give what the lock files name: try again with a network." >&2; exit 1
GO_TOOLS := github.com/transparency-dev/tessera/cmd/fsck@v1.0.4 filippo.io/torchwood/cmd/litewitness@v0.7.0 helm.sh/helm/v4/cmd/helm@v4.3.1
FLAGS ?=
JSON ?=
RATE ?=
MINUTES ?=
FAULT ?=
SEED ?=

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1|\2/p' $(firstword $(MAKEFILE_LIST)) | column -t -s '|'

.PHONY: setup
setup: .venv/.stamp .venv/.jars .venv/.go/.stamp .venv/.prometheus/.stamp ## .venv with everything, from the lock files; afterwards nothing needs a network

.venv/.stamp: requirements.lock requirements-uv.lock $(PROJECTS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Filrouge needs Python 3.11 or newer; try: make setup PYTHON=python3.12")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements-uv.lock || { $(NO_INDEX); }
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --requirement requirements.lock || { $(NO_INDEX); }
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --offline $(addprefix --editable ./,$(MEMBERS))
	touch $@

.venv/.jars: .venv/.stamp workbench/filrouge/stack/kafka-jars.lock workbench/filrouge/stack/jars.py workbench/filrouge/stack/postgres_programs.py
	$(BIN)/python -m filrouge.stack fetch
	@test -n "$${FILROUGE_KAFKA:-}$${FILROUGE_POSTGRES:-}" || touch $@

# other people's tools that tests hold the archive and the charts against; without Go those tests are skipped, and say so
.venv/.go/.stamp: .venv/.stamp
	mkdir -p .venv/.go
	@if ! command -v go > /dev/null; then echo "Go is not installed: tests with other people's tools for logs, and of the charts, are skipped"; \
	else for tool in $(GO_TOOLS); do GOBIN="$(CURDIR)/.venv/.go" timeout 1200 go install $$tool \
	  || echo "$$tool could not be built: tests with it are skipped"; done; fi
	touch $@

# Prometheus, to hold alerts and dashboards against: unpacked here and not installed, so that nothing starts it as a service
.venv/.prometheus/.stamp: .venv/.stamp
	mkdir -p .venv/.prometheus
	@if command -v prometheus promtool > /dev/null; then echo "Prometheus is installed: tests use that one"; \
	elif ! command -v apt-get dpkg-deb > /dev/null; then echo "there is no prometheus and no apt-get: tests with it are skipped"; \
	else cd .venv/.prometheus && { apt-get -qq download prometheus || { apt-get -qq update && apt-get -qq download prometheus; }; } 2> apt.log \
	  && dpkg-deb --extract prometheus_*.deb . && rm prometheus_*.deb || { cat apt.log; echo "Debian's package prometheus could not be had: tests with it are skipped"; }; fi
	touch $@

.PHONY: lock
lock: ## make requirements.lock anew, after a change in a pyproject.toml (asks the package index)
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate \
	  $(addprefix --no-emit-package ,$(NAMES)) --group dev --all-extras $(PROJECTS) --output-file requirements.lock
	echo 'uv==$(shell sed -n 's/^uv==\([0-9.]*\).*/\1/p' requirements.lock)' | $(BIN)/uv pip compile --quiet --universal \
	  --generate-hashes --no-emit-index-url --no-header --no-annotate --output-file requirements-uv.lock -

.PHONY: lock-jars
lock-jars: .venv/.stamp ## resolve the jars of the local Kafka anew, after a change of ROOTS in jars.py
	$(BIN)/python -m filrouge.stack lock

.PHONY: check
check: setup ## everything that can be said without running it: format, lint, types, imports, drift, house rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy $(addprefix --package ,$(foreach project,$(MEMBERS),$(patsubst $(project)/%/__init__.py,%,$(wildcard $(project)/*/__init__.py))))
	$(BIN)/mypy $(TESTS)
	$(BIN)/python tests/import_rules.py > .venv/.importlinter
	$(BIN)/lint-imports --no-logo --config .venv/.importlinter
	$(BIN)/python -m filrouge_contracts.generate --check
	$(BIN)/python -m filrouge_contracts.published
	$(BIN)/python -m filrouge.deployment.generate --check
	$(BIN)/python tests/house_rules.py

.PHONY: generate
generate: setup ## schemas, AsyncAPI, the README's table and map, topics and access of the charts: from the register
	$(BIN)/python -m filrouge_contracts.generate
	$(BIN)/python -m filrouge.deployment.generate
	$(BIN)/python -m filrouge.deployment.render

.PHONY: publish
publish: setup ## add a revision of every contract that is not as it was last published, if nothing breaks
	$(BIN)/python -m filrouge_contracts.published --publish

.PHONY: format
format: setup ## put every file into the one format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: test
test: setup ## every test but the slow ones, on a real Kafka and PostgreSQL (FLAGS= goes to pytest)
	$(MAKE) --no-print-directory --output-sync=target --jobs=2 test-units test-stack

.PHONY: test-all
test-all: setup ## all of them: those of `make test`, and the slow ones
	$(MAKE) --no-print-directory --output-sync=target --jobs=2 test-stack test-units test-faults

# beside one another: one computes, the other mostly waits for servers; 5: FLAGS leave nothing of this kind
.PHONY: test-units test-stack
test-units:
	$(BIN)/pytest -m "not stack and not bench" $(FLAGS) || test $$? -eq 5
test-stack:
	$(BIN)/pytest -m "stack and not faults and not chaos and not bench" $(FLAGS) || test $$? -eq 5

.PHONY: test-faults
test-faults: setup ## the slow ones: what alerts, the archive and restores are for really happens
	$(BIN)/pytest -m faults $(FLAGS)

.PHONY: test-cluster
test-cluster: setup ## with KUBECONFIG: install both charts, test, upgrade, roll back, remove (namespace filrouge-test)
	@if test -z "$${KUBECONFIG:-}"; then echo "KUBECONFIG is not set, so there is no cluster: test-cluster is skipped"; \
	else PATH="$(CURDIR)/.venv/.go:$(CURDIR)/.venv/bin:$$PATH" deploy/helm/test-cluster.sh; fi

.PHONY: images base-images sbom test-containers
images: ## an image of every service, and of the command (BASE_IMAGE=, TAG=, PREFIX=, DOCKER=); see docs/images.md
	@deploy/images/engine.sh
	deploy/images/build.sh

base-images: setup ## what images and compose stand on, from Debian's packages, where no registry is reachable
	@deploy/images/engine.sh
	deploy/images/debian/base.sh

sbom: setup ## what is in each image, as CycloneDX, into dist/sbom (TAG=)
	$(BIN)/python -m filrouge.deployment.sbom dist/sbom $(TAG)

test-containers: setup ## as root on Debian: an engine, base images, images, compose, smoke, a story; elsewhere it says why not
	deploy/images/test-containers.sh

.PHONY: branches
branches: setup ## the services' unit tests alone take every branch of every rule
	$(BIN)/pytest -q -p no:cacheprovider services --ignore-glob='*invariants*' --cov --cov-report=term-missing:skip-covered

.PHONY: demo
demo: setup ## the plan in small, from a partner's word to a paid invoice, and the checks over it
	$(BIN)/filrouge demo $(FLAGS)

.PHONY: bench
bench: setup ## what a stage and the whole plan cost (JSON=FILE keeps the numbers)
	$(BIN)/python -m tests.bench $(FLAGS) $(if $(JSON),--json $(JSON))

.PHONY: soak
soak: setup ## ten minutes at 500 events/s while replicas come and go (RATE= MINUTES= JSON=), then every check
	$(BIN)/python -m tests.soak $(if $(RATE),--rate $(RATE)) $(if $(MINUTES),--minutes $(MINUTES)) $(if $(JSON),--json $(JSON)) $(FLAGS)

.PHONY: drill
drill: setup ## something breaks: find and end it, from alerts, dashboards, logs and runbooks (FAULT= SEED=)
	$(BIN)/python -m tests.drill $(if $(FAULT),--fault $(FAULT)) $(if $(SEED),--seed $(SEED)) $(FLAGS)

.PHONY: chaos
chaos: setup ## faults in random order under load, by a seed that is printed, then every check
	$(BIN)/pytest -m chaos $(FLAGS)

.PHONY: monitoring-answers
monitoring-answers: setup ## docs/dashboards.md: what every panel shows after a small play, asked of a real Prometheus
	$(BIN)/python -m tests.monitoring.answers

.PHONY: mutants
mutants: setup ## change the rules a little, again and again: what do the unit tests let pass? (FLAGS=service.module)
	nice $(BIN)/python -m tests.mutants $(FLAGS)

.PHONY: up
up: setup ## Kafka, PostgreSQL and every service, until Ctrl-C
	$(BIN)/filrouge up $(FLAGS)

.PHONY: clean
clean: ## remove what was made here (.venv, .stack, caches)
	rm -rf .venv .stack .mutants .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis uv.lock
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
