"""Read a whole number from any picture: its digits, what stands between them, and how sure it is.

One digit is the number with one digit, and is read as `read_digit` reads it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NoReturn

import numpy as np
from numpy.typing import NDArray

from digits.common.errors import NoInkError, PictureError
from digits.network.architectures import CLASSES
from digits.network.doubt import DOT_OR_DASH, NO_DIGIT, SEVERAL_THINGS
from digits.network.hand import Hand, with_hand
from digits.network.loading import as_network
from digits.network.prediction import predict_logits
from digits.network.row_serving import load_row_network
from digits.picture.decoding import DecodedPicture, Picture, decode_picture
from digits.picture.ink_place import box_of_ink
from digits.picture.joined_rows import rows_apart
from digits.picture.pixels import Ink
from digits.picture.preparation import (
    PreparedDigit,
    Sheet,
    find_drawn_ink,
    prepare_candidates,
    prepare_sheet,
)
from digits.picture.row_finding import Part, find_rows
from digits.reading.digit import (
    Reading,
    ReadyPicture,
    choose_candidate,
    make_readings,
    top_k_of,
)
from digits.reading.digit_grid import told_apart_in_grid
from digits.reading.doubt_reasons import (
    LETTER_OR_DRAWING,
    LETTERS,
    SOMETHING_ELSE,
    reason_in_picture,
    shows_something_else,
)
from digits.reading.drawings_beside import without_drawings
from digits.reading.list_bullets import without_bullets
from digits.reading.number_lattice import WIDEST_DIGIT
from digits.reading.number_rows import RowReading, read_rows
from digits.reading.row_cutting import SURELY_ALONE, WIDEST_ALONE
from digits.reading.sign_scores import Sign, digit_scores, is_surely_there
from digits.reading.strokes_of_plans import without_strokes_of_plans
from digits.reading.written_words import without_words

if TYPE_CHECKING:
    from digits.network.loading import AnyNetwork
    from digits.network.serving import Network

Box = tuple[int, int, int, int]

MOST_DIGITS = 200
"""More in one picture are refused."""
# Likewise pieces of ink, for digits have two at most and marks between them.
MOST_PARTS = 3 * MOST_DIGITS
NO_NUMBER = "This does not look like a number: write digits, 0 to 9, side by side."
# What is said instead of what `read_digit` says, to whom several digits are too many.
_DOUBTS_OF_NUMBERS = {
    NO_DIGIT: NO_NUMBER,
    SEVERAL_THINGS: NO_NUMBER,
    DOT_OR_DASH: "This looks like a dot or a dash: write digits, 0 to 9, side by side.",
}
# What looks like one digit as a whole is one if that is likelier than several are, by so much for
# each of these beyond the first, as a natural logarithm: the whole of two digits that touch looks
# like one of them, to a network that was shown single digits alone.
_AGAINST_EACH_OTHER = 0.5
# One digit falls apart into no more. One that is wider than digits are, into no more than so many,
# of which one is no likelier, and it itself is so likely, as natural logarithms.
_MOST_OF_ONE = 3
_MOST_OF_WIDE, _HARDLY_THERE, _SURELY_ONE = 2, -2.0, -0.1
# Where the network of rows finds no digit at all, one must be so likely to be one nevertheless.
_SURE_AGAINST_ROW = 0.9
# Likewise one that is not clear is none where a letter is likelier, with so much against the digit,
# as a natural logarithm.
_AGAINST_DIGIT = 0.5
# So many, and such a share of all signs, are strokes where one digit is drawn with dashes.
_FEWEST_DASHES, _MOSTLY_DASHES = 4, 0.75
# So many digits, such a share of them 1s, and as many that meet a line of the paper, within so many
# strokes' widths, are joints of tiles or boards.
_FEWEST_JOINTS, _MOSTLY_JOINTS, _MEETS_LINE = 3, 0.8, 2
# Found on 893 numbers of `benchmarks/whole_numbers.py --validation`; on 1,789 of them, read with
# another network of rows, the calibration error is 1.0%.
_LOG_ODDS, _WEIGHTS, _WEIGHT_OF_UNCLEAR = 4.6, np.array([0.69, 0.15, 0.69]), 1.7
# Likewise of each letter before all digits of its row or behind them, as of a unit: on 157 photos,
# 25 of them with such letters, of which 23 are read right.
_WEIGHT_OF_LETTER_BESIDE = 0.5
# So many letters in a row are a word, and in more rows than these nobody writes words.
_LEAST_OF_WORD, _MOST_ROWS_OF_WORDS = 3, 6
# What is so hardly believed, beside so many times as many signs that went as words, is what a page
# of writing happens to look like: none of 1,029 photos that were read right was believed so little.
_HARDLY_BELIEVED, _MUCH_WRITING = 0.1, 2
# What needs no space behind it at the beginning of a row: nothing, or the plus of a written sum,
# which stands in the margin.
_IN_MARGIN = ("", "+")
# Of the height of a row.
_AS_TALL_AS_LETTERS = 0.5
# Odds against it, as a natural logarithm, beyond which confidence is 0 to every digit shown.
_HARDLY = 50.0
# As a natural logarithm: what its row is so sure of is no doubtful digit, however it is cut.
_CLEAR_IN_ROW = -2.5
# Of the smaller one's side: how far the boxes of two digits lie in each other at most.
_DEEPEST = 0.4


@dataclass(frozen=True, eq=False)
class DigitInNumber:
    """One digit of a number.

    Attributes:
        reading: as `read_digit` gives it; its `placement` leads into the picture of the number.
        box: where it is: x, y, width, height, pixels of the upright picture.
        row: 0 is the first from above.
    """

    reading: Reading
    box: Box
    row: int


@dataclass(frozen=True)
class Mark:
    """What is written and is no digit.

    Attributes:
        kind: "dash", "point", "comma", "slash", "colon", "currency sign", "letter" or "unknown",
            such as a plus or an apostrophe.
        box: where it is: x, y, width, height, pixels of the upright picture.
        row: 0 is the first from above.
    """

    kind: str
    box: Box
    row: int


@dataclass(frozen=True, eq=False)
class NumberReading:
    """What the network reads in a picture of a number.

    Attributes:
        text: the digits alone; rows joined by a new line, clear gaps inside a row by " ".
        written: with what stands between them, as far as it is sure: "12.50", "-5", "12+5=17";
            a currency sign that is printed before a number is not written, nor # and * around an
            amount.
        digits: in reading order.
        marks: what is no digit, in reading order.
        confidence: that `text` is right as a whole, in [0, 1].
        doubt: why this may be no number at all, in a sentence for people; None for a number.
        picture: uint8 (H, W, 3), the upright picture, RGB, into which all placements lead.
    """

    text: str
    written: str
    digits: tuple[DigitInNumber, ...]
    marks: tuple[Mark, ...]
    confidence: float
    doubt: str | None
    picture: NDArray[np.uint8]

    @property
    def is_number(self) -> bool:
        """Whether this looks like a number."""
        return self.doubt is None


def read_number(
    picture: Picture,
    *,
    ink: Ink = "auto",
    model: AnyNetwork | None = None,
    hand: Hand | None = None,
) -> NumberReading:
    """Read the number in a picture.

    Args:
        picture: as for `read_digit`.
        ink: whether the ink is "dark" or "light" against the paper; "auto" finds out.
        model: from `load_network` or `load_model`; None takes the default network.
        hand: as for `read_digit`.

    Raises:
        PictureError: the picture cannot be read, is too large, or shows more than `MOST_DIGITS`.
        NoInkError: nothing is drawn on it.
        ModelError: as `read_digit`.
        ValueError: `ink` is none of those named.
    """
    network = with_hand(as_network(model), hand)
    number = _read_decoded(decode_picture(picture), ink, network)
    return number if len(number.digits) <= MOST_DIGITS else _refuse()


def _read_decoded(decoded: DecodedPicture, ink: Ink, network: Network) -> NumberReading:
    drawn = find_drawn_ink(decoded, ink)
    alone: _Alone | None = None
    if drawn is not None and not drawn.is_several:
        alone = _read_alone(decoded, ink, network)
        may_be_ones = alone.text == "1" and drawn.are_two_strokes
        if alone.is_sure and drawn.is_all_in(alone.prepared) and not may_be_ones:
            return _of_one_digit(alone)
    try:
        sheet = prepare_sheet(decoded, ink)
    except NoInkError:
        return _of_one_digit(alone or _read_alone(decoded, ink, network))
    found = find_rows(sheet.ink_map)
    if sum(len(row.parts) for row in found) > MOST_PARTS:
        alone = alone or _read_alone(decoded, ink, network)
        return _of_one_digit(alone) if alone.reading.is_digit else _refuse()
    found, sheet = without_drawings(found, sheet, network)
    found = rows_apart(found, sheet.ink_map)
    row_network = load_row_network()
    all_rows = _without_rings(read_rows(found, sheet, network, row_network))
    beside_words = all_rows if row_network is None else without_words(all_rows)
    beside_words = without_bullets(without_strokes_of_plans(beside_words, sheet))
    rows = told_apart_in_grid([row for row in beside_words if row.digits])
    may_be_dashes = _may_be_dashes(all_rows)
    if _are_several(_digits_among(rows)) and not may_be_dashes:
        number = _assembled(rows, sheet, decoded.pixels, network)
        if number.is_number or (drawn is not None and drawn.is_several):
            return number
    try:
        alone = alone or _read_alone(decoded, ink, network)
    except NoInkError:  # of one digit, that is: a sheet is looked at otherwise
        if not rows:
            raise
        return _with_true_reason(_assembled(rows, sheet, decoded.pixels, network), all_rows)
    if row_network is not None and not rows and _is_none_in_row(alone, all_rows):
        number = _of_one_digit(alone, doubt=NO_NUMBER)
    elif may_be_dashes and alone.is_clear and not alone.is_wide and alone.text != "1":
        number = _of_one_digit(alone)
    else:
        number = _either(alone, rows, sheet, network)
    if number.is_number and _is_of_writing(number, rows, all_rows):
        number = replace(number, doubt=NO_NUMBER)
    return _with_true_reason(number, all_rows)


def _is_of_writing(
    number: NumberReading, rows: Sequence[RowReading], all_rows: Sequence[RowReading]
) -> bool:
    """Whether what is hardly believed to be a number is little of all that is written."""
    left, written = (sum(len(row.signs) for row in each) for each in (rows, all_rows))
    return number.confidence < _HARDLY_BELIEVED and written - left >= _MUCH_WRITING * left


def _with_true_reason(number: NumberReading, rows: Sequence[RowReading]) -> NumberReading:
    """A number with the reason of its doubt, if there is one, that its rows and its picture tell.

    Letters are told by the rows alone, and what is made of them looks like anything else.
    """
    if number.doubt is None or not number.digits:
        return number
    reason = _true_reason(number, rows)
    digits = number.digits
    if len(digits) == 1:  # it is shown as a digit, which says the same
        digits = (replace(digits[0], reading=replace(digits[0].reading, doubt=reason)),)
    return replace(number, doubt=reason, digits=digits)


def _true_reason(number: NumberReading, rows: Sequence[RowReading]) -> str:
    assert number.doubt is not None
    letters = max((_letters_in(row) for row in rows), default=0)
    is_one_line = sum(len(row.row.parts) for row in rows) == 1  # a scribble, or joined writing
    is_general = number.doubt == NO_NUMBER
    is_many = is_general and len(rows) > _MOST_ROWS_OF_WORDS
    if is_many or shows_something_else(number.picture):
        return SOMETHING_ELSE
    if letters >= _LEAST_OF_WORD and not is_one_line:
        return LETTERS
    if not is_general:
        return number.doubt
    first = number.digits[0].reading
    in_picture = reason_in_picture(number.picture, first.network_input, first.placement)
    return in_picture or (LETTER_OR_DRAWING if letters else NO_NUMBER)


def _letters_in(row: RowReading) -> int:
    """How many there are in a row that is mostly letters, of which a sign may hold several."""
    kinds = [sign.kind for sign in row.signs]
    letters = kinds.count("letter")
    if letters <= len(kinds) / 2:
        return 0
    tall = sum(part.height >= _AS_TALL_AS_LETTERS * row.row.height for part in row.row.parts)
    return max(letters, tall)


def _refuse() -> NoReturn:
    raise PictureError(
        f"There is too much on this picture: show no more than {MOST_DIGITS} digits at a time."
    )


def read_numbers(
    pictures: Iterable[Picture],
    *,
    ink: Ink = "auto",
    model: AnyNetwork | None = None,
    hand: Hand | None = None,
) -> list[NumberReading | PictureError]:
    """Read the number in each of many pictures.

    Args:
        pictures: each as for `read_digit`.
        ink, model, hand: as for `read_number`, for all of them.

    Returns:
        In order, what was read in each picture, or why it could not be read.

    Raises:
        ModelError, ValueError: as `read_number`.
    """
    network = with_hand(as_network(model), hand)

    def read(picture: Picture) -> NumberReading | PictureError:
        try:
            return read_number(picture, ink=ink, model=network)
        except PictureError as error:
            return error

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(read, pictures))


# --- one digit


@dataclass(frozen=True, eq=False)
class _Alone:
    """What `read_digit` says of a picture.

    Attributes:
        reading: all ten digits in its `top_k`.
        prepared: what the network saw.
        logits: float32 (10,).
        score: natural logarithm of how likely this is one digit, and that one.
        is_clear: whether the network is surely shown this digit.
        is_sure: whether there is nothing else that it may be, either.
    """

    reading: Reading
    prepared: PreparedDigit
    logits: NDArray[np.float32]
    score: float
    is_clear: bool
    is_sure: bool

    @property
    def text(self) -> str:
        """The digit that is likeliest."""
        return str(self.reading.top_k[0][0])

    @property
    def is_wide(self) -> bool:
        """Whether it is wider than any digit."""
        _, _, width, height = self.box
        return width > WIDEST_DIGIT * height

    @property
    def box(self) -> Box:
        """Where its ink is: x, y, width, height, pixels of the upright picture."""
        prepared, shape = self.prepared, self.reading.picture.shape
        return box_of_ink(prepared.network_input, prepared.placement, shape)


def _read_alone(decoded: DecodedPicture, ink: Ink, network: Network) -> _Alone:
    candidates = prepare_candidates(decoded, ink)
    ready = choose_candidate(ReadyPicture(decoded, candidates), network)
    logits = predict_logits(ready.network_input[None], network)
    reading = make_readings([ready], logits, CLASSES, network)[0]
    rows, columns = np.nonzero(ready.network_input)
    is_narrow = np.ptp(columns) <= WIDEST_ALONE * np.ptp(rows)
    is_clear = reading.is_digit and float(logits.max()) >= SURELY_ALONE
    return _Alone(
        reading=reading,
        prepared=ready.prepared,
        logits=logits[0],
        score=float(digit_scores(logits, network)[0]),
        is_clear=is_clear,
        is_sure=len(candidates) == 1 and bool(is_narrow and is_clear),
    )


def _of_one_digit(
    alone: _Alone,
    marks: tuple[Mark, ...] = (),
    written: str = "",
    doubt: str | None = None,
) -> NumberReading:
    digit, confidence = alone.reading.top_k[0]
    doubt = alone.reading.doubt or doubt
    reading = replace(alone.reading, doubt=_DOUBTS_OF_NUMBERS.get(doubt or "", doubt))
    return NumberReading(
        text=str(digit),
        written=written or str(digit),
        digits=(DigitInNumber(reading, alone.box, 0),),
        marks=marks,
        confidence=confidence,
        doubt=reading.doubt,
        picture=reading.picture,
    )


def _either(
    alone: _Alone, rows: Sequence[RowReading], sheet: Sheet, network: Network
) -> NumberReading:
    """One digit or several, whichever is likelier."""
    digits = _digits_among(rows)
    if len(digits) == 1 and _is_within(digits[0].part, alone.box, sheet):
        return _of_one_digit(alone, _marks_of(rows, sheet), _written(rows, [alone.reading]))
    number = _assembled(rows, sheet, alone.reading.picture, network)
    total = sum(sign.score for sign in digits)
    covers_all = all(_is_within(sign.part, alone.box, sheet) for sign in digits)
    bias = _AGAINST_EACH_OTHER * (len(digits) - 1)
    may_be_wide = _is_surely_one(alone, digits)
    is_one = alone.reading.is_digit and covers_all and (may_be_wide or not alone.is_wide)
    is_one &= alone.score > total + bias and not _are_several(digits)
    are_many = _are_many(digits)
    if not digits or (
        not are_many and (is_one or (alone.reading.is_digit and not number.is_number))
    ):
        return _of_one_digit(alone)
    is_one_thing = covers_all and not alone.is_wide and alone.reading.doubt != SEVERAL_THINGS
    is_one_thing &= number.doubt != SOMETHING_ELSE and not are_many
    return number if number.is_number or not is_one_thing else _of_one_digit(alone)


def _is_none_in_row(alone: _Alone, rows: Sequence[RowReading]) -> bool:
    """Whether what looks like one digit is none, in rows that hold no digit."""
    if alone.reading.top_k[0][1] < _SURE_AGAINST_ROW:
        return True
    if sum(len(row.row.parts) for row in rows) > 1:  # pieces, each of which may be like a letter
        return False
    letters = [sign.score for row in rows for sign in row.signs if sign.kind == "letter"]
    may_be = not alone.is_clear and alone.text != "1"  # which is as some letters are
    return may_be and max(letters, default=-np.inf) + _AGAINST_DIGIT > alone.score


def _is_surely_one(alone: _Alone, digits: Sequence[Sign]) -> bool:
    """Whether it is a digit for sure, however wide, and no pair, of which one is hardly there."""
    if alone.score < _SURELY_ONE or len(digits) > _MOST_OF_WIDE:
        return False
    return min((digit.score for digit in digits), default=0.0) < _HARDLY_THERE


def _digits_among(rows: Sequence[RowReading]) -> list[Sign]:
    return [sign for row in rows for sign in row.signs if sign.kind == "digit"]


def _are_several(digits: Sequence[Sign]) -> bool:
    """Whether there are at least two, each surely a digit, and none around another or over it."""
    if len(digits) < 2 or not all(map(_is_surely_there, digits)):
        return False
    parts = [digit.part for digit in digits]
    return all(_keep_apart(*pair) for pair in _overlapping(parts))


def _are_many(digits: Sequence[Sign]) -> bool:
    """Whether so many are surely there as no single digit falls apart into, though others are not.

    What looks like one digit around them is their paper.
    """
    sure = [digit for digit in digits if _is_surely_there(digit)]
    return len(sure) > max(_MOST_OF_ONE, len(digits) // 2) and _are_several(sure)


def _is_surely_there(digit: Sign) -> bool:
    """By the row, where that was asked, and else by the digit alone."""
    if digit.log_shares is not None:
        return is_surely_there(digit)
    return digit.logits is not None and float(digit.logits.max()) >= SURELY_ALONE


def _overlapping(parts: Sequence[Part]) -> list[tuple[Part, Part]]:
    """Those whose boxes lie in each other by more than neighbours' boxes mostly do."""
    corners = np.array([[part.x, part.y] for part in parts])
    sizes = np.array([[part.width, part.height] for part in parts])
    ends, pairs = corners + sizes, np.triu(np.ones((len(parts), len(parts)), bool), 1)
    for axis in (0, 1):
        start, end, size = corners[:, axis], ends[:, axis], sizes[:, axis]
        shared = np.minimum.outer(end, end) - np.maximum.outer(start, start)
        pairs &= shared > _DEEPEST * np.minimum.outer(size, size)
    return [(parts[one], parts[other]) for one, other in np.argwhere(pairs)]


