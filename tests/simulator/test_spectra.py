"""The table of spectra: complete, honest about what was derived, and measured as it says."""

import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from s2kit.experiments import spectra as measure
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.nomenclature import PAPER
from s2kit.settings import authors_source
from s2kit.simulator.spectra import TABLE, VERGE, spectra_on
from s2kit.sources import AuthorsSource


def test_the_table_has_every_class_in_every_season() -> None:
    table = pd.read_csv(TABLE)

    assert set(table["season"]) == set(measure.GRASS)
    assert (table.groupby(["season", "code"]).size() == 11).all()
    assert len(table) == 11 * len(PAPER) * len(measure.GRASS)


def test_only_grassland_is_derived() -> None:
    table = pd.read_csv(TABLE)

    assert set(table.loc[table["pixels"] == 0, "code"]) == {6}


def test_on_a_seasons_day_the_table_itself_is_used() -> None:
    table = pd.read_csv(TABLE)
    day = int(table.loc[table["season"] == "high summer", "day"].iloc[0])
    date = datetime.date(2021, 1, 1) + datetime.timedelta(day - 1)

    found = spectra_on(date)

    means = table[(table["day"] == day) & (table["statistic"] == "mean")].set_index("code")
    for code in set(PAPER.codes) - set(VERGE):
        assert found.mean[code] == pytest.approx(means.loc[code, list(BAND_NAMES)].to_numpy(float))


def test_differences_between_and_inside_objects_make_up_the_covariance() -> None:
    table = pd.read_csv(TABLE)
    day = int(table.loc[table["season"] == "autumn", "day"].iloc[0])
    wanted = table[(table["day"] == day) & (table["code"] == 9)].iloc[1:][list(BAND_NAMES)]

    found = spectra_on(datetime.date(2022, 1, 1) + datetime.timedelta(day - 1))

    factors = found.between[9], found.within[9]
    assert sum(f @ f.T for f in factors) == pytest.approx(wanted.to_numpy(), abs=1e-8)


def test_leaves_come_in_spring() -> None:
    def ndvi(month: int, code: int) -> float:
        mean = spectra_on(datetime.date(2021, month, 15)).mean[code]
        return float((mean[6] - mean[2]) / (mean[6] + mean[2]))

    assert ndvi(2, 2) < 0.6 < 0.85 < ndvi(6, 2)
    assert ndvi(2, 1) > ndvi(2, 2)  # conifers stay green


@pytest.mark.usefixtures("mirror")
def test_the_committed_table_is_what_the_labelled_pixels_give() -> None:
    again, committed = measure.measure(authors_source()), pd.read_csv(TABLE)

    keys = ["season", "day", "code", "pixels", "statistic"]
    pd.testing.assert_frame_equal(again[keys], committed[keys])
    values = ["within", *BAND_NAMES]
    assert np.allclose(again[values], committed[values], rtol=2e-4, atol=1e-9)


@pytest.mark.usefixtures("mirror")
def test_no_test_scene_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    pixels = measure.labelled_pixels

    def note(authors: AuthorsSource, name: str) -> pd.DataFrame:
        read.append(name)
        return pixels(authors, name)

    monkeypatch.setattr(measure, "labelled_pixels", note)
    measure.measure(authors_source())

    assert len(read) == 7
    assert "strzegom_20230709" not in read


def test_without_the_archive_one_sentence_says_what_is_lacking(
    tmp_path: Path,
) -> None:
    with pytest.raises(measure.S2kitError, match=r"strzegom_20210619.* is not at hand"):
        measure.measure(AuthorsSource(tmp_path, address=None))
