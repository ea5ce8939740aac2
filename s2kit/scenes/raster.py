"""Scenes read from raster files, at once or lazily."""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import rioxarray  # noqa: F401 - gives arrays their .rio
import xarray as xr
from rasterio.crs import CRS
from rasterio.transform import Affine
from rasterio.windows import Window

from s2kit.errors import S2kitError, S2kitWarning
from s2kit.scenes.band_choice import Choice, choose_bands
from s2kit.scenes.band_order import check_band_order
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.doubtful import warn_of_doubts
from s2kit.scenes.files import check_checksums, open_raster, read_pixels, whole
from s2kit.scenes.ground import check_ground_pixel
from s2kit.scenes.nodata import REACH, declared_gaps
from s2kit.scenes.offset import check_offset
from s2kit.scenes.plausible import Scale, check_possible, check_reflectance, decide_scale
from s2kit.scenes.reflectance import reflectance_of, to_scene_values
from s2kit.scenes.survey import NumbersSurvey, ReflectanceSurvey

if TYPE_CHECKING:
    import dask.array as da

ATTRIBUTES = ("date", "area", "source", "attribution")
"""What a scene says about itself in ``attrs``, and in the tags of its file."""

SAMPLE = 1000
"""Rows and columns of the sample that decides the scale of a scene that is read lazily."""

Numbers = npt.NDArray[Any]
Floats = npt.NDArray[np.float32]


def on_grid(
    values: Any, transform: Affine, crs: CRS, bands: Sequence[str] | None = None
) -> xr.DataArray:
    """Put values on a north-up grid: dims (y, x), or (band, y, x) with names for the bands.

    x and y are pixel centres in metres. No transform is stored beside them, so that
    ``.rio.transform()`` follows the coordinates when the array is cut.
    """
    height, width = values.shape[-2:]
    coords: dict[str, Any] = {
        "y": transform.f + transform.e * (np.arange(height) + 0.5),
        "x": transform.c + transform.a * (np.arange(width) + 0.5),
    }
    if bands is not None:
        coords["band"] = list(bands)
    dims = ("y", "x") if bands is None else ("band", "y", "x")
    grid = xr.DataArray(values, coords, dims)
    grid.rio.write_crs(crs, inplace=True)  # else it would copy the values
    return grid


def dated(scene: xr.DataArray) -> xr.DataArray:
    """Return the scene with its date (``attrs["date"]``) as the coordinate ``time``, if it has one.

    Examples
    --------
    >>> dated(xr.DataArray([0.1], attrs={"date": "2023-07-09"})).time.dt.year.item()
    2023
    """
    try:
        moment = np.datetime64(str(scene.attrs["date"]), "ns")
    except (KeyError, ValueError):  # no date, or a tag in somebody else's words
        return scene
    return scene if np.isnat(moment) else scene.assign_coords(time=moment)


def read_scene(
    path: Path | str,
    offset: int | Literal["auto"] = "auto",
    bands: Sequence[str] | None = None,
    chunks: int | None = None,
) -> xr.DataArray:
    """Read the ten bands of a scene as reflectance.

    Bands are found by their descriptions, whatever their order; of a file without them the
    paper's order is assumed, checked against the spectra (`band_order`) and said in a warning.
    What counts as no data is told in `nodata`, how scale and offset are decided in `plausible`.

    Parameters
    ----------
    path
        A raster with pixels of 10 m: digital numbers (whole or floating point), or reflectance.
    offset
        0 or 1000, as the product's processing baseline has it; "auto": what the file declares, or
        else what the dark pixels show (see `s2kit.scenes.offset`).
    bands
        Names of the file's bands in its order, for a file whose bands have no descriptions.
    chunks
        Rows and columns of a block, to read lazily (dask); None reads all of it now.

    Returns
    -------
    DataArray
        Reflectance, float32, dims (band, y, x) in the order of `BAND_NAMES`, NaN in all bands
        where one has no data, with the CRS of the file, and the coordinate ``time`` where its date
        is known. Of digital numbers ``attrs`` hold "offset" (taken off) and "witness" (why).

    Raises
    ------
    S2kitError
        If the file cannot be read, lacks a band or a CRS, has pixels of another size, its offset
        is in doubt, or its values are no reflectance. What is read lazily may raise it later.

    Examples
    --------
    >>> from rasterio import MemoryFile
    >>> grid = {"crs": "EPSG:32633", "transform": Affine(10, 0, 585420, 0, -10, 5652250)}
    >>> shape = {"count": 10, "height": 20, "width": 20, "dtype": "uint16"}
    >>> with MemoryFile() as file:
    ...     with file.open(driver="GTiff", **shape, **grid) as image:
    ...         image.write(np.random.default_rng(0).integers(1020, 3000, (10, 20, 20), "uint16"))
    ...     scene = read_scene(file.name, bands=BAND_NAMES)
    >>> scene.shape, scene.attrs["offset"], round(float(scene.min()), 4)
    ((10, 20, 20), 1000, 0.002)
    """
    path = Path(path)
    if chunks is not None and (type(chunks) is not int or chunks < 1):
        raise S2kitError(f"chunks {chunks!r} must be a whole number of pixels, 1 or more, or None")
    known = None if offset == "auto" else offset
    with open_raster(path) as dataset:
        choice = prepare(path, dataset, bands)
        numbers = _read_whole(dataset, choice) if chunks is None else None
        seen = _sample(dataset, choice) if numbers is None else numbers
        scale = scale_of(NumbersSurvey.of(seen), str(path), known, choice)
        reflectance = reflectance_of(seen, choice, scale)
        check_scene(ReflectanceSurvey.of(reflectance), str(path), choice)
        values: Any = reflectance
        if chunks is not None:
            values = _lazy(path, choice, scale, (dataset.height, dataset.width), chunks)
        scene = on_grid(values, dataset.transform, dataset.crs, BAND_NAMES)
        attributes = attributes_of(dataset, scale)
    return dated(scene.assign_attrs(attributes)).rename(path.stem)


