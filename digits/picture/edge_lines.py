"""Lines that digits stand on: underlines, and the lower and upper sides of rows of boxes.

A line that digits touch is nowhere thin by itself for long, so that `straight_lines` finds it in
pieces or not at all. But nothing of its part lies beyond it, and so the part's edge is straight.

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from digits.picture.pixels import Labelled, Mask, runs_of, stroke_width_of
from digits.picture.straight_lines import STEEPEST, LevelLine, line_through, pixels_of_lines

# Of the usual height: a line is no bolder.
BOLDEST = 0.2
# Likewise two lines so close that they touch, under cents.
BOLDEST_PAIR = 0.35
# Of the usual height: what lies above a line may be so much higher, if small ornaments are usual.
HIGHEST_ABOVE = 4.0
# Of the height of what lies above it: a line is no shorter, for it may be the foot of a 2; nor is
# one that is so much bolder than the strokes.
SHORTEST, SHORTEST_BOLD, BOLD = 2.0, 1.2, 1.3
# Of the strokes' width: or no bolder than this.
BOLDEST_OF_STROKES = 1.5
# Of the usual height: a box is no smaller. Of its sides, what is straight.
SMALLEST_BOX, WHOLE_SIDE = 0.6, 0.8
# Likewise: as long as a line for sure, even of a part with such an edge above and below.
SURELY_A_LINE = 2.4
# Pixels, and of the usual height: how far an edge is from straight, for hands draw lines, too.
_UNEVEN, _UNEVEN_OF_HEIGHT = 1.5, 0.025
# Of a line's length, what lies on it, what no stroke stands on, and how long a stroke passes it.
_LEAST_ON_LINE, _LEAST_BARE, _LONGEST_PASSING = 0.95, 0.2, 0.12
# Likewise, as a standard deviation: feet of digits in a row are less even.
_EVEN, _EVEN_OF_HEIGHT = 0.75, 0.019
_MOST_PARTS = 40
# Of an edge, what lies on its line; and so many of its columns are looked at for a first guess.
_MOST_OF_EDGE, _MOST_COLUMNS = 0.6, 250
# With fewer it leads nowhere.
_FEWEST_COLUMNS = 3


@dataclass(frozen=True, eq=False)
class EdgeLines:
    """Lines along the edges of parts of the ink.

    Attributes:
        level: underlines, and lower and upper sides of boxes.
        upright: other sides of boxes, of the sheet on its side.
        short: lower edges that may be feet of digits, or lines under small ones.
    """

    level: list[LevelLine]
    upright: list[LevelLine]
    short: list[LevelLine]


def find_edge_lines(parts: Labelled, height: float, stroke: float) -> EdgeLines:
    """Lines that parts stand on, and all four sides of parts that are boxes.

    Args:
        parts: of the ink.
        height: usual one of what is written, pixels.
        stroke: width of the strokes, pixels.
    """
    part_of, stats = parts
    boldest = max(BOLDEST * height, BOLDEST_OF_STROKES * stroke)
    widths = stats[:, cv2.CC_STAT_WIDTH]
    wide = np.flatnonzero((np.arange(len(stats)) > 0) & (widths >= SMALLEST_BOX * height))
    found = EdgeLines([], [], [])
    for part in wide[np.argsort(-widths[wide], kind="stable")][:_MOST_PARTS]:
        x, y, width, tall = stats[part, :4].tolist()
        own = np.asarray(part_of[y : y + tall, x : x + width] == part)
        edges = _edges_of(own, height, boldest)
        found.level.extend(_moved(line, x, y) for line in edges.level)
        found.upright.extend(_moved(line, y, x) for line in edges.upright)
        found.short.extend(_moved(line, x, y) for line in edges.short)
    return found


def _edges_of(own: Mask, height: float, boldest: float) -> EdgeLines:
    """Lines along a part's edges."""
    below = _lower_edge(own, height, max(boldest, BOLDEST_PAIR * height))
    if below is None:
        return EdgeLines([], [], [])
    if below.thickness > boldest:
        return EdgeLines([], [], [below])
    above = _upper_edge(own, height, boldest)
    if above is not None and _are_apart(above, below, own):
        sides = [find(own.T, height, boldest) for find in (_lower_edge, _upper_edge)]
        if all(side is not None and side.length >= WHOLE_SIDE * len(own) for side in sides):
            return EdgeLines([below, above], [side for side in sides if side is not None], [])
    tall = min(HIGHEST_ABOVE * height, len(own)) - below.thickness
    if tall < below.thickness or below.length < max(SHORTEST_BOLD * tall, height):
        return EdgeLines([], [], [below])
    if below.length < SHORTEST * tall and not _is_bold(below, own):
        return EdgeLines([], [], [below])
    is_pair = above is not None and min(above.length, below.length) >= SURELY_A_LINE * height
    return EdgeLines([below, above] if above is not None and is_pair else [below], [], [])


