"""Drawings beside numbers are no digits, whatever the number; drawn here."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from digits.network.loading import load_network
from digits.picture.decoding import decode_picture
from digits.picture.preparation import prepare_sheet
from digits.picture.row_finding import find_rows
from digits.reading.drawings_beside import without_drawings
from digits.reading.number import read_number
from tests.drawings import DIGITS, Strokes, arc, draw

SIDE, PEN = 70, 5
HOUSE: Strokes = [
    [(10, 45), (50, 8), (90, 45)],
    [(18, 42), (18, 95), (82, 95), (82, 42)],
    [(42, 95), (42, 65), (60, 65), (60, 95)],
]
STAR: Strokes = [[(50, 5), (77, 86), (7, 36), (93, 36), (23, 86), (50, 5)]]
FACE: Strokes = [
    arc(50, 50, 42, 42, 0, 360),
    arc(50, 52, 24, 22, 20, 160),
    [(36, 36), (37, 41)],
    [(64, 36), (63, 41)],
]
MOUNTAINS: Strokes = [
    [(5, 90), (35, 25), (55, 65), (70, 40), (98, 90)],
    arc(80, 18, 9, 9, 0, 360),
]
FISH: Strokes = [
    arc(40, 55, 30, 18, 0, 360),
    [(68, 50), (95, 30), (95, 78), (68, 60)],
    [(22, 50)] * 2,
]


def rays(count: int, inner: float, outer: float, turned: float = 0.0) -> Strokes:
    angles = np.arange(count) * 2 * np.pi / count + turned
    return [
        [(50 + at * float(np.cos(a)), 50 + at * float(np.sin(a))) for at in (inner, outer)]
        for a in angles
    ]


SUN: Strokes = [arc(50, 50, 18, 18, 0, 360), *rays(9, 27, 45)]


def beside(rows: list[str], drawing: Strokes, size: int, *, is_left: bool) -> NDArray[np.uint8]:
    """Rows of digits, the middle of a drawing as high as theirs."""
    width, height = 55 * max(map(len, rows)), 90 * len(rows)
    sheet = np.full((max(height, size) + 80, width + size + 160, 3), 255, np.uint8)
    top, left = (len(sheet) - height) // 2, (size + 110 if is_left else 30)
    for number, row in enumerate(rows):
        for place, digit in enumerate(row):
            put(sheet, draw(DIGITS[int(digit)], SIDE, PEN), left + 55 * place, top + 90 * number)
    y = (len(sheet) - size) // 2
    put(sheet, draw(drawing, size, PEN), 30 if is_left else width + 120, y)
    return sheet


def put(sheet: NDArray[np.uint8], drawn: NDArray[np.uint8], x: int, y: int) -> None:
    place = sheet[y : y + len(drawn), x : x + drawn.shape[1]]
    np.minimum(place, drawn, out=place)


@pytest.mark.parametrize("is_left", [True, False])
@pytest.mark.parametrize("rows", [["2649"], ["70", "385"]])
@pytest.mark.parametrize("drawing", [HOUSE, STAR, FACE, MOUNTAINS, FISH, SUN])
def test_a_drawing_is_no_digit(drawing: Strokes, rows: list[str], is_left: bool) -> None:
    read = read_number(beside(rows, drawing, 180, is_left=is_left))
    assert read.text == "\n".join(rows)
    assert read.is_number


@settings(max_examples=15, deadline=None)
@given(count=st.integers(6, 12), turned=st.floats(0, 6), size=st.integers(120, 260))
def test_nor_is_a_sun_however_large(count: int, turned: float, size: int) -> None:
    sun = [arc(50, 50, 18, 18, 0, 360), *rays(count, 27, 45, turned)]
    assert read_number(beside(["83"], sun, size, is_left=False)).text == "83"


def test_digits_around_another_are_no_rays() -> None:
    sheet = np.full((330, 330, 3), 255, np.uint8)
    for number, digit in enumerate("111101111"):
        put(
            sheet,
            draw(DIGITS[int(digit)], SIDE, PEN),
            30 + 95 * (number % 3),
            30 + 95 * (number // 3),
        )
    assert "".join(read_number(sheet).text.split()) == "111101111"


def test_what_is_in_a_ring_stays_though_that_is_large() -> None:
    sheet = beside(["86"], [arc(50, 50, 45, 45, 0, 360)], 200, is_left=False)
    put(sheet, draw(DIGITS[5], SIDE, PEN), 30 + 90 + 110 + 40, 105)
    put(sheet, draw(DIGITS[2], SIDE, PEN), 30 + 90 + 110 + 95, 105)
    assert sorted(read_number(sheet).text.split()) == ["52", "86"]


def test_digits_that_touch_far_from_others_are_no_drawing_though_marks_are_between_them() -> None:
    sheet = np.full((130, 560, 3), 255, np.uint8)
    for digit, x in ((3, 20), (8, 75), (2, 300), (9, 348), (3, 414), (4, 452)):
        put(sheet, draw(DIGITS[digit], SIDE, PEN), x, 30)
    cv2.line(sheet, (352, 90), (460, 90), (0, 0, 0), 4)  # the pen stayed on the paper
    for y in (58, 76):
        cv2.circle(sheet, (411, y), 4, (0, 0, 0), -1)
    read = read_number(sheet)
    assert read.text.startswith("38 2")
    assert len(read.digits) >= 5


def test_a_climbing_row_of_digits_that_touch_is_no_drawing() -> None:
    sheet = np.full((330, 420, 3), 255, np.uint8)
    for digit, x in ((3, 20), (8, 75)):
        put(sheet, draw(DIGITS[digit], SIDE, PEN), x, 20)
    for number, digit in enumerate((2, 2, 2, 2, 2, 2)):
        put(sheet, draw(DIGITS[digit], SIDE, PEN), 20 + 31 * number, 230 - 7 * number)
    assert read_number(sheet).text == "38\n222222"


def test_nor_are_digits_that_touch_of_which_one_reaches_below() -> None:
    sheet = np.full((190, 480, 3), 255, np.uint8)
    for digit, x in ((3, 10), (8, 65), (6, 120)):
        put(sheet, draw(DIGITS[digit], SIDE, PEN), x, 40)
    for number in range(3):
        put(sheet, draw(DIGITS[2], SIDE, PEN), 240 + 34 * number, 40)
    put(sheet, draw(DIGITS[7], SIDE + 46, PEN), 336, 36)
    cv2.line(sheet, (262, 99), (388, 99), (0, 0, 0), 4)  # the pen stayed on the paper
    read = read_number(sheet)
    assert read.text.startswith("386")
    assert len(read.digits) >= 6


def test_nor_are_digits_that_a_pale_pattern_joins_and_makes_large() -> None:
    drawn = np.full((240, 420, 3), 255, np.uint8)
    for digit, x in ((6, 20), (9, 80), (2, 140), (8, 260), (5, 315)):
        put(drawn, draw(DIGITS[digit], SIDE, PEN), x, 80)
    sheet = prepare_sheet(decode_picture(drawn), "auto")
    pattern = np.zeros(sheet.ink_map.shape, np.float32)
    for slope in (-40, 40):
        cv2.line(pattern, (260, 110 + slope), (385, 110 - slope), 0.4, 3)
        cv2.line(pattern, (320 + slope, 20), (320 - slope, 215), 0.4, 3)
    sheet = replace(sheet, ink_map=np.maximum(sheet.ink_map, pattern))
    rows = find_rows(sheet.ink_map)
    assert max(part.height for row in rows for part in row.parts) > 150
    assert without_drawings(rows, sheet, load_network())[0] == rows


def test_a_drawing_alone_is_no_number() -> None:
    house = draw(HOUSE, 200, PEN)
    assert not read_number(
        np.pad(house, ((40, 40), (40, 40), (0, 0)), constant_values=255)
    ).is_number
