"""A picture on the page."""

import base64
from dataclasses import dataclass


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
