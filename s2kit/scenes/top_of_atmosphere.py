"""Whether reflectance was measured at the ground or at the top of the atmosphere."""

import numpy as np
import numpy.typing as npt

from s2kit.scenes.survey import ReflectanceSurvey


def is_top_of_atmosphere(values: npt.NDArray[np.float32] | ReflectanceSurvey) -> bool:
    """Tell whether reflectance looks like that of Level-1C, at the top of the atmosphere.

    Air scatters blue light into every pixel: the darkest hundredth of B02 then lies above 0.06,
    and at least 0.015 above that of B04, with B03 in between. In eight Level-1C images the first
    is 0.069 to 0.190 and the second 0.033 to 0.059; in 31 of Level-2A without snow at most 0.033
    and 0.005. Snow, bright in blue and dark in the short-wave infrared, is left out.

    Parameters
    ----------
    values
        Reflectance, (10, height, width), NaN = no data; or a survey of it.
    """
    survey = values if isinstance(values, ReflectanceSurvey) else ReflectanceSurvey.of(values)
    pixels = survey.spectra
    if pixels.shape[1] < 100:
        return False
    blue, green, red = np.percentile(pixels[:3], 1, axis=1)
    snow = np.median(pixels[8]) < np.median(pixels[2])
    return bool(blue > 0.06 and blue - red > 0.015 and red < green < blue and not snow)
