"""Whether digits stand in the cells of a grid, each a number of its own, as in a puzzle of numbers.

Digits that have a box each are one number on a form, and on squared paper; a grid's are in columns
below each other, too, and as close to the rows above and below as to their neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
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
# Likewise: columns are no closer, with lines between them and without; a number's digits may be.
_LEAST_PITCH_LINED, _LEAST_PITCH = 1.15, 1.5
# Of the distance of columns, that of rows: more is between two numbers in boxes.
_FARTHEST_ROWS = 1.35


def told_apart_in_grid(rows: Sequence[RowReading]) -> list[RowReading]:
    """The rows of a sheet as they are, or with a gap between any two digits if these are in a grid.

    Args:
        rows: without words.
    """
    parted = [is_parted for row in rows for is_parted in row.gaps.parted()]
    are_parted = 2 * sum(parted) > len(parted)
    if not are_in_grid([row.digits for row in rows], are_parted=are_parted):
        return list(rows)
    return [replace(row, gaps=replace(row.gaps, are_in_grid=True)) for row in rows]


def are_in_grid(rows: Sequence[Sequence[Part]], *, are_parted: bool) -> bool:
    """Whether each digit is a number of its own.

    Args:
        rows: the digits of each row of a sheet.
        are_parted: whether upright lines stand between most of them.
    """
    digits = [part for row in rows for part in row]
    middles = [np.mean([part.middle[1] for part in row]) for row in rows if row]
    if len(digits) < _FEWEST or len(middles) < 2:
        return False
    height = float(np.median([part.height for part in digits]))
    columns = _columns(np.sort([part.middle[0] for part in digits]), height)
    if len(columns) < 2 or max(map(np.ptp, columns)) > _WIDEST_COLUMN * height:
        return False
    pitch = float(np.diff([column.mean() for column in columns]).min())
    if pitch < (_LEAST_PITCH_LINED if are_parted else _LEAST_PITCH) * height:
        return False
    return bool(np.diff(np.sort(middles)).min() <= _FARTHEST_ROWS * pitch)


def _columns(at: NDArray[np.float64], height: float) -> list[NDArray[np.float64]]:
    """The middles of digits that stand below each other, from left to right."""
    return np.split(at, np.flatnonzero(np.diff(at) > _BETWEEN_COLUMNS * height) + 1)
