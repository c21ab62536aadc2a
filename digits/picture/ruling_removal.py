"""Take away the lines that belong to the paper: rulings, squares, and a box around the digit.

Straight lines are found by the Hough transform (Duda & Hart, 1972). A line's pixels go, and what
crosses it stays: where the ink is clearly thicker, across the line, than the line is elsewhere, a
stroke passes (as staff lines are taken out of music; Dalitz et al., 2008). Which lines belong to
the paper is told by where they lead: rulings from border to border, the sides of a box around
everything else. A digit's own strokes do neither.

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from digits.picture.pixels import Mask, label_parts, runs_of

# Paper is held about level: degrees.
LARGEST_TILT = 10
# Of the picture's width: what a ruling must cover, and how close to the border it must come.
RULING_COVERAGE = 0.7
RULING_END = 0.04
# Of a side of the picture: a digit that is cut by the border touches less of it. Of the other side:
# what lies along the border and is deeper is no mere strip.
LONGEST_CONTACT = 0.3
DEEPEST_STRIP = 0.45
# Of a side: what lies along so much of it is beside the paper.
_WHOLE_SIDE = 0.97
# Of the height: thicker than this is no ruling.
THICKEST_RULING = 0.05
# Ink so much thicker than the line, across it, is a stroke that passes.
CROSSING = 1.7
# Of the ink's extent: how far inside of it, and of its corners, a side of a box may lie, and how
# much of it it covers.
BOX_MARGIN = 0.12
BOX_COVERAGE = 0.8
# Of its length: how far a box's side reaches beyond what is in the box, at either end.
BOX_OVERHANG = 0.04
# Likewise, what nothing in an open box touches at either end: there the bars of a Z are joined.
BARE_END = 0.2
# Of the side's length: the line is no thicker.
THICKEST_SIDE = 0.12
# Of the smallest rectangle around it, what a box fills; an ellipse fills π/4 = 0.785.
RECTANGULAR = 0.86
# In pixels: in fewer, a curve and a straight line look the same.
SMALLEST_BOX = 56
# But a closed one with something in it is told from fewer.
SMALLEST_FRAME = 20
# Of the side's length: what is in a box is no smaller.
SMALLEST_CONTENT = 0.3
# Of a part's length: a crumb of a side is shorter, and a lone line no wider.
_CRUMB = 0.12
_LINE_ASPECT = 0.12
_MOST_RULINGS = 60
_MOST_PARTS = 8


@dataclass(frozen=True, eq=False)
class _Line:
    """A nearly level line through a mask.

    Attributes:
        rows: int (W,), the ink's row in each column, or where it would be.
        inked: bool (W,), whether there is ink.
        thickness: usual length of the vertical runs of ink along it, pixels; that where no stroke
            lies on it.
    """

    rows: NDArray[np.intp]
    inked: Mask
    thickness: float


def find_border_strips(mask: Mask) -> Mask:
    """Pixels of what lies along the picture's border for long: a table beside the paper, a frame.

    Args:
        mask: bool (H, W), all ink on a whole picture.
    """
    strips = np.zeros_like(mask)
    if _is_cropped_to_ink(mask):
        return strips
    for turns in range(4):
        turned = np.rot90(mask, turns)
        first, last = _longest_run(turned[0])
        reaches_corner = first == 0 or last == turned.shape[1]
        if reaches_corner and last - first > max(LONGEST_CONTACT * turned.shape[1], 4):
            strips |= np.rot90(_strip(turned, first, last), -turns)
    if not strips.any():
        return strips
    # A digit that is cut by the border may lie along it, but mostly leads away.
    count, part_of = cv2.connectedComponents(mask.astype(np.uint8))
    inked, stripped = (np.bincount(part_of[each], minlength=count) for each in (mask, strips))
    return strips & (stripped > 0.5 * inked)[part_of]


def find_whole_sides(mask: Mask) -> Mask:
    """Pixels of what lies along a whole side of a sheet: a table beside it, whatever touches that.

    Args:
        mask: bool (H, W), all ink on a sheet.
    """
    strips = np.zeros_like(mask)
    for turns in range(4):
        turned = np.rot90(mask, turns)
        first, last = _longest_run(turned[0])
        if last - first >= _WHOLE_SIDE * turned.shape[1]:
            strips |= np.rot90(_strip(turned, first, last), -turns)
    return strips


def _is_cropped_to_ink(mask: Mask) -> bool:
    """Whether the picture ends where the digit does: one part touches all four borders."""
    if not all(rim.any() for rim in _rims(mask)):
        return False
    _, part_of = cv2.connectedComponents(mask.astype(np.uint8))
    inked = np.bincount(part_of[mask])
    main = inked.argmax()
    rims = _rims(part_of == main)
    touches = [np.count_nonzero(np.diff(rim.astype(np.int8)) == 1) + 1 for rim in rims]
    return bool(
        inked[main] > 0.9 * inked.sum()
        and all(rim.any() for rim in rims)
        and max(touches) <= 4  # squared paper touches each border many times
    )


def _rims(mask: Mask) -> tuple[Mask, Mask, Mask, Mask]:
    """Its upper, lower, left and right row of pixels."""
    return mask[0], mask[-1], mask[:, 0], mask[:, -1]


def _longest_run(row: Mask) -> tuple[int, int]:
    """Where the longest run of ink in a row begins, and where it has ended."""
    starts, ends = runs_of(row)
    if not starts.size:
        return 0, 0
    longest = np.argmax(ends - starts)
    return int(starts[longest]), int(ends[longest])


def _strip(mask: Mask, first: int, last: int) -> Mask:
    """What lies along the upper border between two columns, as deep as it mostly is there."""
    piece = mask[:, first:last]
    depth = np.where(piece.all(axis=0), len(mask), piece.argmin(axis=0)).astype(np.float64)
    columns = np.arange(last - first)
    usual = np.minimum(depth, 2 * np.median(depth) + 2)
    limit = np.polyval(np.polyfit(columns, usual, 1), columns) * 1.15 + 3
    strip = np.zeros_like(mask)
    if limit.mean() < DEEPEST_STRIP * len(mask):
        rows = np.arange(len(mask))[:, None]
        strip[:, first:last] = rows < np.minimum(depth, limit)
    return strip


def find_rulings(mask: Mask) -> Mask:
    """Pixels of lines that lead from one border of the picture to the other.

    Args:
        mask: bool (H, W), all ink on a whole picture.
    """
    rulings = np.zeros_like(mask)
    if mask[:, :2].any() and mask[:, -2:].any():
        rulings |= _level_rulings(mask)
    if mask[:2].any() and mask[-2:].any():
        rulings |= _level_rulings((mask & ~rulings).T).T  # where they cross, both go
    # A digit that fills the picture may itself lead across, such as a 7 whose bar does.
    is_all = np.count_nonzero(mask & ~rulings) <= 0.05 * np.count_nonzero(mask)
    return np.zeros_like(mask) if is_all else rulings


def find_box(mask: Mask) -> Mask:
    """Pixels of a box, whole or in part, that is drawn around the rest, or of a line beside it.

    Args:
        mask: bool (H, W), all ink on a picture, without rulings.
    """
    box = np.zeros_like(mask)
    part_of, stats = label_parts(mask)
    widths, lengths = _widths_and_lengths(stats)
    lengths[0] = 0
    is_long = lengths >= max(SMALLEST_FRAME, 0.5 * lengths.max())
    is_line = is_long & (widths <= _LINE_ASPECT * lengths) & (lengths >= SMALLEST_BOX)
    for part in np.flatnonzero(is_long & ~is_line)[:_MOST_PARTS]:
        window = _window(stats[part])
        is_part = part_of[window] == part
        closed = _closed_by_border(is_part, window, mask.shape)
        if len(stats) > 2 and _is_frame(closed, mask[window] & ~is_part):
            box[window] |= is_part
        elif lengths[part] >= SMALLEST_BOX:
            box[window] |= _box_around(is_part, mask[window])
    if is_line.any():
        rest = _without_crumbs(mask & ~is_line[part_of] & ~box)
        for part in np.flatnonzero(is_line):
            if _overhangs(stats[part], rest):
                box |= part_of == part
    return box


def has_corner(mask: Mask) -> bool:
    """Whether there is ink in a corner of the rectangle around all ink.

    On a drawing without there is no box, and this is told faster than by looking at its parts.
    """
    x, y, width, height = _box(mask)
    inside = mask[y : y + height, x : x + width]
    rows, columns = max(2, round(BOX_MARGIN * height)), max(2, round(BOX_MARGIN * width))
    ends = np.concatenate([inside[:, :columns], inside[:, -columns:]], axis=1)
    return bool(ends[:rows].any() or ends[-rows:].any())


def _window(box: NDArray[np.int32]) -> tuple[slice, slice]:
    x, y, width, height = box[:4].tolist()
    return slice(y, y + height), slice(x, x + width)


def _closed_by_border(part: Mask, window: tuple[slice, slice], shape: tuple[int, int]) -> Mask:
    """A part of the ink, with the picture's border as one of its sides where that cuts it."""
    closed = part.copy()
    rows, columns = window
    for side, is_cut in (
        (np.s_[0], rows.start == 0),
        (np.s_[-1], rows.stop == shape[0]),
        (np.s_[:, 0], columns.start == 0),
        (np.s_[:, -1], columns.stop == shape[1]),
    ):
        if is_cut:
            inked = np.flatnonzero(part[side])
            closed[side][inked[0] : inked[-1] + 1] = True
    return closed


