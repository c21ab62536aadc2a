"""Rows that are written: what stands where, and how close."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digits.common.errors import NoInkError
from digits.network.row_signs import SIGNS
from digits.picture.row_finding import find_rows
from digits.synthetic.row_texts import GAP, LETTER, SCRIBBLE, row_text
from digits.synthetic.sources import Sources
from digits.synthetic.written_rows import Hand, RowWriter, Tile, _placed
from tests.drawings import DIGITS, draw

SOURCES = Sources(
    np.array([255 - draw(DIGITS[digit], 28, 3)[..., 0] for digit in range(10)]),
    np.arange(10, dtype=np.uint8),
    (),
)


@given(st.integers(0, 10_000))
def test_texts_hold_known_signs_and_gaps_only_inside(seed: int) -> None:
    text = row_text(np.random.default_rng(seed))
    assert text == text.strip()
    assert text.replace(GAP, "").replace(SCRIBBLE, LETTER)
    assert set(text) <= {*SIGNS, GAP, SCRIBBLE}


def test_texts_are_of_all_kinds() -> None:
    texts = [row_text(np.random.default_rng(seed)) for seed in range(600)]
    assert set("".join(texts)) >= {*SIGNS, GAP, SCRIBBLE}
    assert {text for text in texts if len(text) == 1 and text.isdigit()}
    assert sum(text.isdigit() for text in texts) > 150


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_a_row_depends_on_nothing_but_its_random_numbers(seed: int) -> None:
    def ink() -> np.ndarray:
        return RowWriter(SOURCES).write("12.50 x~", np.random.default_rng(seed))

    first = ink()
    assert first.dtype == np.float32
    assert first.min() >= 0 and first.max() <= 1
    assert np.array_equal(first, ink())


def test_a_clear_gap_parts_what_no_other_does() -> None:
    for seed in range(20):
        ink = RowWriter(SOURCES).write("11 11", np.random.default_rng(seed))
        (row,) = find_rows(ink)
        ends = np.flatnonzero(np.diff((ink > 0.3).any(axis=0).astype(int)) == -1)
        starts = np.flatnonzero(np.diff((ink > 0.3).any(axis=0).astype(int)) == 1)
        gaps = [min((start - end for start in starts if start > end), default=0) for end in ends]
        assert max(gaps) > 0.8 * row.height


def test_neighbours_stand_as_far_apart_as_the_hand_says() -> None:
    box = Tile(np.ones((40, 20), np.float32))
    for gap in (-0.1, 0.0, 0.25):
        hand = Hand(height=40, pen=0.1, writer=None, gap=gap, unsteady=0.0)
        ink = _placed([(box, False), (box, False)], hand, np.random.default_rng(0))
        assert ink.shape == (40, 40 + round(gap * 40))


def test_what_is_under_an_arm_may_stand_there() -> None:
    arm = np.zeros((40, 40), np.float32)
    arm[:6] = arm[:, :6] = 1  # like a mirrored 7
    low = Tile(np.ones((12, 10), np.float32))
    hand = Hand(height=40, pen=0.1, writer=None, gap=0.0, unsteady=0.0)
    ink = _placed([(Tile(arm), False), (low, False)], hand, np.random.default_rng(0))
    assert ink.shape[1] == 40
    assert ink.sum() == arm.sum() + 120


def test_without_digits_there_is_nothing_to_write() -> None:
    empty = Sources(np.zeros((0, 28, 28), np.uint8), np.zeros(0, np.uint8), ())
    with pytest.raises(NoInkError):
        RowWriter(empty).write("1", np.random.default_rng(0))
