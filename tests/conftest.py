"""Fixtures shared by all tests."""

from collections.abc import Callable, Iterator
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
import pytest
import rioxarray  # noqa: F401 - gives arrays their .rio
import torch
import xarray as xr

from s2kit.scenes.bands import BAND_NAMES, TWENTY_METRE
from s2kit.settings import elsewhere as elsewhere_setting
from s2kit.settings import mirror as mirror_setting


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the authors' archive: ``-m archive`` runs these tests alone."""
    for item in items:
        if "mirror" in getattr(item, "fixturenames", ()):
            item.add_marker("archive")


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep every test away from the user's data: ``S2KIT_HOME`` is an empty folder."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("S2KIT_HOME", str(home))
    return home


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> Iterator[None]:
    """Networks of tests' size spend more time in handing work between threads than in the work."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(autouse=True)
def still_one_thread() -> Iterator[None]:
    """A process that is forked while PyTorch uses several threads waits for ever."""
    yield
    torch.set_num_threads(1)


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch) -> Path:
    """The mirror of the authors' archive; the test is skipped where there is none."""
    folder = mirror_setting()
    if folder is None:
        pytest.skip("needs the authors' archive: set S2KIT_MIRROR to a mirror of it")
    monkeypatch.setenv("S2KIT_DATA", "authors")
    return folder


@pytest.fixture
def elsewhere() -> Path:
    """The folder of the places outside Strzegom; the test is skipped where there is none."""
    folder = elsewhere_setting()
    if folder is None:
        pytest.skip("needs the places outside Strzegom: set S2KIT_ELSEWHERE to a folder of them")
    return folder


@pytest.fixture
def grid() -> xr.DataArray:
    """6 × 8 pixels of 10 m in UTM zone 33, upper left corner at (500 000, 5 600 060)."""
    values = xr.DataArray(
        np.zeros((6, 8), "uint8"),
        dims=("y", "x"),
        coords={"y": 5_600_055.0 - 10 * np.arange(6), "x": 500_005.0 + 10 * np.arange(8)},
        name="small",
    )
    return values.rio.write_crs(32633)


@pytest.fixture(autouse=True)
def closed_figures() -> Iterator[None]:
    """Draw without a screen, and leave no figure open."""
    mpl.use("agg")
    yield
    plt.close("all")


@pytest.fixture
def scene() -> xr.DataArray:
    """Make 30 × 40 pixels of vegetation with a dark corner and one pixel without data."""
    values = np.full((10, 30, 40), 0.05, dtype=np.float32)
    values[6:8] = 0.4
    values[:, :5, :5] = 0.0
    values[:, -1, -1] = np.nan
    scene = xr.DataArray(
        values,
        dims=("band", "y", "x"),
        coords={
            "band": list(BAND_NAMES),
            "y": 5652245.0 - 10 * np.arange(30),
            "x": 585425.0 + 10 * np.arange(40),
        },
        name="strzegom_20230709",
        attrs={
            "date": "2023-07-09",
            "area": "strzegom",
            "source": "authors",
            "attribution": "contains modified Copernicus Sentinel data 2023",
        },
    )
    return scene.rio.write_crs(32633)


SPECTRA = (
    (0.012, 0.013, 0.009, 0.010, 0.011, 0.011, 0.010, 0.010, 0.006, 0.004),  # deep water
    (0.018, 0.033, 0.021, 0.059, 0.185, 0.230, 0.240, 0.255, 0.120, 0.056),  # wood
    (0.028, 0.053, 0.035, 0.091, 0.296, 0.410, 0.430, 0.440, 0.155, 0.070),  # growing crops
    (0.050, 0.080, 0.082, 0.130, 0.207, 0.231, 0.246, 0.252, 0.209, 0.150),  # stubble
    (0.089, 0.120, 0.149, 0.170, 0.187, 0.195, 0.210, 0.213, 0.245, 0.215),  # bare soil
)
"""Reflectance of the ten bands, as in the authors' images."""


@pytest.fixture
def landscape() -> Callable[..., npt.NDArray[np.float32]]:
    """Make fields of real spectra: reflectance (10, height, width), seeded; 20 m bands doubled."""

    def make(height: int = 60, width: int = 60, seed: int = 0) -> npt.NDArray[np.float32]:
        rng = np.random.default_rng(seed)
        fields = rng.choice(5, (height // 6 + 1, width // 6 + 1), p=(0.1, 0.2, 0.3, 0.2, 0.2))
        cover = np.kron(fields, np.ones((6, 6), int))[: height + 1, : width + 1]
        values = np.asarray(SPECTRA, np.float32).T[:, cover]
        values = values * rng.normal(1, 0.05, cover.shape) + rng.normal(0, 0.0005, values.shape)
        for index, name in enumerate(BAND_NAMES):
            if name in TWENTY_METRE:
                values[index] = (
                    values[index, ::2, ::2].repeat(2, 0).repeat(2, 1)[: height + 1, : width + 1]
                )
        return values[:, :height, :width].astype(np.float32)

    return make


@pytest.fixture
def class_map(scene: xr.DataArray) -> xr.DataArray:
    """Make a map of the scene: water in the corner, crops elsewhere, no data where it has none."""
    layer = scene.isel(band=0, drop=True)
    codes = np.where(layer.values == 0, 8, 9) * np.isfinite(layer.values)
    return layer.copy(data=codes.astype(np.uint8))
