"""The digitising widget: polygons drawn over a false colour composite."""

from s2kit.benchmarks.digitise.drawing import PERMANENT
from s2kit.benchmarks.digitise.widget import Digitiser

__all__ = ["PERMANENT", "Digitiser"]
