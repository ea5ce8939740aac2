"""A class map, and the network that made it, as items of a SpatioTemporal Asset Catalog (STAC).

The map's item holds the extensions projection, raster and classification, and the provenance of
`s2kit.maps.provenance` as properties ``s2kit:…``; the network's that of machine learning models.
Together they say all that it takes to make the map again.
"""

import datetime
import json
from pathlib import Path

import pystac
from pystac.extensions.classification import Classification, ClassificationExtension
from pystac.extensions.mlm import (
    InputStructure,
    MLMExtension,
    ModelInput,
    ModelOutput,
    ResultStructure,
    TaskType,
)
from pystac.extensions.projection import ProjectionExtension
from pystac.extensions.raster import DataType, RasterBand, RasterExtension, Sampling
from rasterio.warp import transform_bounds
from shapely.geometry import box, mapping

from s2kit.errors import S2kitError
from s2kit.maps.files import read_class_map
from s2kit.maps.provenance import PROVENANCE
from s2kit.network.tensors import tensors_sha256
from s2kit.network.unet import UNet, count_parameters
from s2kit.network.weights import stored_tensors
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.nomenclature import Nomenclature, nomenclature_of
from s2kit.scenes.writer import check_outputs, replacing

WORLD = box(-180, -90, 180, 90)
"""Where a network may be used, for all that its file says."""


def map_item(path: Path | str, date: datetime.date | None = None) -> pystac.Item:
    """Describe a class map that `classify` wrote as a STAC item; ``date``: of its image.

    Raises
    ------
    S2kitError
        If it is no class map, or carries no date.
    """
    path = Path(path)
    found = read_class_map(path)
    attributes, nomenclature = found.attrs, nomenclature_of(found)
    if date is None:
        try:
            date = datetime.date.fromisoformat(str(attributes["date"]))
        except (KeyError, ValueError) as error:
            raise S2kitError(
                f"{path} carries no date, which a STAC item must have; say that of the image "
                "(--date 2023-07-09)"
            ) from error
    bounds = list(transform_bounds(found.rio.crs, 4326, *found.rio.bounds()))
    item = pystac.Item(
        path.stem,
        mapping(box(*bounds)),
        bounds,
        datetime.datetime.combine(date, datetime.time(), datetime.UTC),
        {f"s2kit:{key}": attributes[key] for key in PROVENANCE if key in attributes},
    )
    asset = pystac.Asset(path.name, media_type=pystac.MediaType.COG, roles=["data"])
    item.add_asset("map", asset)
    transform = list(found.rio.transform(recalc=True))
    ProjectionExtension.ext(item, add_if_missing=True).apply(
        code=f"EPSG:{found.rio.crs.to_epsg()}", shape=list(found.shape), transform=transform[:6]
    )
    raster = RasterExtension.ext(asset, add_if_missing=True)
    raster.bands = [
        RasterBand.create(
            nodata=0, sampling=Sampling.AREA, data_type=DataType.UINT8, spatial_resolution=10
        )
    ]
    gap = Classification.create(value=0, name="no_data", description="no data", nodata=True)
    classes = [gap, *_classes(nomenclature)]
    ClassificationExtension.ext(asset, add_if_missing=True).apply(classes)
    return item


def network_item(network: UNet, weights: Path) -> pystac.Item:
    """Describe a network as a STAC item; ``weights``: the file that it was loaded from."""
    item = pystac.Item(
        weights.stem,
        mapping(WORLD),
        list(WORLD.bounds),
        None,
        {
            "start_datetime": "2015-06-23T00:00:00Z",  # the launch of Sentinel-2A
            "end_datetime": "9999-12-31T23:59:59Z",
            "s2kit:scaling": network.scaling,
            "s2kit:weights_sha256": tensors_sha256(stored_tensors(network)),
        },
    )
    asset = pystac.Asset(
        str(weights.resolve()), media_type="application/octet-stream", roles=["mlm:model"]
    )
    asset.extra_fields["mlm:artifact_type"] = "safetensors"
    item.add_asset("weights", asset)
    tasks = [TaskType.SEMANTIC_SEGMENTATION]
    seen = InputStructure.create(
        [1, network.channels, -1, -1], ["batch", "channel", "height", "width"], DataType.FLOAT32
    )
    told = ResultStructure.create(
        [1, len(network.nomenclature), -1, -1],
        ["batch", "class", "height", "width"],
        DataType.FLOAT32,
    )
    MLMExtension.ext(item, add_if_missing=True).apply(
        name=weights.stem,
        architecture="U-Net",
        tasks=tasks,
        input=[ModelInput.create("reflectance, scaled", list(BAND_NAMES), seen)],
        output=[ModelOutput.create("logits", tasks, told, classes=_classes(network.nomenclature))],
        framework="PyTorch",
        total_parameters=count_parameters(network),
        pretrained=True,
    )
    return item


def write_item(path: Path | str, item: pystac.Item) -> None:
    """Write a STAC item as JSON; its assets are named as they stand in it."""
    check_outputs([path], [])
    with replacing(path) as part:
        text = json.dumps(item.to_dict(include_self_link=False), indent=1, ensure_ascii=False)
        part.write_text(text + "\n", encoding="utf-8")


def _classes(nomenclature: Nomenclature) -> list[Classification]:
    return [
        Classification.create(
            value=each.code,
            name="".join(c if c.isascii() and c.isalnum() else "_" for c in each.short),
            description=each.name,
            color_hint=each.colour.lstrip("#").upper(),
        )
        for each in nomenclature.classes
    ]
