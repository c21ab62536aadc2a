"""Why something is doubted: the true reason, for pictures made here whose reason is known."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from digit_predictor import read_digit, read_number
from digits.reading.doubt_reasons import (
    LETTERS,
    SOMETHING_ELSE,
    TOO_FAINT,
    ink_contrast,
    reason_in_picture,
    shows_something_else,
)
from tests.drawings import DIGITS, SCRIBBLE, Stroke, Strokes, draw


def bricks() -> NDArray[np.uint8]:
    """A wall, photographed: noise, two colours, and no paper."""
    random = np.random.default_rng(0)
    wall = np.full((360, 480, 3), (120, 60, 45), np.float64)
    for row in range(6):
        for column in range(7):
            x, y = 80 * column - 40 * (row % 2), 60 * row
            shade = random.uniform(0.4, 1.7)
            cv2.rectangle(wall, (x + 4, y + 4), (x + 75, y + 55), (170 * shade, 80 * shade, 60), -1)
    return np.clip(wall + random.normal(0, 9, wall.shape), 0, 255).astype(np.uint8)


def test_a_wall_is_something_else_and_paper_is_not() -> None:
    assert shows_something_else(bricks())
    assert not shows_something_else(draw(DIGITS[3]))
    paper = np.random.default_rng(1).normal(200, 5, (300, 300, 3)).astype(np.uint8)
    assert not shows_something_else(paper)


def test_contrast_is_the_difference_of_ink_and_paper() -> None:
    reading = read_digit(draw(DIGITS[3], ink=(90, 90, 90), paper=(210, 210, 210)))

    contrast = ink_contrast(reading.picture, reading.network_input, reading.placement)

    assert contrast == pytest.approx(120, abs=2)


def test_the_contrast_of_a_thin_pen_on_a_large_sheet_is_no_less() -> None:
    reading = read_digit(draw(SCRIBBLE, 480, 5))

    assert ink_contrast(reading.picture, reading.network_input, reading.placement) > 250


@pytest.mark.parametrize(("ink", "reason"), [(195, TOO_FAINT), (90, None)])
def test_faint_ink_is_a_reason(ink: int, reason: str | None) -> None:
    reading = read_digit(draw(DIGITS[3], ink=(ink,) * 3, paper=(210, 210, 210)))

    found = reason_in_picture(reading.picture, reading.network_input, reading.placement)

    assert found == reason


def test_a_wall_is_said_to_be_something_else() -> None:
    assert read_number(bricks()).doubt == SOMETHING_ELSE


def test_a_word_is_said_to_be_letters() -> None:
    # H, A, T and E of straight strokes.
    upright: Strokes = [[(x, 20), (x, 80)] for x in (8, 24, 61, 76)]
    level: Strokes = [[(8, 50), (24, 50)], [(52, 20), (70, 20)], [(33, 60), (45, 60)]]
    level += [[(76, y), (90, y)] for y in (20, 50, 80)]
    roof: Stroke = [(30, 80), (39, 20), (48, 80)]
    strokes = [*upright, *level, roof]

    assert read_number(draw(strokes, 400, 16)).doubt == LETTERS
