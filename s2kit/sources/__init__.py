"""Sources of scenes: the authors' archive, a catalogue, the simulator.

Each is an object with `list`, `available`, `fetch`, `record` and `open`; several can be open at
once.
"""

from s2kit.sources.authors import AuthorsSource
from s2kit.sources.catalogue import CatalogueSource
from s2kit.sources.opening import SOURCES, open_source
from s2kit.sources.simulated import SimulatedSource
from s2kit.sources.source import NoSceneError, Source

__all__ = [
    "SOURCES",
    "AuthorsSource",
    "CatalogueSource",
    "NoSceneError",
    "SimulatedSource",
    "Source",
    "open_source",
]
