"""The sheet that a scene is painted on, and painting on it.

Colours are red, green, blue in [0, 1]; x goes to the right and y downwards, in pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from digits.synthetic.colours import Colour, Polarity, luma
from digits.synthetic.drawing_basics import SUBPIXEL_BITS, Map, Points, fixed_point


@dataclass(frozen=True, eq=False)
class Sheet:
    """A sheet while it is being painted.

    Attributes:
        random: what every choice is drawn from.
        planes: float32 (3, H, W), 0 for black and 1 for white, painted in place.
        ink: float32 (H, W) in [0, 1], where the digit's ink goes.
        box: x, y, width, height of the digit.
        stroke: width of the digit's strokes, pixels.
        view: float64 (3, 3), from the sheet's pixels to the picture's.
        paper, pen: the colours of the bare sheet and of the digit.
        traits: filled in place.
    """

    random: np.random.Generator
    planes: Map
    ink: Map
    box: tuple[float, float, float, float]
    stroke: float
    view: NDArray[np.float64]
    paper: Colour
    pen: Colour
    traits: list[str]

    @property
    def shape(self) -> tuple[int, int]:
        """H, W."""
        return self.ink.shape[0], self.ink.shape[1]

    @property
    def length(self) -> float:
        """The digit's longer side."""
        return max(self.box[2:])

    @property
    def polarity(self) -> Polarity:
        """Whether the digit is darker or lighter than the paper."""
        return "dark" if luma(self.pen) < luma(self.paper) else "light"

    def chance(self, share: float, trait: str) -> bool:
        """Whether this sheet has a trait that such a share of all sheets has."""
        happens = bool(self.random.random() < share)
        if happens:
            self.traits.append(trait)
        return happens


def paint(planes: Map, alpha: Map, colour: Colour) -> None:
    """Cover with a colour, in place.

    Args:
        planes: float32 (3, H, W).
        alpha: float32 (H, W), from 0, which leaves what is there, to 1, which covers it.
        colour: float64 (3,).
    """
    for channel, value in enumerate(colour):
        planes[channel] += alpha * (np.float32(value) - planes[channel])


def shade(sheet: Sheet, relative: Map) -> None:
    """Make the sheet lighter or darker by shares of its brightness, float32 (H, W), in place."""
    np.multiply(sheet.planes, 1 + relative, out=sheet.planes)


def draw_lines(
    sheet: Sheet, lines: Sequence[Points] | Points, thickness: int, strength: float = 1.0
) -> Map:
    """Lines of the sheet as the picture shows them.

    Args:
        sheet: gives the picture's shape and view; nothing is painted.
        lines: float64 (n, 2) each, x and y on the sheet, in pixels.
        thickness: in pixels, at least 1.
        strength: how much a line covers, 0 to 1.

    Returns:
        float32 (H, W), from 0 to `strength`: what `paint` takes as `alpha`.
    """
    mask = np.zeros(sheet.shape, np.uint8)
    seen = [fixed_point(_as_seen(sheet, np.asarray(line, np.float64))) for line in lines]
    # Strokes of a blot count as wider than OpenCV can draw.
    thickness = min(max(1, thickness), max(mask.shape))
    cv2.polylines(mask, seen, False, 255, thickness, cv2.LINE_AA, SUBPIXEL_BITS)
    return mask.astype(np.float32) * np.float32(strength / 255)


def _as_seen(sheet: Sheet, points: Points) -> Points:
    """Where points of the sheet, float64 (..., 2), lie in the picture."""
    flat = points.reshape(-1, 1, 2)
    seen = cv2.perspectiveTransform(flat, sheet.view)
    return np.asarray(seen, np.float64).reshape(points.shape)
