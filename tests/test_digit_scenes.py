"""Imagined photographs are repeatable, legible, of the size and polarity asked for, and diverse."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from digit_scenes import (
    LARGEST_SIDE,
    SMALLEST_SIDE,
    Polarity,
    Scene,
    compose_scene,
    imagine_scene,
    ink_of_lines,
    ink_of_mnist,
    ink_of_strokes,
)
from pen_strokes import PenDigit
from tests.drawings import DIGITS, draw

seeds = st.integers(0, 2**32 - 1)


def ink_of(digit: int, size: int = 120, pen: int = 10) -> NDArray[np.float32]:
    return (1 - draw(DIGITS[digit], size, pen)[..., 0] / np.float32(255)).astype(np.float32)


def as_mnist(digit: int) -> NDArray[np.uint8]:
    """A digit as MNIST has them: 28×28, white on black, strokes about 2.5 pixels wide."""
    large = 255 - draw(DIGITS[digit], 280, 26)[..., 0]
    return np.asarray(cv2.resize(large, (28, 28), interpolation=cv2.INTER_AREA), np.uint8)


def as_pen_digit(digit: int) -> PenDigit:
    return PenDigit(digit, 1, tuple(np.array(stroke, np.float64) for stroke in DIGITS[digit]))


@pytest.fixture(scope="module")
def scenes() -> list[Scene]:
    return [imagine_scene(ink_of(i % 10), np.random.default_rng(i)) for i in range(260)]


@settings(max_examples=60, deadline=None)
@given(seed=seeds, height=st.integers(1, 90), width=st.integers(1, 90))
def test_a_scene_has_the_size_asked_for(seed: int, height: int, width: int) -> None:
    ink = ink_of(3, 60)
    before = ink.copy()
    scene = imagine_scene(ink, np.random.default_rng(seed), (height, width))
    assert scene.pixels.shape == (height, width, 3)
    assert scene.pixels.dtype == np.uint8
    assert scene.ink.shape == (height, width)
    assert scene.ink.dtype == np.float32
    assert (ink == before).all()


@settings(max_examples=15, deadline=None)
@given(seed=seeds)
def test_a_scene_depends_on_nothing_but_its_random_numbers(seed: int) -> None:
    cv2.setRNGSeed(seed % 1000)
    first = compose_scene(ink_of(5), np.random.default_rng(seed))
    assert (compose_scene(ink_of(5), np.random.default_rng(seed)) == first).all()
    other = compose_scene(ink_of(5), np.random.default_rng(seed + 1))
    assert other.shape != first.shape or (other != first).any()


def around_the_ink(scene: Scene) -> tuple[float, float]:
    """Median brightness of the digit's ink, and of what is close to it."""
    grey = cv2.cvtColor(scene.pixels, cv2.COLOR_RGB2GRAY)
    inside = scene.ink > 0.9 * scene.ink.max()
    near = cv2.dilate((scene.ink > 0.02).astype(np.uint8), np.ones((5, 5), np.uint8))
    far = cv2.dilate(near, np.ones((9, 9), np.uint8))
    return float(np.median(grey[inside])), float(np.median(grey[(far > 0) & (near == 0)]))


@pytest.mark.parametrize(("polarity", "sign"), [("dark", 1), ("light", -1)])
def test_ink_has_the_polarity_asked_for_and_can_be_seen(polarity: Polarity, sign: int) -> None:
    for seed in range(60):
        scene = imagine_scene(ink_of(2), np.random.default_rng(seed), (120, 160), polarity)
        ink, paper = around_the_ink(scene)
        assert scene.polarity == polarity
        assert sign * (paper - ink) > 8, (seed, scene.traits)


def test_sizes_are_those_of_pictures_that_people_bring(scenes: list[Scene]) -> None:
    sides = np.array([max(scene.pixels.shape) for scene in scenes])
    assert min(min(scene.pixels.shape[:2]) for scene in scenes) >= SMALLEST_SIDE
    assert sides.max() <= LARGEST_SIDE
    assert np.mean((sides >= 100) & (sides <= 400)) > 0.6
    assert np.mean(sides < 100) > 0.05


def test_a_third_is_plain_and_the_others_show_all_that_paper_and_cameras_do(
    scenes: list[Scene],
) -> None:
    plain = [scene for scene in scenes if "plain" in scene.traits]
    assert len(plain) / len(scenes) == pytest.approx(1 / 3, abs=0.08)
    seen = {trait for scene in scenes for trait in scene.traits}
    assert seen >= {"lines", "squares", "dots", "margin", "box", "part of a box", "form"}
    assert seen >= {"gradient", "vignette", "soft shadow", "hard shadow", "tinted light"}
    assert seen >= {"pencil", "marker", "ball pen", "chalk", "gaps", "blur", "motion", "noise"}
    assert seen >= {"edge of the sheet", "padded", "cut", "neighbours", "specks", "holes", "JPEG"}
    assert {scene.polarity for scene in scenes} == {"dark", "light"}


def test_some_digits_are_tiny_and_some_fill_the_picture(scenes: list[Scene]) -> None:
    shares = []
    for scene in scenes:
        *_, width, height = cv2.boundingRect((scene.ink > 0.1).astype(np.uint8))
        shares.append(max(width / scene.ink.shape[1], height / scene.ink.shape[0]))
    assert np.quantile(shares, 0.04) < 0.3
    assert np.quantile(shares, 0.9) > 0.75


def test_without_ink_or_room_there_is_no_scene() -> None:
    with pytest.raises(ValueError, match="no ink"):
        compose_scene(np.zeros((20, 20), np.float32), np.random.default_rng(0))
    with pytest.raises(ValueError, match="at least 1×1"):
        compose_scene(ink_of(1), np.random.default_rng(0), (0, 40))


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
    assert 0.2 < (ink > 0.5).sum() / (2.64 * size * pen) < 2.8


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
