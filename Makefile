# Every task of this repository; `make help` lists them. Requires Python 3.11 or newer and make.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 4
# What a command on a database needs: without DATABASE_URL, here or in `.env`, the embedded PostgreSQL as well.
DATABASE := $(VENV)/.server $(if $(DATABASE_URL)$(shell grep -Es '^DATABASE_URL(_FILE)?=.' .env),,$(VENV)/.run)

# A command gets the variables of `.env` in the checkout, if there is one; those of the shell count before.
WITH_ENV := $(if $(wildcard .env),$(BIN)/dotenv -f .env run --no-override --)
CLI := $(WITH_ENV) $(BIN)/python -m entrypoints.cli

# The lock files are complete, so nothing is resolved. uv takes a fifth of pip's time. It reads no settings of pip: where it
# cannot reach its index, pip installs. Either would compile on one core. What is never imported, or a little of it, is
# compiled when it is imported: half of all source text.
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --no-compile
UV := VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --require-hashes --no-deps
SELDOM := phonenumbers|stripe|faker|mypy|mypyc|pip|setuptools|libcst|playwright|textual|graphql|sqlalchemy/testing|pygments/lexers
COMPILE := $(BIN)/python -m compileall -q -j 0 -x '/site-packages/($(SELDOM))/' $(VENV)/lib >/dev/null || true

# The tests that ARGS or FEATURE names run in this process: starting workers takes longer than they do. They install what
# their text names; all tests need everything.
NAMED := $(strip $(FEATURE) $(foreach word,$(ARGS),$(filter %.py,$(wildcard $(firstword $(subst ::, ,$(word)))))))
MENTIONS = $(if $(NAMED),$(if $(filter %.py,$(NAMED)),$(shell grep -liE '$(1)' $(filter %.py,$(NAMED)))),all)
HEAVY := $(if $(call MENTIONS,browsing|chromium),$(VENV)/.browser) $(if $(call MENTIONS,swift),$(VENV)/.swift) \
	$(if $(call MENTIONS,clamd|clamav),$(VENV)/.clamd)
PROCESSES := $(if $(NAMED),-p no:xdist $(if $(COVERAGE),,-p no:cov),-n $(WORKERS) --dist loadfile --no-loadscope-reorder)

# Temporary files stay in the checkout, in an ignored folder. Tests have a folder of their own in it, so that they may run
# beside `make dev`.
export TMPDIR := $(CURDIR)/.tmp
SCRATCH := mkdir -p .tmp && export TMPDIR=$$(mktemp -d $(TMPDIR)/XXXXXX) ENDS_WITH_SHELL=$$$$
export PIP_NO_CACHE_DIR := 1
export UV_NO_CACHE := 1
export PYTHONPATH := $(CURDIR)/src
# Cache bytecode even where the environment forbids it: compiling the tests takes ten seconds in each worker.
export PYTHONDONTWRITEBYTECODE :=

ON_CITUS := tests/reliability/test_double_booking.py tests/contract/test_booking_races.py tests/contract/test_class_races.py \
	tests/contract/test_resource_races.py tests/contract/test_pause_races.py tests/contract/test_venue_races.py \
	tests/contract/test_overbooking.py tests/contract/test_citus.py tests/acceptance/test_journeys.py \
	tests/acceptance/test_page_journeys.py tests/contract/test_storage.py

.DEFAULT_GOAL := help
.PHONY: help run dev test test-citus feature watch test-fast nightly mutants reliability check fmt lint types arch dead fresh subjects audit migrate rollback seed admin telegram vapid-key backup receive-wal restore doctor rotate-keys zones statistics search-index maintenance-pages api worker bench city plans profile screenshots lighthouse docs catalogues lock sbom wheel clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(DATABASE) ## serve the API with demo data, an embedded PostgreSQL, the worker and the QPay simulator
	@exec $(CLI) run

test: $(VENV)/.dev $(HEAVY) ## run all tests, or those of ARGS=file or FEATURE=reviews; COVERAGE=1 measures coverage (slower)
	@rm -f .coverage .coverage.*
	@$(SCRATCH); XDG_CACHE_HOME=$$TMPDIR/cache XDG_CONFIG_HOME=$$TMPDIR/config \
		$(BIN)/python -m pytest $(PROCESSES) $(if $(COVERAGE),--cov --cov-report=) $(if $(FEATURE),--feature="$(FEATURE)") $(ARGS); \
		status=$$?; rm -rf $$TMPDIR; exit $$status
