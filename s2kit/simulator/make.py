"""All simulated scenes in one folder: products in a STAC catalogue, benchmarks, truth."""

import glob
import hashlib
import json
import shutil
import tempfile
import zlib
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pystac
from filelock import FileLock
from pyogrio import set_gdal_config_options
from pyogrio.errors import DataSourceError
from rasterio._err import CPLE_BaseError  # what the COG driver raises on closing
from rasterio.errors import RasterioError
from rasterio.features import rasterize
from rasterio.transform import from_origin
from shapely import box

from s2kit.errors import S2kitError
from s2kit.scenes.manifest import SceneRecord, read_manifest
from s2kit.simulator.acquisition import acquire
from s2kit.simulator.drawing import choose, draw_polygons
from s2kit.simulator.faults import FAULTY, class_of_a_field_before, outline_crossed
from s2kit.simulator.grid import Array, crop, ground_of
from s2kit.simulator.landscape import make_landscape
from s2kit.simulator.products import ATTRIBUTION, COLLECTION, write_product, write_raster
from s2kit.simulator.styles import style_of

SEED = 5

HAZE = {"strzegom_20220619": 0.06}
"""Optical thickness of the veil over the one hazy date (the authors' image of that day has one)."""


READERS = {"figures.py"}
"""Files of this folder that make no scene: changing them changes none."""


def make_landscapes(
    folder: Path, seed: int = SEED, records: Iterable[SceneRecord] | None = None
) -> Path:
    """Make the simulated scenes, unless the folder holds just these; return its catalog.json.

    Everything is written into a folder beside it, which takes its place at the end: what stands
    in ``folder`` is whole. What a killed run left beside it is removed by the next one. It is made
    anew when seed, scenes or simulator have changed.

    Parameters
    ----------
    folder
        Where to write: a STAC catalogue, ``benchmarks`` and ``truth``.
    seed
        The same seed gives the same bytes with the same versions of the libraries.
    records
        The scenes; by default those of the manifest.

    Raises
    ------
    S2kitError
        If ``folder`` holds something else, which would be lost.
    """
    scenes = list(read_manifest().values() if records is None else records)
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Who comes second waits, and finds what it wants: no two processes make the same scenes.
    with FileLock(folder.with_name(f".{folder.name}.lock")):
        _make(folder, seed, scenes)
    return folder / "catalog.json"


def _make(folder: Path, seed: int, scenes: list[SceneRecord]) -> None:
    for left in folder.parent.glob(f".{glob.escape(folder.name)}.*/"):
        shutil.rmtree(left, ignore_errors=True)  # of a run that was killed: the lock is ours
    stamp, found = _stamp(seed, scenes), _found(folder)
    if stamp.items() <= found.items():
        return
    if folder.exists() and any(folder.iterdir()) and not stamp.keys() <= found.keys():
        raise S2kitError(
            f"{folder} holds other things than simulated scenes; name an empty or a new folder"
        )
    try:
        with tempfile.TemporaryDirectory(
            prefix=f".{folder.name}.", dir=folder.parent, ignore_cleanup_errors=True
        ) as name:
            work = Path(name)
            _write_all(work / "new", seed, scenes, stamp)
            if folder.exists():
                folder.rename(work / "old")
            (work / "new").rename(folder)
    except (OSError, RasterioError, CPLE_BaseError, DataSourceError) as error:
        raise S2kitError(
            f"the simulated scenes cannot be written to {folder} ({error}); free the disk, or name "
            "another folder with S2KIT_HOME"
        ) from error


def are_made(folder: Path, seed: int = SEED, records: Iterable[SceneRecord] | None = None) -> bool:
    """Return whether the folder holds just the scenes that `make_landscapes` would make."""
    scenes = list(read_manifest().values() if records is None else records)
    return _stamp(seed, scenes).items() <= _found(folder).items()


def _stamp(seed: int, scenes: list[SceneRecord]) -> dict[str, Any]:
    return {"s2kit:seed": seed, "s2kit:version": version(scenes)}


def _found(folder: Path) -> dict[str, Any]:
    """Return what the folder's catalogue says of itself; nothing where there is none."""
    catalogue = folder / "catalog.json"
    found: dict[str, Any] = json.loads(catalogue.read_text("utf-8")) if catalogue.exists() else {}
    return found


