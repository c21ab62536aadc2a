"""The sides between boxes in a row, found between the row's lower and upper line.

A side is ink all the way from one line to the other, whatever touches it, and however close two
boxes stand, whose sides then look like a bold one.

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
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
# Of how far the lines are apart: their ends are no farther beside each other.
FARTHEST_LEAN = 0.4
# So many boxes that are alike say how wide all are; of the usual height, how wide one is at most
# that is sure to be no two, and one that is none even if there is a line in each.
_FEWEST_ALIKE, _ONE_BOX, _NO_HALVES = 2, 1.3, 1.1
# Of the width of the narrowest: what is wider may be two boxes.
_TWO_BOXES = 1.5
# Of a box's width: lines that halve boxes differ so much in their places.
_ALIKE = 0.1
# As a slope: no side leans so much that is square to its row.
_SQUARE = 0.04
# Of the length of a row: two sides that are farther apart tell how those between them lean.
_FAR_APART = 0.4
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
        passing = [line for line in [*upright, *found] if strip.is_passed_by(line)]
        others = [strip.column_of(line) for line in passing]
        sides = strip.sides(others, height)
        if do_lean(passing, below) and strip.lacks_sides(others, height):
            leaning = Strip.between(above, below, mask, passing).sides(others, height)
            sides = max(leaning, sides, key=len)
        found += sides
    return found


def do_lean(upright: Sequence[LevelLine], line: LevelLine) -> bool:
    """Whether any upright lines are far from square to a level one."""
    return any(abs(each.slope + line.slope) > _SQUARE for each in upright)


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
        leans: float (n,), as a slope, x by y, how sides through each column would lean.
        inked: bool (rows, n), ink on such a side through each column.
        near: the same, or ink one pixel beside.
    """

    above: LevelLine
    below: LevelLine
    columns: NDArray[np.intp]
    tops: NDArray[np.float64]
    bottoms: NDArray[np.float64]
    leans: NDArray[np.float64]
    inked: Mask
    near: Mask

    @classmethod
    def between(
        cls,
        above: LevelLine,
        below: LevelLine,
        mask: Mask,
        upright: Sequence[LevelLine] = (),
    ) -> Strip:
        """Of two lines that lie one above the other.

        Args:
            above, below: the lines.
            mask: bool (H, W), ink.
            upright: some that lead from one to the other, as which sides lean; without any they are
                square to the two.
        """
        shared = max(above.first, below.first), min(above.last, below.last)
        leaning = _ends_between(above, below)
        ends = (leaning, shared) if upright else (shared, leaning)
        own = below.first, below.last  # where none is above the other
        first, last = next((each for each in ends if each[0] <= each[1]), own)
        columns = np.arange(max(0, first - _BEYOND), min(mask.shape[1], last + _BEYOND + 1))
        tops = above.slope * columns + above.height + above.thickness / 2 + _BESIDE
        bottoms = below.slope * columns + below.height - below.thickness / 2 - _BESIDE
        size = max(4, int(np.median(bottoms - tops)))
        rows = np.rint(tops + np.linspace(0, 1, size)[:, None] * (bottoms - tops)).astype(np.intp)
        leans = np.full(len(columns), -(above.slope + below.slope) / 2)
        if upright:
            leans = _leans_at(columns, upright, float(np.median(tops + bottoms) / 2))
        across = np.rint(columns + leans * (rows - (tops + bottoms) / 2)).astype(np.intp)
        inked = _ink_at(mask, rows, across)
        near = inked | _ink_at(mask, rows, across - 1) | _ink_at(mask, rows, across + 1)
        return cls(above, below, columns, tops, bottoms, leans, inked, near)

    @cached_property
    def middle(self) -> float:
        """Its row."""
        return float(np.median(self.tops + self.bottoms) / 2)

    @cached_property
    def apart(self) -> float:
        """How far it is from line to line."""
        return float(np.median(self.bottoms - self.tops))

    def column_of(self, upright: LevelLine) -> float:
        """Where an upright line crosses the middle."""
        return upright.slope * self.middle + upright.height

    def is_passed_by(self, upright: LevelLine) -> bool:
        """Whether an upright line leads from one of the two to the other, at their ends or between.

        The ends of one may be beside those of the other.
        """
        beyond = _BEYOND + FARTHEST_LEAN * self.apart / 2
        first, last = self.columns[0] - beyond, self.columns[-1] + beyond
        leads_across = upright.first <= self.middle - 0.4 * self.apart
        leads_across &= upright.last >= self.middle + 0.4 * self.apart
        return bool(leads_across and first <= self.column_of(upright) <= last)

    def lacks_sides(self, others: Sequence[float], height: float) -> bool:
        """Whether there is room for more between known sides, some of which stand wider apart."""
        gaps = np.diff(np.unique([self.columns[0], *others, self.columns[-1]]))
        gaps = gaps[gaps >= NARROWEST_BOX * height]
        return bool(gaps.size) and gaps.max() > min(_TWO_BOXES * gaps.min(), _ONE_BOX * height)

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
        seen = [self.column_of(side) for _, side in sides]
        # A line that leads out of the sheet ends at no side.
        last = min(self.above.last, self.below.last)
        are_inside = self.columns[0] > 0, self.columns[-1] >= last + _BEYOND
        known = np.array(
            [*others, *(x for x, is_inside in zip(ends, are_inside, strict=True) if is_inside)]
        )
        box = _known_box(known, seen, height)
        for _, side in sorted(sides, key=lambda each: -each[0]):
            x = self.column_of(side)
            # One between a side and a neighbour is a 1, unless two boxes stand close.
            is_free = all(not _TWIN <= abs(x - other) / height < NARROWEST_BOX for other in taken)
            if is_free and _is_whole_boxes_from(known, x, box, height):
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
        """A side.

        Args:
            place: which of the strip's columns it crosses the middle in.
            first, last: its rows.
            thickness: of it, pixels.
        """
        at = min(max(round(place), 0), len(self.columns) - 1)
        slope = float(self.leans[at])
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


