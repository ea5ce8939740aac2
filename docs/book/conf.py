"""Settings of Sphinx for the book; `build.py` beside this file says what goes into it."""

import base64
import html
import io
from typing import Any

from docutils import nodes
from matplotlib.mathtext import math_to_image

project = "Land cover from one Sentinel-2 image"
author = "the authors of s2kit"
html_title = project
language = "en"
extensions = ["myst_nb", "sphinx.ext.autodoc", "numpydoc"]
exclude_patterns = ["_build"]
default_role = "code"
suppress_warnings = ["myst.header", "mystnb.unknown_mime_type", "docutils"]

# Chapters are shown as stored; whoever builds the book needs neither data nor minutes.
nb_execution_mode = "off"
nb_ipywidgets_js = {}  # from a CDN, for widgets that need a kernel anyway
myst_heading_anchors = 3
myst_enable_extensions = ["deflist"]

autodoc_typehints = "none"  # numpydoc has them in words
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

html_math_renderer = "mathtext"
html_theme = "sphinx_book_theme"
html_static_path = ["static"]
html_css_files = ["book.css"]
html_js_files = [("swipe.js", {"defer": "defer"})]  # the figures come first
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "use_download_button": False,
    "use_fullscreen_button": False,
    "show_toc_level": 2,
    "home_page_in_toc": True,
    "navbar_start": [],
    "navbar_center": [],
    "navbar_end": [],
    "navbar_persistent": [],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}


def setup(app: Any) -> None:
    """Draw formulas while building: MathJax would come from elsewhere while reading."""
    nothing = lambda self, node: None  # noqa: E731
    app.add_html_math_renderer("mathtext", (formula, nothing), (formula, nothing))


def formula(self: Any, node: Any) -> None:
    """Put a formula into the page as a picture whose alternative text is its TeX."""
    tex, picture = " ".join(node.astext().split()), io.BytesIO()
    try:
        math_to_image(f"${tex}$", picture, format="svg")
    except ValueError as error:
        raise ValueError(f"the formula {tex} cannot be drawn: {error}") from error
    data, block = base64.b64encode(picture.getvalue()).decode(), isinstance(node, nodes.math_block)
    kind = "formula block" if block else "formula"
    source = f"data:image/svg+xml;base64,{data}"
    self.body.append(f'<img class="{kind}" src="{source}" alt="{html.escape(tex)}">')
    raise nodes.SkipNode
