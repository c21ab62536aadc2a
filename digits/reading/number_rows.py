"""Read a row of ink: which of its pieces are digits, which are marks, and which are neither.

The ink is cut into more pieces than there are digits, and the network tells which of them belong
together (`number_lattice`); what is no digit becomes a mark (`number_marks`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from digits.network.architectures import CLASSES
from digits.network.doubt import max_logit
from digits.network.prediction import calibrated_softmax, predict_logits
from digits.network.row_signs import DIGITS, LETTER, MARKS, SIGNS
from digits.picture.part_cutting import cut_part
from digits.picture.pixels import runs_of
from digits.picture.preparation import Sheet, normalise_ink
from digits.picture.row_finding import Part, Row, ink_of
from digits.reading.number_lattice import (
    LOWEST_DIGIT,
    WIDEST_DIGIT,
    Segment,
    best_path,
    find_segments,
    sum_over_paths,
)
from digits.reading.number_marks import SIGNS as WRITTEN
from digits.reading.number_marks import MarkGuess, guess_detached, guess_mark, is_straight
from digits.reading.row_evidence import RowEvidence

if TYPE_CHECKING:
    from digits.network.row_serving import RowNetwork
    from digits.network.serving import Network

# Of the height of a row: a gap between signs that is no wider keeps them in one number.
CLEAR_GAP = 1.3
# Likewise: a cell that is no wider holds one digit of a number.
WIDEST_BOX = 1.7
# Digits in boxes that are too pale to be seen: so many are so far apart at most, from middle to
# middle, and none twice as far as another.
FEWEST_PITCHES, WIDEST_PITCH = 3, 2.1
# Of a row's height, what an upright line covers.
_LEAST_OF_UPRIGHT = 0.5
# A sign that is neither digit nor mark, as a natural logarithm, for one of the size of a digit that
# stands by itself, and for one that does not; and what a doubt weighs, in logits.
_UNKNOWN = -2.5
_UNKNOWN_PIECE = -6.0
_SURE_LOGITS, _SOFTNESS = 3.0, 0.8
# Likewise, that a part of the ink is several signs that touch, and for each stroke beyond the first
# that is cut through.
_CUT, _CUT_STROKE = -0.1, -2.0
# Likewise, that tall strokes with so wide a gap between them, in heights of the row, are one digit.
_LOOSE, _TALL_STROKE, _LEAST_GAP = -2.0, 0.6, 0.14
# Likewise, that a mark beside a sign is a part of it.
_ASIDE = -5.0
# A point below a digit's overhanging end counts as aside by this.
_LOW = 0.6
# In heights of the row: digits that touch make no longer chain.
LONGEST_CHAIN = 18
# Of these a colon has two.
MOST_PIECES_OF_A_MARK = 3
# A part of a row that is no wider, of its height, and has such a logit, is one digit for sure.
WIDEST_ALONE, SURELY_ALONE = 1.0, 5.0
# What has no larger logit is like no digit at all, such as a letter among digits.
LIKE_NO_DIGIT = 1.4


@dataclass(frozen=True, eq=False)
class Sign:
    """A segment, and what it is taken for.

    Attributes:
        part: its ink.
        kind: "digit", or the kind of a mark.
        written: how it is written down; "" for what is neither digit nor mark.
        logits: float32 (10,), of a digit.
        log_shares: float64 (10,), natural logarithms of how likely it is each digit, by all that
            was asked; None for what is no digit.
        score: natural logarithm of how likely it is that.
        total: the same of how likely it is any one sign.
    """

    part: Part
    kind: str
    written: str
    logits: NDArray[np.float32] | None
    log_shares: NDArray[np.float64] | None
    score: float
    total: float


@dataclass(frozen=True, eq=False)
class RowReading:
    """The signs of a row from left to right.

    Attributes:
        row: where they stand.
        signs: each piece of ink belongs to one.
        uprights: float (n,), columns of upright lines of the paper beside them, pixels.
        sureness: natural logarithm of how likely these signs are among all that the row may be.
    """

    row: Row
    signs: tuple[Sign, ...]
    uprights: NDArray[np.float64]
    sureness: float

    def are_apart(self, left: Part, right: Part) -> bool:
        """Whether a clear gap lies between two signs.

        Where each has a narrow cell of its own, as on a form, the gap says nothing.
        """
        gap = right.x - left.x - left.width
        if gap <= CLEAR_GAP * self.row.height or self._is_evenly_spaced():
            return False
        cells = [self._cell_around(part) for part in (left, right)]
        return max(cells) > WIDEST_BOX * self.row.height

    def _is_evenly_spaced(self) -> bool:
        """Whether digits stand as if each had a box of its own, however pale these are."""
        at = np.array([sign.part.middle[0] for sign in self.signs if sign.kind == "digit"])
        pitches = np.diff(np.sort(at)) / self.row.height
        if len(pitches) < FEWEST_PITCHES:
            return False
        return bool(pitches.max() <= min(WIDEST_PITCH, 2 * pitches.min()))

    def _cell_around(self, part: Part) -> float:
        """How far it is from the upright line before a part to the one behind it, pixels."""
        x, _ = part.middle
        before, behind = self.uprights[self.uprights < x], self.uprights[self.uprights > x]
        if not (before.size and behind.size):
            return np.inf
        return float(behind.min() - before.max())


def read_row(
    row: Row, sheet: Sheet, network: Network, row_network: RowNetwork | None = None
) -> RowReading:
    """The likeliest signs of a row.

    Args:
        row: of the sheet.
        sheet: from `preparation.prepare_sheet`.
        network: which says what looks like a digit.
        row_network: which says what the row looks like as a whole; None asks `network` alone.

    Raises:
        ModelError: its answers are no numbers.
    """
    cut = _CutRow.of(row, sheet, network)
    evidence = None
    if row_network is not None:
        evidence = RowEvidence.of(row, sheet.ink_map, cut.pieces, cut.segments, row_network)
    asked = _Asked.of(cut, sheet, network)
    signs = _signs_of(cut, asked, evidence)
    path, best = _best_path(cut, signs)
    if evidence is not None and not _is_word([signs[number] for number in path]):
        # A letter among digits is rarer than a digit that looks like one.
        signs = _signs_of(cut, asked, evidence, _LETTER_AMONG_DIGITS)
        path, best = _best_path(cut, signs)
    totals = np.array([sign.total for sign in signs])
    sureness = best - sum_over_paths(len(cut.pieces), cut.segments, totals)
    chosen = tuple(
        _letter_if_whole(signs[number], cut.segments[number], cut)
        if evidence is None
        else signs[number]
        for number in path
    )
    signs_left = tuple(sign for sign in chosen if sign.kind != "nothing")
    return RowReading(row, signs_left, _uprights_beside(row, sheet), sureness)


def _best_path(cut: _CutRow, signs: Sequence[Sign]) -> tuple[list[int], float]:
    scores = np.array([sign.score for sign in signs])
    return best_path(len(cut.pieces), cut.segments, scores)


def _is_word(signs: Sequence[Sign]) -> bool:
    """Whether there are more letters than digits."""
    kinds = [sign.kind for sign in signs]
    return kinds.count("letter") > kinds.count("digit")


@dataclass(frozen=True, eq=False)
class _CutRow:
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
    def of(cls, row: Row, sheet: Sheet, network: Network) -> _CutRow:
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
        segments = find_segments(pieces, row, [_is_settled(piece, known) for piece in pieces])
        return cls(row, stroke, pieces, parents, are_whole, marks, segments, known)

    def cost_of_cut(self, segment: Segment) -> float:
        """What it costs that a part was cut between a segment and the one before it, if it was.

        Where digits touch, one stroke is cut through; to cut a ring, two.
        """
        first = segment.first
        if first == 0 or self.parents[first - 1] != self.parents[first]:
            return 0.0
        return _CUT + _CUT_STROKE * max(0.0, self.pieces[first].seam - 1)


def _ask_of_parts(row: Row, sheet: Sheet, network: Network) -> dict[Part, NDArray[np.float32]]:
    """The logits of each part of a row that may be one digit by itself."""
    asked = [part for part in row.parts if may_be_digit(part, row)]
    return dict(zip(asked, _logits_of(asked, sheet, network), strict=True))


def _is_settled(part: Part, known: Mapping[Part, NDArray[np.float32]]) -> bool:
    """Whether a part of the row is one digit for sure."""
    if part not in known or part.width > WIDEST_ALONE * part.height:
        return False
    return float(known[part].max()) >= SURELY_ALONE


def may_be_digit(part: Part, row: Row) -> bool:
    """Whether a part is neither too low for a digit of the row nor too wide."""
    is_high = part.height >= LOWEST_DIGIT * row.height
    return is_high and part.width <= WIDEST_DIGIT * row.height


def _logits_of(parts: Sequence[Part], sheet: Sheet, network: Network) -> NDArray[np.float32]:
    """Float32 (n, 10)."""
    if not parts:
        return np.zeros((0, CLASSES), np.float32)
    inputs = [normalise_ink(ink_of(part, sheet.ink_map)) for part in parts]
    return predict_logits(np.stack(inputs), network)


def _may_be_several(part: Part, row: Row, stroke: float) -> bool:
    """Whether it may be digits that touch: neither one straight stroke, nor a mark, nor low."""
    is_tall = part.height >= LOWEST_DIGIT * row.height
    if part.width > WIDEST_DIGIT * row.height:  # a row that hangs together is long and low, too
        return is_tall and part.width <= LONGEST_CHAIN * row.height
    return is_tall and not is_straight(part) and guess_mark(part, row, stroke) is None


def _letter_if_whole(sign: Sign, segment: Segment, cut: _CutRow) -> Sign:
    """A sign that stands by itself and is like no digit is a letter, rather than a digit."""
    is_whole = all(cut.are_whole[segment.first : segment.stop])
    if sign.logits is None or not is_whole or float(sign.logits.max()) > LIKE_NO_DIGIT:
        return sign
    return replace(sign, kind="unknown", written="", logits=None)


def _uprights_beside(row: Row, sheet: Sheet) -> NDArray[np.float64]:
    """The columns of upright lines that are about as high as a row or higher."""
    top = min(part.y for part in row.parts)
    bottom = max(part.y + part.height for part in row.parts)
    lines = cv2.dilate(sheet.lines[top:bottom].view(np.uint8), np.ones((1, 5), np.uint8))
    is_upright = np.asarray(lines, np.float64).mean(axis=0) > _LEAST_OF_UPRIGHT
    starts, ends = runs_of(is_upright)
    return (starts + ends - 1) / 2


@dataclass(frozen=True, eq=False)
class _Asked:
    """What the network of digits says of all segments of a row that may be a digit.

    Attributes:
        logits: float32 (10,), of each part.
        shares: float32 (10,), calibrated, of each.
        scores: natural logarithm of how likely each is one digit, and its likeliest.
    """

    logits: Mapping[Part, NDArray[np.float32]]
    shares: Mapping[Part, NDArray[np.float32]]
    scores: Mapping[Part, float]

    @classmethod
    def of(cls, cut: _CutRow, sheet: Sheet, network: Network) -> _Asked:
        """Ask of all at once that were not asked about already."""
        parts = [segment.part for segment in cut.segments if may_be_digit(segment.part, cut.row)]
        if not parts:
            return cls({}, {}, {})
        unknown = [part for part in parts if part not in cut.known]
        found = dict(zip(unknown, _logits_of(unknown, sheet, network), strict=True))
        logits = np.stack([found[part] if part in found else cut.known[part] for part in parts])
        scores = digit_scores(logits, network) + [_fit_of(part, cut.row) for part in parts]
        shares = calibrated_softmax(logits, network)
        return cls(
            dict(zip(parts, logits, strict=True)),
            dict(zip(parts, shares, strict=True)),
            dict(zip(parts, scores.tolist(), strict=True)),
        )


def _signs_of(
    cut: _CutRow, asked: _Asked, evidence: RowEvidence | None, letter: float = 0.0
) -> list[Sign]:
    """The likeliest sign that each segment may be.

    Args:
        cut: the row.
        asked: what the network of digits says.
        evidence: what the network of rows says; None without one.
        letter: added to the logarithm of how likely each is a letter.
    """
    if evidence is None:
        return [_likeliest_sign(segment, cut, asked) for segment in cut.segments]
    signs = []
    for segment in cut.segments:
        likely = evidence.log_probabilities(segment) + letter * _IS_LETTER
        likely += _WEIGHT_OF_ABSORPTION * _absorption(segment, cut)
        sign = _sign_in_row(segment, likely, asked)
        if segment.stop == segment.first + 1 and cut.are_whole[segment.first]:
            sign = _or_nothing(sign, evidence.log_nothing(segment))
        signs.append(sign)
    return signs


def _or_nothing(sign: Sign, log_nothing: float) -> Sign:
    """What a piece is taken for, if it is not rather left over from the paper."""
    nothing = log_nothing + _LEFT_OVER
    total = float(np.logaddexp(sign.total, nothing))
    if nothing <= sign.score:
        return replace(sign, total=total)
    return Sign(sign.part, "nothing", "", None, None, nothing, total)


# What the network of digits says beside that of rows: of which digit, and of whether it is one; and
# what it costs that marks are taken for parts of a digit. How both say which digit it is.
_WEIGHT_OF_DIGIT, _WEIGHT_OF_SURENESS, _WEIGHT_OF_ABSORPTION = 0.3, 0.5, 0.3
_SHARE_OF_DIGIT = 0.4
# What is too low or too wide for a digit is as surely none as what is this far from one.
_NOT_ASKED = -3.0
# As a natural logarithm, that there is a letter among digits.
_LETTER_AMONG_DIGITS = -2.0
_IS_LETTER = np.array([sign == LETTER for sign in SIGNS], np.float64)
# Likewise, that a piece is left over from the paper: a side of a box, a part of an underline.
_LEFT_OVER = -3.0
# Likewise: no share is less.
_LEAST_SHARE = -14.0


def _sign_in_row(
    segment: Segment,
    evidence: NDArray[np.float64],
    asked: _Asked,
) -> Sign:
    """The likeliest sign that a segment is, by both networks."""
    logits, shares = asked.logits.get(segment.part), asked.shares.get(segment.part)
    scores = evidence.copy()
    log_shares = None
    sureness = _NOT_ASKED
    if logits is None or shares is None:
        scores[:CLASSES] = -np.inf
    else:
        sureness = (float(max_logit(logits[None])[0]) - _SURE_LOGITS) / _SOFTNESS
        own = np.maximum(np.log(np.maximum(shares.astype(np.float64), 1e-30)), _LEAST_SHARE)
        scores[:CLASSES] += _WEIGHT_OF_DIGIT * own
        scores[:CLASSES] -= _WEIGHT_OF_SURENESS * np.log1p(np.exp(-sureness))
        mixed = _SHARE_OF_DIGIT * own + (1 - _SHARE_OF_DIGIT) * evidence[:CLASSES]
        log_shares = mixed - np.logaddexp.reduce(mixed)
    scores[CLASSES:] -= _WEIGHT_OF_SURENESS * np.log1p(np.exp(min(sureness, 2.0)))
    likeliest, total = int(scores.argmax()), float(np.logaddexp.reduce(scores))
    sign, score = SIGNS[likeliest], float(scores[likeliest])
    if sign in DIGITS and log_shares is not None:
        written = str(int(log_shares.argmax()))
        return Sign(segment.part, "digit", written, logits, log_shares, score, total)
    if sign == LETTER:
        return Sign(segment.part, "letter", "", None, None, score, total)
    return Sign(segment.part, MARKS[sign], sign, None, None, score, total)


def _likeliest_sign(segment: Segment, cut: _CutRow, asked: _Asked) -> Sign:
    """A mark, a digit, if it may be one, or neither."""
    part = segment.part
    unknown = _unknown_score(segment, cut) + cut.cost_of_cut(segment)
    choices = [Sign(part, "unknown", "", None, None, unknown, unknown)]
    absorbed = _absorption(segment, cut) + _LOOSE * _gaps_within(segment, cut)
    absorbed += cut.cost_of_cut(segment)
    guess = None
    is_whole = all(cut.are_whole[segment.first : segment.stop])
    if is_whole and segment.stop - segment.first <= MOST_PIECES_OF_A_MARK:
        guess = guess_mark(part, cut.row, cut.stroke)
    if guess is not None:
        score = float(np.log(guess.probability)) + absorbed
        choices.append(Sign(part, guess.kind, WRITTEN[guess.kind], None, None, score, score))
    if part in asked.logits:
        logits, score = asked.logits[part], asked.scores[part]
        score += absorbed + float(np.log1p(-guess.probability if guess else 0.0))
        choices.append(Sign(part, "digit", str(int(logits.argmax())), logits, None, score, score))
    total = float(np.logaddexp.reduce([sign.score for sign in choices]))
    return replace(max(choices, key=lambda sign: sign.score), total=total)


def _gaps_within(segment: Segment, cut: _CutRow) -> int:
    """How many gaps there are between tall pieces that are taken for one digit.

    The two strokes of a 4 are beside each other, but with no column of paper between them.
    """
    height = cut.row.height
    tall = [
        piece
        for piece in cut.pieces[segment.first : segment.stop]
        if piece.height >= _TALL_STROKE * height
    ]
    tall.sort(key=lambda piece: piece.x)
    return sum(
        right.x - left.x - left.width > _LEAST_GAP * height for left, right in pairwise(tall)
    )


def _absorption(segment: Segment, cut: _CutRow) -> float:
    """What it costs that marks are taken for parts of the sign beside them, as a logarithm.

    The bar of a 5 is above it, and the second dot of a colon is another dot.
    """
    members = range(segment.first, segment.stop)
    found = [number for number in members if cut.marks[number] is not None]
    if not found or len(found) == len(members):
        return 0.0
    return sum(_ASIDE * _aside(number, members, cut) for number in found)


def _aside(number: int, members: range, cut: _CutRow) -> float:
    """How little of a mark is above or below other pieces, from 0 to 1."""
    others = [cut.pieces[other] for other in members if other != number]
    left = min(part.x for part in others)
    right = max(part.x + part.width for part in others)
    own, mark = cut.pieces[number], cut.marks[number]
    shared = max(0, min(right, own.x + own.width) - max(left, own.x))
    aside = max(0.0, 1 - shared / (0.5 * own.width))
    is_low = mark is not None and mark.kind in ("point", "comma")
    return max(aside, _LOW) if is_low else aside


def digit_scores(logits: NDArray[np.float32], network: Network) -> NDArray[np.float64]:
    """Natural logarithms of how likely each is one digit, and the one that it is taken for."""
    if not len(logits):
        return np.zeros(0)
    likeliest = calibrated_softmax(logits, network).max(axis=1).astype(np.float64)
    sureness = (max_logit(logits) - _SURE_LOGITS) / _SOFTNESS
    return np.log(likeliest) - np.log1p(np.exp(-sureness))


def _fit_of(part: Part, row: Row) -> float:
    """How well a part's height fits a digit of the row, as a logarithm, at most 0."""
    height = part.height / row.height
    too_low = max(0.0, 0.62 - height) / 0.12
    too_wide = max(0.0, part.width / max(part.height, 1) - 1.25) / 0.2
    return -0.5 * (too_low**2 + too_wide**2)


def _unknown_score(segment: Segment, cut: _CutRow) -> float:
    """Of a letter or an unknown sign: worse, the larger it is, and for what was cut from others."""
    part = segment.part
    length = max(part.width, part.height) / cut.row.height
    is_whole = all(cut.are_whole[segment.first : segment.stop])
    return (_UNKNOWN if is_whole else _UNKNOWN_PIECE) * max(0.3, length)
