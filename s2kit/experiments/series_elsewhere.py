"""Bare soil through the year in Slovakia and Belgium, beside what NDVI says of the same pixels."""

import datetime
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import rasterio
import xarray as xr

from s2kit.errors import S2kitError, S2kitWarning
from s2kit.maps.classify import classify
from s2kit.monitoring.periods import BARE
from s2kit.network.unet import UNet
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.nomenclature import nomenclature_of
from s2kit.scenes.raster import dated, on_grid
from s2kit.scenes.reflectance import to_scene_values
from s2kit.sources.places import Places
from s2kit.sources.source import Source

SLOVAKIA = ("komarno_20200424", "komarno_20200812", "komarno_20201118", "komarno_20210218")
BELGIUM = "be-hesbaye-worldcereal-2021/worldcereal_preprocessed_inputs.nc"
"""Monthly composites of WorldCereal (MIT); Sentinel-2 without B8A, for which B08 stands in."""

SPARSE = 0.25
"""NDVI below which a pixel holds hardly any green leaves."""

EPOCH, MISSING = datetime.date(1990, 1, 1), 65535


def slovak_series(places: Places) -> list[xr.DataArray]:
    """Open the four dates of the Danube lowland near Komárno."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", S2kitWarning)
        return [places.open(name) for name in SLOVAKIA]


def belgian_series(folder: Path | None) -> list[xr.DataArray]:
    """Open the monthly composites of the Hesbaye that hold data.

    Raises
    ------
    S2kitError
        If the folder does not hold the file.
    """
    path = folder / BELGIUM if folder else Path(BELGIUM)
    if folder is None or not path.is_file():
        raise S2kitError(f"{path} is not at hand; set S2KIT_ELSEWHERE to a folder that holds it")
    bands = []
    for name in BAND_NAMES:
        with rasterio.open(f"netcdf:{path}:S2-L2A-{'B08' if name == 'B8A' else name}") as file:
            bands.append(file.read())
            days = [int(file.tags(k)["NETCDF_DIM_t"]) for k in file.indexes]
            transform, crs = file.transform, file.crs
    numbers = np.stack(bands, axis=1)
    found = []
    for day, month in zip(days, numbers, strict=True):
        missing = (month == MISSING).any(axis=0)
        if missing.all():
            continue
        values = to_scene_values(np.where(missing, 0, month).astype(np.uint16), 0)
        scene = on_grid(values, transform, crs, BAND_NAMES)
        date = EPOCH + datetime.timedelta(day)
        credit = f"contains modified Copernicus Sentinel data {date.year}"
        scene.attrs = {"date": date.isoformat(), "area": "Belgium", "attribution": credit}
        found.append(dated(scene).rename(f"hesbaye_{date:%Y%m%d}"))
    return found


def ndvi(scene: xr.DataArray) -> npt.NDArray[np.floating]:
    """Return the normalised difference vegetation index (y, x)."""
    red, infrared = (scene.sel(band=name).to_numpy() for name in ("B04", "B08"))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((infrared - red) / (infrared + red))


def bare_shares(scenes: Sequence[xr.DataArray], network: UNet) -> pd.DataFrame:
    """Set the share of bare soil in the map beside the share of pixels with NDVI below 0.25.

    Returns
    -------
    DataFrame
        index: date; per cent of the pixels with data: ``mapped_bare``, ``sparse`` (NDVI below
        0.25), ``both``, ``bare_but_green``, ``sparse_not_bare``; ``sparse_mapped_as``, the class
        that most of the latter have.
    """
    rows = {}
    for scene in scenes:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", S2kitWarning)
            mapped, _ = classify(network, scene, turns=False)
        green, codes = ndvi(scene), mapped.to_numpy()
        seen = (codes != 0) & np.isfinite(green)
        bare, sparse = (codes == BARE)[seen], (green < SPARSE)[seen]
        others = np.bincount(codes[seen][sparse & ~bare], minlength=2)
        rows[str(scene.attrs["date"])] = {
            "mapped_bare": 100 * bare.mean(),
            "sparse": 100 * sparse.mean(),
            "both": 100 * (bare & sparse).mean(),
            "bare_but_green": 100 * (bare & ~sparse).mean(),
            "sparse_not_bare": 100 * (sparse & ~bare).mean(),
            "sparse_mapped_as": nomenclature_of(mapped)[int(others.argmax())].short
            if others.any()
            else "",
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("date")


def course_series(source: Source, folder: Path | None) -> dict[str, list[xr.DataArray]]:
    """Return the series of chapter 11: real ones where the course runs on the real scenes.

    Otherwise, or where they are not at hand, four dates of the course's own place.
    """
    places = Places(folder)
    here = folder is not None and (folder / BELGIUM).is_file()
    if source.name == "authors" and here and all(map(places.is_obtainable, SLOVAKIA)):
        return {
            "Slovakia, four dates": slovak_series(places),
            "Belgium, monthly composites": belgian_series(folder),
        }
    kind = "SIMULATED " if source.name == "simulated" else ""
    names = source.list(area="strzegom")[-4:]
    return {f"{kind}Strzegom": [source.open(name) for name in names]}
