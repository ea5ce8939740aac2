"""The optimiser, against singular value decompositions and PyTorch's own."""

import pytest
import torch
from torch import nn

from s2kit.network.muon import Muon, orthogonal


@pytest.mark.parametrize("shape", [(16, 90), (64, 64), (256, 2304), (40, 9)])
def test_singular_values_end_near_one_and_their_directions_stay(shape):
    torch.manual_seed(0)
    matrix = torch.randn(shape)
    u, _, v = torch.linalg.svd(matrix, full_matrices=False)
    result = orthogonal(matrix)
    in_old_directions = u.T @ result @ v.T
    values = in_old_directions.diagonal()
    assert values.min() > 0  # the least of a square matrix has a long way to go
    assert values.median() > 0.65
    assert values.max() < 1.25
    assert (in_old_directions - torch.diag(values)).abs().max() < 1e-3


def test_a_matrix_of_low_rank_and_zero_stay_finite():
    thin = torch.outer(torch.arange(1.0, 6), torch.arange(1.0, 9))
    assert torch.linalg.matrix_rank(orthogonal(thin), atol=0.1) == 1
    assert (orthogonal(torch.zeros(3, 4)) == 0).all()


def test_it_walks_where_pytorchs_muon_walks():
    torch.manual_seed(0)
    start, target = torch.randn(8, 20), torch.randn(8, 20)
    kernel = nn.Parameter(start.view(8, 5, 2, 2).clone())
    matrix = nn.Parameter(start.clone())
    ours = Muon([kernel], lr=0.05, weight_decay=0.1)
    theirs = torch.optim.Muon([matrix], lr=0.05, weight_decay=0.1)
    for _ in range(20):
        for parameter, optimiser in ((kernel, ours), (matrix, theirs)):
            optimiser.zero_grad()
            ((parameter.view(8, 20) - target) ** 2).sum().backward()
            optimiser.step()
    walked = (matrix - start).norm()
    assert (kernel.view(8, 20) - matrix).norm() < 0.02 * walked  # theirs rounds to bfloat16


def test_kernels_in_any_memory_format_take_the_same_step():
    torch.manual_seed(0)
    kernel, gradient = torch.randn(8, 4, 3, 3), torch.randn(8, 4, 3, 3)
    ends = []
    for memory_format in (torch.contiguous_format, torch.channels_last):
        parameter = nn.Parameter(kernel.clone(memory_format=memory_format))
        parameter.grad = gradient.clone(memory_format=memory_format)
        Muon([parameter], lr=0.1).step()
        ends.append(parameter.detach())
    torch.testing.assert_close(*ends)
    assert (ends[0] - kernel).abs().max() > 1e-3
