"""A number on a screen: its digits framed, the chosen one most."""

import io

import numpy as np
import pytest
from PIL import Image

from digits.explanation.explaining import explain
from digits.network.light_serving import LightNetwork
from digits.screen.shown_number import read_number_to_show
from tests.drawings import DIGITS, draw


def test_the_frame_of_the_chosen_digit_stands_out() -> None:
    file = io.BytesIO()
    Image.fromarray(np.hstack([draw(DIGITS[2]), draw(DIGITS[0])])).save(file, "PNG")
    number = read_number_to_show(file.getvalue(), "dark")
    assert number.written == "20"

    def blue(chosen: int | None) -> tuple[int, int]:
        """How many pixels of each half have the colour of frames."""
        shown = np.asarray(number.framed_picture(chosen)).astype(int)
        is_blue = np.abs(shown - (0x2F, 0x5F, 0xD0)).max(axis=2) < 30
        left, right = np.array_split(is_blue, 2, axis=1)
        return int(left.sum()), int(right.sum())

    both = blue(None)
    assert min(both) > 300
    first, second = blue(0)
    assert first > 1.5 * both[0]
    assert second == 0


def test_its_digits_are_explained_without_asking_the_network_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = io.BytesIO()
    Image.fromarray(np.hstack([draw(DIGITS[2]), draw(DIGITS[0])])).save(file, "PNG")
    number = read_number_to_show(file.getvalue(), "dark")
    expected = [explain(each.network_input, [8])[0].evidence for each in number.digits]
    monkeypatch.setattr(LightNetwork, "_run", None)
    for digit, evidence in zip(number.digits, expected, strict=True):
        np.testing.assert_allclose(digit.explain(8).evidence, evidence, atol=1e-5)


def test_a_digit_that_is_divided_elsewhere_is_the_same_and_no_other() -> None:
    file = io.BytesIO()
    Image.fromarray(np.hstack([draw(DIGITS[2]), draw(DIGITS[0])])).save(file, "PNG")
    number = read_number_to_show(file.getvalue(), "dark")
    for place, (x, y, width, height) in enumerate(number.boxes):
        assert number.place_at((x, y, width, height)) == place
        assert number.place_at((x + width // 3, y, width - width // 3, height)) == place
        assert number.place_at((x, y, width // 3, height)) is None
    (left, top, _, height), (right, _, width, _) = number.boxes
    assert number.place_at((left, top, right + width - left, height)) is None
