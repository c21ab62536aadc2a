"""Specks that lie all over a sheet, as on a thresholded scan: dust, and crumbs that JPEG leaves.

A speck looks like a point. But where there are many far from everything that is written, these say
what specks look like on this sheet, and what is no larger is one of them wherever it lies.

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from digits.picture.pixels import Mask, distance_to, stroke_width_of

_Stats: TypeAlias = NDArray[np.int32]

# With fewer parts there are fewer specks than lie on a speckled sheet.
_FEWEST_PARTS = 12
# In strokes: what is longer is no speck, what is longer than this is written or a line, and so far
# from that there are no points.
_LONGEST_SPECK, _SHORTEST_STROKE, _FAR = 2.5, 4.0, 4.0
# Far from what is written, so many are there at least, in so many of the sheet's fields.
_FEWEST_SPECKS, _FIELDS, _FEWEST_FIELDS = 8, 4, 4
# Of those: no more are longer than specks that lie elsewhere.
_USUAL = 0.95
# In strokes: beside what is written no part that is as long is a speck for sure, but a point.
_SHORTEST_POINT = 0.8


def find_specks(part_of: NDArray[np.int32], stats: _Stats) -> Mask:
    """The ink of specks on a sheet that is full of them, bool (H, W); elsewhere none is found.

    Args:
        part_of, stats: parts of the ink, as `pixels.label_parts` gives them.
    """
    none = np.zeros(part_of.shape, bool)
    if len(stats) <= _FEWEST_PARTS:
        return none
    pen = stroke_width_of(part_of > 0)
    lengths = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1)
    are_small = lengths <= _LONGEST_SPECK * pen
    if np.count_nonzero(are_small) < _FEWEST_SPECKS:
        return none
    middles = stats[:, :2] + stats[:, 2:4] // 2
    is_written = lengths > _SHORTEST_STROKE * pen
    is_written[0] = False
    if not is_written.any():
        return none
    columns, rows = middles.T
    is_far = distance_to(is_written[part_of])[rows, columns] > _FAR * pen
    alone = are_small & is_far
    if not _lie_all_over(middles[alone], part_of.shape):
        return none
    longest = float(np.quantile(lengths[alone], _USUAL)) + 1
    are_specks = are_small & (lengths <= longest)
    are_specks &= is_far | (lengths < max(_SHORTEST_POINT * pen, 2))
    return np.asarray(are_specks[part_of])


def _lie_all_over(middles: NDArray[np.int32], shape: tuple[int, ...]) -> bool:
    """Whether there are many places, int (n, 2) of x and y, in many fields of a sheet."""
    if len(middles) < _FEWEST_SPECKS:
        return False
    fields = middles * _FIELDS // np.array(shape[::-1])
    return len(np.unique(fields, axis=0)) >= _FEWEST_FIELDS
