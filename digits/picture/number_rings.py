"""Rings that people draw around a number, such as a teacher around a mark.

A ring is told by what it looks like from outside, where nothing that is written in it shows:
filled, it is one hump without bays, and nearly all of its edge is ink; and by what is inside, which
is several signs as large as digits are that somebody writes into it. No 0 and no 8 holds such.

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from digits.picture.pixels import Mask, distance_to, grown, label_parts, stroke_width_of

_Stats: TypeAlias = NDArray[np.int32]
_Where: TypeAlias = tuple[slice, slice]

# So many of the largest parts may be rings; pixels: none is smaller.
_MOST_RINGS, _SMALLEST = 12, 24
# Of a ring's box, its ink at most, with that of signs that touch it.
_MOST_INK = 0.55
# One that has no sign apart from it is among so many of the largest parts, and of its height it is
# wider than digits; of its box, what is inside of it for sure begins so far from the sides.
_MOST_WIDE, _LEAST_WIDTH, _EDGE_OF_BOX = 3, 1.1, 0.25
# Pixels: at so long a side the shape of a part is looked at first.
_FIRST_LOOK = 256
# Of a ring's shorter side: half of how far its ends are apart, for they need not meet; of its ink,
# with that of what touches it, what is not outside of it, for signs may close a piece of a ring.
_HALF_GAPS, _LEAST_INSIDE = (0.4, 0.25, 0.12), 0.75
# In strokes, half of how thick is at most what sticks out: its ends, a slash through it.
_STICKS_OUT = 1.5
# Of its convex hull, what a filled ring covers; of its edge, what is ink, in strokes near to it.
_LEAST_OF_HULL, _LEAST_OF_EDGE, _NEAR_EDGE = 0.95, 0.85, 0.75
# Of a filled ring, what lies between its corners: of an ellipse two thirds, of a box nearly all,
# whose sides are found as lines.
_MOST_OF_BOX = 0.83
# Of a ring's height, that of a sign in it; of a sign's height, how wide it is if it may be two; and
# how many there are, for a zero may have a bar.
_LEAST_OF_SIGN, _WIDTH_OF_TWO, _FEWEST_SIGNS = 0.3, 1.2, 2
# Of all that is as deep below its edge, what is ink where the ring is still so thick.
_LEAST_OF_DEPTH = 0.25
# Of a ring's shorter side: what is no deeper in it is another turn of the pen, or a crumb of it,
# and so is what is so long and no deeper than this; so large is what sticks out of it at most.
_DEEPEST_CRUMB, _LEAST_TURN, _DEEPEST_TURN, _LARGEST_OUTSIDE = 0.28, 0.6, 0.33, 0.5
# A pen goes round so many times at most.
_MOST_TURNS = 3


def find_rings(part_of: NDArray[np.int32], stats: _Stats) -> Mask:
    """The ink of rings around numbers, without that of signs that touch or cross them.

    Args:
        part_of, stats: parts of the ink, as `pixels.label_parts` gives them.

    Returns:
        Bool (H, W).
    """
    rings = np.zeros(part_of.shape, bool)
    for _ in range(_MOST_TURNS):
        found = list(_rings_among(part_of, stats))
        if not found:
            break
        for where, ring in found:
            rings[where] |= ring
        part_of, stats = label_parts((part_of > 0) & ~rings)
    return rings


def _rings_among(part_of: NDArray[np.int32], stats: _Stats) -> Iterator[tuple[_Where, Mask]]:
    """Where each ring is, and its ink there."""
    for part in _parts_around_others(stats):
        where, own = _own(part, part_of, stats)
        outline = _Outline.on_sheet(own, where, part_of.shape)
        if outline is not None and outline.holds_signs(part_of[where] > 0):
            yield where, outline.ring(own)
    for part in _wide_parts(stats):
        where, own = _own(part, part_of, stats)
        if _is_closed_around_own(own):
            outline = _Outline.on_sheet(own, where, part_of.shape)
            if outline is not None and outline.holds_signs(own, fewest_apart=0):
                yield where, outline.ring(own)


def find_ring_around_paler(part_of: NDArray[np.int32], stats: _Stats) -> RingAroundPaler | None:
    """The largest part, if it is a ring with nothing in it, as around digits that are too pale.

    Args:
        part_of, stats: as for `find_rings`.
    """
    for part in _wide_parts(stats)[:1]:
        where, own = _own(part, part_of, stats)
        if not _middle_of(own).any() and not _middle_of(part_of[where]).any():
            outline = _Outline.on_sheet(own, where, part_of.shape)
            if outline is not None:
                return RingAroundPaler(where, outline, part_of.shape, outline.ring(own))
    return None


@dataclass(frozen=True, eq=False)
class RingAroundPaler:
    """A ring in which nothing is seen, or a wide 0."""

    _where: _Where
    _outline: _Outline
    _shape: tuple[int, ...]
    _ring: Mask

    @property
    def pixels(self) -> Mask:
        """Bool (H, W), where it is."""
        ring = np.zeros(self._shape, bool)
        ring[self._where] = self._ring
        return ring

    def holds_signs(self, mask: Mask) -> bool:
        """Whether ink that shows when it is gone, bool (H, W), is several signs in it."""
        return self._outline.holds_signs(mask[self._where], fewest_apart=_FEWEST_SIGNS)


def _own(part: int, part_of: NDArray[np.int32], stats: _Stats) -> tuple[_Where, Mask]:
    """Where a part is, and its ink there."""
    x, y, width, height = stats[part, :4].tolist()
    where = slice(y, y + height), slice(x, x + width)
    return where, np.asarray(part_of[where] == part)


def _wide_parts(stats: _Stats) -> list[int]:
    """Numbers of those of the largest parts that may be rings by their boxes, as few digits may."""
    width, height, area = stats[1:, 2:].astype(np.int64).T
    sizes = width * height
    largest = np.argsort(-sizes, kind="stable")[:_MOST_WIDE]
    may_be = (height >= _SMALLEST) & (width >= _LEAST_WIDTH * height) & (area <= _MOST_INK * sizes)
    return (largest[may_be[largest]] + 1).tolist()


def _middle_of(picture: NDArray[Any]) -> NDArray[Any]:
    """What is as far from its ends as it is large, either way."""
    rows, columns = (round(_EDGE_OF_BOX * size) for size in picture.shape)
    return picture[rows : picture.shape[0] - rows, columns : picture.shape[1] - columns]


def _is_closed_around_own(own: Mask) -> bool:
    """Whether a part goes around ink of its own, and has no bays."""
    if not _middle_of(own).any():
        return False
    edge = _edge_of(own)
    return cv2.contourArea(edge) >= _LEAST_OF_HULL * cv2.contourArea(cv2.convexHull(edge))


def _parts_around_others(stats: _Stats) -> list[int]:
    """Numbers of the largest parts whose boxes hold others that are large beside them."""
    boxes = stats[1:].astype(np.int64)
    x, y, width, height, area = boxes.T
    may_be = (np.minimum(width, height) >= _SMALLEST) & (area <= _MOST_INK * width * height)
    outer = np.flatnonzero(may_be)
    outer = outer[np.argsort(-(width * height)[outer], kind="stable")][:_MOST_RINGS, None]
    is_inside = (x > x[outer]) & (x + width < (x + width)[outer])
    is_inside &= (y > y[outer]) & (y + height < (y + height)[outer])
    is_inside &= height >= 0.1 * np.minimum(width, height)[outer]
    return (outer[is_inside.any(axis=1), 0] + 1).tolist()


def _shrunken(own: Mask, scale: float) -> Mask:
    size = max(1, round(own.shape[1] * scale)), max(1, round(own.shape[0] * scale))
    return np.asarray(cv2.resize(own.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.2)


@dataclass(frozen=True, eq=False)
class _Outline:
    """What a part looks like from outside.

    Attributes:
        depth: float32 (h, w), how far inside of its edge each pixel is, from 1 on; 0 outside.
        thickness: of the ring, pixels.
        box: x, y, width, height of the ring alone.
    """

    depth: NDArray[np.float32]
    thickness: float
    box: tuple[int, int, int, int]

    @classmethod
    def on_sheet(cls, own: Mask, where: _Where, shape: tuple[int, ...]) -> _Outline | None:
        """The same of a part that is there on a sheet, if the ring is all on it."""
        if _is_closed_box(own):
            return None
        scale = _FIRST_LOOK / max(own.shape)
        if scale < 1 and cls.of(_shrunken(own, scale)) is None:
            return None
        outline = cls.of(own)
        return None if outline is None or outline._leads_out_of(where, shape) else outline

    @classmethod
    def of(cls, own: Mask) -> _Outline | None:
        """The outline of a part, cropped to it, if that is a ring's."""
        pen = stroke_width_of(own)
        for half_gap in (*(max(pen, share * min(own.shape)) for share in _HALF_GAPS), pen):
            filled = _filled(own, half_gap, _STICKS_OUT * pen)
            if filled is None or (own & filled).sum() < _LEAST_INSIDE * own.sum():
                continue
            if _is_hump(filled) and _edge_is_ink(filled, own, pen):
                depth = _depth_in(filled)
                box = cv2.boundingRect(filled.view(np.uint8))
                return cls(depth, _thickness(depth, own), (box[0], box[1], box[2], box[3]))
        return None

    @property
    def _shorter(self) -> int:
        return min(self.box[2:])

    @property
    def _inner(self) -> Mask:
        """What the ring goes around."""
        return np.asarray(self.depth > self.thickness + 1)

    def _leads_out_of(self, where: _Where, shape: tuple[int, ...]) -> bool:
        """Whether it reaches the border of the sheet."""
        x, y, width, height = self.box
        left, top = x + where[1].start, y + where[0].start
        return min(left, top) <= 0 or left + width >= shape[1] or top + height >= shape[0]

    def holds_signs(self, mask: Mask, fewest_apart: int = 1) -> bool:
        """Whether several signs are inside.

        Args:
            mask: bool (h, w), ink, also that of others.
            fewest_apart: so many of them do not touch it.
        """
        inner = self._inner
        part_of, stats = label_parts(mask & inner)
        touches = np.zeros(len(stats), bool)
        touches[np.unique(part_of[inner & (self.depth <= self.thickness + 3)])] = True
        apart = self._signs_among(stats[1:][~touches[1:]])
        return apart >= fewest_apart and self._signs_among(stats[1:]) >= _FEWEST_SIGNS

    def _signs_among(self, stats: _Stats) -> int:
        widths, heights = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
        is_sign = heights >= _LEAST_OF_SIGN * self.box[3]
        are_two = is_sign & (widths >= _WIDTH_OF_TWO * heights)
        return int(is_sign.sum() + are_two.sum())

    def ring(self, own: Mask) -> Mask:
        """The ring's ink, without what is written in it or crosses it."""
        inner, outer = own & self._inner, own & (self.depth == 0)
        inner &= ~self._turns(inner)
        outer &= ~_small_of(outer, _LARGEST_OUTSIDE * self._shorter)
        near = round(self.thickness) + 2
        crossing = grown(inner, near) & grown(outer, near)
        return own & ~inner & ~outer & ~crossing

    def _turns(self, inner: Mask) -> Mask:
        """Of the ink inside, what hugs the ring."""
        part_of, stats = label_parts(inner)
        deepest = np.zeros(len(stats), np.float32)
        np.maximum.at(deepest, part_of[inner], self.depth[inner])
        hugs = deepest <= _DEEPEST_CRUMB * self._shorter
        lengths = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1)
        is_long = lengths >= _LEAST_TURN * self._shorter
        hugs |= is_long & (deepest <= _DEEPEST_TURN * self._shorter)
        hugs[0] = False
        return hugs[part_of]


