"""The middle lines of strokes, and what they are made of: ends, corners, crossings, rings, pieces.

x goes to the right and y downwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Mask: TypeAlias = NDArray[np.bool_]
Points: TypeAlias = NDArray[np.float64]
PartKind: TypeAlias = Literal["end", "corner", "crossing", "ring", "bar", "stem", "stroke", "bow"]

# A drawing is enlarged so many times before it is thinned, so that narrow gaps stay open.
_ENLARGED = 3
_INK = 0.4
# Pixels of the enlarged drawing: a branch that is shorter is the rim of a stroke; over what length
# a turn is measured; how far from a junction a branch begins.
_SPUR, _REACH, _AROUND = 8, 8, 4
# Degrees: a turn that is sharper is a corner.
_CORNER = 60.0
# Of a piece's length, its chord, from which on it is straight; of the drawing's larger side, the
# length from which on a straight piece has a name of its own.
_STRAIGHT, _LONG = 0.93, 0.28
_STRIDE = 5
# Degrees from level: a bar leans less, a stem more.
_BAR, _STEM = 27.0, 66.0
# Pixels of the enlarged drawing: what a ring has inside at least.
_LEAST_HOLE = 12


@dataclass(frozen=True, eq=False)
class StrokePart:
    """A part of a drawing's strokes.

    Attributes:
        kind: "end", "corner", "crossing", "ring", "bar", "stem", "stroke" (straight, aslant) or
            "bow".
        points: float64 (n, 2), x and y of its middle line, pixels of the drawing; one for an end,
            a corner or a crossing.
    """

    kind: PartKind
    points: Points

    @property
    def middle(self) -> Points:
        """float64 (2,), x and y."""
        return np.asarray((self.points.min(axis=0) + self.points.max(axis=0)) / 2)


def find_parts(drawing: NDArray[np.float32]) -> list[StrokePart]:
    """What the strokes of a drawing consist of; an end or a crossing lies on strokes, too.

    Args:
        drawing: float32 (h, w) in [0, 1], ink above 0.
    """
    inked = _enlarged(drawing)
    skeleton = _without_spurs(thinned(inked))
    if not skeleton.any():
        return []
    crossings = _clustered(_crossings(skeleton))
    parts = [StrokePart("end", _to_drawing(point[None])) for point in _ends(skeleton)]
    parts += [StrokePart("crossing", _to_drawing(point[None])) for point in crossings]
    parts += [StrokePart("ring", _to_drawing(points)) for points in _rings(inked, skeleton)]
    longest = float(np.ptp(np.argwhere(skeleton), axis=0).max()) + 1
    for line in _lines(skeleton, crossings):
        corners = _corners(line)
        parts += [StrokePart("corner", _to_drawing(line[at][None])) for at in corners]
        for piece in np.split(line, corners):
            if len(piece) > 1:
                parts.append(StrokePart(_kind_of(piece, longest), _to_drawing(piece)))
    return parts


def thinned(mask: Mask) -> Mask:
    """The middle lines of a shape, one pixel wide.

    Zhang & Suen (1984), "A fast parallel algorithm for thinning digital patterns".

    Args:
        mask: bool (h, w).
    """
    while True:
        before = int(mask.sum())
        for removable in _removable():
            mask = mask & ~removable[_neighbourhoods(mask)]
        if int(mask.sum()) == before:
            return mask


@cache
def _removable() -> tuple[Mask, Mask]:
    """bool (256,) each: of each neighbourhood whether a half of a step removes its pixel.

    The first half takes those of the rim on the south-east side, the other on the north-west.
    """
    around = _all_neighbourhoods()
    north, east, south, west = around[::2]
    count = around.sum(axis=0)
    is_rim = (count >= 2) & (count <= 6) & (_rises() == 1)
    south_east = (north & east & south) | (east & south & west)
    north_west = (north & east & west) | (north & south & west)
    return is_rim & ~south_east, is_rim & ~north_west


@cache
def _rises() -> NDArray[np.uint8]:
    """uint8 (256,): of each neighbourhood how many branches leave its pixel."""
    around = _all_neighbourhoods()
    return np.asarray((~around & np.roll(around, -1, axis=0)).sum(axis=0, dtype=np.uint8))


def _all_neighbourhoods() -> Mask:
    """bool (8, 256): the neighbours, from the north clockwise, of which each bit tells one."""
    return np.asarray(np.arange(256) >> np.arange(8)[:, None] & 1, bool)


# From the north clockwise, a bit each.
_BITS = np.array([[128, 1, 2], [64, 0, 4], [32, 16, 8]], np.float32)


def _neighbourhoods(mask: Mask) -> NDArray[np.uint8]:
    """uint8 (h, w): of each pixel which neighbours it has, a bit each."""
    found = cv2.filter2D(mask.astype(np.uint8), -1, _BITS, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(found, np.uint8)


def _branches(skeleton: Mask) -> NDArray[np.uint8]:
    """uint8 (h, w), of each pixel of a skeleton how many branches leave it; 0 elsewhere."""
    return np.asarray(_rises()[_neighbourhoods(skeleton)] * skeleton, np.uint8)


# --- a drawing and its enlargement


def _enlarged(drawing: NDArray[np.float32]) -> Mask:
    size = drawing.shape[1] * _ENLARGED, drawing.shape[0] * _ENLARGED
    large = np.asarray(cv2.resize(drawing, size, interpolation=cv2.INTER_CUBIC))
    return large > _INK * max(float(drawing.max()), 1e-6)


def _to_drawing(points: Points) -> Points:
    """x and y in the drawing, from those in its enlargement."""
    return (points + 0.5) / _ENLARGED - 0.5


def _places(mask: Mask) -> Points:
    return np.argwhere(mask)[:, ::-1].astype(np.float64)


# --- the skeleton's parts


def _ends(skeleton: Mask) -> Points:
    return _places(_branches(skeleton) == 1)


def _crossings(skeleton: Mask) -> Points:
    return _places(_branches(skeleton) >= 3)


def _clustered(points: Points) -> Points:
    """Points that lie close together as one: thinning makes two or three of a crossing."""
    clusters: list[list[Points]] = []
    for point in points:
        near = [each for each in clusters if np.hypot(*(each[0] - point)) <= 2 * _AROUND]
        if near:
            near[0].append(point)
        else:
            clusters.append([point])
    return np.array([np.mean(each, axis=0) for each in clusters]).reshape(-1, 2)


def _without_spurs(skeleton: Mask) -> Mask:
    """A skeleton without the short branches that lead from a crossing to nowhere."""
    crossings = np.round(_crossings(skeleton)).astype(int)
    if not len(crossings):
        return skeleton
    apart = skeleton.copy()
    for x, y in crossings:
        apart[max(0, y - 1) : y + 2, max(0, x - 1) : x + 2] = False
    count, labels = cv2.connectedComponents(apart.astype(np.uint8), connectivity=8)
    is_end = _branches(skeleton) == 1
    kept = skeleton.copy()
    for label in range(1, count):
        branch = labels == label
        if branch.sum() < _SPUR and (branch & is_end).any():
            kept &= ~branch
    return thinned(kept)


def _rings(inked: Mask, skeleton: Mask) -> Iterator[Points]:
    """Of each hole in the ink the middle line around it."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        np.pad(~inked, 1, constant_values=True).astype(np.uint8), connectivity=4
    )
    for label in range(1, count):
        hole = (labels == label)[1:-1, 1:-1]
        if label == labels[0, 0] or stats[label, cv2.CC_STAT_AREA] < _LEAST_HOLE:
            continue
        # What the skeleton encloses: the hole, grown until it meets the middle line.
        closed = _filled_up_to(hole, skeleton)
        rim = np.asarray(cv2.dilate(closed.astype(np.uint8), np.ones((3, 3)))) > 0
        points = _places(rim & skeleton)
        if len(points) > 2:
            yield points


