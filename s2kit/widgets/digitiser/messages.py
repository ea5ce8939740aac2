"""Polygons in the messages between browser and kernel: lists of rings of coordinates."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from s2kit.errors import S2kitError
from s2kit.widgets.digitiser.drawing import Shape


def geometry_of(parts: Sequence[Sequence[Sequence[Sequence[float]]]]) -> shapely.Geometry:
    """Make a polygon, or several, of rings of coordinates: for each part outline and holes."""
    try:
        polygons = [shapely.Polygon(rings[0], rings[1:]) for rings in parts]
    except ValueError as error:  # fewer than three vertices
        raise S2kitError(f"this is no outline ({error}); set three vertices or more") from error
    if not np.isfinite(shapely.get_coordinates(polygons)).all():
        raise S2kitError("this is no outline (a coordinate is no number); draw it again")
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)


def message_of(number: int, shape: Shape) -> dict[str, Any]:
    """Describe a polygon to the browser: number, class, rings of coordinates, whether valid."""
    parts = [
        [shapely.get_coordinates(ring).tolist() for ring in (part.exterior, *part.interiors)]
        for part in shapely.get_parts(shape.geometry)
        if not part.is_empty
    ]
    valid = bool(shape.geometry.is_valid)
    return {"number": number, "label": shape.label, "parts": parts, "valid": valid}
