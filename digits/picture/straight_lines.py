"""Straight lines of any length on a sheet: rulings, underlines, the sides of boxes and cells.

`ruling_removal` knows that there is but one digit, and what lies around it. On a sheet with many,
a line is known by its length alone: it is longer than any straight stroke of a digit. Its pixels
are the short runs of ink across it (as staff lines are taken out of music; Dalitz et al., 2008).

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

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
# Ink so much thicker than the line, across it, is a stroke that passes.
_CROSSING = 1.7
# Pixels beyond the edge of a line to which a stroke that ends there reaches.
_EDGE = 1.5


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
    for piece in range(len(pieces.boxes)):
        if left[piece]:
            members = _in_line_with(piece, pieces) & left
            left &= ~members
            if pieces.boxes[members, 2].sum() < LEAST_BARE * shortest:
                continue
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
    middles = np.rint(line.slope * columns + line.height).astype(np.intp)
    reach = max(1, round(0.5 * line.thickness)) + beyond
    rows = middles + np.arange(-reach, reach + 1)[:, None]
    return picture[np.clip(rows, 0, len(picture) - 1), columns]


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
        lines.append(_fitted(columns + x, rows + y, np.full(len(rows), 1 / len(rows))))
    fits = np.array(lines, np.float64).reshape(-1, 2)
    thickness = areas[chosen] / np.maximum(wide[chosen], 1)
    straight = np.abs(fits[:, 0]) <= STEEPEST
    return _Pieces(stats[chosen, :4][straight], fits[straight], thickness[straight])


def _fitted(
    x: NDArray[np.floating], y: NDArray[np.floating], weights: NDArray[np.float64]
) -> tuple[float, float]:
    """Slope and height of the line through points, by least squares; the weights sum to 1."""
    mean_x, mean_y = float(weights @ x), float(weights @ y)
    off = weights * (x - mean_x)
    spread = float(off @ (x - mean_x))
    slope = float(off @ (y - mean_y)) / spread if spread else 0.0
    return slope, mean_y - slope * mean_x


def _in_line_with(piece: int, pieces: _Pieces) -> Mask:
    """Which pieces lie on the line that one is a part of; the line is fitted as it grows."""
    middle_x, middle_y = pieces.middles
    slope, height = pieces.lines[piece]
    members = np.arange(len(middle_x)) == piece
    reach = 1.5 * float(pieces.boxes[piece, 2])
    for _ in range(6):
        near = (middle_x >= pieces.boxes[members, 0].min() - reach) & (
            middle_x <= (pieces.boxes[members, 0] + pieces.boxes[members, 2]).max() + reach
        )
        off = np.abs(middle_y - slope * middle_x - height)
        slack = 1.5 + 0.5 * np.maximum(pieces.thickness, pieces.thickness[piece])
        alike = pieces.thickness <= 2 * pieces.thickness[piece] + 1
        grown = near & (off <= slack) & alike
        grown[piece] = True
        if np.array_equal(grown, members):
            break
        members = grown
        slope, height = _line_through(pieces, members) if grown.sum() > 1 else (slope, height)
        reach = 1.5 * float(pieces.boxes[members, 2].max())
    return members


def _line_through(pieces: _Pieces, members: Mask) -> tuple[float, float]:
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
    return _fitted(ends_x, own[:, 0] * ends_x + own[:, 1], weights / weights.sum())


def _inked_along(mask: Mask, line: LevelLine) -> Mask:
    """In which of a line's columns there is ink on it, bool (its length,)."""
    return np.asarray(band_along(mask, line, beyond=1).any(axis=0))


def _longest_covered(mask: Mask, pieces: _Pieces, members: Mask) -> LevelLine | None:
    boxes = pieces.boxes[members]
    slope, height = _line_through(pieces, members)
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
