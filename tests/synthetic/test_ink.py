"""The ink of a digit keeps its shape at any size, whether enlarged or drawn with some pen."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from digits.synthetic.ink import ink_of_lines, ink_of_mnist, ink_of_strokes
from tests.drawings import as_mnist, as_pen_digit

seeds = st.integers(0, 2**32 - 1)


def holes(ink: NDArray[np.float32]) -> int:
    padded = np.pad(ink, 1)
    return int(cv2.connectedComponents((padded < 0.5).astype(np.uint8), connectivity=4)[0]) - 2


@settings(max_examples=40, deadline=None)
@given(seed=seeds, size=st.integers(84, 260), digit=st.sampled_from([0, 6, 8, 9, 1, 3, 7]))
def test_an_enlarged_mnist_digit_keeps_its_loops(seed: int, size: int, digit: int) -> None:
    ink = ink_of_mnist(as_mnist(digit), size, np.random.default_rng(seed))
    assert ink.shape == (size, size)
    assert ink.dtype == np.float32
    assert ink.min() >= 0
    assert ink.max() == 1
    assert holes(ink) == {0: 1, 6: 1, 9: 1, 8: 2}.get(digit, 0)


def test_an_enlarged_mnist_digit_lies_where_it_lay_with_smooth_edges() -> None:
    image = as_mnist(3)
    ink = ink_of_mnist(image, 280, np.random.default_rng(4))
    blocks = cv2.resize(image, (280, 280), interpolation=cv2.INTER_NEAREST) > 127
    both, either = ((ink > 0.5) & blocks).sum(), ((ink > 0.5) | blocks).sum()
    assert both > 0.6 * either
    # Blocks have corners; a pen's edge of the same length turns gently, so it is shorter.
    edge = cv2.findContours((ink > 0.5).astype(np.uint8), 0, cv2.CHAIN_APPROX_NONE)[0]
    corners = cv2.findContours(blocks.astype(np.uint8), 0, cv2.CHAIN_APPROX_NONE)[0]
    assert cv2.arcLength(edge[0], True) < cv2.arcLength(corners[0], True)


@settings(max_examples=40, deadline=None)
@given(seed=seeds, size=st.integers(20, 300), share=st.floats(0.02, 0.25))
def test_pen_strokes_have_about_the_size_and_pen_asked_for(
    seed: int, size: int, share: float
) -> None:
    pen = max(1.0, share * size)
    ink = ink_of_strokes(as_pen_digit(0), size, np.random.default_rng(seed), pen)
    *_, height = cv2.boundingRect((ink > 0.5).astype(np.uint8))
    assert height == pytest.approx(size + pen, abs=1.3 * pen + 0.06 * size + 2)
    # An ellipse of half axes 24 and 36 on a square of 72: 190 around, in units of 72.
    width = (ink > 0.5).sum() / (2.64 * size)
    # Half a pixel, for a line that is as fine as pixels covers more of them than its width.
    assert 0.2 * pen < width < 2.5 * (pen + 0.5)


def test_a_single_point_is_drawn_as_a_dot() -> None:
    for seed in range(20):
        ink = ink_of_lines([np.array([[4.0, 4.0]])], 50, np.random.default_rng(seed), 12)
        assert 10 < (ink > 0.5).sum() < 500


def test_all_kinds_of_pens_are_used() -> None:
    digit = as_pen_digit(3)
    areas = [
        float(ink_of_strokes(digit, 100, np.random.default_rng(seed)).sum()) for seed in range(40)
    ]
    assert max(areas) > 4 * min(areas)
