"""Ten land cover classes of farming country from one Sentinel-2 image.

One folder per chapter of the course: scenes, benchmarks, network, maps, accuracy.
"""

__version__ = "0.1.0"
