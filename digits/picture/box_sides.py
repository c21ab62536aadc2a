"""The sides between boxes in a row, found between the row's lower and upper line.

A side is ink all the way from one line to the other, whatever touches it, and however close two
boxes stand, whose sides then look like a bold one.

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from digits.picture.pixels import Mask, runs_of
from digits.picture.straight_lines import LevelLine

# Of the usual height of digits: how far the two lines are apart.
LOWEST_BOX, HIGHEST_BOX = 0.9, 3.2
# As slopes: how far from parallel the lines are at most.
_PARALLEL = 0.03
# Of a side, what is ink, and of that the ink of its edges.
_LEAST_OF_SIDE, _LEAST_OF_EDGE = 0.95, 0.8
# So many sides at least, those at the ends included, are no strokes of digits; of the usual height,
# what is between them, and how thick two of them side by side are at most.
FEWEST_SIDES, NARROWEST_BOX, _THICKEST = 3, 0.4, 0.3
# Likewise, how wide boxes for one digit are at most; of a box's width, how far others are off it.
_WIDEST_BOX, _OFF_WIDTH = 2.5, 0.25
# Of the usual height: from the side of one box to that of its neighbour at most.
_TWIN = 0.2
# Pixels: beyond the ends of lines, and beside their ink, which a lens blurs.
_BEYOND, _BESIDE = 4, 2


def find_box_sides(
    mask: Mask, level: Sequence[LevelLine], upright: Sequence[LevelLine], height: float
) -> list[LevelLine]:
    """All sides of the boxes between level lines.

    Args:
        mask: bool (H, W), ink; the level lines may be taken away.
        level: nearly level lines.
        upright: lines of the sheet on its side that were found before.
        height: usual one of what is written, pixels.

    Returns:
        More nearly level lines of the sheet on its side.
    """
    found: list[LevelLine] = []
    for above, below in _neighbours(level, height):
        strip = Strip.between(above, below, mask)
        others = [strip.column_of(line) for line in [*upright, *found] if strip.is_passed_by(line)]
        found += strip.sides(others, height)
    return found


def _neighbours(level: Sequence[LevelLine], height: float) -> Iterable[tuple[LevelLine, LevelLine]]:
    """Lines that lie one above the other as those of a row of boxes do, upper one first."""
    for one, two in combinations(level, 2):
        first, last = max(one.first, two.first), min(one.last, two.last)
        is_above = one.slope * first + one.height < two.slope * first + two.height
        above, below = (one, two) if is_above else (two, one)
        apart = below.height - above.height + (below.slope - above.slope) * (first + last) / 2
        are_level = abs(one.slope - two.slope) <= _PARALLEL
        if are_level and LOWEST_BOX * height <= apart <= HIGHEST_BOX * height and last > first:
            yield above, below


@dataclass(frozen=True, eq=False)
class Strip:
    """The sheet between two level lines.

    Attributes:
        above, below: the lines.
        columns: int (n,), where it is, on its middle.
        tops, bottoms: float (n,), where the lines' ink ends and begins.
        inked: bool (rows, n), ink on lines square to the two through each column.
        near: the same, or ink one pixel beside.
    """

    above: LevelLine
    below: LevelLine
    columns: NDArray[np.intp]
    tops: NDArray[np.float64]
    bottoms: NDArray[np.float64]
    inked: Mask
    near: Mask

    @classmethod
    def between(cls, above: LevelLine, below: LevelLine, mask: Mask) -> Strip:
        """Of two lines that lie one above the other."""
        first, last = max(above.first, below.first), min(above.last, below.last)
        columns = np.arange(max(0, first - _BEYOND), min(mask.shape[1], last + _BEYOND + 1))
        slope = (above.slope + below.slope) / 2
        tops = above.slope * columns + above.height + above.thickness / 2 + _BESIDE
        bottoms = below.slope * columns + below.height - below.thickness / 2 - _BESIDE
        size = max(4, int(np.median(bottoms - tops)))
        rows = np.rint(tops + np.linspace(0, 1, size)[:, None] * (bottoms - tops)).astype(np.intp)
        across = np.rint(columns - slope * (rows - (tops + bottoms) / 2)).astype(np.intp)
        inked = _ink_at(mask, rows, across)
        near = inked | _ink_at(mask, rows, across - 1) | _ink_at(mask, rows, across + 1)
        return cls(above, below, columns, tops, bottoms, inked, near)

    @property
    def middle(self) -> float:
        """Its row."""
        return float(np.median(self.tops + self.bottoms) / 2)

    def column_of(self, upright: LevelLine) -> float:
        """Where an upright line crosses the middle."""
        return upright.slope * self.middle + upright.height

    def is_passed_by(self, upright: LevelLine) -> bool:
        """Whether an upright line leads from one of the two to the other."""
        half = 0.4 * float(np.median(self.bottoms - self.tops))
        return upright.first <= self.middle - half and upright.last >= self.middle + half

    def sides(self, others: Sequence[float], height: float) -> list[LevelLine]:
        """Its sides, if they and others are those of boxes."""
        shares = self.inked.mean(axis=0)
        is_core = (self.near.mean(axis=0) >= _LEAST_OF_SIDE) & (shares >= _LEAST_OF_EDGE)
        sides: list[tuple[float, LevelLine]] = []
        for start, end in zip(*runs_of(is_core), strict=True):
            if end - start <= _THICKEST * height:
                sides.append((float(shares[start:end].max()), self._side(start, end)))
        chosen: list[LevelLine] = []
        ends = float(self.columns[0]), float(self.columns[-1])
        taken = [*others, *ends]
        for _, side in sorted(sides, key=lambda each: -each[0]):
            x = self.column_of(side)
            # One between a side and a neighbour is a 1, unless two boxes stand close.
            if all(not _TWIN <= abs(x - other) / height < NARROWEST_BOX for other in taken):
                chosen.append(side)
                taken.append(x)
        gaps = np.diff(np.unique(taken))
        gaps = gaps[gaps >= NARROWEST_BOX * height]
        if len(gaps) + 1 < FEWEST_SIDES or not _are_of_boxes(gaps, height):
            return []
        usual = float(np.median(gaps))
        return [
            side
            for side in chosen
            if not _halves_a_box(self.column_of(side), np.array(taken), usual, height)
        ]

    def upright_at(self, place: float, first: float, last: float, thickness: float) -> LevelLine:
        """A line square to the two.

        Args:
            place: which of the strip's columns it crosses the middle in.
            first, last: its rows.
            thickness: of it, pixels.
        """
        at = min(max(round(place), 0), len(self.columns) - 1)
        slope = -(self.above.slope + self.below.slope) / 2
        x = float(self.columns[0]) + place
        y = float(self.tops[at] + self.bottoms[at]) / 2
        return LevelLine(slope, x - slope * y, round(first), round(last), thickness)

    def _side(self, start: int, end: int) -> LevelLine:
        at = (start + end - 1) // 2
        y = float(self.tops[at] + self.bottoms[at]) / 2
        half = float(self.bottoms[at] - self.tops[at]) / 2 + _BESIDE
        thickness = max(float(end - start), min(self.above.thickness, self.below.thickness))
        return self.upright_at((start + end - 1) / 2, y - half, y + half, thickness)


def _are_of_boxes(gaps: NDArray[np.float64], height: float) -> bool:
    """Whether most gaps between sides are so wide as one box, or several whose sides are not seen.

    A single 1 that leads from line to line has any place between the ends of these.
    """
    usual = float(np.quantile(gaps, 0.5, method="higher"))
    boxes = np.round(gaps / usual)
    are_whole = (boxes >= 1) & (np.abs(gaps / usual - boxes) <= _OFF_WIDTH)
    return bool(usual <= _WIDEST_BOX * height and are_whole.mean() > 0.5)


def _halves_a_box(x: float, sides: NDArray[np.float64], usual: float, height: float) -> bool:
    """Whether its neighbours are as far from each other as the two sides of one box: it is a 1."""
    far = sides[np.abs(sides - x) >= NARROWEST_BOX * height]
    before, behind = far[far < x], far[far > x]
    if not (before.size and behind.size):
        return False
    return bool(abs(behind.min() - before.max() - usual) <= _OFF_WIDTH * usual)


def _ink_at(mask: Mask, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> Mask:
    inside = (rows >= 0) & (rows < len(mask)) & (columns >= 0) & (columns < mask.shape[1])
    at = np.clip(rows, 0, len(mask) - 1), np.clip(columns, 0, mask.shape[1] - 1)
    return np.asarray(mask[at] & inside)
