# Every target works as the first command ever typed. Without make (Windows), type the
# commands of `.venv/ready` once and then the one below the target you want; see README.md.

PYTHON ?= python3
VENV = .venv/bin
NBVAL = $(if $(filter authors,$(S2KIT_DATA)),--nbval,--nbval-lax)

.PHONY: course test units chapters browser book marks lab lint notebooks licences vulnerabilities clean

course: .venv/ready
	$(VENV)/python -m s2kit course

lab: .venv/ready
	$(VENV)/python -m s2kit lab

test: units chapters

units: .venv/ready
	$(VENV)/python -m pytest -q

# The chapters and their solutions: strict against the stored outputs on the real scenes, else only
# that every cell runs.
chapters: .venv/ready
	$(VENV)/python -m pytest -q -n 0 $(NBVAL) --nbval-current-env --nbval-cell-timeout=3600 notebooks

# The widgets and their chapters in JupyterLab; skipped with a word where there is no Chromium.
browser: .venv/ready
	$(VENV)/python -m pytest -q -s -n 0 -m browser tests/browser

lint: .venv/ready
	$(VENV)/ruff format --check .
	$(VENV)/ruff check .
	$(VENV)/mypy
	$(VENV)/lint-imports

# The chapters as stored, the solutions and the docs as a site of still pages in build/book.
book: .venv/ready
	$(VENV)/python -m pip install -q -c constraints.txt -e '.[test,book]'
	$(VENV)/python docs/book/build.py

# Who solved which exercise in the notebooks of a folder: make marks FOLDER=submitted
marks: .venv/ready
	$(VENV)/python -m s2kit marks $(FOLDER)

# Execute the chapters from their sources and store the outputs (S2KIT_DATA=authors).
notebooks: .venv/ready
	$(VENV)/python notebooks/build.py

# List the licences of the packages of constraints.txt in docs/LICENCES.md.
licences: .venv/ready
	$(VENV)/python tests/licences.py

# Look the packages of constraints.txt up among the known vulnerabilities of the public index; fails
# where the index does not answer.
vulnerabilities:
	$(PYTHON) -m venv build/pip-audit
	build/pip-audit/bin/python -m pip install -q pip-audit
	build/pip-audit/bin/pip-audit --strict --no-deps --disable-pip -r constraints.txt

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "s2kit needs Python 3.11 or newer; name one: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv .venv
	$(VENV)/python -m pip install -q -c constraints.txt -e '.[test]'
	touch $@

clean:
	rm -rf build .venv
