"""Muon: momentum whose update is made orthogonal, matrix by matrix.

Keller Jordan and others (2024), Muon: An optimizer for hidden layers in neural networks,
https://kellerjordan.github.io/posts/muon/. PyTorch has one too, for matrices only; it multiplies
in bfloat16, which is slow where the processor has no instructions for it.
"""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

QUINTIC = (3.4445, -4.7750, 2.0315)
"""Coefficients of Jordan's polynomial; applied five times it takes singular values near to 1."""


class Muon(torch.optim.Optimizer):
    """Step along the orthogonal part of the momentum: every direction of a kernel moves alike.

    In a plain gradient the directions on which most pixels agree drown the others.

    Parameters
    ----------
    kernels
        Convolution kernels (out, in, height, width), each taken as a matrix of ``out`` rows.
    lr
        Length of a step, in units of the singular values.
    weight_decay
        Each step takes away this share of the kernel, times lr.
    momentum
        Share of itself that the running gradient keeps, Nesterov's way.
    """

    def __init__(
        self,
        kernels: Iterable[Tensor],
        lr: float,
        weight_decay: float = 0.0,
        momentum: float = 0.95,
    ) -> None:
        super().__init__(kernels, {"lr": lr, "weight_decay": weight_decay, "momentum": momentum})

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> None:  # type: ignore[override]
        """Move every kernel that has a gradient; ``closure`` is not supported."""
        if closure is not None:
            raise ValueError("Muon takes no closure; compute the gradients before the step")
        for group in self.param_groups:
            for kernel in group["params"]:
                if kernel.grad is None:
                    continue
                state = self.state[kernel]
                if not state:
                    state["momentum"] = torch.zeros_like(kernel)
                running = state["momentum"].mul_(group["momentum"]).add_(kernel.grad)
                ahead = kernel.grad + group["momentum"] * running
                matrix = ahead.flatten(1)
                rows, columns = matrix.shape
                length = group["lr"] * max(1, rows / columns) ** 0.5
                kernel.mul_(1 - group["lr"] * group["weight_decay"])
                kernel.add_(orthogonal(matrix).view_as(ahead), alpha=-length)


def orthogonal(matrix: Tensor, iterations: int = 5) -> Tensor:
    """Return roughly U Vᵀ of a matrix U S Vᵀ: all singular values between 0.68 and 1.13.

    Newton-Schulz iterations, X ← a X + b X Xᵀ X + c (X Xᵀ)² X. All of them are polynomials of the
    first X Xᵀ times X, so only the small square matrices are multiplied again and again.
    """
    if matrix.shape[0] > matrix.shape[1]:
        return orthogonal(matrix.T, iterations).T
    matrix = matrix / (matrix.norm() + 1e-7)
    a, b, c = QUINTIC
    square = matrix @ matrix.T
    identity = torch.eye(len(square), dtype=square.dtype, device=square.device)
    factor = identity
    for _ in range(iterations):
        polynomial = a * identity + b * square + c * square @ square
        factor = polynomial @ factor
        square = polynomial @ square @ polynomial
    return factor @ matrix
