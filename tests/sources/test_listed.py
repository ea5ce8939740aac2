"""A list of one's own scenes: what is read, and every mistake in its row and column."""

import shutil

import numpy as np
import pytest
import rasterio
from own_files import LEFT, write_fields, write_image, write_mask

from s2kit.errors import S2kitError
from s2kit.sources.labelled import ReadOptions, labelled_scenes
from s2kit.sources.listed import pairs_from, read_scene_list


@pytest.fixture
def folder(tmp_path):
    """Three dates of one place, their fields, and a place far away."""
    for seed, name in enumerate(("may", "june", "july")):
        write_image(tmp_path / f"{name}.tif", seed)
    write_image(tmp_path / "far.tif", 9, left=LEFT + 90_000)
    write_fields(tmp_path / "fields.gpkg")
    write_fields(tmp_path / "one.gpkg", labels=(9, 9))
    write_fields(tmp_path / "other.gpkg", labels=(9, 4))
    (tmp_path / "text.tif").write_text("no image")
    return tmp_path


@pytest.fixture
def listed(folder):
    """Write rows below a header, and read the list."""

    def listed(*rows, header="image,labels,split"):
        (folder / "mine.csv").write_text("\n".join([header, *rows]) + "\n")
        return read_scene_list(folder / "mine.csv")

    return listed


def test_a_list_of_scenes_by_split(listed):
    scenes = labelled_scenes(
        listed(
            "may.tif,fields.gpkg,train,2023-05-20,home,spring",
            "june.tif,fields.gpkg,Validation,,,",
            "july.tif,fields.gpkg,test,,,",
            header="image,labels,split,date,area,name",
        )
    )
    assert {split: list(part) for split, part in scenes.by_split.items()} == {
        "train": ["spring"],
        "validation": ["june"],
        "test": ["july"],
    }
    scene, mask = scenes.part("train")["spring"]
    assert (scene.attrs["date"], scene.attrs["area"]) == ("2023-05-20", "home")
    assert scene.dims == ("band", "y", "x")
    assert 0 < float(scene.mean()) < 1
    assert sorted(np.unique(mask)) == [0, 5, 9]
    assert scenes.warnings == ()


def test_absolute_paths_folders_and_backslashes(folder, listed):
    (folder / "data").mkdir()
    shutil.move(folder / "may.tif", folder / "data" / "may.tif")
    rows = ("data\\may.tif,./data/../fields.gpkg,train", f"{folder / 'june.tif'},fields.gpkg,test")
    assert [scene.image.name for scene in listed(*rows)] == ["may.tif", "june.tif"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], r"mine\.csv lists no scene; add a row"),
        (["none.tif,fields.gpkg,train"], r"row 2, column image: .*none\.tif does not exist"),
        (["may.tif,none.gpkg,train"], r"row 2, column labels: .*none\.gpkg does not exist"),
        (["may.tif,,train"], r"row 2, column labels is empty; name a file"),
        (["may.tif,fields.gpkg,training"], r"row 2, column split: 'training' is unknown; write"),
        (["may.tif,fields.gpkg,test"], r"no row has the split train"),
        (["../may.tif,fields.gpkg,train"], r"column image: '\.\./may\.tif' leads out of the list"),
        (
            ["may.tif,a/../../fields.gpkg,train"],
            r"column labels: .* leads out of the list",
        ),
        (["..\\may.tif,fields.gpkg,train"], r"leads out of the list's folder; move the file"),
        (
            ["may.tif,fields.gpkg,train", "may.tif,fields.gpkg,train"],
            r"row 3, column image: the same image as in .*row 2; delete one of them",
        ),
        (
            ["may.tif,fields.gpkg,train", "", "may.tif,one.gpkg,test"],
            r"row 4, column image: .*row 2, once for train and once for test; an accuracy",
        ),
        (["may.tif,fields.gpkg,train,july"], r"row 2: 4 values for 3 columns"),
    ],
)
def test_mistakes_in_a_list(listed, rows, message):
    with pytest.raises(S2kitError, match=message):
        listed(*rows)


