"""Long straight lines are found wherever they lie, and strokes that cross them stay."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digits.picture.pixels import Mask
from digits.picture.straight_lines import find_level_lines, pixels_of_lines

HEIGHT, WIDTH = 100, 240


def line(start: tuple[int, int], stop: tuple[int, int], thickness: int = 3) -> Mask:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.line(mask, start, stop, 1, thickness)
    return mask > 0


@given(
    st.integers(10, 85), st.integers(-12, 12), st.integers(0, 60), st.integers(90, 170),
    st.integers(1, 5),
)  # fmt: skip
def test_a_line_is_found_where_it_was_drawn(
    y: int, rise: int, first: int, length: int, thickness: int
) -> None:
    last = first + length
    end = int(np.clip(y + rise, 5, 95))
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    off = rows - y - (end - y) * (columns - first) / length
    mask = (np.abs(off) <= thickness / 2) & (first <= columns) & (columns <= last)
    found = find_level_lines(mask, 60, 7)
    assert len(found) == 1
    assert found[0].first == pytest.approx(first, abs=4)
    assert found[0].last == pytest.approx(last, abs=4)
    middle = (first + last) / 2
    assert found[0].slope * middle + found[0].height == pytest.approx((y + end) / 2, abs=1)
    assert found[0].thickness == pytest.approx(thickness, abs=1.5)


def test_a_line_that_is_too_short_or_too_thick_is_none() -> None:
    assert not find_level_lines(line((20, 50), (70, 50)), 60, 7)
    bar = np.zeros((HEIGHT, WIDTH), bool)
    bar[40:56, 20:200] = True
    assert not find_level_lines(bar, 60, 7)
    assert not find_level_lines(line((20, 10), (200, 90)), 60, 7)


def test_dashes_in_a_row_are_no_line() -> None:
    mask = np.zeros((HEIGHT, WIDTH), bool)
    for x in range(10, 220, 40):
        mask |= line((x, 50), (x + 20, 50))
    assert not find_level_lines(mask, 60, 7)


def test_strokes_that_cross_a_line_stay_whole() -> None:
    ruling = line((0, 50), (239, 53), 3)
    strokes = np.zeros((HEIGHT, WIDTH), bool)
    for x in (40, 110, 180):
        strokes |= line((x, 15), (x + 12, 88), 7)
    mask = ruling | strokes
    left = mask & ~pixels_of_lines(mask, find_level_lines(mask, 120, 7))
    assert (left & strokes).sum() >= 0.97 * strokes.sum()
    far = cv2.dilate(strokes.astype(np.uint8), np.ones((9, 9), np.uint8)) == 0
    assert not (left & ruling & far).any()


def test_an_empty_mask_has_no_lines() -> None:
    nothing = np.zeros((HEIGHT, WIDTH), bool)
    assert not find_level_lines(nothing, 60, 7)
    assert not pixels_of_lines(nothing, []).any()
