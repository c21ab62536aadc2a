"""Which score tells digits from other things best: a table of the methods that are known.

The threshold of each doubts 1% of validation digits, which none of the methods has learnt from.

The distance of features does badly for a network that learnt to doubt: it gives other things
features close to 0, about equally far from the means of all ten digits, and nearer to each than
an unusual digit is to its own.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from benchmarks.road_readings import NetworkInputs
from digits.network.calibration import auroc
from digits.network.doubt import SCORES, FeatureDistance, Scores, choose_threshold
from digits.network.features import compute_features
from digits.network.prediction import predict_logits
from digits.synthetic.pen_strokes import draw_strokes, read_pen_strokes
from digits.training.digit_sets import (
    PEN_TRAINING_WRITERS,
    PEN_VALIDATION_WRITERS,
    DigitSet,
    as_network_input,
    load_mnist,
    spread_evenly,
)
from digits.training.picture_folder import prepare_image

if TYPE_CHECKING:
    import keras

SHARE_OF_DIGITS_DOUBTED = 0.01
_DIGITS_TO_FIT, _PEN_DIGITS_TO_FIT = 6_000, 2_000
FEATURE_DISTANCE = "feature_distance"
# What the page's canvas starts with, and a digit that fills it comfortably.
_PEN, _SIZE = 20, 180


@dataclass(frozen=True)
class DoubtMethod:
    """How well one score tells digits from other things.

    Attributes:
        name: a key of `network.doubt.SCORES`, or `FEATURE_DISTANCE`.
        doubted: the share of other things that score below the threshold, by their kind.
        auroc: of validation digits and all other things.
    """

    name: str
    doubted: dict[str, float]
    auroc: float

    @property
    def mean_doubted(self) -> float:
        """Over all kinds, 0 to 1."""
        return float(np.mean(list(self.doubted.values())))


def compare_doubt_methods(
    model: keras.Model,
    non_digits: dict[str, NetworkInputs],
    mnist_file: str | None,
    strokes_file: str | None,
) -> list[DoubtMethod]:
    """Every method on the same digits and the same other things.

    Args:
        model: from `load_model`.
        non_digits: float32 (n, 28, 28) of each kind.
        mnist_file: as for `training.digit_sets.load_mnist`.
        strokes_file: as for `read_pen_strokes`; None leaves pen digits out.

    Raises:
        DataError: a file is missing or damaged.
    """
    mnist = load_mnist(mnist_file)
    validation = mnist.validation() + _pen_digits(strokes_file, PEN_VALIDATION_WRITERS)
    learnt = mnist.training().spread(_DIGITS_TO_FIT)
    learnt += _pen_digits(strokes_file, PEN_TRAINING_WRITERS)
    digits = _inputs(validation)
    logits = {kind: predict_logits(inputs, model) for kind, inputs in non_digits.items()}
    logits_of_digits = predict_logits(digits, model)
    methods = [
        _judge(name, score(logits_of_digits), {kind: score(of) for kind, of in logits.items()})
        for name, score in SCORES.items()
    ]
    distance = FeatureDistance.fit(compute_features(model, _inputs(learnt)), learnt.labels)
    return [
        *methods,
        _judge(
            FEATURE_DISTANCE,
            distance.score(compute_features(model, digits)),
            {
                kind: distance.score(compute_features(model, inputs))
                for kind, inputs in non_digits.items()
            },
        ),
    ]


def _pen_digits(strokes_file: str | None, writers: range) -> DigitSet:
    """Of some writers, as the network sees them: drawn as the page's canvas suggests."""
    if strokes_file is None:
        return DigitSet(np.zeros((0, 28, 28), np.uint8), np.zeros(0, np.uint8))
    digits = [digit for digit in read_pen_strokes(strokes_file) if digit.writer in writers]
    digits = [digits[i] for i in spread_evenly(len(digits), _PEN_DIGITS_TO_FIT)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # OpenCV works outside of Python's lock
        images = list(
            pool.map(lambda digit: prepare_image(draw_strokes(digit, _PEN, _SIZE)), digits)
        )
    return DigitSet(np.stack(images), np.array([digit.label for digit in digits], np.uint8))


def _inputs(digits: DigitSet) -> NetworkInputs:
    return as_network_input(digits.images)[..., 0]


def _judge(name: str, digit_scores: Scores, other_scores: dict[str, Scores]) -> DoubtMethod:
    threshold = choose_threshold(digit_scores, SHARE_OF_DIGITS_DOUBTED)
    others: NDArray[np.float64] = np.concatenate(list(other_scores.values()))
    scores = np.concatenate([digit_scores, others])
    doubted = {kind: float((of < threshold).mean()) for kind, of in other_scores.items()}
    return DoubtMethod(name, doubted, auroc(scores, np.arange(len(scores)) < len(digit_scores)))