def _filled(own: Mask, half_gap: float, half_thickness: float) -> Mask | None:
    """A part with all that it goes around, and without what sticks out of it."""
    brim = int(half_gap) + 2
    closed = distance_to(np.pad(own, brim)) <= half_gap
    contours, _ = cv2.findContours(closed.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = np.zeros(closed.shape, np.uint8)
    cv2.drawContours(filled, contours, -1, 1, cv2.FILLED)
    solid = _depth_in(filled > 0) > half_gap
    core = _depth_in(solid) > half_thickness
    if not core.any():
        return None
    opened = solid & (distance_to(core) <= half_thickness)
    part_of, stats = label_parts(opened[brim:-brim, brim:-brim])
    largest = int(stats[1:, cv2.CC_STAT_AREA].argmax()) + 1 if len(stats) > 1 else 0
    return np.asarray(part_of == largest) if largest else None


def _is_closed_box(own: Mask) -> bool:
    """Whether a part is a box, as is soon seen where it is closed."""
    edge = _edge_of(own)
    hull = np.asarray(cv2.convexHull(edge), np.int32)
    area = cv2.contourArea(edge)
    is_whole = area >= _LEAST_OF_HULL * cv2.contourArea(hull)
    return is_whole and _between_corners(hull) > _MOST_OF_BOX * area


def _is_hump(filled: Mask) -> bool:
    """Whether it has no bays, and no corners as a box has."""
    edge = _edge_of(filled)
    area = float(np.count_nonzero(filled))
    hull = np.asarray(cv2.convexHull(edge), np.int32)
    covered = area / (cv2.contourArea(hull) + 0.5 * cv2.arcLength(hull, True))
    return covered >= _LEAST_OF_HULL and _between_corners(hull) <= _MOST_OF_BOX * area


def _between_corners(hull: NDArray[np.int32]) -> float:
    """The area of the four-sided figure between its points that are farthest out diagonally."""
    points = hull[:, 0].astype(np.float64)
    middle, (width, height), angle = cv2.minAreaRect(hull)
    along = np.array([np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))])
    off = points - middle
    x, y = off @ along / width, off @ (-along[1], along[0]) / height
    corners = points[[(a * x + b * y).argmax() for a, b in ((1, 1), (-1, 1), (-1, -1), (1, -1))]]
    return float(cv2.contourArea(corners.astype(np.float32)))


