"""Bars that lead out of zeros on both sides go; those within, and the walls of eights, stay."""

import cv2
import numpy as np
import pytest

from digits.picture.crossed_zeros import find_bars_through_zeros
from digits.picture.sheet_ink import find_sheet_ink

PEN = 9


def zero(sheet: np.ndarray, x: int) -> np.ndarray:
    drawn = sheet.copy()
    cv2.ellipse(drawn, (x, 140), (38, 70), 0, 0, 360, 0, PEN)
    return drawn


def barred(sheet: np.ndarray, x: int, degrees: float, reach: int) -> np.ndarray:
    """A stroke through the middle of a zero."""
    drawn = sheet.copy()
    aside = round(reach * np.cos(np.deg2rad(degrees)))
    up = round(reach * np.sin(np.deg2rad(degrees)))
    cv2.line(drawn, (x - aside, 140 + up), (x + aside, 140 - up), 0, PEN)
    return drawn


BLANK = np.full((280, 560), 255, np.uint8)


@pytest.mark.parametrize(("degrees", "reach"), [(-15, 80), (0, 75), (20, 80), (40, 100)])
def test_a_bar_that_leads_out_on_both_sides_goes(degrees: float, reach: int) -> None:
    ring = zero(zero(BLANK, 150), 380)
    found = find_sheet_ink(barred(ring, 150, degrees, reach)).ink_map > 0.5
    ink = ring < 128
    assert (found & ink).sum() >= 0.97 * ink.sum()
    assert (found & ~ink).sum() <= 0.03 * ink.sum()


@pytest.mark.parametrize(
    "sheet",
    [
        barred(zero(BLANK, 150), 150, 40, 55),  # within, or nearly
        barred(zero(BLANK, 150), 150, 80, 130),  # a 1 over it
        barred(barred(zero(BLANK, 150), 150, 0, 75), 216, 85, 110),  # a 4 beside: it leads to ink
    ],
)
def test_other_bars_stay(sheet: np.ndarray) -> None:
    assert not find_bars_through_zeros(sheet < 128, PEN).any()


@pytest.mark.parametrize("waist", [0, 12])
def test_an_eight_stays(waist: int) -> None:
    sheet = BLANK.copy()
    cv2.ellipse(sheet, (150, 100), (34, 40 + waist), 0, 0, 360, 0, PEN)
    cv2.ellipse(sheet, (150, 180), (40, 40), 0, 0, 360, 0, PEN)
    assert not find_bars_through_zeros(sheet < 128, PEN).any()


@pytest.mark.parametrize("shift", [(-60, -90), (60, 20)])
def test_a_bar_is_the_same_wherever_it_is(shift: tuple[int, int]) -> None:
    mask = barred(zero(BLANK, 250), 250, 20, 80) < 128
    bars = find_bars_through_zeros(mask, PEN)
    assert bars.any()
    moved = find_bars_through_zeros(np.roll(mask, shift, axis=(0, 1)), PEN)
    assert np.array_equal(moved, np.roll(bars, shift, axis=(0, 1)))
