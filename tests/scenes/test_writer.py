"""Files appear whole or not at all, and never in the place of an input."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio.shutil
from scene_files import numbers, write

from s2kit.errors import S2kitError
from s2kit.scenes.writer import check_outputs, replacing, replacing_all

Landscape = Callable[..., np.ndarray]


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_appears_under_its_name_and_alone(tmp_path: Path) -> None:
    with replacing(tmp_path / "new" / "a.txt") as part:
        part.write_text("whole")
        part.with_name(part.name + "-journal").touch()
        part.with_name(part.name + ".aux.xml").touch()
        assert not (tmp_path / "new" / "a.txt").exists()

    assert (tmp_path / "new" / "a.txt").read_text() == "whole"
    assert names_in(tmp_path / "new") == ["a.txt"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, S2kitError])
def test_any_error_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, error: type[BaseException]
) -> None:
    (tmp_path / "a.txt").write_text("old")

    with pytest.raises(error), replacing(tmp_path / "a.txt") as part:  # noqa: PT012
        part.write_text("half")
        raise error("by design")
    assert (tmp_path / "a.txt").read_text() == "old"
    assert names_in(tmp_path) == ["a.txt"]


def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    with (
        pytest.raises(S2kitError, match=r"a.txt cannot be written \(.*No space.*free the disk"),
        replacing(tmp_path / "a.txt"),
    ):
        raise OSError(28, "No space left on device")


@pytest.mark.parametrize("old", [True, False])
@pytest.mark.parametrize("fails_at", [0, 1, 2])
@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_of_a_set_all_are_written_or_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: bool, fails_at: int,
    error: type[BaseException],
) -> None:  # fmt: skip
    paths = [tmp_path / name for name in ("a.xml", "a.qml", "a.tif")]
    for path in paths if old else []:
        path.write_text("old")
    calls = iter(range(10))
    rename = os.replace

    def fail(source: Path, target: Path) -> None:
        if next(calls) == fails_at:
            raise error
        rename(source, target)

    raised = pytest.raises((S2kitError, KeyboardInterrupt))
    with raised, replacing_all(paths) as parts:
        for part in parts:
            part.write_text("new")
        monkeypatch.setattr("os.replace", fail)
    assert names_in(tmp_path) == (["a.qml", "a.tif", "a.xml"] if old else [])
    assert all(path.read_text() == "old" for path in paths if old)


def test_two_at_once_do_not_meet(tmp_path: Path) -> None:
    with replacing(tmp_path / "a.txt") as one, replacing(tmp_path / "a.txt") as other:
        assert one != other
        one.write_text("one")
        other.write_text("other")

    assert (tmp_path / "a.txt").read_text() == "one"


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to("real.txt")

    with replacing(tmp_path / "link.txt") as part:
        part.write_text("new")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text() == "new"


@pytest.mark.parametrize("way", ["itself", "relative", "symlink", "hard link", "vrt", "vrt of vrt"])
def test_an_output_that_is_an_input_is_refused(
    tmp_path: Path, landscape: Landscape, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.chdir(tmp_path)
    source = write(tmp_path / "image.tif", numbers(landscape))
    given, out = source, source
    if way == "relative":
        (tmp_path / "sub").mkdir()
        out = Path("sub") / ".." / "image.tif"
    elif way == "symlink":
        out = tmp_path / "link.tif"
        out.symlink_to(source)
    elif way == "hard link":
        out = tmp_path / "link.tif"
        os.link(source, out)
    elif way.startswith("vrt"):
        for number in range(2 if "of" in way else 1):
            target = tmp_path / f"{number}.vrt"
            rasterio.shutil.copy(given, target, driver="VRT")
            given = target

    with pytest.raises(S2kitError, match="would overwrite the input"):
        check_outputs([out], [given])
    check_outputs(["map.tif"], [given])
    assert names_in(tmp_path).count("map.tif") == 0


def test_outputs_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(S2kitError, match="are one file"):
        check_outputs([tmp_path / "a", tmp_path / "b" / ".." / "a"])
    with pytest.raises(S2kitError, match="is a folder; name a file"):
        check_outputs([tmp_path])
    with pytest.raises(S2kitError, match="cannot be written"):
        check_outputs([tmp_path / "file" / "a.tif"])
