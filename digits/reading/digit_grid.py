"""Whether digits stand in the cells of a grid, each a number of its own, as in a puzzle of numbers.

Digits that have a box each are one number on a form, and on squared paper; a grid's are in columns
below each other, too, and as close to the rows above and below as to their neighbours. In a puzzle
with empty squares many digits stand alone between these, as hardly any number does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from digits.picture.row_finding import Part

if TYPE_CHECKING:
    from digits.reading.number_rows import RowReading

# Fewer digits are below each other by chance.
_FEWEST = 4
# Of the digits' height: how far from each other the middles of one column's digits are at most, and
# those of two columns at least.
_WIDEST_COLUMN, _BETWEEN_COLUMNS = 0.45, 0.55
# Of the distance of columns with lines between them: or those of one are no farther apart.
_WIDEST_IN_CELL = 0.3
# Of the digits' height: columns are no closer, with lines between them and without; a number's
# digits may be.
_LEAST_PITCH_LINED, _LEAST_PITCH = 1.15, 1.5
# Of the distance of columns, that of rows: more is between two numbers in boxes.
_FARTHEST_ROWS = 1.35
# Of all neighbours, those with a line between them where each stands in a square of its own; faint
# lines are not all seen. Of the distance of rows, as which squares are wide: neighbours in two
# squares are no closer, and mostly not so close; an empty one lies between those that are so far
# apart.
_MANY_PARTED, _LEAST_OF_SQUARE, _USUAL_SQUARE, _EMPTY_SQUARE = 0.3, 0.55, 0.8, 1.5
# Of a digit's height: squares are no smaller. Of what stands between empty squares, so much is but
# one digit in a puzzle.
_SMALLEST_SQUARE, _LEAST_ALONE = 0.9, 0.25
# What takes the place of a digit; a point stands between two, or is left of a crossing of lines.
_AS_LARGE = frozenset({"digit", "dash", "slash", "plus", "equals"})


def told_apart_in_grid(rows: Sequence[RowReading]) -> list[RowReading]:
    """The rows of a sheet as they are, or with a gap between any two digits if these are in a grid.

    Args:
        rows: without words.
    """
    parted = [is_parted for row in rows for is_parted in row.gaps.parted()]
    are_parted = 2 * sum(parted) > len(parted)
    slope = float(np.median([row.row.slope for row in rows])) if rows else 0.0
    if not are_in_grid([row.digits for row in rows], are_parted=are_parted, slope=slope):
        signs = [[sign.part for sign in row.signs if sign.kind in _AS_LARGE] for row in rows]
        if sum(parted) < _MANY_PARTED * len(parted) or not are_in_squares(signs):
            return list(rows)
    return [replace(row, gaps=replace(row.gaps, are_in_grid=True)) for row in rows]


def are_in_grid(rows: Sequence[Sequence[Part]], *, are_parted: bool, slope: float = 0.0) -> bool:
    """Whether each digit is a number of its own.

    Args:
        rows: the digits of each row of a sheet.
        are_parted: whether upright lines stand between most of them.
        slope: of the rows, dy / dx: columns are square to them.
    """
    digits = [part for row in rows for part in row]
    middles = [np.mean([_along(part, 1, -slope) for part in row]) for row in rows if row]
    if len(digits) < _FEWEST or len(middles) < 2:
        return False
    height = float(np.median([part.height for part in digits]))
    columns = _columns(np.sort([_along(part, 0, slope) for part in digits]), height)
    if len(columns) < 2:
        return False
    pitch = float(np.diff([column.mean() for column in columns]).min())
    widest = max(_WIDEST_COLUMN * height, _WIDEST_IN_CELL * pitch if are_parted else 0.0)
    if max(map(np.ptp, columns)) > widest:
        return False
    if pitch < (_LEAST_PITCH_LINED if are_parted else _LEAST_PITCH) * height:
        return False
    return bool(np.diff(np.sort(middles)).min() <= _FARTHEST_ROWS * pitch)


def _along(part: Part, axis: int, slope: float) -> float:
    """Where the middle of a part is along one axis of a sheet whose other one is so steep."""
    return part.middle[axis] + slope * part.middle[1 - axis]


def are_in_squares(rows: Sequence[Sequence[Part]]) -> bool:
    """Whether signs, with lines between them, stand in squares some of which are empty.

    Args:
        rows: digits, and marks as large, of each row of a sheet, from left to right.
    """
    signs = [part for row in rows for part in row]
    middles = np.sort([np.mean([part.middle[1] for part in row]) for row in rows if row])
    if len(signs) < _FEWEST or len(middles) < 2:
        return False
    side = _usual_step(np.diff(middles))
    if side < _SMALLEST_SQUARE * float(np.median([part.height for part in signs])):
        return False
    steps = [np.diff([part.middle[0] for part in row]) / side for row in rows if len(row) >= 2]
    if not steps or not _are_as_squares(np.concatenate(steps)):
        return False
    lengths = [length for each in steps for length in _between_empty_squares(each)]
    return bool(lengths) and lengths.count(1) >= _LEAST_ALONE * len(lengths)


def _usual_step(steps: NDArray[np.float64]) -> float:
    """How far it mostly is from one row to the next, where some rows are empty."""
    return float(np.median(steps[steps < _EMPTY_SQUARE * steps.min()]))


def _are_as_squares(steps: NDArray[np.float64]) -> bool:
    """Whether neighbours are as far apart as squares are wide, wherever they stand in theirs."""
    beside = steps[steps < _EMPTY_SQUARE]
    return not len(beside) or bool(
        beside.min() >= _LEAST_OF_SQUARE and np.median(beside) >= _USUAL_SQUARE
    )


def _between_empty_squares(steps: NDArray[np.float64]) -> list[int]:
    """How many signs of a row each stand together; none where there is no empty square."""
    empty = np.flatnonzero(steps >= _EMPTY_SQUARE)
    ends = [-1, *empty.tolist(), len(steps)]
    return [stop - start for start, stop in pairwise(ends)] if len(empty) else []


def _columns(at: NDArray[np.float64], height: float) -> list[NDArray[np.float64]]:
    """The middles of digits that stand below each other, from left to right."""
    return np.split(at, np.flatnonzero(np.diff(at) > _BETWEEN_COLUMNS * height) + 1)
