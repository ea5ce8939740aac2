"""What the training labels already gave away about the test scene.

Training and test scenes of one footprint differ in date only. A forest that was labelled in
training is the same forest in the test: a map could remember the place and not look at the image.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr

from s2kit.accuracy.confusion import pixel_matrix, require_same_grid
from s2kit.accuracy.metrics import overall_accuracy
from s2kit.errors import S2kitError
from s2kit.scenes.nomenclature import NO_DATA, common_nomenclature


def label_memory(masks: Sequence[xr.DataArray]) -> xr.DataArray:
    """Map each pixel to its commonest training label, without looking at any image.

    Parameters
    ----------
    masks
        training masks on one grid, codes, dims (y, x), 0 = unlabelled.

    Returns
    -------
    xarray.DataArray
        codes, uint8, dims (y, x); 0 where never labelled; a tie goes to the smallest code.

    Raises
    ------
    S2kitError
        for no masks, or masks on different grids.
    """
    if not masks:
        raise S2kitError("there is no training mask to remember; give those of the footprint")
    for mask in masks[1:]:
        require_same_grid(masks[0], mask)
    stack = np.stack([mask.to_numpy() for mask in masks])
    codes = np.array(common_nomenclature(masks).codes)
    votes = np.stack([(stack == code).sum(axis=0) for code in codes])
    commonest = np.where(votes.any(axis=0), codes[votes.argmax(axis=0)], NO_DATA)
    return masks[0].copy(data=commonest.astype("uint8"))


def seen_and_unseen(
    class_map: xr.DataArray, reference: xr.DataArray, memory: xr.DataArray
) -> pd.DataFrame:
    """Split overall accuracy by whether a test pixel was labelled in training.

    Parameters
    ----------
    class_map, reference, memory
        map, test mask and `label_memory` of the training masks, on one grid.

    Returns
    -------
    pandas.DataFrame
        index seen, unseen, all; columns ``pixels`` (labelled test pixels with map data) and
        ``OA`` (0 to 1, NaN where there are none).
    """
    require_same_grid(reference, memory)
    rows = {}
    for name, part in {
        "seen": reference.where(memory.to_numpy() != NO_DATA, NO_DATA),
        "unseen": reference.where(memory.to_numpy() == NO_DATA, NO_DATA),
        "all": reference,
    }.items():
        matrix = pixel_matrix(class_map, part)
        rows[name] = {"pixels": int(matrix.to_numpy().sum()), "OA": overall_accuracy(matrix)}
    return pd.DataFrame.from_dict(rows, orient="index")
