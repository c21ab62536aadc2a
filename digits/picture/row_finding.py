"""The rows of a sheet's handwriting, and the parts of each from left to right.

Parts whose heights overlap stand in one row, so that a baseline may climb; what is small goes to
the row that it is closest to. Where baselines climb so much that a row leads into the next one, all
are looked at as if they were level.

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from digits.picture.pixels import InkMap, Mask, label_parts, middle_by_sum

Boxes = NDArray[np.float64]

# Of the usual height: parts so tall make rows.
TALL = 0.5
# Of the lower of two parts, what of their heights overlaps if they stand in one row.
LEAST_OVERLAP = 0.4
# dy / dx: how much baselines of a sheet may climb or fall together, tried one after the other.
# More parts than these are no digits, and would take long. Of the tallest part of a row, what those
# have that are digits of two rows, and not two halves of one.
_SLOPES, _MOST_STEEP, _NO_HALF = (0.1, -0.1, 0.2, -0.2, 0.3, -0.3), 300, 0.7
# Of the row's height: a mark or a detached stroke is no farther above it or below.
FARTHEST_ABOVE = 0.35
# Of the row's height: what is less is a speck.
SPECK = 0.04
# Of a row's height: a part by itself that is lower hangs at it, if it is so close, of how far what
# is small may be.
_HANGING, _HANGS = 0.75, 0.1
# Of its height: a stroke is no wider, and one that the border cuts no farther from it.
_STROKE, _AT_BORDER = 0.35, 0.02
# Likewise: and so far from others of its row, or it may be a 1 of theirs.
_FAR_ASIDE = 1.3
# Of its height: a wider part is more than one digit.
WIDE = 1.5
# Of the height of the taller part beside it: a wider gap is one between two words or numbers.
_GAP_OF_WORDS = 0.8
_MOST_PARTS = 3_000


@dataclass(frozen=True, eq=False)
class Part:
    """A piece of the ink.

    Attributes:
        x: its leftmost column on the sheet.
        y: its topmost row.
        mask: bool (height, width), which pixels from there on are its own.
        seam: how many strokes were cut through to part it from the piece on its left; 0 if none.
    """

    x: int
    y: int
    mask: Mask
    seam: float = 0.0

    @property
    def width(self) -> int:
        """In pixels."""
        return self.mask.shape[1]

    @property
    def height(self) -> int:
        """In pixels."""
        return self.mask.shape[0]

    @cached_property
    def middle(self) -> tuple[float, float]:
        """Of its box: x, y."""
        return self.x + (self.width - 1) / 2, self.y + (self.height - 1) / 2

    @cached_property
    def spreads(self) -> tuple[float, float, float]:
        """Of its pixels around their mean, summed: of x squared, of x times y, of y squared."""
        moments = cv2.moments(self.mask.view(np.uint8), True)
        return moments["mu20"], moments["mu11"], moments["mu02"]


def ink_of(part: Part, ink_map: InkMap) -> InkMap:
    """A part's ink, cropped to it."""
    rows, columns = slice(part.y, part.y + part.height), slice(part.x, part.x + part.width)
    return np.asarray(ink_map[rows, columns] * part.mask, np.float32)


@dataclass(frozen=True, eq=False)
class Row:
    """Parts that stand in one row.

    Attributes:
        parts: from left to right, by their middles.
        height: of its digits, pixels.
        slope: of its baseline, dy / dx.
        baseline: y of that at x = 0.
        slant: how far its digits lean to the right, degrees.
    """

    parts: tuple[Part, ...]
    height: float
    slope: float
    baseline: float
    slant: float

    def below_baseline(self, x: float, y: float) -> float:
        """How far a place is below the baseline, in heights of the row; above it less than 0."""
        return (y - self.slope * x - self.baseline) / self.height

    def foot_of(self, part: Part) -> float:
        """How far a part's lowest pixel is below the baseline, in heights of the row."""
        return self.below_baseline(part.middle[0], part.y + part.height - 1)


def find_rows(ink_map: InkMap) -> list[Row]:
    """All rows, from above to below.

    Args:
        ink_map: float32 (H, W), as `sheet_ink.find_sheet_ink` gives it.

    Returns:
        Rows of at least one part; none where there is no ink.
    """
    part_of, stats = label_parts(ink_map > 0)
    boxes = stats[1:, :4].astype(np.float64)
    if not len(boxes):
        return []
    largest = np.argsort(-stats[1:, cv2.CC_STAT_AREA], kind="stable")[:_MOST_PARTS]
    boxes, numbers = boxes[largest], largest + 1
    height = middle_by_sum(boxes[:, 3])
    lengths = boxes[:, 2:].max(axis=1)
    boxes, numbers = boxes[lengths >= SPECK * height], numbers[lengths >= SPECK * height]
    tall = boxes[:, 3] >= TALL * height
    chains = _chains(boxes[tall])
    rows = [np.flatnonzero(tall)[chains == chain] for chain in np.unique(chains)]
    cut = _cut_strokes(rows, boxes, ink_map.shape)
    rows = [left for row in rows if len(left := np.setdiff1d(row, cut))]
    rows = _without_hanging(rows, boxes)
    others = np.setdiff1d(np.arange(len(boxes)), np.concatenate([*rows, cut]))
    rows = _joined_by_small(rows, boxes, others)
    made = [_row(boxes[row], numbers[row], part_of) for row in rows]
    return sorted(made, key=lambda row: float(np.mean([part.middle[1] for part in row.parts])))


