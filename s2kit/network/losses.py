"""What a network is trained by and chosen by: the loss of a batch, the accuracy on a scene."""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from s2kit.benchmarks.agreement import confusion_counts, mean_f1
from s2kit.network.patches import IGNORE


def crop_mean_loss(
    logits: Tensor, targets: Tensor, weights: Tensor, label_smoothing: float = 0.0
) -> Tensor:
    """Return the cross-entropy of a batch in which every crop counts the same.

    A mean over all labelled pixels of the batch would leave next to nothing to a crop from a
    scene where little is labelled: a tenth as much in Kolbuszowa as in Strzegom.

    Parameters
    ----------
    logits
        float32 (N, classes, H, W).
    targets
        int64 (N, H, W), place of the class in the nomenclature, ``IGNORE`` where unlabelled.
    weights
        float32 (classes,), how much a pixel of each class counts within its crop.
    label_smoothing
        Share of the target that is spread over all classes.
    """
    losses = functional.cross_entropy(
        logits, targets, weights, ignore_index=IGNORE, reduction="none",
        label_smoothing=label_smoothing,
    )  # fmt: skip
    pixel_weights = torch.where(targets != IGNORE, weights[targets.clamp(min=0)], 0)
    crops = losses.flatten(1).sum(dim=1) / pixel_weights.flatten(1).sum(dim=1).clamp(min=1e-6)
    return crops.mean()


@torch.inference_mode()
def evaluate(network: nn.Module, image: Tensor, target: Tensor) -> tuple[float, float, float]:
    """Return cross-entropy, overall accuracy and mean F1 over the labelled pixels of a scene.

    The mean F1 is `s2kit.benchmarks.agreement.mean_f1`, over the classes that are labelled.
    """
    device = next(network.parameters()).device
    network.eval()
    batch = image[None].to(device, memory_format=torch.channels_last)
    logits, target = network(batch).float(), target[None].to(device)
    loss = functional.cross_entropy(logits, target, ignore_index=IGNORE)
    valid = target != IGNORE
    mapped, right = (codes[valid].cpu().numpy() for codes in (logits.argmax(dim=1), target))
    counts = confusion_counts(mapped, right, logits.shape[1])
    return loss.item(), float(np.trace(counts) / counts.sum()), mean_f1(counts)
