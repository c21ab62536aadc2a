"""Points between digits that stand on a line of the paper, or that it leads through.

With the line they are one piece of ink, which goes when it does. But across the line ink is thicker
where there is a point, and nothing else leads on from there.

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from digits.picture.pale_lines import DARK
from digits.picture.pixels import InkMap, Mask, label_parts
from digits.picture.straight_lines import LevelLine, band_along, rows_along

# Of a line's thickness, and pixels more: at a point, ink reaches so far across it at least.
_THICKER, _THICKER_BY = 1.3, 2
# Of the usual height: a point is no larger, and digits on both sides are no farther.
_LARGEST, _FARTHEST_DIGIT = 0.3, 1.3
# Of a stroke's width: it is no narrower.
_NARROWEST = 0.6
# It is no wider, of its height, nor higher, of its width: a comma is higher than a point.
_WIDEST, _HIGHEST = 1.8, 3.0
# Pixels: so far beyond its edges a line may go, for it is not quite even.
_EDGE = 1.5


def points_on_lines(
    ink_map: InkMap, mask: Mask, lines: Sequence[LevelLine], height: float, stroke: float
) -> Mask:
    """The ink of points on nearly level lines, bool (H, W).

    Args:
        ink_map: float32 (H, W) in [0, 1].
        mask: bool (H, W), what of it is ink, lines and all.
        lines: nearly level ones.
        height: usual one of what is written, pixels.
        stroke: width of its strokes, pixels.
    """
    found = np.zeros_like(mask)
    beyond = round(_LARGEST * height)
    for line in lines:
        dark = band_along(ink_map, line, beyond) >= DARK
        points = _points_in(band_along(mask, line, beyond), dark, line, height, stroke)
        down, along = np.nonzero(points)
        rows = np.clip(rows_along(line, beyond), 0, len(mask) - 1)
        found[rows[down, along], line.first + along] = True
    return found


def _points_in(band: Mask, dark: Mask, line: LevelLine, height: float, stroke: float) -> Mask:
    """The ink of those in a band along a line, bool as that is.

    Args:
        band: bool (n, length), the ink around the line.
        dark: likewise, what is no pale line.
        line: that leads along the band's middle.
        height, stroke: as for `points_on_lines`.
    """
    none = np.zeros_like(band)
    least = (round(_THICKER * line.thickness) + _THICKER_BY) | 1  # or OpenCV moves what it opens
    bar = np.ones((least, 1), np.uint8)
    thick = cv2.morphologyEx(band.astype(np.uint8), cv2.MORPH_OPEN, bar) > 0
    if not thick.any():
        return none
    off = np.abs(np.arange(len(band)) - len(band) // 2)[:, None]
    part_of, stats = label_parts(thick | (band & (off > 0.5 * line.thickness + _EDGE)))
    x, y, width, tall = stats[:, :4].T
    are_points = np.bincount(part_of[thick & dark], minlength=len(stats)) > 0
    are_points &= (y > 0) & (y + tall < len(band))
    are_points &= (width <= _LARGEST * height) & (tall <= _LARGEST * height + line.thickness)
    are_points &= (width >= _NARROWEST * stroke) & (width <= _WIDEST * tall)
    are_points &= tall <= _HIGHEST * width
    are_points[0] = False
    if not are_points.any():
        return none
    at = x + width // 2
    are_points &= _are_between(at, np.flatnonzero(band[0]), _FARTHEST_DIGIT * height)
    # Of one that stands on the line, what would be below it is the line.
    stands_on = y + tall - 1 <= len(band) // 2 + 0.5 * line.thickness + _EDGE
    lowest = np.where(stands_on, y + np.minimum(width, tall), len(band))
    down = np.arange(len(band))[:, None]
    return np.asarray(are_points[part_of] & (down < lowest[part_of]))


def _are_between(at: NDArray[np.int32], others: NDArray[np.intp], farthest: float) -> Mask:
    """Which columns, (n,), have others to the left and to the right that are no farther away."""
    away = others - at[:, None]
    is_near = np.abs(away) <= farthest
    return np.asarray((is_near & (away < 0)).any(axis=1) & (is_near & (away > 0)).any(axis=1))
