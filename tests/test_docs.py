"""The pages of docs: their examples run, and their words are words of the course."""

import ast
import doctest
import importlib.util
import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
MISTAKES = (DOCS / "MISTAKES.md").read_text("utf-8")
OPTIONS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
FENCED = re.compile(r"^```pycon\n(.*?)^```$", re.DOTALL | re.MULTILINE)

GIVEN = {"04.00", "10", "20"}
"""Numbers of the mistakes' prose that are names: a baseline, resolutions, example codes."""

FEWEST_TERMS = 70
"""Terms that the glossary explains, at least."""


def sections(page):
    """The parts of a page by their headings."""
    _, *parts = re.split(r"^## ", page, flags=re.MULTILINE)
    return {part.partition("\n")[0]: part.partition("\n")[2] for part in parts}


def test_the_examples_of_the_mistakes_run(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    code = re.sub(r"^```.*$", "", MISTAKES, flags=re.MULTILINE)
    test = doctest.DocTestParser().get_doctest(code, {}, "MISTAKES.md", "docs/MISTAKES.md", 0)
    runner = doctest.DocTestRunner(optionflags=OPTIONS)
    runner.run(test)
    assert runner.summarize(verbose=False).failed == 0
    assert [path.name for path in tmp_path.iterdir()] == ["mine.tif"]


@pytest.mark.parametrize(("title", "text"), sections(MISTAKES).items())
def test_a_mistake_is_seen_explained_and_cured_and_its_numbers_are_printed(title, text):
    for part in ("**What you see.**", "**Why.**", "**Cure.**"):
        assert text.count(part) == 1
    examples = [
        each for code in FENCED.findall(text) for each in doctest.DocTestParser().get_examples(code)
    ]
    numbers = r"(?<![\w.])\d+(?:\.\d+)?"
    printed = {n for each in examples for n in re.findall(numbers, each.want)}
    prose = re.sub(r"\]\(.*?\)|[Cc]hapter \d+|\b(?:band|class|code) \d+", "", FENCED.sub("", text))
    told = set(re.findall(numbers, re.sub(r"`.*?`", "", prose)))
    assert told - printed - GIVEN == set()


def glossary():
    """The terms of the glossary: bold at the start of its list lines."""
    return re.findall(r"^- \*\*(.+?)\*\*", (DOCS / "GLOSSARY.md").read_text("utf-8"), re.MULTILINE)


def words_of_the_course():
    """All that students read, on one line in small letters, without hyphens and emphasis."""
    pages = [ROOT / "README.md", *(p for p in DOCS.glob("*.md") if p.name != "GLOSSARY.md")]
    texts = [page.read_text("utf-8") for page in pages]
    for source in (ROOT / "notebooks/source").glob("*.py"):
        texts.append(re.sub(r"^# ?", "", source.read_text("utf-8"), flags=re.MULTILINE))
    for path in (ROOT / "notebooks/solutions").glob("*.ipynb"):
        texts += [cell.source for cell in nbformat.read(path, as_version=4).cells]
    for path in (ROOT / "s2kit").rglob("*.py"):
        texts += docstrings(path)
    return re.sub(r"[\s*-]+", " ", " ".join(texts)).lower()


def docstrings(path):
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    nodes = [n for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, documented)]
    return [text for node in nodes if (text := ast.get_docstring(node))]


def test_every_word_of_the_glossary_is_used_in_the_course():
    terms, course = glossary(), words_of_the_course()
    words = {term: re.escape(term.lower().replace("-", " ")) for term in terms}
    unused = [t for t, word in words.items() if not re.search(rf"\b{word}(?:e?s)?\b", course)]
    assert unused == []
    assert len(terms) == len(set(terms)) >= FEWEST_TERMS


TEACHING = (DOCS / "TEACHING.md").read_text("utf-8")
SOURCES = {path.stem: path for path in sorted((ROOT / "notebooks/source").glob("*.py"))}


def rows(text):
    """The cells of the tables of a page, without the lines below the headers."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    found = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines]
    return [cells for cells in found if not re.fullmatch("-+", cells[0])]


def test_the_teachers_minutes_are_those_of_the_chapters():
    _, *minutes = rows(sections(TEACHING)["Times"])
    told = {re.search(r"(\w+)\.ipynb", name)[1]: (read, do) for name, read, do in minutes}
    head = r"(\d+) minutes to read, (\d+) for the exercise"
    assert told == {
        stem: re.search(head, path.read_text("utf-8")).groups() for stem, path in SOURCES.items()
    }


@pytest.mark.parametrize("plan", ["A workshop of two hours", "A day"])
def test_the_teachers_plans_are_those_of_the_start_page(plan):
    start = re.sub(r"^# ?", "", SOURCES["00_start"].read_text("utf-8"), flags=re.MULTILINE)
    _, *parts = rows(sections(TEACHING)[plan])
    assert set(parts) <= set(rows(start))
    assert sum(int(minutes) for _, minutes in parts) == {"A day": 420}.get(plan, 120)


def test_each_chapter_has_questions_whose_answers_are_where_they_are_said_to_be():
    _, *chapters = re.split(
        r"^### Chapter ", sections(TEACHING)["Questions for the room"], flags=re.M
    )
    assert [int(each.partition("\n")[0]) for each in chapters] == list(range(len(SOURCES)))
    for text, source in zip(chapters, SOURCES.values(), strict=True):
        headings = re.findall(r"^# ##+ (.+)$", source.read_text("utf-8"), re.MULTILINE)
        questions = [" ".join(each.split()) for each in re.split(r"^- ", text, flags=re.M)[1:]]
        assert 2 <= len(questions) <= 3
        for question in questions:
            assert re.fullmatch(r".*[?.] \*(.+)\*", question)[1] in headings, question


def test_the_book_lists_every_page(tmp_path):
    pytest.importorskip("sphinx", reason="needs the packages of the extra: book")
    spec = importlib.util.spec_from_file_location("book", DOCS / "book/build.py")
    book = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(book)
    book.gather(tmp_path / "source")
    listed = (tmp_path / "source/index.md").read_text("utf-8").splitlines()
    assert {f"docs/{page.stem}" for page in DOCS.glob("*.md")} <= set(listed)
