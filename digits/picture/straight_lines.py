"""Straight lines of any length on a sheet: rulings, underlines, the sides of boxes and cells.

`ruling_removal` knows that there is but one digit, and what lies around it. On a sheet with many,
a line is known by its length alone: it is longer than any straight stroke of a digit. Its pixels
are the short runs of ink across it (as staff lines are taken out of music; Dalitz et al., 2008).

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from digits.picture.pixels import Mask, label_parts, runs_of

# Degrees: paper is held about level, and hands draw lines so.
LARGEST_TILT = 12
STEEPEST = float(np.tan(np.deg2rad(LARGEST_TILT)))
"""The same as a slope."""
# Of a line's length, what is ink.
LEAST_COVERAGE = 0.8
# Of a line's length, what no stroke crosses or lies upon.
LEAST_BARE = 0.5
# Pixels: shorter pieces tell no direction.
SHORTEST_PIECE = 6
_MOST_PIECES = 400
# Of its own length, and of that of the longest piece of a line, how far it is to the next piece.
_REACH = 1.5
# Ink so much thicker than the line, across it, is a stroke that passes.
_CROSSING = 1.7
# Pixels beyond the edge of a line to which a stroke that ends there reaches.
_EDGE = 1.5


_Values: TypeAlias = float | NDArray[Any]


@dataclass(frozen=True, eq=False)
class LevelLine:
    """A nearly level straight line: y = slope * x + height.

    Attributes:
        slope: dy / dx.
        height: y at x = 0.
        first: its leftmost column.
        last: its rightmost column.
        thickness: pixels.
    """

    slope: float
    height: float
    first: int
    last: int
    thickness: float

    @property
    def length(self) -> int:
        """Columns from one end to the other."""
        return self.last - self.first + 1

    def leads_out_of(self, rows: int, columns: int) -> bool:
        """Whether both its ends reach the border of a sheet of that size, whichever side."""
        ends = [self.slope * x + self.height for x in (self.first, self.last)]
        half = self.thickness / 2 + _EDGE
        at_side = self.first <= _EDGE, self.last >= columns - 1 - _EDGE
        return all(
            is_out or y <= half or y >= rows - 1 - half
            for is_out, y in zip(at_side, ends, strict=True)
        )


@dataclass(frozen=True, eq=False)
class _Pieces:
    """Pieces of ink that are thin from above to below, the widest first.

    Attributes:
        boxes: int (n, 4): x, y, width, height.
        lines: float (n, 2): slope and height of each, by least squares.
        thickness: float (n,).
    """

    boxes: NDArray[np.int32]
    lines: NDArray[np.float64]
    thickness: NDArray[np.float64]

    @cached_property
    def middles(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Of the line of each: x and y, float (n,) each."""
        x = self.boxes[:, 0] + (self.boxes[:, 2] - 1) / 2
        return x, self.lines[:, 0] * x + self.lines[:, 1]

    @cached_property
    def neighbours(self) -> Mask:
        """Of each, which others lie close to it on its own line, and itself: bool (n, n)."""
        first, width = self.boxes[:, 0, None], self.boxes[:, 2, None]
        slope, height = self.lines[:, 0, None], self.lines[:, 1, None]
        reach = _REACH * width
        found = self.on_line(slope, height, self.thickness[:, None])
        found &= self.between(first - reach, first + width + reach)
        np.fill_diagonal(found, True)
        return found

    @cached_property
    def are_alone(self) -> Mask:
        """Which have no others close to them on their line, bool (n,)."""
        return np.asarray(np.count_nonzero(self.neighbours, axis=1) == 1)

    def on_line(self, slope: _Values, height: _Values, thickness: _Values) -> Mask:
        """Which lie on a line, or on each of several, of a piece that is so thick."""
        x, y = self.middles
        slack = 1.5 + 0.5 * np.maximum(self.thickness, thickness)
        are_alike = self.thickness <= 2 * thickness + 1
        return np.asarray((np.abs(y - slope * x - height) <= slack) & are_alike)

    def between(self, first: _Values, last: _Values) -> Mask:
        """Which have their middle between two columns, or between each of several."""
        x, _ = self.middles
        return np.asarray((x >= first) & (x <= last))


def find_level_lines(mask: Mask, shortest: float, thickest: float) -> list[LevelLine]:
    """Nearly level lines, the longest piece of each first.

    Args:
        mask: bool (H, W), ink.
        shortest: no line is shorter, pixels.
        thickest: no line is thicker, pixels.
    """
    pieces = _thin_pieces(mask, thickest)
    lines: list[LevelLine] = []
    left = np.ones(len(pieces.boxes), bool)
    are_short = pieces.are_alone & (pieces.boxes[:, 2] < shortest)
    for piece, is_short in enumerate(are_short.tolist()):
        if is_short:
            left[piece] = False
        elif left[piece]:
            members = _in_line_with(piece, pieces) & left
            left &= ~members
            if _may_be_as_long(pieces.boxes[members], shortest):
                line = _longest_covered(mask, pieces, members)
                if line is not None and line.length >= shortest:
                    lines.append(line)
    return lines


