"""The contact sheets show every digit as it is, and what augmentation makes of it."""

import numpy as np

from digits.training.augmentation import Augmentation
from digits.training.augmentation_sheet import (
    EXAMPLES,
    VARIANTS,
    draw_augmentation_sheet,
    draw_digit_sheet,
)
from digits.training.digit_sets import DigitSet
from tests.training.test_fitting import drawn_digits


def test_a_row_holds_a_digit_as_it_is_and_its_variants() -> None:
    sheet = draw_augmentation_sheet(drawn_digits(2), Augmentation().scaled(0), 0)
    tile = 28 * 3 + 4
    assert sheet.height == 10 * tile + 4
    pixels = np.asarray(sheet)
    original = pixels[4:tile, 4:tile]
    assert (original < 128).any()
    # Nothing is bent, so every variant in the row is the original again.
    last = pixels[4:tile, -tile:-4]
    assert np.abs(original[:, :80].astype(int) - last[:, :80]).max() < 8
    assert sheet.width > (VARIANTS + 1) * tile


def test_digits_that_are_missing_have_no_row() -> None:
    digits = drawn_digits(1)
    few = DigitSet(digits.images[3:5], digits.labels[3:5])
    assert draw_augmentation_sheet(few, Augmentation(), 0).height == 2 * 88 + 4


def test_a_sheet_of_digits_as_they_are_has_paper_where_pictures_are_missing() -> None:
    digits = drawn_digits(2)
    sheet = np.asarray(draw_digit_sheet(digits))
    tile = 28 * 3 + 4
    assert sheet.shape == (10 * tile + 4, EXAMPLES * tile + 4)
    for row in range(10):
        tiles = [
            sheet[row * tile + 6 : (row + 1) * tile - 2, x + 6 : x + tile - 2]
            for x in (0, tile, 2 * tile)
        ]
        assert [bool((each < 128).any()) for each in tiles] == [True, True, False]
