"""Scores worked out by hand, thresholds by counting, and sentences that fit what was drawn."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digits.network.doubt import (
    DOT_OR_DASH,
    NO_DIGIT,
    SCORES,
    SEVERAL_THINGS,
    FeatureDistance,
    choose_threshold,
    explain_doubt,
)
from digits.picture.decoding import decode_picture
from digits.picture.preparation import prepare_digit
from tests.drawings import DASH, DIGITS, SCRIBBLE, Strokes, arc, draw

UNSURE = np.full(10, 0.1, np.float32)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("max_probability", 3 / 6), ("max_logit", math.log(3)), ("energy", math.log(6))],
)
def test_a_score_is_the_one_worked_out_by_hand(name: str, expected: float) -> None:
    logits = np.log(np.array([[1, 3, 2], [3, 2, 1]], np.float32))
    np.testing.assert_allclose(SCORES[name](logits), [expected, expected], rtol=1e-6)


@pytest.mark.parametrize("name", SCORES)
def test_scores_are_finite_for_huge_logits_and_higher_for_what_is_clear(name: str) -> None:
    logits = np.zeros((2, 10), np.float32)
    logits[1, 4] = 1e4
    unclear, clear = SCORES[name](logits)
    assert np.isfinite([unclear, clear]).all()
    assert clear > unclear


def test_the_distance_is_in_deviations_from_the_nearest_class() -> None:
    # Class d has its mean at (10 d, 0) and varies by 2 to both sides of it and by 0.5 up and down.
    corners = np.array([[2, 0.5], [2, -0.5], [-2, 0.5], [-2, -0.5]])
    features = np.concatenate([corners + np.array([10 * digit, 0]) for digit in range(10)])
    labels = np.repeat(np.arange(10), 4)
    distance = FeatureDistance.fit(features.astype(np.float32), labels)
    asked = np.array([[30, 0], [30, 1.5], [44, 0], [94, 0.5]], np.float32)
    np.testing.assert_allclose(distance.score(asked), [0, -9, -4, -5], atol=1e-5)


def test_a_feature_that_no_digit_has_is_left_out() -> None:
    random = np.random.default_rng(0)
    features = random.normal(0, 1, (200, 3)).astype(np.float32)
    features[:, 1] = 0
    labels = np.arange(200) % 10
    without = FeatureDistance.fit(features[:, ::2], labels).score(features[:, ::2])
    distance = FeatureDistance.fit(features, labels)
    assert distance.whitening.shape == (3, 2)
    np.testing.assert_allclose(distance.score(features), without, rtol=1e-6)


@given(
    st.lists(st.floats(-50, 50), min_size=1, max_size=60),
    st.floats(0, 1, exclude_max=True),
)
def test_no_more_than_the_share_is_doubted_and_any_higher_threshold_doubts_more(
    scores: list[float], share: float
) -> None:
    values = np.array(scores)
    threshold = choose_threshold(values, share)
    assert np.mean(values < threshold) <= share
    assert np.mean(values < np.nextafter(threshold, np.inf)) > share


def test_of_a_hundred_digits_one_is_doubted() -> None:
    scores = np.random.default_rng(0).permutation(100).astype(np.float64)
    assert choose_threshold(scores, 0.01) == 1


def explain(strokes: Strokes, pen: int = 20) -> str:
    prepared = prepare_digit(decode_picture(draw(strokes, pen=pen)))
    return explain_doubt(prepared.network_input, UNSURE)


@pytest.mark.parametrize("pen", [12, 20, 32])
@pytest.mark.parametrize(
    "strokes",
    [
        [[(50.0, 50.0), (50.5, 50.5)]],
        DASH,
        [[(25.0, 75.0), (48.0, 50.0), (70.0, 32.0)]],
    ],
    ids=["dot", "dash", "slash"],
)
def test_a_dot_or_a_dash_is_called_so(strokes: Strokes, pen: int) -> None:
    assert explain(strokes, pen) == DOT_OR_DASH


def moved(strokes: Strokes, size: float, x: float, y: float) -> Strokes:
    return [[(x + size * u, y + size * v) for u, v in stroke] for stroke in strokes]


@pytest.mark.parametrize("several", [(3, 5), (1, 1), (4, 0, 7)])
def test_several_digits_side_by_side_are_called_so(several: tuple[int, ...]) -> None:
    size = 1 / len(several)
    strokes: Strokes = []
    for place, digit in enumerate(several):
        strokes += moved(DIGITS[digit], size, 100 * size * place, 30)
    assert explain(strokes, pen=14) == SEVERAL_THINGS


@pytest.mark.parametrize(
    "strokes",
    [
        [[(20.0, 80.0), (50.0, 15.0), (80.0, 80.0)], [(32.0, 58.0), (68.0, 58.0)]],
        SCRIBBLE,
        [[(20.0, 40.0), (80.0, 40.0)], [(20.0, 62.0), (80.0, 62.0)]],
        [arc(50, 50, 35, 35, 0, 360), arc(38, 40, 3, 3, 0, 360), arc(62, 40, 3, 3, 0, 360)],
    ],
    ids=["A", "scribble", "equals", "face"],
)
def test_whatever_else_is_only_no_digit(strokes: Strokes) -> None:
    assert explain(strokes, pen=12) == NO_DIGIT


@pytest.mark.parametrize("digit", sorted(set(DIGITS) - {1}))
def test_no_digit_but_a_bare_1_is_called_a_dash_or_several_things(digit: int) -> None:
    assert explain(DIGITS[digit]) == NO_DIGIT


def test_two_digits_that_compete_are_both_named() -> None:
    probabilities = np.full(10, 0.005, np.float32)
    probabilities[[9, 4]] = 0.56, 0.40
    network_input = prepare_digit(decode_picture(draw(DIGITS[9]))).network_input
    assert "could be 9 or 4" in explain_doubt(network_input, probabilities)
    probabilities[[9, 4]] = 0.86, 0.10
    assert explain_doubt(network_input, probabilities) == NO_DIGIT


def test_a_single_pixel_is_a_dot() -> None:
    network_input = np.zeros((28, 28), np.float32)
    network_input[14, 14] = 1
    assert explain_doubt(network_input, UNSURE) == DOT_OR_DASH