def longest_run(mask: Mask, line: LevelLine) -> int:
    """The most columns of a line side by side in which there is ink on it."""
    starts, ends = runs_of(_inked_along(mask, line))
    return int((ends - starts).max(initial=0))


def band_along(picture: NDArray[Any], line: LevelLine, beyond: int = 0) -> NDArray[Any]:
    """What lies on a line, from its middle by half its thickness, at least a pixel, to either side.

    Args:
        picture: (H, W), whose border goes on beyond it.
        line: of it.
        beyond: so many pixels more, to either side.

    Returns:
        (2 n + 1, the line's length), of each of its columns.
    """
    columns = np.arange(line.first, line.last + 1)
    return picture[np.clip(rows_along(line, beyond), 0, len(picture) - 1), columns]


def rows_along(line: LevelLine, beyond: int = 0) -> NDArray[np.intp]:
    """The rows that `band_along` takes, of each column, where some may be beyond the border.

    Args:
        line, beyond: as there.
    """
    columns = np.arange(line.first, line.last + 1)
    middles = np.rint(line.slope * columns + line.height).astype(np.intp)
    reach = max(1, round(0.5 * line.thickness)) + beyond
    return np.asarray(middles + np.arange(-reach, reach + 1)[:, None], np.intp)


def draw_line(sheet: NDArray[np.uint8], line: LevelLine, thickness: float) -> None:
    """Set all of a line to 1.

    Args:
        sheet: uint8 (H, W), drawn on.
        line: of it.
        thickness: as which it is drawn, pixels; 1 at least.
    """
    ends = [(x, round(line.slope * x + line.height)) for x in (line.first, line.last)]
    cv2.line(sheet, ends[0], ends[1], 1, max(1, round(thickness)))


def pixels_of_lines(mask: Mask, lines: list[LevelLine]) -> Mask:
    """The ink of level lines, without that of strokes that cross them or end there."""
    found = np.zeros_like(mask)
    height = len(mask)
    for line in lines:
        columns = np.arange(line.first, line.last + 1)
        centre = line.slope * columns + line.height
        reach = int(np.ceil(1.5 * line.thickness)) + 3
        rows = np.rint(centre).astype(np.intp) + np.arange(-reach, reach + 1)[:, None]
        inside = (rows >= 0) & (rows < height)
        strip = mask[np.clip(rows, 0, height - 1), columns] & inside
        first, last = _run_through_middle(strip, reach, max(2, round(0.6 * line.thickness)))
        first, last = _without_strokes(first, last, reach, line.thickness)
        is_line = (last >= first) & (last - first + 1 <= _CROSSING * line.thickness + 1)
        of_line = np.arange(2 * reach + 1)[:, None]
        chosen = strip & is_line & (of_line >= first) & (of_line <= last)
        at = np.nonzero(chosen)
        found[rows[at], columns[at[1]]] = True
    return found


