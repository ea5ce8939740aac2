"""The ten Sentinel-2 bands of the paper, in its order.

Central wavelengths and resolutions: Sentinel-2A, MSI technical guide, ESA.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Band:
    """One band: its name, native resolution in metres, central wavelength in nanometres."""

    name: str
    resolution: int
    wavelength: int


BANDS = (
    Band("B02", 10, 493),
    Band("B03", 10, 560),
    Band("B04", 10, 665),
    Band("B05", 20, 704),
    Band("B06", 20, 741),
    Band("B07", 20, 783),
    Band("B08", 10, 833),
    Band("B8A", 20, 865),
    Band("B11", 20, 1614),
    Band("B12", 20, 2202),
)
BAND_NAMES = tuple(b.name for b in BANDS)
TEN_METRE = tuple(b.name for b in BANDS if b.resolution == 10)
TWENTY_METRE = tuple(b.name for b in BANDS if b.resolution == 20)
