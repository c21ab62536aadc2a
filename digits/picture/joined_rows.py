"""Rows that touch: a digit's foot on one below, a slash that reaches into it, a word above.

What hangs together there is one part, much higher than its row is. It is cut along the row's upper
or lower edge, where that costs the least ink (`part_cutting`).

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

import cv2
import numpy as np

from digits.picture.part_cutting import cheapest_paths
from digits.picture.pixels import InkMap, Mask, label_parts, stroke_width_of
from digits.picture.row_finding import Part, Row, find_rows, ink_of

# In heights of the row: a part that reaches into another one is higher, by so much beyond an edge.
_HIGHER, _BEYOND = 1.55, 0.5
# Likewise: where cuts are sought beside an edge, how far apart, and how far one may swing.
_BESIDE_EDGE, _STEP, _SWING = (-0.25, 0.4), 0.1, 0.2
# Strokes that a cut may lead through; more join a drawing, or letters of one sign. Ends of two
# strokes that touch are joined by less than one.
_MOST_STROKES, _TOUCHING = 2.2, 0.5
# Of a row's height: what tells where its edges are is no lower, and what is cut off neither. In
# strokes' widths, what has no more ink for its length is one stroke: a 7's tail, or a slash's end.
_LOWEST_BESIDE, _LOWEST, _ONE_STROKE = 0.7, 0.5, 1.4
# In heights of the part: far beside it may be a row of small print, of which it is none.
_FARTHEST_BESIDE = 2.0
_PASSES = 3
# Where more parts are so high, they are no digits, and would take long.
_MOST_HIGH = 40


def rows_apart(rows: list[Row], ink_map: InkMap) -> list[Row]:
    """Rows of a sheet, found anew without the ink along cuts if any of them touch.

    Args:
        rows: from `row_finding.find_rows`.
        ink_map: float32 (H, W) in [0, 1], of the sheet that they are on.
    """
    for _ in range(_PASSES):
        high = [(part, row) for row in rows for part in row.parts if _is_high(part, row)]
        if len(high) > _MOST_HIGH:
            break
        cuts = [(part, _cut_of(part, row, ink_map)) for part, row in high]
        if all(cut is None for _, cut in cuts):
            break
        ink_map = ink_map.copy()
        for part, cut in cuts:
            if cut is not None:
                y, x = np.nonzero(cut)
                ink_map[part.y + y, part.x + x] = 0
        apart = find_rows(ink_map)
        if _alone(apart) > _alone(rows):  # it was no row that was reached, as by a tall letter
            break
        rows = apart
    return rows


def _alone(rows: list[Row]) -> int:
    """How many rows have one part."""
    return sum(len(row.parts) == 1 for row in rows)


def _is_high(part: Part, row: Row) -> bool:
    """Whether it may reach into another row."""
    return part.height > _HIGHER * row.height


def _cut_of(part: Part, row: Row, ink_map: InkMap) -> Mask | None:
    """Where a part is cut at an edge of its row, bool (height, width); None where it is not."""
    farthest = _FARTHEST_BESIDE * part.height
    beside = [
        other
        for other in row.parts
        if _LOWEST_BESIDE <= other.height / row.height <= _HIGHER
        and other.x - farthest <= part.x + part.width
        and part.x - farthest <= other.x + other.width
    ]
    if not beside:
        return None
    nearest = min(beside, key=lambda other: abs(other.middle[0] - part.middle[0]))
    upper, lower = nearest.y - part.y, nearest.y + nearest.height - part.y
    ink, stroke = ink_of(part, ink_map), stroke_width_of(part.mask)
    for edge, outwards, beyond in ((upper, -1, upper), (lower, 1, part.height - lower)):
        if beyond >= _BEYOND * row.height:
            cut, strokes = _cheapest_cut(ink, edge, outwards * row.height, stroke)
            least = 0.0 if strokes <= _TOUCHING else _ONE_STROKE * stroke
            if strokes <= _MOST_STROKES and _parts_signs(part.mask & ~cut, edge, row.height, least):
                return cut
    return None


def _cheapest_cut(ink: InkMap, edge: float, height: float, stroke: float) -> tuple[Mask, float]:
    """Where a level cut near an edge leads through the least ink, and through how many strokes.

    Args:
        ink: float32 (h, w), of a part.
        edge: the row of it near which the cut is.
        height: of the row of signs; below 0 if its upper edge is that.
        stroke: the strokes' width, pixels.
    """
    rows, columns = ink.shape
    offsets = np.arange(_BESIDE_EDGE[0], _BESIDE_EDGE[1] + _STEP / 2, _STEP) * height
    levels = edge + offsets
    levels = levels[(levels > stroke) & (levels < rows - 1 - stroke)]
    cut = np.zeros(ink.shape, np.uint8)
    if not len(levels):
        return cut > 0, np.inf
    lines = np.repeat(levels[:, None], columns, axis=1)
    swing = max(2, round(_SWING * abs(height)))
    paths, costs = cheapest_paths(np.ascontiguousarray(ink.T), lines, swing)
    best = int(costs.argmin())
    points = np.stack([np.arange(columns), paths[best]], axis=1).astype(np.int32)
    cv2.polylines(cut, [points], False, 1, 2)
    return cut > 0, float(costs[best]) / stroke


def _parts_signs(left: Mask, edge: float, height: float, least: float) -> bool:
    """Whether on either side of a cut there is a part as high as a sign, and with ink enough.

    Args:
        left: bool (h, w), a part's ink without the cut.
        edge: the row of it near which the cut is.
        height: of the row of signs.
        least: pixels of ink for each of a part's length.
    """
    _, y, wide, tall, area = label_parts(left)[1][1:].T
    is_sign = (tall >= _LOWEST * height) & (area >= least * np.hypot(wide, tall))
    is_above = y + tall / 2 < edge
    return bool((is_sign & is_above).any() and (is_sign & ~is_above).any())
