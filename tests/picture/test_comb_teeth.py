"""The teeth of a comb go, and commas stay."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from digit_predictor import read_number
from digits.picture.comb_teeth import teeth_on_lines
from digits.picture.pixels import label_parts
from tests.drawings import DIGITS, draw

USUAL, LINE = 50, 100


def on_a_line(*bars: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Ink of bars whose lower ends stand on a line, and the line: bool (120, 500) each.

    Args:
        bars: x, width and height of each.
    """
    ink, line = np.zeros((120, 500), bool), np.zeros((120, 500), bool)
    line[LINE : LINE + 3] = True
    for x, width, height in bars:
        ink[LINE - 1 - height : LINE - 1, x : x + width] = True
    return ink, line


def gone(ink: np.ndarray, line: np.ndarray) -> list[int]:
    """Where bars begin that are teeth."""
    columns = teeth_on_lines(label_parts(ink), line, USUAL).any(axis=0)
    return np.flatnonzero(np.diff(columns.astype(int), prepend=0) == 1).tolist()


@pytest.mark.parametrize(
    ("at", "teeth"),
    [
        ([50, 100, 150, 200], [50, 100, 150, 200]),
        ([50, 100, 200, 250], [50, 100, 200, 250]),  # one touches a digit, and is not alone
        ([50, 100, 150, 400], [50, 100, 150, 400]),  # the next group of boxes has one that is alone
        ([50, 100], []),
        ([50, 170, 290, 410], []),  # commas, one for three digits
        ([50, 80, 125, 172], []),
    ],
)
def test_bars_are_teeth_if_they_are_a_box_apart(at: list[int], teeth: list[int]) -> None:
    assert gone(*on_a_line(*[(x, 4, 18) for x in at])) == teeth


def test_a_one_among_teeth_is_none() -> None:
    ink, line = on_a_line((50, 4, 18), (75, 4, 45), (100, 4, 18), (150, 4, 18))
    assert gone(ink, line) == [50, 100, 150]


def test_bars_that_stand_on_no_line_are_no_teeth() -> None:
    ink, line = on_a_line(*[(x, 4, 18) for x in (50, 100, 150, 200)])
    assert gone(ink, np.roll(line, 12, axis=0)) == []


def test_slanted_strokes_are_no_teeth() -> None:
    ink, line = on_a_line()
    drawn = ink.astype(np.uint8)
    for x in (50, 100, 150, 200):
        cv2.line(drawn, (x + 12, LINE - 20), (x, LINE - 2), 1, 3)
    assert gone(drawn > 0, line) == []


@pytest.mark.parametrize("frame", [True, False])
@pytest.mark.parametrize("text", ["2026", "30948", "0123456789"])
def test_digits_in_a_comb_are_a_number_without_marks(text: str, frame: bool) -> None:
    pitch, size, foot = 84, 78, 130
    photo = np.full((200, pitch * len(text) + 80, 3), 235, np.uint8)
    for place, digit in enumerate(text):
        own = draw(DIGITS[int(digit)], size, 6, (30, 30, 30), (235, 235, 235))
        x = 43 + pitch * place
        window = photo[foot - 6 - size : foot - 6, x : x + size]
        np.minimum(window, own, out=window)
    left, right, green = 40, 40 + pitch * len(text), (90, 160, 110)
    cv2.line(photo, (left, foot), (right, foot), green, 3)
    for x in range(left, right + 1, pitch):
        cv2.line(photo, (x, foot), (x, foot - 26), green, 3)
    if frame:
        cv2.rectangle(photo, (left, foot - 95), (right, foot), green, 3)
    grain = np.random.default_rng(1).normal(0, 2, photo.shape)
    number = read_number(np.clip(photo + grain, 0, 255).astype(np.uint8))
    assert number.written == text
    assert number.marks == ()


def test_commas_on_a_ruling_stay() -> None:
    ink, line = on_a_line()
    drawn = ink.astype(np.uint8)
    for x in (50, 160, 270):
        cv2.line(drawn, (x + 3, LINE - 16), (x, LINE - 2), 1, 3)
    assert gone(drawn > 0, line) == []
