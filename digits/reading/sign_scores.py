"""How likely each segment of a row is which sign, by one network or by both.

The network of digits alone says which segment looks like which digit; marks are then told by their
shape (`number_marks`). Where the network of rows was asked, too, it says what all signs are, and
the other speaks with it of digits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from digits.network.architectures import CLASSES
from digits.network.doubt import max_logit
from digits.network.prediction import calibrated_softmax
from digits.network.row_signs import DIGITS, LETTER, MARKS, SIGNS
from digits.picture.preparation import Sheet
from digits.picture.row_finding import Part, Row
from digits.reading.number_lattice import Segment, join_parts
from digits.reading.number_marks import SIGNS as WRITTEN
from digits.reading.number_marks import MarkGuess, guess_mark
from digits.reading.row_cutting import CutRow, logits_of, may_be_digit
from digits.reading.row_evidence import RowEvidence
from digits.reading.sign_bounds import with_likeliest_bounds

if TYPE_CHECKING:
    from digits.network.serving import Network

# Of the ink of one stroke that is as high, what a digit has at least, however broken it is.
_LEAST_OF_STROKE = 0.4
# As a natural logarithm: a sign that is so likely is surely there.
_SURELY_THERE = -1.0
# What a doubt weighs, in logits.
_SURE_LOGITS, _SOFTNESS = 3.0, 0.8


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

    @property
    def is_unclear(self) -> bool:
        """Whether it is neither a digit nor a mark."""
        return self.kind != "digit" and not self.written


@dataclass(frozen=True, eq=False)
class AskedDigits:
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
    def of(cls, cut: CutRow, sheet: Sheet, network: Network) -> AskedDigits:
        """Ask of all at once that were not asked about already."""
        parts = [segment.part for segment in cut.segments if _may_be_digit(segment.part, cut)]
        if not parts:
            return cls({}, {}, {})
        unknown = [part for part in parts if part not in cut.known]
        found = dict(zip(unknown, logits_of(unknown, sheet, network), strict=True))
        logits = np.stack([found[part] if part in found else cut.known[part] for part in parts])
        scores = digit_scores(logits, network) + [_fit_of(part, cut.row) for part in parts]
        shares = calibrated_softmax(logits, network)
        return cls(
            dict(zip(parts, logits, strict=True)),
            dict(zip(parts, shares, strict=True)),
            dict(zip(parts, scores.tolist(), strict=True)),
        )


def _may_be_digit(part: Part, cut: CutRow) -> bool:
    """Whether a segment is as large as a digit, and has enough ink: several specks have less."""
    least = _LEAST_OF_STROKE * cut.stroke * part.height
    return may_be_digit(part, cut.row) and bool(np.count_nonzero(part.mask) >= least)


def is_surely_there(sign: Sign) -> bool:
    """Whether its row is sure of a sign, by both networks."""
    return sign.score >= _SURELY_THERE


def score_signs(
    cut: CutRow, asked: AskedDigits, evidence: RowEvidence | None, among_digits: bool
) -> list[Sign]:
    """The likeliest sign that each segment may be.

    Args:
        cut: the row.
        asked: what the network of digits says.
        evidence: what the network of rows says; None without one.
        among_digits: whether the row holds a number, in which letters are rare.
    """
    if evidence is None:
        return [_likeliest_by_shape(segment, cut, asked) for segment in cut.segments]
    by_shape = {each: mark for each in cut.segments if (mark := _mark_by_shape(each, cut))}
    beside = [
        None if segment in by_shape else _beside_evidence(segment, cut, asked, among_digits)
        for segment in cut.segments
    ]
    evidence = with_likeliest_bounds(evidence, _may_move(cut), cut.segments, beside)
    return [
        by_shape[segment] if own is None else _likeliest_by_both(segment, cut, asked, evidence, own)
        for segment, own in zip(cut.segments, beside, strict=True)
    ]


def digit_scores(logits: NDArray[np.float32], network: Network) -> NDArray[np.float64]:
    """Natural logarithms of how likely each is one digit, and the one that it is taken for."""
    if not len(logits):
        return np.zeros(0)
    likeliest = calibrated_softmax(logits, network).max(axis=1).astype(np.float64)
    sureness = (max_logit(logits) - _SURE_LOGITS) / _SOFTNESS
    return np.log(likeliest) - np.log1p(np.exp(-sureness))


# --- by both networks

# What the network of digits says beside that of rows: of which digit, and of whether it is one; and
# what it costs that marks are taken for parts of a digit. How both say which digit it is; what was
# cut from a neighbour has too much ink or too little for the network of digits.
_WEIGHT_OF_DIGIT, _WEIGHT_OF_SURENESS, _WEIGHT_OF_ABSORPTION = 0.3, 0.5, 0.15
_SHARE_OF_DIGIT, _SHARE_OF_CUT_DIGIT = 0.6, 0.3
# What is too low or too wide for a digit is as surely none as what is this far from one.
_NOT_ASKED = -3.0
# As a natural logarithm: a letter among digits is rarer than a digit that looks like one.
_LETTER_AMONG_DIGITS, _LETTER_BESIDE_DIGITS = -5.0, -2.0
_LETTER = SIGNS.index(LETTER)
# In heights of the row: letters such as c and m, of a unit or of small print, stand on the baseline
# before all that is higher than they are, or behind; first may be a currency sign that is as low.
_X_HEIGHT, _OFF_LINE = 0.75, 0.25
# As a natural logarithm, that a slash stands first or last in its row, or before a colon, and not
# between two numbers; and that one reaches neither above digits, in heights of the row, nor below
# them, as a slanted 1 does not.
_SLASH_AT_END, _SLASH_LIKE_A_ONE = -4.0, -3.0
_LOWEST_SLASH, _HIGHEST_FOOT = 1.12, 0.15
_SLASH = SIGNS.index("/")
# Likewise, that tall strokes with paper between them are one sign: a network of rows that takes an
# upright 1 for a side of a box thinks so.
_LOOSE_IN_ROW = -1.0
# Likewise, that a piece is left over from the paper: a side of a box, a part of an underline.
_LEFT_OVER = -3.0
# In heights of the row: what a digit of it comes to at least and at most, and how far its foot is
# from the baseline.
_HEIGHTS_OF_DIGITS, _OFF_BASELINE = (0.7, 1.3), 0.3
# Likewise: what is wider, and stands before all digits or behind, is no point, comma or colon, but
# small print, or a piece of a line; among them a point may have specks beside it.
_WIDEST_POINT = 0.65
_POINTS = frozenset(".,:")
# Likewise: a plus that touches the digit behind it is no higher; else it may be cut from a 4.
_HIGHEST_PLUS_IN_FRONT = 0.65
# As a natural logarithm: no share is less.
_LEAST_SHARE = -14.0


def _may_move(cut: CutRow) -> NDArray[np.bool_]:
    """For each bound of the row's pieces, whether a part was cut there."""
    inner = [left == right for left, right in pairwise(cut.parents)]
    return np.array([False, *inner, False])