def _is_frame(part: Mask, others: Mask) -> bool:
    """Whether a part is a rectangle, drawn by hand maybe, with something else in it."""
    contours, _ = cv2.findContours(
        part.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
    )
    outline = max(contours, key=cv2.contourArea)
    area = cv2.contourArea(outline)
    width, height = cv2.minAreaRect(outline)[1]
    if area < RECTANGULAR * width * height or np.count_nonzero(part) > 0.6 * area:
        return False
    inside = cv2.fillPoly(np.zeros(part.shape, np.uint8), [outline], 1)
    _, stats = label_parts((inside > 0) & others)
    _, lengths = _widths_and_lengths(stats)
    return float(lengths[1:].max(initial=0)) >= SMALLEST_CONTENT * max(part.shape)


def _box_around(part: Mask, ink: Mask) -> Mask:
    """Pixels of the part's straight sides, if what else is there lies inside of them."""
    sides = _box_sides(part)
    nothing = np.zeros_like(part)
    if len(sides) < 2:
        return nothing
    box = np.logical_or.reduce(sides)
    content = _without_crumbs(ink & ~box)
    crumbs = ink & ~box & ~content  # such as the corners, which were part of no line
    return box | crumbs if _is_inside(content, sides, part.shape) else nothing


def _without_crumbs(mask: Mask) -> Mask:
    part_of, stats = label_parts(mask)
    _, lengths = _widths_and_lengths(stats)
    is_crumb = lengths < _CRUMB * max(mask.shape)
    return mask & ~is_crumb[part_of]


