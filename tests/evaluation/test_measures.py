"""Figures of merit against values worked out by hand, and against other implementations."""

import sys
from typing import Any

import numpy as np
import pytest
from scipy.stats import binomtest

from digit_predictor import load_model
from digits.common.errors import DigitError
from digits.evaluation.measures import (
    Accuracy,
    average_heatmaps,
    embed,
    evaluate,
    find_mistakes,
    measure,
    measure_reliability,
    wilson_interval,
)
from digits.network.architectures import INPUT_SHAPE
from digits.network.tensorflow_import import import_keras
from digits.training.digit_sets import DigitSet, as_network_input
from digits.training.picture_folder import read_picture_folder
from gradcam_visualizer import grad_cam
from tests.training.test_picture_folder import put_picture

keras = import_keras()


def answers(readings: list[int], confidence: float = 0.91) -> np.ndarray:
    """Probabilities that read as told, the rest spread over the other nine digits."""
    probabilities = np.full((len(readings), 10), (1 - confidence) / 9, np.float32)
    probabilities[np.arange(len(readings)), readings] = confidence
    return probabilities


def test_the_wilson_interval_is_the_one_worked_out_by_hand() -> None:
    # p = 0.8, n = 10, z = 1.96: centre (0.8 + 0.19207) / 1.38415 = 0.71674, reach
    # 1.96 · √(0.016 + 0.0096036) / 1.38415 = 0.22658.
    assert wilson_interval(8, 10) == pytest.approx((0.49016, 0.94332), abs=1e-4)


@pytest.mark.parametrize(("right", "total"), [(0, 10), (10, 10), (1, 1), (9_959, 10_000), (17, 90)])
def test_the_wilson_interval_is_that_of_scipy(right: int, total: int) -> None:
    theirs = binomtest(right, total).proportion_ci(0.95, method="wilson")
    assert Accuracy(right, total).interval == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_the_calibration_error_is_the_one_worked_out_by_hand() -> None:
    # Two at 0.95, one of them right: gap 0.45. One right at 0.55 and one wrong at 0.6, which is
    # the upper end of the bin from 8/15 to 9/15: gap |0.5 - 0.575|. Half of each.
    right = np.array([True, False, True, False])
    reliability = measure_reliability(np.array([0.95, 0.95, 0.55, 0.6]), right)
    assert reliability.counts.tolist() == [0] * 8 + [2] + [0] * 5 + [2]
    assert reliability.calibration_error == pytest.approx(0.5 * 0.45 + 0.5 * 0.075)


def test_the_calibration_error_weighs_bins_by_their_digits() -> None:
    confidences = np.array([1.0] * 99 + [0.5])
    reliability = measure_reliability(confidences, np.ones(100, bool))
    assert reliability.calibration_error == pytest.approx(0.005)
    assert np.isnan(reliability.accuracy[0])


def test_confusion_counts_the_true_digit_by_row() -> None:
    evaluation = measure(answers([3, 5, 5, 8]), np.array([3, 3, 5, 8], np.uint8))
    expected = np.zeros((10, 10), int)
    expected[3, 3] = expected[3, 5] = expected[5, 5] = expected[8, 8] = 1
    np.testing.assert_array_equal(evaluation.confusion, expected)
    assert evaluation.accuracy == Accuracy(3, 4)
    assert evaluation.accuracy.errors == 1


def test_precision_recall_and_f1_are_those_worked_out_by_hand() -> None:
    # Read as 3: three, two of them 3s. Of the four 3s two were read as 3.
    labels = np.array([3, 3, 3, 3, 5], np.uint8)
    score = measure(answers([3, 3, 5, 5, 3]), labels).scores[3]
    assert (score.digit, score.count) == (3, 4)
    assert score.precision == pytest.approx(2 / 3)
    assert score.recall == pytest.approx(1 / 2)
    assert score.f1 == pytest.approx(4 / 7)


def test_nothing_is_said_of_a_digit_that_was_neither_there_nor_read() -> None:
    score = measure(answers([1]), np.array([1], np.uint8)).scores[0]
    assert (score.precision, score.recall, score.f1, score.count) == (None, None, None, 0)


@pytest.fixture(scope="module")
def drawings(tmp_path_factory: pytest.TempPathFactory) -> DigitSet:
    """Each digit with two pens."""
    folder = tmp_path_factory.mktemp("drawings")
    for digit in range(10):
        for pen in (14, 22):
            put_picture(folder / str(digit) / f"{pen}.png", digit, pen)
    return read_picture_folder(folder).digits


