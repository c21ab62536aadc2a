"""What people are told about a heatmap and about a check."""

from __future__ import annotations

import numpy as np
import pytest

from digits.explanation.faithfulness import FaithfulnessCheck
from digits.explanation.sentences import (
    describe_check,
    describe_heatmap,
    describe_method,
    describe_side_by_side,
    file_name,
)
from gradcam_visualizer import Explanation


def explanation(
    evidence: float, class_index: int = 4, against: int | None = None, layer: str | None = "conv_8"
) -> Explanation:
    return Explanation(
        method="grad-cam" if layer else "occlusion",
        class_index=class_index,
        against=against,
        layer_name=layer,
        evidence=np.array([[evidence]], np.float32),
        logits=np.zeros(10, np.float32),
        input_shape=(28, 28),
        rounding=1e-6,
    )


@pytest.mark.parametrize(
    ("explained", "sentence"),
    [
        (explanation(2.0), "What spoke for a 4: the warmer the colour, the more."),
        (explanation(2.0, class_index=8), "What spoke for an 8: the warmer the colour, the more."),
        (
            explanation(0.2),
            "What spoke for a 4: the warmer the colour, the more."
            " Weak: at most 10% of the strongest evidence.",
        ),
        (explanation(-2.0), "This layer holds no positive evidence for a 4."),
        (explanation(1e-7), "This layer holds no positive evidence for a 4."),
        (explanation(-2.0, layer=None), "There is no positive evidence for a 4."),
        (
            explanation(-2.0, against=9),
            "Orange speaks for a 4 and not a 9, blue for a 9 and not a 4.",
        ),
        (
            explanation(0.0, against=8),
            "This layer holds no evidence that tells a 4 from an 8.",
        ),
    ],
)
def test_heatmaps_are_described(explained: Explanation, sentence: str) -> None:
    assert describe_heatmap(explained, 2.0) == sentence


def test_the_heatmap_of_what_may_be_no_digit_is_in_the_conditional() -> None:
    said = describe_heatmap(explanation(2.0, class_index=3), 2.0, is_digit=False)
    assert said == "What would speak for a 3: the warmer the colour, the more."


@pytest.mark.parametrize(
    ("evidence", "bare"),
    [
        ((2.0, 1.0, 0.9), ""),
        ((2.0, 1.0, 0.3), " Next to nothing speaks for a 5, so the ink stays pale there."),
        ((2.0, 0.1, 0.0), " Next to nothing speaks for a 4 and a 5, so the ink stays pale there."),
    ],
)
def test_side_by_side_says_which_pictures_are_bare(evidence: tuple[float, ...], bare: str) -> None:
    explained = [explanation(each, class_index=3 + place) for place, each in enumerate(evidence)]

    said = describe_side_by_side(explained, 2.0)

    assert said == f"All on one scale: a weak claim looks weak.{bare}"


def test_methods_and_files_are_named_with_their_layer() -> None:
    assert describe_method(explanation(1.0)) == "Grad-CAM, conv_8."
    assert describe_method(explanation(1.0, layer=None)) == "Occlusion."
    assert file_name(explanation(1.0, against=9)) == "why-4-not-9-grad-cam-conv_8"
    assert file_name(explanation(1.0, layer=None)) == "why-4-occlusion"


def check(*likeliest: int) -> FaithfulnessCheck:
    """Of the class 0, read as this at each step."""
    probabilities = np.eye(10, dtype=np.float32)[list(likeliest)]
    pictures = np.zeros((len(likeliest), 28, 28), np.float32)
    return FaithfulnessCheck(0, pictures, probabilities, probabilities[:, 0])


@pytest.mark.parametrize(
    ("likeliest", "sentence"),
    [
        ((0, 0, 7, 0, 1), "Once 50% of the ink is gone it is read as a 7."),
        ((0, 0, 0, 0, 1), "It is read as a 0 for as long as there is ink."),
        ((0, 0, 0, 0, 0), "It is read as a 0 for as long as there is ink."),
        ((6, 0, 0, 0, 1), "Even whole, this is not read as a 0."),
    ],
)
def test_taking_ink_away_is_described(likeliest: tuple[int, ...], sentence: str) -> None:
    assert describe_check(check(*likeliest), adding=False) == sentence


@pytest.mark.parametrize(
    ("likeliest", "sentence"),
    [
        ((1, 0, 1, 0, 0), "From 75% of the ink on it is read as a 0."),
        ((0, 0, 0, 0, 0), "From 0% of the ink on it is read as a 0."),
        ((0, 0, 0, 0, 1), "Even whole, this is not read as a 0."),
    ],
)
def test_adding_ink_is_described(likeliest: tuple[int, ...], sentence: str) -> None:
    assert describe_check(check(*likeliest), adding=True) == sentence