def _chains(boxes: Boxes) -> NDArray[np.intp]:
    """For each part the number of its chain, none of which has a part above another, if it may.

    Of all slopes of the baselines at which that is so, that one counts at which chains are longest.
    """
    level = _chains_along(boxes, 0.0)
    if len(boxes) > _MOST_STEEP or not _any_folded(boxes, level):
        return level
    found = [_chains_along(boxes, slope) for slope in _SLOPES]
    found = [chains for chains in found if not _any_folded(boxes, chains)]
    return min(found, key=lambda chains: len(np.unique(chains)), default=level)


def _chains_along(boxes: Boxes, slope: float) -> NDArray[np.intp]:
    """Likewise, if baselines climb so much: each part hangs on the next one to its right.

    One that is lower, as a bold comma or a cent is beside a digit, is not all that it hangs on.
    """
    chain_of = np.arange(len(boxes))
    middle = boxes[:, 0] + boxes[:, 2] / 2
    top = boxes[:, 1] - slope * middle
    bottom = top + boxes[:, 3]
    for part in np.argsort(middle, kind="stable"):
        shared = np.minimum(bottom, bottom[part]) - np.maximum(top, top[part])
        beside = shared >= LEAST_OVERLAP * np.minimum(boxes[:, 3], boxes[part, 3])
        beside &= middle > middle[part]
        for share in (0, TALL, _HANGING):
            which = beside & (boxes[:, 3] >= share * boxes[part, 3])
            if which.any():
                following = np.flatnonzero(which)[boxes[which, 0].argmin()]
                chain_of[chain_of == chain_of[following]] = chain_of[part]
    return chain_of


def _any_folded(boxes: Boxes, chains: NDArray[np.intp]) -> bool:
    """Whether a part of a chain is right above another of that, and neither is half a digit."""
    _, members = np.unique(chains, return_inverse=True)
    tallest = np.zeros(len(boxes))
    np.maximum.at(tallest, members, boxes[:, 3])
    is_whole = boxes[:, 3] >= _NO_HALF * tallest[members]
    boxes, chains = boxes[is_whole], chains[is_whole]
    left, top = boxes[:, 0], boxes[:, 1]
    right, bottom = left + boxes[:, 2], top + boxes[:, 3]
    middle = left + boxes[:, 2] / 2
    is_below = np.less_equal.outer(bottom, top) & np.equal.outer(chains, chains)
    is_below &= np.less.outer(left, middle) & np.greater.outer(right, middle)
    return bool(is_below.any())


def _cut_strokes(
    rows: list[NDArray[np.intp]], boxes: Boxes, shape: tuple[int, ...]
) -> NDArray[np.intp]:
    """Strokes that the border cuts, far from others of their row: of a line, or of words beside it.

    Where digits are cut, too, it is close around all.
    """
    starts, ends = boxes[:, :2], boxes[:, :2] + boxes[:, 2:]
    from_border = np.minimum(starts, shape[::-1] - ends).min(axis=1)
    is_cut = from_border <= _AT_BORDER * boxes[:, 3]
    is_stroke = is_cut & (boxes[:, 2] <= _STROKE * boxes[:, 3])
    found = [
        part
        for row in rows
        for part in row[is_stroke[row]].tolist()
        if _gaps_aside(boxes[part], boxes[row[row != part]]).min(initial=np.inf)
        >= _FAR_ASIDE * boxes[part, 3]
    ]
    left = [np.setdiff1d(row, found) for row in rows if len(row) > 1]
    is_close_around = not left or is_cut[np.concatenate(left)].any()
    return np.array([] if is_close_around else found, np.intp)


def _gaps_aside(box: NDArray[np.float64], others: Boxes) -> NDArray[np.float64]:
    """How far others are to the side of a box, pixels; less than 0 where they share columns."""
    left, right = others[:, 0], others[:, 0] + others[:, 2]
    return np.asarray(np.maximum(left - box[0] - box[2], box[0] - right))


def _without_hanging(rows: list[NDArray[np.intp]], boxes: Boxes) -> list[NDArray[np.intp]]:
    """The rows but what hangs at another: a comma in bold writing is half as high as digits.

    Beside many words in small print any comma is as high as most of what is there.
    """
    several = [boxes[row] for row in rows if len(row) > 1]
    return [
        row
        for row in rows
        if len(row) > 1
        or not any(
            boxes[row[0], 3] < share * np.median(other[:, 3])
            and _distance(boxes[row[0]], other) <= farthest
            for other in several
            for share, farthest in ((_HANGING, _HANGS), (TALL, 1.0))
        )
    ]


