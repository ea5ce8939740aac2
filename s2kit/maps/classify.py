"""From a scene to class probabilities, a class map and its confidence; any size."""

import json
from typing import cast

import numpy as np
import numpy.typing as npt
import xarray as xr

from s2kit.maps.checks import check_input
from s2kit.maps.layout import layout_by_side
from s2kit.maps.typical import statistics_for
from s2kit.maps.windows import TURNS, WINDOW, looked_windows, reader_of
from s2kit.network.tensors import tensors_sha256
from s2kit.network.unet import UNet
from s2kit.network.weights import stored_tensors
from s2kit.scenes.arguments import require_raster
from s2kit.scenes.digest import pixels_sha256
from s2kit.scenes.nomenclature import NO_DATA, with_nomenclature
from s2kit.scenes.statistics import ImageStatistics


def class_probabilities(
    network: UNet,
    scene: xr.DataArray,
    statistics: ImageStatistics | None = None,
    window: int = WINDOW,
    engine: str = "torch",
    turns: bool = True,
) -> xr.DataArray:
    """Return the probability of each class in each pixel.

    Parameters
    ----------
    network
        A trained network; it is left as it is (also its training mode).
    scene
        Reflectance (band, y, x), the ten bands in the paper's order, NaN = no data.
    statistics
        What the input is scaled by. By default those of this scene; for a piece that was cut out
        of an image, give those of the whole (`s2kit.scenes.statistics.image_statistics`): then it
        is mapped as in the whole wherever it holds the receptive field, if it begins a multiple
        of 2^depth pixels from the corner of the whole.
    window
        Side of the windows' cores in pixels, at least; the result does not depend on it, memory
        does.
    engine
        One of `s2kit.maps.engines.ENGINES`.
    turns
        Test-time augmentation: the mean of eight looks, rotations and reflections of the scene.
        Without, one look is taken, in an eighth of the time.

    Returns
    -------
    DataArray
        float32 (class, y, x), the (mean) softmax of the logits, coordinate class = the codes of
        the network's nomenclature; NaN wherever a band of the scene is NaN. CRS, coordinates, name
        and attributes are the scene's; the nomenclature of the network and attributes that tell
        how the map came about are added (see `s2kit.maps.provenance`).

    Raises
    ------
    S2kitError
        If the scene's bands are not the ten of the paper, it is too small or without data, or
        the engine is not installed.

    Warns
    -----
    S2kitWarning
        If the scene is smaller than, or unlike, the images that the network was trained on; see
        `s2kit.maps.typical`.

    Examples
    --------
    >>> from s2kit.simulator.example import example_scene
    >>> scene = example_scene(size=8, block=4)
    >>> network = UNet(width=2, depth=1, scaling="fixed")
    >>> class_probabilities(network, scene).sum("class").round(3).values.max()
    np.float32(1.0)
    """
    check_input(network, scene, statistics, window)
    statistics = statistics_for(network, scene, statistics)
    codes = network.nomenclature.codes
    probabilities = np.empty((len(codes), scene.sizes["y"], scene.sizes["x"]), np.float32)
    layout = layout_by_side(network, scene.sizes["y"], scene.sizes["x"], window)
    parts = looked_windows(network, reader_of(scene), statistics, layout.windows(), engine, turns)
    for (rows, columns), part, _ in parts:
        probabilities[:, rows, columns] = part
    layer = scene.isel(band=0, drop=True)
    named = xr.DataArray(
        probabilities,
        dims=("class", "y", "x"),
        coords={"class": list(codes), **layer.coords},
        name=scene.name,
        attrs=scene.attrs | provenance(network, pixels_sha256(scene), statistics, turns),
    )
    return with_nomenclature(named, network.nomenclature)


def class_map(probabilities: xr.DataArray) -> xr.DataArray:
    """Return the code of the likeliest class, uint8 (y, x), 0 where probabilities are NaN.

    >>> shares = np.array([[[0.2]], [[0.8]]], np.float32)
    >>> class_map(xr.DataArray(shares, {"class": [10, 40]}, ("class", "y", "x"))).item()
    40
    """
    require_raster(probabilities, "what holds the probabilities", ("class", "y", "x"))
    first = probabilities.isel({"class": 0}, drop=True)
    codes = probabilities["class"].to_numpy()
    return first.copy(data=likeliest(probabilities.values, codes)).rename(probabilities.name)