def _beside_evidence(
    segment: Segment, cut: CutRow, asked: AskedDigits, among_digits: bool
) -> NDArray[np.float64]:
    """What counts for each sign beside what the network of rows says, to be added to that.

    Returns:
        Float64 (signs,).
    """
    found = np.full(len(SIGNS), _WEIGHT_OF_ABSORPTION * _absorption(segment, cut))
    found += _LOOSE_IN_ROW * _gaps_within(segment, cut)
    if among_digits:
        is_beside = _stands_beside_digits(segment, cut)
        found[_LETTER] += _LETTER_BESIDE_DIGITS if is_beside else _LETTER_AMONG_DIGITS
    found[_SLASH] += _doubt_of_slash(segment, cut)
    logits, sureness = asked.logits.get(segment.part), _NOT_ASKED
    if logits is None:
        found[:CLASSES] = -np.inf
    else:
        sureness = (float(max_logit(logits[None])[0]) - _SURE_LOGITS) / _SOFTNESS
        found[:CLASSES] += _WEIGHT_OF_DIGIT * _own_shares(segment, asked)
        found[:CLASSES] -= _WEIGHT_OF_SURENESS * np.log1p(np.exp(-sureness))
    found[CLASSES:] -= _WEIGHT_OF_SURENESS * np.log1p(np.exp(min(sureness, 2.0)))
    return found


