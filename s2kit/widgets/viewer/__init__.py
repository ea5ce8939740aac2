"""Rasters in the browser: what the widgets of all rooms have in common.

Layers travel to the browser as bytes, cut and thinned to what is seen; there they are drawn on a
canvas that is panned and zoomed. Nothing is fetched from elsewhere.
"""

from s2kit.widgets.viewer.widget import MapWidget, javascript, stylesheet
from s2kit.widgets.viewer.windows import Window, overview

__all__ = ["MapWidget", "Window", "javascript", "overview", "stylesheet"]
