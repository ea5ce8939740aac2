"""The digitising widget: polygons drawn over a false colour composite."""

from s2kit.widgets.digitiser.drawing import PERMANENT
from s2kit.widgets.digitiser.widget import Digitiser

__all__ = ["PERMANENT", "Digitiser"]
