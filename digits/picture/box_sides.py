"""The sides between boxes in a row, found between the row's lower and upper line.

A side is ink all the way from one line to the other, whatever touches it, and however close two
boxes stand, whose sides then look like a bold one.

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from digits.picture.pixels import Mask, runs_of
from digits.picture.straight_lines import LevelLine

# Of the usual height of digits: how far the two lines are apart.
LOWEST_BOX, HIGHEST_BOX = 0.9, 3.2
# As slopes: how far from parallel the lines are at most.
_PARALLEL = 0.03
# Of a side, what is ink, and of that the ink of its edges.
_LEAST_OF_SIDE, _LEAST_OF_EDGE = 0.95, 0.8
# So many sides at least, those at the ends included, are no strokes of digits; of the usual height,
# what is between them, and how thick two of them side by side are at most.
FEWEST_SIDES, NARROWEST_BOX, _THICKEST = 3, 0.4, 0.3


def find_box_sides(mask: Mask, level: Sequence[LevelLine], height: float) -> list[LevelLine]:
    """All sides of the boxes between level lines.

    Args:
        mask: bool (H, W), ink; the level lines may be taken away.
        level: nearly level lines.
        height: usual one of what is written, pixels.

    Returns:
        Nearly level lines of the sheet on its side.
    """
    return [
        side
        for above, below in _neighbours(level, height)
        for side in _sides_between(mask, above, below, height)
    ]


def _neighbours(
    level: Sequence[LevelLine], height: float
) -> Iterable[tuple[LevelLine, LevelLine]]:
    """Lines that lie one above the other as those of a row of boxes do, upper one first."""
    for one, two in combinations(level, 2):
        first, last = max(one.first, two.first), min(one.last, two.last)
        is_above = one.slope * first + one.height < two.slope * first + two.height
        above, below = (one, two) if is_above else (two, one)
        apart = below.height - above.height + (below.slope - above.slope) * (first + last) / 2
        are_level = abs(one.slope - two.slope) <= _PARALLEL
        if are_level and LOWEST_BOX * height <= apart <= HIGHEST_BOX * height and last > first:
            yield above, below


def _sides_between(
    mask: Mask, above: LevelLine, below: LevelLine, height: float
) -> list[LevelLine]:
    first, last = max(above.first, below.first), min(above.last, below.last)
    columns = np.arange(max(0, first - 4), min(mask.shape[1], last + 5))
    slope = (above.slope + below.slope) / 2
    tops = above.slope * columns + above.height + above.thickness / 2 + 1
    bottoms = below.slope * columns + below.height - below.thickness / 2 - 1
    size = max(4, int(np.median(bottoms - tops)))
    rows = np.rint(tops + np.linspace(0, 1, size)[:, None] * (bottoms - tops)).astype(np.intp)
    middle = (tops + bottoms) / 2
    across = np.rint(columns - slope * (rows - middle)).astype(np.intp)  # square to the lines
    inked = _ink_at(mask, rows, across)
    near = inked | _ink_at(mask, rows, across - 1) | _ink_at(mask, rows, across + 1)
    is_core = (near.mean(axis=0) >= _LEAST_OF_SIDE) & (inked.mean(axis=0) >= _LEAST_OF_EDGE)
    sides = []
    for start, end in zip(*runs_of(is_core), strict=True):
        if end - start > _THICKEST * height:
            continue
        x, y = float(columns[start] + columns[end - 1]) / 2, float(middle[(start + end - 1) // 2])
        half = (bottoms - tops)[(start + end - 1) // 2] / 2 + 1
        ends = max(0, round(y - half)), min(len(mask) - 1, round(y + half))
        thickness = max(float(end - start), min(above.thickness, below.thickness))
        sides.append(LevelLine(-slope, x + slope * y, *ends, thickness))
    return sides if _are_boxes(sides, first, last, height) else []


def _ink_at(mask: Mask, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> Mask:
    inside = (rows >= 0) & (rows < len(mask)) & (columns >= 0) & (columns < mask.shape[1])
    at = np.clip(rows, 0, len(mask) - 1), np.clip(columns, 0, mask.shape[1] - 1)
    return np.asarray(mask[at] & inside)


def _are_boxes(sides: Sequence[LevelLine], first: int, last: int, height: float) -> bool:
    """Whether there are enough, with room for a digit between neighbours."""
    at = np.array([side.height + side.slope * (side.first + side.last) / 2 for side in sides])
    at = np.unique([first, *at, last])
    gaps = np.diff(at)
    wide = gaps >= NARROWEST_BOX * height
    # The ends of lines and what lies close to them are one; so are sides of neighbours.
    return bool(np.count_nonzero(wide) + 1 >= FEWEST_SIDES and len(sides) > 0)