def test_more_mistakes_in_a_list(folder, listed):
    shutil.copy(folder / "may.tif", folder / "copy.tif")
    (folder / "link.tif").symlink_to("may.tif")
    for same in ("copy.tif", "link.tif", str(folder / "may.tif")):
        with pytest.raises(S2kitError, match="once for train and once for validation"):
            listed("may.tif,fields.gpkg,train", f"{same},fields.gpkg,validation")
    with pytest.raises(S2kitError, match=r"row 2, column date: '20\.5\.2023' is no date"):
        listed("may.tif,fields.gpkg,train,20.5.2023", header="image,labels,split,date")
    rows = ("may.tif,fields.gpkg,train,a", "june.tif,fields.gpkg,test,a")
    with pytest.raises(S2kitError, match=r"row 3: the name 'a' belongs to .*row 2 too"):
        listed(*rows, header="image,labels,split,name")
    with pytest.raises(S2kitError, match=r"row 1: column 'lables' is not known|lacks the column"):
        listed("may.tif,fields.gpkg,train", header="image,lables,split")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["text.tif,fields.gpkg,train"], r"row 2, column image: .*text\.tif is no readable raster"),
        (["may.tif,text.tif,train"], r"row 2, column labels: .*text\.tif is no readable raster"),
        (["far.tif,fields.gpkg,train"], r"row 2, column labels: .*does not overlap its image"),
        (["may.tif,one.gpkg,train"], r"all labels for training are of class 9; label at least two"),
        (
            ["may.tif,fields.gpkg,train", "may_again.tif,fields.gpkg,test"],
            r"row 3, column image: the same pixels as the image of .*row 2 \(train\)",
        ),
        (["dark.tif,fields.gpkg,train"], r"row 2, column image: .*has no pixel with data"),
    ],
)
def test_mistakes_in_images_and_labels(folder, listed, rows, message):
    write_image(folder / "may_again.tif", 0, compress="deflate")
    with rasterio.open(write_image(folder / "dark.tif", 0), "r+") as file:
        file.write(np.zeros((10, 64, 64), "uint16"))
    with pytest.raises(S2kitError, match=message) as told:
        labelled_scenes(listed(*rows))
    assert "\n" not in str(told.value)


def test_a_class_that_one_split_lacks_is_a_warning(listed):
    rows = ("may.tif,fields.gpkg,train", "june.tif,other.gpkg,validation")
    assert labelled_scenes(listed(*rows)).warnings == (
        "warning: labelled for training but not for validation: class 5; "
        "the validation figure says nothing of it",
        "warning: labelled for validation but not for training: class 4; "
        "the validation figure says nothing of it",
    )


def test_options_reach_images_and_labels(folder, listed):
    scenes = listed("may.tif,fields.gpkg,train")
    with pytest.raises(S2kitError, match=r"column labels: .*has no column 'DN'"):
        labelled_scenes(scenes, ReadOptions(label_column="DN"))
    with pytest.raises(S2kitError, match=r"column image: .*cannot tell the radiometric offset"):
        labelled_scenes(scenes, ReadOptions(offset=1000))


def test_pairs_are_training_scenes(folder):
    write_mask(folder / "mask.tif", np.full((64, 64), 5))
    images = [folder / "may.tif", folder / "june.tif"]
    pairs = pairs_from(images, [folder / "fields.gpkg", folder / "mask.tif"])
    assert [(pair.name, pair.split) for pair in pairs] == [("may", "train"), ("june", "train")]
    assert list(labelled_scenes(pairs).part("train")) == ["may", "june"]


def test_pairs_that_do_not_fit(folder):
    may, fields = folder / "may.tif", folder / "fields.gpkg"
    for images, polygons, message in (
        ([may], [], "1 images and 0 files of labels; give each --image its --polygons"),
        ([], [fields], "0 images and 1 files of labels"),
        ([folder / "none.tif"], [fields], r"--image .*none\.tif does not exist"),
        ([may], [folder / "none.gpkg"], r"--polygons .*none\.gpkg does not exist"),
        ([may, may], [fields, fields], r"--image .*may\.tif: the same image as in --image"),
    ):
        with pytest.raises(S2kitError, match=message):
            pairs_from(images, polygons)
    with pytest.raises(S2kitError, match=r"^--image .*far\.tif --polygons: .*does not overlap"):
        labelled_scenes(pairs_from([folder / "far.tif"], [fields]))
