"""Slivers of a table along a photo's sides go; a 1 that a crop has cut stays."""

import numpy as np
import pytest

from digits.picture.pixels import label_parts
from digits.picture.side_slivers import find_side_slivers

USUAL = 50


def sheet(*boxes: tuple[int, int, int, int]) -> np.ndarray:
    """Ink in boxes, each x, y, width and height, beside a row of digits at y = 120 to 170."""
    mask = np.zeros((300, 400), bool)
    for x, y, width, height in ((80, 120, 30, 50), (130, 120, 30, 50), *boxes):
        mask[y : y + height, x : x + width] = True
    return mask


@pytest.mark.parametrize(
    "sliver",
    [(0, 20, 12, 48), (390, 220, 10, 52), (0, 100, 9, 80), (394, 125, 6, 25)],
    ids=["above the row", "below it", "higher than digits", "lower than digits"],
)
def test_what_lies_along_a_side_and_is_no_one_of_the_row_goes(sliver) -> None:
    found = find_side_slivers(label_parts(sheet(sliver)), USUAL)
    assert np.array_equal(found, sheet(sliver) & ~sheet())


@pytest.mark.parametrize(
    "part",
    [(0, 122, 9, 48), (390, 118, 10, 50), (0, 200, 40, 50), (5, 20, 12, 48)],
    ids=["a 1 of the row", "another", "no narrow one", "beside the side"],
)
def test_all_else_stays(part) -> None:
    assert not find_side_slivers(label_parts(sheet(part)), USUAL).any()


def test_what_is_all_that_there_is_stays() -> None:
    mask = np.zeros((100, 100), bool)
    mask[20:70, :8] = True
    assert not find_side_slivers(label_parts(mask), USUAL).any()
