"""Which parts of the ink stand in one row, by hand."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digits.picture.row_finding import find_rows

Box = tuple[int, int, int, int]


def sheet(*boxes: Box, size: tuple[int, int] = (300, 400)) -> np.ndarray:
    """Solid boxes x, y, width, height."""
    ink_map = np.zeros(size, np.float32)
    for x, y, width, height in boxes:
        ink_map[y : y + height, x : x + width] = 1
    return ink_map


def boxes_of(ink_map: np.ndarray) -> list[list[Box]]:
    return [
        [(part.x, part.y, part.width, part.height) for part in row.parts]
        for row in find_rows(ink_map)
    ]


FIRST: list[Box] = [(20, 20, 20, 40), (60, 24, 22, 40), (110, 18, 18, 42)]
SECOND: list[Box] = [(24, 90, 20, 40), (70, 96, 22, 40)]


def test_rows_are_read_from_above_to_below_and_from_left_to_right() -> None:
    assert boxes_of(sheet(*SECOND[::-1], *FIRST[::-1])) == [FIRST, SECOND]


@given(st.integers(-7, 7))
def test_a_baseline_that_climbs_is_one_row(rise: int) -> None:
    boxes = [(10 + 45 * i, 130 + rise * i, 20, 40) for i in range(8)]
    rows = find_rows(sheet(*boxes))
    assert len(rows) == 1
    assert rows[0].slope == pytest.approx(rise / 45, abs=0.01)
    for x, y, _, height in boxes:
        assert rows[0].below_baseline(x + 10, y + height) == pytest.approx(0, abs=0.05)


@given(st.integers(-7, 7))
def test_digits_that_touch_are_as_high_and_upright_as_apart(rise: int) -> None:
    boxes = [(10 + 45 * i, 130 + rise * i, 20, 40) for i in range(8)]
    ink_map = sheet(*boxes)
    cv2.line(ink_map, boxes[0][:2], boxes[-1][:2], (1,), 3)
    (row,) = find_rows(ink_map)
    assert len(row.parts) == 1
    assert row.slope == pytest.approx(rise / 45, abs=0.03)
    assert row.height == pytest.approx(40, abs=14)
    assert row.slant == pytest.approx(0, abs=8)


def test_points_and_bars_go_to_the_row_that_they_are_close_to() -> None:
    point, bar = (45, 56, 6, 6), (62, 14, 20, 5)
    rows = boxes_of(sheet(*FIRST, *SECOND, point, bar))
    assert point in rows[0]
    assert bar in rows[0]
    assert rows[1] == SECOND


@pytest.mark.parametrize("fall", [8, 10, 12])
def test_rows_that_fall_so_far_that_one_leads_into_another_are_told_apart(fall: int) -> None:
    """On a picture that was taken from aside: a long row, and a short one below its start."""
    rows = [
        [(20 + 45 * i, 20 + 60 * row + fall * i, 20, 40) for i in range(digits)]
        for row, digits in enumerate((8, 2))
    ]
    assert boxes_of(sheet(*rows[0], *rows[1])) == rows


def test_digits_that_a_line_has_cut_stay_in_their_row() -> None:
    upper: list[Box] = [(115, 97, 27, 34), (179, 91, 19, 43)]
    lower: list[Box] = [(101, 152, 39, 38), (153, 152, 21, 54)]
    (row,) = boxes_of(sheet(*upper, *lower, (208, 107, 13, 81), (228, 104, 59, 85)))
    assert len(row) == 6


@pytest.mark.parametrize("print_height", [6, 12])
def test_a_comma_beside_small_print_parts_no_number(print_height: int) -> None:
    printed = [(10 + 12 * i, 10, 8, print_height) for i in range(30)]
    number = [(20, 104, 20, 40), (60, 108, 20, 40), (88, 140, 6, 14), (100, 94, 20, 40)]
    assert boxes_of(sheet(*printed, *number)) == [printed, number]


def test_nor_is_a_comma_below_a_number_a_row() -> None:
    printed = [(10 + 12 * i, 10, 8, 12) for i in range(30)]
    number = [(20, 100, 20, 40), (60, 100, 20, 40), (88, 142, 6, 14), (100, 100, 20, 40)]
    assert boxes_of(sheet(*printed, *number)) == [printed, number]


def test_a_comma_of_half_a_digits_height_hangs_at_its_row() -> None:
    comma = (87, 55, 12, 24)
    assert boxes_of(sheet(*FIRST, comma, *SECOND)) == [[*FIRST[:2], comma, FIRST[2]], SECOND]
    digit = (87, 64, 20, 36)
    assert [digit] in boxes_of(sheet(*FIRST, digit, (20, 110, 20, 40), (70, 112, 22, 40)))


def test_a_comma_that_reaches_into_the_next_row_belongs_to_that_above() -> None:
    first = [(20, 20, 20, 40), (60, 20, 20, 40), (100, 20, 20, 40)]
    comma, second = (84, 50, 6, 18), [(40, 66, 20, 40), (91, 66, 30, 40)]
    assert boxes_of(sheet(*first, comma, *second)) == [[*first[:2], comma, first[2]], second]


def test_what_stands_behind_a_bold_comma_is_in_its_row() -> None:
    first = [(20, 20, 20, 40), (60, 20, 20, 40), (100, 16, 20, 38), (130, 16, 20, 38)]
    comma = (84, 49, 8, 24)
    assert boxes_of(sheet(*first, comma)) == [[*first[:2], comma, *first[2:]]]


def test_so_are_raised_cents_behind_a_comma() -> None:
    row = [(20, 20, 20, 40), (50, 49, 8, 16), (70, 14, 14, 24), (95, 14, 14, 24)]
    assert boxes_of(sheet(*row)) == [row]


def test_a_stroke_that_the_border_cuts_is_no_row() -> None:
    cut = (394, 200, 6, 40)
    assert boxes_of(sheet(*FIRST, *SECOND, cut)) == [FIRST, SECOND]
    assert boxes_of(sheet(*FIRST, *SECOND, (380, 200, 6, 40))) == [
        FIRST,
        SECOND,
        [(380, 200, 6, 40)],
    ]
    close_around = sheet(*FIRST, cut)[18:]
    assert len(boxes_of(close_around)) == 2


def test_nor_is_it_a_digit_of_the_row_that_it_is_far_from() -> None:
    cut = (0, 20, 8, 40)
    row = [(100, 20, 20, 40), (140, 20, 20, 40)]
    assert boxes_of(sheet(cut, *row)) == [row]
    assert boxes_of(sheet((9, 20, 8, 40), *row)) == [[(9, 20, 8, 40), *row]]
    near = [(45, 20, 20, 40), (85, 20, 20, 40)]
    assert boxes_of(sheet(cut, *near)) == [[cut, *near]]


def test_what_is_small_and_far_from_all_rows_is_no_sign() -> None:
    assert boxes_of(sheet(*FIRST, (350, 250, 8, 8))) == [FIRST]


def test_digits_that_lean_say_so() -> None:
    ink_map = np.zeros((100, 200), np.float32)
    for left in (20, 80, 140):
        for y in range(20, 80):
            ink_map[y, left + (80 - y) // 3 : left + (80 - y) // 3 + 6] = 1
    (row,) = find_rows(ink_map)
    assert row.slant == pytest.approx(np.rad2deg(np.arctan(1 / 3)), abs=2)


def test_no_ink_has_no_rows() -> None:
    assert find_rows(np.zeros((20, 30), np.float32)) == []
