"""Temperature scaling: make a network's confidence agree with how often it is right."""

import numpy as np
import torch
import xarray as xr

from s2kit.accuracy.calibration import fit_temperature
from s2kit.maps.classify import class_probabilities
from s2kit.network.unet import UNet
from s2kit.scenes.nomenclature import NO_DATA, nomenclature_of, require_same_classes


def calibrate(network: UNet, scene: xr.DataArray, mask: xr.DataArray) -> float:
    """Temperature scaling: divide the logits by a fitted T.

    Guo, Pleiss, Sun, Weinberger (2017), On Calibration of Modern Neural Networks. T is the number
    with the lowest cross-entropy on a labelled scene; the class of no pixel changes at one look.
    The last layer is linear, so its weights and bias take the division over, and the network
    needs nothing beside it to be calibrated. T is fitted to one look (``turns=False``); a mean of
    several softmaxes has no temperature of its own.

    Parameters
    ----------
    network
        A trained network; its head is changed in place, and its card notes the ``temperature``.
    scene, mask
        A scene it was not trained on (band, y, x), and its labels (y, x), 0 = unlabelled.

    Returns
    -------
    float
        The temperature; above 1 if the network was too sure of itself.

    Raises
    ------
    S2kitError
        If scene or classes do not suit the network, or no pixel with data is labelled.

    Examples
    --------
    >>> from s2kit.scenes.bands import BAND_NAMES
    >>> bands = np.random.default_rng(0).uniform(0, 0.4, (10, 16, 16)).astype("float32")
    >>> scene = xr.DataArray(bands, {"band": list(BAND_NAMES)}, ("band", "y", "x"))
    >>> mask = xr.DataArray(np.full((16, 16), 5, "uint8"), dims=("y", "x"))
    >>> calibrate(UNet(width=2, depth=1, scaling="fixed"), scene, mask) > 0
    True
    """
    require_same_classes(network.nomenclature, nomenclature_of(mask))
    probabilities = class_probabilities(network, scene, turns=False).to_numpy()
    labelled = (mask.to_numpy() != NO_DATA) & np.isfinite(probabilities[0])
    # Logarithms of probabilities are logits but for one number per pixel, which softmax ignores.
    logits = np.log(np.maximum(probabilities[:, labelled].T, 1e-12))
    temperature = fit_temperature(logits, mask.to_numpy()[labelled], network.nomenclature)
    with torch.no_grad():
        for parameter in network.head.parameters():
            parameter.div_(temperature)
    network.card["temperature"] = temperature * network.card.get("temperature", 1.0)
    return temperature
