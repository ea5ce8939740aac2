import numpy as np
import pytest

import s2kit
from s2kit.experiments.series_elsewhere import BELGIUM, bare_shares, belgian_series, ndvi
from s2kit.network.unet import UNet
from s2kit.settings import elsewhere

HERE = elsewhere()


def test_green_fields_have_a_high_ndvi():
    index = ndvi(s2kit.example_scene(72))
    growing, bare = index[34:38, 58:62].mean(), index[34:38, 2:6].mean()
    assert growing > 0.5 > bare


def test_shares_add_up():
    network = UNet(width=2, depth=1, scaling="both").eval()
    row = bare_shares([s2kit.example_scene(48)], network).iloc[0]
    assert row.both + row.bare_but_green == pytest.approx(row.mapped_bare)
    assert row.both + row.sparse_not_bare == pytest.approx(row["sparse"])


def test_a_missing_series_says_where_it_was_looked_for(tmp_path):
    with pytest.raises(s2kit.S2kitError, match=r"is not at hand; set S2KIT_ELSEWHERE"):
        belgian_series(tmp_path)


@pytest.mark.skipif(
    HERE is None or not (HERE / BELGIUM).is_file(), reason="the Belgian series is not at hand"
)
def test_empty_months_are_left_out():
    found = belgian_series(HERE)
    assert [scene.attrs["date"] for scene in found][:2] == ["2020-11-01", "2021-02-01"]
    assert found[0].shape == (10, 100, 100)
    assert np.nanmedian(found[0].sel(band="B08")) == pytest.approx(0.2086, rel=1e-3)
