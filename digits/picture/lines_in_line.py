"""Sides of boxes in groups side by side, which lie on one line: where one is found, others are.

Digits and printed words that touch a side leave none of it thin by itself for long, so that it is
not found; but the same side of another group says where it is, and it is ink from end to end.

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from digits.picture.pixels import Mask, runs_of
from digits.picture.straight_lines import LevelLine, pixels_of_lines

# Of the usual height: a stroke of a digit that happens to lie on a line is shorter.
_SHORTEST = 1.3
# Pixels, beside a line's thickness: how far another may be off its place.
_OFF = 2
# Pixels: what is no wider in ink is no gap.
_GAP = 2
# Of a line's length, what is no stroke that passes it.
_LEAST_BARE = 0.5
# Of the usual height: sides at its ends are no lower.
_LOWEST_SIDE = 0.6
# Of a line's thickness, and pixels: one in line with it is no thicker.
_THICKEST, _BLUR = 1.5, 2


def lines_in_line(
    mask: Mask, ink: Mask, level: Sequence[LevelLine], height: float
) -> list[LevelLine]:
    """More nearly level sides of boxes, each in line with one that was found.

    Args:
        mask: bool (H, W), ink.
        ink: bool (H, W), of it what is left without the lines that were found.
        level: these, sides of boxes and others.
        height: usual one of what is written, pixels.
    """
    left = ink.copy()
    found: list[LevelLine] = []
    sides = [line for line in level if _has_sides(mask, line, _LOWEST_SIDE * height)]
    for line in sorted(sides, key=lambda each: -each.length):
        for other in _inked_in_line(left, line, _SHORTEST * height):
            own = pixels_of_lines(left, [other])
            is_bare = np.count_nonzero(own.any(axis=0)) >= _LEAST_BARE * other.length
            if is_bare and _has_sides(mask, other, _LOWEST_SIDE * height):
                left &= ~own
                found.append(other)
    return found


def _inked_in_line(ink: Mask, line: LevelLine, shortest: float) -> list[LevelLine]:
    """What is ink from end to end, in line with a line, beyond its ends."""
    rows, columns = ink.shape
    x, reach = np.arange(columns), _OFF + round(line.thickness)
    off = np.arange(-reach, reach + 1)
    at = np.rint(line.slope * x + line.height).astype(np.intp) + off[:, None]
    inked = ink[np.clip(at, 0, rows - 1), x] & (at >= 0) & (at < rows)
    inked[:, max(0, line.first) : line.last + 1] = False
    close = np.ones((1, _GAP + 1), np.uint8)
    inked = cv2.morphologyEx(inked.view(np.uint8), cv2.MORPH_CLOSE, close) > 0
    found = []
    while (longest := _longest_run(inked)) and longest[1] - longest[0] >= shortest:
        first, last = longest
        places = np.flatnonzero(inked[:, first:last].all(axis=1))
        if len(places) <= _THICKEST * line.thickness + _BLUR:
            height = line.height + float(off[places].mean())
            found.append(replace(line, height=height, first=first, last=last - 1))
        inked[:, first:last] = False
    return found


def _has_sides(mask: Mask, line: LevelLine, lowest: float) -> bool:
    """Whether so high a side stands or hangs at both ends of a line, as on no ruling in pieces."""
    columns = mask.shape[1]
    reach = round(line.thickness / 2) + _OFF
    for x in (line.first, line.last):
        y = round(line.slope * x + line.height)
        at_end = slice(max(0, x - reach), x + reach + 1)
        above = mask[max(0, y - reach - round(lowest)) : max(0, y - reach), at_end]
        below = mask[y + reach : y + reach + round(lowest), at_end]
        is_cut = min(x, columns - 1 - x) <= reach
        if not is_cut and not any(each.size and each.all(axis=0).any() for each in (above, below)):
            return False
    return True


def _longest_run(inked: Mask) -> tuple[int, int] | None:
    """First column of the longest run in any row, and the one behind it; None if all is bare."""
    runs = [run for row in inked for run in zip(*runs_of(row), strict=True)]
    first, last = max(runs, key=lambda run: run[1] - run[0], default=(0, 0))
    return (int(first), int(last)) if last else None
