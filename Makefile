# make demo   the main job, shown: a class is made, graded, compared with what is expected
# make test   everything that is tested: lint, types, layers, releases in step, tests, the course's own audit (sampled)
# make audit   before a release: the whole of the course's own audit
# make test-hostile   some 330 hostile hand-ins through every command, as root and as a user, in two locales
# make test-deploy   docs/deploy.md's JupyterHub, set up on a fresh copy of this machine; as root, some ten minutes
# make test-pythons  before a release: the quick tests on each Python that pyproject.toml names and that is installed
# make test-next   the quick tests with the newest releases of all dependencies, in a virtual environment of its own
# The first two make the virtual environment .venv when it is missing or pyproject.toml or constraints.txt has changed.

PYTHON ?= python3
# Tests start some thousand processes of Python; none of them should compile the same modules again.
export PYTHONDONTWRITEBYTECODE :=
BIN := .venv/bin
READY := .venv/ready

.PHONY: demo test audit test-hostile test-deploy test-pythons test-next check-fast setup clean

demo: $(READY)
	$(BIN)/autograder demo

test: check-fast
	$(BIN)/python -m pytest tests --ignore tests/attacks --ignore tests/browser --ignore tests/hostile -n auto --dist loadfile \
		--no-loadscope-reorder
	$(BIN)/python -m pytest tests/attacks tests/browser -n auto --dist loadfile
	$(BIN)/autograder audit --sample 20

audit: $(READY)
	$(BIN)/autograder audit

# The short form of it is tests/autograder/test_barrier.py.
test-hostile: $(READY)
	$(BIN)/python -m pytest tests/hostile

test-deploy: $(READY)
	AUTOGRADER_TEST_DEPLOY=1 $(BIN)/python -m pytest tests/browser/test_jupyterhub.py

# What depends most on Python's own and on dependencies' workings.
QUICK := $(addprefix tests/autograder/,authoring course diagnosis grading jail mutation notebook session student \
	test_cli.py test_grade.py test_nbgrader_plugin.py)

test-pythons:
	tools/test-pythons $(QUICK)

# What pyproject.toml allows, in place of what constraints.txt pins: the tests of private interfaces first.
NEXT := .venv-next
test-next:
	PYTHON="$(PYTHON)" VENV=$(NEXT) CONSTRAINTS= tools/setup
	$(NEXT)/bin/python -m pytest -x tests/autograder/grading/test_pytest_private.py \
		tests/autograder/jail/test_ipython_private.py tests/autograder/jail/test_shell.py
	$(NEXT)/bin/python -m pytest $(QUICK)

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
	rm -rf .venv .venv-* build .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
