"""Files that a hurried or hostile person would give: good ones, and what can be wrong with them.

Every maker writes one file. Without settings the file is good; each setting spoils one thing.
"""

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import rasterio
import torch
from rasterio.enums import ColorInterp
from rasterio.transform import from_origin
from shapely import Polygon, box

from s2kit.accuracy.point_files import write_points
from s2kit.accuracy.sampling import draw_points
from s2kit.benchmarks.rasterise import rasterise
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.codes import read_codes
from s2kit.simulator.example import EPSG, LEFT, TOP, example_polygons, example_scene

SIZE = 96
GOOD = {"image": "image.tif", "polygons": "fields.gpkg", "mask": "mask.tif", "map": "map.tif"}


def image(
    path: Path,
    *,
    size: int = SIZE,
    dtype: str = "uint16",
    scale: float = 10_000,
    offset: float = 1000,
    declared: float | None = None,
    holes: int = 0,
    hole_value: float = 0,
    internal_mask: bool = False,
    alpha: bool = False,
    bands: list[str] | None = None,
    order: list[int] | None = None,
    crs: str | None = f"EPSG:{EPSG}",
    pixel: float = 10,
    turned: bool = False,
    fill: float | None = None,
    one_band_constant: bool = False,
    infinite: int = 0,
    cut_off: float = 0,
    flip_bytes: int = 0,
    compress: str | None = "deflate",
    left: float = LEFT,
    top: float = TOP,
) -> None:
    """Write an image of the ten bands as digital numbers, ``scale`` * reflectance + ``offset``.

    ``holes`` pixels of the first row hold ``hole_value``, with ``declared`` as the no-data tag or
    masked by ``internal_mask`` or ``alpha``.
    """
    scene = example_scene(size).to_numpy()
    values = scene * scale + offset
    if fill is not None:
        values[:] = fill
    if one_band_constant:
        values[4] = 0.3 * scale + offset
    if infinite:
        values[:, 5, :infinite] = np.inf
    if np.dtype(dtype).kind in "ui":
        limits = np.iinfo(dtype)
        values = np.rint(values).clip(limits.min, limits.max)
    values = values.astype(dtype)
    if holes:
        values[:, 0, :holes] = hole_value
    names = list(BAND_NAMES) if bands is None else bands
    if order is not None:
        values = values[order]
    seen = np.full(values.shape[1:], 255, np.uint8)
    seen[0, :holes] = 0
    transform = from_origin(left, top, pixel, pixel)
    if turned:
        transform = transform * rasterio.Affine.rotation(20)
    count = len(values) + alpha
    with (
        rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True),
        rasterio.open(
            path, "w", driver="GTiff", count=count, height=size, width=values.shape[2],
            dtype=dtype, crs=crs, transform=transform, nodata=declared, compress=compress,
        ) as file,
    ):  # fmt: skip
        file.write(values, list(range(1, len(values) + 1)))
        for number, name in enumerate(names, 1):
            file.set_band_description(number, name)
        if alpha:
            file.write(seen.astype(dtype), count)
            file.colorinterp = [*(ColorInterp.undefined,) * len(values), ColorInterp.alpha]
        if internal_mask:
            file.write_mask(seen)
    _damage(path, cut_off, flip_bytes)


def polygons(
    path: Path,
    *,
    size: int = SIZE,
    block: int = 24,
    column: str = "label",
    labels: list[Any] | None = None,
    crs: str | None = f"EPSG:{EPSG}",
    shift: float = 0,
    extra: dict[str, Any] | None = None,
    bow_tie: bool = False,
    overlap: bool = False,
    kind: str = "polygon",
    empty: bool = False,
    cut_off: float = 0,
) -> None:
    """Write polygons with class codes."""
    table = example_polygons(size, block)
    if labels is not None:
        table["label"] = [labels[row % len(labels)] for row in range(len(table))]
    table["geometry"] = table.translate(xoff=shift)
    if bow_tie:
        x, y = LEFT + 50 + shift, TOP - 50
        corners = [(x, y), (x + 100, y - 100), (x + 100, y), (x, y - 100)]
        table.loc[0, "geometry"] = Polygon(corners)
    if overlap:
        table.loc[1, "geometry"] = table.geometry[0]
    if kind == "point":
        table["geometry"] = table.centroid
    if empty:
        table = table.iloc[:0]
    table = table.rename(columns={"label": column}).assign(**(extra or {}))
    table = gpd.GeoDataFrame(table.drop(columns="geometry"), geometry=table.geometry)
    table = (
        table.set_crs(crs, allow_override=True) if crs else table.set_crs(None, allow_override=True)
    )
    table.to_file(path)
    _damage(path, cut_off, 0)


