"""Fine-tuning of a network's decoder on the labels of one image.

The encoder and the statistics of all batch norms stay; decoder and head are tuned. What the network
knew is kept by learning without forgetting (Li & Hoiem 2017): beside the labels it is taught what
the old network said of all pixels around them, which needs no scene that a user does not have.
It takes less than a minute, so there is no checkpoint.
"""

import copy

import numpy as np
import torch
import xarray as xr
from torch import Tensor
from torch.nn import functional

from s2kit.errors import S2kitError
from s2kit.network.losses import crop_mean_loss
from s2kit.network.patches import Patches, class_weights, to_tensors
from s2kit.network.training import training_device
from s2kit.network.unet import UNet
from s2kit.scenes.nomenclature import NO_DATA
from s2kit.scenes.statistics import image_statistics

STEPS = 100
LEARNING_RATE = 1e-3  # the peak of one cycle of AdamW
BATCH = 5
CROP = 64  # pixels; a labelled square is small, and a smaller crop costs less
GAIN_JITTER = 0.05  # as in the recipes
CLASS_BALANCE = 0.5  # class weights are (1 / frequency) ** CLASS_BALANCE
KEEP = 0.3  # how much the old network's word counts beside the labels


def tuned_on(network: UNet, scene: xr.DataArray, mask: xr.DataArray, seed: int) -> UNet:
    """Return a copy of the network whose decoder is tuned on the labels of a mask."""
    device = training_device()
    old = copy.deepcopy(network).to(device).eval()
    tuned = copy.deepcopy(network).to(device)
    tuned.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    tuned.eval().encoder.requires_grad_(False)  # eval: batch norms keep their statistics
    labelled = around(network, scene, mask)
    step = 2**network.depth
    crop = min(CROP, *(size // step * step for size in labelled[1].shape))
    patches = _equal_chances(Patches([labelled], crop, BATCH, GAIN_JITTER, seed))
    weights = class_weights([labelled[1]], CLASS_BALANCE, network.nomenclature).to(device)
    moved = [p for p in tuned.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(moved, LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, LEARNING_RATE, total_steps=STEPS, cycle_momentum=False
    )
    for _ in range(STEPS):
        images, targets = patches.draw()
        images = images.to(device, memory_format=torch.channels_last)
        with torch.no_grad():
            said = old(images).softmax(dim=1)
        logits = tuned(images)
        forgotten = functional.cross_entropy(logits, said)
        loss = crop_mean_loss(logits, targets.to(device), weights) + KEEP * forgotten
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    if not all(p.isfinite().all() for p in moved):
        raise S2kitError(
            f"{scene.name or 'the image'}: the loss is no number any more; check its reflectance, "
            "or adapt other weights"
        )
    tuned.requires_grad_(True)
    tuned.load_state_dict({name: tensor.half() for name, tensor in tuned.state_dict().items()})
    tuned.cpu()
    return tuned


def around(network: UNet, scene: xr.DataArray, mask: xr.DataArray) -> tuple[Tensor, Tensor]:
    """Return input and target of the labelled part of the scene: a whole tile would take 10 GB."""
    step = 2**network.depth
    windows = []
    for axis, size in ((1, mask.shape[0]), (0, mask.shape[1])):
        found = np.flatnonzero((mask.to_numpy() != NO_DATA).any(axis=axis))
        first = max(0, found[0] - CROP) // step * step
        windows.append(slice(first, min(size, found[-1] + 1 + CROP)))
    rows, columns = windows
    part = scene.isel(y=rows, x=columns), mask.isel(y=rows, x=columns)
    return to_tensors(*part, network.scaling, image_statistics(scene))


def _equal_chances(patches: Patches) -> Patches:
    """Let every class be drawn as often as the others, however few pixels it has."""
    (positions,), (_, target) = patches.positions, patches.labelled[0]
    codes = target[positions[:, 0], positions[:, 1]]
    groups = [positions[codes == code] for code in codes.unique()]
    most = max(map(len, groups))
    repeated = [each.repeat(-(-most // len(each)), 1)[:most] for each in groups]
    patches.positions = [torch.cat(repeated)]
    return patches
