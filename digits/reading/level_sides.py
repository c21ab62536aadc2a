"""The upper and lower sides of the boxes that digits of a row stand in, and where these end.

Two groups of boxes have their sides on the same two lines, which are missing between them. A comb
has no upper side, and a digit may hide those of its own box.

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from digits.picture.faint_lines import find_faint_uprights
from digits.picture.pixels import Grey, InkMap
from digits.picture.row_finding import Part

# Of the height of a row: a side is no farther from a digit's middle, and no farther beside its
# place than this, or so many pixels.
_FARTHEST, _BESIDE, _SLACK = 1.5, 0.12, 2.0
# So many boxes before and behind some columns are looked at.
_LOOKED_AT = 3

_Point: TypeAlias = tuple[float, float]


@dataclass(frozen=True, eq=False)
class LevelSides:
    """Level lines above and below the digits of a row, however faint.

    Attributes:
        contrast: uint8 (H, W), of the sheet.
        ink_map: float32 (H, W), of the sheet.
        height: of the row, pixels.
    """

    contrast: Grey
    ink_map: InkMap
    height: float

    def are_missing(
        self, start: int, end: int, before: Sequence[Part], behind: Sequence[Part]
    ) -> bool:
        """Whether boxes before and behind some columns have sides, and there are none in these.

        Args:
            start, end: the first of the columns, and the one behind them.
            before, behind: digits, the nearest first.
        """
        x = (start + end - 1) / 2
        found = self._lines(start, end, _height_at(x, before[0].middle, behind[0].middle))
        slack = max(_SLACK, _BESIDE * self.height)
        are_missing = [
            not (abs(found - _height_at(x, one, other)) <= slack).any()
            for one, other in zip(self._nearest(before), self._nearest(behind), strict=True)
            if one is not None and other is not None
        ]
        return bool(are_missing) and all(are_missing)

    def _nearest(self, parts: Sequence[Part]) -> list[_Point | None]:
        """Where the first of an upper side is, and of a lower one; None for none."""
        nearest: list[_Point | None] = [None, None]
        for part in parts[:_LOOKED_AT]:
            nearest = [one or own for one, own in zip(nearest, self._of(part), strict=True)]
        return nearest

    def _of(self, part: Part) -> tuple[_Point | None, _Point | None]:
        """Where the lines next to a sign's middle are, above and below; None for none."""
        x, y = part.middle
        lines = self._lines(part.x, part.x + part.width, y)
        above, below = lines[lines < y], lines[lines > y]
        return (
            (x, float(above.max())) if above.size else None,
            (x, float(below.min())) if below.size else None,
        )

    def _lines(self, start: int, end: int, y: float) -> NDArray[np.float64]:
        """The rows of the lines that lead through some columns, not far from a row."""
        top = max(0, round(y - _FARTHEST * self.height))
        rows = slice(top, round(y + _FARTHEST * self.height) + 1)
        contrast, ink_map = self.contrast[rows, start:end].T, self.ink_map[rows, start:end].T
        return top + find_faint_uprights(contrast, ink_map, 0, end - start)


def _height_at(x: float, one: _Point, other: _Point) -> float:
    """Of the line through two points."""
    share = (x - one[0]) / (other[0] - one[0])
    return (1 - share) * one[1] + share * other[1]
