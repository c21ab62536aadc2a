"""Rows of equal boxes, one for each digit, parted by sides, or by teeth that stand on a line.

A side or a tooth that touches a digit is of one part with it, and a 1 looks like one. But the ends
of the row and the number of its boxes say where all of them stand, and they are of one height.

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from digits.picture.box_places import fitted_places
from digits.picture.box_rows import EqualBoxes
from digits.picture.box_sides import FARTHEST_LEAN, HIGHEST_BOX, Strip, do_lean
from digits.picture.pixels import Mask, runs_of
from digits.picture.straight_lines import LevelLine

# Of the usual height: the upper line of a row is no closer. Of how far it is: how far its ends are
# from those of the lower one.
_LOWEST_BOX, _OFF_END = 0.6, 0.15
# Of their height, or the usual one if there is no upper line, how wide boxes are; so many at least
# are parted by sides, and by teeth, or by those between two ends that stand up likewise; no row has
# more.
_NARROWEST_BOX, _WIDEST_BOX, _MOST_BOXES = 0.45, 1.6, 30
_FEWEST_SIDED, _FEWEST_TOOTHED, _FEWEST_BETWEEN_ENDS = 3, 4, 2
# Likewise, how high sides are at least, and how high teeth; and how high above a line without an
# upper one it is looked.
_SIDE, _LOWEST_TOOTH, _HIGHEST_TOOTH, _LOOKED_AT = 0.95, 0.2, 0.65, 0.9
# Of a box's width, how far one is off its place; of the places, how many lack one.
_OFF_PLACE, _MISSING = 0.12, 0.13
# Likewise, how far one is off the curve that the others lie on.
_OFF_ROW = 0.04
# What a place without a bare one counts against it, in bare ones.
_NOT_BARE = 0.4
# Of a side's ink, what a pixel off its place counts.
_NEAR_BY = 0.005
# Of the width of other boxes on a sheet: how far off it is that of a row whose sides are hidden. Of
# the height of the others' sides, how far up there is ink at the places of its own.
_AS_WIDE_AS_OTHERS, _LEAST_OF_TOP = 0.08, 0.8
# Bare ones are no wider than so many times the line, and differ so much in height; of all, so many
# are bare, and so many at least.
_WIDEST_OF_LINE, _ALIKE, _BARE, _FEWEST_BARE = 2.0, 0.2, 0.3, 2
# The quantile of their widths that strokes add little to; what is so much wider is with a stroke.
_THIN, _AS_WIDE = 0.3, 1.35
# Of their height, where it is looked how wide they are.
_LOOKED_ACROSS = (0.5, 0.25, 0.75)
# Pixels: between a line that was taken away and what stands on it; and no tooth is shorter.
_GAP, _SHORTEST = 3, 6


def find_equal_boxes(
    mask: Mask,
    lower: Sequence[LevelLine],
    level: Sequence[LevelLine],
    height: float,
    *,
    upright: Sequence[LevelLine] = (),
    known: Sequence[EqualBoxes] = (),
) -> list[EqualBoxes]:
    """All rows of equal boxes on a sheet.

    Args:
        mask: bool (H, W), ink; the level lines may be taken away.
        lower: nearly level lines that may be lower ones of rows.
        level: all nearly level lines.
        height: usual one of what is written, pixels.
        upright: all upright pieces of ink, sides and strokes: those at the ends of a row tell how
            its sides lean.
        known: rows that were found before: others have boxes as wide, whatever hides their sides.
    """
    standing = []
    for below in lower:
        if below.length >= _FEWEST_BETWEEN_ENDS * _NARROWEST_BOX * _LOWEST_BOX * height:
            above = _above(below, level, height)
            ends = [line for line in upright if _stands_at_end(line, below)]
            standing.append(_Standing.on(below, above, mask, height, ends))
    rows = [each.row() for each in standing]
    others = [*known, *filter(None, rows)]
    hidden = [each for each, row in zip(standing, rows, strict=True) if not row]
    rows += [_first(map(each.row_like, others)) for each in hidden]
    return [row for row in rows if row]


def _first(rows: Iterable[EqualBoxes | None]) -> EqualBoxes | None:
    """The first that is one."""
    return next(filter(None, rows), None)


def _apart(above: LevelLine, below: LevelLine) -> float:
    """How far one line is above the other, pixels."""
    middle = (below.first + below.last) / 2
    return below.height - above.height + (below.slope - above.slope) * middle


def _above(below: LevelLine, level: Sequence[LevelLine], height: float) -> LevelLine | None:
    """The nearest line above that begins and ends where one does."""
    found = None
    for line in level:
        apart = _apart(line, below)
        off = line.first - below.first, line.last - below.last
        # Where sides lean, both ends are off alike.
        is_pair = min(max(map(abs, off)), abs(off[0] - off[1])) <= _OFF_END * apart + line.thickness
        is_pair &= max(map(abs, off)) <= FARTHEST_LEAN * apart + line.thickness
        is_row = _LOWEST_BOX * height <= apart <= HIGHEST_BOX * height
        is_nearer = found is None or apart < _apart(found, below)
        if is_row and is_pair and is_nearer:
            found = line
    return found


def _stands_at_end(upright: LevelLine, line: LevelLine) -> bool:
    """Whether the foot of an upright piece is at an end of a level line."""
    y = upright.last
    x = upright.slope * y + upright.height
    slack = line.thickness + _GAP
    is_at_end = min(abs(x - line.first), abs(x - line.last)) <= slack
    return bool(is_at_end and abs(line.slope * x + line.height - y) <= slack)


@dataclass(frozen=True, eq=False)
class _Standing:
    """What stands on a level line.

    Attributes:
        line: the line.
        strip: the sheet above it, to the upper line if there is one.
        height: of boxes, if there are any, pixels.
        reached: int (n,), how far ink goes up from the line in each of the strip's columns, pixels.
        is_closed: whether there is an upper line.
        apart: how far that is above, or what is usual, pixels.
    """

    line: LevelLine
    strip: Strip
    height: float
    reached: NDArray[np.intp]
    is_closed: bool
    apart: float

    @classmethod
    def on(
        cls,
        line: LevelLine,
        above: LevelLine | None,
        mask: Mask,
        height: float,
        ends: Sequence[LevelLine],
    ) -> _Standing:
        """All on one line, up to another, or the usual height, where sides lean as at its ends."""
        upper = above or replace(line, height=line.height - _LOOKED_AT * height)
        strip = Strip.between(upper, line, mask, ends if do_lean(ends, line) else ())
        upwards = strip.near[::-1]
        begins = upwards[:_GAP].argmax(axis=0)  # 0 where nothing does
        is_end = ~upwards & (np.arange(len(upwards))[:, None] >= begins)
        reached = np.where(is_end.any(axis=0), is_end.argmax(axis=0), len(upwards))
        if above is None:
            return cls(line, strip, height, reached, is_closed=False, apart=height)
        return cls(line, strip, len(upwards), reached, is_closed=True, apart=_apart(above, line))

    def row(self) -> EqualBoxes | None:
        """Itself, if sides or teeth part the line into equal boxes."""
        first, last = self._places_of_ends()
        length = last - first
        best: tuple[float, list[LevelLine]] = (0.0, [])
        for boxes in self._numbers_of_boxes(length):
            found = self._sides_at(self._places(boxes), length / boxes)
            if found[0] > best[0]:
                best = found
        return self._row_with(best[1]) if best[1] else None

    def row_like(self, other: EqualBoxes) -> EqualBoxes | None:
        """Itself, if its boxes are as wide as those of another row, and ink is where sides are."""
        first, last = self._places_of_ends()
        boxes = max(2, round((last - first) / other.width))
        if abs((last - first) / boxes - other.width) > _AS_WIDE_AS_OTHERS * other.width:
            return None
        side = other.sides[0]
        top = float(min(side.length - 2 * _GAP - 1, len(self.strip.inked)))
        places, off = self._places(boxes), _OFF_PLACE * other.width
        windows = [slice(max(0, int(x - off)), int(x + off) + 2) for x in places.tolist()]
        if any(self.reached[window].max(initial=0) < _LEAST_OF_TOP * top for window in windows):
            return None
        at = self._most_inked_near(places, _LEAST_OF_TOP * top, side.thickness, off)
        return self._row_with([self._side(x, top, side.thickness) for x in at.tolist()])

    def _row_with(self, sides: list[LevelLine]) -> EqualBoxes:
        """Itself, parted by some sides."""
        first, last = self._places_of_ends()
        ends = self._ends([first, last], sides[0])
        width = (last - first) / (len(sides) + 1)
        return EqualBoxes(self.line, self.apart, width, [*sides, *ends])

    def _places(self, boxes: int) -> NDArray[np.float64]:
        """Of the sides between so many equal boxes."""
        first, last = self._places_of_ends()
        return np.linspace(first, last, boxes + 1)[1:-1]

    def _places_of_ends(self) -> tuple[float, float]:
        """The middles of the sides at both ends, as columns of the strip."""
        half, strip = self.line.thickness / 2, self.strip
        up = strip.apart / 2
        first, last = self.line.first + half, self.line.last + 1 - half
        origin = float(strip.columns[0])
        first -= float(strip.leans[0]) * up
        last -= float(strip.leans[-1]) * up
        return first - origin, last - origin

    def _numbers_of_boxes(self, length: float) -> Iterable[int]:
        """How many there may be, most first."""
        standing = len(runs_of(self.reached >= _LOWEST_TOOTH * self.height)[0])
        most = min(_MOST_BOXES, length / (_NARROWEST_BOX * self.height))
        most = min(most, standing / (1 - _MISSING) + 1)
        fewest = _FEWEST_BETWEEN_ENDS if self._has_ends else _FEWEST_SIDED
        fewest = max(fewest, int(np.ceil(length / (_WIDEST_BOX * self.height))))
        return range(int(most), fewest - 1, -1)

    def _sides_at(self, places: NDArray[np.float64], box: float) -> tuple[float, list[LevelLine]]:
        """Those at places in a row, float (n,), a box apart, and how sure it is that they are."""
        off = _OFF_PLACE * box
        windows = [slice(max(0, int(x - off)), int(x + off) + 2) for x in places.tolist()]
        tops = [int(self.reached[window].max(initial=0)) for window in windows]
        top = float(sorted(tops)[int(_MISSING * len(tops))])
        if not self._are_high(top, len(places) + 1):
            return 0.0, []
        seen = [
            (place, *found)
            for place, window in enumerate(windows)
            if abs(tops[place] - top) <= _ALIKE * top + 1
            and (found := self._bare_in(window, top)) is not None
        ]
        if not seen:
            return 0.0, []
        numbers, middles, widths = np.array(seen).T
        width = float(np.quantile(widths, _THIN))
        thin = widths <= _AS_WIDE * width + 1
        numbers = numbers[thin].astype(np.intp)
        fitted, are_bare = fitted_places(
            places, numbers, middles[thin] - places[numbers], _OFF_ROW * box
        )
        bare = int(are_bare.sum())
        fewest = 1 if self.is_closed or self._has_ends else _FEWEST_BARE
        if bare < max(fewest, _BARE * len(places)):
            return 0.0, []
        at = self._most_inked_near(fitted, top, width)
        sides = [self._side(x, top, width) for x in at.tolist()]
        return bare - _NOT_BARE * (len(places) - bare), sides

    def _most_inked_near(
        self, places: NDArray[np.float64], top: float, width: float, reach: float = 0.0
    ) -> NDArray[np.float64]:
        """Where a side so high and wide, near each place, or no farther than that, has most ink."""
        size = max(1, round(width))
        shares = self.strip.inked[-round(top) :].mean(axis=0)
        inked = np.convolve(shares, np.full(size, 1 / size), "same")
        reach = max(round(0.6 * size) + 1, round(reach))
        off = np.arange(-reach, reach + 1)
        around = np.clip(np.rint(places).astype(np.intp)[:, None] + off, 0, len(inked) - 1)
        best = (inked[around] - _NEAR_BY * np.abs(off)).argmax(axis=1)
        middle = 0.5 * (1 - size % 2)  # of an even one NumPy gives the right of the two middle ones
        return np.asarray(around[np.arange(len(places)), best] - middle, np.float64)

    def _ends(self, places: Sequence[float], side: LevelLine) -> list[LevelLine]:
        """The sides or teeth at the ends of the line, where there are some, beside another."""
        are_teeth = not self.is_closed or side.length <= _HIGHEST_TOOTH * self.height + 2 * _GAP
        lowest = (_LOWEST_TOOTH if are_teeth else _SIDE) * self.height
        tops = [(x, self._top_at(x)) for x in places]
        return [self._side(x, top, self.line.thickness) for x, top in tops if top >= lowest]

    def _top_at(self, x: float) -> float:
        """How far ink goes up from the line close to a column of the strip, pixels."""
        window = slice(max(0, int(x) - _GAP), int(x) + _GAP + 2)
        return float(self.reached[window].max(initial=0))

    def _are_high(self, top: float, boxes: int) -> bool:
        """Whether so many boxes are parted by sides so high, or by teeth."""
        if top < _SHORTEST:
            return False
        if self.is_closed and top >= _SIDE * self.height:
            return True
        is_tooth = _LOWEST_TOOTH * self.height <= top <= _HIGHEST_TOOTH * self.height
        return is_tooth and (boxes >= _FEWEST_TOOTHED or self._has_ends)

    @cached_property
    def _has_ends(self) -> bool:
        """Whether a bare tooth stands at both ends of a line that has no upper one."""
        if self.is_closed:
            return False
        columns = (0, len(self.strip.columns) - 1)
        windows = [slice(max(0, x - 2 * _GAP), x + 2 * _GAP + 1) for x in columns]
        tops = [float(self.reached[window].max(initial=0)) for window in windows]
        return all(
            top >= max(_SHORTEST, _LOWEST_TOOTH * self.height)
            and self._bare_in(window, top) is not None
            for window, top in zip(windows, tops, strict=True)
        )

    def _bare_in(self, window: slice, top: float) -> tuple[float, float] | None:
        """Middle and width of what stands there halfway up, by itself; None if that is wide.

        As wide it is as where the least touches it.
        """
        highest = len(self.strip.inked) - 1  # where boxes are as low as that gap
        rows = [-1 - min(round(share * (_GAP + top)), highest) for share in _LOOKED_ACROSS]
        runs = [self._thin_run(row, window) for row in rows]
        if runs[0] is None:
            return None
        return runs[0][0], min(run[1] for run in runs if run is not None)

    def _thin_run(self, row: int, window: slice) -> tuple[float, float] | None:
        """Middle and width of the thin run of ink in a row of the strip, nearest to a window."""
        starts, ends = runs_of(self.strip.inked[row])
        is_thin = ends - starts <= _WIDEST_OF_LINE * self.line.thickness + 2
        is_bare = is_thin & (starts < window.stop) & (ends > window.start)
        if not is_bare.any():
            return None
        middles, widths = (starts + ends - 1) / 2, ends - starts
        off = np.abs(middles - (window.start + window.stop - 1) / 2)
        nearest = np.where(is_bare, off, np.inf).argmin()
        return float(middles[nearest]), float(widths[nearest])

    def _side(self, x: float, top: float, width: float) -> LevelLine:
        """That at a column of the strip."""
        at = int(np.clip(round(x), 0, len(self.strip.columns) - 1))
        bottom = float(self.strip.bottoms[at])
        return self.strip.upright_at(x, bottom - top - _GAP, bottom + _GAP, width)
