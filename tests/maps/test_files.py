"""Class maps written as files and read back, by s2kit and by GDAL."""

from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import rasterio
import rasterio.shutil
import rioxarray
import xarray as xr

from s2kit.errors import S2kitError, S2kitWarning
from s2kit.maps.files import read_class_map, write_class_map, write_confidence
from s2kit.scenes.nomenclature import PAPER


@pytest.fixture
def class_map() -> xr.DataArray:
    """Put every code once on a small UTM grid."""
    codes = np.array([[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 0]], dtype=np.uint8)
    return xr.DataArray(
        codes,
        dims=("y", "x"),
        coords={"y": [5652245.0, 5652235.0, 5652225.0], "x": 585425.0 + 10 * np.arange(4)},
        name="strzegom_20230709",
        attrs={"date": "2023-07-09", "source": "authors", "attribution": "contains Copernicus"},
    ).rio.write_crs(32633)


def test_a_class_map_comes_back_as_it_was(tmp_path: Path, class_map: xr.DataArray) -> None:
    write_class_map(tmp_path / "new" / "map.tif", class_map)
    read = read_class_map(tmp_path / "new" / "map.tif")
    xr.testing.assert_equal(read, class_map)
    assert (read.dtype, read.name, read.attrs) == (np.uint8, class_map.name, class_map.attrs)
    assert read.rio.crs == class_map.rio.crs
    assert read.rio.transform() == class_map.rio.transform()


def test_the_geotiff_is_tiled_compressed_named_and_coloured(
    tmp_path: Path, class_map: xr.DataArray
) -> None:
    write_class_map(tmp_path / "map.tif", class_map, tags={"weights": "short.safetensors"})
    with rasterio.open(tmp_path / "map.tif") as file:
        profile, colours, tags = file.profile, file.colormap(1), file.tags()
        assert file.descriptions == ("land cover class",)
    assert (profile["dtype"], profile["nodata"]) == ("uint8", 0)
    assert profile["tiled"]
    assert profile["compress"] == "deflate"
    for c in PAPER.classes:
        assert "#{:02x}{:02x}{:02x}".format(*colours[c.code][:3]) == c.colour
    assert tags["attribution"] == "contains Copernicus"
    assert tags["weights"] == "short.safetensors"


def test_gdal_reads_names_and_attribute_table(tmp_path: Path, class_map: xr.DataArray) -> None:
    write_class_map(tmp_path / "map.tif", class_map)
    # rasterio shows neither; GDAL copies what it understood into the companion of a copy.
    rasterio.shutil.copy(tmp_path / "map.tif", tmp_path / "copy.tif", driver="GTiff")
    band = ET.parse(tmp_path / "copy.tif.aux.xml").find("PAMRasterBand")
    assert band is not None
    names = [category.text for category in band.iterfind("CategoryNames/Category")]
    assert names == ["no data", *(c.name for c in PAPER.classes)]
    table = band.find("GDALRasterAttributeTable")
    assert table is not None
    assert table.get("tableType") == "thematic"
    rows = [[field.text for field in row.iterfind("F")] for row in table.iterfind("Row")]
    assert rows[8] == ["8", "water bodies", "0", "99", "194", "255"]


def test_the_qgis_style_names_every_class_once(tmp_path: Path, class_map: xr.DataArray) -> None:
    write_class_map(tmp_path / "map.tif", class_map)
    entries = list(ET.parse(tmp_path / "map.qml").iter("paletteEntry"))
    shown = [(int(e.get("value", "")), e.get("color"), e.get("label")) for e in entries]
    assert shown == [(c.code, c.colour, f"{c.code} {c.name}") for c in PAPER.classes]


def test_writing_leaves_no_temporary_file_and_no_old_pyramids(
    tmp_path: Path, class_map: xr.DataArray
) -> None:
    (tmp_path / "map.tif.ovr").write_bytes(b"pyramids of an older map")
    write_class_map(tmp_path / "map.tif", class_map)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["map.qml", "map.tif", "map.tif.aux.xml"]


