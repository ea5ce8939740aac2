"""The book, built from what is stored, read in Chromium: links, search, swipe, accessibility."""

import html
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
PAGES = (
    "index.html",
    "notebooks/05_maps.html",
    "notebooks/solutions/02_benchmarks.html",
    "api/maps.html",
    "docs/GLOSSARY.html",
)
LINK = re.compile(r'(?:href|src)="([^"]+)"')
LOADED = re.compile(r'<(?:script|img|link)[^>]+(?:src|href)="(?:https?:)?//[^"]+"')


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    for package in ("sphinx", "myst_nb", "sphinx_book_theme", "numpydoc"):
        pytest.importorskip(package, reason="needs the packages of the extra: book")
    target = tmp_path_factory.mktemp("site") / "book"
    command = [sys.executable, str(ROOT / "docs/book/build.py"), str(target)]
    built = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert built.returncode == 0, built.stderr
    assert "WARNING" not in built.stderr, built.stderr
    return target


@pytest.fixture(scope="module")
def page(book: Path) -> "Iterator[Page]":
    pytest.importorskip("playwright", reason="needs playwright: pip install playwright")
    from lab import FLAGS, find_chromium
    from playwright.sync_api import sync_playwright

    chromium = find_chromium()
    if chromium is None:
        pytest.skip("needs Chromium: apt-get install chromium, or playwright install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        opened = browser.new_page(viewport={"width": 1300, "height": 900}, reduced_motion="reduce")
        yield opened
        browser.close()


def test_internal_links_lead_to_pages_and_places_that_are_there(book: Path) -> None:
    pages = (path for path in book.rglob("*.html") if "_static" not in path.parts)
    texts = {path: path.read_text() for path in pages}
    names = {path: set(re.findall(r'(?:id|name)="([^"]+)"', text)) for path, text in texts.items()}
    broken = []
    for path, text in texts.items():
        for link in map(html.unescape, LINK.findall(text)):
            if re.match(r"[a-z]+:|//", link):
                continue
            file, _, place = link.partition("#")
            target = (path.parent / unquote(file.partition("?")[0])).resolve() if file else path
            known = target.exists() and (
                not place or target not in names or unquote(place) in names[target]
            )
            broken += [] if known else [f"{path.relative_to(book)}: {link}"]
    assert broken == []


def test_pages_load_nothing_from_elsewhere(book: Path) -> None:
    assert (book / ".nojekyll").exists()
    found = {
        each
        for path in book.rglob("*.html")
        for each in LOADED.findall(path.read_text())
        if 'rel="canonical"' not in each
    }
    assert found == set()


def test_a_chapter_shows_its_figures_each_with_words(page: "Page", book: Path) -> None:
    page.goto((book / "notebooks/05_maps.html").as_uri())
    pictures = page.locator(".cell_output img")
    assert pictures.count() >= 4
    for picture in pictures.all():
        assert picture.evaluate("image => image.naturalWidth") > 300
        assert picture.get_attribute("alt")


def test_the_comparison_is_swiped_by_keys_without_a_kernel(page: "Page", book: Path) -> None:
    page.goto((book / "notebooks/05_maps.html").as_uri())
    over = page.locator(".swipe-over")
    assert over.evaluate("image => image.naturalWidth") == 401
    page.locator(".swipe input").focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    assert over.evaluate("image => image.style.clipPath") == "inset(0px 0px 0px 60%)"
    page.keyboard.press("End")
    assert over.evaluate("image => image.style.clipPath") == "inset(0px 0px 0px 100%)"


def test_search_finds_a_word(page: "Page", book: Path) -> None:
    page.goto((book / "search.html").as_uri() + "?q=rasterise")
    found = page.locator("#search-results li a")
    found.first.wait_for(timeout=60_000)
    assert "Benchmarks" in " ".join(found.all_inner_texts())


def test_the_dark_mode_is_dark(page: "Page", book: Path) -> None:
    page.goto((book / "index.html").as_uri())
    page.locator(".theme-switch-button:visible").first.click()
    page.locator('.theme-change-button[data-mode="dark"]:visible').first.click()
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert max(map(int, re.findall(r"\d+", colour)[:3])) < 60
    page.evaluate("localStorage.clear()")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_pages_keep_wcag_aa(page: "Page", book: Path, name: str, theme: str) -> None:
    pytest.importorskip("axe_playwright_python", reason="needs the packages of the extra: book")
    from axe_playwright_python.sync_playwright import Axe

    page.goto((book / name).as_uri())
    page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
    found = Axe().run(page, options=rules).response["violations"]
    told = {
        each["id"]: [(node["target"], node["any"][:1]) for node in each["nodes"]][:5]
        for each in found
    }
    assert told == {}
