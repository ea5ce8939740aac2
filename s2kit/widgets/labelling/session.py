"""What is labelled and what comes next: a sample of points, its file, and undo."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr

from s2kit.accuracy.point_files import read_points, write_points
from s2kit.accuracy.sampling import pixels_of_points
from s2kit.errors import S2kitError
from s2kit.scenes.nomenclature import Nomenclature
from s2kit.widgets.digitiser.geopackage import stamp_of

State = tuple[int | None, bool]
"""Label, and whether the point was skipped."""


class Session:
    """The points of a file in their order, each change saved at once.

    Parameters
    ----------
    path
        A file as `s2kit.accuracy.point_files.write_points` makes it.
    scene
        What is looked at: every point must lie on it.
    nomenclature
        The classes of the labels.

    Raises
    ------
    S2kitError
        If the file cannot be read, a point lies outside of the scene, or a label is no class.
    """

    def __init__(self, path: Path, scene: xr.DataArray, nomenclature: Nomenclature) -> None:
        self.path, self.nomenclature = path, nomenclature
        self.points = read_points(path)
        labels = self.points.label
        strange = self.points[labels.notna() & ~labels.isin(nomenclature.codes)]
        if len(strange):
            raise S2kitError(
                f"{path}: point {strange.id.iloc[0]} has the label {strange.label.iloc[0]}; the "
                f"codes are {nomenclature.told}: correct it in QGIS"
            )
        self.places = _places(path, self.points, scene)
        self._saved = _states(self.points)
        self._stamp = stamp_of(path)
        self._history: list[tuple[int, State]] = []

    @property
    def current(self) -> int | None:
        """The row of the point to label: the first that nobody saw, else the first skipped."""
        open_ = self.points.label.isna().to_numpy()
        for wanted in (open_ & ~self.points.skipped.to_numpy(), open_):
            if wanted.any():
                return int(np.flatnonzero(wanted)[0])
        return None

    def label(self, number: int, code: int) -> None:
        """Give the point of this number a class; S2kitError if there is none such."""
        self.nomenclature.position(code)
        self._change(number, (code, False))

    def skip(self, number: int) -> None:
        """Leave the point of this number open; it comes again when all others are done."""
        row = self._row(number)
        if _states(self.points)[row] == (None, True):  # skipped again: behind the others
            self._move_to_end(row)
            return
        self._change(number, (None, True))

    def _move_to_end(self, row: int) -> None:
        order = [*(r for r in range(len(self.points)) if r != row), row]
        attributes = self.points.attrs
        self.points = self.points.iloc[order].reset_index(drop=True)
        self.points.attrs = attributes
        self.places = self.places[order]
        self._saved = [self._saved[r] for r in order]

    def undo(self) -> int | None:
        """Take the last change of this session back; return the point's number, if there is one."""
        if not self._history:
            return None
        number, state = self._history.pop()
        self._set(self._row(number), state)
        return number

    @property
    def undoes(self) -> bool:
        """Whether there is something to undo."""
        return bool(self._history)

    def _change(self, number: int, state: State) -> None:
        row = self._row(number)
        self._history.append((number, _states(self.points)[row]))
        self._set(row, state)

    def _row(self, number: int) -> int:
        rows = np.flatnonzero(self.points.id.to_numpy() == number)
        if not rows.size:
            raise S2kitError(f"there is no point {number}; run the cell anew")
        return int(rows[0])

    def _set(self, row: int, state: State) -> None:
        label, skipped = state
        self.points.loc[row, "label"] = pd.NA if label is None else label
        self.points.loc[row, "skipped"] = skipped

    def save(self) -> None:
        """Save all labels; S2kitError if that is impossible, or if another program changed them."""
        if stamp_of(self.path) != self._stamp:
            self._require_ours()
        order = self.points.sort_values("id")
        order.attrs = self.points.attrs
        write_points(self.path, order, show_stratum=bool(self.points.attrs.get("shown")))
        self._saved, self._stamp = _states(self.points), stamp_of(self.path)

    def _require_ours(self) -> None:
        """Raise S2kitError if the file holds other labels than those we saved.

        QGIS touches a file that it only opens.
        """
        ours = dict(zip(self.points.id, self._saved, strict=True))
        found = read_points(self.path)
        for number, state in zip(found.id, _states(found), strict=True):
            if ours.get(number) != state:
                raise S2kitError(
                    f"not saved: another program changed point {number} in {self.path.name}; run "
                    "the cell anew to go on from there"
                )


def _states(points: gpd.GeoDataFrame) -> list[State]:
    return [
        (None if label is pd.NA else int(label), bool(skipped))
        for label, skipped in zip(points.label, points.skipped, strict=True)
    ]


def _places(path: Path, points: gpd.GeoDataFrame, scene: xr.DataArray) -> Any:
    """Return row and column of each point on the scene, int, shape (points, 2)."""
    if scene.rio.crs is None:
        raise S2kitError("the scene has no CRS; assign it with .rio.write_crs(…)")
    rows, columns, inside = pixels_of_points(points, scene)
    if not inside.all():
        raise S2kitError(
            f"{path}: point {points.id[~inside].iloc[0]} lies outside of the scene; give the image "
            "that was mapped"
        )
    return np.column_stack([rows, columns])
