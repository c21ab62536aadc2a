"""What a segment is taken for by what the networks say of it."""

import numpy as np
import pytest

from digits.network.row_signs import LETTER, MARKS, SIGNS
from digits.picture.row_finding import Part, Row
from digits.reading.number_lattice import Segment, join_parts
from digits.reading.number_marks import MarkGuess
from digits.reading.row_cutting import CutRow
from digits.reading.sign_scores import (
    AskedDigits,
    Sign,
    _beside_evidence,
    _mark_by_shape,
    _sign_in_row,
)

HEIGHT = 60


def taken(sign: str, width: int, *, is_last: bool = True) -> Sign:
    """What a low part behind a digit is taken for that looks like a sign."""
    digit, another = (Part(x, 0, np.ones((HEIGHT, 30), bool)) for x in (0, 120))
    low = Part(60, 40, np.ones((12, width), bool))
    parts = (digit, low) if is_last else (digit, low, another)
    row = Row(parts, HEIGHT, 0.0, HEIGHT - 1.0, 0.0)
    segments = [Segment(number, number + 1, part) for number, part in enumerate(parts)]
    many = len(parts)
    cut = CutRow(row, 6.0, parts, list(range(many)), [True] * many, [None] * many, segments, {})
    evidence = np.where(np.arange(len(SIGNS)) == SIGNS.index(sign), -0.1, -9.0)
    nothing = np.zeros(len(SIGNS))
    return _sign_in_row(segments[1], cut, AskedDigits({}, {}, {}), evidence, nothing)


def cut_of(
    parts: list[Part], pieces: list[Part], parents: list[int], *, dots: tuple[int, ...] = ()
) -> CutRow:
    """A row whose parts are cut into pieces, each a segment, some of which are like points."""
    row = Row(tuple(parts), HEIGHT, 0.0, HEIGHT - 1.0, 0.0)
    segments = [Segment(number, number + 1, piece) for number, piece in enumerate(pieces)]
    are_whole = [parents.count(parent) == 1 for parent in parents]
    point = MarkGuess("point", 0.95)
    marks = [point if number in dots else None for number in range(len(pieces))]
    return CutRow(row, 6.0, pieces, parents, are_whole, marks, segments, {})


def beside(cut: CutRow, number: int, sign: str) -> float:
    """What counts for a sign of a number's row beside what the network of rows says."""
    found = _beside_evidence(cut.segments[number], cut, AskedDigits({}, {}, {}), True)
    return float(found[SIGNS.index(sign)])


def box(x: int, y: int, width: int, height: int) -> Part:
    return Part(x, y, np.ones((height, width), bool))


def test_what_is_low_and_stands_on_the_baseline_is_sooner_a_letter() -> None:
    high, low = box(0, 0, 30, HEIGHT), box(60, 24, 30, 36)

    def of_letter(*, last: Part, touches: Part | None = None) -> float:
        parts = [high, last] if touches is None else [high, touches]
        return beside(cut_of(parts, [high, last], [0, 1]), 1, LETTER)

    usual = of_letter(last=box(60, 0, 30, HEIGHT))
    assert of_letter(last=low) == usual + 3
    assert of_letter(last=box(60, 0, 30, 36)) == usual  # raised cents
    first = cut_of([low, box(120, 0, 30, HEIGHT)], [low, box(120, 0, 30, HEIGHT)], [0, 1])
    assert beside(first, 0, LETTER) == usual  # a currency sign
    assert of_letter(last=low, touches=box(60, 0, 60, HEIGHT)) == usual  # cut from a k


def test_a_slash_before_a_colon_is_as_rare_as_one_at_an_end() -> None:
    digits = [box(0, 0, 30, HEIGHT), box(40, -8, 20, 76), box(120, 0, 30, HEIGHT)]
    dots = [box(80, 15, 8, 8), box(80, 45, 8, 8)]

    def of_slash(behind: list[Part], **marks: tuple[int, ...]) -> float:
        parts = [*digits[:2], *behind, digits[2]]
        return beside(cut_of(parts, parts, list(range(len(parts))), **marks), 1, "/")

    assert of_slash(dots, dots=(2, 3)) == of_slash([]) - 4
    assert of_slash(dots[:1], dots=(2,)) == of_slash([])


def test_a_plus_that_touches_the_first_digit_is_one() -> None:
    cross = np.zeros((30, 30), bool)
    cross[12:18], cross[:, 12:18] = True, True
    plus, digit = Part(0, 20, cross), box(30, 0, 30, HEIGHT)
    whole = join_parts([plus, digit])
    cut = cut_of([whole, box(90, 0, 30, HEIGHT)], [plus, digit, box(90, 0, 30, HEIGHT)], [0, 0, 1])
    found = _mark_by_shape(cut.segments[0], cut)
    assert found is not None
    assert found.written == "+"
    assert _mark_by_shape(cut.segments[1], cut) is None


@pytest.mark.parametrize("sign", [".", ",", ":"])
def test_what_is_nearly_as_wide_as_digits_are_high_is_no_point_but_small_print(sign: str) -> None:
    assert taken(sign, width=20).kind == MARKS[sign]
    word = taken(sign, width=45)
    assert word.kind == "letter"
    assert word.is_unclear
    assert word.score == taken(sign, width=20).score


def test_a_dash_may_be_wider() -> None:
    assert taken("-", width=45).kind == "dash"


def test_among_digits_a_point_may_have_specks_beside_it() -> None:
    assert taken(".", width=45, is_last=False).kind == "point"


def letter_among(before: list[int], height: int, behind: list[int], *, foot: int = HEIGHT) -> float:
    """What counts for a letter among digits, of such heights that stand on the baseline."""
    heights = [*before, height, *behind]
    feet = [*[HEIGHT] * len(before), foot, *[HEIGHT] * len(behind)]
    parts = [
        Part(60 * number, at - tall, np.ones((tall, 30), bool))
        for number, (tall, at) in enumerate(zip(heights, feet, strict=True))
    ]
    row = Row(tuple(parts), HEIGHT, 0.0, HEIGHT - 1.0, 0.0)
    segments = [Segment(number, number + 1, part) for number, part in enumerate(parts)]
    many = len(parts)
    cut = CutRow(row, 6.0, parts, list(range(many)), [True] * many, [None] * many, segments, {})
    found = _beside_evidence(segments[len(before)], cut, AskedDigits({}, {}, {}), among_digits=True)
    return float(found[SIGNS.index(LETTER)] - found[SIGNS.index("-")])


def test_a_low_letter_before_all_digits_or_behind_is_less_rare_than_one_among_them() -> None:
    assert letter_among([60, 60], 38, []) == letter_among([60], 38, [40]) == -2.0
    assert letter_among([40], 38, [60]) == -2.0
    assert letter_among([], 38, [60, 60]) == -5.0  # it may be a currency sign
    assert letter_among([60], 38, [60]) == -5.0
    assert letter_among([60], 58, []) == -5.0


def test_a_raised_cent_is_no_letter() -> None:
    assert letter_among([60, 60], 38, [], foot=40) == -5.0