def _keep_apart(one: Part, other: Part) -> bool:
    """Whether the same of two parts is on the left wherever both have ink, as of two slanted 1s."""
    first, stop = max(one.y, other.y), min(one.y + one.height, other.y + other.height)
    inks = [part.mask[first - part.y : stop - part.y] for part in (one, other)]
    shared = inks[0].any(axis=1) & inks[1].any(axis=1)
    starts = [one.x + inks[0].argmax(axis=1), other.x + inks[1].argmax(axis=1)]
    ends = [
        one.x + one.width - inks[0][:, ::-1].argmax(axis=1),
        other.x + other.width - inks[1][:, ::-1].argmax(axis=1),
    ]
    is_left, is_right = ends[0] <= starts[1], ends[1] <= starts[0]
    return bool(shared.any() and (is_left[shared].all() or is_right[shared].all()))


def _may_be_dashes(rows: Sequence[RowReading]) -> bool:
    """Whether hardly anything but short strokes was found, in several rows."""
    signs = [sign for row in rows for sign in row.signs]
    strokes = sum(sign.kind != "digit" or sign.written == "1" for sign in signs)
    return len(rows) > 1 and strokes >= max(_FEWEST_DASHES, _MOSTLY_DASHES * len(signs))


def _are_joints(digits: Sequence[Sign], sheet: Sheet) -> bool:
    """Whether hardly any digit is no 1 that leads to a line, as between tiles or boards."""
    most = _MOSTLY_JOINTS * max(_FEWEST_JOINTS, len(digits))
    ones = sum(digit.written == "1" for digit in digits)
    return ones >= most and sum(_meets_line(digit.part, sheet) for digit in digits) >= most


