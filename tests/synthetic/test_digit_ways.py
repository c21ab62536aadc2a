"""Rarer ways of writing: each has the parts that its name promises."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from digits.synthetic.digit_ways import BLOCK_DIGITS, WAYS, draw_digit_way
from digits.synthetic.handwritten_things import on_sheet
from digits.synthetic.letter_strokes import parse_strokes
from digits.synthetic.pen_strokes import PenDigit
from digits.synthetic.sources import Sources
from digits.training.picture_folder import prepare_image
from tests.drawings import DIGITS

PENS = tuple(
    PenDigit(label, 1, tuple(np.array(stroke, np.float64) for stroke in strokes))
    for label, strokes in DIGITS.items()
)
NOTHING = np.zeros((0, 28, 28), np.uint8), np.zeros(0, np.uint8)
SOURCES = Sources(*NOTHING, PENS)
NO_SOURCES = Sources(*NOTHING, ())
SEEDS = range(40)


def holes(ink: NDArray[np.float32]) -> int:
    """Pieces of paper that ink encloses."""
    framed = np.pad(ink, 1) <= 0.3
    return cv2.connectedComponents(framed.astype(np.uint8), connectivity=4)[0] - 2


def pieces(ink: NDArray[np.float32]) -> int:
    return cv2.connectedComponents((ink > 0.3).astype(np.uint8))[0] - 1


def drawn(way: str, label: int | None = None) -> list[NDArray[np.float32]]:
    """What comes of a way, of one digit or of all."""
    made = [WAYS[way][1](np.random.default_rng(seed), SOURCES) for seed in range(300)]
    return [ink for ink, own in made if label in (None, own)][: len(SEEDS)]


@pytest.mark.parametrize("way", WAYS)
def test_a_way_gives_ink_and_its_digit_and_depends_on_nothing_but_the_seed(way: str) -> None:
    for seed in SEEDS:
        ink, label = WAYS[way][1](np.random.default_rng(seed), SOURCES)
        again, _ = WAYS[way][1](np.random.default_rng(seed), SOURCES)
        assert ink.dtype == np.float32
        assert 0 <= ink.min() < 0.1
        assert 0.5 < ink.max() <= 1.0001
        assert label in range(10)
        assert np.array_equal(ink, again)
        prepare_image(on_sheet(ink, np.random.default_rng(seed)))  # which finds the ink


# Worked out by looking at the strokes: an open 4 has no hole, a closed one has one.
HOLES_OF_BLOCKS = {0: {1}, 1: {0}, 2: {0}, 3: {0}, 5: {0}, 6: {1}, 7: {0}, 8: {2}, 9: {1}}


@pytest.mark.parametrize("label", HOLES_OF_BLOCKS)
def test_block_digits_are_what_they_say(label: int) -> None:
    for way in BLOCK_DIGITS[label]:
        sheet = np.zeros((140, 140), np.uint8)
        for _, knots in parse_strokes(way):
            points = np.rint(20 + 100 * knots).astype(np.int32)
            cv2.polylines(sheet, [points], False, 255, 5)
        assert holes((sheet > 0).astype(np.float32)) in HOLES_OF_BLOCKS[label], way


def test_a_slash_parts_the_ring_of_a_zero() -> None:
    counts = [holes(ink) for ink in drawn("slashed zero")]
    assert np.mean(np.array(counts) >= 1) > 0.8
    assert np.mean(np.array(counts) >= 2) > 0.5


def test_an_outline_encloses_what_was_ink() -> None:
    assert all(holes(ink) >= 1 for ink in drawn("outlined", 1))
    assert np.mean([holes(ink) >= 2 for ink in drawn("outlined", 0)]) > 0.9


def test_dots_and_dashes_are_many() -> None:
    assert np.median([pieces(ink) for ink in drawn("dotted")]) > 8


def test_around_a_digit_is_a_ring() -> None:
    for ink in drawn("ringed", 1):
        inside = ink[ink.shape[0] // 2 - 3 : ink.shape[0] // 2 + 3]
        sides = inside.max(axis=0) > 0.3
        assert sides[: len(sides) // 4].any(), "no ring to the left"
        assert sides[-len(sides) // 4 :].any(), "no ring to the right"


def test_what_leans_leans() -> None:
    ones = drawn("turned", 1)
    angles = []
    for ink in ones:
        y, x = np.nonzero(ink > 0.3)
        (_, _), (_, direction) = np.linalg.eigh(np.cov(x, y))
        angles.append(abs(np.rad2deg(np.arctan2(direction[0], direction[1]))))
    lean = np.minimum(angles, 180 - np.array(angles))
    assert np.median(lean) > 8
    assert lean.max() < 45


def test_without_pen_strokes_only_ways_that_need_none_are_taken() -> None:
    names = {draw_digit_way(np.random.default_rng(seed), NO_SOURCES)[0] for seed in range(120)}
    assert {"block", "flagged one"} <= names
    assert not names & {"dotted", "outlined", "ringed", "turned"}