ifdef COVERAGE
ifeq ($(ARGS)$(FEATURE),)
	@echo "Coverage of everything, in percent:" && $(BIN)/coverage report --format=total --fail-under=90
	@echo "Coverage of booking_domain, in percent:" && $(BIN)/coverage report --format=total --fail-under=95 --include='src/booking_domain/*'
endif
endif

test-citus: $(VENV)/.dev ## run storage contracts, races, double bookings and journeys on Citus: BOOKING_TEST_CITUS=folder of its PostgreSQL's programs
	@if [ -x "$(BOOKING_TEST_CITUS)/postgres" ]; then $(SCRATCH); status=0; BOOKING_TEST_CITUS="$(BOOKING_TEST_CITUS)" \
		$(BIN)/python -m pytest -p no:xdist $(or $(ARGS),$(ON_CITUS)) || status=$$?; rm -rf $$TMPDIR; exit $$status; \
	else echo "Skipped: BOOKING_TEST_CITUS names no PostgreSQL with Citus; docs/operate/scaling.md says how to build one."; fi

feature: $(VENV)/.dev ## begin a feature: NAME=guest_books writes its files; then its tests say the next step
	@$(BIN)/python -m tools.feature "$(NAME)"

watch: $(VENV)/.dev ## run the tests that ARGS or FEATURE names again after each change
	@exec $(BIN)/watchfiles --filter python "$(MAKE) --no-print-directory test FEATURE='$(FEATURE)' ARGS='$(ARGS)'" src tests

