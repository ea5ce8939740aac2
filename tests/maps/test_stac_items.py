"""A map and its network as STAC items: valid, and enough to make the map again."""

import datetime
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pystac
import pytest
import rasterio
import torch
from click.testing import CliRunner
from pystac.extensions.classification import ClassificationExtension
from pystac.extensions.projection import ProjectionExtension
from pystac.extensions.raster import RasterExtension
from pystac.validation import JsonSchemaSTACValidator
from scene_files import write

from s2kit.__main__ import cli
from s2kit.errors import S2kitError
from s2kit.maps.layout import bytes_per_pixel
from s2kit.maps.stac_items import map_item, network_item, write_item
from s2kit.maps.streamed import Outputs, Settings, classify_file
from s2kit.network.unet import UNet
from s2kit.network.weights import load_network, save_network
from s2kit.scenes.scene_file import open_scene
from s2kit.scenes.statistics import ImageStatistics

DAY = datetime.date(2023, 7, 9)


def mapped(
    network: UNet, image: Path, out: Path, statistics: ImageStatistics | None = None
) -> Path:
    out.parent.mkdir(exist_ok=True)
    settings = Settings("torch", False, 10**6 * bytes_per_pixel(network, False))
    with open_scene(image, 1000) as scene:
        classify_file(network, scene, Outputs(out), settings, statistics)
    return out


@pytest.fixture
def network(tmp_path: Path) -> UNet:
    torch.manual_seed(0)
    save_network(tmp_path / "small.safetensors", UNet(width=2, depth=2, scaling="both"))
    return load_network(tmp_path / "small.safetensors")


@pytest.fixture
def image(tmp_path: Path, landscape: Callable[..., np.ndarray]) -> Path:
    values = np.round(landscape(60, 50) * 10_000 + 1000).astype("uint16")
    return write(tmp_path / "place_20230709.tif", values)


def test_the_two_items_make_the_map_again_byte_for_byte(
    tmp_path: Path, network: UNet, image: Path
) -> None:
    first = mapped(network, image, tmp_path / "a" / "map.tif")
    write_item(tmp_path / "a" / "map.json", map_item(first, DAY))
    write_item(tmp_path / "net.json", network_item(network, tmp_path / "small.safetensors"))
    of_map = pystac.Item.from_file(str(tmp_path / "a" / "map.json"))
    of_network = pystac.Item.from_file(str(tmp_path / "net.json"))
    again = load_network(Path(of_network.assets["weights"].href))
    key = "s2kit:weights_sha256"
    assert of_network.properties[key] == of_map.properties[key]
    statistics = ImageStatistics.from_json(of_map.properties["s2kit:statistics"])
    second = mapped(again, image, tmp_path / "b" / "map.tif", statistics)
    assert second.read_bytes() == first.read_bytes()


def test_items_are_valid_stac(tmp_path: Path, network: UNet, image: Path) -> None:
    """Core schemas come with pystac; those of extensions would have to be fetched."""
    path = mapped(network, image, tmp_path / "map.tif")
    for item in (map_item(path, DAY), network_item(network, tmp_path / "small.safetensors")):
        found = json.loads(json.dumps(item.to_dict()))
        validator = JsonSchemaSTACValidator()
        validator.validate_core(found, pystac.STACObjectType.ITEM, found["stac_version"])
        assert len(found["stac_extensions"]) == (3 if "map" in found["assets"] else 1)
    classes = map_item(path, DAY).to_dict()["assets"]["map"]["classification:classes"]
    assert [each["value"] for each in classes] == list(range(11))
    assert classes[0]["nodata"] is True


def test_the_extensions_of_the_map_are_read_by_pystac(
    tmp_path: Path, network: UNet, image: Path
) -> None:
    item = map_item(mapped(network, image, tmp_path / "map.tif"), DAY)
    with rasterio.open(tmp_path / "map.tif") as file:
        placed = ProjectionExtension.ext(item)
        assert (placed.epsg, placed.shape) == (file.crs.to_epsg(), list(file.shape))
        assert placed.transform == list(file.transform)[:6]
    classes = ClassificationExtension.ext(item.assets["map"]).classes
    assert [(each.value, each.description) for each in classes[1:]] == [
        (c.code, c.name) for c in network.nomenclature.classes
    ]
    (band,) = RasterExtension.ext(item.assets["map"]).bands
    assert (band.nodata, band.data_type, band.spatial_resolution) == (0, "uint8", 10)


def test_the_network_passes_the_validator_of_its_extension(tmp_path: Path, network: UNet) -> None:
    reason = "needs the extension's own validator: python -m pip install stac-model"
    schema = pytest.importorskip("stac_model.schema", reason=reason)
    properties = network_item(network, tmp_path / "small.safetensors").properties
    own = {key: value for key, value in properties.items() if key.startswith("mlm:")}
    assert schema.MLModelProperties.model_validate(own).name == "small"
    for key in ("mlm:input", "mlm:architecture"):
        with pytest.raises(ValueError, match=key):
            schema.MLModelProperties.model_validate({k: v for k, v in own.items() if k != key})


def test_a_map_without_a_date_is_refused(tmp_path: Path, network: UNet, image: Path) -> None:
    with pytest.raises(S2kitError, match="no date"):
        map_item(mapped(network, image, tmp_path / "map.tif"))


def test_the_command_writes_both(tmp_path: Path, network: UNet, image: Path) -> None:
    path = mapped(network, image, tmp_path / "map.tif")
    typed = ["--weights", tmp_path / "small.safetensors", "--mlm", tmp_path / "net.json"]
    typed += ["--stac", path, "--date", "2023-07-09"]
    result = CliRunner().invoke(cli, ["export", *map(str, typed)])
    assert result.exit_code == 0, result.output
    assert pystac.Item.from_file(str(tmp_path / "map.json")).assets["map"].href.endswith("map.tif")
    assert pystac.Item.from_file(str(tmp_path / "net.json")).properties["mlm:name"] == "small"