def _stands_beside_digits(segment: Segment, cut: CutRow) -> bool:
    """Whether a segment and all before it, or all behind it, are low, and it is on the baseline.

    What it was cut from is low, too, and it is not the first.
    """
    if not segment.first:
        return False
    highest = _X_HEIGHT * cut.row.height
    parents = {cut.parents[piece] for piece in range(segment.first, segment.stop)}
    is_high = any(cut.row.parts[parent].height > highest for parent in parents)
    if is_high or abs(cut.row.foot_of(segment.part)) > _OFF_LINE:
        return False
    ends = cut.pieces[: segment.first], cut.pieces[segment.stop :]
    return any(all(piece.height <= highest for piece in end) for end in ends)


def _own_shares(segment: Segment, asked: AskedDigits) -> NDArray[np.float64]:
    """How likely a segment is each digit by the network of digits, natural logarithms."""
    shares = asked.shares[segment.part].astype(np.float64)
    return np.maximum(np.log(np.maximum(shares, 1e-30)), _LEAST_SHARE)


def _likeliest_by_both(
    segment: Segment,
    cut: CutRow,
    asked: AskedDigits,
    evidence: RowEvidence,
    beside: NDArray[np.float64],
) -> Sign:
    sign = _sign_in_row(segment, cut, asked, evidence.log_probabilities(segment), beside)
    is_piece = segment.stop == segment.first + 1 and cut.are_whole[segment.first]
    if not is_piece or _stands_like_a_digit(segment.part, cut.row):
        return sign
    return _or_nothing(sign, evidence.log_nothing(segment))


def _mark_by_shape(segment: Segment, cut: CutRow) -> Sign | None:
    """A plus or an equals sign: the network of rows, which has no such classes, is not asked."""
    marks = [cut.marks[piece] for piece in range(segment.first, segment.stop)]
    kinds = [mark.kind if mark else "" for mark in marks]
    found = marks[0]
    if kinds == ["dash", "dash"] or _may_be_plus_in_front(segment, cut):
        found = guess_mark(segment.part, cut.row, cut.stroke)
    elif kinds != ["plus"]:
        return None
    if found is None or found.kind not in ("plus", "equals"):
        return None
    return _sign_of(found, segment.part, 0.0)


def _may_be_plus_in_front(segment: Segment, cut: CutRow) -> bool:
    """Whether it is cut from the first digit, and low: a plus before a number that it touches."""
    if segment.first or segment.stop == len(cut.pieces):
        return False
    is_cut = cut.parents[segment.stop - 1] == cut.parents[segment.stop]
    return is_cut and segment.part.height <= _HIGHEST_PLUS_IN_FRONT * cut.row.height


def _is_plus(piece: int, cut: CutRow) -> bool:
    mark = cut.marks[piece]
    return mark is not None and mark.kind == "plus"


def _sign_of(mark: MarkGuess, part: Part, score: float) -> Sign:
    kind = mark.kind if mark.kind in MARKS.values() else "unknown"
    return Sign(part, kind, WRITTEN[mark.kind], None, None, score, score)


