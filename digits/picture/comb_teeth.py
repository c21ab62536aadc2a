"""Teeth of a comb: short upright bars on a line that part the boxes of a form, one for each digit.

Once the line is gone they look like commas; but they stand upright, are alike, and as far from each
other as boxes are wide.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from digits.picture.line_remains import above_and_below
from digits.picture.pixels import Labelled, Mask

# Of the usual height of what is written, how high teeth are; of their height, how wide at most; and
# of their box, what is ink: of a slanted comma it is less.
_LOWEST, _HIGHEST, _WIDEST, _LEAST_INK = 0.1, 0.6, 0.5, 0.55
# Of the usual height, how wide a box for one digit is; of how far two teeth are from each other,
# how far one is above the other on a slanted line.
_NARROWEST_BOX, _WIDEST_BOX, _STEEPEST = 0.45, 1.6, 0.3
# So many teeth, of heights that differ so much, and with gaps that are off that of one box by so
# much of it; a tooth that touches a digit is missing, and leaves a gap of two.
_FEWEST, _ALIKE, _OFF_PITCH, _MOST_BOXES = 3, 0.35, 0.15, 2
# The quantile of gaps that is one box, where some are two.
_PITCH = 0.25


def teeth_on_lines(rest: Labelled, lines: Mask, usual: float) -> Mask:
    """What is left of combs.

    Args:
        rest: parts of the ink that was not taken away.
        lines: bool (H, W), what was.
        usual: height of what is written, pixels.

    Returns:
        bool (H, W).
    """
    part_of, stats = rest
    bars = _bars(stats, lines, usual)
    is_tooth = np.zeros(len(stats), bool)
    is_tooth[bars[_are_pitched(stats[bars], usual)]] = True
    return np.asarray(is_tooth[part_of])


def _bars(stats: NDArray[np.int32], lines: Mask, usual: float) -> NDArray[np.intp]:
    """The numbers of the parts that are upright bars with an end on a line."""
    width, height = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    is_bar = (height >= _LOWEST * usual) & (height <= _HIGHEST * usual)
    is_bar &= (width <= _WIDEST * height) & (
        stats[:, cv2.CC_STAT_AREA] >= _LEAST_INK * width * height
    )
    is_bar[0] = False
    bars = np.flatnonzero(is_bar)
    if len(bars) < _FEWEST:
        return bars[:0]
    near = above_and_below(lines)
    return bars[[_has_end_on(near, *stats[bar, :4].tolist()) for bar in bars]]


def _has_end_on(near: Mask, x: int, y: int, width: int, height: int) -> bool:
    """Whether there is a line at one end of a bar, and none at the other."""
    upper, lower = (near[row, x : x + width].any() for row in (y, y + height - 1))
    return bool(upper != lower)


def _are_pitched(stats: NDArray[np.int32], usual: float) -> Mask:
    """Which bars have a neighbour one box away, or two, or are like those and beside them."""
    x = stats[:, cv2.CC_STAT_LEFT] + stats[:, cv2.CC_STAT_WIDTH] / 2
    y = stats[:, cv2.CC_STAT_TOP] + stats[:, cv2.CC_STAT_HEIGHT] / 2
    height = stats[:, cv2.CC_STAT_HEIGHT]
    apart = np.abs(x[:, None] - x)
    are_beside = np.abs(y[:, None] - y) <= _STEEPEST * apart
    are_beside &= np.abs(height[:, None] - height) <= _ALIKE * np.maximum.outer(height, height)
    is_box = (apart >= _NARROWEST_BOX * usual) & (apart <= _WIDEST_BOX * usual)
    pitches = np.where(are_beside & is_box, apart, np.inf).min(axis=1, initial=np.inf)
    pitches = pitches[np.isfinite(pitches)]
    if len(pitches) < _FEWEST:
        return np.zeros(len(stats), bool)
    pitch = float(np.quantile(pitches, _PITCH))
    boxes = np.clip(np.round(apart / pitch), 1, _MOST_BOXES)
    are_pitched = are_beside & (np.abs(apart / pitch - boxes) <= _OFF_PITCH)
    is_tooth = np.asarray(are_pitched.any(axis=1))
    if is_tooth.sum() < _FEWEST:
        return np.zeros(len(stats), bool)
    return np.asarray(is_tooth | are_beside[:, is_tooth].any(axis=1))
