"""A picture on the page."""

import base64
from dataclasses import dataclass

import numpy as np

from scenarios.runner.results import Run, column


@dataclass(frozen=True)
class Shown:
    """A picture or plot on the page: its data as a URL, its caption and what it shows in words."""

    source: str
    caption: str
    wide: bool = False


def plot(image: bytes, caption: str, wide: bool = False) -> Shown:
    """An SVG with its caption."""
    return Shown(data_url(image, "image/svg+xml"), caption, wide)


def data_url(data: bytes, kind: str) -> str:
    """The data of a picture as a URL, so that the page needs no other file."""
    return f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"


def along_density(run: Run) -> bool:
    """Whether there are states to compare: one alone makes no curve."""
    return int(np.isfinite(column(run.rows, "density_g_cm3")).sum()) > 1
