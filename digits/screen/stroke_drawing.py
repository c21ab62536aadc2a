"""Strokes of a pen on a sheet: smooth ink from a few points, undo and redo.

Everything is in shares of the sheet's height, so that a drawing is the same at every size.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from digits.screen.history import History
from digits.synthetic.drawing_basics import SUBPIXEL_BITS, fixed_point, smooth_curve

Point = tuple[float, float]

SHEET_ASPECT = 4 / 3
"""Width of the sheet, in its heights."""


@dataclass(frozen=True)
class PenStroke:
    """What a pen did between down and up.

    Attributes:
        points: (x, y), x to the right and y downwards, in heights of the sheet; at least one.
        width: of the pen, likewise.
    """

    points: tuple[Point, ...]
    width: float


@dataclass(frozen=True, eq=False)
class OpenedPicture:
    """A picture that a person opened, whatever becomes of its file.

    Attributes:
        source: the bytes of the file.
        pixels: uint8 (h, w, 3), as it is shown.
    """

    source: bytes
    pixels: NDArray[np.uint8]


@dataclass(frozen=True)
class Sheet:
    """What a person has before them: their strokes, or a picture that they opened."""

    strokes: tuple[PenStroke, ...] = ()
    picture: OpenedPicture | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing on it."""
        return not self.strokes and self.picture is None


class SheetHistory(History[Sheet]):
    """The sheets of a session, one for every change; nothing that was drawn is lost by a click."""

    def __init__(self) -> None:
        super().__init__(Sheet())

    @property
    def sheet(self) -> Sheet:
        """The one before the person."""
        return self.shown

    def add(self, stroke: PenStroke) -> None:
        """Draw; an opened picture is not drawn on, but makes room for a new sheet."""
        self.change(Sheet((*self.sheet.strokes, stroke)))

    def clear(self) -> None:
        """Take an empty sheet."""
        if not self.sheet.is_empty:
            self.change(Sheet())

    def open(self, picture: OpenedPicture) -> None:
        """Put a picture before the person."""
        self.change(Sheet(picture=picture))


class StrokePainter:
    """Paints sheets, each of which mostly differs from the one before by a stroke."""

    def __init__(self) -> None:
        self._strokes: tuple[PenStroke, ...] = ()
        self._pixels = np.full((1, 1), 255, np.uint8)

    def paint(self, strokes: tuple[PenStroke, ...], height: int) -> NDArray[np.uint8]:
        """Black ink on white paper, uint8 (height, `SHEET_ASPECT` · height); the caller's own."""
        known = len(self._strokes)
        if len(self._pixels) != height or strokes[:known] != self._strokes:
            size = height, max(1, round(SHEET_ASPECT * height))
            self._pixels, known = np.full(size, 255, np.uint8), 0
        for stroke in strokes[known:]:
            draw_stroke(self._pixels, stroke)
        self._strokes = strokes
        return self._pixels.copy()


def draw_stroke(pixels: NDArray[np.uint8], stroke: PenStroke) -> None:
    """Draw a round pen's stroke, smooth however few points a fast hand left.

    The ink follows a Catmull-Rom spline through the points.

    Args:
        pixels: uint8 (height, width), drawn on in place.
        stroke: at least one point.
    """
    height = len(pixels)
    knots = np.asarray(stroke.points, np.float64) * height - 0.5
    curve = smooth_curve(knots)
    curve = np.concatenate([curve, curve[-1:]])  # so that a single point is drawn, too
    width = max(1, round(stroke.width * height))
    cv2.polylines(pixels, [fixed_point(curve)], False, 0, width, cv2.LINE_AA, SUBPIXEL_BITS)


def draw_newest(pixels: NDArray[np.uint8], stroke: PenStroke) -> None:
    """Draw what the newest point adds to a stroke that is being drawn."""
    draw_stroke(pixels, PenStroke(stroke.points[-4:], stroke.width))
