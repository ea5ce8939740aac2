"""What the comparison says in numbers: spectra of pixels and classes, confusion in view."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from s2kit.accuracy.confusion import confusion_matrix
from s2kit.accuracy.metrics import class_metrics, overall_accuracy
from s2kit.scenes.nomenclature import common_nomenclature, nomenclature_of
from s2kit.widgets.comparison.layers import codes_of
from s2kit.widgets.viewer.windows import Window, overview

MOST = 4_000_000
"""Pixels counted at most for one table; of more, every n-th."""


@dataclass(frozen=True)
class ClassSpectra:
    """Mean and standard deviation of the reflectance of each class.

    Attributes
    ----------
    mean, spread
        float64 (class, band), classes in the order of the codes; NaN for a class without pixels.
    """

    mean: npt.NDArray[np.float64]
    spread: npt.NDArray[np.float64]


def class_spectra(scene: xr.DataArray, class_map: xr.DataArray) -> ClassSpectra:
    """Average the scene's reflectance over the pixels of each class of a map.

    Parameters
    ----------
    scene
        Reflectance (band, y, x), NaN = no data.
    class_map
        Codes (y, x) on the same grid. Large scenes are averaged over their overview.
    """
    window = overview(class_map.sizes["y"], class_map.sizes["x"])
    bands = window.of(scene).values.reshape(scene.sizes["band"], -1).astype(np.float64)
    nomenclature = nomenclature_of(class_map)
    places = nomenclature.positions(codes_of(class_map, window).ravel()) + 1  # 0: no class
    known = np.isfinite(bands).all(axis=0)
    bands, places = bands[:, known], places[known]
    size = len(nomenclature) + 1
    count = np.bincount(places, minlength=size)[1:, None]
    total = np.array([np.bincount(places, band, size)[1:] for band in bands]).T
    squares = np.array([np.bincount(places, band**2, size)[1:] for band in bands]).T
    count = np.where(count > 0, count, np.nan)
    mean = total / count
    return ClassSpectra(mean, np.sqrt(np.maximum(squares / count - mean**2, 0)))


def table_in_view(mapped: xr.DataArray, reference: xr.DataArray, window: Window) -> dict[str, Any]:
    """Count how two class maps agree in a window, as a message for the browser.

    Parameters
    ----------
    mapped, reference
        Codes (y, x) on one grid.
    window
        Rows and columns; thinned if it holds more than `MOST` pixels.

    Returns
    -------
    dict
        pixels (compared), step, agreement (0 to 1 or None), codes (those that occur), matrix
        (map in rows), pa and ua (per code, 0 to 1 or None).
    """
    window = Window(window.top, window.bottom, window.left, window.right).thinned(MOST)
    classes = common_nomenclature([mapped, reference])
    matrix = confusion_matrix(codes_of(mapped, window), codes_of(reference, window), classes)
    metrics = class_metrics(matrix)
    present = matrix.index[(matrix.sum(axis=0) + matrix.sum(axis=1)).to_numpy() > 0]
    return {
        "pixels": int(matrix.to_numpy().sum()),
        "step": window.step,
        "agreement": number(overall_accuracy(matrix)),
        "codes": [int(code) for code in present],
        "matrix": matrix.loc[present, present].to_numpy().tolist(),
        "pa": [number(value) for value in metrics.loc[present, "PA"]],
        "ua": [number(value) for value in metrics.loc[present, "UA"]],
    }


def number(value: float) -> float | None:
    """Return a number as JSON has it: no NaN."""
    return None if np.isnan(value) else float(value)


def numbers(values: npt.NDArray[Any]) -> list[float | None]:
    """Return an array (n,) as JSON has it: no NaN."""
    return [number(value) for value in values.tolist()]
