"""A series of scenes classified into a folder of maps; what is done already is not done again."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import xarray as xr
from rasterio.enums import Resampling
from rasterio.vrt import WarpedVRT

from s2kit.catalogue.clouds import valid
from s2kit.maps.files import map_files, read_class_map, write_class_map
from s2kit.maps.streamed import Outputs, Settings, classify_file
from s2kit.monitoring.scene_list import DatedScene
from s2kit.network.tensors import tensors_sha256
from s2kit.network.unet import UNet
from s2kit.network.weights import stored_tensors
from s2kit.scenes.files import open_dataset
from s2kit.scenes.nomenclature import NO_DATA
from s2kit.scenes.scene_file import open_scene
from s2kit.scenes.writer import check_outputs, replacing

Say = Callable[[str], object]


def classify_series(
    network: UNet, scenes: Sequence[DatedScene], folder: Path, settings: Settings, say: Say
) -> list[Path]:
    """Classify scenes into ``folder``/YYYYMMDD.tif, unless that was done.

    Beside each map lies a note (``.json``) of what it was made from: checksums of image, scene
    classification and weights, and the settings. A map whose note still holds is kept, so that a
    date added later is one map to make. Class maps are taken as they are.

    Parameters
    ----------
    network
        A trained network.
    scenes
        As `s2kit.monitoring.scene_list.list_scenes` returns them.
    folder
        Of the maps.
    settings
        As for `s2kit.maps.streamed.classify_file`.
    say
        Called with a sentence for each scene.

    Returns
    -------
    list of Path
        The maps, in the order of the scenes.
    """
    weights = tensors_sha256(stored_tensors(network))
    return [_classified(network, scene, folder, settings, weights, say) for scene in scenes]


def _classified(
    network: UNet, scene: DatedScene, folder: Path, settings: Settings, weights: str, say: Say
) -> Path:
    if scene.is_map:
        say(f"{scene.date}  {scene.path.name}: a class map, taken as it is")
        return scene.path
    target = folder / f"{str(scene.date).replace('-', '')}.tif"
    note = target.with_suffix(".json")
    made_from = {
        "image": file_sha256(scene.path),
        "scl": file_sha256(scene.scl) if scene.scl else "",
        "weights": weights,
        "settings": [settings.engine, settings.turns],
    }
    if _holds(note, made_from, target):
        say(f"{scene.date}  {scene.path.name}: mapped before, kept")
        return target
    check_outputs([*map_files(target), note], [scene.path])
    note.unlink(missing_ok=True)
    with open_scene(scene.path) as opened:
        classify_file(network, opened, Outputs(target), settings, say=say)
    clouds = _mask_clouds(target, scene) if scene.scl else ""
    with replacing(note) as part:
        part.write_text(json.dumps({**made_from, "map": file_sha256(target)}), encoding="utf-8")
    say(f"{scene.date}  {scene.path.name}: mapped{clouds}")
    return target


def _holds(note: Path, made_from: Mapping[str, object], target: Path) -> bool:
    """Tell whether a map was made from this, and is still the same file."""
    try:
        known = json.loads(note.read_text(encoding="utf-8"))
        whole = all(path.is_file() for path in map_files(target))
        return whole and known == {**made_from, "map": file_sha256(target)}
    except (OSError, ValueError):
        return False


def _mask_clouds(target: Path, scene: DatedScene) -> str:
    """Take out of a map what the scene classification calls cloud or shadow; say how much."""
    codes = read_class_map(target)
    shown = valid(_on_grid(scene, codes))
    before = int((codes != NO_DATA).sum())
    write_class_map(target, codes.where(shown, NO_DATA).astype(np.uint8))
    hidden = 1 - int((codes.to_numpy()[shown] != NO_DATA).sum()) / max(before, 1)
    return f", {hidden:.0%} of it cloud or shadow"


def _on_grid(scene: DatedScene, codes: xr.DataArray) -> np.ndarray:
    """Return the scene classification on the grid of a map, 0 where it has none."""
    height, width = codes.shape
    grid = {"crs": codes.rio.crs, "transform": codes.rio.transform(recalc=True)}
    with (
        open_dataset(scene.scl or scene.path) as file,
        WarpedVRT(
            file, **grid, height=height, width=width, resampling=Resampling.nearest, nodata=0
        ) as warped,
    ):
        return np.asarray(warped.read(scene.scl_band))


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
