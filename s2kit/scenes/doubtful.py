"""What makes reflectance doubtful that cannot be refused: said in warnings, one sentence each.

The bounds were chosen on the authors' scenes to train and validate on, the simulated ones and 24
Level-2A images of Ireland, Austria, Portugal, Finland, Denmark, Slovakia and Chile in all seasons;
none of them is warned of.
"""

import warnings
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from s2kit.errors import S2kitWarning
from s2kit.scenes.band_order import band_order_problem
from s2kit.scenes.offset import BOA_OFFSET, pixel_witness
from s2kit.scenes.plausible import FEW
from s2kit.scenes.radiometry import QUANTIFICATION
from s2kit.scenes.survey import ReflectanceSurvey
from s2kit.scenes.top_of_atmosphere import is_top_of_atmosphere

VEGETATION = (0.1, 0.6)
"""Near infrared reflectance of vegetation, the median of an image: 0.17 in Slovakia in February to
0.46 in Ireland in June. Another scale lies outside, if it differs by a factor of 3 to 5."""

NDVI = 0.6
"""Above it grows something, whatever the scale: a ratio does not change with it."""

BLACK = 0.05
"""Share of land (bright in B08) that may have a visible reflectance of 0 or less: 0.0012 in the
authors' winter scene, next to none elsewhere, half of it where the offset was taken off twice."""

Floats = npt.NDArray[np.float32]


def warn_of_doubts(
    values: Floats | ReflectanceSurvey, where: str, order_is_checked: bool = False
) -> None:
    """Warn of reflectance that is possible but not likely what it should be.

    Parameters
    ----------
    values
        Reflectance, float32 (10, height, width), NaN = no data; or a survey of it.
    where
        The file, for the message.
    order_is_checked
        Whether `s2kit.scenes.band_order` has looked at the bands already.

    Warns
    -----
    S2kitWarning
        One for each doubt: one number in all bands of a pixel, top of the atmosphere, another
        scale, an offset left in or taken off twice, names of bands that their spectra contradict.
    """
    survey = values if isinstance(values, ReflectanceSurvey) else ReflectanceSurvey.of(values)
    for doubt in _doubts(survey, order_is_checked):
        warnings.warn(f"{where}: {doubt}", S2kitWarning, stacklevel=4)


def _doubts(survey: ReflectanceSurvey, order_is_checked: bool) -> Iterator[str]:
    pixels = survey.spectra
    for doubt in (_one_number(survey), _brightness(pixels), _black_land(pixels)):
        if doubt is not None:
            yield doubt
    if is_top_of_atmosphere(survey):
        yield (
            "it looks like reflectance at the top of the atmosphere (Level-1C): blue is too "
            "bright in its darkest pixels; give Level-2A, which the networks were trained on"
        )
    elif pixel_witness(pixels[:, :, None] * np.float32(QUANTIFICATION))[0] == BOA_OFFSET:
        yield (
            "its darkest pixels lie near 0.1 in all visible bands: the radiometric offset seems "
            "to be left in; take 0.1 off, or give the digital numbers"
        )
    problem = None if order_is_checked else band_order_problem(survey)
    if problem is not None:
        yield f"the names of its bands and their spectra do not fit: {problem}; check the names"


def _one_number(survey: ReflectanceSurvey) -> str | None:
    _, height, width = survey.shape
    count = survey.one_number.count
    if count <= max(100, FEW * height * width):
        return None
    return (
        f"{count} pixels have one number in all ten bands, the first at "
        f"{survey.one_number.place}; if "
        "it stands for no data, declare it (gdal_edit.py -a_nodata)"
    )


def _brightness(pixels: Floats) -> str | None:
    red, infrared = pixels[2], pixels[6]
    green = (infrared > 0) & (infrared - red > NDVI * (infrared + red))
    if green.sum() < max(100, 0.01 * green.size):
        return None
    middle = float(np.median(infrared[green]))
    if VEGETATION[0] <= middle <= VEGETATION[1]:
        return None
    much = "too dark" if middle < VEGETATION[0] else "too bright"
    return (
        f"its vegetation is {much} for Sentinel-2 reflectance (median of B08 {middle:.3g}, usual "
        f"are 0.17 to 0.46); check the scale: reflectance 0 to 1, or × {QUANTIFICATION}"
    )


def _black_land(pixels: Floats) -> str | None:
    land = pixels[6] > 0.1
    if land.sum() < 100:
        return None
    share = float((pixels[:3, land].min(axis=0) <= 0).mean())
    if share <= BLACK:
        return None
    return (
        f"{share:.0%} of its land has a visible reflectance of 0 or less: an offset seems to be "
        "taken off that was not in; give the numbers as delivered"
    )
