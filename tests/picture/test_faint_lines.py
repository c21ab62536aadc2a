"""Upright lines that are too faint to be ink, and what is none."""

import numpy as np

from digits.picture.faint_lines import find_faint_uprights

TOP, BOTTOM = 20, 80


def noise(width: int = 400) -> np.ndarray:
    """Grain of paper, uint8 (100, width)."""
    grain = np.abs(np.random.default_rng(5).normal(0, 2, (100, width)))
    return np.minimum(grain, 255).astype(np.uint8)


def with_line(contrast: np.ndarray, x: int, lean: float = 0.0, shades: int = 6) -> np.ndarray:
    drawn = contrast.copy()
    for y in range(len(drawn)):
        at = x + round(lean * (y - 50))
        drawn[y, at : at + 2] += np.uint8(shades)
    return drawn


def columns(contrast: np.ndarray, ink_map: np.ndarray | None = None) -> list[float]:
    if ink_map is None:
        ink_map = np.zeros(contrast.shape, np.float32)
    return find_faint_uprights(contrast, ink_map, TOP, BOTTOM).tolist()


def test_lines_that_stand_out_by_three_times_the_grain_are_found_where_they_are() -> None:
    contrast = with_line(with_line(noise(), 60), 300, lean=0.03)
    found = columns(contrast)
    assert len(found) == 2
    assert np.abs(np.array(found) - (60.5, 300.5)).max() <= 1.5


def test_paper_has_none() -> None:
    assert columns(noise()) == []
    assert columns(np.zeros((100, 400), np.uint8)) == []


def test_the_short_tooth_of_a_comb_is_none() -> None:
    contrast = noise()
    contrast[60:80, 200:202] += 40
    assert columns(contrast) == []


def test_a_shadow_is_none() -> None:
    contrast = noise()
    contrast[:, 200:] += 30
    assert columns(contrast) == []


def test_a_line_beside_a_digit_is_found_and_a_stroke_is_none() -> None:
    contrast = with_line(noise(), 150)
    ink_map = np.zeros(contrast.shape, np.float32)
    ink_map[TOP:BOTTOM, 100:106] = 1  # a 1
    ink_map[TOP : TOP + 15, 140:170] = 1  # what reaches over the line
    contrast[ink_map > 0] = 200
    (found,) = columns(contrast, ink_map)
    assert abs(found - 150.5) <= 1