@pytest.fixture(scope="module")
def mislabelled(drawings: DigitSet) -> DigitSet:
    """The same, the two 3s said to be 8s and one 1 a 7."""
    labels = drawings.labels.copy()
    labels[6:8] = 8
    labels[2] = 7
    return DigitSet(drawings.images, labels)


def test_a_model_is_evaluated_on_digits_with_known_answers(mislabelled: DigitSet) -> None:
    evaluation = evaluate(load_model(), mislabelled)
    assert evaluation.accuracy == Accuracy(17, 20)
    assert evaluation.confusion[8, 3] == 2
    assert evaluation.confusion[7, 1] == 1


def test_mistakes_come_surest_first_with_the_heatmap_of_what_was_read(
    mislabelled: DigitSet,
) -> None:
    evaluation = evaluate(load_model(), mislabelled)
    mistakes = find_mistakes(load_model(), mislabelled, evaluation)
    assert {mistake.index: (mistake.label, mistake.reading) for mistake in mistakes} == {
        2: (7, 1),
        6: (8, 3),
        7: (8, 3),
    }
    confidences = [mistake.confidence for mistake in mistakes]
    assert confidences == sorted(confidences, reverse=True)
    of_three = next(mistake for mistake in mistakes if mistake.index == 6)
    assert of_three.heatmap is not None
    expected = grad_cam(as_network_input(mislabelled.images)[6, ..., 0], 3)
    np.testing.assert_allclose(of_three.heatmap, expected, atol=1e-5)
    assert len(find_mistakes(load_model(), mislabelled, evaluation, most=1)) == 1


def test_average_heatmaps_are_means_over_what_was_read_right(mislabelled: DigitSet) -> None:
    evaluation = evaluate(load_model(), mislabelled)
    averages = average_heatmaps(load_model(), mislabelled, evaluation)
    assert [average.digit for average in averages] == [0, 1, 2, 4, 5, 6, 7, 8, 9]
    assert [average.count for average in averages] == [2, 1, 2, 2, 2, 2, 2, 2, 2]
    of_two = averages[2]
    pictures = as_network_input(mislabelled.images)[4:6, ..., 0]
    np.testing.assert_allclose(of_two.picture, pictures.mean(axis=0), atol=1e-6)
    expected = (grad_cam(pictures[0], 2) + grad_cam(pictures[1], 2)) / 2
    np.testing.assert_allclose(of_two.heatmap, expected, atol=1e-5)
    fewer = average_heatmaps(load_model(), mislabelled, evaluation, most=1)
    assert {average.count for average in fewer} == {1}


def without_convolutions() -> Any:
    stack = [keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax")]
    return keras.Sequential([keras.Input(INPUT_SHAPE), *stack])


def test_a_model_without_convolutions_is_evaluated_without_heatmaps(drawings: DigitSet) -> None:
    model = without_convolutions()
    evaluation = evaluate(model, drawings)
    assert evaluation.accuracy.total == 20
    assert average_heatmaps(model, drawings, evaluation) == ()
    assert {mistake.heatmap for mistake in find_mistakes(model, drawings, evaluation)} == {None}


def random_digits(count: int) -> DigitSet:
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (count, 28, 28), np.uint8)
    return DigitSet(images, (np.arange(count) % 10).astype(np.uint8))


def test_maps_are_reproducible_and_spread_evenly_over_the_digits() -> None:
    digits = random_digits(60)
    one, two = (embed(load_model(), digits, most=30) for _ in range(2))
    assert one is not None
    assert two is not None
    assert one.pixels.shape == one.features.shape == (30, 2)
    assert one.labels[0] == digits.labels[0]
    assert one.labels[-1] == digits.labels[-1]
    assert np.array_equal(one.pixels, two.pixels)
    assert np.array_equal(one.features, two.features)
    width = load_model().get_layer("dropout").output.shape[-1]
    assert f"{width} numbers" in one.features_are


def the_same_digit(count: int) -> DigitSet:
    one = random_digits(1)
    return DigitSet(one.images.repeat(count, axis=0), one.labels.repeat(count))


@pytest.mark.parametrize("digits", [random_digits(29), the_same_digit(50)])
def test_too_few_different_digits_are_not_mapped(digits: DigitSet) -> None:
    assert embed(load_model(), digits) is None


def test_without_scikit_learn_one_sentence_says_what_to_install(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.metrics", None)
    with pytest.raises(DigitError, match=r"pip install -r requirements-train\.txt"):
        measure(answers([1]), np.array([1], np.uint8))
