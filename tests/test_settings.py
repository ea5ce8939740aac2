"""The environment variables, and what the course opens because of them."""

import ast
import re
from pathlib import Path

import pytest

import s2kit
from s2kit.errors import S2kitError
from s2kit.settings import authors_source, course_source, workspace
from s2kit.sources import SOURCES, CatalogueSource


@pytest.mark.parametrize("name", SOURCES)
def test_the_course_opens_the_source_that_is_named(
    name: str, monkeypatch: pytest.MonkeyPatch, own_home: Path
) -> None:
    monkeypatch.setenv("S2KIT_DATA", name)
    assert course_source().name == name
    assert workspace() == own_home / name
    assert list(own_home.iterdir()) == []


def test_unknown_names_are_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("S2KIT_MIRROR", "/nowhere")
    with pytest.raises(S2kitError, match="S2KIT_MIRROR=/nowhere is not a folder; correct it"):
        course_source()
    monkeypatch.setenv("S2KIT_DATA", "usgs")
    with pytest.raises(S2kitError, match="S2KIT_DATA='usgs' is no data source; set it to one of"):
        course_source()


def test_the_authors_files_are_downloaded_only_where_their_scenes_are_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("S2KIT_ARCHIVE", "http://archive.invalid")
    monkeypatch.setenv("S2KIT_DATA", "simulated")
    assert authors_source().archive.address is None
    assert authors_source(download=True).archive.address == "http://archive.invalid"
    monkeypatch.setenv("S2KIT_DATA", "authors")
    assert authors_source().archive.address == "http://archive.invalid"


def test_the_catalogue_can_be_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("S2KIT_DATA", "catalogue")
    monkeypatch.setenv("S2KIT_CATALOGUE", "planetary-computer")
    source = course_source()
    assert isinstance(source, CatalogueSource)
    assert "planetarycomputer" in source.scenes.catalogue.address


def test_no_other_file_reads_the_course_s_variables() -> None:
    package = Path(s2kit.__file__).parent
    readers = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
        and re.fullmatch("S2KIT_(DATA|HOME|MIRROR|ARCHIVE|CATALOGUE)", str(node.value))
    }
    assert readers == {"settings.py"}
