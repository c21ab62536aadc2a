"""Lines under small raised cents go; strokes of digits stay."""

import cv2
import numpy as np
import pytest

from digits.picture.cents_lines import lines_under_cents
from digits.picture.sheet_ink import find_sheet_ink
from digits.picture.straight_lines import LevelLine
from tests.picture.test_sheet_ink import on_grainy_paper, with_lines, written

HEIGHT, AT = 80.0, 80
LINE = LevelLine(0.0, AT, 200, 300, 6.0)
SMALL = 0.6


def amount(number: str, cents: str) -> np.ndarray:
    """An amount whose cents are smaller and higher, black on white, (200, ...)."""
    tall, low = written(number), written(cents)
    small = cv2.resize(low, None, fx=SMALL, fy=SMALL, interpolation=cv2.INTER_AREA)
    sheet = np.full((200, tall.shape[1] + small.shape[1]), 255, np.uint8)
    sheet[: tall.shape[0], : tall.shape[1]] = tall
    left, top = tall.shape[1] - 30, 20
    np.minimum(
        sheet[top : top + len(small), left : left + small.shape[1]],
        small,
        out=sheet[top : top + len(small), left : left + small.shape[1]],
    )
    return np.where(sheet < 128, 0, 255).astype(np.uint8)


def line_below(sheet: np.ndarray, digits: int, above: int, thickness: int) -> np.ndarray:
    """The sheet with a line under its last digits, so far above their feet, pixels."""
    left = sheet.shape[1] - round(SMALL * (90 * digits + 40)) + 2
    foot = int(np.flatnonzero((sheet[:, left + 10 :] < 128).any(axis=1))[-1])
    y = foot + thickness // 2 + 1 - above
    return with_lines(sheet, [((left, y), (sheet.shape[1] - 20, y - 1))], thickness)


@pytest.mark.parametrize("above", [-6, 2])
@pytest.mark.parametrize("cents", ["50", "36", "83"])
def test_a_line_under_cents_goes_though_they_touch_it(cents: str, above: int) -> None:
    bare = amount("429", cents)
    lined = line_below(bare, 2, above, 7)
    for found in (find_sheet_ink(lined).ink_map, find_sheet_ink(on_grainy_paper(lined)).ink_map):
        line = (lined < 128) & (bare >= 128)
        assert ((found > 0.5) & line).sum() < 0.15 * line.sum()
        assert ((found > 0.5) & (bare < 128)).sum() > 0.85 * (bare < 128).sum()


def test_so_do_two_that_touch() -> None:
    bare = amount("429", "50")
    lined = line_below(bare, 2, 2, 22)
    found = find_sheet_ink(lined).ink_map > 0.5
    line = (lined < 128) & (bare >= 128)
    assert (found & line).sum() < 0.15 * line.sum()


def ink(*bars: tuple[int, int, int, int]) -> np.ndarray:
    """Bars at x, y, as wide and high, and LINE."""
    sheet = np.zeros((160, 400), bool)
    sheet[AT - 3 : AT + 3, 200:301] = True
    for x, y, width, height in bars:
        sheet[y : y + height, x : x + width] = True
    return sheet


FRONT, FIRST, SECOND = (150, 20, 12, 90), (220, 30, 12, 46), (260, 30, 12, 46)


def test_two_small_digits_beside_a_taller_one_stand_on_one() -> None:
    found = lines_under_cents(ink(FRONT, FIRST, SECOND), [LINE], HEIGHT)
    assert np.array_equal(found, ink())


@pytest.mark.parametrize(
    "bars",
    [
        (FRONT, FIRST),  # as the foot of a 2
        (FIRST, SECOND),  # as those of two 2s
        (FRONT, FIRST, SECOND, (240, 30, 12, 46)),  # as the feet of digits behind a $
        (FRONT, FIRST, (235, 30, 70, 46)),  # two of which touch
        ((150, 20, 12, 55), FIRST, SECOND),  # of digits that are as high, with their feet
        ((150, 30, 12, 46), FIRST, SECOND),
        (FRONT, FIRST, SECOND, (240, AT + 3, 12, 40)),  # as the bars of two 4s
        (FRONT, (220, AT + 8, 12, 46), (260, AT + 8, 12, 46)),  # as the head of a 7
        (FRONT, (196, 30, 12, 47), (293, 30, 12, 47)),  # as the foot of a 0 behind a 1
        (FRONT, FIRST, SECOND, (285, 30, 30, 90)),  # as the bar of a 4 that touches others
    ],
)
def test_else_it_may_be_a_stroke(bars: tuple[tuple[int, int, int, int], ...]) -> None:
    assert not lines_under_cents(ink(*bars), [LINE], HEIGHT).any()


def test_a_steep_one_is_no_line() -> None:
    steep = LevelLine(0.3, AT - 75, 200, 300, 6.0)
    assert not lines_under_cents(ink(FRONT, FIRST, SECOND), [steep], HEIGHT).any()


def test_of_two_lines_both_are_found() -> None:
    second = LevelLine(0.0, AT + 14, 200, 300, 6.0)
    sheet = ink(FRONT, FIRST, SECOND, (200, AT + 11, 101, 6))
    found = lines_under_cents(sheet, [second, LINE], HEIGHT)
    assert np.array_equal(found, ink((200, AT + 11, 101, 6)))
