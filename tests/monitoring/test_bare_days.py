import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import rasterio
import xarray as xr
from small_series import class_map, field_series

import s2kit
from s2kit.monitoring.erosivity import erosive_share, read_erosivity
from s2kit.monitoring.figures import (
    animate_maps,
    show_areas,
    show_bare_days,
    show_calendar,
    show_outlines,
)
from s2kit.monitoring.outputs import write_bare_days, write_stack
from s2kit.monitoring.quarries import (
    class_areas_by_date,
    extent_by_date,
    swapped,
    worth_of_dates,
)

DATES = ["2023-04-01", "2023-05-01", "2023-06-01"]


@pytest.fixture
def stack():
    return field_series([5, 9, 9], DATES)


def test_a_map_has_bounds_and_a_mean(stack):
    found = s2kit.bare_days(stack)
    assert found.high.max() == 30
    assert 0 < float(found.bare_days.max()) < 40
    assert float(found.deviation.min()) > 0


def test_pixels_never_seen_stay_without_a_number(stack):
    codes = stack.copy()
    codes[:, 0, 0] = 0
    found = s2kit.bare_days(codes)
    assert np.isnan(found.bare_days[0, 0])
    assert s2kit.smooth(codes)[:, 0, 0].values.tolist() == [0, 0, 0]


def test_a_lazy_stack_gives_the_same(stack):
    lazy = stack.chunk({"y": 5})
    xr.testing.assert_allclose(s2kit.bare_days(lazy).compute(), s2kit.bare_days(stack))


@pytest.mark.parametrize(
    ("season", "says"),
    [
        (("2023-06-01", "2023-04-01"), "ends before it begins"),
        (("2019-06-01", "2020-04-01"), "no date lies in the season"),
        (("June", "2020-04-01"), "no date"),
    ],
)
def test_a_season_that_is_none_is_refused(stack, season, says):
    with pytest.raises(s2kit.S2kitError, match=says):
        s2kit.bare_days(stack, season=season)


def test_other_classes_need_rates_of_their_own(stack, tmp_path):
    table = tmp_path / "mine.csv"
    table.write_text("code,name\n5,bare\n9,covered\n")
    own = stack.assign_attrs(nomenclature=s2kit.read_nomenclature(table).to_json())
    with pytest.raises(s2kit.S2kitError, match=r"table of your own"):
        s2kit.bare_days(own)


def test_files_open_with_georeference_and_style(tmp_path, stack):
    write_bare_days(tmp_path / "bare.tif", s2kit.bare_days(stack))
    write_stack(tmp_path / "stack.nc", stack)
    with rasterio.open(tmp_path / "bare.tif") as file:
        assert (file.count, file.crs.to_epsg()) == (2, 32633)
        assert file.descriptions[1] == "bare days, standard deviation"
    assert "singlebandpseudocolor" in (tmp_path / "bare.qml").read_text()
    with xr.open_dataset(tmp_path / "stack.nc", engine="scipy") as found:
        assert found.land_cover.dims == ("time", "y", "x")
        assert (found.land_cover[0] == 5).all()
        assert "GeoTransform" in found.spatial_ref.attrs


def test_quarries_gain_and_lose_and_carry_an_interval():
    first, second = np.full((10, 10), 5), np.full((10, 10), 5)
    first[:2], second[:3] = 10, 10
    stack = s2kit.stack_maps([class_map(first, DATES[0]), class_map(second, DATES[1])])
    matrix = pd.DataFrame(0, index=s2kit.PAPER.codes, columns=s2kit.PAPER.codes)
    matrix.loc[10, 10], matrix.loc[10, 5], matrix.loc[5, 5] = 45, 5, 50
    found = extent_by_date(stack, matrix)
    assert found.mapped.tolist() == [0.2, 0.3]
    assert found.gain.iloc[1] == pytest.approx(0.1)
    assert found.loss.iloc[1] == 0
    assert found.area.tolist() == pytest.approx([0.18, 0.27])
    assert (found.low < found.area).all()


def test_more_dates_tell_soil_from_quarries():
    truth = class_map(np.full((4, 4), 10), DATES[0])
    maps = [class_map(np.full((4, 4), code), day) for code, day in zip((5, 10, 10), DATES,
                                                                       strict=True)]  # fmt: skip
    stack = s2kit.stack_maps(maps)
    assert swapped(maps[0], truth)["quarry as soil"] == 16
    found = worth_of_dates(stack, truth, DATES[0], counts=(1, 3))
    assert found["quarry as soil"].tolist() == [16, 0]
    with pytest.raises(s2kit.S2kitError, match=r"no date of the stack"):
        worth_of_dates(stack, truth, "2020-01-01")


def test_erosivity_weighs_months(tmp_path):
    curve = read_erosivity()
    july = np.zeros(12)
    july[6] = 31
    assert erosive_share(july, curve) == pytest.approx(curve[7])
    path = tmp_path / "rain.csv"
    path.write_text("month,share\n1,2\n")
    with pytest.raises(s2kit.S2kitError, match=r"1 months.*give all 12"):
        read_erosivity(path)
    path.write_text("month,share\n13,2\n")
    with pytest.raises(s2kit.S2kitError, match=r"row 2: give each month"):
        read_erosivity(path)


def test_pictures_say_what_is_simulated(tmp_path, stack):
    simulated = stack.assign_attrs(source="simulated", attribution="simulated data")
    shares = np.eye(10)[np.array([[4, 8], [8, 8], [8, 3]])]
    for draw in (
        lambda: show_calendar(shares, simulated),
        lambda: show_bare_days(s2kit.bare_days(simulated)),
        lambda: show_areas(class_areas_by_date(simulated), simulated),
        lambda: show_outlines(simulated, s2kit.example_scene(12), 5),
    ):
        draw()
        assert "(simulated)" in plt.gcf().axes[0].get_title(loc="left")
        plt.close()
    animate_maps(tmp_path / "maps.gif", simulated)
    assert (tmp_path / "maps.gif").read_bytes().startswith(b"GIF89a")