test-fast: $(VENV)/.dev ## run the tests of the domain and of the routes, without processes and long walks: under a minute
	@$(SCRATCH); $(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder -m "not no_cover" src/booking_domain tests/unit \
		--ignore=tests/unit/adapters --ignore=tests/unit/simulators --ignore=tests/unit/testing --ignore=tests/unit/entrypoints/cli --ignore=tests/unit/entrypoints/worker; \
		status=$$?; rm -rf $$TMPDIR; exit $$status

nightly: $(VENV)/.dev ## run all tests with two hundred times as many Hypothesis examples, and what is marked `nightly`
	@mkdir -p .tmp
	HYPOTHESIS_PROFILE=nightly exec $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

mutants: $(VENV)/.dev ## mutation testing of slots and lifecycles (docs/develop/mutants.md)
	@rm -rf mutants
	PYTHONPATH= exec nice $(BIN)/python -m tests.mutants --workers $(WORKERS) $(ARGS)

reliability: $(VENV)/.dev ## measure every row of docs/develop/reliability.md: about an hour on two idle cores
	$(SCRATCH) BOOKING_RELIABILITY=full; status=0; \
		$(BIN)/python -m pytest tests/reliability/test_logins.py tests/reliability/test_limits.py \
			tests/reliability/test_confused_bodies.py tests/unit/entrypoints/http/test_hostile_input.py || status=1; \
		$(BIN)/python -m pytest tests/reliability/test_double_booking.py tests/contract/test_gift_card_races.py \
			tests/contract/test_class_races.py tests/contract/test_resource_races.py \
			tests/contract/test_package_races.py tests/contract/test_promotion_races.py tests/contract/test_venue_races.py || status=1; \
		$(BIN)/python -m pytest tests/reliability/test_requests_at_once.py tests/reliability/test_once.py || status=1; \
		$(BIN)/python -m pytest tests/reliability/test_tokens.py tests/reliability/test_refreshing.py \
			tests/reliability/test_one_time_codes.py || status=1; \
		$(BIN)/python -m pytest tests/reliability/test_killed_database.py || status=1; \
		$(BIN)/python -m pytest tests/reliability/test_killed_worker.py tests/reliability/test_moved_clock.py || status=1; \
		$(BIN)/python -m pytest tests/reliability/test_hostile_images.py tests/reliability/test_killed_uploads.py || status=1; \
		$(BIN)/python -m pytest tests/reliability/test_money_histories.py tests/reliability/test_live_events.py || status=1; \
		$(BIN)/python -m pytest -n $(WORKERS) tests/reliability/test_lockstep.py || status=1; \
		$(BIN)/python -m pytest tests/reliability/test_reconciliation.py tests/reliability/test_faulty_gateways.py || status=1; \
		$(BIN)/python -m pytest tests/reliability/test_search_index.py || status=1; \
		$(BIN)/python -m pytest tests/reliability/test_schema.py || status=1; rm -rf $$TMPDIR; exit $$status

check: $(VENV)/.dev lint types arch dead fresh subjects ## format, lint, types, import contracts, dead code, generated documentation, commit subjects

fmt: $(VENV)/.dev ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: $(VENV)/.dev ## formatting and lint
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/.dev ## mypy, strict, of all code and of what `make feature` begins
	$(BIN)/mypy
	@mkdir -p .tmp && $(BIN)/python -m tools.feature.types

arch: $(VENV)/.dev ## which module may import which
	$(BIN)/lint-imports

dead: $(VENV)/.dev ## code that nothing uses
	$(BIN)/vulture

fresh: $(VENV)/.dev ## whether the generated parts of docs/ are up to date, and the OpenAPI document is complete
	$(BIN)/python -m entrypoints.cli.generated_docs --check

subjects: ## whether the subjects of the commits that main does not have are in form
	@.ci/subjects

audit: $(VENV)/.dev ## look up the pinned dependencies in public advisories; STRICT=1 fails if none can be reached
	@.ci/audit

migrate: $(DATABASE) ## upgrade the database to the current schema
	@$(BIN)/python -m compileall -q -j 0 src migrations  # units cannot write here, and would compile at each start
	$(CLI) migrate

rollback: ## check out the previous release, TO=a tag or commit; the database keeps its schema, which suits both
	@git rev-parse --quiet --verify "$(TO)^{commit}" >/dev/null || { echo "Name the release: make rollback TO=…"; exit 1; }
	@git diff --quiet HEAD || { echo "This checkout has changes: commit or discard them first."; exit 1; }
	@git -c advice.detachedHead=false checkout --detach --quiet "$(TO)" && echo "Now restart: make api, make worker. The schema stays; do not downgrade it."

seed: $(DATABASE) ## add the demo data
	$(CLI) seed

admin: $(DATABASE) ## add an admin: EMAIL=address, and NAME="…"; prints a password
	@$(CLI) admin "$(EMAIL)" $(if $(NAME),--name "$(NAME)")

telegram: $(DATABASE) ## answer messages to the Telegram bot by polling (ARGS=--webhook registers the API instead)
	@exec $(CLI) telegram $(ARGS)

vapid-key: $(VENV)/.server ## print a new pair of keys for Web Push
	@$(CLI) vapid-key

backup: $(DATABASE) ## back database, files and erasures up into BOOKING_BACKUP_DIR; only what has changed, or ARGS=--full
	@$(CLI) backup $(ARGS)

receive-wal: $(DATABASE) ## receive what the database writes, as it is written, into BOOKING_BACKUP_DIR, until it is stopped
	@exec $(CLI) receive-wal

restore: $(VENV)/.server $(if $(INTO),,$(VENV)/.run) ## restore the state AT=2026-11-26T05:00:00Z (or the last one) of FROM=folder, for `make run` or INTO=folder
	@$(CLI) restore $(if $(AT),--at "$(AT)") $(if $(FROM),--from "$(FROM)") $(if $(INTO),--into "$(INTO)")

doctor: $(DATABASE) ## look at everything that the platform needs, and say what is wrong and how to mend it (ARGS=--json)
	@$(CLI) doctor $(ARGS)

rotate-keys: $(DATABASE) ## re-encrypt personal data with BOOKING_ENCRYPTION_KEY
	$(CLI) rotate-keys

zones: $(DATABASE) ## list bookings that new time zone data moves (ARGS=--apply moves them)
	$(CLI) zone-changes $(ARGS)

statistics: $(DATABASE) ## compare all figures with bookings and money, or recount them (ARGS=rebuild)
	$(CLI) statistics $(or $(ARGS),check)

search-index: $(DATABASE) ## compare each entry of search with the slots and repair it, or make all anew (ARGS=--rebuild)
	$(CLI) search-index $(ARGS)

maintenance-pages: $(VENV)/.server ## write the pages that a proxy shows during maintenance into FOLDER
	$(CLI) maintenance-pages "$(FOLDER)"

dev: $(VENV)/.dev $(DATABASE) ## as `run`, and start it again after each change of src
	@exec $(BIN)/watchfiles --filter python "$(CLI) run" src

api: $(VENV)/.server ## the API alone (DATABASE_URL)
	@exec $(CLI) api

worker: $(VENV)/.server ## the worker alone (DATABASE_URL)
	@exec $(CLI) worker

bench: $(VENV)/.dev ## benchmark slots and POST /bookings against their floors and peers, or AGAINST=another revision
	@$(SCRATCH); $(BIN)/python -m benchmarks$(if $(AGAINST),.against $(AGAINST)) $(ARGS) && rm -rf $$TMPDIR  # else the logs stay

city: $(VENV)/.dev ## fill an empty database: SIZE=village, town or city (10,000, 1 million, 10 million bookings), or a number of providers; ARGS=--seed=2
	@$(WITH_ENV) $(BIN)/python -m benchmarks.city $(or $(SIZE),village) $(ARGS)

plans: $(VENV)/.dev ## explain what the API asks of PostgreSQL in a small and a large city (ARGS="--large 100000"); ARGS=--check compares the plans
	@$(SCRATCH); $(BIN)/python -m benchmarks.plans $(ARGS); status=$$?; rm -rf $$TMPDIR; exit $$status

profile: $(VENV)/.dev ## where the time of a request (ARGS=/providers), of bookings (ARGS=bookings) or of free slots (ARGS=slots, the default) goes
	@mkdir -p .tmp
	@ENDS_WITH_SHELL=$$$$ $(BIN)/python -m benchmarks.profile $(ARGS)

screenshots: $(VENV)/.dev $(VENV)/.browser ## every page in each language, light and dark, narrow and wide: .tmp/screenshots/index.html
	@PYTHONPATH=$(CURDIR)/src:$(CURDIR) $(BIN)/python -m tests.unit.entrypoints.web.screenshots $(ARGS)

lighthouse: $(VENV)/.dev $(VENV)/.browser ## scores of pages by Lighthouse, which npm installs; fails below 95
	@PYTHONPATH=$(CURDIR)/src:$(CURDIR) $(BIN)/python -m tests.unit.entrypoints.web.lighthouse $(ARGS)

docs: $(VENV)/.dev ## regenerate the parts of docs/ that come from the code, and build the site of the library: dist/docs/index.html
	$(BIN)/python -m entrypoints.cli.generated_docs
	$(BIN)/sphinx-build -q -W --keep-going -d .tmp/doctrees docs/library dist/docs

catalogues: $(VENV)/.dev ## update the message catalogues (src/entrypoints/locales) from the code
	$(BIN)/python -m entrypoints.cli.catalogues

lock: $(VENV)/.dev ## pin the dependencies of pyproject.toml, with hashes
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header \
		--extra testing --group pyproject.toml:dev pyproject.toml -o requirements/dev.txt
	for group in server run observe build; do \
		$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header \
			--group pyproject.toml:$$group -c requirements/dev.txt -o requirements/$$group.txt || exit 1; \
	done
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header \
		requirements/swift.in -o requirements/swift.txt

sbom: $(VENV)/.dev ## what production installs, as a CycloneDX document: dist/sbom.json
	@mkdir -p dist && $(BIN)/python -m tools.sbom > dist/sbom.json

wheel: $(VENV)/.build ## build the distributions booking-domain and booking-domain-platform; URLS="Homepage=https://…" names the project's URLs
	BOOKING_PROJECT_URLS="$(URLS)" $(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist . ./distributions/platform

clean: ## delete everything generated, including the data folder
	rm -rf $(VENV) .data .tmp .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage .coverage.* build dist mutants deploy/qpay-worker/node_modules deploy/qpay-worker/.wrangler

# The pip of an older Python compares every file of an index with every tag of the platform, which doubles the time.
$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; name it: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	@sed -nE '/^(pip|uv)==/,/# via/p' requirements/dev.txt >$(VENV)/installers.txt
	@mkdir -p .tmp && $(PIP) -r $(VENV)/installers.txt

$(VENV)/.server $(VENV)/.run $(VENV)/.observe $(VENV)/.build: $(VENV)/.%: requirements/%.txt | $(VENV)/bin/python
	@mkdir -p .tmp
	@$(UV) -r $< || $(PIP) -r $<
	@$(COMPILE)
	@touch $@

# It contains the other four.
$(VENV)/.dev: requirements/dev.txt | $(VENV)/bin/python
	@mkdir -p .tmp
	@$(UV) -r $< || $(PIP) -r $<
	@$(COMPILE)
	@touch $@ $(VENV)/.server $(VENV)/.run $(VENV)/.observe $(VENV)/.build

# An S3-compatible server that checks signatures, in an environment of its own: its dependencies are not ours.
$(VENV)/.swift: requirements/swift.txt | $(VENV)/bin/python
	@mkdir -p .tmp
	@$(PYTHON) -m venv --without-pip $(VENV)/swift && { $(UV) --python $(VENV)/swift -r $< || \
		$(subst pip install,pip --python $(VENV)/swift/bin/python install,$(PIP)) -r $<; } || \
		echo "OpenStack Swift cannot be installed: its tests are skipped."
	@touch $@

# The malware scanner is tested with a real clamd. Without one, its tests are skipped with a reason.
$(VENV)/.clamd: | $(VENV)/bin/python
	@sh tests/install-clamd || true
	@touch $@

# The checkout page is tested in a real browser. Without one, its tests are skipped with a reason.
$(VENV)/.browser: | $(VENV)/bin/python
	@sh tests/install-browser || true
	@touch $@
