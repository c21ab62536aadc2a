"""Rows that touch are read apart; what is high and no two signs stays whole."""

import cv2
import numpy as np
import pytest

from digits.picture.joined_rows import rows_apart
from digits.picture.row_finding import find_rows

PEN = 5


def rings(*places: tuple[int, int]) -> np.ndarray:
    """Float32 (260, 400): zeros, 44 pixels wide and 64 high, around places x, y."""
    ink_map = np.zeros((260, 400), np.float32)
    for place in places:
        cv2.ellipse(ink_map, place, (20, 30), 0, 0, 360, (1,), PEN)
    return ink_map


def heights(ink_map: np.ndarray) -> list[list[int]]:
    """Of all parts of all rows, from left to right."""
    rows = rows_apart(find_rows(ink_map), ink_map)
    return [[part.height for part in row.parts] for row in rows]


UPPER = [(60, 60), (130, 60), (200, 60)]


@pytest.mark.parametrize("below", [(60, 123), (130, 121), (70, 124)])
def test_a_digit_that_stands_on_one_below_is_cut_from_it(below: tuple[int, int]) -> None:
    lower = [below, (270, 124), (340, 124)]
    found = heights(rings(*UPPER, *lower))
    assert [len(row) for row in found] == [3, 3]
    assert all(50 <= height <= 75 for row in found for height in row)


def test_ends_of_two_strokes_that_touch_are_parted() -> None:
    ink_map = rings((60, 60), (200, 60), (60, 170), (200, 170))
    cv2.line(ink_map, (140, 25), (120, 116), (1,), PEN)
    cv2.line(ink_map, (120, 116), (126, 200), (1,), PEN)
    ink_map[112:114, :160] = 0
    ink_map[112:114, 121] = 1  # their ends hardly touch
    assert [len(row) for row in heights(ink_map)] == [3, 3]


def test_a_slash_and_a_long_tail_stay_whole() -> None:
    ink_map = rings((60, 60), (200, 60), (60, 190), (200, 190))
    cv2.line(ink_map, (140, 10), (110, 125), (1,), PEN)
    assert sorted(heights(ink_map)[0])[-1] > 110


def test_a_tall_letter_that_reaches_no_other_row_stays_whole() -> None:
    ink_map = rings((60, 170), (130, 170), (200, 170))
    cv2.ellipse(ink_map, (280, 170), (20, 30), 0, 0, 360, (1,), PEN)
    cv2.ellipse(ink_map, (280, 110), (20, 30), 0, 0, 360, (1,), PEN)
    assert heights(ink_map) == [[67, 67, 67, 127]]


def test_digits_far_behind_small_print_stay_whole() -> None:
    ink_map = np.zeros((260, 800), np.float32)
    for x in range(20, 260, 24):
        cv2.rectangle(ink_map, (x, 100), (x + 14, 128), (1,), 3)
    for x in (680, 740):
        for middle, half in ((88, 14), (118, 17)):  # an 8
            cv2.ellipse(ink_map, (x, middle), (half, half), 0, 0, 360, (1,), PEN)
    assert [height for row in heights(ink_map) for height in row][-2:] == [68, 68]


def test_a_drawing_that_is_joined_by_many_strokes_stays_whole() -> None:
    ink_map = rings((60, 60), (130, 60), (60, 190), (130, 190))
    for x in range(240, 340, 20):
        cv2.line(ink_map, (x, 30), (x, 220), (1,), PEN)
    cv2.rectangle(ink_map, (240, 30), (320, 220), (1,), PEN)
    assert max(height for row in heights(ink_map) for height in row) > 190
