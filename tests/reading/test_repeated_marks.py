"""The pieces of a point, comma or colon are one mark."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from digit_predictor import read_number
from digits.picture.row_finding import Part
from digits.reading.repeated_marks import without_repeated_marks
from digits.reading.sign_scores import Sign
from tests.reading.test_number import SIZE, TOP, drawn_row


def sign(kind: str, x: int, score: float = -0.1) -> Sign:
    return Sign(Part(x, 10, np.ones((4, 4), bool)), kind, kind[0], None, None, score, score)


@pytest.mark.parametrize(
    ("kinds", "kept"),
    [
        ("digit point point digit", "digit point digit"),
        ("digit comma comma comma digit", "digit comma digit"),
        ("colon colon", "colon"),
        ("point digit point", "point digit point"),
        ("digit point comma digit", "digit point comma digit"),
        ("digit dash dash", "digit dash dash"),  # as at the end of an amount
        ("digit digit slash slash digit", "digit digit slash slash digit"),
        ("", ""),
    ],
)
def test_no_separator_stands_twice_side_by_side(kinds: str, kept: str) -> None:
    signs = [sign(kind, 10 * place) for place, kind in enumerate(kinds.split())]
    assert [each.kind for each in without_repeated_marks(signs)] == kept.split()


def test_the_mark_has_the_ink_of_its_pieces_and_the_likelier_score() -> None:
    found = without_repeated_marks([sign("colon", 10, -0.5), sign("colon", 16, -0.2)])
    (only,) = found
    assert (only.part.x, only.part.y, only.part.width, only.part.height) == (10, 10, 10, 4)
    assert np.count_nonzero(only.part.mask) == 32
    assert only.score == -0.2


@pytest.mark.parametrize("apart", [14, 18, 22])
def test_a_point_in_two_crumbs_is_a_point(apart: int) -> None:
    picture = drawn_row("12 45")
    foot = TOP + round(0.88 * SIZE)
    middle = 20 + 2 * 92 + 46
    for x in (middle - apart // 2, middle + apart // 2):
        cv2.circle(picture, (x, foot), 5, (0, 0, 0), -1)
    number = read_number(picture)
    assert number.written == "12.45"
    assert [mark.kind for mark in number.marks] == ["point"]
