"""The doors of the library: every reader of files, with the good files that it starts from.

A door opens a folder's files; one of them is damaged each time. To read is to use what was read:
lazy scenes are computed, items are read onto a grid.
"""

import datetime as dt
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import good
import numpy as np
import rasterio
import torch
from good import GRID, SCENE, SIZE, TAGS, record, run_of_one_step
from pyproj import CRS
from rasterio.transform import from_origin

from s2kit.accuracy.map_tags import check_class_codes, training_warning
from s2kit.benchmarks.labels import read_labels
from s2kit.benchmarks.polygon_checks import check_polygons
from s2kit.benchmarks.polygons import read_polygons
from s2kit.catalogue import open_catalogue, read_items
from s2kit.catalogue.search import area_bounds, find_scenes, items_for
from s2kit.experiments.plan import read_plan
from s2kit.experiments.table import read_curves, read_runs
from s2kit.maps.files import read_class_map
from s2kit.maps.provenance import map_statistics
from s2kit.network.weights import load_network
from s2kit.scenes.codes import read_codes
from s2kit.scenes.manifest import read_manifest
from s2kit.scenes.nomenclature import read_nomenclature
from s2kit.scenes.raster import read_scene
from s2kit.simulator.example import example_scene
from s2kit.sources.listed import read_scene_list
from s2kit.sources.locked import LockedScenes
from s2kit.widgets.digitiser.geopackage import open_layer


@dataclass(frozen=True)
class Seed:
    """Good files in a folder: which one is opened, and which ones are damaged."""

    name: str
    folder: Path
    opened: str
    damaged: tuple[str, ...]


@dataclass(frozen=True)
class Door:
    """A reader: writes its good files into a folder, and reads such a folder.

    Attributes
    ----------
    make
        Writes the files of one seed per subfolder.
    read
        Opens the path; returns pixels where it is a raster, for comparison.
    opened
        Name of the file opened, by the name of the seed; "*" for all others.
    damaged
        Pattern of the files that are damaged.
    """

    make: Callable[[Path], None]
    read: Callable[[Path], Any]
    opened: dict[str, str]
    damaged: str = "*"

    def seeds(self, folder: Path) -> list[Seed]:
        """Write the good files, check that they are good, return the seeds."""
        folder.mkdir(parents=True, exist_ok=True)
        self.make(folder)
        found = []
        for one in sorted(each for each in folder.iterdir() if each.is_dir()):
            opened = self.opened.get(one.name, self.opened.get("*", ""))
            files = sorted(f for f in one.rglob(self.damaged) if f.is_file())
            names = tuple(file.relative_to(one).as_posix() for file in files)
            found.append(Seed(one.name, one, opened, names))
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self.read(one / opened)
        return found


def read_scene_both_ways(path: Path) -> Any:
    """Read a scene at once, then lazily."""
    pixels = read_scene(path).to_numpy()
    read_scene(path, chunks=32).to_numpy()
    return pixels


def read_map(path: Path) -> Any:
    """Read a class map and all that its tags say."""
    check_class_codes(path)
    pixels = read_class_map(path).to_numpy()
    map_statistics(path)
    training_warning(path)
    return pixels


def read_tag(path: Path) -> Any:
    """Read a class map with this text as its tag."""
    text = path.read_bytes().decode("utf-8", "replace").replace("\0", " ")
    target = path.with_suffix(".tif")
    with rasterio.open(
        target, "w", driver="GTiff", width=4, height=4, count=1, dtype="uint8", crs="EPSG:32633",
        transform=from_origin(500_000, 5_600_000, 10, 10),
    ) as file:  # fmt: skip
        file.update_tags(**{path.name: text, "scene": "a", "S2KIT_IMAGE": "1" * 64})
        file.write(np.ones((1, 4, 4), "uint8"))
    read_map(target)


def read_tables(path: Path) -> Any:
    """Read plan and results."""
    for run in read_plan(path):
        _ = run.name, run.command, run.experiment
    read_runs(path)
    read_curves(path)


def read_fields(path: Path) -> Any:
    """Read polygons, check them, burn them."""
    scene = example_scene(SIZE)
    check_polygons(read_polygons(path), scene)
    read_labels(path, scene)


def resume(path: Path) -> Any:
    """Resume a run, and go one step further."""
    run = run_of_one_step()
    run.resume(path)
    run.network(torch.zeros(2, 10, 16, 16)).sum().backward()
    for each in (*run.optimisers, *run.schedules):
        each.step()
    run.note(1.0, 1.0, 0.5, 0.5)
    run.table()


def read_catalogue(path: Path) -> Any:
    """Search a catalogue, and read what it has onto a grid."""
    catalogue = open_catalogue(path)
    find_scenes(catalogue, GRID.lonlat, "2023-07-01/2023-07-31")
    return read_items(items_for(catalogue, GRID, dt.date(2023, 7, 9)), GRID).to_numpy()


def read_locked(path: Path) -> Any:
    """Read a locked scene anew."""
    locked = LockedScenes(path, open_catalogue(path))
    locked.offset(SCENE)
    locked.is_here(record())
    locked.fetch(record())
    locked.offset(SCENE)


def read_safe(path: Path) -> Any:
    """Read a product onto a grid."""
    catalogue = open_catalogue(path)
    find_scenes(catalogue, GRID.lonlat, "2023-07-01/2023-07-31")
    return read_items(catalogue.search(), GRID).to_numpy()


def read_layer(path: Path) -> Any:
    """Open a GeoPackage in the digitiser."""
    open_layer(path, CRS.from_epsg(32633))


FIELDS = {kind: f"fields.{kind}" for kind in ("geojson", "gpkg", "shp")}

DOORS = {
    "scenes": Door(good.scenes, read_scene_both_ways, {"virtual": "image.vrt", "*": "image.tif"}),
    "masks": Door(good.masks, lambda path: read_codes(path).to_numpy(), {"*": "mask.tif"}),
    "maps": Door(good.class_maps, read_map, {"*": "mask.tif"}),
    "tags": Door(good.tags, read_tag, {name: name for name in TAGS}),
    "manifest": Door(good.manifests, read_manifest, {"*": "list.csv"}),
    "scene list": Door(good.scene_lists, read_scene_list, {"*": "list.csv"}, "*.csv"),
    "classes": Door(good.classes, read_nomenclature, {"*": "classes.csv"}),
    "plan, runs": Door(good.tables, read_tables, {}),
    "polygons": Door(good.polygons, read_fields, FIELDS),
    "area": Door(good.polygons, area_bounds, FIELDS),
    "digitiser": Door(good.layer, read_layer, FIELDS),
    "weights": Door(good.networks, load_network, {"*": "net.safetensors"}),
    "checkpoint": Door(good.checkpoints, resume, {"*": "run.safetensors"}),
    "lock": Door(good.locks, read_locked, {}),
    "catalogue": Door(good.catalogues, read_catalogue, {"*": "catalogue/catalog.json"}, "*.json"),
    "bands": Door(good.catalogues, read_catalogue, {"*": "catalogue/catalog.json"}, "*0709*/*.tif"),
    "SAFE": Door(good.safes, read_safe, {"zip": "product.zip", "*": "product.SAFE"}),
}  # fmt: skip
