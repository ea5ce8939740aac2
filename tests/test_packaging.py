"""pyproject.toml, environment.yml, constraints.txt and the imports must name the same packages."""

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
RUNTIME = [Requirement(line) for line in PROJECT["dependencies"]]
OPTIONAL = [
    Requirement(line)
    for name, lines in PROJECT["optional-dependencies"].items()
    if name not in ("test", "book")
    for line in lines
]
TESTING = [Requirement(line) for line in PROJECT["optional-dependencies"]["test"]]
BOOK = [Requirement(line) for line in PROJECT["optional-dependencies"]["book"]]
CONDA_NAMES = {
    "pytorch-cpu": "torch",
    "matplotlib-base": "matplotlib",
    "playwright-python": "playwright",
}
IMPORT_NAMES = {
    "PIL": "pillow",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
    "skimage": "scikit-image",
}
# Started as programs, never imported.
PROGRAMS = {
    "jupyterlab", "nbval", "import-linter", "mypy", "pandas-stubs", "ruff", "pytest",
    "pytest-xdist", "rustac",
}  # fmt: skip


# For tests/speed/engines.py and peers.py, and for one test of a STAC item, which say how to get
# them.
MEASURED = {"nncf", "segmentation-models-pytorch", "stac-model"}

# Run by the Python of the system, where QGIS is installed: tests/qgis/look.py.
OF_THE_SYSTEM = {"qgis"}

# Extensions and theme of docs/book/conf.py, by name.
SPHINX = {"myst-nb", "numpydoc", "sphinx-book-theme"}


def imported_packages(*folders: str) -> set[str]:
    found = set()
    for folder in folders:
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Import):
                    found |= {alias.name.split(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    found.add(node.module.split(".")[0])
    beside = {
        path.stem for folder in ("tests", "notebooks") for path in (ROOT / folder).rglob("*.py")
    }
    own = {"s2kit", "tests"} | beside | set(sys.stdlib_module_names)
    return {canonicalize_name(IMPORT_NAMES.get(name, name)) for name in found - own}


def test_every_import_is_declared_and_every_declaration_imported():
    declared = {canonicalize_name(r.name) for r in RUNTIME}
    for_tests = {canonicalize_name(r.name) for r in TESTING}
    used = imported_packages("s2kit", "notebooks/source") - {"ipython"}  # ipython: of jupyterlab
    optional = {canonicalize_name(r.name) for r in OPTIONAL}
    assert optional < used  # imported where it is asked for; else it would be no option of ours
    assert used <= declared | optional
    assert declared - used <= PROGRAMS
    used_by_tests = imported_packages("tests", "notebooks") - declared - {"ipython", "packaging"}
    used_by_tests -= MEASURED | OF_THE_SYSTEM
    for_book = {canonicalize_name(r.name) for r in BOOK}
    used_by_book = imported_packages("docs", "tests/browser")
    assert for_book - used_by_book <= SPHINX
    assert imported_packages("docs") <= declared | for_tests | for_book | {"docutils"}
    used_by_tests -= for_book
    assert used_by_tests <= for_tests
    assert for_tests - used_by_tests <= PROGRAMS | optional


def test_conda_installs_the_same_packages_with_the_same_bounds():
    listed = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    conda = [Requirement(line) for line in listed if isinstance(line, str) and line != "pip"]
    bounds = {CONDA_NAMES.get(r.name, r.name): r.specifier for r in conda}
    assert bounds.pop("python") == PROJECT["requires-python"]
    assert bounds == {r.name: r.specifier for r in RUNTIME + TESTING}


@pytest.mark.parametrize("requirement", RUNTIME + TESTING + BOOK, ids=lambda r: r.name)
def test_the_tested_versions_satisfy_the_bounds(requirement):
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    tested = dict(line.split("==") for line in lines if re.match(r"[\w.-]+==", line))
    versions = {canonicalize_name(name): version for name, version in tested.items()}
    assert requirement.specifier.contains(versions[canonicalize_name(requirement.name)])
