"""Figures hold the numbers that they are drawn from."""

from typing import Any

import numpy as np
import pytest

from digits.evaluation.figures import (
    DARK,
    LIGHT,
    Theme,
    confusion_figure,
    evidence_figure,
    explained_picture,
    map_figure,
    reliability_figure,
)
from digits.evaluation.measures import measure_reliability
from digits.explanation.overlay import colour_stops


def texts(axes: Any) -> list[str]:
    return [text.get_text() for text in axes.texts]


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_every_count_of_the_confusion_matrix_is_written(theme: Theme) -> None:
    confusion = np.diag([1_028] * 10)
    confusion[4, 9] = 7
    written = texts(confusion_figure(confusion, theme).axes[0])
    assert written[4 * 10 + 9] == "7"
    assert written.count("1,028") == 10
    assert written.count("·") == 89


def test_the_reliability_diagram_shows_how_many_digits_each_bin_holds() -> None:
    confidences = np.array([0.99] * 1_200 + [0.5] * 3)
    reliability = measure_reliability(confidences, confidences > 0.9)
    assert texts(reliability_figure(reliability).axes[1]) == ["3", "1,200"]


def test_the_legend_of_a_map_names_the_digits_that_are_on_it() -> None:
    points = np.random.default_rng(0).random((40, 2), np.float32)
    legend = map_figure(points, np.repeat([0, 4, 7, 9], 10).astype(np.uint8)).legends[0]
    assert [text.get_text() for text in legend.get_texts()] == ["0", "4", "7", "9"]


PALE = 205
"""The grey of ink without evidence."""


def test_a_picture_stands_beside_itself_with_its_heatmap() -> None:
    picture = np.zeros((28, 28), np.uint8)
    picture[10:20, 12:16] = 255
    heatmap = np.zeros((28, 28), np.float32)
    alone = np.asarray(explained_picture(picture, None))
    both = np.asarray(explained_picture(picture, heatmap))
    height, width = alone.shape[:2]
    assert np.array_equal(both[:, :width], alone)
    beside = both[:, -width:]
    is_ink = alone[..., 0] == 255
    assert (beside[is_ink] == PALE).all()
    assert (beside[~is_ink] == 0).all()
    heatmap[:5] = 1
    explained = np.asarray(explained_picture(picture, heatmap))
    assert np.array_equal(explained[height // 2 :, -width:], beside[height // 2 :])
    assert explained[0, -width // 2].tolist() != [0, 0, 0]


def test_one_picture_stands_alone_and_under_each_heatmap() -> None:
    picture = np.zeros((28, 28), np.uint8)
    picture[10:20, 12:16] = 255
    nothing, everything = np.zeros((28, 28), np.float32), np.ones((28, 28), np.float32)
    cells = evidence_figure(picture, {"for 1": nothing, "for 7": everything}).axes
    assert [axes.get_title() for axes in cells] == ["", "for 1", "for 7"]
    alone, for_one, for_seven = (np.asarray(axes.images[0].get_array()) for axes in cells)
    is_ink = alone == 255
    assert (for_one[is_ink] == PALE).all()
    assert (for_one[~is_ink] == 0).all()
    hottest = [int(colour_stops("plasma")[-1][at : at + 2], 16) for at in (1, 3, 5)]
    assert (np.abs(for_seven[is_ink].astype(int) - hottest) <= 1).all()
    assert (for_seven[~is_ink] < for_seven[is_ink].max()).all()
