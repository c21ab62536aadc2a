"""What is left of lines of the paper that were taken away: pieces that go on, and crumbs.

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from digits.picture.pixels import Labelled, Mask, label_parts
from digits.picture.straight_lines import LevelLine

# Of the sheet: what lies on the same line as so long a line, and is thin, is its.
LONG_ENOUGH_TO_GO_ON = 0.45
# Of a piece of lines, what lies on them.
LEAST_ON_LINES = 0.85
# Of the usual height: between lines that are no farther apart nobody writes, and an upright bar is
# so wide at most, of its own height.
_LOWEST_BOX, _WIDEST_LOW_BAR = 0.75, 0.5
# Likewise of bars that hang on lines, higher than any 1, so many of about one height; and of lower
# ones, as far apart, beside which nothing is so high and shares so much of their height.
HIGHEST_ONE, _WIDEST_BAR, _FEWEST_BARS, _ALIKE = 1.3, 0.2, 2, 0.15
_FAR_APART, _LEAST_BESIDE, _SHARED = 1.2, 0.5, 0.3
# Likewise: an arrow has a head at either end, and is so long; a head is no larger, and the arrow
# leads to its middle, within so much of its height.
_SHORTEST_ARROW, _LARGEST_HEAD, _OFF_MIDDLE = 1.0, 0.5, 0.25
# Pixels: from the end of a bar to the line that it stood on, and from its sides to pieces of that.
_SLACK = 4


def pieces_going_on(rest: Mask, lines: list[LevelLine], longest: float) -> Mask:
    """Thin pieces that lie on the same line as a long one.

    Args:
        rest: bool (H, W), ink that was not taken away.
        lines: nearly level ones.
        longest: no such piece is longer, pixels, unless it leads to the border of the sheet.
    """
    columns = rest.shape[1]
    long = [line for line in lines if line.length >= LONG_ENOUGH_TO_GO_ON * columns]
    band = band_of(long, rest.shape)
    if not band.any():
        return np.zeros_like(rest)
    part_of, stats = label_parts(np.ascontiguousarray(rest))
    inside = np.bincount(part_of[band > 0], minlength=len(stats))
    first, length = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_WIDTH]
    leads_out = (first == 0) | (first + length == columns)
    is_piece = inside >= LEAST_ON_LINES * stats[:, cv2.CC_STAT_AREA]
    is_piece &= (length <= longest) | leads_out
    is_piece[0] = False
    return np.asarray(is_piece[part_of])


def band_of(lines: list[LevelLine], shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Uint8 (H, W), 1 on lines, and a little beside them, from border to border of the sheet.

    Args:
        lines: nearly level ones.
        shape: (H, W) of the sheet.
    """
    band = np.zeros(shape, np.uint8)
    for line in lines:
        ends = [(x, round(line.slope * x + line.height)) for x in (0, shape[1] - 1)]
        cv2.line(band, ends[0], ends[1], 1, max(3, round(1.6 * line.thickness) + 2))
    return band


def crumbs(rest: Mask, lines: Mask, longest: float) -> Mask:
    """Small pieces that are left beside lines, such as their corners.

    Args:
        rest: bool (H, W), ink that was not taken away.
        lines: bool (H, W), what was.
        longest: each is no longer and no higher, pixels.
    """
    if not lines.any():
        return np.zeros_like(rest)
    part_of, stats = label_parts(rest)
    beside = cv2.dilate(lines.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    touching = np.zeros(len(stats), bool)
    touching[np.unique(part_of[beside & rest])] = True
    small = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1) <= longest
    small[0] = False
    return (touching & small)[part_of]


def arrowheads(rest: Labelled, lines: list[LevelLine], usual: float) -> Mask:
    """Heads at both ends of lines, as of arrows that say how long something is, bool (H, W).

    Args:
        rest: parts of the ink that was not taken away.
        lines: nearly level ones.
        usual: height of what is written, pixels.
    """
    part_of, stats = rest
    x, y, width, height = stats[:, :4].T
    is_small = np.maximum(width, height) <= _LARGEST_HEAD * usual
    is_head = np.zeros(len(stats), bool)
    for line in lines:
        at_ends = [
            is_small
            & (np.minimum(width, height) >= 2 * line.thickness)
            & (x <= end + _SLACK)
            & (x + width >= end - _SLACK)
            & (np.abs(line.slope * end + line.height - y - height / 2) <= _OFF_MIDDLE * height)
            for end in (line.first, line.last)
        ]
        if line.length >= _SHORTEST_ARROW * usual and all(each.any() for each in at_ends):
            is_head |= at_ends[0] | at_ends[1]
    is_head[0] = False
    return np.asarray(is_head[part_of])


def above_and_below(lines: Mask) -> Mask:
    """Where a bar ends that stood or hung on a line, bool (H, W): on lines, and next to them."""
    around = np.ones((2 * _SLACK + 1, 1), np.uint8)
    return np.asarray(cv2.dilate(lines.astype(np.uint8), around).astype(bool))


def bars_on_lines(rest: Labelled, lines: Mask, usual: float) -> Mask:
    """Sides that are bolder than their table's lines, as a tinted heading has them.

    Args:
        rest: parts of the ink that was not taken away.
        lines: bool (H, W), what was.
        usual: height of what is written, pixels.
    """
    part_of, stats = rest
    width, height = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    is_tall = (height >= HIGHEST_ONE * usual) & (width <= _WIDEST_BAR * height)
    is_thin = (height < HIGHEST_ONE * usual) & (width <= _WIDEST_LOW_BAR * height)
    near = above_and_below(lines)
    begins, ends = np.zeros((2, len(stats)), bool)
    for part in (np.flatnonzero((is_thin | is_tall)[1:]) + 1).tolist():
        x, y, wide, tall = stats[part, :4].tolist()
        columns = slice(max(0, x - _SLACK), x + wide + _SLACK)  # it may part a line in two
        begins[part], ends[part] = (near[row, columns].any() for row in (y, y + tall - 1))
    is_bar = is_thin & (height <= _LOWEST_BOX * usual) & begins & ends
    hanging = np.flatnonzero(is_tall & begins)
    apart = np.abs(height[hanging][:, None] - height[hanging]) <= _ALIKE * height[hanging]
    is_bar[hanging] = apart.sum(axis=1) >= _FEWEST_BARS
    short = np.flatnonzero(begins & is_thin)
    is_bar[_sides_of_heading(stats, short, usual)] = True
    return np.asarray(is_bar[part_of])


def _sides_of_heading(
    stats: NDArray[np.int32], hanging: NDArray[np.intp], usual: float
) -> NDArray[np.intp]:
    """Which of some short parts that hang on lines are sides of a table's empty heading.

    Those are far apart, and what may be a digit between them lies below.
    """
    if len(hanging) < _FEWEST_BARS:
        return hanging[:0]
    x, top, _, height = stats[:, :4].T
    are_digits = height >= _LEAST_BESIDE * usual
    are_digits &= (x > x[hanging].min()) & (x < x[hanging].max())
    are_digits[hanging] = False
    is_below = top[are_digits] >= (top + (1 - _SHARED) * height)[hanging][:, None]
    hanging = hanging[is_below.all(axis=1)] if are_digits.any() else hanging[:0]
    apart = np.abs(x[hanging][:, None] - x[hanging]) + np.diag(np.full(len(hanging), np.inf))
    are_far = apart.min(axis=1, initial=np.inf) >= _FAR_APART * usual
    return hanging if len(hanging) >= _FEWEST_BARS and are_far.all() else hanging[:0]
