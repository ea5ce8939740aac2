"""Good files of every kind that the library reads: fuzzing begins with them."""

import dataclasses
import json
import shutil
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import torch
import xarray as xr
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "catalogue"), str(TESTS / "faults")]

import faulty  # noqa: E402
from sentinel_product import LEFT, TOP, Product  # noqa: E402

from s2kit.catalogue import open_catalogue  # noqa: E402
from s2kit.experiments.plan import FOLDER  # noqa: E402
from s2kit.maps.files import write_class_map  # noqa: E402
from s2kit.network.applicability import REFERENCE, Reference  # noqa: E402
from s2kit.network.checkpoints import Run  # noqa: E402
from s2kit.network.patches import Patches  # noqa: E402
from s2kit.network.recipes import Recipe  # noqa: E402
from s2kit.network.training import optimisers_of  # noqa: E402
from s2kit.network.unet import UNet  # noqa: E402
from s2kit.network.weights import save_network  # noqa: E402
from s2kit.scenes.grid import Grid  # noqa: E402
from s2kit.scenes.manifest import SceneRecord, manifest_path, read_manifest  # noqa: E402
from s2kit.scenes.nomenclature import read_nomenclature  # noqa: E402
from s2kit.scenes.statistics import image_statistics  # noqa: E402
from s2kit.simulator.example import example_scene  # noqa: E402
from s2kit.sources.locked import LockedScenes  # noqa: E402

SIZE = 48

TAGS = ("S2KIT_STATISTICS", "S2KIT_TRAINED_ON", "S2KIT_NOMENCLATURE")

GRID = Grid(32633, (LEFT + 100, TOP - 300, LEFT + 300, TOP - 100), 20, 20)

SCENE = "strzegom_20230709"


def _image(folder: Path, name: str, **settings: Any) -> None:
    (folder / name).mkdir()
    faulty.image(folder / name / "image.tif", size=SIZE, **settings)


def scenes(folder: Path) -> None:
    """Write images: uncompressed, compressed, masked, as reflectance, without names, virtual."""
    _image(folder, "plain", compress=None)
    _image(folder, "deflate")
    _image(folder, "lzw", compress="lzw", declared=0)
    _image(folder, "reflectance", dtype="float32", scale=1, offset=0, declared=-9999)
    _image(folder, "mask", internal_mask=True, holes=9)
    _image(folder, "alpha", alpha=True, holes=9, compress="zstd")
    _image(folder, "unnamed", bands=[], compress=None)
    _image(folder, "virtual")
    faulty.vrt(folder / "virtual" / "image.vrt")


def masks(folder: Path) -> None:
    """Write masks of several types."""
    kinds: dict[str, dict[str, Any]] = {
        "plain": {},
        "int16": {"dtype": "int16", "declared": -1},
        "float": {"dtype": "float32"},
    }
    for name, settings in kinds.items():
        (folder / name).mkdir()
        faulty.mask(folder / name / "mask.tif", **settings)
    _class_map(folder / "own")


def _class_map(folder: Path) -> None:
    folder.mkdir()
    rows = "".join(f"{code},class {code}\n" for code in range(1, 12))
    (folder / "classes.csv").write_text(f"code,name\n{rows}")
    own = read_nomenclature(folder / "classes.csv")
    (folder / "classes.csv").unlink()
    scene = example_scene(SIZE)
    codes = xr.ones_like(scene[0], dtype="uint8").drop_vars("band")
    codes[:9] = 8
    scenes_seen = [{"scene": name, "sha256": digit * 64} for name, digit in ("a0", "b1")]
    codes.attrs = {
        "nomenclature": own.to_json(), "date": "2023-07-09", "area": "x", "image": "0" * 64,
        "statistics": image_statistics(scene).to_json(), "trained_on": json.dumps(scenes_seen),
    }  # fmt: skip
    write_class_map(folder / "mask.tif", codes)
    (folder / "mask.qml").unlink()


def class_maps(folder: Path) -> None:
    """Write a class map with its companions."""
    _class_map(folder / "map")


def tags(folder: Path) -> None:
    """Write the JSON of each tag of a class map to a file of its own."""
    _class_map(folder / "map")
    with rasterio.open(folder / "map" / "mask.tif") as file:
        found = file.tags()
    shutil.rmtree(folder / "map")
    for name in TAGS:
        (folder / name).mkdir()
        (folder / name / name).write_text(found[name])


def manifests(folder: Path) -> None:
    """Copy the manifest."""
    (folder / "manifest").mkdir()
    shutil.copy(manifest_path(), folder / "manifest" / "list.csv")


def scene_lists(folder: Path) -> None:
    """Write a list of one's own scenes."""
    (folder / "list").mkdir()
    for name in ("may.tif", "july.tif", "fields.gpkg"):
        (folder / "list" / name).write_text(name)
    (folder / "list" / "list.csv").write_text(
        "image,labels,split,date,area,name\n"
        "may.tif,fields.gpkg,train,2023-05-09,here,May\njuly.tif,fields.gpkg,test,,,\n"
    )


