# make demo   the main job, shown: a class is made, graded, compared with what is expected
# make test   everything that is tested: lint, types, layers, releases in step, tests, the course's own audit
# Both make the virtual environment .venv when it is missing or pyproject.toml or constraints.txt has changed.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready

.PHONY: demo test check-fast setup clean

demo: $(READY)
	$(BIN)/autograder demo

test: check-fast
	$(BIN)/python -m pytest tests --ignore tests/attacks --ignore tests/browser -n auto --dist loadfile
	$(BIN)/python -m pytest tests/attacks tests/browser -n auto --dist loadfile
	$(BIN)/autograder audit

# What takes seconds, first.
check-fast: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/autograder build --check

setup: $(READY)

$(READY): pyproject.toml constraints.txt tools/setup
	PYTHON="$(PYTHON)" tools/setup
	touch $@

clean:
	rm -rf .venv build .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