def confidence(probabilities: xr.DataArray) -> xr.DataArray:
    """Return the probability of the likeliest class, float32 (y, x), 1 / classes to 1 or NaN.

    It tells where the network hesitates, not how often it errs: for that, calibrate the network
    first (`s2kit.maps.calibrate`).

    >>> two = np.array([[[0.7, 0.2, np.nan]], [[0.3, 0.8, np.nan]]])
    >>> confidence(xr.DataArray(two, {"class": [1, 2]}, ("class", "y", "x"))).values
    array([[0.7, 0.8, nan]])
    """
    require_raster(probabilities, "what holds the probabilities", ("class", "y", "x"))
    first = probabilities.isel({"class": 0}, drop=True)
    return first.copy(data=probabilities.values.max(axis=0)).rename(probabilities.name)


def classify(
    network: UNet,
    scene: xr.DataArray,
    statistics: ImageStatistics | None = None,
    window: int = WINDOW,
    engine: str = "torch",
    turns: bool = True,
) -> tuple[xr.DataArray, xr.DataArray]:
    """Classify a scene: return its class map and the confidence of each pixel.

    The same maps as :func:`class_map` and :func:`confidence` give of
    :func:`class_probabilities`, for a whole tile in a seventh of the memory.

    Parameters
    ----------
    network, scene, statistics, window, engine, turns
        As for :func:`class_probabilities`, and so are errors and warnings.

    Returns
    -------
    class map
        uint8 (y, x): class codes 1 to 10, 0 = no data.
    confidence
        float32 (y, x): probability of the mapped class, 0 to 1, NaN = no data.

        Both have the scene's CRS, coordinates, name and attributes, and attributes that tell how
        they came about (see `s2kit.maps.provenance`).

    Examples
    --------
    >>> from s2kit.simulator.example import example_scene
    >>> scene = example_scene(size=8, block=4)
    >>> network = UNet(width=2, depth=1, scaling="both")
    >>> codes, sure = classify(network, scene)
    >>> codes.dtype, codes.shape, sure.dtype, codes.attrs["looks"]
    (dtype('uint8'), (8, 8), dtype('float32'), '8')
    >>> from s2kit.scenes.statistics import image_statistics
    >>> piece = scene[:, :4, :4]
    >>> classify(network, piece, image_statistics(scene))[0].shape
    (4, 4)
    """
    check_input(network, scene, statistics, window)
    statistics = statistics_for(network, scene, statistics)
    layer = scene.isel(band=0, drop=True)
    layer.attrs |= provenance(network, pixels_sha256(scene), statistics, turns)
    codes = layer.copy(data=np.zeros(layer.shape, dtype=np.uint8))
    sure = layer.copy(data=np.full(layer.shape, np.nan, dtype=np.float32))
    classes = np.array(network.nomenclature.codes)
    layout = layout_by_side(network, scene.sizes["y"], scene.sizes["x"], window)
    parts = looked_windows(network, reader_of(scene), statistics, layout.windows(), engine, turns)
    for (rows, columns), part, _ in parts:
        codes[rows, columns] = likeliest(part, classes)
        sure[rows, columns] = part.max(axis=0)
    return with_nomenclature(codes, network.nomenclature), sure


def provenance(
    network: UNet, image: str, statistics: ImageStatistics, turns: bool
) -> dict[str, str]:
    """Return what `s2kit.maps.provenance` lists; ``image``: the checksum of its pixels."""
    known = network.card.get("trained_on", [])
    found = {
        "statistics": statistics.to_json(),
        "scaling": network.scaling,
        "looks": str(len(TURNS) if turns else 1),
        "weights_sha256": tensors_sha256(stored_tensors(network)),
        "image": image,
        "trained_on": json.dumps([{k: each[k] for k in ("scene", "sha256")} for each in known]),
    }
    return found | ({"weights": network.card["weights"]} if "weights" in network.card else {})


def likeliest(
    probabilities: npt.NDArray[np.float32], classes: npt.NDArray[np.integer]
) -> npt.NDArray[np.uint8]:
    """Return the code of the likeliest class (y, x), 0 where probabilities are NaN."""
    codes = classes.astype(np.uint8)[probabilities.argmax(axis=0)]
    codes[np.isnan(probabilities[0])] = NO_DATA
    return cast(npt.NDArray[np.uint8], codes)
