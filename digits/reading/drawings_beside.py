"""Drawings beside numbers, such as a house, a star, a face or a sun, which are no digits.

A drawing is told by its size: beside digits of which the network is sure it is larger than any, and
like none, and stands apart. A sun, whose rays are as small as digits, is told by these.

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from digits.picture.part_cutting import with_holes
from digits.picture.preparation import Sheet
from digits.picture.row_finding import Part, Row, cropped, find_rows, stretches_of
from digits.reading.number_marks import main_direction
from digits.reading.row_cutting import SURELY_ALONE, WIDEST_ALONE, logits_of

if TYPE_CHECKING:
    from digits.network.serving import Network

# Of the largest part's height: what is lower tells nothing of how high digits are.
_TELLS_HEIGHT = 0.3
# Of the height of the tallest digit: a drawing is so high at least, and so wide; or it goes around
# what is no digit, and is wider than a digit.
_HIGHER, _WIDE = 1.35, 0.8
_WIDER_AROUND, _HIGH_AROUND = 1.5, 0.6
# Likewise: a smaller 0 is a part of it, as the sun above mountains; so far away from it are digits
# at least, and its other parts above and below it at most.
_SMALLER_PART, _APART, _AWAY = 0.75, 0.5, 0.5
# Of full ink: what is paler is pale, if less of its part's width or height is dark.
_PALE, _DARK = 0.5, 0.8
# Rays of a sun: so many at least. In sizes of what they are around: how long they are, and how far
# away their middles; of that, how much this differs. Of the spread of its ink along a ray, that
# across. Degrees: how far from its middle they point at most, and how far one is from the next.
_FEWEST_RAYS, _SHORTEST_RAY, _LONGEST_RAY = 5, 0.15, 1.0
_NEAREST_RAY, _FARTHEST_RAY, _UNEQUAL = 0.6, 1.8, 0.15
_THICKEST_RAY, _OFF_RADIUS, _BETWEEN_RAYS = 0.45, 20.0, 120.0
# Of the longer side, the shorter one of a sun without its rays.
_ROUND = 0.7


def without_drawings(rows: list[Row], sheet: Sheet, network: Network) -> tuple[list[Row], Sheet]:
    """The rows of a sheet, and the sheet, without the drawings beside numbers.

    Args:
        rows: from `row_finding.find_rows`.
        sheet: on which they are.
        network: which says what looks like a digit.
    """
    parts = {_without_pale_ink(part, sheet): part for row in rows for part in row.parts}
    drawn = _suns(list(parts))
    drawn += _large_drawings([part for part in parts if part not in drawn], sheet, network)
    if not drawn or len(drawn) == len(parts):
        return rows, sheet
    ink_map = sheet.ink_map.copy()
    for part in [parts[each] for each in drawn]:
        own = ink_map[part.y : part.y + part.height, part.x : part.x + part.width]
        own[part.mask] = 0
    left = replace(sheet, ink_map=ink_map)
    return find_rows(ink_map), left


def _without_pale_ink(part: Part, sheet: Sheet) -> Part:
    """A part without what makes it much larger and is pale, as the pattern of a cheque."""
    own = sheet.ink_map[part.y : part.y + part.height, part.x : part.x + part.width]
    strong = part.mask & (own >= _PALE)
    if not strong.any():
        return part
    dark = cropped(Part(part.x, part.y, strong))
    is_smaller = dark.width < _DARK * part.width or dark.height < _DARK * part.height
    return dark if is_smaller else part


@dataclass(frozen=True, eq=False)
class _Boxes:
    """Where parts are, float64 (n,) each."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    width: NDArray[np.float64]
    height: NDArray[np.float64]

    @classmethod
    def of(cls, parts: Sequence[Part]) -> _Boxes:
        """Those of some parts."""
        boxes = [(part.x, part.y, part.width, part.height) for part in parts]
        return cls(*np.array(boxes, np.float64).reshape(-1, 4).T)

    @property
    def middle_x(self) -> NDArray[np.float64]:
        """Columns of their middles."""
        return self.x + (self.width - 1) / 2

    @property
    def middle_y(self) -> NDArray[np.float64]:
        """Rows of their middles."""
        return self.y + (self.height - 1) / 2

    def gaps_to(self, part: Part) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """How far each is from a part, to the side and upwards or downwards; 0 where they share."""
        aside = np.maximum(self.x - part.x - part.width, part.x - self.x - self.width)
        away = np.maximum(self.y - part.y - part.height, part.y - self.y - self.height)
        return np.maximum(aside, 0), np.maximum(away, 0)

    @cached_property
    def go_around_others(self) -> NDArray[np.bool_]:
        """Which hold another, bool (n,)."""
        starts = np.array([self.x, self.y])
        ends = starts + np.array([self.width, self.height])
        inside = (starts[:, :, None] < starts[:, None]) & (ends[:, :, None] > ends[:, None])
        return np.asarray((inside[0] & inside[1]).any(axis=1), bool)

    def are_larger_than(self, digit: float) -> NDArray[np.bool_]:
        """Which are larger than a digit of such a height is, bool (n,)."""
        is_large = (self.height >= _HIGHER * digit) & (self.width >= _WIDE * digit)
        is_wide = (self.height >= _HIGH_AROUND * digit) & (self.width >= _WIDER_AROUND * digit)
        return np.asarray(is_large | (is_wide & self.go_around_others), bool)


def _numbers(which: NDArray[np.bool_]) -> list[int]:
    """Those that are set."""
    return np.flatnonzero(which).tolist()


# --- what is larger than digits


