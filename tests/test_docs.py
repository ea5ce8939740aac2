"""The pages of docs: their examples run, and the glossary has no word that nobody uses."""

import doctest
import re
from pathlib import Path

import pytest

import s2kit

ROOT = Path(__file__).parents[1]
MISTAKES = ROOT / "docs/MISTAKES.md"
GLOSSARY = ROOT / "docs/GLOSSARY.md"


def test_every_mistake_is_made_and_cured(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    found = doctest.testfile(str(MISTAKES), module_relative=False)
    assert found.attempted > 40
    assert found.failed == 0


def test_every_mistake_has_its_reason_and_its_cure():
    sections = MISTAKES.read_text("utf-8").split("\n## ")[1:]
    assert len(sections) == 7
    for section in sections:
        for part in ("**What you see.**", "**Why.**", "**Cure.**"):
            assert part in section, section.splitlines()[0]


def terms():
    return re.findall(r"^- \*\*(.+?)\*\*", GLOSSARY.read_text("utf-8"), re.MULTILINE)


@pytest.fixture(scope="module")
def course():
    """All that a reader of the course reads, but for the glossary, in small letters."""
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    pages += (ROOT / "notebooks/source").glob("*.py")
    pages += Path(s2kit.__file__).parent.rglob("*.py")
    text = " ".join(page.read_text("utf-8") for page in pages if page != GLOSSARY)
    return re.sub(r"[\s#-]+", " ", text).lower()


@pytest.mark.parametrize("term", terms())
def test_a_term_of_the_glossary_is_used(term, course):
    spellings = re.split(r", | \(|\)| or ", term.lower().replace("-", " "))
    stems = [re.sub(r"(?<=..)(y|ies|es|s)$", "", each) for each in spellings if each]
    assert any(re.search(rf"\b{re.escape(stem)}", course) for stem in stems)


def test_the_glossary_serves_both_sides():
    assert len(terms()) >= 70
    assert len(set(terms())) == len(terms())
