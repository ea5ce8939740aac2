"""The labelling widget: random points, one by one, over the scene."""

from s2kit.widgets.labelling.widget import Labeller

__all__ = ["Labeller"]
