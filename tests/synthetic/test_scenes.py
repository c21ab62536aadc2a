"""Imagined photographs are repeatable, legible, of the size and polarity asked for, and diverse."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from digits.common.errors import NoInkError
from digits.synthetic.colours import Polarity
from digits.synthetic.scenes import (
    LARGEST_SIDE,
    SMALLEST_SIDE,
    Scene,
    compose_scene,
    imagine_scene,
)
from tests.drawings import DIGITS, draw

seeds = st.integers(0, 2**32 - 1)


def ink_of(digit: int, size: int = 120, pen: int = 10) -> NDArray[np.float32]:
    return (1 - draw(DIGITS[digit], size, pen)[..., 0] / np.float32(255)).astype(np.float32)


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
    with pytest.raises(NoInkError, match="no ink"):
        compose_scene(np.zeros((20, 20), np.float32), np.random.default_rng(0))
    with pytest.raises(ValueError, match="at least 1×1"):
        compose_scene(ink_of(1), np.random.default_rng(0), (0, 40))
