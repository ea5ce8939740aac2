"""Scenes and class codes as raster files, read and written."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
import rioxarray  # noqa: F401 - gives arrays their .rio
import xarray as xr
from rasterio.crs import CRS
from rasterio.transform import Affine

from s2kit.errors import S2kitError
from s2kit.scenes.bands import BAND_NAMES, TEN_METRE, TWENTY_METRE
from s2kit.scenes.nomenclature import CODES, NO_DATA
from s2kit.scenes.radiometry import check_offset, to_reflectance

ATTRIBUTES = ("date", "area", "source", "attribution")
"""What a scene says about itself in ``attrs``, and in the tags of its file."""


def on_grid(
    values: npt.NDArray[Any], transform: Affine, crs: CRS, bands: Sequence[str] | None = None
) -> xr.DataArray:
    """Put values on a north-up grid: dims (y, x), or (band, y, x) with names for the bands.

    x and y are pixel centres in metres. No transform is stored beside them, so that
    ``.rio.transform()`` follows the coordinates when the array is cut.
    """
    height, width = values.shape[-2:]
    coords: dict[str, Any] = {
        "y": transform.f + transform.e * (np.arange(height) + 0.5),
        "x": transform.c + transform.a * (np.arange(width) + 0.5),
    }
    if bands is not None:
        coords["band"] = list(bands)
    dims = ("y", "x") if bands is None else ("band", "y", "x")
    grid: xr.DataArray = xr.DataArray(values, coords, dims).rio.write_crs(crs)
    return grid


def read_scene(
    path: Path | str, offset: int | None = None, bands: Sequence[str] | None = None
) -> xr.DataArray:
    """Read the ten bands of a scene as reflectance.

    Bands are found by their descriptions, whatever their order. What counts as no data is told
    in `scene_from_numbers`.

    Parameters
    ----------
    path
        A raster of digital numbers, or of reflectance as `write_scene` writes it.
    offset
        0 or 1000, as the product's processing baseline has it (see `radiometry`); None for a file
        of reflectance.
    bands
        Names of the file's bands in its order, for a file whose bands have no descriptions.

    Returns
    -------
    DataArray
        Reflectance, float32, dims (band, y, x) in the order of `BAND_NAMES`, NaN in all bands
        where one has no data, with the CRS of the file.

    Raises
    ------
    S2kitError
        If the file cannot be read, lacks a band or a CRS, or its dark pixels contradict the offset.
    """
    path = Path(path)
    numbers = read_numbers(path, bands)
    if np.issubdtype(numbers.dtype, np.floating):
        if offset is not None:
            raise S2kitError(f"{path} holds {numbers.dtype} reflectance; leave offset {offset} out")
        return no_data_in_all_bands(numbers.astype(np.float32))
    if offset is None:
        raise S2kitError(
            f"{path} holds digital numbers ({numbers.dtype}); name their offset: 0, or 1000 for "
            "processing baselines from 04.00 on"
        )
    return scene_from_numbers(numbers, offset, str(path))


def read_numbers(path: Path | str, bands: Sequence[str] | None = None) -> xr.DataArray:
    """Read the ten bands of a file as they are: dims (band, y, x), the file's dtype.

    Parameters and errors as in `read_scene`.
    """
    path = Path(path)
    with _open(path) as dataset:
        values = dataset.read(_band_indexes(path, dataset.descriptions, bands))
        numbers = on_grid(values, dataset.transform, dataset.crs, BAND_NAMES)
        tags = dataset.tags()
    attributes = {key: tags[key] for key in ATTRIBUTES if key in tags}
    return numbers.assign_attrs(attributes).rename(path.stem)


def scene_from_numbers(numbers: xr.DataArray, offset: int, where: str) -> xr.DataArray:
    """Turn digital numbers into a scene: offset checked and taken off, no data as NaN.

    A pixel holds no data where all 10 m bands or all 20 m bands are 0: the two groups are
    delivered on grids of their own, and in the authors' patches each has its own empty border.
    A lone 0 inside the image is no gap: it stands in water and shade beside values of 1 or 2 (or,
    with the offset, where the atmospheric correction went far below zero), so it is read as
    reflectance 0.

    Parameters
    ----------
    numbers
        Digital numbers, dims (band, y, x), bands named as in `BAND_NAMES`.
    offset
        0 or 1000; see `radiometry`.
    where
        The file or scene, for the message.

    Raises
    ------
    S2kitError
        If the dark pixels contradict the offset.
    """
    check_offset(numbers, offset, where)
    empty = _is_empty(numbers, TEN_METRE) | _is_empty(numbers, TWENTY_METRE)
    scene = to_reflectance(numbers.where(numbers > 0, offset), offset).where(~empty)
    return scene.assign_attrs(numbers.attrs).rename(numbers.name)


def _is_empty(dn: xr.DataArray, bands: Sequence[str]) -> xr.DataArray:
    return (dn.sel(band=list(bands)) == 0).all("band")


def no_data_in_all_bands(scene: xr.DataArray) -> xr.DataArray:
    """Return the scene with NaN in all bands of a pixel wherever one of them is NaN."""
    return scene.where(scene.notnull().all("band"))


def _band_indexes(
    path: Path, descriptions: tuple[str | None, ...], names: Sequence[str] | None
) -> list[int]:
    described = descriptions if any(descriptions) else names
    if described is None:
        raise S2kitError(
            f"{path} does not name its bands; give their names in the file's order, for "
            f"instance bands={list(BAND_NAMES[:2])} and so on"
        )
    found = [str(name or "").upper().replace("B0", "B") for name in described]  # B2 or B02
    wanted = [name.replace("B0", "B") for name in BAND_NAMES]
    if not set(wanted) <= set(found) or len(found) != len(descriptions):
        raise S2kitError(
            f"{path} has {len(descriptions)} bands named {', '.join(map(str, described))}; "
            f"it needs all of {', '.join(BAND_NAMES)}"
        )
    return [found.index(name) + 1 for name in wanted]


def _open(path: Path) -> Any:
    try:
        dataset = rasterio.open(path)
    except rasterio.RasterioIOError as error:
        raise S2kitError(f"{path} is no readable raster ({error}); check the path") from error
    turned = dataset.transform.b or dataset.transform.d or dataset.transform.e >= 0
    if dataset.crs is None or turned:
        dataset.close()
        raise S2kitError(
            f"{path} {'has no CRS' if dataset.crs is None else 'is not north-up'}; "
            "warp it onto a north-up UTM grid with gdalwarp -t_srs"
        )
    return dataset


def read_codes(path: Path | str) -> xr.DataArray:
    """Read a mask or class map: one band of class codes 1 to 10, 0 = no data.

    Returns
    -------
    DataArray
        uint8, dims (y, x), with the CRS of the file; the file's own no-data value and NaN become 0.

    Raises
    ------
    S2kitError
        If the file has several bands, no CRS, or values that are no class code.
    """
    path = Path(path)
    with _open(path) as dataset:
        if dataset.count != 1:
            raise S2kitError(f"{path} has {dataset.count} bands; class codes fill one band")
        values, no_data = dataset.read(1), dataset.nodata
        empty = ~np.isfinite(values) if no_data is None else values == no_data
        values = np.where(empty | ~np.isfinite(values), NO_DATA, values)
        strange = np.setdiff1d(values, [NO_DATA, *CODES])
        if strange.size:
            some = ", ".join(f"{value:g}" for value in strange[:5])
            raise S2kitError(
                f"{path} holds {some}, no class codes; number the classes {CODES[0]} to "
                f"{CODES[-1]} as the paper does, {NO_DATA} for no data"
            )
        codes = on_grid(values.astype(np.uint8), dataset.transform, dataset.crs)
    return codes.rename(path.stem)


def write_scene(path: Path | str, scene: xr.DataArray) -> Path:
    """Write a scene's reflectance as a tiled, compressed float32 GeoTIFF with band names.

    No data is NaN; what `ATTRIBUTES` names is kept in the file's tags. The file appears under its
    name when it is complete.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.stem}.{os.getpid()}.tif")
    count, height, width = scene.shape
    try:
        with rasterio.open(
            unfinished, "w", driver="GTiff", dtype="float32", count=count, height=height,
            width=width, crs=scene.rio.crs, transform=scene.rio.transform(recalc=True),
            nodata=np.nan, tiled=True, blockxsize=256, blockysize=256, compress="deflate",
            predictor=3,
        ) as dataset:  # fmt: skip
            dataset.write(scene.to_numpy().astype(np.float32))
            dataset.descriptions = tuple(str(name) for name in scene.band.to_numpy())
            dataset.update_tags(**{k: scene.attrs[k] for k in ATTRIBUTES if k in scene.attrs})
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path
