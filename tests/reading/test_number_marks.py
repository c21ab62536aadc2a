"""Marks are told by their shape and place: each by hand, in a row whose digits are 100 high."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from digits.picture.row_finding import Part, Row
from digits.reading.number_marks import guess_detached, guess_mark, is_straight
from tests.drawings import DIGITS, draw

PEN = 10
ROW = Row((), 100.0, 0.0, 199.0, 0.0)
"""Its baseline is at y = 199."""


def part(*strokes: list[tuple[int, int]], pen: int = PEN) -> Part:
    sheet = np.zeros((320, 320), np.uint8)
    for stroke in strokes:
        cv2.polylines(sheet, [np.array(stroke, np.int32)], False, 1, pen)
    x, y, width, height = cv2.boundingRect(sheet)
    return Part(x, y, sheet[y : y + height, x : x + width] > 0)


MARKS = {
    "point": part([(100, 195), (100, 196)], pen=14),
    "comma": part([(100, 190), (92, 222)]),
    "dash": part([(80, 150), (130, 148)]),
    "slash": part([(90, 215), (145, 90)]),
    "colon": part([(100, 140), (100, 141)], [(100, 190), (100, 191)], pen=14),
    "plus": part([(80, 150), (130, 146)], [(103, 122), (107, 174)]),
    "equals": part([(80, 137), (130, 135)], [(82, 162), (131, 160)]),
}


@pytest.mark.parametrize("kind", MARKS)
def test_a_mark_is_what_it_looks_like(kind: str) -> None:
    guess = guess_mark(MARKS[kind], ROW, PEN)
    assert guess is not None
    assert guess.kind == kind
    assert guess.probability > 0.6


@pytest.mark.parametrize("digit", [0, 2, 3, 4, 5, 6, 8, 9])
def test_a_digit_is_like_no_mark(digit: int) -> None:
    ink = draw(DIGITS[digit], 130, PEN, (0,), (255,))[..., 0] < 128
    rows, columns = np.nonzero(ink)
    mask = ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    own = Part(50, 200 - len(mask), mask)
    assert guess_mark(own, ROW, PEN) is None
    assert not is_straight(own)


def test_a_one_that_leans_as_the_row_does_is_no_slash() -> None:
    leaning = part([(100, 198), (136, 100)])  # by 20°
    upright = guess_mark(leaning, ROW, PEN)
    slanted = guess_mark(leaning, Row((), 100.0, 0.0, 199.0, 20.0), PEN)
    assert upright is not None
    assert upright.kind == "slash"
    assert slanted is None or slanted.probability < 0.1 < upright.probability


def test_a_dash_at_the_foot_is_hardly_one() -> None:
    low = guess_mark(part([(80, 199), (140, 198)]), ROW, PEN)
    assert low is None or low.probability <= 0.1


def test_a_cross_as_high_as_digits_is_no_plus() -> None:
    assert guess_mark(part([(60, 150), (140, 150)], [(100, 105), (100, 195)]), ROW, PEN) is None


def test_a_dot_above_the_middle_may_be_half_of_a_colon() -> None:
    upper = part([(100, 140), (100, 141)], pen=14)
    assert guess_mark(upper, ROW, PEN) is None
    guess = guess_detached(upper, ROW, PEN)
    assert guess is not None
    assert guess.kind == "colon"


@given(arrays(bool, st.tuples(st.integers(1, 9), st.integers(1, 9))).filter(np.any))
def test_a_stroke_is_straight_if_the_eigenvalues_of_its_places_say_so(mask: np.ndarray) -> None:
    places = np.argwhere(mask) - np.argwhere(mask).mean(axis=0)
    small, large = np.linalg.eigvalsh(places.T @ places)
    share = np.sqrt(max(small, 0) / max(large, 1e-9))
    if abs(share - 0.2) > 1e-6:  # where it is straight, by a hair or not
        assert is_straight(Part(3, 5, mask)) == (share <= 0.2)
