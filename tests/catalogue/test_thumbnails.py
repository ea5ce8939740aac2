"""The candidates' pictures."""

from pathlib import Path

import matplotlib.image
import numpy as np
import pystac
from click.testing import CliRunner
from sentinel_product import LEFT, TOP, Product

from s2kit.__main__ import cli
from s2kit.catalogue.search import find_scenes
from s2kit.catalogue.stac import open_catalogue
from s2kit.catalogue.thumbnails import draw_thumbnails

SQUARE = (LEFT + 100, TOP - 500, LEFT + 500, TOP - 100)


def with_thumbnails(product: Product) -> Path:
    """Save a catalogue of two items: one with a picture, one whose picture is broken."""
    good = product.folder / "good.png"
    matplotlib.image.imsave(good, np.random.default_rng(1).random((20, 20, 3)))
    broken = product.folder / "broken.png"
    broken.write_bytes(b"\x89PNG, or so it says")
    for date, file in (("2023-07-09", good), ("2023-05-30", broken)):
        name = f"S2A_33UWS_{date.replace('-', '')}_0_L2A"
        item = product.add(name, when=f"{date}T10:00:00Z")
        item.add_asset("thumbnail", pystac.Asset(str(file), media_type="image/png"))
    return product.save()


def test_each_candidate_has_a_frame_and_the_sheet_its_attribution(product: Product) -> None:
    table = find_scenes(
        open_catalogue(with_thumbnails(product)), SQUARE, "2023-05-01/2023-07-31", epsg=32633
    )
    figure = draw_thumbnails(table, columns=3)
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == ["2023-05-30 33UWS\n4 % cloud", "2023-07-09 33UWS\n4 % cloud", ""]
    assert [len(axes.images) for axes in figure.axes] == [0, 1, 0]
    assert figure.texts[0].get_text() == "contains modified Copernicus Sentinel data 2023"


def test_the_command_writes_them(product: Product, tmp_path: Path) -> None:
    place = ["--bounds", *map(str, SQUARE), "--epsg", "32633", "--dates", "2023-07-09"]
    sheet = tmp_path / "sheet.png"
    source = ["--catalogue", str(with_thumbnails(product)), "--thumbnails", str(sheet)]
    done = CliRunner().invoke(cli, ["scene", "search", *place, *source])
    assert done.exit_code == 0, done.output
    assert sheet.read_bytes().startswith(b"\x89PNG")
