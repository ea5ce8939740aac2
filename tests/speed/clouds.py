"""What ukis-csmask hides of the real scenes: ``python tests/speed/clouds.py``.

Those of Strzegom (S2KIT_MIRROR) are clear but for haze; of the five of Slovenia (S2KIT_ELSEWHERE,
Level-1C) two are noted as cloud or haze by who keeps them. Needs ``pip install -e '.[clouds]'``.
"""

import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import xarray as xr

import s2kit
from s2kit.catalogue.csmask import clear_of_clouds
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.scene_file import open_scene
from s2kit.settings import authors_source, elsewhere
from s2kit.sources.places import Places


def scenes() -> Iterator[tuple[str, xr.DataArray]]:
    """Yield names and reflectance."""
    source = authors_source()
    for name in source.available(area="strzegom"):
        yield name, source.open(name)
    places = Places(elsewhere())
    for name in places.list():
        scene = places.open(name)
        if min(scene.shape[1:]) >= 90:
            yield name, scene


def main() -> None:
    warnings.simplefilter("ignore", s2kit.S2kitWarning)  # of small scenes, and of Level-1C
    with tempfile.TemporaryDirectory() as folder:
        for name, scene in scenes():
            path = Path(folder) / f"{name}.tif"
            numbers = (scene * 10_000 + 1000).round().fillna(0).astype("uint16")
            numbers.attrs = {"long_name": BAND_NAMES}
            numbers.rio.write_nodata(0).rio.to_raster(path)
            with open_scene(path, offset=1000) as opened:
                hidden = ~clear_of_clouds(opened)
            print(f"{name:32} {100 * hidden.mean():5.1f} % hidden", flush=True)


if __name__ == "__main__":
    main()
