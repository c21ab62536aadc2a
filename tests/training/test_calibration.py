"""A network whose logits are written in its pictures gets the temperature worked out by hand."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from digits.network.doubt import SCORES
from digits.network.tensorflow_import import import_keras
from digits.training.calibration import DOUBT_SCORE, SHARE_DOUBTED, calibrate
from digits.training.digit_sets import NO_DIGIT, DigitSet

if TYPE_CHECKING:
    import keras

# What a white pixel adds to a logit.
GAIN = 51.0
OTHERS = -60.0


def reading_network(shape: tuple[int, ...] = (28, 28, 1)) -> keras.Model:
    """Its logits are the first two pixels of a picture, times `GAIN`; the others are `OTHERS`."""
    keras = import_keras()
    weights = np.zeros((784, 10), np.float32)
    weights[0, 0] = weights[1, 1] = GAIN
    biases = np.array([0, 0, *[OTHERS] * 8], np.float32)
    picture = keras.Input(shape)
    logits = keras.layers.Dense(10)
    model = keras.Model(picture, keras.layers.Softmax()(logits(keras.layers.Flatten()(picture))))
    logits.set_weights([weights, biases])
    return model


def digits(*logits_and_label: tuple[int, int, int]) -> DigitSet:
    """Pictures by their first two logits, whole numbers, and their labels."""
    images = np.zeros((len(logits_and_label), 28, 28), np.uint8)
    for image, (first, second, _) in zip(images, logits_and_label, strict=True):
        image[0, :2] = np.array([first, second]) * 255 / GAIN
    return DigitSet(images, np.array([label for *_, label in logits_and_label], np.uint8))


NOTHING = DigitSet(np.zeros((0, 28, 28), np.uint8), np.zeros(0, np.uint8))
# Logits 2 apart, three of four right: σ(2 / T) = 3/4, so T = 2 / ln 3.
THREE_OF_FOUR = digits((2, 0, 0), (2, 0, 0), (0, 2, 1), (0, 2, 0))


@pytest.mark.parametrize("shape", [(28, 28, 1), (28, 28)])
def test_the_temperature_is_the_one_worked_out_by_hand(shape: tuple[int, ...]) -> None:
    calibration = calibrate(reading_network(shape), THREE_OF_FOUR, {}, NOTHING)
    assert calibration.temperature == pytest.approx(2 / math.log(3), rel=1e-4)


def test_without_non_digits_nothing_is_doubted() -> None:
    calibration = calibrate(reading_network(), THREE_OF_FOUR, {"one": THREE_OF_FOUR}, NOTHING)
    assert calibration.doubt_threshold is None
    assert calibration.doubt_score in SCORES
    assert "Nothing is doubted, for this network was not taught to doubt" in calibration.line


def test_the_threshold_doubts_the_share_that_may_be_and_the_line_says_what_that_does() -> None:
    # Of 600 digits 0.7% are those four whose highest logit is lowest.
    assert (DOUBT_SCORE, SHARE_DOUBTED) == ("max_logit", 0.007)
    judge = digits(*[(lead, 0, 0) for lead in [1, 1, 2, 2, 3, *[5] * 595]])
    # Of the four that are no digits two score less than the fifth digit, and one as much.
    non_digits = digits(*[(lead, 0, NO_DIGIT) for lead in (0, 1, 3, 4)])
    calibration = calibrate(reading_network(), THREE_OF_FOUR, {"one": judge}, non_digits)
    # No temperature: doubt is measured on the logits as they are.
    assert calibration.doubt_threshold == pytest.approx(3, rel=1e-5)
    # Pairs in order: with 0 all 600; with 1 598 and two ties; with 3 595 and a tie; with 4 595.
    assert f"{(600 + 599 + 595.5 + 595) / 2400:.3f}" == "0.996"
    assert "0.7% of the validation digits are doubted and 50.0% of 4 things" in calibration.line
    assert "AUROC 0.996" in calibration.line


def test_many_digits_are_judged_batch_by_batch_as_if_at_once() -> None:
    judge = digits(*[(lead % 5 + 1, 0, 0) for lead in range(1_203)])
    non_digits = digits(*[(0, 0, NO_DIGIT)] * 501)
    calibration = calibrate(reading_network(), THREE_OF_FOUR, {"one": judge}, non_digits)
    assert calibration.doubt_threshold == pytest.approx(1, rel=1e-5)
    assert "100.0% of 501 things" in calibration.line


def test_the_network_stays_as_it_was() -> None:
    model = reading_network()
    before = [weights.copy() for weights in model.get_weights()]
    calibrate(model, THREE_OF_FOUR, {"one": THREE_OF_FOUR}, digits((1, 0, NO_DIGIT)))
    for now, then in zip(model.get_weights(), before, strict=True):
        assert np.array_equal(now, then)
