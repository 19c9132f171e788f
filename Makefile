# Every target is one line of `make help`; the work is in bin/, which also runs without make.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run run-shopping run-storefront test test-connect test-long test-cluster test-next test-deploy test-faults same questions check format mutants acceptance aa lock clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r target text; do printf '%-20s %s\n' "$$target" "$$text"; done

run: ## the first project, from files to audiences, scores and an export (sets .venv up on first use)
	@bin/bootstrap run
	@.venv/bin/dmp run -p conf/complete_journey

run-shopping: ## the second project: ratings of a simulated shop, and how close the models come to the known best
	@bin/bootstrap run
	@.venv/bin/python jobs/simulate_shopping.py conf/shopping_ratings/data
	@.venv/bin/dmp run -p conf/shopping_ratings
	@.venv/bin/python -m benchmarks.shopping_truth

run-storefront: ## the storefront: its data with known truth, a run, and what it found beside what is true
	@bin/bootstrap run
	@.venv/bin/python jobs/simulate.py conf/storefront/data --events 100000
	@.venv/bin/dmp run -p conf/storefront
	@.venv/bin/python -m benchmarks.storefront_truth

test: ## the suite, with coverage, the 20 slowest and the skips
	@bin/bootstrap test
	@bin/test

test-long: ## the suite with many more drawn worlds per law
	@bin/bootstrap test
	@DMP_WORLDS=5000 bin/test --override-ini=addopts= -m "not faults and not cluster"

test-cluster: ## the small project on two workers of Spark's own cluster, one of them killed; needs 6 GB
	@bin/bootstrap test
	@.venv/bin/python -m pytest -q -p tests.skips --override-ini=addopts=--import-mode=importlib tests/system/test_cluster.py

test-next: ## the core of the suite on the next Spark (4.2), in an environment of its own
	@bin/bootstrap test
	@bin/environment next
	@DMP_ENGINE=next .cache/environments/next/bin/python -m pytest -q -p tests.skips tests/functions tests/expressions tests/measures tests/enrichment tests/lakehouse tests/features

test-deploy: ## what dmp deploy writes: Databricks' own models, and a run in a real Airflow, in environments of their own
	@bin/bootstrap test
	@bin/environment bundles airflow
	@.venv/bin/python -m pytest -q -p tests.skips --override-ini=addopts=--import-mode=importlib tests/deploy

test-connect: ## the layers below, the stages and a whole run against a Spark Connect server, a process of its own
	@bin/bootstrap test
	@bin/test-connect

test-faults: ## kill a run at every point, three seeds; fill disks, make them read-only; compare with a clean run (small project)
	@bin/bootstrap test
	@.venv/bin/python -m tests.system.faults --connect
	@DMP_DISKS=required .venv/bin/python -m pytest -q -s -p tests.skips --override-ini=addopts=--import-mode=importlib -m faults tests/system/test_disks_and_rivals.py

same: ## the small project on one core and on two, by path, by name and over Connect: the same tables
	@bin/bootstrap test
	@.venv/bin/python -m tests.system.same

questions: ## the questions of the first project, asked of the small one by path in Spark, by name and without Spark: the same CSVs
	@bin/bootstrap test
	@.venv/bin/python -m tests.system.questions

check: ## without Spark, in two minutes: ruff, mypy, imports, architecture, dmp check on every project
	@bin/bootstrap test
	@bin/check

format: ## let ruff lay the code out
	@bin/bootstrap test
	@.venv/bin/ruff check --fix-only --quiet . && .venv/bin/ruff format .

mutants: ## break the code in known ways: each time exactly the named test must turn red
	@bin/bootstrap test
	@.venv/bin/python -m tests.mutants.run

acceptance: ## the queries of tests/acceptance against the lakehouse that `make run` built
	@bin/bootstrap test
	@tests/acceptance/run

aa: ## arms drawn by 200 salts in the lakehouse that `make run` built: how many 95 % intervals hold 0?
	@bin/bootstrap test
	@.venv/bin/python -m tests.acceptance.aa

lock: ## resolve requirements/*.in again into hash-pinned locks, and say what changed
	@bin/bootstrap all
	@bin/lock

clean: ## remove .venv, caches and the lakehouses of the projects
	rm -rf .venv .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache build dist *.egg-info .coverage spark-warehouse
	rm -rf conf/*/lakehouse conf/shopping_ratings/data conf/storefront/data tests/projects/*/lakehouse
