"""The scene classification (SCL) of Level-2A: which pixels show the ground.

Codes: Sentinel-2 Level-2A Algorithm Theoretical Basis Document, table of the classification map.
"""

import numpy as np
from numpy.typing import NDArray

SCL_CLASSES = {
    0: "no data",
    1: "saturated or defective",
    2: "topographic shadow",
    3: "cloud shadow",
    4: "vegetation",
    5: "not vegetated",
    6: "water",
    7: "unclassified",
    8: "cloud, medium probability",
    9: "cloud, high probability",
    10: "thin cirrus",
    11: "snow or ice",
}

CLOUDY = (3, 8, 9, 10)
"""Cloud, cirrus and cloud shadow: the ground is not seen, or not as it is."""

INVALID = (0, 1, *CLOUDY)
"""What a valid mask leaves out."""


def cloudy(scl: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Tell which pixels are cloud, cirrus or cloud shadow; ``scl`` of any shape, NaN = no data.

    Examples
    --------
    >>> import numpy as np
    >>> cloudy(np.array([3.0, 4.0, 9.0, np.nan]))  # shadow, vegetation, cloud, no data
    array([ True, False,  True, False])
    """
    return np.isin(scl, CLOUDY)


def valid(scl: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Tell which pixels show the ground; NaN (no data) does not.

    Examples
    --------
    >>> import numpy as np
    >>> valid(np.array([3.0, 4.0, 9.0, np.nan]))
    array([False,  True, False, False])
    """
    invalid: NDArray[np.bool_] = np.isin(scl, INVALID) | np.isnan(scl)
    return ~invalid
