"""Long straight lines are found wherever they lie, and strokes that cross them stay."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digits.picture.pixels import Mask
from digits.picture.straight_lines import LevelLine, find_level_lines, pixels_of_lines
from digits.picture.usual_strokes import Strokes

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


@pytest.mark.parametrize(
    ("line", "leads_out"),
    [
        (LevelLine(-0.1, 10.0, 0, 95, 5.0), True),  # at the left and at the upper side
        (LevelLine(0.0, 40.0, 0, 299, 5.0), True),  # at either end
        (LevelLine(0.1, 50.0, 20, 299, 5.0), False),  # at the right and at no other
        (LevelLine(0.0, 40.0, 20, 200, 5.0), False),
    ],
)
def test_a_line_leads_out_of_a_sheet_if_both_its_ends_reach_any_side(
    line: LevelLine, leads_out: bool
) -> None:
    assert line.leads_out_of(80, 300) == leads_out


def test_a_line_as_thick_as_strokes_is_none_if_it_leads_out_of_the_sheet_at_both_ends() -> None:
    ink = np.zeros((100, 400), bool)
    lines = [LevelLine(-0.1, 12.0, 0, 120, 6.0), LevelLine(-0.1, 62.0, 0, 120, 6.0)]
    for line in lines:
        for x in range(line.first, line.last + 1):
            y = round(line.slope * x + line.height)
            ink[max(0, y - 3) : y + 3, x] = True
    strokes = Strokes(height=50.0, width=6.0)
    assert [strokes.are_no_level(line, ink) for line in lines] == [True, False]
