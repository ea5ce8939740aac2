"""The places outside Strzegom: listed, verified, opened."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from s2kit.errors import S2kitError
from s2kit.sources.place_list import read_files, read_places
from s2kit.sources.places import NO_CODE, Places


def test_every_file_of_a_place_is_in_the_manifest() -> None:
    files = read_files()
    for place in read_places().values():
        assert place.image in files
        assert not place.labels or place.labels in files
    for file in files.values():
        assert len(file.commit) == 40
        assert len(file.blob) == 40 if file.file else len(file.sha256) == 64


def test_top_of_atmosphere_and_snow_are_not_scored() -> None:
    left_out = set(Places().list(scored=False))
    assert set(Places().list(level="L1C")) <= left_out
    assert "finland_20180204_57_38" in left_out
    assert len(Places().list(scored=True)) == 23


def test_a_place_opens_on_one_grid_with_its_labels(elsewhere: Path) -> None:
    places = Places(elsewhere)
    for name in ("temuco_20200408", "ireland_20170717_28_87", "slovenia_20150711_l1c"):
        scene, labels = places.open(name), places.open_labels(name)
        assert scene.shape[1:] == labels.shape
        assert scene.rio.transform() == labels.rio.transform()
        assert scene.time.dt.year.item() == places.place(name).date.year
        assert (labels != NO_CODE).any()
    assert abs(float(places.open("temuco_20200408")[2].quantile(0.5)) - 0.0564) < 1e-6


def test_an_image_in_degrees_comes_on_ten_metres(elsewhere: Path) -> None:
    scene = Places(elsewhere).open("komarno_20200424")
    assert scene.rio.crs.to_epsg() == 32634
    assert scene.rio.resolution() == (10, -10)
    red, infrared = (scene.sel(band=name) for name in ("B04", "B08"))
    ndvi = (infrared - red) / (infrared + red)
    bare = float((ndvi < 0.25).sum() / np.isfinite(ndvi).sum())
    assert abs(bare - 0.57) < 0.02  # as its ORIGIN has it


def test_a_damaged_file_is_told(elsewhere: Path, tmp_path: Path) -> None:
    path = read_places()["temuco_20200408"].image
    (tmp_path / path).parent.mkdir(parents=True)
    shutil.copyfile(elsewhere / path, tmp_path / path)
    with (tmp_path / path).open("r+b") as file:
        file.seek(5000)
        file.write(b"\xff")
    with pytest.raises(S2kitError, match="is damaged: expected 1206010 bytes, git blob"):
        Places(tmp_path).open("temuco_20200408")


def test_what_is_not_at_hand_is_told() -> None:
    with pytest.raises(S2kitError, match="set S2KIT_ELSEWHERE"):
        Places().open("temuco_20200408")
    with pytest.raises(S2kitError, match="derived and cannot be downloaded"):
        Places().open("komarno_20200424")
    with pytest.raises(S2kitError, match="no label per pixel"):
        Places().open_labels("komarno_20200424")
    with pytest.raises(S2kitError, match="there is no place 'rome'"):
        Places().open("rome")
