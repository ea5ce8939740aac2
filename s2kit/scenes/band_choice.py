"""Which bands of a file are the paper's ten: by name, as the caller says, or assumed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from s2kit.errors import S2kitError
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.nodata import alpha_band

NAME = re.compile(r"B(0?\d|1[0-2]|8A)", re.IGNORECASE)
"""A Sentinel-2 band as products and people write it: B2, b02, B8A."""


@dataclass(frozen=True)
class Choice:
    """The bands of a file in the paper's order, and what the file declares about them.

    Attributes
    ----------
    indexes
        Their numbers in the file, from 1.
    assumed
        Whether nobody named them.
    declared
        Scale and offset (reflectance = number x scale + offset); (1, 0) where there are none.
    no_data
        The no-data value that the file declares for them, or None.
    """

    indexes: tuple[int, ...]
    assumed: bool
    declared: tuple[float, float]
    no_data: float | None


def choose_bands(path: object, dataset: Any, names: Sequence[str] | None = None) -> Choice:
    """Choose the ten bands of an open dataset; ``names``: those of its bands, in its order.

    Raises
    ------
    S2kitError
        If a band is missing or named twice, or the names contradict the file's own.
    """
    alpha = alpha_band(dataset)
    if alpha is not None and NAME.fullmatch(dataset.descriptions[alpha - 1] or ""):
        alpha = None  # a writer's guess: the band has a name of its own
    numbers = [number for number in dataset.indexes if number != alpha]
    own = [dataset.descriptions[number - 1] or "" for number in numbers]
    own_names = [_normal(name) for name in own if NAME.fullmatch(name)]
    given = [_normal(name) for name in names] if names is not None else None
    if given is not None and own_names and [_normal(name) for name in own] != given:
        _refuse_contradiction(path, own, given)
    if own_names:
        found = [_normal(name) for name in own]
    elif given is not None:
        found = given
    elif len(numbers) == len(BAND_NAMES):
        found = list(BAND_NAMES)
    else:
        raise S2kitError(
            f"{path} has {len(numbers)} bands without names; name them in the file's order with "
            "--bands B02,B03,… or bands=[…]"
        )
    twice = [name for name in BAND_NAMES if found.count(name) > 1]
    if not set(BAND_NAMES) <= set(found) or len(found) != len(numbers) or twice:
        raise S2kitError(
            f"{path} has {len(numbers)} bands named {', '.join(given or own)}; "
            f"it needs all of {', '.join(BAND_NAMES)}, each once"
        )
    indexes = tuple(numbers[found.index(name)] for name in BAND_NAMES)
    return Choice(indexes, not own_names and given is None, *_declared(path, dataset, indexes))


def _normal(name: str) -> str:
    """Return B02 for B2 or b02."""
    name = name.strip().upper()
    return f"B0{name[1]}" if re.fullmatch(r"B\d", name) else name


def _refuse_contradiction(path: object, own: list[str], given: list[str]) -> None:
    raise S2kitError(
        f"{path} names its bands {', '.join(name or 'nothing' for name in own)}, not "
        f"{', '.join(given)}; leave --bands or bands= out, or correct the file's names"
    )


def _declared(
    path: object, dataset: Any, indexes: Sequence[int]
) -> tuple[tuple[float, float], float | None]:
    scales = {(dataset.scales[i - 1], dataset.offsets[i - 1]) for i in indexes}
    values = {str(dataset.nodatavals[i - 1]): dataset.nodatavals[i - 1] for i in indexes}
    if len(scales) > 1 or len(values) > 1:
        raise S2kitError(
            f"{path} declares scales {sorted(scales)} and no-data values {', '.join(values)}; "
            "give all bands the same"
        )
    kinds = sorted({dataset.dtypes[i - 1] for i in indexes})
    if len(kinds) > 1:
        raise S2kitError(f"{path} has bands of {' and '.join(kinds)}; give all bands one data type")
    ((scale, shift),) = scales
    (no_data,) = values.values()
    return (float(scale), float(shift)), None if no_data is None else float(no_data)
