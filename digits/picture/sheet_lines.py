"""Lines of the paper on a sheet with many digits: rulings, underlines, sides of boxes and cells.

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from digits.picture.box_rows import EqualBoxes
from digits.picture.box_sides import find_box_sides
from digits.picture.cents_lines import lines_under_cents
from digits.picture.edge_lines import EdgeLines, find_edge_lines
from digits.picture.equal_boxes import find_equal_boxes
from digits.picture.line_remains import crumbs
from digits.picture.lines_in_line import lines_in_line
from digits.picture.pale_lines import pale_lines, pixels_of_pale_lines
from digits.picture.pixels import Grey, InkMap, Labelled, Mask, on_its_side, stroke_width_of
from digits.picture.points_on_lines import points_on_lines
from digits.picture.sheet_parts import usual_height
from digits.picture.straight_lines import LevelLine, find_level_lines, pixels_of_lines
from digits.picture.strokes_on_lines import strokes_on_lines
from digits.picture.upright_lines import upright_lines_among
from digits.picture.usual_strokes import Strokes

# Of the usual height: pieces of level and of upright lines are no shorter.
SHORTEST_LEVEL, SHORTEST_UPRIGHT = 0.45, 0.3
# Likewise: an upright line that is paler than what is written is no shorter.
SHORTEST_PALE = 0.45
# Of the usual height: what is left of a line that was taken away is shorter.
_CRUMB = 0.25


@dataclass(frozen=True, eq=False)
class PaperLines:
    """Lines of a sheet.

    Attributes:
        pixels: bool (H, W), where they are.
        level: rulings, underlines, and upper and lower sides of boxes.
        upright: other sides of boxes and cells, of the sheet on its side.
        rows: of equal boxes, whose sides are among them.
    """

    pixels: Mask
    level: list[LevelLine]
    upright: list[LevelLine]
    rows: list[EqualBoxes]


def lines_of_paper(
    parts: Labelled, contrast: Grey, ink_map: InkMap, known: Sequence[PaperLines]
) -> PaperLines:
    """The lines of a sheet.

    Args:
        parts: of the ink.
        contrast: uint8 (H, W), by how much each pixel stands out of the paper.
        ink_map: float32 (H, W) in [0, 1], that as a share of full ink's.
        known: what was found, and taken away, before.
    """
    mask = parts[0] > 0
    height = usual_height(mask, parts)
    left = _Left(mask)
    edges, strokes = _take_edge_lines(left, parts, height)
    level = left.level_pieces(strokes)
    left.take(lines_under_cents(left.ink, [*level, *edges.short], height))
    upright = left.upright_pieces(strokes)
    pale = _take_pale_lines(left, ink_map, level, upright, height)
    are_dark = (line for line in level if line not in pale[0])
    level = [line for line in are_dark if strokes.are_no_level(line, left.ink)]
    left.take(pixels_of_lines(left.ink, level))
    known_level = [line for lines in known for line in lines.level]
    in_line = lines_in_line(mask, left.ink, [*level, *pale[0], *edges.level, *known_level], height)
    left.take(pixels_of_lines(left.ink, in_line))
    level += in_line
    if level or any(pale):  # which may have crossed them
        upright = left.upright_pieces(strokes)
    level = [*level, *pale[0], *edges.level]
    across = [*level, *known_level]
    known_rows = [row for lines in known for row in lines.rows]
    rows = find_equal_boxes(mask, level, across, height, upright=upright, known=known_rows)
    for row in rows:
        left.take(row.pixels_of_sides(mask, [*edges.upright, *pale[1]]))
    held = [*rows, *known_rows]
    upright = [line for line in upright if not any(row.holds(line) for row in held)]
    upright = upright_lines_among(upright, left.ink, strokes, across)
    left.take_upright(upright)
    upright += [*edges.upright, *pale[1], *(side for row in rows for side in row.sides)]
    others = [*upright, *(line for lines in known for line in lines.upright)]
    sides = find_box_sides(left.ink, across, others, height)
    sides = [side for side in sides if not any(row.holds(side) for row in held)]
    left.take_upright(sides)
    left.take(crumbs(left.ink, left.lines, _CRUMB * height))
    upright += sides
    points = points_on_lines(ink_map, mask, level, height, strokes.width)
    written = strokes_on_lines(contrast, left.ink, left.lines, level, upright, stroke=strokes.width)
    return PaperLines(left.lines & ~points & ~written, level, upright, rows)


class _Left:
    """What is left of a sheet's ink while lines are taken away.

    Attributes:
        ink: bool (H, W), what is left.
        lines: bool (H, W), what was taken away.
    """

    def __init__(self, mask: Mask) -> None:
        self.ink = mask.copy()
        self.lines = np.zeros_like(mask)

    def take(self, pixels: Mask) -> None:
        """Count them to the lines."""
        self.lines |= pixels
        self.ink &= ~pixels

    def take_upright(self, lines: list[LevelLine]) -> None:
        """Likewise the pixels of lines of the sheet on its side."""
        self.take(pixels_of_lines(self.ink.T, lines).T)

    def level_pieces(self, strokes: Strokes) -> list[LevelLine]:
        """All straight pieces of ink that are nearly level."""
        return find_level_lines(self.ink, SHORTEST_LEVEL * strokes.height, strokes.thickest)

    def upright_pieces(self, strokes: Strokes) -> list[LevelLine]:
        """The same of the sheet on its side."""
        shortest = SHORTEST_UPRIGHT * strokes.height
        return find_level_lines(on_its_side(self.ink), shortest, strokes.thickest)


def _take_edge_lines(left: _Left, parts: Labelled, height: float) -> tuple[EdgeLines, Strokes]:
    """Take away lines along the edges of parts; and what is usual of the rest."""
    width = stroke_width_of(left.ink)
    edges = find_edge_lines(parts, height, width)
    left.take(pixels_of_lines(left.ink, edges.level))
    left.take_upright(edges.upright)
    if edges.level:  # they may be much bolder than what is written
        width = stroke_width_of(left.ink)
    return edges, Strokes(height, width)


def _take_pale_lines(
    left: _Left,
    ink_map: InkMap,
    level: list[LevelLine],
    upright: list[LevelLine],
    height: float,
) -> tuple[list[LevelLine], list[LevelLine]]:
    """Take away those that are printed paler than what is written; which these are."""
    pale_level, pale_upright = pale_lines(ink_map, left.ink, level, upright)
    pale_upright = [line for line in pale_upright if line.length >= SHORTEST_PALE * height]
    left.take(pixels_of_pale_lines(ink_map, left.ink, pale_level, pale_upright))
    return pale_level, pale_upright
