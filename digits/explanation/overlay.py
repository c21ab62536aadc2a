"""Heatmaps as people see them: their colours, and where they lie on the person's own picture."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from digits.common import quiet_matplotlib  # noqa: F401
from digits.picture.decoding import Picture, decode_picture
from digits.picture.pixels import Ink, InkMap
from digits.picture.shown_ink import ink_on_picture

if TYPE_CHECKING:
    from matplotlib.colors import Colormap

COLOUR_MAPS = ("plasma", "viridis", "cividis", "inferno")
"""For heatmaps in [0, 1], perceptually uniform and safe for the colour-blind, the default first.

Smith, van der Walt & Firing (2015); cividis by Nuñez, Anderton & Renslow (2018).
"""

_BLUE, _NEITHER, _ORANGE = "#0072b2", "#f2f2f2", "#e66100"
SIGNED_COLOUR_MAPS = {
    "blue-orange": (_BLUE, _NEITHER, _ORANGE),
    "purple-green": ("#7b3294", _NEITHER, "#008837"),
}
"""For heatmaps in [-1, 1]: the colours of -1, 0 and 1, pairs that the colour-blind tell apart.

Neither gets darker than ink or lighter than paper. Wong (2011), "Color blindness"; ColorBrewer.
"""
_NARROWEST = 240
OVERLAY, COLOURED_INK = STYLES = ("overlay", "coloured ink")
"""How a heatmap is shown: over the picture, or as the colour of the picture's ink."""
# On coloured ink: what is left of the paper's light, the grey of ink without evidence, the heat at
# which no grey is left, and how far evidence beside the ink colours the paper.
_DIMMED, _PALE, _RAMP, _GLOW = 0.2, 205, 0.12, 0.25

PlacedHeatmap = tuple[NDArray[np.float32], NDArray[np.float64] | None]
"""A heatmap and its placement."""


def overlay_heatmap(
    picture: Picture,
    heatmap: NDArray[np.float32],
    placement: NDArray[np.float64] | None = None,
    opacity: float = 0.5,
    *,
    colour_map: str | None = None,
    style: str = OVERLAY,
) -> Image.Image:
    """Lay a heatmap over the picture that it explains.

    As an overlay, where the heatmap is 0 the picture shows unchanged, so that nothing is coloured
    that is no evidence; where it is 1 or -1 the colour covers the picture by `opacity`. As coloured
    ink see `colour_ink`.

    Args:
        picture: as for `read_digit`.
        heatmap: float32 (h, w) in [0, 1] or [-1, 1], from `grad_cam`.
        placement: `Reading.placement`, which says where on the picture the heatmap belongs; None
            stretches it over the whole picture.
        opacity: in [0, 1].
        colour_map: one of `COLOUR_MAPS`, or of `SIGNED_COLOUR_MAPS` for a heatmap with values
            below 0; None takes the first that fits.
        style: one of `STYLES`.

    Returns:
        RGB, of the size of the upright picture.

    Raises:
        PictureError: the picture cannot be read.
        ValueError: `opacity` is out of range, `placement` is no affine map, or there is no such
            style or colour map or it does not fit.
    """
    if style not in STYLES:
        raise ValueError(f"style must be one of {', '.join(STYLES)}, not {style!r}")
    if not 0 <= opacity <= 1:
        raise ValueError(f"opacity must be from 0 to 1, not {opacity}")
    if style == COLOURED_INK:
        return colour_ink(picture, [(heatmap, placement)], opacity, colour_map=colour_map)
    pixels = decode_picture(picture).pixels
    placed = _place(np.asarray(heatmap, np.float32), placement, pixels.shape[:2])
    colours = colour_heatmap(placed, _fitting_map(colour_map, heatmap))
    strength = np.abs(placed) * np.float32(opacity)
    return Image.fromarray(cv2.blendLinear(pixels, colours, 1 - strength, strength))


