"""A few small scenes: the manifest's, cut to a corner."""

import dataclasses
import datetime

from s2kit.scenes.manifest import SceneRecord, read_manifest


def small(name: str, width: int = 128, height: int = 117) -> SceneRecord:
    """A scene of the manifest cut to its upper left corner; the edge stays off the 20 m grid."""
    record = read_manifest()[name]
    left, _, _, top = record.bounds
    bounds = (left, top - 10 * height, left + 10 * width, top)
    return dataclasses.replace(record, bounds=bounds, width=width, height=height)


def some_scenes() -> list[SceneRecord]:
    """Two dates of one area, before and after the offset, and one of another area."""
    before, after = small("strzegom_20210619"), small("strzegom_20230709")
    assert before.date < datetime.date(2022, 1, 25) < after.date
    return [before, after, small("kolbuszowa_20210725")]
