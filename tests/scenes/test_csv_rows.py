"""Small tables written by hand, and what people do to them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s2kit.errors import S2kitError
from s2kit.scenes.csv_rows import read_rows

GOOD = "image,labels,split\na.tif,a.gpkg,train\n"


@pytest.fixture
def read(tmp_path):
    """Write bytes to a file, and read its rows."""

    def read(content: bytes, **options):
        path = tmp_path / "list.csv"
        path.write_bytes(content)
        return read_rows(path, ["image", "labels", "split"], **options)

    return read


def test_rows_are_numbered_as_a_spreadsheet_does(read):
    rows = read(GOOD.encode() + b"\n,,\nb.tif , b.gpkg,test\n", optional=["name"])
    assert rows == [
        (2, {"image": "a.tif", "labels": "a.gpkg", "split": "train", "name": ""}),
        (5, {"image": "b.tif", "labels": "b.gpkg", "split": "test", "name": ""}),
    ]


def test_a_mark_of_byte_order_windows_line_ends_and_capitals_do_no_harm(read):
    text = "\ufeffImage,Labels,SPLIT\r\na.tif,a.gpkg,train\r\n"
    assert read(text.encode()) == read(GOOD.encode())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"is empty; its first row must name the columns image, labels, split"),
        (b"\n\n", r"is empty"),
        (GOOD.encode("utf-16"), r"UTF-16 or no text; save it as CSV in UTF-8"),
        (GOOD.encode("utf-16-le"), r"UTF-16 or no text"),
        (GOOD.encode() + b"b.tif\0,b.gpkg,train\n", r"UTF-16 or no text"),
        (GOOD.encode() + "f\xe4lt.tif,b,train\n".encode("latin-1"), r"row 3 is not UTF-8"),
        (GOOD.replace(",", ";").encode(), r"separated by semicolons; save it with commas"),
        (GOOD.replace(",", "\t").encode(), r"separated by tabs"),
        (b"image,split\n", r"row 1 lacks the column labels"),
        (b"image,labels,split,image\n", r"row 1 names the column 'image' twice"),
        (b"image,labels,split,aera\n", r"row 1: column 'aera' is not known"),
        (GOOD.encode() + b"b.tif,b.gp", r"row 3: 2 values for 3 columns; complete the row"),
        (GOOD.encode() + b"b.tif,b,c,train\n", r"row 3: 4 values for 3 columns"),
        (GOOD.encode() + b'"b.tif,b.gpkg,train\n', r"row 3 cannot be read as CSV"),
        (GOOD.encode() + b"b" * 5000 + b",b,train\n", r"row 3 has a value longer than 4096"),
        (GOOD.encode() + b"b" * 200_000 + b",b,train\n", r"row 3 cannot be read as CSV"),
        (b"II*\x00\x08\x00\x00\x00", r"UTF-16 or no text"),
    ],
)
def test_bad_tables_end_in_one_sentence(read, content, message):
    with pytest.raises(S2kitError, match=message) as told:
        read(content)
    assert "\n" not in str(told.value)


def test_no_file_and_a_folder(tmp_path):
    with pytest.raises(S2kitError, match=r"none\.csv does not exist"):
        read_rows(tmp_path / "none.csv", ["image"])
    with pytest.raises(S2kitError, match=r"cannot be read \(Is a directory\)"):
        read_rows(tmp_path, ["image"])


@given(st.binary(max_size=200))
def test_any_bytes_are_rows_or_one_error(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("any") / "list.csv"
    path.write_bytes(content)
    try:
        rows = read_rows(path, ["a"], optional=None)
    except S2kitError:
        return
    assert all(number >= 2 and "a" in row for number, row in rows)
