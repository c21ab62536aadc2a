"""Upright lines that are no strokes go, and 1s stay, whatever else is on the sheet."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from digits.picture.sheet_ink import find_sheet_ink
from tests.drawings import DIGITS, draw

PEN, SIDE, LEFT, TOP = 4, 100, 380, 40


def with_small_print(number: str) -> np.ndarray:
    """A number, and beside it so many lower letters that these are usual; uint8 (420, W)."""
    sheet = np.full((420, LEFT + 90 * len(number) + 60), 255, np.uint8)
    for place, digit in enumerate(number):
        own = draw(DIGITS[int(digit)], SIDE, PEN, (0,), (255,))[..., 0]
        x = LEFT + 20 + 90 * place
        window = sheet[TOP : TOP + SIDE, x : x + SIDE]
        np.minimum(window, own, out=window)
    for row in range(4):
        for column in range(12):
            at = (20 + 28 * column + 4 * row, 220 + 55 * row)
            cv2.putText(sheet, "enuras"[column % 6], at, cv2.FONT_HERSHEY_SIMPLEX, 1.5, 0, 6)
    return sheet


def digits_left(sheet: np.ndarray) -> np.ndarray:
    return find_sheet_ink(sheet).ink_map[: TOP + SIDE + 20, LEFT:] > 0.5


@pytest.mark.parametrize("number", ["195", "2018", "9112"])
def test_ones_beside_much_smaller_print_stay(number: str) -> None:
    sheet = with_small_print(number)
    assert np.array_equal(digits_left(sheet), sheet[: TOP + SIDE + 20, LEFT:] < 128)


def test_ones_in_a_box_beside_much_smaller_print_stay_and_the_box_goes() -> None:
    bare = with_small_print("195")
    boxed = bare.copy()
    cv2.rectangle(boxed, (LEFT + 4, TOP + 4), (boxed.shape[1] - 30, TOP + SIDE - 4), 0, 3)
    left, ink = digits_left(boxed), bare[: TOP + SIDE + 20, LEFT:] < 128
    assert (left & ink).sum() >= 0.93 * ink.sum()
    assert (left & ~ink).sum() <= 0.03 * ink.sum()


def test_a_thick_line_that_is_higher_than_the_digits_beside_it_goes() -> None:
    bare = with_small_print("295")
    lined = bare.copy()
    cv2.line(lined, (LEFT + 8, 4), (LEFT + 8, 200), 0, PEN)
    ink = bare[: TOP + SIDE + 20, LEFT:] < 128
    assert (digits_left(lined) & ~ink).sum() <= 0.02 * ink.sum()