def _filled_up_to(hole: Mask, skeleton: Mask) -> Mask:
    _, labels = cv2.connectedComponents((~skeleton).astype(np.uint8), connectivity=4)
    y, x = np.argwhere(hole)[len(np.argwhere(hole)) // 2]
    return np.asarray(labels == labels[y, x]) if labels[y, x] else hole


def _lines(skeleton: Mask, crossings: Points) -> Iterator[Points]:
    """The pieces between crossings, each as points one after the other."""
    apart = skeleton.copy()
    for x, y in np.round(crossings).astype(int):
        apart[max(0, y - _AROUND) : y + _AROUND + 1, max(0, x - _AROUND) : x + _AROUND + 1] = False
    count, labels = cv2.connectedComponents(apart.astype(np.uint8), connectivity=8)
    for label in range(1, count):
        points = _places(labels == label)
        if len(points) >= 4:
            yield _in_order(points)


def _in_order(points: Points) -> Points:
    """Points of a line one pixel wide, along it: each next is the nearest that is left."""
    distances = np.abs(points[:, None] - points[None]).max(axis=2)
    neighbours = (distances <= 1).sum(axis=1)
    at = int(neighbours.argmin())
    left, order = np.ones(len(points), bool), [at]
    left[at] = False
    straight = np.hypot(*np.moveaxis(points[:, None] - points[None], 2, 0))
    while left.any():
        nearest = int(np.where(left, straight[at], np.inf).argmin())
        if distances[at, nearest] > 2:
            break
        at = nearest
        left[at] = False
        order.append(at)
    return points[order]


def _corners(line: Points) -> list[int]:
    """Where a line turns sharply, as indices into it."""
    if len(line) < 2 * _REACH + 1:
        return []
    before = line[_REACH:-_REACH] - line[: -2 * _REACH]
    behind = line[2 * _REACH :] - line[_REACH:-_REACH]
    cross = before[:, 0] * behind[:, 1] - before[:, 1] * behind[:, 0]
    turns = np.abs(np.degrees(np.arctan2(cross, (before * behind).sum(axis=1))))
    found: list[int] = []
    while turns.max(initial=0.0) >= _CORNER:
        at = int(turns.argmax())
        found.append(at + _REACH)
        turns[max(0, at - 2 * _REACH) : at + 2 * _REACH + 1] = 0
    return sorted(found)


def _kind_of(piece: Points, longest: float) -> PartKind:
    chord = piece[-1] - piece[0]
    # Of steps from pixel to pixel any line that is not level, upright or diagonal is too long.
    strides = np.concatenate([piece[:-1:_STRIDE], piece[-1:]])
    length = float(np.hypot(*np.diff(strides, axis=0).T).sum())
    if np.hypot(*chord) < _STRAIGHT * length or length < _LONG * longest:
        return "bow"
    lean = float(np.degrees(np.arctan2(abs(chord[1]), abs(chord[0]))))
    return "bar" if lean < _BAR else "stem" if lean > _STEM else "stroke"
