"""Which upright lines are sides of boxes and cells, and which may be stems of digits.

An upright line is a `LevelLine` of the sheet on its side.

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

from collections.abc import Sequence

from digits.picture.sheet_parts import LEADS_ACROSS
from digits.picture.straight_lines import LevelLine
from digits.picture.usual_strokes import Strokes

# Of the usual height: no upright stroke of a digit is longer.
LONGEST_UPRIGHT_STROKE = 1.9
# Likewise: nor so long an upright one that leads from border to border.
LONGEST_STROKE_ACROSS = 1.4
# Likewise: nor one that leads from a level line, or from the border of the sheet, to another, from
# the middles of those lines.
LONGEST_STROKE_BETWEEN = 1.25
# As a slope: how far the sides of a box are from square at most.
SQUARE = 0.09
# Pixels: from the end of a line to the line that it leads to.
SLACK = 4


def upright_lines_among(
    upright: list[LevelLine],
    shape: tuple[int, ...],
    strokes: Strokes,
    level: list[LevelLine],
) -> list[LevelLine]:
    """Upright lines that are too long for strokes, or lead from one level line to another.

    Args:
        upright: all straight pieces.
        shape: (H, W) of the sheet, upright.
        strokes: what is written.
        level: all level lines.
    """
    ends = [_ends_of(line, level) for line in upright]

    def is_side(number: int) -> bool:
        others = [*ends[:number], *ends[number + 1 :]]
        is_square = _is_square_to(upright[number], level)
        is_thin = is_square and upright[number].thickness < strokes.thin
        return _is_side(ends[number], others, is_thin=is_thin)

    chosen = [
        _is_too_long(line, shape, strokes, level) or is_side(number)
        for number, line in enumerate(upright)
    ]
    for number in _high_between(upright, ends, shape, strokes, level):
        chosen[number] = True
    return [line for line, is_line in zip(upright, chosen, strict=True) if is_line]


def _high_between(
    upright: list[LevelLine],
    ends: list[list[list[_End]]],
    shape: tuple[int, ...],
    strokes: Strokes,
    level: list[LevelLine],
) -> list[int]:
    """Numbers of those that are higher than digits and end where a crop cut a table, or on lines.

    A single one from border to border may be a 1 in a tight crop.
    """
    found, across = [], []
    for number, line in enumerate(upright):
        at_border = [line.first <= SLACK, line.last >= shape[0] - 1 - SLACK]
        beyond = sum(level[on[0][0]].thickness / 2 for on in ends[number] if on)
        is_high = line.length + beyond >= LONGEST_STROKE_BETWEEN * strokes.height
        if not is_high or (level and not _is_square_to(line, level)):
            continue
        if all(at_border):
            across.append(number)
        elif all(on or cut for on, cut in zip(ends[number], at_border, strict=True)):
            found.append(number)
    return [*found, *across] if len(across) != 1 or found else found


def _is_too_long(
    line: LevelLine, shape: tuple[int, ...], strokes: Strokes, level: list[LevelLine]
) -> bool:
    """Whether a line is too long for a stroke, as the others are that lead across the sheet."""
    rows, columns = shape
    if line.length < LEADS_ACROSS * rows:
        return line.length >= LONGEST_UPRIGHT_STROKE * strokes.height
    return (
        line.length >= LONGEST_STROKE_ACROSS * strokes.height
        or line.thickness < 0.5 * strokes.width
        or _are_of_a_grid(line, level, columns)
    )


def _is_square_to(upright: LevelLine, level: list[LevelLine]) -> bool:
    return any(abs(upright.slope + line.slope) <= SQUARE for line in level)


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