def _without_strokes(
    first: NDArray[np.intp], last: NDArray[np.intp], middle: int, thickness: float
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Runs without the ink of strokes that end at the line; of those that pass it, all."""
    half = 0.5 * thickness + _EDGE
    own = max(1, round(thickness))
    is_long = last - first + 1 > thickness + 1
    stands_on = is_long & (last <= middle + half) & (first < middle - half)
    hangs_on = is_long & (first >= middle - half) & (last > middle + half)
    return (
        np.where(stands_on, last - own + 1, first),
        np.where(hangs_on, first + own - 1, last),
    )


def _run_through_middle(
    strip: Mask, middle: int, reach: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """In each column the first and last row of the run of ink nearest to the middle row."""
    near = np.array(sorted(range(-reach, reach + 1), key=abs)) + middle
    hits = strip[near]
    start = near[hits.argmax(axis=0)]
    rows = np.arange(len(strip))[:, None]
    first = np.where(~strip & (rows < start), rows, -1).max(axis=0) + 1
    last = np.where(~strip & (rows > start), rows, len(strip)).min(axis=0) - 1
    return np.where(hits.any(axis=0), first, 1), np.where(hits.any(axis=0), last, 0)


def _thin_pieces(mask: Mask, thickest: float) -> _Pieces:
    size = (int(thickest) + 1) | 1  # of an even one OpenCV moves what it opens
    # What an upright bar of that size fits into is thicker.
    thick = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((size, 1), np.uint8))
    thin = mask & (thick == 0)
    part_of, stats = label_parts(thin)
    areas = stats[:, cv2.CC_STAT_AREA]
    wide = stats[:, cv2.CC_STAT_WIDTH]
    is_piece = (wide >= np.maximum(SHORTEST_PIECE, 2 * areas / np.maximum(wide, 1))) & (
        stats[:, cv2.CC_STAT_HEIGHT] <= STEEPEST * wide + thickest + 1
    )
    is_piece[0] = False
    chosen = np.flatnonzero(is_piece)
    chosen = chosen[np.argsort(-wide[chosen], kind="stable")][:_MOST_PIECES]
    lines = []
    for part in chosen:
        x, y, width, height = stats[part, :4]
        rows, columns = np.nonzero(part_of[y : y + height, x : x + width] == part)
        lines.append(line_through(columns + x, rows + y))
    fits = np.array(lines, np.float64).reshape(-1, 2)
    thickness = areas[chosen] / np.maximum(wide[chosen], 1)
    straight = np.abs(fits[:, 0]) <= STEEPEST
    return _Pieces(stats[chosen, :4][straight], fits[straight], thickness[straight])


def line_through(
    x: NDArray[Any], y: NDArray[Any], weights: NDArray[np.float64] | None = None
) -> tuple[float, float]:
    """Slope and height of the line through points, by least squares.

    Args:
        x, y: (n,), of each.
        weights: float (n,), which sum to 1; None for as much of each.
    """
    if weights is None:
        weights = np.full(len(x), 1 / len(x))
    mean_x, mean_y = float(weights @ x), float(weights @ y)
    off = weights * (x - mean_x)
    spread = float(off @ (x - mean_x))
    slope = float(off @ (y - mean_y)) / spread if spread else 0.0
    return slope, mean_y - slope * mean_x


def _in_line_with(piece: int, pieces: _Pieces) -> Mask:
    """Which pieces lie on the line that one is a part of; the line is fitted as it grows."""
    members = pieces.neighbours[piece]
    if pieces.are_alone[piece]:
        return members
    slope, height = pieces.lines[piece]
    for _ in range(5):
        if np.count_nonzero(members) > 1:
            slope, height = _line_of(pieces, members)
        boxes = pieces.boxes[members]
        reach = _REACH * float(boxes[:, 2].max())
        grown = pieces.on_line(slope, height, pieces.thickness[piece])
        grown &= pieces.between(
            boxes[:, 0].min() - reach, (boxes[:, 0] + boxes[:, 2]).max() + reach
        )
        grown[piece] = True
        if np.array_equal(grown, members):
            break
        members = grown
    return members


def _line_of(pieces: _Pieces, members: Mask) -> tuple[float, float]:
    """Slope and height of one line through several pieces.

    Each counts as its two ends, so that a long one keeps its own direction.
    """
    boxes, lines = pieces.boxes[members], pieces.lines[members]
    if len(boxes) == 1:
        return float(lines[0, 0]), float(lines[0, 1])
    half = (boxes[:, 2] - 1) / 2
    middle = boxes[:, 0] + half
    ends_x = np.concatenate([middle - half, middle + half])
    own = np.concatenate([lines, lines])
    weights = np.tile(boxes[:, 2].astype(np.float64), 2)
    return line_through(ends_x, own[:, 0] * ends_x + own[:, 1], weights / weights.sum())


def _may_be_as_long(boxes: NDArray[np.int32], shortest: float) -> bool:
    """Whether pieces reach so far, and are enough for it."""
    reached = (boxes[:, 0] + boxes[:, 2]).max() - boxes[:, 0].min()
    return bool(reached >= shortest and boxes[:, 2].sum() >= LEAST_BARE * shortest)


def _inked_along(mask: Mask, line: LevelLine) -> Mask:
    """In which of a line's columns there is ink on it, bool (its length,)."""
    return np.asarray(band_along(mask, line, beyond=1).any(axis=0))


def _longest_covered(mask: Mask, pieces: _Pieces, members: Mask) -> LevelLine | None:
    boxes = pieces.boxes[members]
    slope, height = _line_of(pieces, members)
    if abs(slope) > STEEPEST:
        return None
    thickness = float(pieces.thickness[members] @ boxes[:, 2]) / int(boxes[:, 2].sum())
    first, last = int(boxes[:, 0].min()), int((boxes[:, 0] + boxes[:, 2]).max()) - 1
    inked = _inked_along(mask, LevelLine(slope, height, first, last, thickness))
    gap = max(3, min(round(thickness), 6))
    framed = np.zeros((1, len(inked) + 2 * gap), np.uint8)
    framed[0, gap:-gap] = inked
    close = np.ones((1, gap), np.uint8)
    bridged = cv2.morphologyEx(framed, cv2.MORPH_CLOSE, close)[0, gap:-gap]
    starts, ends = runs_of(bridged > 0)
    if not starts.size:
        return None
    longest = int((ends - starts).argmax())
    start, end = int(starts[longest]), int(ends[longest])
    thin = np.zeros(len(inked), bool)
    for x, width in boxes[:, [0, 2]] - (first, 0):
        thin[x : x + width] = True
    if inked[start:end].mean() < LEAST_COVERAGE or thin[start:end].mean() < LEAST_BARE:
        return None
    return LevelLine(slope, height, first + start, first + end - 1, thickness)