def _meets_line(part: Part, sheet: Sheet) -> bool:
    """Whether a line of the paper is at the top of a part or at its foot."""
    near, columns = round(_MEETS_LINE * sheet.stroke), slice(part.x, part.x + part.width)
    above = sheet.lines[max(0, part.y - near) : part.y + near, columns]
    foot = part.y + part.height
    return bool(above.any() or sheet.lines[foot - near : foot + near, columns].any())


def _without_rings(rows: Sequence[RowReading]) -> Sequence[RowReading]:
    """What is written, without the rings around digits, as lists have them."""
    digits = _digits_among(rows)
    zeros = [digit for digit in digits if digit.written == "0"]
    rings = {id(zero) for zero in zeros if any(_is_around(zero.part, each.part) for each in digits)}
    if not rings:
        return rows
    return [
        replace(row, signs=tuple(sign for sign in row.signs if id(sign) not in rings))
        for row in rows
    ]


def _is_around(outer: Part, inner: Part) -> bool:
    """Whether a part's box is inside of another's, and touches it nowhere."""
    return (
        outer.x < inner.x
        and outer.y < inner.y
        and inner.x + inner.width < outer.x + outer.width
        and inner.y + inner.height < outer.y + outer.height
    )


def _is_within(part: Part, box: Box, sheet: Sheet) -> bool:
    """Whether the middle of a part is inside of a box on the picture."""
    x, y, width, height = sheet.box_on_picture(part.x, part.y, part.width, part.height)
    left, top, wide, tall = box
    middle_x, middle_y = x + width / 2, y + height / 2
    return left <= middle_x <= left + wide and top <= middle_y <= top + tall


