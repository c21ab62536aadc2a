"""Where one side of a group of boxes is found, that of another is, whatever hides it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from digit_predictor import read_number
from digits.picture.lines_in_line import lines_in_line
from digits.picture.straight_lines import LevelLine
from tests.drawings import DIGITS, draw

USUAL, LINE = 40.0, 4
KNOWN = LevelLine(0.05, 100.0, 300, 420, float(LINE))


def ink_of(first: int, last: int, off: int = 0, slope: float = 0.05) -> np.ndarray:
    """A comb in line with another, whose line is known and not drawn; bool (200, 450)."""
    ink = np.zeros((200, 450), bool)
    for x in range(first, last):
        top = round(slope * x + 100.0 - (LINE - 1) / 2) + off
        ink[top : top + LINE, x] = True
    for x, beside in ((first + 1, off), (last - 2, off), (KNOWN.first, 0), (KNOWN.last, 0)):
        top = round(0.05 * x + 100.0) + beside
        ink[top - 30 : top, x - 1 : x + 2] = True
    return ink


def found_in(ink: np.ndarray) -> list[tuple[int, int]]:
    return [(line.first, line.last) for line in lines_in_line(ink, ink, [KNOWN], USUAL)]


@pytest.mark.parametrize("off", [-3, 0, 3])
def test_a_line_in_line_with_another_is_found_however_much_stands_on_it(off: int) -> None:
    ink = ink_of(50, 150, off)
    for x in range(55, 145, 12):  # closer than pieces by themselves would have to be long
        ink[60 : round(0.05 * x + 100) + off, x : x + 6] = True
    (line,) = lines_in_line(ink, ink, [KNOWN], USUAL)
    assert (line.first, line.last) == (50, 149)
    assert line.height == pytest.approx(100 + off, abs=1)


@pytest.mark.parametrize(
    "ink",
    [
        ink_of(50, 95),  # as long as the foot of a 2
        ink_of(50, 150, 12),  # beside its place
        ink_of(50, 150) & (np.arange(450) % 30 > 4),  # in pieces, as digits in a row are
        np.pad(np.ones((30, 100), bool), ((90, 80), (50, 300))),  # no line, but all ink
    ],
)
def test_what_is_too_short_or_too_thick_or_off_its_place_is_none(ink: np.ndarray) -> None:
    assert found_in(ink) == []


def test_a_stroke_through_a_line_does_not_end_it() -> None:
    ink = ink_of(50, 150)
    ink[60:140, 100:106] = True
    assert found_in(ink) == [(50, 149)]


def test_a_bold_row_that_lies_on_the_place_is_no_line() -> None:
    ink = ink_of(50, 150)
    for x in range(50, 150, 12):
        ink[60:140, x : x + 8] = True
    assert found_in(ink) == []


def test_a_short_comb_that_its_digits_touch_is_found_beside_others() -> None:
    sheet, foot, grey = np.full((190, 640, 3), 235, np.uint8), 130, (90, 90, 90)
    for group, text in enumerate(["28", "12", "09"]):
        left = 50 + 190 * group
        cv2.line(sheet, (left, foot), (left + 120, foot), grey, 4)
        for x, height in ((left, 60), (left + 60, 32), (left + 120, 60)):
            cv2.line(sheet, (x, foot), (x, foot - height), grey, 4)
        bottom = foot + (8 if group == 0 else -6)
        for x, digit in zip((left - 10, left + 50), text, strict=True):
            own = draw(DIGITS[int(digit)], 78, 7, (20, 20, 20), (235, 235, 235))
            window = sheet[bottom - 78 : bottom, x : x + 78]
            np.minimum(window, own, out=window)
    assert read_number(sheet).text == "28 12 09"


def test_a_piece_without_sides_at_its_ends_is_of_a_ruling() -> None:
    ink = ink_of(50, 150)
    ink[:95, 140:160] = False
    assert found_in(ink) == []


def test_nothing_is_in_line_with_a_ruling() -> None:
    ink = ink_of(50, 150)
    ink[:, 200:] = False
    assert found_in(ink) == []
