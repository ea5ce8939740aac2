"""Licences: no GPL among what s2kit needs, and a list that is up to date."""

import tomllib
from importlib import metadata

import licences
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def needed() -> dict[str, str]:
    """Return licences by package: all that comes with the run-time dependencies of s2kit."""
    found: dict[str, str] = {}
    project = tomllib.loads((licences.ROOT / "pyproject.toml").read_text("utf-8"))
    left = [Requirement(line) for line in project["project"]["dependencies"]]
    while left:
        requirement = left.pop()
        name = canonicalize_name(requirement.name)
        extras = requirement.extras or {""}
        if name in found or not any(
            requirement.marker is None or requirement.marker.evaluate({"extra": each})
            for each in ("", *extras)
        ):
            continue
        try:
            inside = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue
        found[name] = licences.licence(name)
        for each in map(Requirement, inside):
            if each.marker is None or any(each.marker.evaluate({"extra": e}) for e in extras):
                left.append(each)
    return found


def test_nothing_that_s2kit_needs_is_under_the_gpl() -> None:
    found = needed()
    assert len(found) > 90
    assert {"torch", "rasterio", "jupyterlab", "certifi"} <= found.keys()
    assert [name for name, licence in found.items() if licences.is_gpl(licence)] == []


@pytest.mark.parametrize(
    ("licence", "gpl"),
    [
        ("GPL-3.0-only", True),
        ("GNU General Public License v3 (GPLv3)", True),
        ("AGPL-3.0", True),
        ("LGPL-2.1", False),
        ("BSD-3-Clause AND GPL-3.0-or-later WITH GCC-exception-3.1", False),
        ("MPL-2.0", False),
    ],
)
def test_what_counts_as_gpl(licence: str, gpl: bool) -> None:
    assert licences.is_gpl(licence) is gpl


def test_the_list_names_every_package_and_version() -> None:
    rows = [line.split(" | ") for line in licences.PAGE.read_text("utf-8").splitlines()]
    listed = {row[0].removeprefix("| "): row[1] for row in rows if len(row) == 3}
    listed.pop("package")
    assert listed == licences.constraints()


def test_the_list_says_what_the_packages_say() -> None:
    versions = licences.constraints()
    page = licences.PAGE.read_text("utf-8")
    for name, version in versions.items():
        try:
            same = metadata.version(name) == version
        except metadata.PackageNotFoundError:
            continue
        if same:
            assert f"| {name} | {version} | {licences.licence(name)} |" in page
    assert page.count("MPL-2.0") + page.count("Mozilla") == 6  # five packages, and the head
