"""Parts of a sheet's ink that are no handwriting: underlines, crossings of grids, frames, borders.

All of them are whole connected parts, so that one labelling of the sheet serves them all.

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from digits.picture.crosses import is_cross
from digits.picture.number_rings import RingAroundPaler, find_ring_around_paler, find_rings
from digits.picture.pixels import (
    Labelled,
    Mask,
    label_parts,
    middle_by_sum,
    on_its_side,
    stroke_width_of,
)
from digits.picture.specks import find_specks
from digits.picture.straight_lines import STEEPEST, find_level_lines, pixels_of_lines

# Of the sheet: so long a line leads from one border to the other.
LEADS_ACROSS = 0.95
# Of the sheet's width and height: lines that cross, with all that touches them, span as much. So
# long are the longest; and those of a grid that is faint in places, which leave a part that is so
# large and has so many holes.
_SPANS, _LONGEST = 0.5, 0.6
_LONGEST_OF_FAINT, _LARGE_PIECE, _HOLES_OF_GRID = (0.4, 0.3, 0.2), 0.3, 5
# Of the box around a line with pieces of others, what is ink.
_EMPTY = 0.1
# Pixels: what is lower tells nothing of how high digits are.
_LOWEST = 6
# Of the height of what is left without them: lines so long were no strokes.
_LONGER_THAN_STROKES = 2.5
# Of the usual height: lines that rows of digits stand on make parts so high, and wider than digits.
_HIGHER_THAN_REST, _WIDER_THAN_DIGITS = 1.5, 6
# Of the sheet: a row of joined digits is no lower, but a line that hides them may be.
LEAST_OF_SHEET = 0.2
# In heights of digits: such a line by itself is about as long, or longer.
LENGTH_OF_LINE = 4.0
# Of the box around such a row, what is ink; of its height, what is lower are crumbs.
_LEAST_OF_ROW, _LOWEST_BESIDE_ROW = 0.2, 0.25
# Of its length: what leads across and is no wider, with its tilt, is a line.
WIDEST_LINE = 0.2
# Of the usual height: what leads from the upper to the lower border and is so much higher is no 1.
_HIGHER_THAN_ONES = 2.5
# Of the sheet's height, and of that of the highest other part: so high a narrow part is a line, if
# so many others are so many times as high as it is thick, and no specks.
_HIGH_ON_SHEET, _HIGHER_THAN_ALL, _NO_SPECKS, _FEWEST_BESIDE_LINE = 0.5, 3.0, 3.0, 2
# Likewise: a flat part that is longer is no dash.
LONGEST_DASH = 1.35
# Likewise: and one that is no shorter is none if there is ink above it.
SHORTEST_UNDERLINE = 0.6
# Crossings that are left of a faint grid: so many at least. Of the usual height: what is larger may
# be a 9.
FEWEST_CROSSINGS, LARGEST_CROSSING = 3, 0.75
# Of a frame's own side: such a straight line is one of its sides; it is no thicker than so many
# strokes, and the frame lies no deeper within its hull. Of the usual height, so high a piece that
# is deeper within is a digit's.
_LEAST_OF_SIDE, _THICKEST_SIDE, _DEPTH_OF_SIDE = 0.8, 1.6, 0.15
_LEAST_OF_DIGIT = 0.35
# Of the sheet's longer side, and of the one across: a printed border is no deeper. Of the side that
# it lies along: it is as long, in one part or in so many.
DEEPEST_BORDER, _DEEPEST_OF_SIDE = 0.16, 0.3
LONGEST_ORNAMENT = 0.45
FEWEST_ORNAMENTS = 7
# Where one is, smaller parts are of it that lie no deeper than so many times its ornaments; of the
# height of what is written.
_BESIDE_BORDER, _SMALL_BESIDE = 1.15, 0.6
# Of the length of a row of ornaments: two groups that are farther apart are words and numbers.
_WIDEST_BETWEEN = 0.4
# Likewise of its ornaments, two of which may touch at a corner.
_TWO_ORNAMENTS = 2.2
# In depths of its ornaments: what is so far from all sides is of none; and of their number, so many
# parts that are as large and lie there say that these are digits in a row.
_FAR_FROM_SIDES, _AS_MANY = 1.6, 0.5
# Of the highest other part: an upright line at the edge that is no higher may be a 1.
_HIGHER_THAN_DIGITS = 1.3
# Of a side: rows on a form's lines, which are chains as well, begin and end no farther apart.
_UNEQUAL_LINES = 0.03
# So many tilts are tried.
_TILTS = 49
# Of the shorter side: a part that lies along sides alone is no deeper. One that turns round a
# corner is so long along both, of each; a chain along one has so many holes.
_DEEPEST_ALONG, _TURNS, _FEWEST_HOLES = 0.27, 0.7, 5
# Of the box around an empty box, or one with digits in it, what is ink at most.
_MOST_OF_BOX = 0.5
# Of an ornament's depth: what is beside them is larger.
SIZE_OF_DIGITS = 1.4


def usual_height(mask: Mask, labelled: Labelled | None = None) -> float:
    """Of the parts of ink that may be digits, pixels; the taller a part, the more it counts.

    Lines that cross, and whatever touches them, are one part as high as the sheet: that is measured
    without its longest lines, and, as long as large parts are left that are no digits, without
    shorter ones.

    Args:
        mask: bool (H, W), ink.
        labelled: its parts, if they are known.
    """
    labelled = labelled or label_parts(mask)
    height = usual_height_of(labelled[1][1:], len(mask))
    hold_lines = _hold_lines(labelled[1][1:], height, mask.shape)
    if not hold_lines and not _may_be_lines(labelled[1][1:], len(mask)):
        return height
    for longest in (_LONGEST, *_LONGEST_OF_FAINT):
        without_lines = label_parts(mask & ~longest_lines(mask, longest))
        if len(without_lines[1]) == 1:
            return height
        left = usual_height_of(without_lines[1][1:], len(mask))
        # Of a large digit that a ruling joins, next to nothing is left without its own strokes.
        are_no_strokes = not hold_lines and longest * min(mask.shape) >= _LONGER_THAN_STROKES * left
        are_lines = hold_lines and longest == _LONGEST
        if not (are_lines or are_no_strokes or _holds_grid(labelled)):
            return height
        labelled, height = without_lines, left
        if not _are_large(labelled).any():
            return height
    return height


def _hold_lines(stats: NDArray[np.int32], height: float, shape: tuple[int, ...]) -> bool:
    """Whether some parts are lines, and whatever touches them, higher than it is usual here."""
    rows, columns = shape
    widths, heights = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    spans = (heights >= _SPANS * rows) & (widths >= _SPANS * columns)
    spans |= (heights >= LEADS_ACROSS * rows) & (widths > WIDEST_LINE * heights)
    if spans.any():
        return True
    is_long = (widths >= _LONGEST * columns) & (widths > _WIDER_THAN_DIGITS * heights)
    if (
        is_long.any()
        and not ((heights >= _LOWEST) & (widths <= _WIDER_THAN_DIGITS * heights)).any()
    ):
        return True  # each row is one part, which a line joins
    highest = heights[is_long].max(initial=0)
    return bool(highest > _HIGHER_THAN_REST * height)


def _may_be_lines(stats: NDArray[np.int32], rows: int) -> bool:
    """Whether there is a high part with little ink in its box, as a line with pieces of others."""
    widths, heights = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    is_empty = stats[:, cv2.CC_STAT_AREA] <= _EMPTY * widths * heights
    return bool((is_empty & (heights >= _SPANS * rows)).any())


def _are_large(parts: Labelled) -> Mask:
    part_of, stats = parts
    rows, columns = part_of.shape
    are_large = stats[:, cv2.CC_STAT_WIDTH] >= _LARGE_PIECE * columns
    are_large |= stats[:, cv2.CC_STAT_HEIGHT] >= _LARGE_PIECE * rows
    are_large[0] = False
    return np.asarray(are_large)


def _holds_grid(parts: Labelled) -> bool:
    """Whether there is a large part with many holes."""
    part_of, stats = parts
    for part in np.flatnonzero(_are_large(parts)).tolist():
        x, y, width, height = stats[part, :4].tolist()
        if _holes_in(part_of[y : y + height, x : x + width] == part) >= _HOLES_OF_GRID:
            return True
    return False


def longest_lines(mask: Mask, longest: float = _LONGEST) -> Mask:
    """The ink of straight lines that lead through most of a sheet, bool (H, W).

    With level ones those that lead through most of what they join, such as the sides of a frame.

    Args:
        mask: bool (H, W), ink.
        longest: of the sheet's width and height, how long they are at least.
    """
    thickest = max(3.0, _THICKEST_SIDE * stroke_width_of(mask))
    rows, columns = mask.shape
    level = find_level_lines(mask, longest * columns, thickest)
    if level:
        stats = label_parts(mask)[1][1:]
        widths, heights = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
        joined = heights[(widths >= longest * columns) & (heights >= _SPANS * rows)]
        rows = joined.max(initial=0) or rows
    turned = on_its_side(mask)
    upright = find_level_lines(turned, longest * rows, thickest)
    return pixels_of_lines(mask, level) | pixels_of_lines(turned, upright).T


def usual_height_of(stats: NDArray[np.int32], rows: int) -> float:
    """As `usual_height`, by the table of the parts alone, none of which lines may join.

    Args:
        stats: int32 (n, 5) of OpenCV, without the background.
        rows: of the sheet.
    """
    widths, heights = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    tall = (heights >= _LOWEST) & (widths <= _WIDER_THAN_DIGITS * heights)
    # A line of the paper, if there is anything else.
    leads_across = _lead_across(stats, rows) | _is_single_line(stats, rows)
    tall = tall & ~leads_across if (tall & ~leads_across).any() else tall
    # A row of digits that a line joins, beside crumbs of it.
    inked = stats[:, cv2.CC_STAT_AREA] / (widths * heights)
    is_row = (widths > _WIDER_THAN_DIGITS * heights) & (inked >= _LEAST_OF_ROW)
    tall &= heights[tall].max(initial=0) >= _LOWEST_BESIDE_ROW * heights[is_row].max(initial=0)
    if not tall.any():  # all is one part: a row of digits that a line joins
        tallest, widest = float(heights.max(initial=0)), float(widths.max(initial=0))
        if tallest >= LEAST_OF_SHEET * rows or not widest:
            return tallest or float(rows)
        return min(float(rows), widest / LENGTH_OF_LINE)
    return middle_by_sum(heights[tall])


def _lead_across(stats: NDArray[np.int32], rows: int) -> Mask:
    """Which parts are narrow and lead from the upper to the lower border of a sheet."""
    widths, heights = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    return np.asarray((heights >= LEADS_ACROSS * rows) & (widths <= WIDEST_LINE * heights))


def _is_single_line(stats: NDArray[np.int32], rows: int) -> Mask:
    """Which part is a narrow line that is much higher than all that is written beside it, if any.

    A margin on a sheet that is seen whole ends where the sheet does, before the picture's borders.
    """
    heights = stats[:, cv2.CC_STAT_HEIGHT]
    is_line = np.zeros(len(stats), bool)
    if len(stats) < _FEWEST_BESIDE_LINE + 1:
        return is_line
    highest = int(heights.argmax())
    _, _, width, height, area = stats[highest].tolist()
    others = np.delete(heights, highest)
    is_line[highest] = (
        height >= _HIGH_ON_SHEET * rows
        and width <= WIDEST_LINE * height
        and height >= _HIGHER_THAN_ALL * others.max()
        and np.count_nonzero(others >= _NO_SPECKS * area / height) >= _FEWEST_BESIDE_LINE
    )
    return is_line


class SheetParts:
    """The parts of a sheet's ink, some of which turn out to be no handwriting.

    Args:
        mask: bool (H, W), ink.

    Attributes:
        labelled: all of them, whatever was left out.
    """

    def __init__(self, mask: Mask) -> None:
        self.labelled = self._part_of, self._stats = label_parts(mask)
        self._shape = mask.shape
        self._is_left = np.arange(len(self._stats)) > 0

    def leave_out_underlines_and_crossings(self) -> None:
        """Without lines that are whole parts, and what is left of faint grids."""
        stats, usual = self._stats, self._usual_height()
        width, height = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
        is_flat = (height <= 0.3 * usual) & (width >= 4 * height)
        is_line = is_flat & (width >= LONGEST_DASH * usual)
        is_line |= _lead_across(stats, self._shape[0]) & (height >= _HIGHER_THAN_ONES * usual)
        for part in np.flatnonzero(is_flat & (width >= SHORTEST_UNDERLINE * usual)).tolist():
            is_line[part] |= self._is_under_ink(part, usual)
        is_crossing = self._are_crossings(usual)
        self._is_left &= ~(is_line | is_crossing)

    def find_specks(self) -> Mask:
        """Where specks are that lie all over the sheet, bool (H, W)."""
        return find_specks(self._part_of, self._stats)

    def find_rings(self) -> Mask:
        """Where rings around numbers are, but for what touches or crosses them, bool (H, W)."""
        return find_rings(self._part_of, self._stats)

    def find_ring_around_paler(self) -> RingAroundPaler | None:
        """The largest part, if it is a ring in which nothing is seen."""
        return find_ring_around_paler(self._part_of, self._stats)

    def find_frames(self) -> Mask:
        """Where thin parts are that go around others, bool (H, W)."""
        return self._pixels_of(self._are_frames())

    def leave_out_frames(self) -> Mask:
        """Without them; gives where they are, bool (H, W)."""
        are_frames = self._are_frames()
        self._is_left &= ~are_frames
        return self._pixels_of(are_frames)

    def leave_out_borders(self) -> Mask:
        """Without a printed border: a chain along sides, or single ornaments in a row.

        Returns:
            Bool (H, W), where it is.
        """
        left = np.flatnonzero(self._is_left)
        turns, chains = self._go_along_sides(left)
        are_boxes = self._are_boxes(left)
        is_border = turns | _are_borders(self._stats[left], self._shape, chains, are_boxes)
        borders = np.zeros(len(self._stats), bool)
        if is_border.all() or not is_border.any():
            return np.zeros(self._shape, bool)
        is_border |= _small_beside(self._stats[left], is_border, self._shape)
        borders[left[is_border]] = True
        self._is_left &= ~borders
        return self._pixels_of(borders)

    @property
    def left(self) -> Mask:
        """Bool (H, W), where what is left is."""
        if self._is_left[1:].all():
            return np.asarray(self._part_of > 0)
        return np.asarray(self._is_left[self._part_of])

    def _pixels_of(self, parts: Mask) -> Mask:
        if not parts.any():
            return np.zeros(self._shape, bool)
        return np.asarray(parts[self._part_of])

    def _usual_height(self) -> float:
        return usual_height_of(self._stats[self._is_left], self._shape[0])

    def _own(self, part: int) -> Mask:
        x, y, width, height = self._stats[part, :4].tolist()
        return np.asarray(self._part_of[y : y + height, x : x + width] == part)

    def _is_under_ink(self, part: int, usual: float) -> bool:
        """Whether there is other ink close above most of a part; above a dash there is none."""
        x, y, width, _ = self._stats[part, :4].tolist()
        top = max(0, round(y - 0.5 * usual))
        above = self._part_of[top:y, x : x + width]
        covered = ((above > 0) & (above != part)).any(axis=0).mean() if y > top else 0.0
        return bool(covered >= 0.5)

    def _are_crossings(self, usual: float) -> Mask:
        """Small upright crosses, where there are several: of a grid that is faint elsewhere.

        Where they are most of what is there, it is their height that is usual.
        """
        sides = self._stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1)
        higher = self._is_left & (LARGEST_CROSSING * self._stats[:, cv2.CC_STAT_HEIGHT] >= usual)
        if np.count_nonzero(higher) >= FEWEST_CROSSINGS:
            usual = usual_height_of(self._stats[higher], self._shape[0])
        is_crossing = np.zeros(len(self._stats), bool)
        for part in np.flatnonzero(self._is_left & (sides <= LARGEST_CROSSING * usual)).tolist():
            is_crossing[part] = is_cross(self._own(part))
        return is_crossing & (np.count_nonzero(is_crossing) >= FEWEST_CROSSINGS)

    def _go_along_sides(self, parts: NDArray[np.intp]) -> tuple[Mask, NDArray[np.float64]]:
        """Which parts lie along sides of the sheet alone: what turns round a corner, and chains.

        Of chains it tells how thick they are across, pixels; of others 0.
        """
        rows, columns = self._shape
        deepest = _DEEPEST_ALONG * min(rows, columns)
        turns, chains = np.zeros(len(parts), bool), np.zeros(len(parts))
        for number, part in enumerate(parts.tolist()):
            x, y, width, height = self._stats[part, :4].tolist()
            shares = sorted((width / columns, height / rows))
            if shares[1] < LONGEST_ORNAMENT:
                continue
            own = self._own(part)
            down, across = np.nonzero(own)
            sides = np.stack([across + x, columns - 1 - x - across, down + y, rows - 1 - y - down])
            if np.quantile(sides.min(axis=0), 0.97) > deepest:
                continue
            turns[number] = shares[0] >= _TURNS
            if not turns[number] and _holes_in(own) >= _FEWEST_HOLES:
                chains[number] = _thickness(own if width / columns == shares[1] else own.T)
        return turns, chains

    def _are_boxes(self, parts: NDArray[np.intp]) -> Mask:
        """Which parts are higher than digits, and closed all around, whatever they hold."""
        lowest = SIZE_OF_DIGITS * self._usual_height()
        width, height, area = self._stats[parts, 2:].T
        is_box = (np.minimum(width, height) >= lowest) & (area <= _MOST_OF_BOX * width * height)
        for number in np.flatnonzero(is_box).tolist():
            is_box[number] = _closes(self._own(int(parts[number])), 4)
        return is_box

    def _are_frames(self) -> Mask:
        boxes = self._stats.astype(np.float64)
        x, y, width, height, area = boxes.T
        usual = self._usual_height()
        large = self._is_left & (area < 0.2 * width * height)
        large &= (width > 0.8 * usual) & (height > 0.8 * usual)
        middle = np.stack([x + width / 2, y + height / 2], axis=1)
        # Of the border of a sheet, some sides may lie outside of it.
        rows, columns = self._shape
        gaps = np.min([x, y, columns - x - width, rows - y - height], axis=0)
        fewest = np.where(gaps <= 0.05 * min(self._shape), 2, 3)
        is_frame = np.zeros(len(boxes), bool)
        for part in np.flatnonzero(large).tolist():
            inside = self._is_left & _within(boxes[part], middle)
            inside &= height >= 0.35 * height[part]
            inside[part] = False
            own = self._own(part)
            is_frame[part] = (
                inside.any() and _closes(own, int(fewest[part])) and not _carries_ink(own, usual)
            )
        return is_frame


def _holes_in(part: Mask) -> int:
    """How many rings a part has."""
    padded = np.pad(~part, 1, constant_values=True).astype(np.uint8)
    return cv2.connectedComponents(padded, connectivity=4)[0] - 2


def _thickness(chain: Mask) -> float:
    """How far it reaches across where it mostly does, however it tilts, pixels."""
    return float(np.median(len(chain) - chain.argmax(axis=0) - chain[::-1].argmax(axis=0)))


def _within(box: NDArray[np.float64], points: NDArray[np.float64]) -> Mask:
    x, y, width, height = box[:4]
    inside = (points > (x, y)) & (points < (x + width, y + height))
    return np.asarray(inside.all(axis=1), bool)


def _closes(own: Mask, fewest: int) -> bool:
    """Whether a part lies along so many sides of its own box, and so is no digit."""
    height, width = own.shape
    depth_x, depth_y = max(2, round(0.1 * width)), max(2, round(0.1 * height))
    sides = (
        own[:depth_y].any(axis=0).mean(),
        own[-depth_y:].any(axis=0).mean(),
        own[:, :depth_x].any(axis=1).mean(),
        own[:, -depth_x:].any(axis=1).mean(),
    )
    return sum(side >= 0.75 for side in sides) >= fewest


def _carries_ink(frame: Mask, usual: float) -> bool:
    """Whether strokes hang on the sides of a frame, beyond its rim: digits that touch their box."""
    height, width = frame.shape
    thickest = _THICKEST_SIDE * stroke_width_of(frame)
    level = find_level_lines(frame, _LEAST_OF_SIDE * width, thickest)
    turned = on_its_side(frame)
    rises = max((abs(line.slope) * width for line in level), default=0.0)
    upright = find_level_lines(turned, _LEAST_OF_SIDE * (height - rises), thickest)
    sides = pixels_of_lines(frame, level) | pixels_of_lines(turned, upright).T
    depth = _DEPTH_OF_SIDE * min(height - rises, width)  # round corners lie in it
    stats = label_parts(frame & ~sides & _deep_inside(frame, depth))[1][1:]
    return bool((stats[:, cv2.CC_STAT_HEIGHT] >= _LEAST_OF_DIGIT * usual).any())


def _deep_inside(part: Mask, depth: float) -> Mask:
    """What is farther than that from the convex hull around a part."""
    outline = cv2.findContours(part.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)[0]
    hull = np.zeros((part.shape[0] + 2, part.shape[1] + 2), np.uint8)
    cv2.fillConvexPoly(hull, cv2.convexHull(np.concatenate(outline)) + 1, 1)
    return np.asarray(cv2.distanceTransform(hull, cv2.DIST_L2, 3)[1:-1, 1:-1] > depth)


def _small_beside(stats: NDArray[np.int32], borders: Mask, shape: tuple[int, ...]) -> Mask:
    """Which parts lie no deeper than the ornaments of a border, and are small: others of it."""
    x, y, width, height = stats[:, :4].astype(np.float64).T
    far = np.stack([x + width, shape[1] - x, y + height, shape[0] - y]).min(axis=0)
    sizes = np.maximum(width, height)
    is_ornament = borders & (sizes <= DEEPEST_BORDER * max(shape))
    if not is_ornament.any():
        return np.zeros_like(borders)
    is_beside = far <= _BESIDE_BORDER * far[is_ornament].max()
    inside = height[~borders & ~is_beside]
    if not len(inside):
        return np.zeros_like(borders)
    largest = _SMALL_BESIDE * middle_by_sum(inside)
    largest = max(largest, _TWO_ORNAMENTS * float(np.median(sizes[is_ornament])))
    return np.asarray(is_beside & (sizes <= largest))


def in_line(
    along: NDArray[np.float64], inset: NDArray[np.float64], chosen: Mask, depth: float
) -> Mask:
    """Which parts lie in the line of most of the chosen ones; paper is held about level.

    Args:
        along: float (n,), where each part is along a side of the sheet, pixels.
        inset: likewise, how far from that.
        chosen: bool (n,), at least one.
        depth: of the chosen ones, pixels.
    """
    off = inset - along * np.linspace(-STEEPEST, STEEPEST, _TILTS)[:, None]
    usual = np.median(off[:, chosen], axis=1, keepdims=True)
    is_near = np.abs(off - usual) <= 0.4 * depth + 1.5
    best = int(np.count_nonzero(is_near & chosen, axis=1).argmax())
    return np.asarray(is_near[best])


def _are_borders(
    stats: NDArray[np.int32],
    shape: tuple[int, ...],
    chains: NDArray[np.float64],
    are_boxes: Mask,
) -> Mask:
    """Which parts are a printed border, or of one: bool (n,).

    Args:
        stats: of the parts.
        shape: of the sheet.
        chains: float (n,), how thick those are that are chains along a side, where larger things
            lie inside of it; of others 0.
        are_boxes: bool (n,), which are, and tell nothing of how large digits are.
    """
    is_border = np.zeros(len(stats), bool)
    height, width = shape
    x, y, wide, tall = stats[:, :4].astype(np.float64).T
    sides = (
        (y, tall, x, wide, width),
        (height - y - tall, tall, x, wide, width),
        (x, wide, y, tall, height),
        (width - x - wide, wide, y, tall, height),
    )
    nearest = np.min([inset for inset, *_ in sides], axis=0)
    for inset, depth, start, length, side in sides:
        near = (inset <= 1.5 * depth) & (inset + depth <= DEEPEST_BORDER * max(shape))
        near &= inset + depth <= _DEEPEST_OF_SIDE * (width if depth is wide else height)
        is_long = near & (length >= LONGEST_ORNAMENT * side) & (length > 4 * depth)
        if depth is wide:  # a 1 at the edge of a sheet is as high as other digits
            is_long &= length > _HIGHER_THAN_DIGITS * tall[~is_long].max(initial=0)
        boxes = np.stack([inset, depth, start, length])
        is_long |= (chains > 0) & (inset <= 1.5 * depth) & (length > depth)
        is_long &= (chains == 0) | ~_are_as_long(boxes, chains > 0, _UNEQUAL_LINES * side)
        thick = np.where(chains > 0, chains, depth)
        written = np.where(are_boxes, 0, tall)
        is_border |= _outside_of_larger(is_long, boxes, written, thick, side)
        is_border |= _ornaments(near, boxes, np.where(are_boxes, 0, depth), side, nearest)
    return is_border


def _are_as_long(boxes: NDArray[np.float64], chains: Mask, slack: float) -> Mask:
    """Which parts begin and end where others do that are no chains: lines to write on, bool (n,).

    Args:
        boxes: float (4, n), as for `_outside_of_larger`.
        chains: bool (n,), which are.
        slack: how far apart two ends are at most, pixels.
    """
    _, depth, start, length = boxes
    are_lines = ~chains & (length > 4 * depth)
    begins = np.abs(start[:, None] - start[are_lines]) <= slack
    ends = np.abs((start + length)[:, None] - (start + length)[are_lines]) <= slack
    return np.asarray((begins & ends).any(axis=1))


def _outside_of_larger(
    chosen: Mask,
    boxes: NDArray[np.float64],
    sizes: NDArray[np.float64],
    thick: NDArray[np.float64],
    side: float,
) -> Mask:
    """Which of the chosen parts are smaller than something that lies further inside.

    Digits that touch go along a side, too, and so do those of a date between larger slashes, and
    those in the last row of a table, which is larger, but around them, or has upright lines between
    them. What leads out of the sheet at an end of the side lies beside the paper.

    Args:
        chosen: bool (n,).
        boxes: float (4, n): how far from the side each part is, how deep, where along it, how long.
        sizes: float (n,), of those further inside.
        thick: likewise, of the chosen ones.
        side: how long the side is, pixels.
    """
    if not chosen.any():
        return chosen
    inset, depth, start, length = boxes
    deepest, end = inset + depth, start + length
    is_around = (inset <= inset[:, None]) & (deepest >= deepest[:, None])
    is_around &= (start <= start[:, None]) & (end >= end[:, None])
    leads_out = (start <= 0) | (end >= side)
    is_inside = ~chosen & ~leads_out & ~is_around & (inset + depth / 2 > deepest[:, None])
    is_inside &= inset > (inset + depth / 2)[:, None]
    largest = np.where(is_inside, sizes, 0).max(axis=1, initial=0)
    return chosen & (largest >= SIZE_OF_DIGITS * thick)


def _ornaments(
    near: Mask,
    boxes: NDArray[np.float64],
    sizes: NDArray[np.float64],
    side: float,
    nearest: NDArray[np.float64],
) -> Mask:
    """Which of the parts near a side are many of one size, at one distance from it, all along.

    Digits in the last row of a table are as large as those far from all sides.

    Args:
        near: bool (n,), which parts are.
        boxes: float (4, n): how far from the side each is, how deep, where along it, how long.
        sizes: float (n,), how deep those are that may be digits, 0 where one is not.
        side: how long it is, pixels.
        nearest: float (n,), how far each is from the side nearest to it.
    """
    inset, depth, start, length = boxes
    if not near.any():
        return near
    usual = np.quantile(depth[near], 0.5, method="nearest")
    are_alike = np.abs(depth - usual) <= 0.3 * usual + 1.5
    chosen = near & are_alike
    unit = np.quantile(length[chosen], 0.25)  # of one, for blurred ones touch
    number = np.maximum(1, np.round(length / unit))
    chosen &= np.abs(length - number * unit) <= 0.3 * unit + 1.5
    if number[chosen].sum() < FEWEST_ORNAMENTS:
        return np.zeros_like(near)
    chosen &= in_line(start + length / 2, inset + depth / 2, chosen, usual)
    if number[chosen].sum() < FEWEST_ORNAMENTS:
        return np.zeros_like(near)
    far_from_all = are_alike & (nearest > _FAR_FROM_SIDES * usual)
    if np.count_nonzero(far_from_all) >= _AS_MANY * np.count_nonzero(chosen):
        return np.zeros_like(near)
    reached = (start + length)[chosen].max() - start[chosen].min()
    if _widest_gap(start[chosen], (start + length)[chosen]) > _WIDEST_BETWEEN * reached:
        return np.zeros_like(near)
    # Digits in a row at the foot of a sheet are the largest that there is.
    are_small = _outside_of_larger(chosen, boxes, sizes, depth, side)[chosen].mean() > 0.5
    return chosen if reached >= LONGEST_ORNAMENT * side and are_small else np.zeros_like(near)


def _widest_gap(starts: NDArray[np.float64], ends: NDArray[np.float64]) -> float:
    """How far two neighbours along a side are apart at most, pixels."""
    order = np.argsort(starts)
    reached = np.maximum.accumulate(ends[order])
    return float((starts[order][1:] - reached[:-1]).max(initial=0))