def colour_ink(
    picture: Picture,
    heatmaps: Sequence[PlacedHeatmap],
    opacity: float = 1.0,
    *,
    ink: Ink = "auto",
    ink_map: InkMap | None = None,
    colour_map: str | None = None,
) -> Image.Image:
    """Give the ink of a picture the colours of the evidence on it, on dimmed paper.

    Ink without evidence is a pale grey; where the heatmap is 1 or -1 ink has that colour by
    `opacity`, whatever colour it had. Evidence beside the ink shows faintly, on the paper.

    Args:
        picture, opacity, colour_map: as for `overlay_heatmap`.
        heatmaps: at least one; where several lie, the strongest counts.
        ink: as for `read_digit`.
        ink_map: where that lies, from `ink_on_picture`; None finds it.

    Returns:
        RGB, of the size of the upright picture.

    Raises:
        PictureError, ValueError: as `overlay_heatmap`.
    """
    decoded = decode_picture(picture)
    shape = decoded.pixels.shape[:2]
    placed = np.zeros(shape, np.float32)
    for heatmap, placement in heatmaps:
        own = _place(np.asarray(heatmap, np.float32), placement, shape)
        placed = np.where(np.abs(own) > np.abs(placed), own, placed)
    colour_map = _fitting_map(colour_map, placed)
    share = ink_on_picture(decoded, ink) if ink_map is None else ink_map
    shown = np.rint(np.float32(_DIMMED) * np.arange(256)).astype(np.uint8)[decoded.pixels]
    # All else is paper, mostly the larger part.
    x, y, width, height = cv2.boundingRect(((share > 0) | (placed != 0)).astype(np.uint8))
    if width and height:
        part = slice(y, y + height), slice(x, x + width)
        shown[part] = _ink_on_paper(
            decoded.pixels[part], placed[part], share[part], colour_map, opacity
        )
    return Image.fromarray(shown)


def _ink_on_paper(
    pixels: NDArray[np.uint8],
    placed: NDArray[np.float32],
    share: InkMap,
    colour_map: str,
    opacity: float,
) -> NDArray[np.uint8]:
    """uint8 (h, w, 3), RGB: paper, evidence beside the ink, and the ink, one over the other."""
    heat = colour_heatmap(placed, colour_map).astype(np.float32)
    strength = np.minimum(np.abs(placed) / np.float32(_RAMP), 1)[..., None] * np.float32(opacity)
    inked = _PALE + strength * (heat - _PALE)
    paper = np.float32(_DIMMED) * pixels
    paper += np.float32(_GLOW) * np.abs(placed)[..., None] * (heat - paper)
    return np.asarray(np.rint(paper + share[..., None] * (inked - paper)).astype(np.uint8))


def colour_stops(colour_map: str, stops: int = 9) -> list[str]:
    """Colours at even distances along a colour map, as #rrggbb, lowest value first.

    Raises:
        ValueError: there is no such colour map.
    """
    table = _colour_table(_known_map(colour_map))[:, 0]
    chosen = table[np.linspace(0, len(table) - 1, stops).round().astype(int)]
    return [f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in chosen.tolist()]


