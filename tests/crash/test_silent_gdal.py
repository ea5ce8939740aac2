"""A file or a server that breaks off is an error, whatever GDAL is told; never blank pixels."""

from pathlib import Path

import numpy as np
import pystac
import pytest
import rasterio
from bad_server import BadServer, Handler, cut, impatient, short
from rasterio.transform import from_origin
from sentinel_product import LEFT, TOP, write_raster

from s2kit.catalogue import web
from s2kit.catalogue.read import ReadOptions, read_items
from s2kit.errors import S2kitError
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.grid import Grid
from s2kit.scenes.raster import read_scene

SIDE = 600
GRID = Grid(32633, (LEFT, TOP - 10 * SIDE, LEFT + 10 * SIDE, TOP), SIDE, SIDE)
THREADS = [None, "ALL_CPUS"]


@pytest.fixture(params=THREADS, ids=["one thread", "all threads"])
def threads(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """GDAL decodes with as many threads as it is told."""
    if request.param is None:
        monkeypatch.delenv("GDAL_NUM_THREADS", raising=False)
    else:
        monkeypatch.setenv("GDAL_NUM_THREADS", request.param)


def big_red(of: pystac.Item, folder: Path, url: str) -> np.ndarray:
    """Give an item a red band of many blocks behind a server; return its numbers."""
    pixels = np.random.default_rng(1).integers(1100, 9000, (SIDE, SIDE)).astype("uint16")
    write_raster(folder / "big.tif", pixels, 10)
    of.assets["red"].href = f"{url}/files/big.tif"
    return pixels


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize("attempts", [1, 3], ids=["no retry", "retries"])
@pytest.mark.parametrize("after", [0, 4])
@pytest.mark.parametrize("fault", [cut, short], ids=["cut", "short"])
def test_a_server_that_dies_in_the_middle_is_an_error(
    remote: pystac.Item, server: BadServer, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, attempts: int, after: int, fault: object,
) -> None:  # fmt: skip
    patience = impatient(lambda seconds: None)
    monkeypatch.setattr(web, "PATIENCE", web.Patience(attempts, sleep=patience.sleep))
    big_red(remote, tmp_path, server.url)
    answers = iter([False] * after)

    def dies(handler: Handler) -> bool:
        return next(answers, True) and fault(handler)  # type: ignore[operator]

    dies.permanent = True  # type: ignore[attr-defined]
    server.misbehave("big.tif", dies)
    with pytest.raises(S2kitError, match="cannot read band B04"):
        read_items([remote], GRID, options=ReadOptions(offset=1000))


@pytest.mark.usefixtures("threads", "pauses")
def test_a_server_that_recovers_gives_every_pixel(
    remote: pystac.Item,
    server: BadServer,
    tmp_path: Path,
) -> None:
    pixels = big_red(remote, tmp_path, server.url)
    server.misbehave("big.tif", lambda handler: False, cut, lambda handler: False, short)
    scene = read_items([remote], GRID, options=ReadOptions(offset=1000))
    assert not server.faults
    near = scene.sel(band="B04")[:90, :90]  # the other bands end there
    np.testing.assert_array_equal(np.round(near * 10_000 + 1000), pixels[:90, :90])


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize("share", [0.2, 0.95, 0.999])
def test_a_truncated_product_on_disk_is_an_error(
    local: pystac.Item,
    tmp_path: Path,
    share: float,
) -> None:
    big_red(local, tmp_path, "")
    local.assets["red"].href = str(tmp_path / "big.tif")
    whole = (tmp_path / "big.tif").read_bytes()
    (tmp_path / "big.tif").write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(S2kitError, match="cannot read band B04"):
        read_items([local], GRID, options=ReadOptions(offset=1000))


SPECIES = {
    "COG": {"blocksize": 128, "compress": "deflate"},
    "GTiff": {"compress": "lzw", "tiled": True, "blockxsize": 64, "blockysize": 64},
    "JP2OpenJPEG": {"quality": "100", "reversible": "yes"},
}


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize("driver", SPECIES)
def test_a_truncated_image_is_an_error(tmp_path: Path, landscape, driver: str) -> None:
    path = tmp_path / f"image.{'jp2' if driver.startswith('JP2') else 'tif'}"
    values = np.round(landscape(200, 200) * 10_000 + 1000).astype("uint16")
    with rasterio.open(
        path, "w", driver=driver, height=200, width=200, count=10, dtype="uint16",
        crs="EPSG:32633", transform=from_origin(LEFT, TOP, 10, 10), **SPECIES[driver],
    ) as file:  # fmt: skip
        file.write(values)
    good, whole = read_scene(path, 1000, BAND_NAMES), path.read_bytes()
    for share in (0.1, 0.5, 0.9, 0.99):
        path.write_bytes(whole[: int(len(whole) * share)])
        try:
            found = read_scene(path, 1000, BAND_NAMES)
        except S2kitError as error:
            assert path.name in str(error)  # noqa: PT017 - either outcome is right
        else:
            np.testing.assert_array_equal(found, good)
