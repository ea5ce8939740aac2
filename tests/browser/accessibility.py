"""Whether a widget can be read, and used without a pointer."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lab import Notebook
    from playwright.sync_api import Locator

CONTRAST = """(root) => {
    const pencil = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const rgba = (css) => {
        pencil.clearRect(0, 0, 1, 1);
        pencil.fillStyle = css;
        pencil.fillRect(0, 0, 1, 1);
        return [...pencil.getImageData(0, 0, 1, 1).data];
    };
    const over = (top, under) => under.map((v, i) => v + (top[i] - v) * top[3] / 255);
    const ground = (node) => {
        const own = rgba(getComputedStyle(node).backgroundColor);
        return own[3] === 255 || !node.parentElement ? own : over(own, ground(node.parentElement));
    };
    const light = (colour) => {
        const [r, g, b] = colour.map((v) => {
            const part = v / 255;
            return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const texts = [...root.querySelectorAll("*")].filter((node) =>
        node.checkVisibility() && !node.closest(":disabled") &&
        [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim()));
    return texts.map((node) => {
        const back = ground(node);
        const pair = [light(over(rgba(getComputedStyle(node).color), back)), light(back)];
        const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
        return [node.textContent.trim().slice(0, 40), Math.round(100 * ratio) / 100];
    });
}"""
"""Contrast of every text in an element with what is behind it (WCAG 2, 1.4.3)."""


def poor_contrasts(widget: "Locator") -> dict[str, float]:
    """Return the texts whose contrast is below 4.5, with it."""
    return {text: ratio for text, ratio in widget.evaluate(CONTRAST) if ratio < 4.5}


def assert_readable_in_both_themes(notebook: "Notebook") -> None:
    """Hold that no text of the widget is pale, in JupyterLab's light and dark theme."""
    assert poor_contrasts(notebook.widget) == {}
    notebook.dark(True)
    try:
        assert poor_contrasts(notebook.widget) == {}
    finally:
        notebook.dark(False)


NAMES = """(root) => [...root.querySelectorAll("button, select, input, [tabindex]")]
    .filter((node) => node.checkVisibility())
    .map((node) => node.ariaLabel || node.labels?.[0]?.innerText || node.innerText || "")"""

FOCUSED = """() => {
    const { ariaLabel, labels, innerText } = document.activeElement;
    return ariaLabel || labels?.[0]?.innerText || innerText;
}"""


def names(widget: "Locator") -> list[str]:
    """Return by what name a screen reader announces each control."""
    return [name.strip() for name in widget.evaluate(NAMES)]


def focus_order(notebook: "Notebook", first: str, count: int) -> list[str]:
    """Return the names of the controls that Tab reaches, from the radio button ``first`` on."""
    notebook.page.get_by_role("radio", name=first).focus()
    order = []
    for _ in range(count):
        order.append(" ".join(notebook.page.evaluate(FOCUSED).split()))
        notebook.page.keyboard.press("Tab")
    return order
