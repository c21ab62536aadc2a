"""Upright lines of a sheet that leans, and the edge of one on a table, with the shadow beside it.

A photo from aside shows upright lines so slanted that they are none for `upright_lines`, and level
ones cut them to pieces like 1s. A straight piece that is higher than digits is none if it leads
from a line, or from the photo's border, to another, and goes on there, as no slash does; nor if it
comes from the border and is much higher: so the edge of a sheet does that a crop has cut.

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from digits.picture.line_remains import above_and_below
from digits.picture.pixels import Labelled, Mask, label_parts
from digits.picture.sheet_parts import usual_height_of
from digits.picture.upright_lines import LONGEST_STROKE_BETWEEN

# Of its length, how wide a line is; and a shadow, or a table, beside the sheet.
_WIDEST, _WIDEST_SHADOW = 0.15, 0.4
# Of the usual height: what comes from the border and is so high is no digit.
_HIGHEST_CUT = 2.0
# Likewise: what leads around a corner of the photo and is lower is no digit that a crop has cut.
_LOWEST_CUT, _WIDEST_IN_CORNER = 0.85, 0.3
# Pixels: what is no farther from the border comes from there.
_AT_BORDER = 3
# Of the sheet's height: what is lower is a speck.
_LOWEST = 0.1
# Pixels: a piece that goes on begins so near beyond a line, and so near to where that leads.
_BEYOND, _OFF = 30, 4


@dataclass(frozen=True)
class _Piece:
    """A part of the ink that may be of a line.

    Attributes:
        part: its number.
        width: of its length, however it leans.
        tips: its upper and its lower end, x and y.
        cut: whether each is at the upper border, or at the lower one.
        aside: likewise at one aside.
        on_line: likewise on a line.
    """

    part: int
    width: float
    tips: NDArray[np.float64]
    cut: NDArray[np.bool_]
    aside: NDArray[np.bool_]
    on_line: NDArray[np.bool_]

    @classmethod
    def of(cls, part: int, parts: Labelled, near_lines: Mask) -> _Piece:
        """What is asked of a part."""
        part_of, stats = parts
        x, y, width, height = stats[part, :4].tolist()
        own = (part_of[y : y + height, x : x + width] == part).view(np.uint8)
        across, along = sorted(cv2.minAreaRect(cv2.findNonZero(own))[1])
        tips = np.array([(np.flatnonzero(own[row]).mean(), row) for row in (0, height - 1)])
        tips += x, y
        inside = np.array(part_of.shape[::-1]) - 1 - _AT_BORDER
        aside, cut = ((tips <= _AT_BORDER) | (tips >= inside)).T
        columns, rows = np.rint(tips).astype(np.intp).T
        share = (across + 1) / (along + 1)
        return cls(part, share, tips, cut, aside, near_lines[rows, columns])

    @property
    def at_ends(self) -> NDArray[np.bool_]:
        """Whether its upper and its lower end are at a border, or on a line."""
        return self.cut | self.aside | self.on_line

    def goes_on_in(self, other: _Piece) -> bool:
        """Whether another one begins close below it, where it leads to."""
        right, down = other.tips[0] - self.tips[1]
        lean = np.divide(*(self.tips[1] - self.tips[0]))
        return bool(0 < down <= _BEYOND and abs(right - lean * down) <= _OFF)


def find_leaning_lines(mask: Mask, lines: Mask) -> Mask:
    """Where they are, bool (H, W); none where there is nothing else.

    Args:
        mask: bool (H, W), ink of a photo without the lines that were found.
        lines: bool (H, W), where those were.
    """
    parts = part_of, stats = label_parts(mask)
    near = above_and_below(lines)
    may_be = stats[:, cv2.CC_STAT_HEIGHT] >= max(2, _LOWEST * len(mask))
    may_be[0] = False
    all_pieces = [_Piece.of(part, parts, near) for part in np.flatnonzero(may_be).tolist()]
    pieces = [piece for piece in all_pieces if piece.width <= _WIDEST_SHADOW]
    is_line = np.zeros(len(stats), bool)
    for piece in pieces:
        if piece.at_ends.any():
            usual = usual_height_of(np.delete(stats, (0, piece.part), axis=0), len(mask))
            is_line[piece.part] = _is_line(piece, pieces, stats[piece.part, 3] / usual)
    found = [piece for piece in pieces if is_line[piece.part] and piece.width <= _WIDEST]
    for piece in pieces:
        if piece.at_ends.all() and piece.width <= _WIDEST_IN_CORNER:
            is_line[piece.part] |= _goes_on(piece, found)
    if is_line[1:].all():
        return np.zeros(mask.shape, bool)
    return np.asarray(is_line[part_of])


def _goes_on(piece: _Piece, pieces: Sequence[_Piece]) -> bool:
    """Whether a piece does in any of those, or one of them in it."""
    return any(piece.goes_on_in(other) or other.goes_on_in(piece) for other in pieces)


def _is_line(piece: _Piece, pieces: Sequence[_Piece], height: float) -> bool:
    """Whether a piece is one.

    Args:
        piece: any of those.
        pieces: all.
        height: of it, in usual heights of what is written.
    """
    if piece.cut.all() or (piece.at_ends.all() and height >= _HIGHEST_CUT):
        return height >= _HIGHEST_CUT
    if piece.cut.any() and piece.aside[~piece.cut].all() and height < _LOWEST_CUT:
        return piece.width <= _WIDEST_IN_CORNER
    if piece.width > _WIDEST:
        return False
    if piece.at_ends.all() and height >= LONGEST_STROKE_BETWEEN:
        return bool((piece.cut | piece.aside).any()) or _goes_on(piece, pieces)
    return bool(piece.cut.any()) and height >= _HIGHEST_CUT
