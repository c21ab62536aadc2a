"""A row of handwriting as a strip that a network reads from left to right.

All strips are equally high, their digits about as high as in `preparation`, their baseline level
and always at the same height; how wide they are depends on what is written.

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from digits.picture.pixels import InkMap
from digits.picture.preparation import BRIM, DIGIT_SIZE, with_usual_strokes
from digits.picture.row_finding import Row, ink_of

STRIP_HEIGHT = 32
# Where on it the baseline is: a comma below and what is taller than the others have room.
BASELINE = 25
# On either side of the ink.
MARGIN = 4
# A digit is about as wide as high: so many times what 200 of them need.
WIDEST_STRIP = 12_000


@dataclass(frozen=True, eq=False)
class RowStrip:
    """A row as a network sees it.

    Attributes:
        pixels: float32 (`STRIP_HEIGHT`, w) in [0, 1], white ink on black.
        scale: pixels of the strip for each of the sheet.
        left: column of the sheet where the strip begins.
    """

    pixels: InkMap
    scale: float
    left: float

    def column_of(self, x: float) -> float:
        """The column of the strip at a column of the sheet."""
        return (x - self.left + 0.5) * self.scale - 0.5


def strip_of(row: Row, ink_map: InkMap) -> RowStrip:
    """The strip of a row.

    Args:
        row: from `row_finding.find_rows`.
        ink_map: float32 (H, W) in [0, 1], of the sheet that it is on.
    """
    x, y = min(part.x for part in row.parts), min(part.y for part in row.parts)
    right = max(part.x + part.width for part in row.parts)
    bottom = max(part.y + part.height for part in row.parts)
    ink = np.zeros((bottom - y, right - x), np.float32)
    for part in row.parts:
        top, left = part.y - y, part.x - x
        own = ink[top : top + part.height, left : left + part.width]
        np.maximum(own, ink_of(part, ink_map), out=own)
    scale = min(DIGIT_SIZE / row.height, WIDEST_STRIP / ink.shape[1])
    usual = with_usual_strokes(ink, scale)
    size = max(1, round(usual.shape[1] * scale)), max(1, round(usual.shape[0] * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    small = np.clip(cv2.resize(usual, size, interpolation=method), 0, 1)
    # The baseline, which may climb, becomes a level line.
    at_left = (row.baseline + row.slope * (x - BRIM) - (y - BRIM) + 0.5) * scale - 0.5
    margin = MARGIN - round(BRIM * scale)
    width = max(1, small.shape[1] + 2 * margin)
    level = np.array([[1, 0, margin], [-row.slope, 1, BASELINE - at_left]], np.float64)
    strip = np.asarray(cv2.warpAffine(small, level, (width, STRIP_HEIGHT)), np.float32)
    peak = float(strip.max(initial=0.0))
    return RowStrip(strip / peak if peak else strip, scale, x - BRIM - margin / scale)
