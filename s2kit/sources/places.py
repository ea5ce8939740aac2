"""Real places outside Strzegom: pieces of public repositories, with whatever labels they have.

``places.csv`` lists the places, ``places_files.csv`` the files behind them: repository, commit,
path, size and git blob id where a file is the repository's own, a SHA-256 where it was derived.
Nothing of them comes with s2kit; a folder of them is given, or the repositories' own files are
downloaded.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
import rioxarray
import xarray as xr
from pyproj import Transformer
from rasterio.crs import CRS
from rasterio.enums import Resampling
from rasterio.transform import Affine, from_origin

from s2kit.catalogue.download import download
from s2kit.errors import S2kitError
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.codes import NO_CODE
from s2kit.scenes.ground import utm_epsg
from s2kit.scenes.offset import check_offset
from s2kit.scenes.raster import dated, on_grid, read_numbers
from s2kit.scenes.reflectance import to_scene_values
from s2kit.sources.place_list import Place, read_files, read_places

__all__ = ["NO_CODE", "Place", "Places"]

ADDRESS = "https://raw.githubusercontent.com"
"""Where files of GitHub repositories are served, as OWNER/NAME/COMMIT/PATH."""


@dataclass(frozen=True)
class Places:
    """The places of `read_places`, read from a folder or downloaded.

    Attributes
    ----------
    folder
        A folder that holds the files under their paths, or None.
    downloads
        Where downloads go; None = nothing is downloaded.
    address
        Where GitHub's files are served.
    """

    folder: Path | None = None
    downloads: Path | None = None
    address: str = ADDRESS

    def list(self, scored: bool | None = None, level: str | None = None) -> list[str]:
        """Return the names of all places, or of those that are (not) scored, or of a level.

        >>> Places().list(scored=True, level="L2A")[:2]
        ['vendsyssel_20171030', 'temuco_20200408']
        """
        return [
            name
            for name, place in read_places().items()
            if scored in (None, place.scored) and level in (None, place.level)
        ]

    def place(self, name: str) -> Place:
        """Return what is known of a place; S2kitError for a name that is not listed."""
        places = read_places()
        if name not in places:
            raise S2kitError(f"there is no place {name!r}; choose one of {', '.join(places)}")
        return places[name]

    def is_obtainable(self, name: str) -> bool:
        """Return whether the files of a place are in the folder, or may be downloaded."""
        place = self.place(name)
        return all(
            (self.folder is not None and (self.folder / path).is_file())
            or (self.downloads is not None and bool(read_files()[path].file))
            for path in filter(None, (place.image, place.labels))
        )

    def fetch(self, path: str) -> Path:
        """Return the verified file of a path, from the folder or downloaded.

        Raises
        ------
        S2kitError
            If it is damaged, or not at hand and cannot be downloaded.
        """
        file = read_files()[path]
        if self.folder is not None and (here := self.folder / path).is_file():
            try:
                file.check(here)
            except ValueError as error:
                raise S2kitError(f"{here} is damaged: {error}; copy it anew") from error
            return here
        if self.downloads is None or not file.file:
            why = "; it is derived and cannot be downloaded" if not file.file else ""
            raise S2kitError(
                f"{path} is not at hand{why}; set S2KIT_ELSEWHERE to a folder that holds it"
            )
        target = self.downloads / path
        try:
            file.check(target)
        except (OSError, ValueError):
            url = f"{self.address}/{file.repository}/{file.commit}/{file.file}"
            download(url, target, file.check, file.size)
        return target

    def open(self, name: str) -> xr.DataArray:
        """Open a place as reflectance.

        Parameters
        ----------
        name
            As `list` has it.

        Returns
        -------
        DataArray
            Reflectance, float32, dims (band, y, x), 10 m in UTM, NaN = no data; ``attrs`` hold
            "date", "area", "level" and "licence". Images in degrees are resampled by nearest
            neighbour. Patches without a grid are placed by the middle of their bounding box.

        Raises
        ------
        S2kitError
            If a file is missing or damaged, or the dark pixels contradict the listed offset.
        """
        place = self.place(name)
        path = self.fetch(place.image)
        numbers = _patch(path, place) if place.item else _numbers(path, place)
        values = numbers.to_numpy()
        if place.level == "L2A":  # the air makes every pixel of L1C bright: no witness
            check_offset(values, place.offset, name)
        scene = numbers.copy(data=to_scene_values(values, place.offset)).rename(name)
        year = place.date.year
        scene.attrs = {
            "date": place.date.isoformat(),
            "area": place.country,
            "level": place.level,
            "licence": place.licence,
            "attribution": f"contains modified Copernicus Sentinel data {year}",
        }
        return dated(scene)

    def open_labels(self, name: str) -> xr.DataArray:
        """Open the labels of a place: the codes of its own legend.

        Returns
        -------
        DataArray
            int32, dims (y, x), on the grid of `open`, `NO_CODE` = not labelled; ``attrs`` hold
            "legend". Where a whole patch has one label, all its pixels have its code, hedges and
            farmsteads too.

        Raises
        ------
        S2kitError
            If the place has no label per pixel, or a file is missing or damaged.
        """
        place = self.place(name)
        if not place.is_labelled:
            raise S2kitError(f"{name} has no label per pixel; choose a place that has")
        layer = self.open(name).isel(band=0, drop=True)
        if place.patch_code is not None:
            codes = np.full(layer.shape, place.patch_code, np.int32)
        else:
            codes = _codes(self.fetch(place.labels), place)
        labels = layer.copy(data=codes)
        labels.attrs = {"legend": place.legend, "licence": place.licence}
        return labels


def _numbers(path: Path, place: Place) -> xr.DataArray:
    """Return digital numbers (band, y, x) of a GeoTIFF on a grid of 10 m."""
    with rasterio.open(path) as file:
        in_degrees = file.crs.is_geographic
    if not in_degrees:
        return read_numbers(path, place.bands or None)
    raster: Any = rioxarray.open_rasterio(path)
    moved = raster.rio.reproject(
        raster.rio.estimate_utm_crs(), resolution=10, resampling=Resampling.nearest, nodata=0
    )
    return on_grid(moved.to_numpy(), moved.rio.transform(), moved.rio.crs, BAND_NAMES)


def _patch(path: Path, place: Place) -> xr.DataArray:
    """Return one patch of a NumPy archive: arrays X (n, band, y, x), names and lonlat_bounds."""
    with np.load(path) as archive:
        index = archive["names"].tolist().index(place.item)
        values, (west, south, east, north) = archive["X"][index], archive["lonlat_bounds"][index]
    lon, lat = (west + east) / 2, (south + north) / 2
    epsg = utm_epsg(lon, lat)
    x, y = Transformer.from_crs(4326, epsg, always_xy=True).transform(lon, lat)
    height, width = values.shape[1:]
    corner = round(x / 10 - width / 2) * 10, round(y / 10 + height / 2) * 10
    transform: Affine = from_origin(*corner, 10, 10)
    return on_grid(values, transform, CRS.from_epsg(epsg), BAND_NAMES)


def _codes(path: Path, place: Place) -> npt.NDArray[np.int32]:
    """Return the codes (y, x) of a label file, its own no data as `NO_CODE`."""
    if path.suffix == ".npy":
        stored = np.load(path)[..., 0].astype(np.int32)
        missing = stored == 0
    else:
        with rasterio.open(path) as file:
            stored = file.read(1).astype(np.int32)
            missing = stored == file.nodata
    codes: npt.NDArray[np.int32] = stored.copy()
    for own, code in place.codes.items():
        codes[stored == own] = code
    codes[missing] = NO_CODE
    return codes