def _edge_is_ink(filled: Mask, own: Mask, pen: float) -> bool:
    columns, rows = _edge_of(filled)[:, 0].T
    return bool((distance_to(own)[rows, columns] <= _NEAR_EDGE * pen).mean() >= _LEAST_OF_EDGE)


def _edge_of(filled: Mask) -> NDArray[np.int32]:
    """Its outermost pixels in order, int (n, 1, 2): x, y."""
    contours, _ = cv2.findContours(filled.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return np.asarray(max(contours, key=len), np.int32)


def _thickness(depth: NDArray[np.float32], own: Mask) -> float:
    """How deep below its edge a ring is ink in enough places."""
    level = np.rint(depth).astype(np.intp)
    share = np.bincount(level[own], minlength=level.max() + 1) / np.bincount(level.ravel())
    is_paper = share[1:] < _LEAST_OF_DEPTH
    return float(is_paper.argmax()) if is_paper.any() else float(len(share))


def _small_of(mask: Mask, longest: float) -> Mask:
    """Its parts that are no longer and no higher, bool (H, W)."""
    part_of, stats = label_parts(mask)
    is_small = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1) <= longest
    is_small[0] = False
    return np.asarray(is_small[part_of])


def _depth_in(mask: Mask) -> NDArray[np.float32]:
    """How far each pixel is from the nearest that is not set, float32 (H, W); 0 for that."""
    framed = np.pad(mask, 1).view(np.uint8)
    return np.asarray(cv2.distanceTransform(framed, cv2.DIST_L2, 5)[1:-1, 1:-1], np.float32)
