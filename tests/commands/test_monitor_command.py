import geopandas as gpd
import numpy as np
import pandas as pd
from click.testing import CliRunner

import s2kit
from s2kit.commands.monitor import monitor


def write_series(folder):
    scene = s2kit.example_scene(48)
    mask = s2kit.rasterise(s2kit.example_polygons(48), scene)
    for month, code in ((4, 5), (6, 9), (8, 5)):
        field = mask.copy(data=np.where(mask == 5, code, mask).astype("uint8"))
        s2kit.write_class_map(folder / f"map_2023{month:02d}01.tif", field)
    fields = s2kit.example_polygons(48)
    fields.to_file(folder / "fields.gpkg")


def test_a_folder_and_one_command_give_maps_tables_and_parcels(tmp_path):
    write_series(tmp_path)
    out = tmp_path / "year"
    arguments = [str(tmp_path), "--parcels", str(tmp_path / "fields.gpkg"), "--out", str(out)]
    result = CliRunner().invoke(monitor, arguments)
    assert result.exit_code == 0, result.output
    table = gpd.read_file(out / "parcels.gpkg")
    assert table.sequence.tolist() == ["1", "3", "4", "5-9-5"]
    field = table.iloc[3]
    assert field.bare_low < field.bare_days < field.bare_high
    assert pd.read_csv(out / "parcels.csv").parcel.tolist() == [1, 2, 3, 4]
    assert pd.read_csv(out / "areas.csv").shape == (3, 11)
    for name in ("bare_days.tif", "bare_days.qml", "calendar.png", "stack.nc", "quarries.csv"):
        assert (out / name).stat().st_size > 0

    again = CliRunner().invoke(monitor, [str(tmp_path), "--out", str(out)])
    assert "parcels.gpkg is of a run before" in again.output
