"""Which straight lines are printed so much paler than what is written that no pen drew them.

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from digits.picture.pixels import InkMap, Mask
from digits.picture.straight_lines import LevelLine, band_along, draw_line, pixels_of_lines

# Of what is written: a line is no darker.
PALE = 0.5
# In an ink map: what is darker on such a line is a stroke that lies along it.
DARK = 0.7
# Of the darkest ink: four fifths of what is written are as dark, or what is dark is something else,
# such as an underline or a printed border.
_LEAST_DARK = 0.75
# Pixels: in fewer, what is written cannot be told.
LEAST_WRITTEN = 100


def pale_lines(
    ink_map: InkMap, mask: Mask, level: Sequence[LevelLine], upright: Sequence[LevelLine]
) -> tuple[list[LevelLine], list[LevelLine]]:
    """Those lines that are much paler than all that lies on none, level ones and upright ones.

    Ink counts along the middles of strokes, where a lens blurs it least.

    Args:
        ink_map: float32 (H, W) in [0, 1].
        mask: bool (H, W), what of it is ink.
        level: nearly level lines.
        upright: the same of the sheet on its side.
    """
    if not level and not upright:
        return [], []
    highest = np.asarray(cv2.dilate(ink_map, np.ones((3, 3), np.uint8)), np.float32)
    are_pale = (
        [line for line in level if _darkness(highest, line) < PALE],
        [line for line in upright if _darkness(highest.T, line) < PALE],
    )
    if not any(are_pale):
        return [], []
    on_lines = np.zeros(ink_map.shape, np.uint8)
    for line in level:
        draw_line(on_lines, line, line.thickness)
    on_its_side = np.zeros(ink_map.shape[::-1], np.uint8)
    for line in upright:
        draw_line(on_its_side, line, line.thickness)
    written = ink_map[mask & (ink_map >= highest) & (on_lines == 0) & (on_its_side.T == 0)]
    if written.size < LEAST_WRITTEN or np.percentile(written, 20) < _LEAST_DARK:
        return [], []
    return are_pale


def pixels_of_pale_lines(
    ink_map: InkMap, mask: Mask, level: list[LevelLine], upright: list[LevelLine]
) -> Mask:
    """The ink of pale lines, bool (H, W), without dark strokes that lie along them.

    Args:
        ink_map, mask: as for `pale_lines`.
        level, upright: which it gave.
    """
    found = pixels_of_lines(mask, level)
    found |= pixels_of_lines(mask.T, upright).T
    return found & (ink_map < DARK)


def _darkness(highest: InkMap, line: LevelLine) -> float:
    """Of most of a line, where it is darkest across, for bent strokes leave its middle."""
    return float(np.median(band_along(highest, line).max(axis=0)))
