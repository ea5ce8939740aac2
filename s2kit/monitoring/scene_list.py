"""The scenes of a series: files, folders and lists, each with its date, on one grid."""

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import xarray as xr

from s2kit.errors import S2kitError
from s2kit.maps.cloud_masks import CloudSource
from s2kit.monitoring.stack import date_of_file, day_of
from s2kit.scenes.csv_rows import read_rows
from s2kit.scenes.files import open_raster
from s2kit.scenes.raster import on_grid

SCL = "scl"
"""How the file or band of the scene classification is called."""


@dataclass(frozen=True)
class DatedScene:
    """An image, or a class map, of a date.

    Attributes
    ----------
    date
        Calendar day.
    path
        The file.
    clouds
        What tells where its clouds are; None if nothing does.
    is_map
        Whether it holds class codes already.
    """

    date: dt.date
    path: Path
    clouds: CloudSource | None
    is_map: bool

    def with_clouds_found(self) -> "DatedScene":
        """Return it with its clouds found in the image, where nothing else tells them."""
        told = self.is_map or self.clouds is not None
        return self if told else replace(self, clouds=CloudSource())


def list_scenes(paths: Sequence[Path]) -> list[DatedScene]:
    """Return the scenes of files, folders and CSV lists, in the order of their dates.

    Parameters
    ----------
    paths
        GeoTIFF files; folders, whose ``.tif`` files are taken; CSV files with the column image
        and, if wanted, date and scl (paths relative to the CSV). A date is that of the list, the
        file's tag ``date`` or the one in its name. The scene classification is ``NAME_scl.tif``
        beside the image, or a band named SCL in it.

    Raises
    ------
    S2kitError
        If there is no scene, one has no date, two have the same, or grids or CRS differ.
    """
    found = [_dated(*each) for each in _files(paths)]
    if not found:
        raise S2kitError(
            f"{', '.join(map(str, paths))} holds no .tif file; give scenes as files, a folder or a "
            "CSV list"
        )
    found.sort(key=lambda scene: (scene.date, str(scene.path)))
    for one, other in itertools.pairwise(found):
        if one.date == other.date:
            raise S2kitError(
                f"{one.path} and {other.path} are both of {one.date}; give one scene of each day "
                "(of two orbits or tiles, merge them first)"
            )
    _check_grids(found)
    return found


def _files(paths: Iterable[Path]) -> Iterator[tuple[Path, str, Path | None]]:
    """Yield file, date as the list has it or "", and scene classification."""
    for path in paths:
        if path.is_dir():
            for file in sorted(path.iterdir()):
                if file.suffix.lower() in (".tif", ".tiff") and not _is_scl(file):
                    yield file, "", None
        elif path.suffix.lower() == ".csv":
            for number, row in read_rows(path, ("image",), ("date", SCL)):
                image = path.parent / row["image"]
                scl = path.parent / row[SCL] if row[SCL] else None
                for file in filter(None, (image, scl)):
                    if not file.is_file():
                        raise S2kitError(f"{path}, row {number}: {file} does not exist; correct it")
                yield image, row["date"], scl
        else:
            yield path, "", None


def _is_scl(file: Path) -> bool:
    return file.stem.lower().endswith(f"_{SCL}")


def _dated(path: Path, listed: str, scl: Path | None) -> DatedScene:
    with open_raster(path) as file:
        names = [str(text or "").lower() for text in file.descriptions]
        count = file.count
    text = listed or date_of_file(path)
    if text is None:
        raise S2kitError(
            f"{path} has no date; name it as strzegom_20230709.tif, or give a CSV list with the "
            "columns image and date"
        )
    beside = next(
        (f for f in path.parent.glob(f"{path.stem}_*") if _is_scl(f) and f.suffix == ".tif"), None
    )
    clouds: CloudSource | None = None
    if scl is None and SCL in names:
        clouds = CloudSource(path.absolute(), names.index(SCL) + 1)
    elif told := scl or beside:
        clouds = CloudSource(told.absolute())
    day = day_of(text, str(path)).astype(dt.date)
    return DatedScene(day, path, clouds, is_map=count == 1)


def grid_of(scene: DatedScene) -> xr.DataArray:
    """Return the grid (y, x) of a scene; its values mean nothing."""
    with open_raster(scene.path) as file:
        nothing = np.broadcast_to(np.uint8(0), (file.height, file.width))
        return on_grid(nothing, file.transform, file.crs)


def _check_grids(scenes: Sequence[DatedScene]) -> None:
    first = None
    for scene in scenes:
        with open_raster(scene.path) as file:
            grid = file.crs, (file.height, file.width), tuple(file.transform)[:6]
        if first is None:
            first = grid
        if grid[0] != first[0]:
            raise S2kitError(
                f"{scene.path} is in {grid[0]}, {scenes[0].path} in {first[0]}; warp all onto one "
                "grid"
            )
        if grid[1] != first[1] or not np.allclose(grid[2], first[2], atol=0.01, rtol=0):
            raise S2kitError(
                f"{scene.path} lies on another grid than {scenes[0].path} ({grid[1][0]} × "
                f"{grid[1][1]} pixels and {first[1][0]} × {first[1][1]}); cut or warp all onto one"
            )
