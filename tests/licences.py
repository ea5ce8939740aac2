"""Write docs/LICENCES.md: name, version and licence of every package of constraints.txt.

``python tests/licences.py`` reads what the installed packages say of themselves; nothing is asked
of the network.
"""

import re
import sys
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "LICENCES.md"
NOT_INSTALLED = "not installed where this list was made"

HEAD = """# Licences of the packages s2kit was tested with

Made by `make licences` from the metadata of the installed packages; do not edit. s2kit itself is
under the MIT licence. No package that it needs is under the GPL (a test holds that). MPL-2.0 asks
only that changes to the package's own files are published. Wheels hold compiled libraries under
licences of their own (GEOS in shapely, pyogrio and rasterio: LGPL-2.1); they name them inside.

| package | version | licence |
|---|---|---|
"""


FILES = {"axe-playwright-python": "MIT"}
"""Licences of packages that carry a licence file and name it nowhere."""


def constraints() -> dict[str, str]:
    """Return versions by package, in the order of constraints.txt."""
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pinned = (line.split("==") for line in lines if "==" in line and not line.startswith("#"))
    return {name.strip(): version.strip() for name, version in pinned}


def licence(name: str) -> str:
    """Return what an installed package says of its licence: one line."""
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return NOT_INSTALLED
    said = (about.get("License") or "").strip()
    kinds = [each.split(" :: ")[-1] for each in about.get_all("Classifier") or []
             if each.startswith("License :: ") and each != "License :: OSI Approved"]  # fmt: skip
    # some put the whole text, or nothing, where the name belongs
    short = said if 0 < len(said) < 60 and "\n" not in said and said != "UNKNOWN" else ""
    found = about.get("License-Expression") or short or ", ".join(kinds) or FILES.get(name)
    if not found:
        raise SystemExit(f"{name} names no licence; look it up and say so in {Path(__file__).name}")
    return re.sub(r"^OSI Approved :: ", "", found)


def page() -> str:
    """Return the page as Markdown."""
    rows = (f"| {name} | {version} | {licence(name)} |" for name, version in constraints().items())
    return HEAD + "\n".join(rows) + "\n"


def is_gpl(text: str) -> bool:
    """Tell whether a licence is the GPL or AGPL; the LGPL and GCC's exception do not count.

    >>> is_gpl("GPL-3.0-or-later"), is_gpl("LGPL-2.1"), is_gpl("MIT")
    (True, False, False)
    """
    plain = re.sub(r"GPL-3\.0[\w-]* WITH GCC-exception-3\.1", "", text)
    named = re.search(r"(?<!Lesser )General Public License|(?<!L)GPL", plain, re.IGNORECASE)
    return named is not None


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), "utf-8")
    sys.stdout.write(f"{len(constraints())} packages in {PAGE}\n")
