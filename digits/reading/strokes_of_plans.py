"""Strokes of a plan that lead from one of its lines to another, as that of a door does.

Numbers stand beside lines; a stroke by itself that meets them with both ends is a part of what they
draw, unless it is a digit for sure.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import cv2
import numpy as np

from digits.picture.row_finding import Part
from digits.reading.sign_scores import Sign, is_surely_there

if TYPE_CHECKING:
    from digits.picture.preparation import Sheet
    from digits.reading.number_rows import RowReading

# Beside so many digits that are sure, one by itself that is no likelier, as a natural logarithm,
# may be such a stroke; within so many strokes' widths its ends meet lines.
_FEWEST_DIGITS, _LIKELIEST, _MEETS_LINE = 2, -0.5, 2


def without_strokes_of_plans(rows: Sequence[RowReading], sheet: Sheet) -> list[RowReading]:
    """The rows but for those that are just such a stroke.

    Args:
        rows: as both networks read them.
        sheet: where they are.
    """
    signs = [sign for row in rows for sign in row.signs]
    sure = [sign for sign in signs if sign.kind == "digit" and is_surely_there(sign)]

    def is_stroke(row: RowReading) -> bool:
        digits = [sign for sign in row.signs if sign.kind == "digit"]
        others = sum(sign not in digits for sign in sure)
        return len(digits) == 1 and others >= _FEWEST_DIGITS and _leads_between(digits[0], sheet)

    return [row for row in rows if not is_stroke(row)]


def _leads_between(digit: Sign, sheet: Sheet) -> bool:
    """Whether a digit that is not sure meets lines of the paper in two places at least."""
    return digit.score <= _LIKELIEST and _places_on_lines(digit.part, sheet) > 1


def _places_on_lines(part: Part, sheet: Sheet) -> int:
    """In how many places a part meets lines of the paper."""
    near = round(_MEETS_LINE * sheet.stroke)
    around = cv2.copyMakeBorder(
        part.mask.view(np.uint8), near, near, near, near, cv2.BORDER_CONSTANT, value=0
    )
    around = cv2.dilate(around, np.ones((2 * near + 1, 2 * near + 1), np.uint8))
    top, left = part.y - near, part.x - near
    cut = around[max(0, -top) :, max(0, -left) :]
    lines = sheet.lines[max(0, top) :, max(0, left) :][: cut.shape[0], : cut.shape[1]]
    met = (cut[: lines.shape[0], : lines.shape[1]] > 0) & lines
    return int(cv2.connectedComponents(met.view(np.uint8))[0]) - 1
