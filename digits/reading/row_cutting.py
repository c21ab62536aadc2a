"""A row cut into pieces, of which any neighbours may be one sign.

What is one digit for sure stays whole; everything else is cut wherever it may be cut.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from digits.network.architectures import CLASSES
from digits.network.prediction import predict_logits
from digits.picture.part_cutting import are_two_strokes, cut_part
from digits.picture.preparation import Sheet
from digits.picture.row_finding import Part, Row
from digits.reading.number_lattice import LOWEST_DIGIT, WIDEST_DIGIT, Segment, find_segments
from digits.reading.number_marks import MarkGuess, guess_detached, guess_mark, is_straight

if TYPE_CHECKING:
    from digits.network.serving import Network

# In heights of the row: digits that touch make no longer chain.
LONGEST_CHAIN = 18
# A part of a row that is no wider, of its height, and has such a logit, is one digit for sure.
WIDEST_ALONE, SURELY_ALONE = 1.0, 5.0

# In heights of the row, and in strokes: how high a long dash is at most, and how thick.
_LOW_STROKE, _THICK_STROKE = 0.5, 1.3


@dataclass(frozen=True, eq=False)
class CutRow:
    """A row and what its ink is cut into.

    Attributes:
        row: as it was found.
        stroke: the width of strokes, pixels.
        pieces: from left to right.
        parents: of each piece, the number of the part of the row that it is or was cut from.
        are_whole: of each piece, whether it is a part of the row as it was found.
        marks: of each, what it is if no piece of a digit; None for what is like no mark.
        segments: all that may be one sign.
        known: float32 (10,), the logits of those parts of the row that were asked about already.
    """

    row: Row
    stroke: float
    pieces: Sequence[Part]
    parents: Sequence[int]
    are_whole: Sequence[bool]
    marks: Sequence[MarkGuess | None]
    segments: Sequence[Segment]
    known: Mapping[Part, NDArray[np.float32]]

    @classmethod
    def of(cls, row: Row, sheet: Sheet, network: Network) -> CutRow:
        """Cut a row wherever it may be cut; what is one digit for sure stays whole."""
        stroke = sheet.stroke
        known = _ask_of_parts(row, sheet, network)
        cut: list[tuple[Part, int]] = []
        for number, part in enumerate(row.parts):
            if _may_be_several(part, row, stroke) and not _is_settled(part, known):
                cut += [(piece, number) for piece in cut_part(part, sheet.ink_map, row, stroke)]
            else:
                cut.append((part, number))
        cut.sort(key=lambda each: each[0].middle[0])
        pieces, parents = [piece for piece, _ in cut], [number for _, number in cut]
        are_whole = [parents.count(number) == 1 for number in parents]
        marks = [
            guess_detached(piece, row, stroke) if is_whole else None
            for piece, is_whole in zip(pieces, are_whole, strict=True)
        ]
        are_settled = [_is_settled(piece, known) for piece in pieces]
        segments = find_segments(pieces, parents, row, are_settled)
        return cls(row, stroke, pieces, parents, are_whole, marks, segments, known)


def _ask_of_parts(row: Row, sheet: Sheet, network: Network) -> dict[Part, NDArray[np.float32]]:
    """The logits of each part of a row that may be one digit by itself."""
    asked = [part for part in row.parts if may_be_digit(part, row)]
    return dict(zip(asked, logits_of(asked, sheet, network), strict=True))


def _is_settled(part: Part, known: Mapping[Part, NDArray[np.float32]]) -> bool:
    """Whether a part of the row is one digit for sure."""
    if part not in known or part.width > WIDEST_ALONE * part.height:
        return False
    logits = known[part]
    may_be_ones = logits.argmax() == 1 and are_two_strokes(part.mask)
    return float(logits.max()) >= SURELY_ALONE and not may_be_ones


def may_be_digit(part: Part, row: Row) -> bool:
    """Whether a part is neither too low for a digit of the row nor too wide."""
    is_high = part.height >= LOWEST_DIGIT * row.height
    return is_high and part.width <= WIDEST_DIGIT * row.height


def logits_of(parts: Sequence[Part], sheet: Sheet, network: Network) -> NDArray[np.float32]:
    """Float32 (n, 10)."""
    if not parts:
        return np.zeros((0, CLASSES), np.float32)
    return predict_logits(np.stack([sheet.network_input(part) for part in parts]), network)


def _may_be_several(part: Part, row: Row, stroke: float) -> bool:
    """Whether it may be digits that touch: neither one straight stroke, nor a mark, nor low."""
    is_tall = part.height >= LOWEST_DIGIT * row.height
    if part.width > WIDEST_DIGIT * row.height:  # a row that hangs together is long and low, too
        may_be_chain = is_tall and part.width <= LONGEST_CHAIN * row.height
        return may_be_chain and not _is_level_stroke(part, row, stroke)
    if not is_tall or guess_mark(part, row, stroke) is not None:
        return False
    return not is_straight(part) or are_two_strokes(part.mask)


def _is_level_stroke(part: Part, row: Row, stroke: float) -> bool:
    """Whether it is low, and no thicker than a stroke, as a long dash behind an amount is."""
    thickness = np.count_nonzero(part.mask) / part.width
    is_low = part.height <= _LOW_STROKE * row.height
    return is_low and bool(thickness <= _THICK_STROKE * stroke)
