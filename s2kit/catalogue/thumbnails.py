"""The candidates' small pictures on one sheet."""

import io
import math
from pathlib import Path

import matplotlib.image
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from s2kit.catalogue.signing import Sign, Signer
from s2kit.catalogue.web import fetch
from s2kit.errors import S2kitError


def draw_thumbnails(table: pd.DataFrame, columns: int = 4) -> Figure:
    """Draw the thumbnails of candidate scenes, each with date, tile and cloud cover.

    Parameters
    ----------
    table
        As `search.find_scenes` returns it.
    columns
        Pictures in a row.

    Returns
    -------
    Figure
        Carries the Copernicus attribution; an item whose thumbnail is missing or unreadable has an
        empty frame that says so.
    """
    sign = Signer()
    rows = max(1, math.ceil(len(table) / columns))
    figure, axes = plt.subplots(
        rows, columns, figsize=(2.4 * columns, 2.7 * rows), squeeze=False, layout="constrained"
    )
    for frame in axes.flat:
        frame.set_axis_off()
    for (_, row), frame in zip(table.iterrows(), axes.flat, strict=False):
        cloud = "?" if pd.isna(row["cloud"]) else f"{row['cloud']:.0f}"
        frame.set_title(f"{row['date']} {row['tile']}\n{cloud} % cloud", fontsize=8)
        try:
            frame.imshow(_picture(row["thumbnail"], sign))
        except (S2kitError, OSError, SyntaxError) as error:  # Pillow: a broken PNG
            reason = "no thumbnail" if row["thumbnail"] is None else str(error)
            frame.text(0.5, 0.5, reason[:80], ha="center", va="center", fontsize=6, wrap=True)
    years = ", ".join(sorted({date[:4] for date in table["date"]}))
    figure.text(0.99, 0.005, _attribution(years), ha="right", va="bottom", fontsize=6)
    return figure


def _attribution(years: str) -> str:
    return f"contains modified Copernicus Sentinel data {years}"


def _picture(href: str | None, sign: Sign) -> object:
    if not href:
        raise S2kitError("no thumbnail")
    if href.startswith(("http://", "https://", "s3://")):
        content = fetch(sign(href, False)).content
    else:
        content = Path(href).read_bytes()
    kind = "png" if content.startswith(b"\x89PNG") else "jpeg"
    return matplotlib.image.imread(io.BytesIO(content), format=kind)
