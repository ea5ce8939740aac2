"""Exercises of chapter 1: scenes."""

import numpy as np
import xarray as xr

from s2kit.exercises.exercise import PER_CENT, Exercise

NOT_NAN = "NaN was counted. Divide by the number of known values: scene.count()."


def _scene() -> tuple[xr.DataArray]:
    values = np.array([[0.1, 0.7, np.nan], [0.65, np.nan, 0.2], [0.3, 0.9, 0.1]])
    return (xr.DataArray(values, dims=("y", "x")),)


EXERCISES = {
    "1.1": Exercise(
        solve=lambda dn, offset: (dn.astype("float32") - offset) / 10_000,
        hint="Subtract the offset from dn, then divide by 10 000.",
        mistakes=(
            (
                lambda dn, offset: (dn - np.uint16(offset)) / 10_000,
                "900 - 1000 came out above 6: unsigned integers do not go below 0. "
                "Turn dn into float32 before you subtract.",
            ),
            (lambda dn, offset: dn / 10_000, "The offset is still in: subtract it."),
            (
                lambda dn, offset: dn / 10_000 - offset,
                "The offset is in digital numbers: subtract it before you divide.",
            ),
            (
                lambda dn, offset: (offset - dn.astype("float32")) / 10_000,
                "The sign is turned round: dn minus offset.",
            ),
        ),
        example=lambda: (np.array([900, 1000, 4000], dtype="uint16"), 1000),
    ),
    "1.2": Exercise(
        solve=lambda scene: float((scene > 0.6).sum() / scene.count()),
        hint="Count what is above 0.6, and divide by the number of known values: scene.count().",
        mistakes=(
            (lambda scene: float((scene > 0.6).mean()), NOT_NAN),
            (lambda scene: 100 * float((scene > 0.6).sum() / scene.count()), PER_CENT),
            (
                lambda scene: int((scene > 0.6).sum()),
                "That is a number of values, not a share: divide by scene.count().",
            ),
            (
                lambda scene: float((scene <= 0.6).sum() / scene.count()),
                "That is the share that is kept. Asked is what lies above 0.6.",
            ),
        ),
        example=_scene,
    ),
    "1.3": Exercise(
        solve=lambda baseline: 1000 if float(baseline) >= 4 else 0,
        hint="Compare the baseline, as a number, with 4.",
        one_by_one=True,
        mistakes=(
            (
                lambda baseline: 1000 if float(baseline) > 4 else 0,
                "Baseline 04.00 itself already has the offset: use >=.",
            ),
            (
                lambda baseline: 0 if float(baseline) >= 4 else 1000,
                "Turned round: the newer products carry the offset.",
            ),
            (
                lambda baseline: 0.1 if float(baseline) >= 4 else 0,
                "A tenth is the offset in reflectance; asked is that in digital numbers.",
            ),
            (
                lambda baseline: float(baseline) >= 4,
                "True or False is no offset: return 1000 or 0.",
            ),
        ),
        example=lambda: ("02.14", "03.01", "04.00", "05.00"),
    ),
}