# --- several


def _assembled(
    rows: Sequence[RowReading], sheet: Sheet, picture: NDArray[np.uint8], network: Network
) -> NumberReading:
    placed = [
        (number, sign)
        for number, row in enumerate(rows)
        for sign in row.signs
        if sign.kind == "digit"
    ]
    digits = _digits_of(placed, sheet, picture, network)
    readings = [digit.reading for digit in digits]
    marks = _marks_of(rows, sheet)
    unclear = sum(sign.is_unclear for row in rows for sign in row.signs)
    clear = sum(reading.is_digit for reading in readings)
    doubt = None if clear > len(digits) - clear + unclear else NO_NUMBER
    if _are_joints([sign for _, sign in placed], sheet):
        doubt = SOMETHING_ELSE
    return NumberReading(
        text="\n".join(_texts(rows, readings, digits_only=True)),
        written=_written(rows, readings),
        digits=digits,
        marks=marks,
        confidence=_confidence(rows, readings),
        doubt=doubt,
        picture=picture,
    )


def _confidence(rows: Sequence[RowReading], readings: Sequence[Reading]) -> float:
    """That all digits of all rows are right and none is missing.

    By logistic regression (as Platt, 1999, scaled scores) on what the networks say of all signs but
    letters, which are rare among digits, of these signs among all others, and of each digit.
    """
    if not readings:
        return 0.0
    signs = [sign for row in rows for sign in row.signs]
    if any(sign.log_shares is None for sign in signs if sign.kind == "digit"):
        return float(np.exp(sum(sign.score for sign in signs)))  # no network of rows was asked
    score = sum(sign.score for sign in signs if not sign.is_unclear)
    sureness = sum(row.sureness for row in rows)
    shares = sum(np.log(max(reading.top_k[0][1], 1e-9)) for reading in readings)
    doubts = np.log1p(-np.minimum([5 * score, 20 * sureness, 20 * shares], 0.0))
    log_odds = _LOG_ODDS - float(doubts @ _WEIGHTS) - sum(map(_doubt_by_letters, rows))
    return float(1 / (1 + np.exp(min(-log_odds, _HARDLY))))