def read_numbers(path: Path | str, bands: Sequence[str] | None = None) -> xr.DataArray:
    """Read the ten bands of a file as they are: dims (band, y, x), the file's dtype.

    What the file declares to be no data is 0 in whole numbers, NaN in floating point ones, in all
    bands. Parameters and errors as in `read_scene`; scale and offset are not looked at.
    """
    path = Path(path)
    with open_raster(path) as dataset:
        choice = prepare(path, dataset, bands)
        values = _read_whole(dataset, choice)
        numbers = on_grid(values, dataset.transform, dataset.crs, BAND_NAMES)
        attributes = attributes_of(dataset)
    return dated(numbers.assign_attrs(attributes)).rename(path.stem)


def scene_from_numbers(numbers: xr.DataArray, offset: int, where: str) -> xr.DataArray:
    """Turn digital numbers into a scene: offset checked and taken off, no data as NaN.

    Parameters
    ----------
    numbers
        Digital numbers, dims (band, y, x), bands named as in `BAND_NAMES`; for what counts as no
        data see `nodata`.
    offset
        0 or 1000; see `s2kit.scenes.offset`.
    where
        The file or scene, for the message.

    Raises
    ------
    S2kitError
        If the dark pixels contradict the offset.
    """
    values = numbers.to_numpy()
    check_offset(values, offset, where)
    return numbers.copy(data=to_scene_values(values, offset))


def prepare(path: Path, dataset: Any, bands: Sequence[str] | None) -> Choice:
    """Check what can be checked before pixels are read; choose the bands."""
    choice = choose_bands(path, dataset, bands)
    check_ground_pixel(dataset.transform, dataset.width, dataset.height, dataset.crs, str(path))
    return choice


def _read_whole(dataset: Any, choice: Choice) -> Numbers:
    check_checksums(dataset)
    return read_numbers_of(dataset, choice, whole(dataset))


def read_numbers_of(dataset: Any, choice: Choice, window: Window, **smaller: Any) -> Numbers:
    """Read the ten bands; what is declared to be no data becomes 0 or NaN in all of them."""
    values = read_pixels(dataset, choice.indexes, window, **smaller)
    gaps = declared_gaps(dataset, choice.indexes, values, window)
    if gaps.any():
        values[:, gaps] = np.nan if values.dtype.kind == "f" else 0
    return values


def _sample(dataset: Any, choice: Choice) -> Numbers:
    """Read every n-th row and column."""
    height, width = (min(size, SAMPLE) for size in dataset.shape)
    return read_numbers_of(dataset, choice, whole(dataset), out_shape=(height, width))


def scale_of(seen: NumbersSurvey, where: str, offset: int | None, choice: Choice) -> Scale:
    """Decide the scale; where nobody names the bands, an error says that their order may do it."""
    try:
        return decide_scale(seen, where, offset, choice.declared)
    except S2kitError as error:
        if not choice.assumed:
            raise
        raise S2kitError(
            f"{error}; the file does not name its bands either: if their order is not "
            f"{', '.join(BAND_NAMES)}, say it with --bands or bands="
        ) from error


def check_scene(seen: ReflectanceSurvey, where: str, choice: Choice) -> None:
    """Refuse a scene that cannot be right; warn of one that may be wrong."""
    if not seen.any_data:
        raise S2kitError(f"{where} has no pixel with data; choose another image")
    check_reflectance(seen, where)
    if choice.assumed:
        check_band_order(seen, where)
        warnings.warn(
            f"{where} does not name its bands; they are taken for {', '.join(BAND_NAMES)}, which "
            "their spectra allow (--bands or bands= names them)",
            S2kitWarning,
            stacklevel=3,
        )
    warn_of_doubts(seen, where, order_is_checked=choice.assumed)


def _lazy(
    path: Path, choice: Choice, scale: Scale, shape: tuple[int, int], chunks: int
) -> "da.Array":
    """Return reflectance whose blocks are read when they are computed, each for itself."""
    import dask.array as da  # here: it takes longer to import than most scenes to read

    sizes = da.core.normalize_chunks((len(BAND_NAMES), chunks, chunks), (len(BAND_NAMES), *shape))

    def block(block_info: Any) -> Floats:
        (top, bottom), (left, right) = block_info[None]["array-location"][1:]
        # rule 2 of no data looks a little beyond
        first = max(top - REACH, 0), max(left - REACH, 0)
        last = min(bottom + REACH, shape[0]), min(right + REACH, shape[1])
        window = Window(first[1], first[0], last[1] - first[1], last[0] - first[0])
        with open_raster(path) as dataset:
            numbers = read_numbers_of(dataset, choice, window)
            values = reflectance_of(numbers, choice, scale)
        rows, columns = top - first[0], left - first[1]
        own = values[:, rows : rows + bottom - top, columns : columns + right - left]
        check_possible(own, f"{path} from row {top + 1}, column {left + 1} on")
        return own

    lazy: da.Array = da.map_blocks(
        block, chunks=sizes, dtype=np.float32, meta=np.empty((0, 0, 0), np.float32)
    )
    return lazy


def attributes_of(dataset: Any, scale: Scale | None = None) -> dict[str, Any]:
    """Return what a file says about itself, and of digital numbers what was decided."""
    tags = dataset.tags()
    attributes = {key: tags[key] for key in ATTRIBUTES if key in tags}
    if scale is not None and scale.numbers:
        attributes |= {"offset": scale.offset, "witness": scale.heard}
    return attributes
