"""The contact sheet shows every digit, first as it is."""

import numpy as np

from augmentation_sheet import VARIANTS, draw_augmentation_sheet
from digit_data import Augmentation, DigitSet
from tests.test_digit_training import drawn_digits


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
