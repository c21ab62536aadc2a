"""What page and window show of an explanation."""

from __future__ import annotations

import io
from dataclasses import replace
from unittest.mock import patch

import numpy as np
import pytest
from PIL import Image, ImageColor

from digits.adaptation.adapting import adapt
from digits.explanation.overlay import COLOUR_MAPS, SIGNED_COLOUR_MAPS, overlay_heatmap
from digits.explanation.sentences import NOISE
from digits.network.hand import Hand
from digits.picture.pixels import Ink
from digits.screen import shown_answer
from digits.screen.shown_answer import ShownAnswer
from digits.screen.shown_heatmap import (
    EVIDENCE_OF_ALL,
    HeatmapSettings,
    heatmap_of_all,
    heatmap_of_class,
    heatmap_of_contrast,
    heatmaps_of_likeliest,
)
from digits.screen.shown_number import read_number_to_show
from gradcam_visualizer import common_scale, explain, grad_cam
from tests.conftest import as_file
from tests.drawings import DIGITS, SCRIBBLE, draw

DEFAULT = HeatmapSettings()


def read_to_show(picture: bytes, ink: Ink, hand: Hand | None = None) -> ShownAnswer:
    """The answer to the first digit of a picture."""
    return read_number_to_show(picture, ink, hand).digits[0]


@pytest.fixture(scope="module")
def answer() -> ShownAnswer:
    return read_to_show(as_file(Image.fromarray(draw(DIGITS[4], 1000, 70))), "dark")


def test_an_answer_and_all_its_explanations_ask_the_network_once() -> None:
    picture = as_file(Image.fromarray(draw(DIGITS[4])))
    with patch.object(shown_answer, "explain") as asked_again:
        answer = read_to_show(picture, "dark")
        heatmaps_of_likeliest(answer, DEFAULT)
    assert asked_again.call_count == 0


def test_another_method_asks_the_network_once_more_and_then_no_more(answer: ShownAnswer) -> None:
    settings = HeatmapSettings(method="hirescam", layer_name="conv_3")
    with patch.object(shown_answer, "explain", side_effect=explain) as asked:
        for class_index in (4, 9, 4):
            heatmap_of_class(answer, class_index, settings)
    assert asked.call_count == 1


def test_a_class_is_shown_on_the_scale_of_the_likeliest(answer: ShownAnswer) -> None:
    least = answer.likeliest_first[-1]
    classes = [least, *answer.likeliest_first[:3]]
    expected = common_scale(explain(answer.network_input, classes))

    heatmap = heatmap_of_class(answer, least, DEFAULT)

    assert heatmap.scale == pytest.approx(expected, rel=1e-5)
    assert heatmap.colour_map == COLOUR_MAPS[0]


def test_the_likeliest_few_share_a_scale(answer: ShownAnswer) -> None:
    heatmaps = heatmaps_of_likeliest(answer, DEFAULT)

    assert [each.explained[0].class_index for each in heatmaps] == answer.likeliest_first[:3]
    assert len({each.scale for each in heatmaps}) == 1


def test_a_contrast_has_two_colours_and_a_scale_of_its_own(answer: ShownAnswer) -> None:
    heatmap = heatmap_of_contrast(answer, 4, 9, DEFAULT)

    assert heatmap.colour_map in SIGNED_COLOUR_MAPS
    assert heatmap.scale == heatmap.explained[0].strength
    expected = grad_cam(answer.network_input, 4, against=9)
    np.testing.assert_allclose(heatmap.explained[0].heatmap(), expected, atol=1e-5)


def test_a_contrast_follows_the_hand_that_the_answer_was_read_with(answer: ShownAnswer) -> None:
    hand = adapt([(answer.reading, 9)])
    adapted = read_to_show(answer.source, "dark", hand)

    evidence = heatmap_of_contrast(adapted, 4, 9, DEFAULT).explained[0].heatmap()

    expected = grad_cam(answer.network_input, 4, against=9, hand=hand)
    np.testing.assert_allclose(evidence, expected, atol=1e-5)
    plain = grad_cam(answer.network_input, 4, against=9)
    assert np.abs(evidence - plain).max() > 0.05


def test_it_is_shown_no_larger_than_a_screen_needs_and_kept_as_large_as_it_was(
    answer: ShownAnswer,
) -> None:
    heatmap = heatmap_of_class(answer, 4, replace(DEFAULT, style="overlay", opacity=0.8))

    assert heatmap.over_picture().size == (720, 720)
    with Image.open(io.BytesIO(heatmap.as_png())) as kept:
        assert kept.width == 1000
        shown = heatmap.explained[0].heatmap(heatmap.scale)
        expected = overlay_heatmap(answer.source, shown, answer.full_placement, 0.8)
        # Up-sampled once instead of twice, the heatmap is a little sharper.
        difference = np.asarray(kept)[:1000].astype(int) - np.asarray(expected)
        assert np.abs(difference).mean() < 1.5


def test_the_strongest_evidence_has_the_colour_at_the_end_of_the_bar(answer: ShownAnswer) -> None:
    heatmap = heatmap_of_class(answer, 4, DEFAULT)
    end = np.array(ImageColor.getrgb(heatmap.colours[-1]))
    nearest = np.abs(np.asarray(heatmap.over_picture()).astype(int) - end).max(axis=2).min()
    assert nearest <= 8
    with Image.open(io.BytesIO(heatmap.as_png())) as kept:
        assert np.abs(np.asarray(kept)[:1000].astype(int) - end).max(axis=2).min() <= 8


def test_all_digits_of_a_number_are_on_one_scale() -> None:
    picture = np.hstack([draw(DIGITS[2]), draw(DIGITS[0])])
    number = read_number_to_show(as_file(Image.fromarray(picture)), "dark")
    heatmap = heatmap_of_all(number.digits, DEFAULT)
    assert heatmap.caption == EVIDENCE_OF_ALL
    assert heatmap.scale == common_scale(heatmap.explained)
    shown = np.asarray(heatmap.over_picture()).astype(int)
    middle = shown.shape[1] // 2
    coloured = np.ptp(shown, axis=2) > 60
    assert coloured[:, :middle].any() and coloured[:, middle:].any()


def test_noise_is_never_heat() -> None:
    answer = read_to_show(as_file(Image.fromarray(draw(SCRIBBLE))), "dark")
    assert answer.doubt is not None
    weak = heatmap_of_class(answer, 4, DEFAULT)
    noise = replace(weak, scale=1e-3)
    assert noise.is_noise and noise.is_blank and not noise.colours
    assert noise.caption == NOISE
    shown = np.asarray(noise.over_picture()).astype(int)
    assert np.ptp(shown, axis=2).max() <= 3  # no colour anywhere


def test_a_picture_is_the_same_picture_only_with_the_same_ink(answer: ShownAnswer) -> None:
    assert read_to_show(answer.source, "dark").key == answer.key
    assert read_to_show(answer.source, "auto").key != answer.key
