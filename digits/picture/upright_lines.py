"""Which upright lines are sides of boxes and cells, and which may be stems of digits.

An upright line is a `LevelLine` of the sheet on its side.

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from digits.picture.pixels import Mask, label_parts, middle_by_sum
from digits.picture.sheet_parts import LEADS_ACROSS
from digits.picture.straight_lines import LevelLine
from digits.picture.usual_strokes import Strokes

# Of the usual height: no upright stroke of a digit is longer.
LONGEST_UPRIGHT_STROKE = 1.9
# Likewise: nor so long an upright one that leads from border to border.
LONGEST_STROKE_ACROSS = 1.4
# Likewise: nor one that leads from a level line, or from the border of the sheet, to another, from
# the middles of those lines.
LONGEST_STROKE_BETWEEN = 1.25
# As a slope: how far the sides of a box are from square at most.
SQUARE = 0.09
# Pixels: from the end of a line to the line that it leads to.
SLACK = 4
# Of a line's length: what is in a row with it is no farther away, and no lower than digits beside a
# 1. Of the lower of the two, how much they share; and it is no narrower, for a line is no digit.
_FARTHEST, _LOWEST_BESIDE, _SHARED, _NARROWEST = 4.0, 0.65, 0.8, 0.3
# Of the sheet: what is higher may be a table.
_HIGHEST_BESIDE = 0.5


def upright_lines_among(
    upright: list[LevelLine],
    ink: Mask,
    strokes: Strokes,
    level: list[LevelLine],
) -> list[LevelLine]:
    """Upright lines that are too long for strokes, or lead from one level line to another.

    Args:
        upright: all straight pieces.
        ink: bool (H, W), of the sheet, upright, without its level lines.
        strokes: what is written.
        level: all level lines.
    """
    ends = [_ends_of(line, level) for line in upright]
    digits = _Digits(ink, strokes)

    def is_side(number: int) -> bool:
        others = [*ends[:number], *ends[number + 1 :]]
        is_square = _is_square_to(upright[number], level)
        is_thin = is_square and upright[number].thickness < strokes.thin
        return _is_side(ends[number], others, is_thin=is_thin)

    chosen = [
        _is_too_long(line, ink.shape, digits, level) or is_side(number)
        for number, line in enumerate(upright)
    ]
    for number in _high_between(upright, ends, ink.shape, digits, level):
        chosen[number] = True
    return [line for line, is_line in zip(upright, chosen, strict=True) if is_line]


class _Digits:
    """How high digits are: usually, and beside much small print in the row of a line.

    Args:
        ink: bool (H, W), of the sheet, upright, without its level lines.
        strokes: what is usual.
    """

    def __init__(self, ink: Mask, strokes: Strokes) -> None:
        self._ink = ink
        self.strokes = strokes

    def are_lower(self, line: LevelLine, least: float, beyond: float = 0.0) -> bool:
        """Whether a line is so many times as high, with what is hidden of it beyond its ends.

        What is as thick as a stroke may be a 1, and is compared to what is in a row with it.
        """
        length = line.length + beyond
        if length < least * self.strokes.height:
            return False
        return line.thickness < self.strokes.thin or length >= least * self._height_beside(line)

    @cached_property
    def _boxes(self) -> NDArray[np.int32]:
        """X, y, width and height, int (4, n), of what is neither a narrow bar nor a table."""
        boxes = label_parts(self._ink)[1][1:, :4].T
        may_be_digits = boxes[2] >= _NARROWEST * boxes[3]
        may_be_digits &= boxes[3] <= _HIGHEST_BESIDE * len(self._ink)
        return np.asarray(boxes[:, may_be_digits])

    def _height_beside(self, line: LevelLine) -> float:
        x, top, width, height = self._boxes
        at = line.slope * (line.first + line.last) / 2 + line.height
        away = np.maximum(x - at, at - x - width)
        shared = np.minimum(top + height, line.last + 1) - np.maximum(top, line.first)
        in_row = (away > 0) & (away <= _FARTHEST * line.length)
        in_row &= shared >= _SHARED * np.minimum(height, line.length)
        in_row &= height >= _LOWEST_BESIDE * line.length
        return middle_by_sum(height[in_row]) if in_row.any() else self.strokes.height


def _high_between(
    upright: list[LevelLine],
    ends: list[list[list[_End]]],
    shape: tuple[int, ...],
    digits: _Digits,
    level: list[LevelLine],
) -> list[int]:
    """Numbers of those that are higher than digits and end where a crop cut a table, or on lines.

    A single one from border to border may be a 1 in a tight crop.
    """
    found, across = [], []
    for number, line in enumerate(upright):
        at_border = [line.first <= SLACK, line.last >= shape[0] - 1 - SLACK]
        beyond = sum(level[on[0][0]].thickness / 2 for on in ends[number] if on)
        is_high = digits.are_lower(line, LONGEST_STROKE_BETWEEN, beyond)
        if not is_high or (level and not _is_square_to(line, level)):
            continue
        if all(at_border):
            across.append(number)
        elif all(on or cut for on, cut in zip(ends[number], at_border, strict=True)):
            found.append(number)
    return [*found, *across] if len(across) != 1 or found else found


def _is_too_long(
    line: LevelLine, shape: tuple[int, ...], digits: _Digits, level: list[LevelLine]
) -> bool:
    """Whether a line is too long for a stroke, as the others are that lead across the sheet."""
    rows, columns = shape
    if line.length < LEADS_ACROSS * rows:
        return digits.are_lower(line, LONGEST_UPRIGHT_STROKE)
    return (
        digits.are_lower(line, LONGEST_STROKE_ACROSS)
        or line.thickness < 0.5 * digits.strokes.width
        or _are_of_a_grid(line, level, columns)
    )


def _is_square_to(upright: LevelLine, level: list[LevelLine]) -> bool:
    return any(abs(upright.slope + line.slope) <= SQUARE for line in level)


def _are_of_a_grid(upright: LevelLine, level: list[LevelLine], columns: int) -> bool:
    """Whether there are level lines from border to border about as thick as an upright."""
    return any(
        line.length >= LEADS_ACROSS * columns and _are_alike(line, upright) for line in level
    )


def _are_alike(one: LevelLine, two: LevelLine) -> bool:
    """Whether two lines may be of one pen."""
    return 0.6 <= one.thickness / two.thickness <= 1.7


_End = tuple[int, str]
"""Number of a level line, and where an upright ends on it: at its "first" column, "last", or "on"
it."""


def _ends_of(upright: LevelLine, level: list[LevelLine]) -> list[list[_End]]:
    """On which level lines that are about as thick an upright begins and ends."""
    ends = []
    for y in (upright.first, upright.last):
        x = upright.slope * y + upright.height
        places = [
            (number, _where_on(line, x, y))
            for number, line in enumerate(level)
            if _are_alike(line, upright)
        ]
        ends.append([(number, place) for number, place in places if place])
    return ends


def _where_on(line: LevelLine, x: float, y: float) -> str:
    slack = line.thickness + SLACK
    if abs(line.slope * x + line.height - y) > slack:
        return ""
    if abs(x - line.first) <= slack:
        return "first"
    if abs(x - line.last) <= slack:
        return "last"
    return "on" if line.first < x < line.last else ""


def _is_side(ends: list[list[_End]], others: Sequence[list[list[_End]]], *, is_thin: bool) -> bool:
    """Whether an upright leads from one level line to another, or from the end of one upwards.

    What is not thin, and may be the stem of a digit, must lead from end to end, or have a twin at
    the level line's other end.
    """
    at_ends = [[end for end in found if end[1] != "on"] for found in ends]
    if all(at_ends) or (is_thin and (all(ends) or any(at_ends))):
        return True
    opposite = {"first": "last", "last": "first"}
    twins = {(number, opposite[place]) for found in at_ends for number, place in found}
    return any(end in twins for other in others for found in other for end in found)