def test_an_interrupted_write_leaves_the_old_map(
    tmp_path: Path, class_map: xr.DataArray, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_class_map(tmp_path / "map.tif", class_map)
    before = (tmp_path / "map.tif").read_bytes()

    def full_disk(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("os.replace", full_disk)
    with pytest.raises(S2kitError, match=r"cannot be written .no space"):
        write_class_map(tmp_path / "map.tif", class_map.where(class_map != 1, 2))
    assert (tmp_path / "map.tif").read_bytes() == before
    assert not list(tmp_path.glob(".*"))


def test_a_style_made_in_qgis_stays_and_ours_is_replaced(
    tmp_path: Path, class_map: xr.DataArray
) -> None:
    style = tmp_path / "map.qml"
    write_class_map(tmp_path / "map.tif", class_map)
    ours = style.read_text()
    style.write_text(ours.replace("coniferous", "old"))
    write_class_map(tmp_path / "map.tif", class_map)
    assert style.read_text() == ours
    style.write_text("<qgis><!-- mine --></qgis>")
    with pytest.warns(S2kitWarning, match=r"map.qml was not written by s2kit and stays"):
        write_class_map(tmp_path / "map.tif", class_map)
    assert style.read_text() == "<qgis><!-- mine --></qgis>"


@pytest.mark.parametrize("no_data", [255.0, np.nan])
def test_a_float_mask_with_its_own_no_data_is_read(
    tmp_path: Path, class_map: xr.DataArray, no_data: float
) -> None:
    mask = class_map.astype("float32").where(class_map != 3, no_data).rio.write_nodata(no_data)
    mask.rio.to_raster(tmp_path / "mask.tif")
    read = read_class_map(tmp_path / "mask.tif")
    np.testing.assert_array_equal(read.values, class_map.where(class_map != 3, 0).values)
    assert read.dtype == np.uint8
    assert read.name == "mask"


def test_bad_rasters_are_refused_in_one_sentence(tmp_path: Path, class_map: xr.DataArray) -> None:
    with pytest.raises(S2kitError, match="no readable raster"):
        read_class_map(tmp_path / "missing.tif")
    xr.concat([class_map, class_map], "band").rio.to_raster(tmp_path / "two.tif")
    with pytest.raises(S2kitError, match="2 bands"):
        read_class_map(tmp_path / "two.tif")
    (class_map + np.uint8(20)).rio.to_raster(tmp_path / "codes.tif")
    with pytest.raises(S2kitError, match="holds 20, 21, 22, 23, 24, no class codes"):
        read_class_map(tmp_path / "codes.tif")
    (class_map / 2).rio.to_raster(tmp_path / "halves.tif")
    with pytest.raises(S2kitError, match=r"holds 0\.5, 1\.5"):
        read_class_map(tmp_path / "halves.tif")
    class_map.drop_vars("spatial_ref").rio.to_raster(tmp_path / "nowhere.tif")
    with pytest.raises(S2kitError, match="no CRS"):
        read_class_map(tmp_path / "nowhere.tif")


def test_what_is_no_map_is_not_written(tmp_path: Path, class_map: xr.DataArray) -> None:
    with pytest.raises(S2kitError, match=r"must end in \.tif"):
        write_class_map(tmp_path / "map.png", class_map)
    with pytest.raises(S2kitError, match="dimensions"):
        write_class_map(tmp_path / "map.tif", class_map.expand_dims("class"))
    with pytest.raises(S2kitError, match="holds 11"):
        write_class_map(tmp_path / "map.tif", class_map.where(class_map != 10, 11))
    with pytest.raises(S2kitError, match="no CRS"):
        write_class_map(tmp_path / "map.tif", class_map.drop_vars("spatial_ref"))
    with pytest.raises(S2kitError, match="confidence runs from 0 to 10"):
        write_confidence(tmp_path / "confidence.tif", class_map.astype("float32"))
    assert not list(tmp_path.iterdir())


def test_confidence_is_stored_in_per_cent_and_read_as_zero_to_one(
    tmp_path: Path, class_map: xr.DataArray
) -> None:
    confidence = (class_map / np.float32(10)).where(class_map > 0)
    write_confidence(tmp_path / "confidence.tif", confidence)
    with rasterio.open(tmp_path / "confidence.tif") as file:
        np.testing.assert_array_equal(file.read(1), 10 * class_map.values)
    read = rioxarray.open_rasterio(tmp_path / "confidence.tif", mask_and_scale=True)
    assert isinstance(read, xr.DataArray)
    np.testing.assert_allclose(read.values[0], confidence.values, atol=0.005)


def test_the_authors_map_reads_as_a_class_map(mirror: Path) -> None:
    (path,) = mirror.glob("*/accuracy_analysis/strzegom_20230709_33u_class.tif")
    codes = read_class_map(path)
    assert codes.sizes == {"y": 401, "x": 401}
    assert codes.rio.crs.to_epsg() == 32633
