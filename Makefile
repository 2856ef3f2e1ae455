# make demo · make demo-all · make test · make lab · make bench      (also: lint, lock, clean)
#
# The environment is .venv in this folder; .ci/setup makes it from requirements.txt. Name another
# Python than the first 3.11 to 3.13 on PATH with: make PYTHON=/path/to/python3 demo

ifdef PYTHON
export PYTHON
endif
ENV := .venv/up-to-date
BIN := .venv/bin

.PHONY: help demo demo-all test lab bench lint lock clean
.DEFAULT_GOAL := help

help:
	@echo "make demo       run notebooks 00 and 01 and write a report to report/"
	@echo "make demo-all   the same for every notebook"
	@echo "make lab        open the notebooks in JupyterLab"
	@echo "make test       run all tests, those in a real browser included"
	@echo "make bench      run the benchmarks"

$(ENV): requirements.txt pyproject.toml .ci/setup
	@.ci/setup

demo: $(ENV)
	@$(BIN)/kinetools demo notebooks/00_*.ipynb notebooks/01_*.ipynb

demo-all: $(ENV)
	@$(BIN)/kinetools demo notebooks/*.ipynb

# Finds a Chromium, or installs one where it may; without one the browser tests say what to do.
# A process for each core, at most four; one after the other: make test PYTEST_ARGS="-n 0".
test: $(ENV)
	@$(BIN)/ruff check --quiet .
	@KINETOOLS_CHROMIUM="$$($(BIN)/python tests/chromium.py --install)"; \
	 export KINETOOLS_CHROMIUM; \
	 $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadgroup $(PYTEST_ARGS)

# Offline, JupyterLab has no news to ask for and no newer version to look up.
lab: $(ENV)
	@$(BIN)/jupyter lab --LabApp.news_url=None \
	    --LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate \
	    $(if $(filter 0,$(shell id -u)),--allow-root) notebooks

bench: $(ENV)
	@for script in benchmarks/bench_*.py; do \
	    echo "== $$script"; $(BIN)/python "$$script" || exit 1; \
	done

lint: $(ENV)
	@$(BIN)/ruff check .

# Keeps the versions in requirements.txt where it can; newest ones: make lock LOCK_ARGS=--upgrade
lock: $(ENV)
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --extra dev --no-header \
	    --no-annotate --no-emit-index-url $(LOCK_ARGS) pyproject.toml -o requirements.txt

# Runs stay: results/ may hold hours of work.
clean:
	@rm -rf .venv report build *.egg-info .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
