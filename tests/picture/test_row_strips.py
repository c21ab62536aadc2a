"""A row on its strip: how high, how wide, where, and with a level baseline."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digits.picture.preparation import DIGIT_SIZE
from digits.picture.row_finding import find_rows
from digits.picture.row_strips import BASELINE, STRIP_HEIGHT, RowStrip, strip_of
from tests.picture.test_row_finding import sheet


def hollow(*boxes: tuple[int, int, int, int]) -> np.ndarray:
    """Boxes drawn with a usual pen: bold strokes would be narrowed."""
    ink_map = sheet(*boxes)
    for x, y, width, height in boxes:
        pen = max(1, round(0.12 * height))
        ink_map[y + pen : y + height - pen, x + pen : x + width - pen] = 0
    return ink_map


def strip_of_boxes(*boxes: tuple[int, int, int, int]) -> RowStrip:
    ink_map = hollow(*boxes)
    (row,) = find_rows(ink_map)
    return strip_of(row, ink_map)


def inked(strip: RowStrip) -> tuple[np.ndarray, np.ndarray]:
    """Its rows and columns with ink."""
    ink = strip.pixels > 0.5
    return np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))


@settings(max_examples=20, deadline=None)
@given(height=st.integers(20, 120), x=st.integers(0, 60), y=st.integers(0, 100))
def test_digits_are_as_high_as_everywhere_and_stand_on_the_baseline(
    height: int, x: int, y: int
) -> None:
    wide = height // 2
    strip = strip_of_boxes((x, y, wide, height), (x + height, y, wide, height))
    rows, _ = inked(strip)
    assert strip.pixels.shape[0] == STRIP_HEIGHT
    assert strip.pixels.max() == 1
    assert len(rows) == pytest.approx(DIGIT_SIZE, abs=2)
    assert rows[-1] == pytest.approx(BASELINE - 1, abs=1)


def test_a_column_of_the_sheet_is_found_again() -> None:
    strip = strip_of_boxes((30, 50, 40, 80), (130, 50, 40, 80))
    _, columns = inked(strip)
    assert columns[0] == pytest.approx(strip.column_of(30), abs=1)
    assert columns[-1] == pytest.approx(strip.column_of(169), abs=1)
    assert strip.column_of(130) - strip.column_of(30) == pytest.approx(100 * 20 / 80)


@pytest.mark.parametrize("rise", [-6, 6])
def test_a_baseline_that_climbs_is_level_on_the_strip(rise: int) -> None:
    strip = strip_of_boxes(*((10 + 45 * i, 130 + rise * i, 20, 40) for i in range(8)))
    rows, _ = inked(strip)
    assert len(rows) == pytest.approx(DIGIT_SIZE, abs=3)


def test_what_is_in_no_part_of_the_row_is_not_on_the_strip() -> None:
    upper = [(20, 20, 20, 40), (60, 24, 22, 40)]
    ink_map = hollow(*upper, (24, 90, 20, 40), (70, 96, 22, 40))
    first = strip_of(find_rows(ink_map)[0], ink_map)
    assert np.array_equal(first.pixels, strip_of_boxes(*upper).pixels)


def test_a_thin_line_does_not_fade() -> None:
    ink_map = sheet((20, 20, 2, 200), (120, 20, 2, 200))
    (row,) = find_rows(ink_map)
    strip = strip_of(row, ink_map)
    assert (strip.pixels.max(axis=0) > 0.9).sum() >= 2
