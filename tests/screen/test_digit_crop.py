"""The part of a picture that holds one digit."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from digits.screen.digit_crop import crop_digit
from digits.screen.shown_number import read_number_to_show
from tests.drawings import DIGITS, draw


def test_it_holds_all_ink_of_its_digit_and_none_of_another() -> None:
    file = io.BytesIO()
    colours = np.hstack([draw(DIGITS[2]), draw(DIGITS[0]), draw(DIGITS[1])])
    Image.fromarray(colours).save(file, "PNG")
    number = read_number_to_show(file.getvalue(), "dark")
    assert number.written == "201"
    whole = Image.fromarray(number.digits[0].picture)

    for digit, (x, y, wide, tall) in zip(number.digits, number.boxes, strict=True):
        own = (np.asarray(whole.convert("L"))[y : y + tall, x : x + wide] < 128).sum()
        part = crop_digit(whole, digit.network_input, digit.placement)
        assert (np.asarray(part.convert("L")) < 128).sum() == own


def test_a_small_one_is_enlarged_and_a_part_beyond_the_edge_is_left_out() -> None:
    network_input = np.zeros((28, 28), np.float32)
    network_input[4:24, 10:18] = 1
    picture = Image.new("RGB", (28, 28), "white")
    placement = np.eye(2, 3)

    # Ink over columns 10 to 17 and rows 4 to 23, and 2.5 pixels around their centres.
    part = crop_digit(picture, network_input, placement)
    assert part.size == (12, 24)
    assert crop_digit(picture, network_input, placement, 250).size == (125, 250)

    placement[:, 2] = -10, -10
    assert crop_digit(picture, network_input, placement).size == (10, 16)
