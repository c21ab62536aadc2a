"""What page and window show of an explanation."""

from __future__ import annotations

import io
from unittest.mock import patch

import numpy as np
import pytest
from PIL import Image

from digits.explanation.overlay import COLOUR_MAPS, SIGNED_COLOUR_MAPS, overlay_heatmap
from digits.screen import shown_answer
from digits.screen.shown_answer import ShownAnswer, read_to_show
from digits.screen.shown_heatmap import (
    HeatmapSettings,
    heatmap_of_class,
    heatmap_of_contrast,
    heatmaps_of_likeliest,
)
from gradcam_visualizer import common_scale, explain, grad_cam
from tests.conftest import as_file
from tests.drawings import DIGITS, draw

DEFAULT = HeatmapSettings()


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

    assert [each.explained.class_index for each in heatmaps] == answer.likeliest_first[:3]
    assert len({each.scale for each in heatmaps}) == 1


def test_a_contrast_has_two_colours_and_a_scale_of_its_own(answer: ShownAnswer) -> None:
    heatmap = heatmap_of_contrast(answer, 4, 9, DEFAULT)

    assert heatmap.colour_map in SIGNED_COLOUR_MAPS
    assert heatmap.scale == heatmap.explained.strength
    expected = grad_cam(answer.network_input, 4, against=9)
    np.testing.assert_allclose(heatmap.explained.heatmap(), expected, atol=1e-5)


def test_it_is_shown_no_larger_than_a_screen_needs_and_kept_as_large_as_it_was(
    answer: ShownAnswer,
) -> None:
    heatmap = heatmap_of_class(answer, 4, DEFAULT)

    assert heatmap.over_picture().size == (720, 720)
    with Image.open(io.BytesIO(heatmap.as_png())) as kept:
        assert kept.width == 1000
        expected = overlay_heatmap(
            answer.source, heatmap.explained.heatmap(heatmap.scale), answer.full_placement, 0.8
        )
        assert np.array_equal(np.asarray(kept)[:1000], np.asarray(expected))


def test_a_picture_is_the_same_picture_only_with_the_same_ink(answer: ShownAnswer) -> None:
    assert read_to_show(answer.source, "dark").key == answer.key
    assert read_to_show(answer.source, "auto").key != answer.key