def mask(
    path: Path,
    *,
    dtype: str = "uint8",
    value: float | None = None,
    declared: float | None = None,
    shift: float = 0,
    count: int = 1,
    crs: str | None = f"EPSG:{EPSG}",
    scale: float | None = None,
    empty: bool = False,
) -> None:
    """Write class codes: a mask, or a class map that is right wherever it has a class."""
    codes = rasterise(example_polygons(), like=example_scene()).to_numpy().astype(dtype)
    if empty:
        codes[:] = 0
    if value is not None:
        codes[10, 10] = value
    with rasterio.open(
        path, "w", driver="GTiff", count=count, height=SIZE, width=SIZE, dtype=dtype, crs=crs,
        transform=from_origin(LEFT + shift, TOP, 10, 10), nodata=declared,
    ) as file:  # fmt: skip
        for number in range(1, count + 1):
            file.write(codes, number)
        if scale is not None:
            file.scales = (scale,) * count


def sample(
    path: Path,
    *,
    label: int | None = 1,
    of: str = "map.tif",
    outside: bool = False,
    crs: str | None = f"EPSG:{EPSG}",
    column: str = "label",
) -> None:
    """Write random points of a map, the first one with a label, the others as the map says."""
    points = draw_points(read_codes(path.parent / of), 60)
    points["label"] = points.stratum if label is not None else points.label
    points.loc[0, "label"] = label if label is not None else points.label[0]
    if outside:
        points["geometry"] = points.translate(xoff=50_000)
    write_points(path, points)
    if crs is None or column != "label":
        table = gpd.read_file(path).rename(columns={"label": column})
        table.set_crs(crs, allow_override=True).to_file(path)


def text(path: Path, *, content: str = "", encoding: str = "utf-8", repeat: int = 1) -> None:
    """Write a text file."""
    path.write_bytes((content * repeat).encode(encoding))


def raw(path: Path, *, hexadecimal: str = "", repeat: int = 1, cut_off: float = 0) -> None:
    """Write bytes."""
    path.write_bytes(bytes.fromhex(hexadecimal) * repeat)


def folder(path: Path) -> None:
    """Make a folder where a file is expected."""
    path.mkdir()


def nothing(path: Path) -> None:
    """Write no file at all."""


def vrt(path: Path, *, of: str = "image.tif") -> None:
    """Write a virtual raster that shows another file."""
    from rasterio.shutil import copy

    copy(path.parent / of, path, driver="VRT")


def link(path: Path, *, to: str = "image.tif") -> None:
    """Write a symbolic link."""
    path.symlink_to(path.parent / to)


def pickled(path: Path) -> None:
    """Write a file that runs code when it is unpickled."""
    torch.save({"weights": torch.zeros(2)}, path)


def boxes_outside(path: Path) -> None:
    """Write polygons that lie on another continent."""
    gpd.GeoDataFrame({"label": [1]}, geometry=[box(0, 0, 100, 100)], crs=f"EPSG:{EPSG}").to_file(
        path
    )


def _damage(path: Path, cut_off: float, flip_bytes: int) -> None:
    """Leave only a share of a file, or change bytes in its middle."""
    data = bytearray(path.read_bytes())
    if cut_off:
        data = data[: int(len(data) * (1 - cut_off))]
    for k in range(flip_bytes):
        data[len(data) // 2 + 7 * k] ^= 0xFF
    path.write_bytes(bytes(data))


MAKERS = {
    each.__name__: each
    for each in (
        image,
        polygons,
        mask,
        sample,
        text,
        raw,
        folder,
        nothing,
        vrt,
        link,
        pickled,
        boxes_outside,
    )
}