def _is_bold(line: LevelLine, own: Mask) -> bool:
    """Whether it is bolder than what lies above it, as no digit's foot is."""
    above = own & ~pixels_of_lines(own, [line])
    return line.thickness >= BOLD * stroke_width_of(above)


def _are_apart(above: LevelLine, below: LevelLine, own: Mask) -> bool:
    """Whether two edges of a part are as long as it is wide, and as far apart as it is high."""
    rows, columns = own.shape
    apart = below.height - above.height + (below.slope - above.slope) * columns / 2
    is_whole = min(above.length, below.length) >= WHOLE_SIDE * columns
    return is_whole and apart >= WHOLE_SIDE * rows - below.thickness


def _upper_edge(own: Mask, height: float, boldest: float) -> LevelLine | None:
    line = _lower_edge(own[::-1], height, boldest)
    if line is None:
        return None
    return replace(line, slope=-line.slope, height=len(own) - 1 - line.height)


def _lower_edge(own: Mask, height: float, boldest: float) -> LevelLine | None:
    """The line that most of a part's lower edge lies on, if strokes leave it bare."""
    rows = np.arange(len(own))[:, None]
    lowest = _last_rows(own)
    slack = _UNEVEN + _UNEVEN_OF_HEIGHT * height
    fitted = _fitted(lowest, slack)
    if fitted is None:
        return None
    slope, at = fitted
    columns = np.arange(len(lowest))
    off = lowest - slope * columns - at
    on_line = np.abs(off) <= slack
    first, last = _longest(on_line, max(3, round(_LONGEST_PASSING * height)))
    stretch = slice(first, last + 1)
    on_line = on_line[stretch]
    if last - first < SMALLEST_BOX * height or on_line.mean() < _LEAST_ON_LINE:
        return None
    if off[stretch][on_line].std() > max(_EVEN, _EVEN_OF_HEIGHT * height):
        return None
    above_edge = ~own[:, stretch] & (rows < lowest[stretch])
    lengths = (lowest[stretch] - _last_rows(above_edge))[on_line]
    thickness = float(np.percentile(lengths, 100 * _LEAST_BARE))
    is_bare = np.mean(lengths <= 1.35 * thickness + 1) >= 1.5 * _LEAST_BARE
    if not is_bare or thickness > boldest:
        return None
    return LevelLine(slope, at - 0.5 * (thickness - 1), first, last, thickness)


def _last_rows(mask: Mask) -> NDArray[np.intp]:
    """Of each column the last row that is set, int (W,); -1 where none is."""
    from_below = mask[::-1].argmax(axis=0)
    return np.where(mask.any(axis=0), len(mask) - 1 - from_below, -1)


def _fitted(lowest: NDArray[np.intp], slack: float) -> tuple[float, float] | None:
    """Slope and height of the line near which most of an edge lies; None if there is none."""
    columns = np.arange(len(lowest))
    if len(columns) < _FEWEST_COLUMNS:
        return None
    some = columns[:: max(1, len(columns) // _MOST_COLUMNS)]
    slopes = np.linspace(-STEEPEST, STEEPEST, 3 + 2 * round(STEEPEST * len(columns) / (2 * slack)))
    heights = np.sort(lowest[some] - slopes[:, None] * some, axis=1)
    most = round(_MOST_OF_EDGE * len(some))
    spreads = heights[:, most:] - heights[:, : len(some) - most]  # of so many that are closest
    of_slope, place = np.unravel_index(spreads.argmin(), spreads.shape)
    if spreads[of_slope, place] > 2 * slack + 1:
        return None
    slope, at = slopes[of_slope], heights[of_slope, place] + spreads[of_slope, place] / 2
    fitted = np.zeros(len(columns), bool)
    for _ in range(3):
        near = np.abs(lowest - slope * columns - at) <= slack + 0.5
        if np.count_nonzero(near) < _FEWEST_COLUMNS:
            return None
        if np.array_equal(near, fitted):
            break
        slope, at = line_through(columns[near], lowest[near])
        fitted = near
    return float(slope), float(at)


def _longest(on_line: NDArray[np.bool_], gap: int) -> tuple[int, int]:
    """First and last column of the longest stretch without a longer gap."""
    starts, ends = runs_of(on_line)
    if not starts.size:
        return 0, -1
    breaks = np.flatnonzero(starts[1:] - ends[:-1] > gap)
    firsts, lasts = starts[np.append(0, breaks + 1)], ends[np.append(breaks, len(ends) - 1)] - 1
    longest = int((lasts - firsts).argmax())
    return int(firsts[longest]), int(lasts[longest])


def _moved(line: LevelLine, x: int, y: int) -> LevelLine:
    height = line.height + y - line.slope * x
    return replace(line, height=height, first=line.first + x, last=line.last + x)
