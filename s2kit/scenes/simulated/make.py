"""All simulated scenes in one folder: products in a STAC catalogue, benchmarks, truth."""

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
from pyogrio import set_gdal_config_options
from rasterio.features import rasterize
from rasterio.transform import from_origin
from shapely import box

from s2kit.errors import S2kitError
from s2kit.scenes.manifest import SceneRecord, read_manifest
from s2kit.scenes.settings import home
from s2kit.scenes.simulated.acquisition import acquire
from s2kit.scenes.simulated.drawing import choose, draw_polygons
from s2kit.scenes.simulated.grid import Array, crop, ground_of
from s2kit.scenes.simulated.landscape import make_landscape
from s2kit.scenes.simulated.products import ATTRIBUTION, COLLECTION, write_product, write_raster
from s2kit.scenes.simulated.styles import style_of

SEED = 5

HAZE = {"strzegom_20220619": 0.06}
"""Optical thickness of the veil over the one hazy date (the authors' image of that day has one)."""


def make_landscapes(
    folder: Path, seed: int = SEED, records: Iterable[SceneRecord] | None = None
) -> Path:
    """Make the simulated scenes, unless the folder holds just these; return its catalog.json.

    Everything is written into a folder beside it, which takes its place at the end: what stands
    in ``folder`` is whole. It is made anew when seed, scenes or simulator have changed.

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
    stamp = {"s2kit:seed": seed, "s2kit:version": version(scenes)}
    catalogue = folder / "catalog.json"
    found = json.loads(catalogue.read_text("utf-8")) if catalogue.exists() else {}
    if stamp.items() <= found.items():
        return catalogue
    if folder.exists() and any(folder.iterdir()) and not stamp.keys() <= found.keys():
        raise S2kitError(
            f"{folder} holds other things than simulated scenes; name an empty or a new folder"
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        _write_all(work / "new", seed, scenes, stamp)
        if folder.exists():
            folder.rename(work / "old")
        (work / "new").rename(folder)
    finally:
        shutil.rmtree(work)
    return catalogue


def version(records: Iterable[SceneRecord]) -> str:
    """Return a fingerprint of the simulator's files and of the scenes asked for."""
    digest = hashlib.sha256()
    files = [p for p in Path(__file__).parent.iterdir() if p.suffix in {".py", ".csv"}]
    for path in sorted(files):
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
    shapes = zip(polygons.geometry, polygons["label"], strict=True)
    mask = rasterize(shapes, full.shape, transform=transform, dtype=np.uint8)
    write_raster(mask_path(record.name, folder), mask, transform, record.epsg)
    write_raster(truth_path(record.name, folder), full, transform, record.epsg)
    # A GeoPackage notes when it was written; the scene's own day keeps its bytes the same.
    set_gdal_config_options({"OGR_CURRENT_DATE": f"{record.date}T10:00:00.000Z"})
    try:
        polygons.to_file(polygons_path(record.name, folder), layer="benchmark")
    finally:
        set_gdal_config_options({"OGR_CURRENT_DATE": None})


def landscapes_folder() -> Path:
    """Return where the course keeps the simulated scenes."""
    return home() / "simulated" / "landscapes"


def mask_path(name: str, folder: Path) -> Path:
    """Return a scene's rasterised benchmark (uint8, 0 = not labelled)."""
    return folder / "benchmarks" / f"{name}.tif"


def polygons_path(name: str, folder: Path) -> Path:
    """Return a scene's benchmark polygons (GeoPackage, column "label")."""
    return folder / "benchmarks" / f"{name}.gpkg"


def truth_path(name: str, folder: Path) -> Path:
    """Return the class of every pixel of a scene (uint8), which no benchmark knows."""
    return folder / "truth" / f"{name}.tif"
