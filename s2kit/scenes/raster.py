"""Scenes and class codes as raster files: read, written, and their 20 m bands put in place."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
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

    Bands are found by their descriptions, whatever their order. A pixel holds no data where all
    10 m bands or all 20 m bands are 0: the two groups are delivered on grids of their own, and in
    the authors' patches each has its own empty border. A lone 0 inside the image is no gap: it
    stands in water and shade beside values of 1 or 2 (or, with the offset, where the atmospheric
    correction went far below zero), so it is read as reflectance 0.

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
    values, transform, crs, tags = _read_bands(path, bands)
    if np.issubdtype(values.dtype, np.floating):
        if offset is not None:
            raise S2kitError(
                f"{path} holds {values.dtype} reflectance; leave the offset {offset} out"
            )
        scene = on_grid(values.astype(np.float32), transform, crs, BAND_NAMES)
    elif offset is None:
        raise S2kitError(
            f"{path} holds digital numbers ({values.dtype}); name their offset: 0, or 1000 for "
            "processing baselines from 04.00 on"
        )
    else:
        check_offset(values, offset, str(path))
        dn = on_grid(values, transform, crs, BAND_NAMES)
        empty = _is_empty(dn, TEN_METRE) | _is_empty(dn, TWENTY_METRE)
        scene = to_reflectance(dn.where(dn > 0, offset), offset).where(~empty)
    scene = _no_data_in_all_bands(scene)
    return scene.assign_attrs({key: tags[key] for key in ATTRIBUTES if key in tags}).rename(
        path.stem
    )


def _is_empty(dn: xr.DataArray, bands: Sequence[str]) -> xr.DataArray:
    return (dn.sel(band=list(bands)) == 0).all("band")


def _no_data_in_all_bands(scene: xr.DataArray) -> xr.DataArray:
    return scene.where(scene.notna().all("band"))


def _read_bands(
    path: Path, names: Sequence[str] | None
) -> tuple[npt.NDArray[Any], Affine, CRS, dict[str, str]]:
    with _open(path) as dataset:
        described = dataset.descriptions if any(dataset.descriptions) else names
        if described is None:
            raise S2kitError(
                f"{path} does not name its bands; give their names in the file's order, for "
                f"instance bands={list(BAND_NAMES[:2])} and so on"
            )
        # B2 and B02 are both in use
        found = [str(name or "").upper().replace("B0", "B") for name in described]
        wanted = [name.replace("B0", "B") for name in BAND_NAMES]
        missing = [
            name for name, short in zip(BAND_NAMES, wanted, strict=True) if short not in found
        ]
        if missing or len(found) != dataset.count:
            raise S2kitError(
                f"{path} has {dataset.count} bands named {', '.join(map(str, described))}; "
                f"it needs all of {', '.join(BAND_NAMES)}"
            )
        values = dataset.read([found.index(name) + 1 for name in wanted])
        return values, dataset.transform, dataset.crs, dataset.tags()


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


def shift_20m_bands(scene: xr.DataArray, rows: int = 1) -> xr.DataArray:
    """Move the 20 m bands north by whole pixels of 10 m, to where the ground shows them to be.

    In the authors' patches each 20 m value fills rows (0, 1), (2, 3) ... from an upper edge that
    is no multiple of 20 m, so these bands lie one row too far south; `measure_shift` finds it.

    Parameters
    ----------
    scene
        Reflectance, dims (band, y, x).
    rows
        Pixels to move them north (south if negative).

    Returns
    -------
    DataArray
        As the scene, NaN in all bands in the rows where the 20 m bands are now unknown.
    """
    moved = scene.copy()
    coarse = [name in TWENTY_METRE for name in scene.band.to_numpy()]
    moved[coarse] = scene[coarse].shift(y=-rows).to_numpy()
    return _no_data_in_all_bands(moved)


def measure_shift(scene: xr.DataArray, reach: int = 2) -> pd.DataFrame:
    """Correlate B08, averaged over 2 x 2 pixels, with B8A at several displacements.

    B8A (20 m, 865 nm) lies inside the spectral window of B08 (10 m, 833 nm): averaged to 20 m the
    two are nearly equal, and the correlation is highest where they lie on one another.

    Parameters
    ----------
    scene
        Reflectance, dims (band, y, x); blocks with no data are left out.
    reach
        Largest displacement tried, in pixels of 10 m.

    Returns
    -------
    DataFrame
        Pearson's r, index "north" and columns "east": the pixels of 10 m by which B8A would have
        to move. Its highest value is the mend, for `shift_20m_bands`; (0, 0) means all is well.
    """
    fine = scene.sel(band="B08").to_numpy().astype(np.float64)
    coarse = scene.sel(band="B8A").to_numpy().astype(np.float64)
    steps = range(-reach, reach + 1)
    table = pd.DataFrame(index=pd.Index(steps, name="north"), columns=pd.Index(steps, name="east"))
    row, column = _first_doubled_pixel(coarse)
    height, width = (size - 2 * reach - 1 for size in fine.shape)
    target = _blocks(coarse, reach + row, reach + column, height, width).mean(axis=(1, 3))
    for north in steps:
        for east in steps:
            top, left = reach + row - north, reach + column + east
            moved = _blocks(fine, top, left, height, width).mean(axis=(1, 3))
            both = np.isfinite(moved) & np.isfinite(target)
            table.loc[north, east] = np.corrcoef(moved[both], target[both])[0, 1]
    return table.astype(float)


def _first_doubled_pixel(values: npt.NDArray[np.float64]) -> tuple[int, int]:
    """Return the row and column (0 or 1) at which 2 x 2 blocks of equal values begin."""
    height, width = (size - 1 for size in values.shape)
    starts = [(row, column) for row in (0, 1) for column in (0, 1)]
    unlike = [np.nanmean(np.ptp(_blocks(values, *s, height, width), axis=(1, 3))) for s in starts]
    return starts[int(np.argmin(unlike))]


def _blocks(
    values: npt.NDArray[np.float64], top: int, left: int, height: int, width: int
) -> npt.NDArray[np.float64]:
    """Cut a window into 2 x 2 blocks, axes (block row, 2, block column, 2)."""
    window = values[top : top + height // 2 * 2, left : left + width // 2 * 2]
    return window.reshape(height // 2, 2, width // 2, 2)


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
