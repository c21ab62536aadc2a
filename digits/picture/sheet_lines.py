"""Lines of the paper on a sheet with many digits: rulings, underlines, sides of boxes and cells.

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from digits.picture.box_sides import find_box_sides
from digits.picture.edge_lines import find_edge_lines
from digits.picture.pale_lines import pale_lines, pixels_of_pale_lines
from digits.picture.pixels import InkMap, Mask, label_parts, stroke_width
from digits.picture.sheet_parts import LEADS_ACROSS, usual_height
from digits.picture.straight_lines import LevelLine, find_level_lines, pixels_of_lines

# Of a part's usual height: no straight stroke of a digit is longer, level or upright.
LONGEST_LEVEL_STROKE = 2.0
LONGEST_UPRIGHT_STROKE = 1.9
# Likewise: nor so long an upright one that leads from border to border.
LONGEST_STROKE_ACROSS = 1.4
# Of the strokes' width: a line that is as thick may be one of strokes that touch, or lie in a row,
# if it is no longer than this, of the usual height.
AS_THICK_AS_STROKES = 0.8
LONGEST_LINE_UP = 3.5
# Of the sheet: a line that is so long is none of a digit, even where everything is one part.
LONG_ANYWHERE = 0.6
# Of the sheet: what lies on the same line as so long a line, and is thin, is its.
LONG_ENOUGH_TO_GO_ON = 0.45
# Of the usual height: of an upright line such a piece is no higher, for a 1 may stand there.
HIGHEST_PIECE_OF_UPRIGHT = 0.55
# Of the strokes' width: a line is no thicker.
THICKEST_LINE = 1.3
# Or than this share of the usual height.
THICKEST_OF_HEIGHT = 0.12
# Of the usual height: a piece of a line that is paler than what is written is no shorter.
SHORTEST_PALE = 0.45
# As a slope: how far the sides of a box are from square at most.
SQUARE = 0.09
# Of the usual height: what is left of a line that was taken away is shorter.
_CRUMB = 0.25
# Pixels: from the end of a line to the line that it leads to.
SLACK = 4


@dataclass(frozen=True, eq=False)
class PaperLines:
    """Lines of a sheet.

    Attributes:
        pixels: bool (H, W), where they are.
        level: rulings, underlines, and upper and lower sides of boxes.
        upright: other sides of boxes and cells, of the sheet on its side.
    """

    pixels: Mask
    level: list[LevelLine]
    upright: list[LevelLine]


def lines_of_paper(
    mask: Mask, ink_map: InkMap | None = None, known: Sequence[PaperLines] = ()
) -> PaperLines:
    """The lines of a sheet.

    Args:
        mask: bool (H, W), ink.
        ink_map: float32 (H, W) in [0, 1], how dark it is; None if all is alike.
        known: what was found, and taken away, before.
    """
    known_level = [line for lines in known for line in lines.level]
    known_upright = [line for lines in known for line in lines.upright]
    height = usual_height(mask)
    stroke = stroke_width(mask.astype(np.float32))
    edges = find_edge_lines(mask, height, stroke)
    found = pixels_of_lines(mask, edges.level)
    found |= pixels_of_lines((mask & ~found).T, edges.upright).T
    if edges.level:  # they may be much bolder than what is written
        stroke = stroke_width((mask & ~found).astype(np.float32))
    strokes = _Strokes(height, stroke)
    level = find_level_lines(mask & ~found, SHORTEST_PALE * height, strokes.thickest)
    rest = np.ascontiguousarray((mask & ~found).T)
    upright = find_level_lines(rest, 0.3 * height, strokes.thickest)
    pale_level: list[LevelLine] = []
    pale_upright: list[LevelLine] = []
    if ink_map is not None:
        pale_level, pale_upright = pale_lines(ink_map, mask & ~found, level, upright)
        shortest = SHORTEST_PALE * height
        pale_upright = [line for line in pale_upright if line.length >= shortest]
        found |= pixels_of_pale_lines(ink_map, mask & ~found, pale_level, pale_upright)
    columns = mask.shape[1]
    level = [line for line in level if strokes.are_no_level(line, columns)]
    level = [line for line in level if line not in pale_level]
    found |= pixels_of_lines(mask & ~found, level)
    level += pale_level
    if level or pale_upright:
        rest = np.ascontiguousarray((mask & ~found).T)
        upright = find_level_lines(rest, 0.3 * height, strokes.thickest)
    level += edges.level
    upright = _lines_among(upright, rest.shape, strokes, [*level, *known_level])
    found |= pixels_of_lines(rest, upright).T
    upright += edges.upright + pale_upright
    rest &= ~found.T
    sides = find_box_sides(rest.T, [*level, *known_level], [*upright, *known_upright], height)
    found |= pixels_of_lines(rest, sides).T
    upright += sides
    return PaperLines(found | _crumbs(mask & ~found, found, _CRUMB * height), level, upright)


@dataclass(frozen=True)
class _Strokes:
    """What is usual on a sheet.

    Attributes:
        height: of digits, pixels.
        width: of strokes, pixels.
    """

    height: float
    width: float

    @property
    def thickest(self) -> float:
        """No line is thicker, pixels."""
        return max(3.0, THICKEST_LINE * self.width, THICKEST_OF_HEIGHT * self.height)

    @property
    def thin(self) -> float:
        """No stroke is thinner, pixels."""
        return AS_THICK_AS_STROKES * self.width

    def are_no_level(self, line: LevelLine, columns: int) -> bool:
        """Whether a level line is too long for them."""
        shortest = LONGEST_LEVEL_STROKE * self.height
        shortest = min(shortest, max(LONG_ANYWHERE * columns, 1.2 * self.height))
        return line.length >= shortest and (
            line.thickness < self.thin
            or line.length >= LONGEST_LINE_UP * self.height
            or line.length >= LEADS_ACROSS * columns
        )


def _lines_among(
    upright: list[LevelLine],
    shape: tuple[int, ...],
    strokes: _Strokes,
    level: list[LevelLine],
) -> list[LevelLine]:
    """Upright lines that are too long for strokes, or lead from one level line to another.

    Args:
        upright: all straight pieces.
        shape: of the sheet on its side.
        strokes: what is written.
        level: all level lines.
    """
    height, (columns, rows) = strokes.height, shape
    ends = [_ends_of(line, level) for line in upright]
    is_long = [
        line.length >= LONGEST_UPRIGHT_STROKE * height
        or (
            line.length >= LEADS_ACROSS * rows
            and (
                line.thickness < 0.5 * strokes.width
                or line.length >= LONGEST_STROKE_ACROSS * height
                or _are_of_a_grid(line, level, columns)
            )
        )
        for line in upright
    ]
    is_side = [
        _is_side(
            own,
            [other for other in ends if other is not own],
            is_thin=line.thickness < strokes.thin and _is_square_to(line, level),
        )
        for line, own in zip(upright, ends, strict=True)
    ]
    return [
        line
        for line, *is_of_paper in zip(upright, is_long, is_side, strict=True)
        if any(is_of_paper)
    ]


def _is_square_to(upright: LevelLine, level: list[LevelLine]) -> bool:
    return any(abs(upright.slope + line.slope) <= SQUARE for line in level)


def pieces_going_on(rest: Mask, lines: list[LevelLine], longest: float) -> Mask:
    """Thin pieces that lie on the same line as a long one.

    Args:
        rest: bool (H, W), ink that was not taken away.
        lines: nearly level ones.
        longest: no such piece is longer, pixels, unless it leads to the border of the sheet.
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
    first, length = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_WIDTH]
    leads_out = (first == 0) | (first + length == columns)
    is_piece = inside >= 0.85 * stats[:, cv2.CC_STAT_AREA]
    is_piece &= (length <= longest) | leads_out
    is_piece[0] = False
    return np.asarray(is_piece[part_of])


def _are_of_a_grid(upright: LevelLine, level: list[LevelLine], columns: int) -> bool:
    """Whether there are level lines from border to border about as thick as an upright."""
    return any(
        line.length >= LEADS_ACROSS * columns and _are_alike(line, upright) for line in level
    )


def _are_alike(one: LevelLine, two: LevelLine) -> bool:
    """Whether two lines may be of one pen."""
    return 0.6 <= one.thickness / two.thickness <= 1.7


_End = tuple[int, str]
"""Number of a level line, and where an upright ends on it: at its "first" column, "last", or "on"
it."""


def _ends_of(upright: LevelLine, level: list[LevelLine]) -> list[list[_End]]:
    """On which level lines that are about as thick an upright begins and ends."""
    ends = []
    for y in (upright.first, upright.last):
        x = upright.slope * y + upright.height
        places = [
            (number, _where_on(line, x, y))
            for number, line in enumerate(level)
            if _are_alike(line, upright)
        ]
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
