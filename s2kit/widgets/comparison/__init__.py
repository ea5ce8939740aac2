"""The comparison widget: layers of one footprint swiped, blended or side by side."""

from s2kit.widgets.comparison.widget import Comparison

__all__ = ["Comparison"]
