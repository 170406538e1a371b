# Every target is one line that calls a tool; `make run PORT=9000 DEMO=0` passes settings on (see .env.example).
PYTHON ?= python3
VENV = .venv/bin
SETUP = $(PYTHON) -m deploy.local.bootstrap

.PHONY: run test lint format bench keys lock setup clean

run:     ; @$(SETUP) assets && exec $(VENV)/python -m deploy.local
test:    ; @$(SETUP) assets tests && $(VENV)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)
lint:    ; @$(SETUP) && $(VENV)/ruff check . && $(VENV)/ruff format --check . && $(VENV)/mypy && $(VENV)/lint-imports
format:  ; @$(SETUP) && $(VENV)/ruff check --fix --quiet . ; $(VENV)/ruff format .
bench:   ; @$(SETUP) tests && $(VENV)/python -m tests.benchmarks
keys:    ; @$(SETUP) && $(VENV)/python -m deploy.keys
lock:    ; @$(SETUP) && $(VENV)/python -m deploy.lock $(ARGS)
setup:   ; @$(SETUP) assets tests
clean:   ; rm -rf .venv build *.egg-info .*_cache .hypothesis gateway/static/dist gateway/assets/node_modules
