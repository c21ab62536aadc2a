"""Bars that people draw through their zeros, and far beyond them, to tell them from the letter O.

A bar that stays within its zero is known to both networks. One that leads out on both sides makes
the zero a letter (theta, Ø) to them: it is taken away. A zero with a bar is two holes side by side
with a straight wall between them, from end to end, that goes on outside; the wall of an 8 is short,
at its crossing.

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from digits.picture.line_remains import crumbs
from digits.picture.pixels import Grey, Mask, grown, label_parts

_Place: TypeAlias = NDArray[np.int32]
"""(2,), x and y, or (n, 2)."""

# Pixels: a hole is no smaller. Of the larger hole, the smaller one.
_SMALLEST_HOLE, _LEAST_OF_OTHER = 12, 0.15
# More holes, and more pairs of them side by side, are a pattern.
_MOST_HOLES, _MOST_PAIRS = 600, 300
# Of the extent of both holes along the wall: that is no shorter. Of their convex hull, what they
# and the wall cover. Of their width, how high they are at least.
_LONGEST_WALL, _LEAST_OF_HULL, _LEAST_HEIGHT = 0.75, 0.75, 0.8
# Degrees from level: what is steeper may be a 1 that was drawn over a 0.
_STEEPEST = 55.0
# Of the holes' extent along it: a bar leads so far out of the ring, on both sides, into bare paper.
# In strokes, how thick the ring is, measured along the bar, and what crosses it where others begin.
_SHORTEST_ARM, _RING, _THICKEST_ARM = 0.2, 1.5, 1.8
# Times the larger hole's side: the room for all of a bar.
_ROOM = 4
# In strokes: what is left of a bar that is not quite straight.
_LONGEST_CRUMB = 2.5


def find_bars_through_zeros(mask: Mask, stroke: float) -> Mask:
    """The bars of crossed zeros that lead out of them on both sides, bool (H, W).

    Args:
        mask: bool (H, W), ink.
        stroke: width of the strokes, pixels.
    """
    x, y, width, height = cv2.boundingRect(mask.view(np.uint8))
    inked = slice(y, y + height), slice(x, x + width)  # no hole is beyond it
    bars = np.zeros_like(mask)
    bars[inked] = _bars_in(mask[inked], stroke)
    return bars


def _bars_in(mask: Mask, stroke: float) -> Mask:
    bars = np.zeros_like(mask)
    part_of, stats = label_parts(~np.pad(mask, 1))
    is_hole = stats[:, cv2.CC_STAT_AREA] >= max(_SMALLEST_HOLE, stroke)
    is_hole[[0, part_of[0, 0]]] = False
    holes = np.flatnonzero(is_hole)
    if not 2 <= len(holes) <= _MOST_HOLES:
        return bars
    part_of = part_of[1:-1, 1:-1]
    stats[:, :2] -= 1
    pairs = holes[_pairs_of_one_ring(stats[holes], stroke)]
    for pair in pairs if len(pairs) <= _MOST_PAIRS else ():
        zero = _CrossedZero.of(part_of, pair, stats[pair], stroke)
        if zero is not None:
            low, high = _box_of(stats[pair])
            room = _ROOM * int(stats[pair, 2:4].max())
            around, corner = _window(low - room, high + room)
            bars[around] |= zero.seen_from(corner).bar(mask[around], stroke)
    return bars | crumbs(mask & ~bars, bars, _LONGEST_CRUMB * stroke)


def _box_of(holes: NDArray[np.int32]) -> tuple[_Place, _Place]:
    """The first column and row of several holes, and those behind their last."""
    return holes[:, :2].min(axis=0), (holes[:, :2] + holes[:, 2:4]).max(axis=0)


def _window(low: _Place, high: _Place) -> tuple[tuple[slice, slice], _Place]:
    """What lies between two places, as far as there is a sheet, and where that begins."""
    corner = np.maximum(low, 0)
    x, y = corner.tolist()
    right, bottom = high.tolist()
    return (slice(y, bottom), slice(x, right)), corner


def _pairs_of_one_ring(holes: NDArray[np.int32], stroke: float) -> NDArray[np.intp]:
    """Which two holes may be one ring's, int (n, 2).

    They are about as large and no farther apart than a wall is thick, and no wider than high.
    """
    areas, low, high = holes[:, 4], holes[:, :2], holes[:, :2] + holes[:, 2:4]
    gaps = np.maximum(low[:, None], low) - np.minimum(high[:, None], high)
    are_near = (gaps <= 2 * stroke + 2).all(axis=2)
    are_alike = np.minimum(areas[:, None], areas) >= _LEAST_OF_OTHER * np.maximum(
        areas[:, None], areas
    )
    sizes = np.maximum(high[:, None], high) - np.minimum(low[:, None], low)
    are_high = sizes[..., 1] >= _LEAST_HEIGHT * sizes[..., 0]
    return np.argwhere(np.triu(are_near & are_alike & are_high, 1))


@dataclass(frozen=True, eq=False)
class _CrossedZero:
    """The inside of a zero with a bar.

    Attributes:
        hull: int32 (n, 1, 2), x and y of the corners of what is inside of the ring.
        middle: float64 (2,), x and y of the bar's middle.
        along: float64 (2,), its direction, of length 1, to the right.
        reach: pixels from the middle to the ring, to the left and to the right.
    """

    hull: NDArray[np.int32]
    middle: NDArray[np.float64]
    along: NDArray[np.float64]
    reach: tuple[float, float]

    @classmethod
    def of(
        cls,
        part_of: NDArray[np.int32],
        pair: NDArray[np.intp],
        stats: NDArray[np.int32],
        stroke: float,
    ) -> _CrossedZero | None:
        """What two holes are, if that."""
        wall = _wall_between(part_of, pair, stats, stroke)
        if len(wall) < stroke:
            return None
        low, high = _box_of(stats)
        holes = _places(np.isin(part_of[_window(low, high)[0]], pair), low)
        hull = np.asarray(cv2.convexHull(holes), np.int32)
        inside = stats[:, cv2.CC_STAT_AREA].sum() + len(wall)
        if inside < _LEAST_OF_HULL * np.count_nonzero(_filled(hull - low, *(high - low).tolist())):
            return None
        middle = wall.mean(axis=0)
        along = np.linalg.svd(wall - middle, full_matrices=False)[2][0]
        along = along if along[0] >= 0 else -along
        extent = (holes - middle) @ along
        is_through = np.ptp((wall - middle) @ along) >= _LONGEST_WALL * np.ptp(extent)
        is_level = abs(along[1]) <= np.sin(np.deg2rad(_STEEPEST))
        if not (is_through and is_level):
            return None
        return cls(hull, middle, along, (float(-extent.min()), float(extent.max())))

    def seen_from(self, corner: _Place) -> _CrossedZero:
        """The same on a piece of the sheet that begins there."""
        return replace(self, hull=self.hull - corner, middle=self.middle - corner)

    def bar(self, mask: Mask, stroke: float) -> Mask:
        """Bool (H, W), where the bar is; nowhere if it does not lead out on both sides."""
        nothing = np.zeros_like(mask)
        ends = []
        for reach, sign in zip(self.reach, (-1, 1), strict=True):
            start = reach + _RING * stroke
            end = self._end_of_arm(mask, stroke, start, sign)
            if end - start < _SHORTEST_ARM * sum(self.reach):
                return nothing
            ends.append((reach + stroke + 1, end))
        rows, columns = np.nonzero(mask)
        off = np.stack([columns, rows], axis=1) - self.middle
        at = off @ self.along
        is_near = np.abs(off @ (self.along[1], -self.along[0])) <= 0.8 * stroke + 1
        (left, far_left), (right, far_right) = ends
        is_arm = ((at < -left) & (at > -far_left)) | ((at > right) & (at < far_right))
        is_bar = is_near & (is_arm | (_filled(self.hull, *mask.shape[::-1])[rows, columns] > 0))
        nothing[rows[is_bar], columns[is_bar]] = True
        return nothing

    def _end_of_arm(self, mask: Mask, stroke: float, start: float, sign: int) -> float:
        """How far from the middle it goes on; not at all, if it leads to another stroke."""
        across = np.array([self.along[1], -self.along[0]])
        reach = np.arange(-np.ceil(2 * stroke), np.ceil(2 * stroke) + 1)
        at = start
        while True:
            places = self.middle + sign * at * self.along + reach[:, None] * across
            columns, rows = np.rint(places).astype(int).T
            inked = _ink_at(mask, rows, columns)
            near = inked[np.abs(reach) <= max(1.0, 0.5 * stroke)]
            if not near.any():
                return at
            if inked.sum() > _THICKEST_ARM * stroke + 1:
                return start
            at += 1.0


def _wall_between(
    part_of: NDArray[np.int32], pair: NDArray[np.intp], stats: NDArray[np.int32], stroke: float
) -> _Place:
    """The places of the ink that is near to both of two holes, int (n, 2) of x and y."""
    reach = round(stroke) + 2
    ends = stats[:, :2] + stats[:, 2:4]
    where, corner = _window(stats[:, :2].max(axis=0) - 2 * reach, ends.min(axis=0) + 2 * reach)
    piece = part_of[where]
    one, other = (grown(piece == hole, reach) for hole in pair)
    return _places((piece == 0) & one & other, corner)


def _places(mask: Mask, corner: _Place) -> _Place:
    """Those that are set, int (n, 2) of x and y, of a piece of a sheet that begins there."""
    return np.asarray(np.argwhere(mask)[:, ::-1] + corner, np.int32)


def _filled(hull: NDArray[np.int32], width: int, height: int) -> Grey:
    """Uint8 (height, width), 1 inside of a hull."""
    return np.asarray(cv2.fillConvexPoly(np.zeros((height, width), np.uint8), hull, 1), np.uint8)


def _ink_at(mask: Mask, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> Mask:
    """Bool (n,), whether there is ink at places, of which some may lie beyond the border."""
    inside = (rows >= 0) & (rows < mask.shape[0]) & (columns >= 0) & (columns < mask.shape[1])
    inked = np.zeros(len(rows), bool)
    inked[inside] = mask[rows[inside], columns[inside]]
    return inked