def classes(folder: Path) -> None:
    """Write a table of classes."""
    (folder / "classes").mkdir()
    (folder / "classes" / "classes.csv").write_text(
        "code,name,short,colour,safe_colour\n10,forest,,#006400,#006401\n20,water,lake,,\n"
        '30,"crops, growing",crops,#ffaa00,\n'
    )


def tables(folder: Path) -> None:
    """Copy plan and results of the package."""
    (folder / "tables").mkdir()
    for name in ("plan.csv", "runs.csv", "curves.csv"):
        lines = (FOLDER / name).read_text().splitlines(keepends=True)
        (folder / "tables" / name).write_text("".join(lines[:12]))


def polygons(folder: Path) -> None:
    """Write polygons in three formats."""
    for kind in ("geojson", "gpkg", "shp"):
        (folder / kind).mkdir()
        faulty.polygons(folder / kind / f"fields.{kind}")


def layer(folder: Path) -> None:
    """Write a GeoPackage for the digitiser."""
    (folder / "gpkg").mkdir()
    faulty.polygons(folder / "gpkg" / "fields.gpkg", extra={"name": "a", "area": 0.5})


def networks(folder: Path) -> None:
    """Write a small network."""
    (folder / "net").mkdir()
    network = UNet(width=2, depth=1, scaling="fixed")
    logits = np.random.default_rng(0).normal(size=(6, 10)).astype(np.float32)
    network.card[REFERENCE] = Reference(logits, 4.2, 0.16).to_card()
    save_network(folder / "net" / "net.safetensors", network, note="x")


def run_of_one_step() -> Run:
    """Return a run that has not begun."""
    torch.manual_seed(0)
    network = UNet(width=2, depth=1, scaling="fixed")
    averaged = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(0.5), use_buffers=True)
    optimisers = optimisers_of(network, Recipe("tiny", width=2, depth=1, crop=16))
    schedules = [torch.optim.lr_scheduler.OneCycleLR(each, 0.1, 10) for each in optimisers]
    labelled = [(torch.zeros(10, 32, 32), torch.zeros(32, 32, dtype=torch.int64))]
    return Run(network, averaged, optimisers, schedules, Patches(labelled, 16, 4, 0.0, 0, True))


def checkpoints(folder: Path) -> None:
    """Write the checkpoint of a run of one step."""
    run = run_of_one_step()
    run.network(torch.zeros(2, 10, 16, 16)).sum().backward()
    for each in (*run.optimisers, *run.schedules):
        each.step()
    run.note(1.0, 1.0, 0.5, 0.5)
    (folder / "run").mkdir()
    run.save(folder / "run" / "run.safetensors")


def _catalogue(folder: Path) -> Path:
    product = Product(folder)
    product.add()
    product.add("S2B_33UWS_20230712_0_L2A", when="2023-07-12T10:00:00Z")
    product.save()
    _relative(folder)
    return folder / "catalogue" / "catalog.json"


def _relative(folder: Path) -> None:
    """Make all addresses relative, so that a copied folder is read where it lies."""
    for file in folder.rglob("*.json"):
        depth = "../" * len(file.parent.relative_to(folder).parts)
        file.write_text(file.read_text().replace(f"{folder.resolve()}/", depth))


def catalogues(folder: Path) -> None:
    """Write a catalogue of two items."""
    _catalogue(folder / "stac")


def locks(folder: Path) -> None:
    """Write a lock file, of a catalogue that lies outside."""
    path = _catalogue(folder.parent / "locked")
    (folder / "lock").mkdir()
    LockedScenes(folder / "lock", open_catalogue(path)).fetch(record())
    shutil.move(folder / "lock" / f"{SCENE}.tif", folder.parent / "locked")


def record() -> SceneRecord:
    """Return a scene of the manifest, cut down to the small grid."""
    whole = read_manifest()[SCENE]
    return dataclasses.replace(whole, bounds=GRID.bounds, width=GRID.width, height=GRID.height)


def safes(folder: Path) -> None:
    """Write a product as a folder and as a zip."""
    from safe_product import write_safe

    for name in ("folder", "zip"):
        (folder / name).mkdir()
    product = write_safe(folder / "folder")
    product.rename(folder / "folder" / "product.SAFE")
    with zipfile.ZipFile(folder / "zip" / "product.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted((folder / "folder" / "product.SAFE").rglob("*")):
            name = f"{product.name}/{file.relative_to(folder / 'folder' / 'product.SAFE')}"
            archive.write(file, name)
    # the pixels are damaged by other doors as well
    shutil.copytree(folder / "folder", folder / "metadata")
