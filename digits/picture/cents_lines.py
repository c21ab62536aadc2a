"""Lines under cents, which are written smaller and higher than the amount before them.

They are as short as strokes of digits, and the cents may touch them. But two small digits stand on
one side by side, nothing hangs from it or crosses it, and a taller one stands in front.

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from digits.picture.pixels import Mask, label_parts
from digits.picture.straight_lines import STEEPEST, LevelLine, pixels_of_lines

# Of the usual height: how long such a line is, and how far around it is looked: above, below, to
# the left and to the right.
_SHORTEST, _LONGEST = 0.5, 2.5
_AROUND = (2.0, 0.6, 2.0, 0.5)
# Likewise: cents are no lower, and end no higher above the line and no lower below it.
_LOWEST_CENT, _ABOVE, _BELOW = 0.2, 0.3, 0.15
# Of its width, how much of a cent is above the line; how many there are; of its height, how wide
# one is at most, for digits may touch.
_LEAST_ABOVE, _CENTS, _WIDEST = 0.6, 2, 1.4
# Of the usual height: what hangs from a line reaches so far below it, and is no second line.
_HANGING, _FLAT = 0.15, 0.25
# Of how high cents reach above the line: so tall is a digit in front. Of the usual height: it ends
# so far within the line or away from it.
_TALLER, _WITHIN, _AWAY = 1.15, 0.3, 0.8


def lines_under_cents(ink: Mask, lines: Iterable[LevelLine], height: float) -> Mask:
    """Their ink, bool (H, W).

    Args:
        ink: bool (H, W), what is written, and they.
        lines: nearly level ones, any of which may be one.
        height: usual one of what is written, pixels.
    """
    found = np.zeros_like(ink)
    may_be = [
        line
        for line in lines
        if _SHORTEST * height <= line.length <= _LONGEST * height and abs(line.slope) <= STEEPEST
    ]
    for line in sorted(may_be, key=_middle):  # of two, the cents stand on the upper one
        place, near = _around(line, height)
        own = pixels_of_lines(ink[place], [near])
        if _carries_cents(ink[place] & ~own & ~found[place], near, height):
            found[place] |= own
    return found


def _middle(line: LevelLine) -> float:
    """Its row, half-way between its ends."""
    return line.slope * (line.first + line.last) / 2 + line.height


def _around(line: LevelLine, height: float) -> tuple[tuple[slice, slice], LevelLine]:
    """Rows and columns around a line, and the line in these."""
    above, below, before, behind = (share * height for share in _AROUND)
    top, left = max(0, round(_middle(line) - above)), max(0, round(line.first - before))
    place = (
        slice(top, round(_middle(line) + below)),
        slice(left, round(line.last + behind)),
    )
    moved = replace(
        line,
        height=line.height - top + line.slope * left,
        first=line.first - left,
        last=line.last - left,
    )
    return place, moved


def _carries_cents(rest: Mask, line: LevelLine, height: float) -> bool:
    """Whether of the ink around a line, small digits stand on it, and a taller one before them."""
    x, y, width, tall = label_parts(rest)[1][1:, :4].T
    at = line.slope * (x + width / 2) + line.height
    head, foot = y - at, y + tall - 1 - at
    over = np.minimum(x + width, line.last + 1) - np.maximum(x, line.first)
    is_along = over >= _LEAST_ABOVE * width
    are_cents = is_along & (head <= -_LOWEST_CENT * height) & (tall >= _LOWEST_CENT * height)
    are_cents &= (foot >= -_ABOVE * height) & (foot <= _BELOW * height)
    if np.count_nonzero(are_cents) != _CENTS or (width > _WIDEST * tall)[are_cents].any():
        return False
    span = x[are_cents].min(), (x + width)[are_cents].max()
    if (foot[are_cents] >= -line.thickness / 2 - 2).all() and _is_within(line, *span):
        return False  # it joins two strokes, as the foot of a 0 does
    is_flat = (tall <= _FLAT * height) & (width >= 2 * tall)
    hangs = is_along & ~is_flat & (np.abs(head) <= line.thickness + 2)
    hangs &= foot >= _HANGING * height
    end = x + width - line.first
    is_before = (end <= _WITHIN * height) & (end >= -_AWAY * height)
    is_before &= ~are_cents & (tall >= _TALLER * -head[are_cents].min())
    crosses = (over > 0) & ~is_before & (head <= -_LOWEST_CENT * height) & (foot > _BELOW * height)
    return bool(is_before.any() and not hangs.any() and not crosses.any())


def _is_within(line: LevelLine, first: int, stop: int) -> bool:
    """Whether a line neither begins before a column nor ends behind another."""
    return line.first >= first and line.last < stop