def _joined_by_small(
    rows: list[NDArray[np.intp]], boxes: Boxes, small: NDArray[np.intp]
) -> list[NDArray[np.intp]]:
    """The rows with those small parts that are close to them; far from all, they are no sign."""
    members: list[list[int]] = [row.tolist() for row in rows]
    for part in small.tolist():
        box = boxes[part]
        near = [each for each, row in enumerate(rows) if _distance(box, boxes[row]) <= 1]
        if near:  # a comma may reach into the next row
            middle = np.array([box[0], box[1] + box[3] / 2, box[2], 0])
            nearest = min(near, key=lambda each: _distance(middle, boxes[rows[each]]))
            members[nearest].append(part)
    return [np.array(row) for row in members]


def _distance(box: NDArray[np.float64], row: Boxes) -> float:
    """How far a small part is from a row, at most 1 if it may belong to it."""
    gaps_x = _gaps_aside(box, row)
    nearest = row[np.argsort(gaps_x)[:2]]
    height = float(np.median(row[:, 3]))
    top, bottom = nearest[:, 1].min(), (nearest[:, 1] + nearest[:, 3]).max()
    above = max(top - box[1] - box[3], box[1] - bottom, 0) / (FARTHEST_ABOVE * height)
    aside = max(float(gaps_x.min()), 0) / (2.5 * height)
    return float(max(above, aside))


def _row(boxes: Boxes, numbers: NDArray[np.intp], part_of: NDArray[np.int32]) -> Row:
    parts = []
    for (left, top, width, tallness), number in zip(boxes.astype(int), numbers, strict=True):
        own = part_of[top : top + tallness, left : left + width] == number
        parts.append(Part(int(left), int(top), own))
    return row_of(parts)


def row_of(parts: Sequence[Part]) -> Row:
    """Parts of the ink as one row."""
    parts = sorted(parts, key=lambda part: part.middle[0])
    tall, _ = _tall_among(parts)
    tall, height = _tall_among([stretch for part in tall for stretch in stretches_of(part)])
    slope, baseline = _line_below(tall, height)
    return Row(tuple(parts), height, slope, baseline, _slant_of(tall, slope))


def _tall_among(parts: Sequence[Part]) -> tuple[list[Part], float]:
    """Those of at least half the usual height, and that height."""
    height = middle_by_sum(np.array([part.height for part in parts]))
    return [part for part in parts if part.height >= TALL * height], height


def stretches_of(part: Part) -> list[Part]:
    """Of digits that touch about one each; as a whole they would be as high as they climb, and lean
    as their baseline does. What is no wider than a digit stays whole.
    """
    if part.width <= WIDE * part.height:
        return [part]
    ends = np.linspace(0, part.width, round(part.width / part.height) + 1).astype(int)
    return [
        cropped(Part(part.x + left, part.y, part.mask[:, left:right]))
        for left, right in pairwise(ends.tolist())
    ]


def close_together(parts: Sequence[Part]) -> list[slice]:
    """Which neighbours of a row stand as close as in one word or number.

    Args:
        parts: from left to right.
    """
    starts = [
        number
        for number, (left, right) in enumerate(pairwise(parts), 1)
        if right.x - left.x - left.width > _GAP_OF_WORDS * max(left.height, right.height)
    ]
    return [slice(*ends) for ends in pairwise([0, *starts, len(parts)])] if parts else []


def cropped(part: Part) -> Part:
    """The same ink in the smallest box that holds it."""
    x, y, width, height = cv2.boundingRect(part.mask.astype(np.uint8))
    mask = part.mask[y : y + height, x : x + width]
    return Part(part.x + x, part.y + y, mask, part.seam)


def _line_below(tall: Sequence[Part], height: float) -> tuple[float, float]:
    """The slope of the baseline, dy / dx, and its y at x = 0."""
    x = np.array([part.x + part.width / 2 for part in tall])
    tallness = np.array([part.height for part in tall])
    bottom = np.array([part.y for part in tall]) + tallness
    slope = 0.0
    if np.ptp(x) > 2 * height:
        slope = float(np.clip(np.polyfit(x, bottom - 0.5 * tallness, 1)[0], -0.3, 0.3))
    return slope, float(np.median(bottom - slope * x))


def _slant_of(tall: Sequence[Part], slope: float) -> float:
    """How far tall parts lean to the right, in the middle, degrees.

    A part's ink leans by its covariance of x and y, as a share of y's variance; y from the baseline
    on, for upright strokes stay upright where that climbs.
    """
    leans = []
    for part in tall:
        aside, mixed, upright = part.spreads
        upright += slope**2 * aside - 2 * slope * mixed
        leans.append((slope * aside - mixed) / max(upright, 1e-6))
    return float(np.rad2deg(np.arctan(np.median(leans)))) if leans else 0.0