def _sign_in_row(
    segment: Segment,
    cut: CutRow,
    asked: AskedDigits,
    evidence: NDArray[np.float64],
    beside: NDArray[np.float64],
) -> Sign:
    """The likeliest sign that a segment is, by both networks."""
    scores = evidence + beside
    likeliest, total = int(scores.argmax()), float(np.logaddexp.reduce(scores))
    sign, score = SIGNS[likeliest], float(scores[likeliest])
    if sign in DIGITS:
        is_whole = all(cut.are_whole[segment.first : segment.stop])
        share = _SHARE_OF_DIGIT if is_whole else _SHARE_OF_CUT_DIGIT
        mixed = share * _own_shares(segment, asked) + (1 - share) * evidence[:CLASSES]
        log_shares = mixed - np.logaddexp.reduce(mixed)
        written, logits = str(int(log_shares.argmax())), asked.logits[segment.part]
        return Sign(segment.part, "digit", written, logits, log_shares, score, total)
    is_at_end = segment.first == 0 or segment.stop == len(cut.pieces)
    is_word = is_at_end and segment.part.width > _WIDEST_POINT * cut.row.height
    if sign == LETTER or (sign in _POINTS and is_word):
        return Sign(segment.part, "letter", "", None, None, score, total)
    return Sign(segment.part, MARKS[sign], sign, None, None, score, total)


def _doubt_of_slash(segment: Segment, cut: CutRow) -> float:
    """What it costs that a segment is a slash, as a logarithm, where a slash hardly ever is."""
    is_first = all(_is_plus(number, cut) for number in range(segment.first))
    is_at_end = is_first or segment.stop == len(cut.pieces) or _is_before_colon(segment, cut)
    is_low = segment.part.height < _LOWEST_SLASH * cut.row.height
    is_like_a_one = is_low and abs(cut.row.foot_of(segment.part)) < _HIGHEST_FOOT
    return _SLASH_AT_END * is_at_end + _SLASH_LIKE_A_ONE * is_like_a_one


def _is_before_colon(segment: Segment, cut: CutRow) -> bool:
    """Whether the two dots of a colon are the next pieces behind a segment."""
    dots = range(segment.stop, min(segment.stop + 2, len(cut.pieces)))
    if not dots or any(cut.marks[dot] is None for dot in dots):
        return False
    found = guess_mark(join_parts([cut.pieces[dot] for dot in dots]), cut.row, cut.stroke)
    return found is not None and found.kind == "colon"


def _stands_like_a_digit(part: Part, row: Row) -> bool:
    """Whether it is as high as the row's digits and on their baseline, as a 1 is."""
    height = part.height / row.height
    is_as_high = _HEIGHTS_OF_DIGITS[0] < height < _HEIGHTS_OF_DIGITS[1]
    return is_as_high and abs(row.foot_of(part)) < _OFF_BASELINE


def _or_nothing(sign: Sign, log_nothing: float) -> Sign:
    """What a piece is taken for, if it is not rather left over from the paper."""
    nothing = log_nothing + _LEFT_OVER
    total = float(np.logaddexp(sign.total, nothing))
    if nothing <= sign.score:
        return replace(sign, total=total)
    return Sign(sign.part, "nothing", "", None, None, nothing, total)


# --- by the network of digits and by shape

# A sign that is neither digit nor mark, as a natural logarithm, for one of the size of a digit that
# stands by itself, and for one that does not.
_UNKNOWN, _UNKNOWN_PIECE = -2.5, -6.0
# Likewise, that a part of the ink is several signs that touch, and for each stroke beyond the first
# that is cut through.
_CUT, _CUT_STROKE = -0.1, -2.0
# Likewise, that tall strokes with so wide a gap between them, in heights of the row, are one digit.
_LOOSE, _TALL_STROKE, _LEAST_GAP = -2.0, 0.6, 0.14
# Likewise, that a mark beside a sign is a part of it; and what a point below a digit's overhanging
# end counts as.
_ASIDE, _LOW = -5.0, 0.6
# Of these a colon has two.
MOST_PIECES_OF_A_MARK = 3
# What has no larger logit is like no digit at all, such as a letter among digits.
LIKE_NO_DIGIT = 1.4