def with_colour_bar(
    overlay: Image.Image, title: str, strength: float, colour_map: str
) -> Image.Image:
    """An overlay with its title and what its colours mean below it, to be kept or shown around.

    Args:
        overlay: from `overlay_heatmap`; it keeps its size and pixels.
        title: a line, which is broken where it is longer than the picture is wide.
        strength: the evidence, in logits, of the colour of 1.
        colour_map: that of the overlay.

    Returns:
        RGB, as wide as the overlay, or 240 pixels if that is narrower.
    """
    width = max(_NARROWEST, overlay.width)
    text = max(13, width // 30)
    font = ImageFont.load_default(text)
    lines = _broken(title, font, width - text)
    bar_top = overlay.height + round(text * (0.9 + 1.4 * len(lines)))
    picture = Image.new("RGB", (width, bar_top + round(3.2 * text)), "white")
    picture.paste(overlay, ((width - overlay.width) // 2, 0))
    draw = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        top = overlay.height + round(text * (0.5 + 1.4 * number))
        draw.text((text // 2, top), line, "black", font)
    bar = Image.fromarray(_colour_table(_known_map(colour_map))[:, 0][None])
    picture.paste(bar.resize((width - text, text)), (text // 2, bar_top))
    for share, label in enumerate(colour_bar_labels(strength, colour_map)):
        place = text // 2 + share * (width - text) / 2
        draw.text((place, bar_top + 1.4 * text), label, "black", font, ("la", "ma", "ra")[share])
    return picture


def colour_bar_labels(strength: float, colour_map: str) -> tuple[str, str, str]:
    """The numbers at a colour bar's left end, middle and right end, in logits."""
    low = -strength if colour_map in SIGNED_COLOUR_MAPS else 0.0
    return tuple(_number(each) for each in (low, (low + strength) / 2, strength))  # type: ignore[return-value]


def _number(value: float) -> str:
    """Two figures are all that a colour can tell."""
    return f"{value:.2g}".replace("-", "−") if abs(value) < 100 else f"{value:.0f}"


def _broken(
    title: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: int
) -> list[str]:
    lines = [""]
    for word in title.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) > width and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _fitting_map(colour_map: str | None, heatmap: NDArray[np.float32]) -> str:
    is_signed = bool((np.asarray(heatmap) < 0).any())
    if colour_map is None:
        return next(iter(SIGNED_COLOUR_MAPS)) if is_signed else COLOUR_MAPS[0]
    if is_signed and _known_map(colour_map) not in SIGNED_COLOUR_MAPS:
        fitting = ", ".join(SIGNED_COLOUR_MAPS)
        raise ValueError(f"a heatmap with values below 0 takes one of {fitting}, not {colour_map}")
    return _known_map(colour_map)


def _known_map(colour_map: str) -> str:
    known = (*COLOUR_MAPS, *SIGNED_COLOUR_MAPS)
    if colour_map not in known:
        raise ValueError(f"colour_map must be one of {', '.join(known)}, not {colour_map!r}")
    return colour_map


def colour_heatmap(heatmap: NDArray[np.float32], colour_map: str) -> NDArray[np.uint8]:
    """The colours of a heatmap by itself: uint8 (h, w, 3), RGB.

    Args:
        heatmap: float32 (h, w) in [0, 1], or in [-1, 1] for one of `SIGNED_COLOUR_MAPS`.
        colour_map: one of `COLOUR_MAPS` or `SIGNED_COLOUR_MAPS`.
    """
    share = (heatmap + 1) / 2 if colour_map in SIGNED_COLOUR_MAPS else heatmap
    levels = np.rint(share * np.float32(255)).astype(np.uint8)
    return np.asarray(cv2.applyColorMap(levels, _colour_table(colour_map)), np.uint8)


def _place(
    heatmap: NDArray[np.float32], placement: NDArray[np.float64] | None, shape: tuple[int, ...]
) -> NDArray[np.float32]:
    """The heatmap at the picture's resolution and place; 0 outside of what the network saw."""
    size = (shape[1], shape[0])
    if placement is None:
        placed = cv2.resize(heatmap, size, interpolation=cv2.INTER_LINEAR)
    else:
        matrix = np.asarray(placement, np.float64)
        if matrix.shape != (2, 3):
            raise ValueError(f"placement must have the shape (2, 3), not {matrix.shape}")
        placed = cv2.warpAffine(heatmap, matrix, size, flags=cv2.INTER_LINEAR)
    return np.clip(np.nan_to_num(placed, copy=False), -1, 1, dtype=np.float32)


@cache
def _colour_table(colour_map: str) -> NDArray[np.uint8]:
    """uint8 (256, 1, 3), RGB."""
    colours = _matplotlib_map(colour_map)(np.arange(256), bytes=True)[:, None, :3]
    return np.ascontiguousarray(colours, np.uint8)


def _matplotlib_map(colour_map: str) -> Colormap:
    from matplotlib import colormaps
    from matplotlib.colors import LinearSegmentedColormap

    if colour_map in SIGNED_COLOUR_MAPS:
        return LinearSegmentedColormap.from_list(colour_map, SIGNED_COLOUR_MAPS[colour_map])
    return colormaps[colour_map]
