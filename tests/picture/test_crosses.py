"""Two strokes across each other: drawn ones at any tilt, and digits, which are none."""

import cv2
import numpy as np
import pytest

from digits.picture.crosses import is_cross
from tests.drawings import DIGITS, draw


def cropped(mask: np.ndarray) -> np.ndarray:
    x, y, width, height = cv2.boundingRect(mask.astype(np.uint8))
    return mask[y : y + height, x : x + width]


def cross(tilt: float, pen: int, arms: tuple[int, int] = (60, 60)) -> np.ndarray:
    """Bool (h, w): a level stroke and an upright one, so long, turned by so many degrees."""
    sheet = np.zeros((200, 200), np.uint8)
    for angle, length in zip((tilt, tilt + 90), arms, strict=True):
        half = length / 2 * np.array([np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))])
        ends = [tuple((100 + sign * half).round().astype(int).tolist()) for sign in (-1, 1)]
        cv2.line(sheet, ends[0], ends[1], 1, pen)
    return cropped(sheet > 0)


@pytest.mark.parametrize("pen", [3, 8, 16])
@pytest.mark.parametrize("tilt", [-12, 0, 7, 15])
def test_two_strokes_are_a_cross_however_tilted_and_thick(tilt: float, pen: int) -> None:
    assert is_cross(cross(tilt, pen))
    assert is_cross(cross(tilt, pen, (70, 50)))


@pytest.mark.parametrize("pen", [3, 5, 7])
def test_a_blurred_cross_is_one_though_its_corners_are_filled(pen: int) -> None:
    sheet = np.zeros((80, 80), np.uint8)
    for start, stop in (((32, 40), (48, 40)), ((40, 32), (40, 48))):
        cv2.line(sheet, start, stop, 255, pen)
    assert is_cross(cropped(cv2.GaussianBlur(sheet, (0, 0), 2.5) > 40))


def test_diagonal_strokes_and_a_single_one_are_none() -> None:
    assert not is_cross(cross(45, 8))
    assert not is_cross(cross(0, 8, (60, 1)))
    assert not is_cross(np.ones((20, 20), bool))
    assert not is_cross(np.ones((1, 1), bool))


@pytest.mark.parametrize("digit", range(10))
def test_digits_are_none(digit: int) -> None:
    assert not is_cross(cropped(draw(DIGITS[digit], 100, 8, (0,), (255,))[..., 0] < 128))
