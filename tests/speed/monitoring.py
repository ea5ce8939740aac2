"""Measure bare days of a large stack, or print the table of errors in simulated years.

    python tests/speed/monitoring.py [DATES [SIDE]]
    python tests/speed/monitoring.py --errors [FIELDS [DRAWS]]

The first writes DATES (100) simulated class maps of SIDE × SIDE (2000) pixels, and computes the
bare days of each pixel from the files, without the classification: seconds and peak memory. Clouds
hide three pixels in ten. The second prints error and coverage by revisit interval and cloud rate,
the mean of twelve SIMULATED years.
"""

import datetime
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import rasterio

from s2kit.experiments.calendars import CHECK_YEARS, calendar_codes, error_table
from s2kit.monitoring.bare_days import bare_days
from s2kit.monitoring.outputs import write_bare_days
from s2kit.monitoring.stack import open_stack


def write_maps(folder: Path, dates: int, side: int) -> list[Path]:
    """Write class maps of fields of 40 × 40 pixels, with errors and clouds."""
    random = np.random.default_rng(0)
    fields = random.permutation((side // 40 + 1) ** 2).reshape(side // 40 + 1, -1)
    calendar, paths = calendar_codes(2031, fields.size, [7]), []
    for k in range(dates):
        day = k * len(calendar) // dates
        date = datetime.date(2031, 1, 1) + datetime.timedelta(day)
        codes = calendar[day][np.kron(fields, np.ones((40, 40), int))[:side, :side]]
        wrong = random.random(codes.shape, np.float32)
        codes = np.where(wrong < 0.1, random.integers(1, 11, codes.shape), codes)
        codes = np.where(wrong > 0.7, 0, codes).astype("uint8")
        paths.append(folder / f"map_{date:%Y%m%d}.tif")
        with rasterio.open(
            paths[-1], "w", driver="GTiff", count=1, height=side, width=side, dtype="uint8",
            crs="EPSG:32633", transform=rasterio.Affine(10, 0, 499_980, 0, -10, 5_700_000),
            tiled=True, blockxsize=256, blockysize=256, compress="deflate", zlevel=1, nodata=0,
        ) as file:  # fmt: skip
            file.write(codes, 1)
    return paths


def measure(dates: int, side: int) -> None:
    """Print seconds and peak memory."""
    with tempfile.TemporaryDirectory() as name:
        paths = write_maps(Path(name), dates, side)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
        start, used = time.perf_counter(), time.process_time()
        found = bare_days(open_stack(paths))
        write_bare_days(Path(name) / "bare_days.tif", found)
        seconds, used = time.perf_counter() - start, time.process_time() - used
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    print(
        f"{dates} dates of {side} × {side} pixels: {seconds:.0f} s ({used:.0f} s of one core), "
        f"peak {peak:.2f} GB (writing the maps: {before:.2f})"
    )


def errors(fields: int, draws: int) -> None:
    """Print the table of errors, the mean of `CHECK_YEARS`."""
    pd.set_option("display.width", 120, "display.max_columns", 20)
    print(f"SIMULATED, {len(CHECK_YEARS)} years, {fields} fields each; days and shares")
    print(error_table(fields=fields, draws=draws).round(2))


def main(arguments: list[str]) -> None:
    """Measure, or print the table."""
    if arguments[:1] == ["--errors"]:
        errors(*(int(each) for each in [*arguments[1:], *("100", "200")[len(arguments) - 1 :]]))
    else:
        measure(*(int(each) for each in [*arguments, *("100", "2000")[len(arguments) :]]))


if __name__ == "__main__":
    main(sys.argv[1:])
