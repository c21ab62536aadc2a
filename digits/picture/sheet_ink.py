"""All handwriting on a sheet of paper: what stands out of it, without rulings, boxes and frames.

`ink_finding` knows that there is one digit, and leaves all else out. Here everything stays that may
be a sign of a number: many digits, points, dashes.

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from digits.common.errors import NoInkError
from digits.picture.drawing_ink import drawing_contrast, drawing_paper, padded_photo
from digits.picture.ink_parts import (
    MIN_CONTRAST,
    MIN_SIGNAL_TO_NOISE,
    NO_INK,
    WEAK_INK_OF_A_DRAWING,
    WEAK_INK_OF_A_PHOTO,
    Finder,
    longest_side,
    strong_and_joined,
    threshold_and_peak,
    weak_level_of,
)
from digits.picture.photo_ink import photo_contrast
from digits.picture.pixels import (
    Grey,
    Ink,
    InkMap,
    Mask,
    Pixels,
    label_parts,
    middle_by_sum,
    runs_of,
    stroke_width,
)
from digits.picture.ruling_removal import find_border_strips
from digits.picture.straight_lines import LevelLine, find_level_lines, pixels_of_lines

# Of a part's usual height: no straight stroke of a digit is longer, level or upright.
LONGEST_LEVEL_STROKE = 2.0
LONGEST_UPRIGHT_STROKE = 1.9
# Of the strokes' width: a line that is as thick may be one of strokes that touch, or lie in a row,
# if it is no longer than this, of the usual height.
AS_THICK_AS_STROKES = 0.8
LONGEST_LINE_UP = 3.5
# Of the sheet: a line that is so long is none of a digit, even where everything is one part.
LONG_ANYWHERE = 0.6
# Of the sheet: so long a line leads from one border to the other.
LEADS_ACROSS = 0.95
# Of its length: what leads across and is no wider, with its tilt, is a line.
WIDEST_LINE = 0.2
# Of the sheet: what lies on the same line as so long a line, and is thin, is its.
LONG_ENOUGH_TO_GO_ON = 0.45
# Of the usual height: of an upright line such a piece is no higher, for a 1 may stand there.
_HIGHEST_PIECE_OF_UPRIGHT = 0.55
# Crossings that are left of a faint grid: so many at least. Of their ink, what is beside their two
# arms, at most; of their size, how far from the middle the arms cross at most.
FEWEST_CROSSINGS, _BESIDE_ARMS, _OFF_MIDDLE = 3, 0.12, 0.3
# Pixels: what is smaller has no arms.
SMALLEST_CROSSING = 5
# Of the usual height: a flat part that is longer is no dash.
LONGEST_DASH = 1.35
# Of the strokes' width: a line is no thicker.
THICKEST_LINE = 1.3
# Or than this share of the usual height.
THICKEST_OF_HEIGHT = 0.12
# Of the usual height: what is left of a line that was taken away is shorter.
_CRUMB = 0.25
# Of the longest part of a table's grain: what is written is longer.
LARGEST_GRAIN = 1.3
# Of the sheet's longer side: a printed border is no deeper. Of the side that it lies along: it is
# as long, in one part or in so many.
DEEPEST_BORDER = 0.16
LONGEST_ORNAMENT = 0.45
FEWEST_ORNAMENTS = 7
# Of an ornament's depth: what is beside them is larger.
SIZE_OF_DIGITS = 1.4
# So many uprights that all lead from one level line to another are the sides of boxes, however
# thick.
FEWEST_SIDES = 3
# Pixels: from the end of a line to the line that it leads to.
SLACK = 4
# Pixels around a line that go with it, for a lens blurs lines.
_BLUR_OF_A_LENS = 3
_PASSES = 3


@dataclass(frozen=True, eq=False)
class SheetInk:
    """What lies on a sheet.

    Attributes:
        ink_map: float32 (H, W) in [0, 1], how much handwriting; 0 on paper and on its lines.
        lines: bool (H, W), where lines of the paper are.
    """

    ink_map: InkMap
    lines: Mask


def find_sheet_ink(pixels: Pixels, ink: Ink = "auto") -> SheetInk:
    """How much of a sheet's handwriting lies on every pixel, and where lines are.

    Args:
        pixels: uint8 (H, W) or (H, W, 3), RGB; neither side under 3.
        ink: whether the ink is darker or lighter than the paper; "auto" finds out.

    Raises:
        NoInkError: nothing stands out of the paper.
    """
    contrast, noise, beside = _contrast_on(pixels, ink)
    is_photo = beside is not None
    least = max(MIN_CONTRAST, MIN_SIGNAL_TO_NOISE * noise)
    if threshold_and_peak(contrast, 3 * noise)[1] < least:
        raise NoInkError(NO_INK)
    for find in (*(beside or ()), _border_strips):
        mask = _ink_of(contrast, noise, is_photo)[1]
        found = find(mask)
        if find is _border_strips or _is_grain(found, mask):
            contrast = _blanked(contrast, found, is_photo, least, noise)
    all_lines = np.zeros(contrast.shape, bool)
    level: list[LevelLine] = []
    upright: list[LevelLine] = []
    for _ in range(_PASSES):
        lines = _lines_of_paper(_ink_of(contrast, noise, is_photo)[1])
        if not lines.pixels.any():
            break
        contrast = _blanked(contrast, lines.pixels, is_photo, least, noise)
        all_lines |= lines.pixels
        level += lines.level
        upright += lines.upright
    ink_map, mask = _ink_of(contrast, noise, is_photo)
    mask &= ~_going_on(mask, level, np.inf)
    mask &= ~_going_on(mask.T, upright, _HIGHEST_PIECE_OF_UPRIGHT * usual_height(mask)).T
    mask &= ~(_crossings(mask) | _underlines(mask))
    frames = _frames(mask)
    mask &= ~(frames | _borders(mask & ~frames))
    handwriting = np.where(mask, ink_map, np.float32(0)).astype(np.float32)
    return SheetInk(handwriting, all_lines | frames)


def _contrast_on(pixels: Pixels, ink: Ink) -> tuple[Grey, float, tuple[Finder, ...] | None]:
    """By how much each pixel stands out, the paper's grain, and what finds all beside the paper.

    Of a drawing that is None.
    """
    paper = drawing_paper(pixels)
    if paper is None:
        return photo_contrast(pixels, ink)
    contrast = drawing_contrast(pixels, paper, ink)
    inside = padded_photo(contrast)
    if inside is None:
        return contrast, 0.0, None
    within, noise, _ = photo_contrast(pixels[inside], ink)
    padded = np.zeros_like(contrast)
    padded[inside] = within
    return padded, noise, ()


def _ink_of(contrast: Grey, noise: float, is_photo: bool) -> tuple[InkMap, Mask]:
    """Contrast as a share of that of full ink, at most 1, and what of it is ink."""
    threshold, peak = threshold_and_peak(contrast, 3 * noise)
    peak = max(peak, 1.0)
    weak = weak_level_of(WEAK_INK_OF_A_PHOTO if is_photo else WEAK_INK_OF_A_DRAWING, noise, peak)
    ink_map = np.minimum(contrast.astype(np.float32) * np.float32(1 / peak), np.float32(1))
    strong = min(max(threshold / peak, weak), 0.55) if is_photo else min(threshold / peak, 0.5)
    mask = strong_and_joined(ink_map, weak, strong)
    if is_photo:
        ink_map = np.clip((ink_map - 0.5 * weak) / (0.8 - 0.5 * weak), 0, 1).astype(np.float32)
        mask = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        mask &= ink_map > 0
    return ink_map, mask


def _blanked(contrast: Grey, lines: Mask, is_photo: bool, least: float, noise: float) -> Grey:
    """Without lines, if something else is left that stands out."""
    if not lines.any():
        return contrast
    if is_photo:
        size = _BLUR_OF_A_LENS
        lines = cv2.dilate(lines.astype(np.uint8), np.ones((size, size), np.uint8)) > 0
    blanked = np.where(lines, np.uint8(0), contrast)
    return blanked if threshold_and_peak(blanked, 3 * noise)[1] >= least else contrast


# --- borders


def _is_grain(found: Mask, mask: Mask) -> bool:
    """Whether what lies beside the paper is smaller than what is written; else that is a shadow."""
    longest = longest_side(mask & ~found, uncut=True)
    return longest > LARGEST_GRAIN * longest_side(found, uncut=True)


def _border_strips(mask: Mask) -> Mask:
    """What lies along the border for longer than digits do that a crop has cut."""
    strips = find_border_strips(mask)
    if not strips.any():
        return strips
    part_of, stats = label_parts(strips)
    lengths = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1)
    is_long = lengths > LONGEST_LEVEL_STROKE * usual_height(mask)
    is_long[0] = False
    return is_long[part_of]


def _borders(mask: Mask) -> Mask:
    """Printed borders: a chain of ornaments, or single ones in a row, along a side of the sheet."""
    part_of, stats = label_parts(mask)
    is_border = np.zeros(len(stats), bool)
    height, width = mask.shape
    x, y, wide, tall = stats[1:, :4].astype(np.float64).T
    sides = (
        (y, tall, x, wide, width),
        (height - y - tall, tall, x, wide, width),
        (x, wide, y, tall, height),
        (width - x - wide, wide, y, tall, height),
    )
    for inset, depth, start, length, side in sides:
        near = (inset <= 1.5 * depth) & (inset + depth <= DEEPEST_BORDER * max(mask.shape))
        near &= inset + depth <= 0.4 * (height if side == width else width)
        is_border[1:] |= near & (length >= LONGEST_ORNAMENT * side) & (length > 4 * depth)
        boxes = np.stack([inset, depth, start, length])
        is_border[1:] |= _ornaments(near, boxes, LONGEST_ORNAMENT * side)
    return is_border[part_of] if not is_border[1:].all() else np.zeros_like(mask)


def _ornaments(near: Mask, boxes: NDArray[np.float64], reach: float) -> Mask:
    """Which of the parts near a side are many of one size, at one distance from it, all along.

    Args:
        near: bool (n,), which parts are.
        boxes: float (4, n): how far from the side each is, how deep, where along it, how long.
        reach: how far along they must reach, pixels.
    """
    inset, depth, start, length = boxes
    chosen = near.copy()
    for values in (inset + depth / 2, depth, length):
        if np.count_nonzero(chosen) < FEWEST_ORNAMENTS:
            return np.zeros_like(near)
        usual = np.median(values[chosen])
        chosen &= np.abs(values - usual) <= 0.3 * usual + 1.5
    if np.count_nonzero(chosen) < FEWEST_ORNAMENTS:
        return np.zeros_like(near)
    reached = (start + length)[chosen].max() - start[chosen].min()
    # Digits in a row at the foot of a sheet are the largest that there is.
    are_small = depth[~chosen].max(initial=0) >= SIZE_OF_DIGITS * np.median(depth[chosen])
    return chosen if reached >= reach and are_small else np.zeros_like(near)


# --- lines


def usual_height(mask: Mask) -> float:
    """Of the parts of ink that may be digits, pixels; the taller a part, the more it counts."""
    _, stats = label_parts(mask)
    widths, heights = stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT]
    tall = (heights >= 6) & (widths <= 6 * heights)
    # A line of the paper, if there is anything else.
    leads_across = (heights >= LEADS_ACROSS * len(mask)) & (widths <= WIDEST_LINE * heights)
    tall = tall & ~leads_across if (tall & ~leads_across).any() else tall
    if not tall.any():
        return float(len(mask))
    return middle_by_sum(heights[tall])


@dataclass(frozen=True, eq=False)
class _Lines:
    """Lines of a sheet.

    Attributes:
        pixels: bool (H, W), where they are.
        level: rulings, underlines, and upper and lower sides of boxes.
        upright: other sides of boxes and cells, of the sheet on its side.
    """

    pixels: Mask
    level: list[LevelLine]
    upright: list[LevelLine]


def _lines_of_paper(mask: Mask) -> _Lines:
    height = usual_height(mask)
    stroke = stroke_width(mask.astype(np.float32))
    thickest = max(3.0, THICKEST_LINE * stroke, THICKEST_OF_HEIGHT * height)
    thin = AS_THICK_AS_STROKES * stroke
    rows, columns = mask.shape
    shortest = min(LONGEST_LEVEL_STROKE * height, max(LONG_ANYWHERE * columns, 1.2 * height))
    level = [
        line
        for line in find_level_lines(mask, shortest, thickest)
        if line.thickness < thin
        or line.length >= LONGEST_LINE_UP * height
        or line.length >= LEADS_ACROSS * columns
    ]
    found = pixels_of_lines(mask, level)
    rest = np.ascontiguousarray((mask & ~found).T)
    upright = find_level_lines(rest, 0.3 * height, thickest)
    ends = [_ends_of(line, level) for line in upright]
    is_long = [
        line.length >= LONGEST_UPRIGHT_STROKE * height
        or (
            line.length >= LEADS_ACROSS * rows
            and (line.thickness < 0.5 * stroke or _are_of_a_grid(line, level, columns))
        )
        for line in upright
    ]
    is_side = [
        _is_side(own, [other for other in ends if other is not own], is_thin=line.thickness < thin)
        for line, own in zip(upright, ends, strict=True)
    ]
    is_between = [all(own) for own in ends]
    are_cells = sum(is_between) >= FEWEST_SIDES
    chosen = [
        line
        for line, *is_of_paper, between in zip(upright, is_long, is_side, is_between, strict=True)
        if any(is_of_paper) or (are_cells and between)
    ]
    found |= pixels_of_lines(rest, chosen).T
    return _Lines(found | _crumbs(mask & ~found, found, _CRUMB * height), level, chosen)


def _going_on(rest: Mask, lines: list[LevelLine], longest: float) -> Mask:
    """Thin pieces that lie on the same line as a long one.

    Args:
        rest: bool (H, W), ink that was not taken away.
        lines: nearly level ones.
        longest: no such piece is longer, pixels.
    """
    columns = rest.shape[1]
    band = np.zeros(rest.shape, np.uint8)
    for line in lines:
        if line.length >= LONG_ENOUGH_TO_GO_ON * columns:
            ends = [(x, round(line.slope * x + line.height)) for x in (0, columns - 1)]
            cv2.line(band, ends[0], ends[1], 1, max(3, round(1.6 * line.thickness) + 2))
    if not band.any():
        return np.zeros_like(rest)
    part_of, stats = label_parts(np.ascontiguousarray(rest))
    inside = np.bincount(part_of[band > 0], minlength=len(stats))
    is_piece = (inside >= 0.85 * stats[:, cv2.CC_STAT_AREA]) & (
        stats[:, cv2.CC_STAT_WIDTH] <= longest
    )
    is_piece[0] = False
    return np.asarray(is_piece[part_of])


def _underlines(mask: Mask) -> Mask:
    """Flat parts that are longer than any dash."""
    part_of, stats = label_parts(mask)
    usual = usual_height(mask)
    width, height = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    is_line = (width >= LONGEST_DASH * usual) & (height <= 0.3 * usual) & (width >= 5 * height)
    is_line[0] = False
    return np.asarray(is_line[part_of])


def _crossings(mask: Mask) -> Mask:
    """Small upright crosses, where there are several: of a grid that is too faint elsewhere."""
    part_of, stats = label_parts(mask)
    usual = usual_height(mask)
    is_crossing = np.zeros(len(stats), bool)
    for part, (x, y, width, height, _) in enumerate(stats[1:].tolist(), 1):
        if min(width, height) >= SMALLEST_CROSSING and max(width, height) <= usual:
            is_crossing[part] = _is_cross(part_of[y : y + height, x : x + width] == part)
    if np.count_nonzero(is_crossing) < FEWEST_CROSSINGS:
        return np.zeros_like(mask)
    return is_crossing[part_of]


def _is_cross(part: Mask) -> bool:
    """Whether it is one level stroke and one upright one that cross about in the middle."""
    beside = part.copy()
    for arms, axis in ((part, 0), (part.T, 1)):
        filled = arms.mean(axis=1) >= 0.75
        starts, ends = runs_of(np.asarray(filled))
        if len(starts) != 1 or ends[0] - starts[0] > 0.45 * len(arms):
            return False
        off_middle = starts[0] + ends[0] - len(arms)  # twice as far
        if abs(off_middle) > 2 * _OFF_MIDDLE * len(arms):
            return False
        margin = slice(max(0, starts[0] - 1), ends[0] + 1)
        beside[(margin, slice(None)) if axis == 0 else (slice(None), margin)] = False
    return bool(beside.sum() <= _BESIDE_ARMS * part.sum())


def _are_of_a_grid(upright: LevelLine, level: list[LevelLine], columns: int) -> bool:
    """Whether there are level lines from border to border about as thick as an upright."""
    return any(
        line.length >= LEADS_ACROSS * columns and 0.6 <= line.thickness / upright.thickness <= 1.7
        for line in level
    )


_End = tuple[int, str]
"""Number of a level line, and where an upright ends on it: at its "first" column, "last", or "on"
it."""


def _ends_of(upright: LevelLine, level: list[LevelLine]) -> list[list[_End]]:
    """On which level lines an upright begins and ends."""
    ends = []
    for y in (upright.first, upright.last):
        x = upright.slope * y + upright.height
        places = [(number, _where_on(line, x, y)) for number, line in enumerate(level)]
        ends.append([(number, place) for number, place in places if place])
    return ends


def _where_on(line: LevelLine, x: float, y: float) -> str:
    slack = line.thickness + SLACK
    if abs(line.slope * x + line.height - y) > slack:
        return ""
    if abs(x - line.first) <= slack:
        return "first"
    if abs(x - line.last) <= slack:
        return "last"
    return "on" if line.first < x < line.last else ""


def _is_side(ends: list[list[_End]], others: Sequence[list[list[_End]]], *, is_thin: bool) -> bool:
    """Whether an upright leads from one level line to another, or from the end of one upwards.

    What is not thin, and may be the stem of a digit, must lead from end to end, or have a twin at
    the level line's other end.
    """
    at_ends = [[end for end in found if end[1] != "on"] for found in ends]
    if all(at_ends) or (is_thin and (all(ends) or any(at_ends))):
        return True
    opposite = {"first": "last", "last": "first"}
    twins = {(number, opposite[place]) for found in at_ends for number, place in found}
    return any(end in twins for other in others for found in other for end in found)


def _crumbs(rest: Mask, lines: Mask, longest: float) -> Mask:
    """Small pieces that are left beside lines, such as their corners."""
    if not lines.any():
        return np.zeros_like(rest)
    part_of, stats = label_parts(rest)
    beside = cv2.dilate(lines.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    touching = np.zeros(len(stats), bool)
    touching[np.unique(part_of[beside & rest])] = True
    small = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1) <= longest
    small[0] = False
    return (touching & small)[part_of]


def _frames(mask: Mask) -> Mask:
    """Thin parts that go around others: frames with round corners, and drawn by hand."""
    part_of, stats = label_parts(mask)
    boxes = stats[1:].astype(np.float64)
    x, y, width, height, area = boxes.T
    is_thin = area < 0.2 * width * height
    middle = np.stack([x + width / 2, y + height / 2], axis=1)
    usual = usual_height(mask)
    is_frame = np.zeros(len(stats), bool)
    # Of the border of a sheet, some sides may lie outside of it.
    gaps = np.stack([x, y, mask.shape[1] - x - width, mask.shape[0] - y - height])
    least_gap = 0.05 * min(mask.shape)
    fewest = [2 if gap <= least_gap else 3 for gap in gaps.min(axis=0).tolist()]
    for part in np.flatnonzero(is_thin & (width > 0.8 * usual) & (height > 0.8 * usual)).tolist():
        inside = _within(boxes[part], middle) & (height >= 0.35 * height[part])
        inside[part] = False
        if inside.any() and _closes(part_of, stats[part + 1], part + 1, fewest[part]):
            is_frame[part + 1] = True
    return is_frame[part_of]


def _within(box: NDArray[np.float64], points: NDArray[np.float64]) -> Mask:
    x, y, width, height = box[:4]
    inside = (points > (x, y)) & (points < (x + width, y + height))
    return np.asarray(inside.all(axis=1), bool)


def _closes(part_of: NDArray[np.int32], box: NDArray[np.int32], part: int, fewest: int) -> bool:
    """Whether a part lies along so many sides of its own box, and so is no digit."""
    x, y, width, height = box[:4]
    own = part_of[y : y + height, x : x + width] == part
    depth_x, depth_y = max(2, round(0.1 * width)), max(2, round(0.1 * height))
    sides = (
        own[:depth_y].any(axis=0).mean(),
        own[-depth_y:].any(axis=0).mean(),
        own[:, :depth_x].any(axis=1).mean(),
        own[:, -depth_x:].any(axis=1).mean(),
    )
    return sum(side >= 0.75 for side in sides) >= fewest
