"""Every example in a docstring runs and gives what it shows."""

import doctest
import importlib.util
import pkgutil
from pathlib import Path

import pytest

import s2kit

FEWEST = 40
"""Public functions and classes that must carry an example."""


def modules():
    found = pkgutil.walk_packages(s2kit.__path__, "s2kit.")
    files = {each.name: Path(importlib.util.find_spec(each.name).origin) for each in found}
    return ["s2kit", *(name for name, file in files.items() if ">>> " in file.read_text("utf-8"))]


def examples_of(name):
    return [e for e in doctest.DocTestFinder().find(importlib.import_module(name)) if e.examples]


@pytest.mark.parametrize("name", modules())
def test_the_examples_of_a_module_run(name, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    for example in examples_of(name):
        runner.run(example)
    assert runner.summarize(verbose=False).failed == 0
    assert not list(tmp_path.iterdir()), "an example leaves files behind"


def test_enough_public_functions_carry_an_example():
    skipped = doctest.OPTIONFLAGS_BY_NAME["SKIP"]
    running = {
        example.name
        for name in modules()
        for example in examples_of(name)
        if not all(line.options.get(skipped) for line in example.examples)
    }
    public = [name for name in running if not name.rpartition(".")[2].startswith("_")]
    assert len(public) >= FEWEST
