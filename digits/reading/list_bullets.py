"""Marks in front of the entries of a list, such as ticks and boxes, which are no part of a number.

Each is like no digit, which says nothing of the numbers: they stand one below the other, in a
column of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from digits.picture.row_finding import Part

if TYPE_CHECKING:
    from digits.reading.number_rows import RowReading

# So many are a list: hardly as many rows begin with a digit that is like none, just where no other
# row has one.
_FEWEST = 3
# Of their usual height: how far their middles are from the middle one's column, and how many times
# as high or low they are.
_OFF_COLUMN, _AS_HIGH = 0.6, 1.6


def without_bullets(rows: Sequence[RowReading]) -> list[RowReading]:
    """What is written but for the bullets of a list.

    Args:
        rows: as both networks read them.
    """
    listed = [row for row in rows if row.signs and row.signs[0].is_unclear and row.digits]
    bullets = [row.signs[0].part for row in listed]
    if len(bullets) < _FEWEST or not _are_alike(bullets) or not _are_alone(bullets, rows):
        return list(rows)
    return [row.with_signs(row.signs[1:]) if row in listed else row for row in rows]


def _are_alike(parts: Sequence[Part]) -> bool:
    """Whether they are about as high, one below the other."""
    heights = np.array([part.height for part in parts], np.float64)
    middles = np.array([part.middle[0] for part in parts])
    usual = float(np.median(heights))
    off = np.abs(middles - np.median(middles))
    times = np.maximum(heights / usual, usual / heights)
    return bool((off <= _OFF_COLUMN * usual).all() and (times <= _AS_HIGH).all())


def _are_alone(bullets: Sequence[Part], rows: Sequence[RowReading]) -> bool:
    """Whether no digit stands in their column, or to its left."""
    end = float(np.median([part.x + part.width for part in bullets]))
    return all(digit.middle[0] > end for row in rows for digit in row.digits)
