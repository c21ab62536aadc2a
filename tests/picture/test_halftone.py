"""What is told by specks becomes grey, and nothing else changes."""

import cv2
import numpy as np
import pytest

from benchmarks.mouse_numbers import load_mouse_numbers
from digits.picture.halftone import without_halftone
from tests.drawings import DIGITS, draw
from tests.halftones import HALFTONES, Halftone, on_paper, salt_and_pepper


def a_digit(pen: int = 9) -> np.ndarray:
    return draw(DIGITS[5], 280, pen)[..., 0]


@pytest.mark.parametrize(("paper", "ink"), [(200, 40), (160, 90), (235, 20), (60, 220)])
@pytest.mark.parametrize("halftone", HALFTONES.values(), ids=HALFTONES)
def test_a_halftone_is_the_grey_that_it_tells(halftone: Halftone, paper: int, ink: int) -> None:
    grey = on_paper(a_digit(40), paper, ink)
    found = without_halftone(halftone(grey)).astype(float)
    near = [
        cv2.erode((grey == level).astype(np.uint8), np.ones((13, 13))) > 0 for level in (paper, ink)
    ]
    for level, where in zip((paper, ink), near, strict=True):
        assert abs(found[where].mean() - level) < 8
        assert found[where].std() < 0.2 * abs(paper - ink)


@pytest.mark.parametrize("share", [0.005, 0.02, 0.1])
def test_a_sheet_full_of_salt_and_pepper_is_smoothed(share: float) -> None:
    found = without_halftone(salt_and_pepper(share)(a_digit()))
    assert np.ptp(found[:20]) < 0.5 * 255


def test_in_colours_as_in_grey() -> None:
    specks = HALFTONES["diffused"](on_paper(a_digit(), 200, 40))
    coloured = np.stack([specks] * 3, axis=-1)
    assert np.array_equal(without_halftone(coloured)[..., 2], without_halftone(specks))


def test_a_large_scan_in_which_a_page_has_a_white_margin() -> None:
    grey = on_paper(draw(DIGITS[5], 1500, 50)[..., 0], 210, 30)
    page = np.full((1800, 1800), 255, np.uint8)
    page[150:-150, 150:-150] = HALFTONES["diffused"](grey)
    assert without_halftone(page)[200:300, 200:300].std() < 15


def hatched() -> np.ndarray:
    y, x = np.indices((280, 280))
    return np.where((x + y) % 4 == 0, a_digit(24), 255).astype(np.uint8)


def of_dots(pitch: int) -> np.ndarray:
    y, x = np.indices((280, 280)) % pitch
    return np.where((x == 0) & (y == 0), a_digit(24), 255).astype(np.uint8)


def on_lines(pitch: int) -> np.ndarray:
    sheet = a_digit(3)
    sheet[::pitch], sheet[:, ::pitch] = 0, 0
    return sheet


def on_dot_grid() -> np.ndarray:
    sheet = a_digit()
    sheet[::30, ::30] = 0
    return sheet


def with_grain() -> np.ndarray:
    grain = np.random.default_rng(5).normal(0, 15, (280, 280))
    return np.clip(on_paper(a_digit(), 200, 40) + grain, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    "picture",
    [
        a_digit(1),
        np.where(salt_and_pepper(0.001)(a_digit()) > 0, 255, 0).astype(np.uint8),
        hatched(),
        of_dots(3),
        of_dots(5),
        on_lines(20),
        on_lines(9),
        on_dot_grid(),
        with_grain(),
        np.full((280, 560), 255, np.uint8),
        HALFTONES["diffused"](np.full((28, 300), 128, np.uint8)),
    ],
    ids=[
        "thin", "few specks", "hatched", "of many dots", "of dots", "squared", "finely squared",
        "dot grid", "grain", "blank", "too low",
    ],
)  # fmt: skip
def test_any_other_picture_stays_as_it_is(picture: np.ndarray) -> None:
    assert without_halftone(picture) is picture


@pytest.mark.parametrize("pen", [20, 44])
def test_digits_that_fill_a_low_picture_are_no_specks(pen: int) -> None:
    digits = []
    for digit in (6, 5, 9, 3):
        whole = draw(DIGITS[digit], 280, pen)[..., 0]
        x, y, width, height = cv2.boundingRect((whole < 128).astype(np.uint8))
        digits.append(
            cv2.resize(whole[y : y + height, x : x + width], (280 * width // height, 280))
        )
    row = cv2.copyMakeBorder(np.hstack(digits), 20, 20, 20, 20, cv2.BORDER_CONSTANT, value=255)
    size = row.shape[1] // 10, 32
    low = np.asarray(cv2.resize(row, size, interpolation=cv2.INTER_AREA), np.uint8)
    assert without_halftone(low) is low


def test_what_people_drew_stays_as_it_is() -> None:
    for number in load_mouse_numbers():
        assert without_halftone(number.picture) is number.picture
