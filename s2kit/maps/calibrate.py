"""Make a trained network as sure as it is right; no class that it sees at one look changes."""

import numpy as np
import torch
import xarray as xr

from s2kit.accuracy.calibration import fit_temperature
from s2kit.maps.classify import class_probabilities
from s2kit.network.unet import UNet
from s2kit.scenes.nomenclature import NO_DATA


def calibrate(network: UNet, scene: xr.DataArray, mask: xr.DataArray) -> float:
    """Divide a network's logits by the temperature that suits a labelled scene best.

    The last layer is linear, so its weights and bias take the division over, and the network
    needs nothing beside it to be calibrated. It is fitted to one look at the scene
    (``turns=False``); a mean of several softmaxes knows no temperature of its own.

    Parameters
    ----------
    network
        A trained network; its head is changed in place.
    scene, mask
        A scene it was not trained on (band, y, x), and its labels (y, x), 0 = unlabelled.

    Returns
    -------
    float
        The temperature; above 1 if the network was too sure of itself.

    Raises
    ------
    S2kitError
        If the scene does not suit the network, or no pixel with data is labelled.
    """
    probabilities = class_probabilities(network, scene, turns=False).to_numpy()
    labelled = (mask.to_numpy() != NO_DATA) & np.isfinite(probabilities[0])
    # Logarithms of probabilities are logits but for one number per pixel, which softmax ignores.
    logits = np.log(np.maximum(probabilities[:, labelled].T, 1e-12))
    temperature = fit_temperature(logits, mask.to_numpy()[labelled])
    with torch.no_grad():
        for parameter in network.head.parameters():
            parameter.div_(temperature)
    return temperature