def _known_box(known: NDArray[np.float64], others: Sequence[float], height: float) -> float:
    """How wide boxes are if the narrowest between known sides are alike; else 0.

    Where others halve them all alike, these are sides, too.
    """
    ends = np.unique(known)
    ends = ends[np.diff(ends, prepend=-np.inf) >= NARROWEST_BOX * height]
    order = np.argsort(np.diff(ends), kind="stable")[:_FEWEST_ALIKE]
    gaps = np.diff(ends)[order]
    if len(gaps) < _FEWEST_ALIKE or gaps[-1] > (1 + _OFF_WIDTH) * gaps[0]:
        return 0.0
    inside = [
        [(x - start) / gap for x in others if _TWIN * height < x - start < gap - _TWIN * height]
        for start, gap in zip(ends[order], gaps, strict=True)
    ]
    are_halved = gaps[0] >= _NO_HALVES * height and all(len(places) == 1 for places in inside)
    are_halved = are_halved and np.ptp(inside) <= _ALIKE
    return float(gaps.mean()) if not are_halved and gaps[0] <= _ONE_BOX * height else 0.0


def _is_whole_boxes_from(known: NDArray[np.float64], x: float, box: float, height: float) -> bool:
    """Whether there may be a side between two known ones: a 1 in a box is nearer to one of them."""
    off = np.abs(known - x)
    if not box or off.min() < _TWIN * height:
        return True
    boxes = np.array([off[known < x].min(initial=box), off[known > x].min(initial=box)]) / box
    return bool((np.abs(boxes - np.maximum(np.round(boxes), 1)) <= _OFF_WIDTH).all())


def _halves_a_box(x: float, sides: NDArray[np.float64], usual: float, height: float) -> bool:
    """Whether its neighbours are as far from each other as the two sides of one box: it is a 1."""
    far = sides[np.abs(sides - x) >= NARROWEST_BOX * height]
    before, behind = far[far < x], far[far > x]
    if not (before.size and behind.size):
        return False
    return bool(abs(behind.min() - before.max() - usual) <= _OFF_WIDTH * usual)


def _ends_between(above: LevelLine, below: LevelLine) -> tuple[int, int]:
    """First and last column of two lines halfway between, if sides lean from end to end."""
    ends = []
    for one, other, inner in ((above.first, below.first, max), (above.last, below.last, min)):
        x = inner(one, other)
        apart = below.height - above.height + (below.slope - above.slope) * x
        ends.append(round((one + other) / 2) if abs(one - other) <= FARTHEST_LEAN * apart else x)
    return ends[0], ends[1]


def _leans_at(
    columns: NDArray[np.intp], upright: Sequence[LevelLine], middle: float
) -> NDArray[np.float64]:
    """How sides at some columns lean if some upright lines do, by least squares.

    A lens sees the sides of boxes lean less and less, and then to the other side.
    """
    at = np.array([line.slope * middle + line.height for line in upright])
    degree = int(len(at) > 1 and np.ptp(at) >= _FAR_APART * len(columns))
    fit = np.polyfit(at, [line.slope for line in upright], degree)
    return np.asarray(np.polyval(fit, columns), np.float64)


def _ink_at(mask: Mask, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> Mask:
    inside = (rows >= 0) & (rows < len(mask)) & (columns >= 0) & (columns < mask.shape[1])
    at = np.clip(rows, 0, len(mask) - 1), np.clip(columns, 0, mask.shape[1] - 1)
    return np.asarray(mask[at] & inside)
