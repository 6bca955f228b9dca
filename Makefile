# make demo: install into .venv and solve a shipped instance.   make test: install and run all tests.   make smoke: a small sweep.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin

.PHONY: demo test smoke lint clean

demo: $(VENV)/installed
	$(RUN)/schedopt solve instances/gpu-server-night.yaml --time-limit 20 -o demo.json --gantt demo.png
	$(RUN)/schedopt gantt demo.json --instance instances/gpu-server-night.yaml
	@echo "The schedule is in demo.json, its chart in demo.png."

test: $(VENV)/installed-dev
	$(RUN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --cov --cov-report=term --cov-fail-under=90

smoke: $(VENV)/installed
	$(RUN)/schedopt bench run benchmarks/smoke.toml --store smoke.sqlite --workers 2

lint: $(VENV)/installed-dev
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(RUN)/python -m pip install --quiet --upgrade pip
	$(RUN)/python -m pip install --quiet -e .
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(RUN)/python -m pip install --quiet -e '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) demo.json demo.png smoke.sqlite*