def _large_drawings(parts: Sequence[Part], sheet: Sheet, network: Network) -> list[Part]:
    """All parts of drawings that are larger than the digits beside them."""
    boxes = _Boxes.of(parts)
    may_be = _may_be_drawn(boxes)
    if not may_be.any():
        return []
    goes_around = boxes.go_around_others
    is_sure = _are_sure(parts, may_be, sheet, network)
    if (is_sure & ~goes_around)[may_be].all():
        return []
    tells = boxes.height >= _TELLS_HEIGHT * boxes.height.max()
    is_sure |= _are_sure(parts, tells & ~may_be, sheet, network)
    digits = is_sure & ~goes_around
    if not digits.any():
        return []
    tallest = float(boxes.height[digits].max())
    digits &= boxes.height >= _SMALLER_PART * tallest
    drawn = np.zeros(len(parts), bool)
    for number in _numbers(~digits & boxes.are_larger_than(tallest)):
        if _may_be_chain(parts[number], tallest) and not _encloses_any(parts[number], parts):
            continue
        aside, away = boxes.gaps_to(parts[number])
        if np.maximum(aside, away)[digits].min() >= _APART * tallest:
            drawn |= ~digits & (aside == 0) & (away <= _AWAY * tallest)
    return [parts[number] for number in _numbers(drawn)]


def _may_be_drawn(boxes: _Boxes) -> NDArray[np.bool_]:
    """Which parts are larger than most digits can be, bool (n,)."""
    if len(boxes.height) < 2:
        return np.zeros(len(boxes.height), bool)
    heights = np.sort(boxes.height[boxes.height >= _TELLS_HEIGHT * boxes.height.max()])
    return boxes.are_larger_than(float(heights[(len(heights) - 1) // 2]))


def _may_be_chain(part: Part, digit: float) -> bool:
    """Whether a part may be digits of such a height that touch: wide and low, though it climbs."""
    height = float(np.median([stretch.height for stretch in stretches_of(part)]))
    return height < _HIGHER * digit and part.width >= _WIDER_AROUND * digit


def _encloses_any(part: Part, parts: Sequence[Part]) -> bool:
    """Whether all of another part is inside of a closed outline."""
    inside = with_holes(part.mask) & ~part.mask
    for other in parts:
        x, y = other.x - part.x, other.y - part.y
        if x > 0 < y and x + other.width < part.width and y + other.height < part.height:
            place = inside[y : y + other.height, x : x + other.width]
            if place[other.mask].all():
                return True
    return False


def _are_sure(
    parts: Sequence[Part], asked: NDArray[np.bool_], sheet: Sheet, network: Network
) -> NDArray[np.bool_]:
    """Which of those parts that are asked about are a digit for sure, bool (n,)."""
    may_be = asked & [part.width <= WIDEST_ALONE * part.height for part in parts]
    numbers = _numbers(may_be)
    logits = logits_of([parts[number] for number in numbers], sheet, network)
    sure = np.zeros(len(parts), bool)
    sure[numbers] = logits.max(axis=1, initial=-np.inf) >= SURELY_ALONE
    return sure


# --- suns


def _suns(parts: Sequence[Part]) -> list[Part]:
    """All parts of suns: round ones, with rays that point at their middles."""
    if len(parts) <= _FEWEST_RAYS:
        return []
    boxes = _Boxes.of(parts)
    sides = np.sort([boxes.width, boxes.height], axis=0)
    found = np.zeros(len(parts), bool)
    for number in _numbers(sides[0] >= _ROUND * sides[1]):
        rays = _rays_around(number, parts, boxes)
        if len(rays) >= _FEWEST_RAYS:
            aside, away = boxes.gaps_to(parts[number])
            found[rays] = True
            found |= (aside == 0) & (away == 0)
    return [parts[number] for number in _numbers(found)]


def _rays_around(sun: int, parts: Sequence[Part], boxes: _Boxes) -> NDArray[np.intp]:
    """Which parts are strokes on all sides of one, equally far, that point at its middle."""
    size = max(boxes.width[sun], boxes.height[sun])
    aside, down = boxes.middle_x - boxes.middle_x[sun], boxes.middle_y - boxes.middle_y[sun]
    distance = np.hypot(aside, down) / size
    length = np.hypot(boxes.width, boxes.height) / size
    may_be = (distance >= _NEAREST_RAY) & (distance <= _FARTHEST_RAY)
    may_be &= (length >= _SHORTEST_RAY) & (length <= _LONGEST_RAY)
    if np.count_nonzero(may_be) < _FEWEST_RAYS:  # as mostly
        return np.zeros(0, np.intp)
    pointing = [
        each for each in _numbers(may_be) if _points_along(parts[each], aside[each], down[each])
    ]
    rays = np.array(pointing, np.intp)
    if len(rays) < _FEWEST_RAYS:
        return rays[:0]
    rays = rays[np.abs(distance[rays] / np.median(distance[rays]) - 1) <= _UNEQUAL]
    angles = np.sort(np.rad2deg(np.arctan2(down[rays], aside[rays])))
    between = np.diff(angles, append=angles[:1] + 360)
    return rays if between.max(initial=0) <= _BETWEEN_RAYS else rays[:0]


def _points_along(part: Part, aside: float, down: float) -> bool:
    """Whether a part is a straight stroke in a direction."""
    across, (along_down, along_right) = main_direction(part)
    if across > _THICKEST_RAY:
        return False
    cosine = abs(along_down * down + along_right * aside) / np.hypot(aside, down)
    return bool(cosine >= np.cos(np.deg2rad(_OFF_RADIUS)))
