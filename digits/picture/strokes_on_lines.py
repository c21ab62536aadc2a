"""Strokes that lie along a line of the paper, such as the foot of a 2 that stands on a ruling.

They are as straight as the line, and go with it. But where a line is printed paler than what is
written, it is darker there than elsewhere.

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from digits.picture.pale_lines import LEAST_WRITTEN
from digits.picture.pixels import Grey, Mask, label_parts, on_its_side
from digits.picture.straight_lines import LevelLine, band_along, rows_along

# Of how dark a line is: what is written is so much darker at least, or it may be a drawn line.
_DARKER = 1.3
# Per cent of what is written: no more is paler than its strokes' middles.
_FULL = 80
# In strokes: what lies along a line is no shorter, or it passes the line.
_SHORTEST = 2.0


def strokes_on_lines(
    contrast: Grey,
    left: Mask,
    lines: Mask,
    level: Sequence[LevelLine],
    upright: Sequence[LevelLine],
    *,
    stroke: float,
) -> Mask:
    """The ink of strokes among that of lines, bool (H, W), which goes on beside these.

    Args:
        contrast: uint8 (H, W), by how much each pixel stands out of the paper.
        left: bool (H, W), the ink that is on no line.
        lines: bool (H, W), the ink of all lines.
        level: nearly level ones.
        upright: likewise, of the sheet on its side.
        stroke: width of what is written, pixels.
    """
    none = np.zeros_like(lines)
    if not level and not upright:
        return none
    written = contrast[left]
    if written.size < LEAST_WRITTEN:
        return none
    usual = float(np.percentile(written, _FULL))  # its edges are paler
    highest = np.asarray(cv2.dilate(contrast, np.ones((3, 3), np.uint8)), np.uint8)
    found = lines & (
        _darker_along(highest, level, usual)
        | on_its_side(_darker_along(on_its_side(highest), upright, usual))
    )
    if not found.any():
        return found
    part_of, stats = label_parts(found)
    are_long = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1) >= _SHORTEST * stroke
    are_long[0] = False
    found = are_long[part_of]
    part_of, stats = label_parts(found | left)
    goes_on = np.bincount(part_of[left], minlength=len(stats)) > 0
    return np.asarray(found & goes_on[part_of])


def _darker_along(highest: Grey, lines: Sequence[LevelLine], usual: float) -> Mask:
    """Where lines are closer to what is written than to how dark they mostly are, bool (H, W)."""
    found = np.zeros(highest.shape, bool)
    for line in lines:
        band = band_along(highest, line)
        own = float(np.median(band.max(axis=0)))
        if usual >= _DARKER * own:
            down, along = np.nonzero(band > (own + usual) / 2)
            rows = np.clip(rows_along(line)[down, along], 0, len(found) - 1)
            found[rows, line.first + along] = True
    return found
