"""What a convolution makes of a digit, on a screen: which maps are shown, and can be seen."""

from __future__ import annotations

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from digits.explanation.overlay import COLOUR_MAPS
from digits.screen.shown_answer import ShownAnswer
from digits.screen.shown_feature_maps import feature_maps_to_show
from digits.screen.shown_number import read_number_to_show
from tests.drawings import DIGITS, draw


@pytest.fixture(scope="module")
def answer() -> ShownAnswer:
    file = io.BytesIO()
    Image.fromarray(draw(DIGITS[3])).save(file, "PNG")
    return read_number_to_show(file.getvalue(), "dark").digits[0]


def luminance(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of colours in [0, 255], relative, as WCAG 2 defines it."""
    share = rgb / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ np.array([0.2126, 0.7152, 0.0722]))


@pytest.mark.parametrize("colour_map", COLOUR_MAPS)
def test_each_map_that_is_shown_can_be_seen(answer: ShownAnswer, colour_map: str) -> None:
    shown = feature_maps_to_show(answer, None, colour_map)
    dark = np.full(3, np.asarray(shown.digit).min(), np.float64)

    assert len(shown.images) >= 8
    for name, image in shown.images:
        rgba = np.asarray(image, np.float64)
        opaque = rgba[..., 3:] / 255
        seen = luminance(rgba[..., :3] * opaque + dark * (1 - opaque)).max()
        assert (seen + 0.05) / (luminance(dark) + 0.05) > 3, name  # WCAG 2, of graphical objects


def test_all_maps_are_shown_or_counted(answer: ShownAnswer) -> None:
    shown = feature_maps_to_show(answer, None, COLOUR_MAPS[0])
    silent = len(shown.found.channels) - len(shown.images)

    assert silent > 1
    assert shown.caption.startswith(f"{silent} maps are left out: their filters find")
    strongest = shown.found.maps.max(axis=(1, 2))
    assert strongest[len(shown.images)] <= 0.25 * strongest[0] < strongest[len(shown.images) - 1]


def test_the_picture_below_a_map_is_that_below_a_heatmap(answer: ShownAnswer) -> None:
    shown = np.asarray(feature_maps_to_show(answer, None, COLOUR_MAPS[0]).picture).astype(int)

    assert shown.shape == answer.picture.shape
    assert np.ptp(shown, axis=2).max() == 0
    is_ink, is_paper = answer.ink_map == 1, answer.ink_map == 0
    assert shown[is_ink].min() > 150
    assert shown[is_paper].max() < 100