def version(records: Iterable[SceneRecord]) -> str:
    """Return a fingerprint of the simulator's files and of the scenes asked for."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.iterdir()):
        if path.suffix in {".py", ".csv"} and path.name not in READERS:
            digest.update(path.read_bytes())
    for r in records:
        digest.update(repr((r.name, r.date, r.tile, r.epsg, r.bounds, r.offset)).encode())
    return digest.hexdigest()[:16]


def _write_all(folder: Path, seed: int, scenes: list[SceneRecord], stamp: dict[str, Any]) -> None:
    for name in ("benchmarks", "truth"):
        (folder / name).mkdir(parents=True)
    places = groupby(sorted(scenes, key=_place), key=_place)
    items = [item for _, group in places for item in _write_place(folder, seed, list(group))]
    what = f"Sentinel-2 Level-2A ({ATTRIBUTION})"
    extent = pystac.Extent.from_items(items)
    collection = pystac.Collection(COLLECTION, what, extent, title=what, license="other")
    collection.add_items(items)
    catalogue = pystac.Catalog("s2kit", f"Scenes of s2kit: {ATTRIBUTION}.", extra_fields=stamp)
    catalogue.add_child(collection)
    catalogue.normalize_and_save(str(folder), pystac.CatalogType.SELF_CONTAINED)


def _place(record: SceneRecord) -> tuple[str, tuple[float, ...]]:
    return record.area, record.bounds


def _write_place(folder: Path, seed: int, scenes: list[SceneRecord]) -> list[pystac.Item]:
    """Write the scenes of one place, which share one landscape."""
    ground, first = ground_of(scenes[0]), scenes[0]
    patch = first.name.removeprefix(f"{first.area}_{first.date:%Y%m%d}")
    style = style_of(first.area + patch)
    start = [seed, zlib.crc32(repr(_place(first)).encode())]
    rng = np.random.default_rng(start)
    land = make_landscape(style, ground.shape, rng)
    chosen = choose(land, style, rng)
    items = []
    for record in scenes:
        seen = acquire(land, record.date, style.crops, HAZE.get(record.name, 0.0), start)
        items.append(write_product(folder / COLLECTION, record, ground, seen.bands))
        polygons = draw_polygons(chosen, seen.codes, seen.sure, ground, record.epsg)
        full = crop(truth(seen.codes[land.objects]), 10, ground, record)
        _write_benchmark(folder, record, polygons, full)
    return items


def truth(codes: Array) -> Array:
    """Return the class (uint8) that most of each 10 m pixel's four quarters have.

    Where two classes have two quarters each, the narrower thing wins: roads, houses, pits first.
    """
    quarters = codes.reshape(codes.shape[0] // 2, 2, -1, 2)
    priority = np.array([7, 3, 8, 10, 2, 1, 5, 4, 9, 6], np.uint8)
    counts = np.stack([(quarters == code).sum(axis=(1, 3)) for code in priority])
    return np.asarray(priority[counts.argmax(axis=0)])


def _write_benchmark(
    folder: Path, record: SceneRecord, polygons: gpd.GeoDataFrame, full: Array
) -> None:
    """Write a scene's polygons, the mask rasterised from them, and apart from both the truth."""
    transform = from_origin(record.bounds[0], record.bounds[3], 10, 10)
    polygons = polygons[polygons.within(box(*record.bounds))]
    burnt = polygons
    if record.name == FAULTY:
        burnt, polygons = class_of_a_field_before(polygons), outline_crossed(polygons)
    shapes = zip(burnt.geometry, burnt["label"], strict=True)
    mask = rasterize(shapes, full.shape, transform=transform, dtype=np.uint8)
    write_raster(mask_path(record.name, folder), mask, transform, record.epsg)
    write_raster(truth_path(record.name, folder), full, transform, record.epsg)
    # A GeoPackage notes when it was written; the scene's own day keeps its bytes the same.
    set_gdal_config_options({"OGR_CURRENT_DATE": f"{record.date}T10:00:00.000Z"})
    try:
        polygons.to_file(polygons_path(record.name, folder), layer="benchmark")
    finally:
        set_gdal_config_options({"OGR_CURRENT_DATE": None})


def mask_path(name: str, folder: Path) -> Path:
    """Return a scene's rasterised benchmark (uint8, 0 = not labelled)."""
    return folder / "benchmarks" / f"{name}.tif"


def polygons_path(name: str, folder: Path) -> Path:
    """Return a scene's benchmark polygons (GeoPackage, column "label")."""
    return folder / "benchmarks" / f"{name}.gpkg"


def truth_path(name: str, folder: Path) -> Path:
    """Return the class of every pixel of a scene (uint8), which no benchmark knows."""
    return folder / "truth" / f"{name}.tif"
