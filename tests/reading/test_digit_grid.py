"""Digits in a grid, each a number of its own, and numbers with a box for each digit; by hand."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digits.picture.row_finding import Part
from digits.reading.digit_grid import are_in_grid, are_in_squares
from digits.reading.number import read_number
from tests.drawings import DIGITS, draw

HEIGHT = 20


def digit(x: float, y: float) -> Part:
    """One that is twice as high as wide, by its middle."""
    return Part(round(x) - 5, round(y) - 10, np.ones((HEIGHT, 10), bool))


def rows_of(pitch: float, leading: float, *columns: tuple[int, ...]) -> list[list[Part]]:
    """Of each row the columns that hold a digit; distances in heights of a digit."""
    return [
        [digit(100 + pitch * HEIGHT * column, 100 + leading * HEIGHT * row) for column in own]
        for row, own in enumerate(columns)
    ]


FULL = (0, 1, 2), (0, 1, 2), (0, 1, 2)
SPARSE = (0, 3), (), (1, 2), (3,)


@pytest.mark.parametrize("columns", [FULL, SPARSE])
@given(pitch=st.floats(1.6, 4), leading=st.floats(1.1, 2))
def test_columns_of_digits_far_apart_are_a_grid(
    columns: tuple[tuple[int, ...], ...], pitch: float, leading: float
) -> None:
    assert are_in_grid(rows_of(pitch, min(leading, 1.2 * pitch), *columns), are_parted=False)


def test_between_lines_they_may_be_closer() -> None:
    rows = rows_of(1.3, 1.3, *FULL)
    assert are_in_grid(rows, are_parted=True)
    assert not are_in_grid(rows, are_parted=False)


def test_in_wide_cells_they_stand_here_and_there() -> None:
    rows = rows_of(2.5, 2.5, *FULL)
    rows[1] = [replace(part, x=part.x + 10) for part in rows[1]]
    assert are_in_grid(rows, are_parted=True)
    assert not are_in_grid(rows, are_parted=False)


def test_columns_of_a_sheet_that_is_turned_are_square_to_its_rows() -> None:
    rows = [
        [digit(100 + 50 * column - 8 * row, 100 + 50 * row + 8 * column) for column in range(4)]
        for row in range(4)
    ]
    assert are_in_grid(rows, are_parted=False, slope=8 / 50)
    assert not are_in_grid(rows, are_parted=False)


@pytest.mark.parametrize(
    "rows",
    [
        rows_of(0.9, 1.2, *FULL),  # numbers below each other
        rows_of(1.3, 2.4, *FULL),  # numbers in boxes, one field below the other
        rows_of(1.6, 1.6, (0, 1, 2, 3)),  # one row
        rows_of(2, 2, (0, 1), (0,)),  # too few
        rows_of(2, 1.5, (0,), (0,), (0,), (0,)),  # one column
        [*rows_of(2, 1.6, (0, 1)), [digit(116, 140), digit(154, 140)]],  # aside of each other
        [],
    ],
)  # fmt: skip
def test_what_is_no_grid(rows: list[list[Part]]) -> None:
    assert not are_in_grid(rows, are_parted=True)


PUZZLE = (0, 2, 3), (1, 2), (0, 2, 3), (), (1, 3)


@given(pitch=st.floats(0.95, 2.5), wide=st.floats(0.85, 1.2))
def test_digits_between_empty_squares_are_a_grid_however_close(pitch: float, wide: float) -> None:
    assert are_in_squares(rows_of(wide * pitch, pitch, *PUZZLE))


@pytest.mark.parametrize(
    "rows",
    [
        rows_of(1.2, 1.2, (0, 1, 2, 3), (2, 3), (1, 2, 3)),  # on squared paper, no square empty
        rows_of(1.2, 1.2, (0, 1, 4, 5, 6), (0, 1, 2, 5, 6)),  # likewise, two numbers a row
        rows_of(0.7, 1.5, (0, 4), (0, 1, 4)),  # numbers side by side
        rows_of(0.8, 0.8, (0, 2), (1, 2), (0, 1)),  # rows that touch
        rows_of(1.05, 1.7, (0, 1, 4, 5), (0, 4)),  # numbers in wide cells
        rows_of(1.2, 1.2, (0, 2, 5)),
        [],
    ],
)
def test_what_is_no_puzzle(rows: list[list[Part]]) -> None:
    assert not are_in_squares(rows)


def test_a_puzzle_of_numbers_is_read_digit_by_digit() -> None:
    digits = {(0, 0): 7, (0, 1): 2, (1, 1): 5, (1, 2): 3, (2, 0): 2, (2, 2): 8}
    cell = 90
    sheet = np.full((3 * cell + 60, 3 * cell + 60), 255, np.uint8)
    for line in range(4):
        at = 30 + cell * line
        cv2.line(sheet, (30, at), (30 + 3 * cell, at), (90,), 2)
        cv2.line(sheet, (at, 30), (at, 30 + 3 * cell), (90,), 2)
    for (row, column), drawn in digits.items():
        small = draw(DIGITS[drawn], 64, 5)[:, :, 0]
        y, x = 30 + cell * row + 13, 30 + cell * column + 13
        place = sheet[y : y + 64, x : x + 64]
        np.minimum(place, small, out=place)
    assert read_number(sheet).text == "7 2\n5 3\n2 8"
