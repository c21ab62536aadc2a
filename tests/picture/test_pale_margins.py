"""Pieces of a pale margin go; 1s in a column, and what is as dark as digits, stay."""

import numpy as np
import pytest

from digits.picture.pale_margins import find_pale_margins
from digits.picture.pixels import label_parts

USUAL = 40


def sheet(shade: int, *pieces: tuple[int, int, int]) -> np.ndarray:
    """Contrast, uint8 (400, 300): dark boxes as large as digits, and strokes at x, y, so high."""
    contrast = np.zeros((400, 300), np.uint8)
    for y in (40, 120, 200):
        for x in (120, 170, 220):
            contrast[y : y + USUAL, x : x + 26] = 200
    for x, y, height in pieces:
        contrast[y : y + height, x : x + 6] = shade
    return contrast


MARGIN = ((60, 20, 34), (62, 90, 60), (63, 170, 12), (65, 260, 41), (67, 350, 20))


def found_in(contrast: np.ndarray) -> np.ndarray:
    return find_pale_margins(label_parts(contrast > 0), contrast, USUAL)


def test_pieces_of_a_pale_margin_go() -> None:
    assert np.array_equal(found_in(sheet(100, *MARGIN)), sheet(100, *MARGIN) == 100)


@pytest.mark.parametrize(
    ("shade", "pieces"),
    [
        (190, MARGIN),  # as dark as digits
        (100, MARGIN[:2]),  # too few
        (100, ((60, 20, 40), (20, 120, 40), (95, 200, 40), (5, 300, 40))),  # in no line
        (100, ((60, 120, 20), (60, 145, 20), (60, 170, 20))),  # not longer than digits
    ],
    ids=["dark", "few", "in no line", "short"],
)
def test_all_else_stays(shade: int, pieces: tuple[tuple[int, int, int], ...]) -> None:
    assert not found_in(sheet(shade, *pieces)).any()


def test_pale_strokes_alone_stay() -> None:
    contrast = sheet(100, *MARGIN)
    contrast[:, 100:] = 0
    assert not found_in(contrast).any()