def _doubt_by_letters(row: RowReading) -> float:
    """What letters of a row say against it: those among its digits may be digits themselves."""
    of_digits = [number for number, sign in enumerate(row.signs) if sign.kind == "digit"]
    among = row.signs[of_digits[0] : of_digits[-1]] if of_digits else ()
    inside = sum(sign.is_unclear for sign in among)
    beside = sum(sign.is_unclear for sign in row.signs) - inside
    return _WEIGHT_OF_UNCLEAR * inside + _WEIGHT_OF_LETTER_BESIDE * beside


def _digits_of(
    placed: Sequence[tuple[int, Sign]],
    sheet: Sheet,
    picture: NDArray[np.uint8],
    network: Network,
) -> tuple[DigitInNumber, ...]:
    ready, logits = [], []
    for _, sign in placed:
        prepared = sheet.prepare(sign.part)
        ready.append(ReadyPicture(DecodedPicture(picture), [prepared]))
        logits.append(np.asarray(sign.logits, np.float32))
    if not ready:
        return ()
    readings = make_readings(ready, np.stack(logits), CLASSES, network)
    return tuple(
        DigitInNumber(_in_its_row(reading, sign), _box_of(sign, sheet), row)
        for reading, (row, sign) in zip(readings, placed, strict=True)
    )


