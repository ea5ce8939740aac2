"""Nomenclatures as values, JSON and tables; their colours as colour-blind readers see them."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from skimage.color import deltaE_ciede2000, rgb2lab

from s2kit.errors import S2kitError
from s2kit.scenes.nomenclature import (
    PAPER,
    WELL_SEPARATED,
    LandCoverClass,
    Nomenclature,
    nomenclature_of,
    read_nomenclature,
    require_same_classes,
    stored_nomenclature,
    with_nomenclature,
)

STANDARD = {c.code: c.colour for c in PAPER.classes}
SAFE = {c.code: c.safe for c in PAPER.classes}
# Machado, Oliveira & Fernandes (2009), severity 1, on linear RGB.
DEFICIENCIES = {
    "none": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def seen(palette, deficiency):
    """Return the colours of a palette in CIELAB, as they look with a deficiency."""
    codes = [[int(palette[c][at : at + 2], 16) / 255 for at in (1, 3, 5)] for c in sorted(palette)]
    rgb = np.array(codes)
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(linear @ np.array(DEFICIENCIES[deficiency]).T, 0, 1)
    return rgb2lab(
        np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    )


def most_alike(palette, deficiency):
    """Return the smallest difference of two classes."""
    colours = seen(palette, deficiency)
    return min(deltaE_ciede2000(a, b) for a, b in combinations(colours, 2))


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_the_safe_palette_keeps_all_classes_apart(deficiency):
    assert most_alike(SAFE, deficiency) > 17.5


def test_the_safe_palette_is_safer_than_the_standard_one():
    standard, safe = (
        min(most_alike(palette, each) for each in DEFICIENCIES) for palette in (STANDARD, SAFE)
    )
    assert standard < 12 < 17.5 < safe


@pytest.mark.parametrize(("number", "difference"), [(12, 13), (24, 9)])
def test_colours_given_to_classes_without_one_are_told_apart(number, difference):
    palette = dict(enumerate(("#ffffff", *WELL_SEPARATED[:number])))
    assert min(most_alike(palette, each) for each in DEFICIENCIES) > difference


def numbered(codes):
    """Return a nomenclature with these codes, and colours of no matter."""
    return Nomenclature(
        "numbered",
        tuple(
            LandCoverClass(c, f"class {c}", f"c{c}", f"#0000{c:02x}", f"#0100{c:02x}")
            for c in codes
        ),
    )


@given(st.sets(st.integers(1, 255), min_size=2), st.data())
def test_positions_undo_codes(codes, data):
    nomenclature = numbered(codes)
    assert nomenclature.codes == tuple(sorted(codes))
    values = np.array(data.draw(st.lists(st.sampled_from([0, *codes]), min_size=1)))
    for dtype in ("uint8", "int64", "float64"):
        places = nomenclature.positions(values.astype(dtype))
        assert np.array_equal(places == -1, values == 0)
        back = np.array(nomenclature.codes)[places]
        assert np.array_equal(np.where(places == -1, 0, back), values)


@pytest.mark.parametrize("strange", [30, -1, 256, 266, 10.5, np.nan])
def test_numbers_that_are_no_code_are_refused(strange):
    told = "the mask holds .*, which is no class of numbered; known codes: 10, 20, 40"
    with pytest.raises(S2kitError, match=told):
        numbered((10, 20, 40)).positions([10, strange], "the mask")


def test_a_class_is_found_by_its_code():
    nomenclature = numbered((40, 10, 20))
    assert [nomenclature.position(code) for code in (10, 20, 40)] == [0, 1, 2]
    assert nomenclature[40].name == "class 40"
    assert (40 in nomenclature, 1 in nomenclature, 0 in nomenclature) == (True, False, False)
    with pytest.raises(S2kitError, match="1 is no class of numbered; the codes are 10, 20, 40"):
        nomenclature[1]


def test_nomenclatures_are_equal_by_their_classes():
    assert numbered((3, 1)) == Nomenclature("another title", numbered((1, 3)).classes)
    assert len({numbered((3, 1)), numbered((1, 3)), numbered((1, 2))}) == 2
    assert Nomenclature.from_json(numbered((3, 200)).to_json()) == numbered((3, 200))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"title": "t", "classes": 3}',
        '{"title": "t", "classes": []}',
        PAPER.to_json().replace('"code": 1,', '"code": "1",'),
        PAPER.to_json().replace('"code": 1,', '"code": true,'),
        PAPER.to_json().replace('"code": 1,', '"code": 2,'),
        PAPER.to_json().replace('"safe"', '"safer"'),
        PAPER.to_json().replace(PAPER[8].colour, "blue"),
    ],
)
def test_json_that_is_no_nomenclature_is_refused(text):
    with pytest.raises(S2kitError):
        Nomenclature.from_json(text)


def test_a_raster_carries_its_nomenclature_but_not_the_papers():
    raster = xr.DataArray(np.zeros((2, 2), "uint8"), dims=("y", "x"), attrs={"area": "here"})
    own = with_nomenclature(raster, numbered((1, 2)))
    assert nomenclature_of(own.isel(y=0)) == numbered((1, 2))
    assert nomenclature_of(raster) == PAPER
    assert with_nomenclature(own, PAPER).attrs == {"area": "here"}


def test_classes_are_the_same_whatever_their_colours():
    red = Nomenclature("red", (LandCoverClass(1, "class 1", "c", "#ff0000", "#ff0000"), PAPER[2]))
    blue = Nomenclature("blue", (LandCoverClass(1, "class 1", "c", "#0000ff", "#0000ff"), PAPER[2]))
    require_same_classes(red, blue)
    with pytest.raises(S2kitError, match="of red and of the paper differ, for instance in 1"):
        require_same_classes(red, PAPER)


def table(folder: Path, text: str | bytes) -> Path:
    """Write a table of classes."""
    path = folder / "mine.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_table_of_classes_may_name_codes_and_names_only(tmp_path):
    mine = read_nomenclature(table(tmp_path, "code,name\n20,łąki\n10,a very long name of forest\n"))
    assert (mine.title, mine.codes) == ("mine", (10, 20))
    assert mine.names == ("a very long name of forest", "łąki")
    assert [c.short for c in mine.classes] == ["a very long name", "łąki"]
    assert {c.colour for c in mine.classes} == set(WELL_SEPARATED[:2])


def test_a_table_may_say_everything_in_any_order(tmp_path):
    rows = (
        "\ufeffName, Code ,safe_colour,colour,short",
        '"crops, ripe",4,#00FF00,#0a0B0c,ripe',
        "",
        "water,7,,,",
    )
    mine = read_nomenclature(table(tmp_path, "\r\n".join(rows)))
    assert mine[4] == LandCoverClass(4, "crops, ripe", "ripe", "#0a0B0c", "#00FF00")
    assert mine[7] == LandCoverClass(7, "water", "water", WELL_SEPARATED[0], WELL_SEPARATED[0])


def test_names_that_would_be_cut_alike_stay_whole(tmp_path):
    names = "vegetation of the spring", "vegetation of the summer"
    mine = read_nomenclature(table(tmp_path, f"code,name\n1,{names[0]}\n2,{names[1]}\n"))
    assert tuple(c.short for c in mine.classes) == names


BAD_TABLES = {
    "header only": ("code,name\n", "has no rows of classes"),
    "empty": ("", "row 1: there is no column 'code'"),
    "one class": ("code,name\n1,a\n", "has one class only"),
    "no name column": ("code,title\n1,a\n", "row 1: there is no column 'name'"),
    "unknown column": ("code,name,color\n1,a,#000000\n", "column 'color' is unknown; the columns"),
    "column twice": ("code,name,name\n1,a,b\n", "column 'name' is there twice"),
    "semicolons": ("code;name\n1;a\n2;b\n", "is separated by semicolons"),
    "latin-1": ("code,name\n1,łąka\n2,b\n".encode("cp1250"), "is not UTF-8"),
    "utf-16": ("code,name\n1,a\n2,b\n".encode("utf-16"), "is not UTF-8"),
    "open quotation": ('code,name\n1,"a\n2,b\n', "is no CSV table"),
    "huge field": ("code,name\n1," + "a" * 200_000 + "\n2,b\n", "is no CSV table"),
    "NUL": ("code,name\n1,a\x00\n2,b\n", "row 2, column 'name': .* is no name"),
    "missing cell": ("code,name\n1\n2,b\n", "row 2 has 1 cells where the header has 2"),
    "bare comma": ("code,name\n1,a,b\n2,b\n", "row 2 has 3 cells where the header has 2"),
    "code 0": ("code,name\n1,a\n0,b\n", "row 3, column 'code': 0 means no data"),
    "code 256": ("code,name\n1,a\n256,b\n", "row 3, column 'code': 256 is no whole number"),
    "code 1.0": ("code,name\n1.0,a\n2,b\n", r"row 2, column 'code': '1\.0' is no whole number"),
    "code -1": ("code,name\n-1,a\n2,b\n", "row 2, column 'code': '-1' is no whole number"),
    "no code": ("code,name\n,a\n2,b\n", "row 2, column 'code': '' is no whole number"),
    "code twice": ("code,name\n\n7,a\n07,b\n", "row 4, column 'code': '07' stands in row 3 too"),
    "name twice": ("code,name\n1,A\n2,a\n", "row 3, column 'name': 'a' stands in row 2 too"),
    "long name": (f"code,name\n1,{'a' * 101}\n2,b\n", "'name': 101 letters are too many"),
    "no name": ("code,name\n1, \n2,b\n", "row 2, column 'name': '' is no name"),
    "colour name": (
        "code,name,colour\n1,a,red\n2,b,\n",
        "row 2, column 'colour': 'red' is no colour",
    ),
    "white": (
        "code,name,colour\n1,a,#FFFFFF\n2,b,\n",
        "column 'colour': #ffffff is the colour of no",
    ),
    "short colour": ("code,name,safe_colour\n1,a,#fff\n2,b,\n", "column 'safe_colour': '#fff'"),
    "colour twice": (
        "code,name,colour\n1,a,#00ff00\n2,b,#00FF00\n",
        "row 3, column 'colour': '#00FF00' stands in row 2 too",
    ),
    "too many without colour": (
        "code,name\n" + "".join(f"{k},c{k}\n" for k in range(1, 26)),
        "column 'colour': 25 classes have no colour and there are 24 to give",
    ),
}


@pytest.mark.parametrize(("text", "told"), BAD_TABLES.values(), ids=BAD_TABLES)
def test_bad_tables_are_told_by_row_and_column(tmp_path, text, told):
    path = table(tmp_path, text)
    with pytest.raises(S2kitError, match=told) as error:
        read_nomenclature(path)
    assert str(error.value).startswith(str(path))
    assert "\n" not in str(error.value)


def test_a_table_that_is_not_there_is_told(tmp_path):
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(S2kitError, match="cannot be read"):
            read_nomenclature(path)


def test_files_with_the_papers_classes_in_earlier_colours_get_those_of_today():
    earlier = PAPER.to_json().replace(PAPER[8].colour, "#0a6fd6")
    assert stored_nomenclature(earlier) is PAPER
    own = numbered((1, 2))
    assert stored_nomenclature(own.to_json()) == own
