"""What a plan draws is no digit beside its numbers."""

import cv2
import numpy as np
import pytest

from digit_predictor import read_number
from tests.reading.test_number import drawn_row


def plan(*, with_door: bool, digit: str = "") -> np.ndarray:
    """Two numbers above a room, in whose corner may be a door, or a digit on none of its lines."""
    sheet = np.full((1100, 700, 3), 255, np.uint8)
    for number, text in enumerate(["384", "562"]):
        row = drawn_row(text)
        sheet[60 + 250 * number :, 180:][: row.shape[0], : row.shape[1]] = row
    cv2.rectangle(sheet, (60, 600), (640, 1040), (0, 0, 0), 6)
    if with_door:
        cv2.ellipse(sheet, (60, 1040), (120, 120), 0, -90, 0, (90, 90, 90), 4, cv2.LINE_AA)
    if digit:
        row = drawn_row(digit)[40:190, :150]
        sheet[780 : 780 + row.shape[0], 280 : 280 + row.shape[1]] = row
    return sheet


def test_a_door_in_a_corner_is_no_digit() -> None:
    assert read_number(plan(with_door=True)).text == "384\n562"


@pytest.mark.parametrize("digit", ["7", "1", "2"])
def test_a_digit_by_itself_in_a_room_stays(digit: str) -> None:
    assert read_number(plan(with_door=True, digit=digit)).text == f"384\n562\n{digit}"