def _in_its_row(reading: Reading, sign: Sign) -> Reading:
    """A digit's reading with what its row says of it: how likely it is, and whether it is one."""
    if sign.log_shares is None:
        return reading
    probabilities = np.exp(sign.log_shares).astype(np.float32)
    is_clear = reading.doubt is None or sign.score >= _CLEAR_IN_ROW
    return replace(
        reading,
        probabilities=probabilities,
        top_k=top_k_of(probabilities, CLASSES),
        doubt=None if is_clear else reading.doubt,
    )


def _box_of(sign: Sign, sheet: Sheet) -> Box:
    part = sign.part
    return sheet.box_on_picture(part.x, part.y, part.width, part.height)


def _marks_of(rows: Sequence[RowReading], sheet: Sheet) -> tuple[Mark, ...]:
    return tuple(
        Mark(sign.kind, _box_of(sign, sheet), number)
        for number, row in enumerate(rows)
        for sign in row.signs
        if sign.kind != "digit"
    )


def _written(rows: Sequence[RowReading], readings: Sequence[Reading]) -> str:
    return "\n".join(_texts(rows, readings, digits_only=False))


def _texts(
    rows: Sequence[RowReading], readings: Sequence[Reading], *, digits_only: bool
) -> list[str]:
    """What each row says."""
    remaining = iter(readings)
    return [_row_text(row, remaining, digits_only=digits_only) for row in rows]


def _row_text(row: RowReading, readings: Iterator[Reading], *, digits_only: bool) -> str:
    """The signs of a row, with a space at each clear gap between two of them."""
    text, is_apart = "", False
    for sign, is_behind_gap in row.told if digits_only else row.told_of_numbers:
        own = str(next(readings).top_k[0][0]) if sign.kind == "digit" else sign.written
        is_apart |= is_behind_gap
        if own and (sign.kind == "digit" or not digits_only):
            text += " " + own if is_apart and text not in _IN_MARGIN else own
            is_apart = False
    return text
