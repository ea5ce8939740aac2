import pytest
import torch


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    """Networks this small spend more time in handing work between threads than in the work."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
