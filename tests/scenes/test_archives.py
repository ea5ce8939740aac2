"""Zip archives are looked at before anything unpacks them."""

import zipfile
from pathlib import Path

import pytest

from s2kit.benchmarks.polygons import read_polygons
from s2kit.errors import S2kitError
from s2kit.scenes.archives import check_archive
from s2kit.scenes.raster import read_scene


def zipped(path: Path, size: int = 1000, method: int | None = None) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"a" * size)
    if method is not None:  # zipfile cannot write it: the method stands in both headers
        data = bytearray(path.read_bytes())
        for signature, place in ((b"PK\3\4", 8), (b"PK\1\2", 10)):
            data[data.index(signature) + place] = method
        path.write_bytes(bytes(data))
    return path


def test_a_plain_archive_and_other_files_pass(tmp_path: Path) -> None:
    check_archive(zipped(tmp_path / "good.zip"))
    (tmp_path / "a.tif").write_bytes(b"II*\0")
    check_archive(tmp_path / "a.tif")
    check_archive(tmp_path / "nowhere.zip")
    check_archive("no\0name.zip")


@pytest.mark.parametrize("name", ["a.zip", "a.SAFE", "/vsizip/{}/a.txt"])
def test_deflate64_is_refused_under_any_name(name: str, tmp_path: Path) -> None:
    path = zipped(tmp_path / ("a.zip" if "{" in name else name), method=9)
    given = name.format(path) if "{" in name else path
    for read in (check_archive, read_scene):
        with pytest.raises(S2kitError, match=r"'a\.txt' is packed by method 9.*unpack"):
            read(given)


def test_polygons_in_a_zip_are_looked_at_too(tmp_path: Path) -> None:
    with pytest.raises(S2kitError, match="packed by method 9"):
        read_polygons(zipped(tmp_path / "fields.zip", method=9))


def test_a_file_that_grows_a_thousandfold_is_refused_unread(tmp_path: Path) -> None:
    with pytest.raises(S2kitError, match=r"declares 80,000,000 inside.*download it anew"):
        check_archive(zipped(tmp_path / "bomb.zip", size=80_000_000))


def test_a_password_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "secret.zip")
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\1\2") + 8] |= 1
    path.write_bytes(bytes(data))
    with pytest.raises(S2kitError, match="is encrypted"):
        check_archive(path)