def _widths_and_lengths(stats: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Shorter and longer side of each part's box, from OpenCV's table of parts."""
    sides = np.sort(stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]], axis=1)
    return sides[:, 0], sides[:, 1]


def _overhangs(line: NDArray[np.int32], rest: Mask) -> bool:
    """Whether a straight line beside the rest reaches farther than that at either end."""
    (x, y, width, height), (left, top, line_width, line_height) = _box(rest), line[:4].tolist()
    if line_height >= line_width:
        x, y, width, height = y, x, height, width
        left, top, line_width, line_height = top, left, line_height, line_width
    beside = not y < top + line_height / 2 < y + height
    overhang = min(x - left, left + line_width - x - width)
    is_large = max(width, height) >= SMALLEST_CONTENT * line_width
    return beside and overhang >= BOX_OVERHANG * line_width and is_large


def _box(mask: Mask) -> tuple[int, int, int, int]:
    """The smallest box around all ink: x, y, width, height."""
    x, y, width, height = cv2.boundingRect(mask.astype(np.uint8))
    return x, y, width, height


def _level_rulings(mask: Mask) -> Mask:
    height, width = mask.shape
    runs = _Runs(mask)
    rulings = np.zeros_like(mask)
    for line in _level_lines(mask, runs, round(RULING_COVERAGE * width)):
        end = max(2, round(RULING_END * width))
        leads_across = line.inked[:end].any() and line.inked[-end:].any()
        is_thin = line.thickness <= max(2, THICKEST_RULING * height)
        if leads_across and is_thin and line.inked.mean() >= RULING_COVERAGE:
            rulings |= runs.pixels_of(line)
    return rulings


def _box_sides(mask: Mask) -> list[Mask]:
    """Pixels of those straight lines that lie at the rim of all ink and cover it."""
    sides = []
    for turns in range(4):
        turned = np.rot90(mask, turns)
        depth = max(2, round(BOX_MARGIN * len(turned)))
        rim = turned[:depth]
        corner = max(2, round(BOX_MARGIN * turned.shape[1]))
        reaches_corner = rim[:, :corner].any() or rim[:, -corner:].any()
        if reaches_corner and rim.any(axis=0).mean() >= BOX_COVERAGE:
            sides.append((turns, depth))
    if len(sides) < 2:  # as mostly: spare the search for lines
        return []
    return [side for turns, depth in sides if (side := _side(mask, turns, depth)) is not None]


def _side(mask: Mask, turns: int, depth: int) -> Mask | None:
    turned = np.rot90(mask, turns)
    runs = _Runs(turned)
    line = _top_side(turned, runs, depth)
    return None if line is None else np.rot90(runs.pixels_of(line), -turns)


def _top_side(mask: Mask, runs: _Runs, depth: int) -> _Line | None:
    rim = np.zeros_like(mask)
    rim[:depth] = mask[:depth]
    width = mask.shape[1]
    lines = _level_lines(rim, runs, round(0.5 * width))
    lines = [
        line
        for line in lines
        if line.inked.mean() >= BOX_COVERAGE and line.thickness <= THICKEST_SIDE * width
    ]
    return max(lines, key=lambda line: line.inked.mean(), default=None)


def _is_inside(content: Mask, sides: list[Mask], shape: tuple[int, int]) -> bool:
    """Whether what is left was in a box, and not itself joined to the ends of its sides."""
    left, top, width, height = _box(content)
    if max(width, height) < SMALLEST_CONTENT * max(shape):
        return False
    margins = {"level": min(left, shape[1] - left - width)}
    margins["upright"] = min(top, shape[0] - top - height)
    is_open = len(sides) < 4
    for side in sides:
        _, _, side_width, side_height = _box(side)
        is_level = side_width > side_height
        margin = margins["level" if is_level else "upright"]
        length = max(side_width, side_height)
        if margin < BOX_OVERHANG * length:
            return False
        if is_open and _bare_end(side, content, 1 if is_level else 0) < BARE_END * length:
            return False
    return True


def _bare_end(side: Mask, content: Mask, axis: int) -> int:
    """How far it is from an end of a side to the content that touches it, if any, pixels.

    Args:
        side: bool (H, W).
        content: likewise.
        axis: along which the side leads.
    """
    beside = cv2.dilate(side.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    own, touching = (np.flatnonzero(each.any(axis=1 - axis)) for each in (side, beside & content))
    if not touching.size:
        return int(np.ptp(own))
    return int(min(touching[0] - own[0], own[-1] - touching[-1]))


class _Runs:
    """Vertical runs of ink: for each inked pixel, where the run through it begins and ends."""

    def __init__(self, mask: Mask) -> None:
        rows = np.arange(len(mask), dtype=np.int32)[:, None]
        self.mask = mask
        self.first = np.maximum.accumulate(np.where(mask, -1, rows), axis=0) + 1
        last = np.minimum.accumulate(np.where(mask, len(mask), rows)[::-1], axis=0)[::-1]
        self.last = last - 1

    def line(self, rows: NDArray[np.float64]) -> _Line | None:
        """The line that follows those rows, to two pixels; None where there is no ink on it."""
        columns = np.arange(self.mask.shape[1])
        centre = np.rint(rows).astype(np.intp)
        candidates = np.clip(centre + _NEARBY[:, None], 0, len(self.mask) - 1)
        hits = self.mask[candidates, columns]
        chosen = candidates[hits.argmax(axis=0), columns]
        inked = hits.any(axis=0)
        if not inked.any():
            return None
        lengths = self.last[chosen, columns] - self.first[chosen, columns] + 1
        return _Line(chosen, inked, float(np.percentile(lengths[inked], 30)))

    def pixels_of(self, line: _Line) -> Mask:
        """The line's own pixels, without those of strokes that cross it."""
        columns = np.arange(self.mask.shape[1])
        first, last = self.first[line.rows, columns], self.last[line.rows, columns]
        is_line = line.inked & (last - first + 1 <= CROSSING * line.thickness + 1)
        rows = np.arange(len(self.mask))[:, None]
        return is_line & (rows >= first) & (rows <= last)


def _level_lines(mask: Mask, runs: _Runs, fewest: int) -> list[_Line]:
    """Straight lines within `LARGEST_TILT` of level, the clearest first, none twice."""
    tilt = np.deg2rad(LARGEST_TILT)
    found = cv2.HoughLines(
        mask.astype(np.uint8), 1, np.pi / 360, max(8, fewest),
        min_theta=np.pi / 2 - tilt, max_theta=np.pi / 2 + tilt,
    )  # fmt: skip
    lines: list[_Line] = []
    x = np.arange(mask.shape[1])
    taken = np.zeros(mask.shape[0], bool)
    for rho, theta in [] if found is None else found[:400, 0]:
        rows = (rho - x * np.cos(theta)) / np.sin(theta)
        middle = int(np.clip(round(float(rows[len(x) // 2])), 0, len(mask) - 1))
        if taken[middle] or len(lines) >= _MOST_RULINGS:
            continue
        line = runs.line(np.clip(rows, 0, len(mask) - 1))
        if line is not None:
            lines.append(line)
            reach = round(line.thickness / 2) + 2
            taken[max(0, middle - reach) : middle + reach + 1] = True
    return lines


# Around a line's row, where its ink is sought, nearest first.
_NEARBY = np.array([0, 1, -1, 2, -2])
