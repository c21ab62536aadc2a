"""What comes near a digit and is none: halves, pairs, marks and signs."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.hand_drawn_figures import parse_figure
from benchmarks.near_digits import (
    CURRENCY_SIGNS,
    HALVES,
    LEAST_LEAN_OF_SLASH,
    NEAR_DIGIT_KINDS,
    LabelledInk,
    draw_near_digit,
    glue,
    half_of,
    slash,
)
from benchmarks.photo_simulation import ink_of_strokes
from tests.benchmarks.test_ways_of_writing import as_picture, holes, parts, strokes_of


@pytest.fixture(scope="module")
def inks() -> list[LabelledInk]:
    return [LabelledInk(digit, ink_of_strokes(strokes_of(digit), 0.08)) for digit in range(10)]


@pytest.mark.parametrize("kind", NEAR_DIGIT_KINDS)
def test_a_drawing_depends_on_its_kind_and_number_alone(kind, inks):
    for number in range(6):
        picture = draw_near_digit(kind, number, inks)
        assert picture.dtype == np.uint8
        assert picture.min() < picture.max()
        assert (draw_near_digit(kind, number, inks) == picture).all()


def test_no_half_is_of_a_one_and_none_keeps_an_eights_or_sixs_ring():
    assert not {1, 6, 8} & set(HALVES)


def test_half_of_a_ring_is_open():
    ring = ink_of_strokes(strokes_of(0), 0.1)
    assert holes(as_picture(ring)) == 1
    for side in ("left", "top", "bottom"):
        assert holes(as_picture(half_of(ring, side))) == 0


def test_a_half_is_the_side_that_it_is_named_after():
    ink = np.linspace(0, 1, 20, dtype=np.float32).reshape(4, 5)
    assert (half_of(ink, "top") == ink[:2]).all()
    assert (half_of(ink, "bottom") == ink[2:]).all()
    assert (half_of(ink, "left", 0.4) == ink[:, :2]).all()


def test_without_a_digit_to_halve_there_is_no_half(inks):
    with pytest.raises(ValueError, match="no half"):
        draw_near_digit("halves", 0, [inks[1]])


@pytest.mark.parametrize("digits", [(0, 0), (3, 5), (7, 4), (2, 6), (9, 7)])
def test_glued_digits_are_one_piece(digits, inks):
    left, right = (inks[digit].ink for digit in digits)
    assert parts(as_picture(glue(left, right, overlap=6))) == 1


def test_two_bars_overlap_by_as_much_as_asked():
    bar = np.ones((40, 10), np.float32)
    assert glue(bar, bar, overlap=3).shape == (40, 17)


def test_two_rings_side_by_side_have_two_holes(inks):
    assert holes(as_picture(glue(inks[0].ink, inks[0].ink, overlap=4))) >= 2


def test_no_slash_is_so_steep_that_it_is_a_one():
    random = np.random.default_rng(0)
    for _ in range(50):
        along = np.ptp(slash(random, LEAST_LEAN_OF_SLASH + 3, 68), axis=0)
        assert np.degrees(np.arctan2(along[0], along[1])) > LEAST_LEAN_OF_SLASH


def test_every_sign_is_strokes_in_its_square():
    for sign in CURRENCY_SIGNS:
        points = np.concatenate(parse_figure(sign))
        assert -30 <= points.min() <= points.max() <= 130
