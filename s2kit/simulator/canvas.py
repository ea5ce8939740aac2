"""The ground as things: what lies where, and which class each thing is."""

from dataclasses import dataclass, field

import numpy as np

from s2kit.simulator.grid import Array


@dataclass
class Canvas:
    """A raster of object numbers (int32), painted layer upon layer, and each object's class code.

    An object is one field, one stand of trees, one building, one stretch of road: what a person
    would draw a polygon around, and what has one colour on one date. Object 0 is unused.
    """

    objects: Array
    codes: list[int] = field(default_factory=lambda: [0])

    def lay(self, labels: Array, code: int) -> None:
        """Paint every label of ``labels`` (0 leaves what is there) as a new object."""
        there = labels > 0
        _, new = np.unique(labels[there], return_inverse=True)
        if new.size:
            self.objects[there] = new + len(self.codes)
            self.codes += [code] * (int(new.max()) + 1)
