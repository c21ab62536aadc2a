"""What a segment is taken for by what the networks say of it."""

import numpy as np
import pytest

from digits.network.row_signs import LETTER, MARKS, SIGNS
from digits.picture.row_finding import Part, Row
from digits.reading.number_lattice import Segment
from digits.reading.row_cutting import CutRow
from digits.reading.sign_scores import AskedDigits, Sign, _beside_evidence, _sign_in_row

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
    assert letter_among([], 38, [60, 60]) == letter_among([40], 38, [60]) == -2.0
    assert letter_among([60], 38, [60]) == -5.0
    assert letter_among([60], 58, []) == -5.0


def test_a_raised_cent_is_no_letter() -> None:
    assert letter_among([60, 60], 38, [], foot=40) == -5.0