def _likeliest_by_shape(segment: Segment, cut: CutRow, asked: AskedDigits) -> Sign:
    """A mark, a digit, if it may be one, or neither."""
    part = segment.part
    unknown = _unknown_score(segment, cut) + _cost_of_cut(segment, cut)
    choices = [Sign(part, "unknown", "", None, None, unknown, unknown)]
    absorbed = _absorption(segment, cut) + _LOOSE * _gaps_within(segment, cut)
    absorbed += _cost_of_cut(segment, cut)
    guess = None
    is_whole = all(cut.are_whole[segment.first : segment.stop])
    if is_whole and segment.stop - segment.first <= MOST_PIECES_OF_A_MARK:
        guess = guess_mark(part, cut.row, cut.stroke)
    if guess is not None:
        score = float(np.log(guess.probability)) + absorbed
        score += _doubt_of_slash(segment, cut) if guess.kind == "slash" else 0.0
        choices.append(_sign_of(guess, part, score))
    if part in asked.logits:
        logits, score = asked.logits[part], asked.scores[part]
        score += absorbed + float(np.log1p(-guess.probability if guess else 0.0))
        choices.append(Sign(part, "digit", str(int(logits.argmax())), logits, None, score, score))
    total = float(np.logaddexp.reduce([sign.score for sign in choices]))
    return replace(max(choices, key=lambda sign: sign.score), total=total)


def _cost_of_cut(segment: Segment, cut: CutRow) -> float:
    """What it costs that a part was cut between a segment and the one before it, if it was.

    Where digits touch, one stroke is cut through; to cut a ring, two.
    """
    first = segment.first
    if first == 0 or cut.parents[first - 1] != cut.parents[first]:
        return 0.0
    return _CUT + _CUT_STROKE * max(0.0, cut.pieces[first].seam - 1)


def letter_if_whole(sign: Sign, segment: Segment, cut: CutRow) -> Sign:
    """A sign that stands by itself and is like no digit is a letter, rather than a digit."""
    is_whole = all(cut.are_whole[segment.first : segment.stop])
    if sign.logits is None or not is_whole or float(sign.logits.max()) > LIKE_NO_DIGIT:
        return sign
    return replace(sign, kind="unknown", written="", logits=None)


def _gaps_within(segment: Segment, cut: CutRow) -> int:
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


def _absorption(segment: Segment, cut: CutRow) -> float:
    """What it costs that marks are taken for parts of the sign beside them, as a logarithm.

    The bar of a 5 is above it, and the second dot of a colon is another dot.
    """
    members = range(segment.first, segment.stop)
    found = [number for number in members if cut.marks[number] is not None]
    if not found or len(found) == len(members):
        return 0.0
    return sum(_ASIDE * _aside(number, members, cut) for number in found)


def _aside(number: int, members: range, cut: CutRow) -> float:
    """How little of a mark is above or below other pieces, from 0 to 1."""
    others = [cut.pieces[other] for other in members if other != number]
    left = min(part.x for part in others)
    right = max(part.x + part.width for part in others)
    own, mark = cut.pieces[number], cut.marks[number]
    shared = max(0, min(right, own.x + own.width) - max(left, own.x))
    aside = max(0.0, 1 - shared / (0.5 * own.width))
    is_low = mark is not None and mark.kind in ("point", "comma")
    return max(aside, _LOW) if is_low else aside


def _fit_of(part: Part, row: Row) -> float:
    """How well a part's height fits a digit of the row, as a logarithm, at most 0."""
    height = part.height / row.height
    too_low = max(0.0, 0.62 - height) / 0.12
    too_wide = max(0.0, part.width / max(part.height, 1) - 1.25) / 0.2
    return -0.5 * (too_low**2 + too_wide**2)


def _unknown_score(segment: Segment, cut: CutRow) -> float:
    """Of a letter or an unknown sign: worse, the larger it is, and for what was cut from others."""
    part = segment.part
    length = max(part.width, part.height) / cut.row.height
    is_whole = all(cut.are_whole[segment.first : segment.stop])
    return (_UNKNOWN if is_whole else _UNKNOWN_PIECE) * max(0.3, length)
