# Two commands are enough: `make run` and `make test`. Each sets up what it needs, once.
.POSIX:
.SUFFIXES:
.PHONY: help run test check browser bench openapi-snapshot clean

VENV = .venv
PY = $(VENV)/bin/python
PIP = $(PY) -m pip --disable-pip-version-check --quiet install
WORKERS = 2

help:
	@echo "make run      everything in one terminal: database, broker, web, worker, beat"
	@echo "make test     the tests, against servers of their own"
	@echo "make check    format, lint, types, import contracts, migrations, API snapshot"
	@echo "make browser  the journeys in a real browser"
	@echo "make bench    the measurements; writes docs/benchmarks.md"
	@echo "make openapi-snapshot  takes the present API as the promised one"
	@echo "make clean    removes the environment and caches; never the data in ./var"

run: $(VENV)/ready
	@exec $(PY) manage.py up

test: $(VENV)/ready-dev
	@$(PY) -m pytest -n $(WORKERS) $(ARGS)

# All of it, even when an early part fails.
check: $(VENV)/ready-dev
	@failed=0; \
	$(PY) -m ruff format --check . || failed=1; \
	$(PY) -m ruff check . || failed=1; \
	$(PY) -m mypy chatcore dialogues rooms analytics config tests || failed=1; \
	$(PY) -c "from importlinter.cli import lint_imports_command as c; c()" || failed=1; \
	$(PY) -m tests.contract.migrations || failed=1; \
	$(PY) -m tests.contract.check || failed=1; \
	exit $$failed

browser: $(VENV)/ready-dev
	@chromium=$$(command -v chromium || command -v chromium-browser || command -v google-chrome || true); \
	if [ -z "$$chromium" ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing Debian's chromium"; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; \
		chromium=$$(command -v chromium || true); \
	fi; \
	if [ -z "$$chromium" ]; then \
		echo "No chromium here. Mend: apt-get install chromium (or your system's package), then again." >&2; \
		exit 1; \
	fi; \
	CHROMIUM="$$chromium" $(PY) -m pytest tests/journeys $(ARGS)

openapi-snapshot: $(VENV)/ready-dev
	@$(PY) -m tests.contract.check --write

bench: $(VENV)/ready-dev
	@$(PY) -m tests.benchmarks $(ARGS)

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis staticfiles

# A stamp is only written when all is installed.
$(VENV)/ready: requirements.txt
	@$(MAKE) -s $(VENV)/bin/pip
	@echo "Installing requirements.txt (about a minute, once)"
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/ready-dev: requirements.txt requirements-dev.txt
	@$(MAKE) -s $(VENV)/bin/pip
	@echo "Installing requirements-dev.txt (about a minute, once)"
	@$(PIP) -r requirements-dev.txt
	@touch $(VENV)/ready $@

$(VENV)/bin/pip:
	@for python in "$$PYTHON" python3 python3.14 python3.13 python3.12 python3.11 python; do \
		[ -n "$$python" ] || continue; \
		"$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null || continue; \
		found=yes; \
		"$$python" -c 'import ensurepip, venv' 2>/dev/null || continue; \
		echo "Making $(VENV) with $$("$$python" --version)"; \
		rm -rf $(VENV) && exec "$$python" -m venv $(VENV); \
	done; \
	if [ -n "$$found" ]; then \
		echo "This Python can't make virtual environments." >&2; \
		echo "Mend: apt-get install python3-venv (Debian, Ubuntu), then again." >&2; \
	else \
		echo "No Python 3.11 to 3.14 found." >&2; \
		echo "Mend: install one, or name it: make run PYTHON=/path/to/python3" >&2; \
	fi; \
	exit 1
