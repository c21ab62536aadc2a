"""How well a model reads digits, what it confuses, and where it looks: the numbers.

    model = load_model()
    evaluation = evaluate(model, load_mnist().test)
    evaluation.accuracy.value, evaluation.accuracy.interval

`figures` draws them, and `report` makes a page of them.
"""

from __future__ import annotations

import importlib
import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from digits.common.errors import DigitError, LayerError
from digits.explanation.explaining import grad_cam
from digits.network.architectures import CLASSES
from digits.network.features import compute_features, describe_features
from digits.network.layers import convolution_names
from digits.network.prediction import predict_probabilities
from digits.training.digit_sets import (
    DigitSet,
    Images,
    Labels,
    as_network_input,
    spread_evenly,
)

if TYPE_CHECKING:
    import keras

CONFIDENCE_LEVEL = 0.95
RELIABILITY_BINS = 15
"""As many as Guo et al. (2017) use."""
MOST_MISTAKES = 24
HEATMAPS_PER_DIGIT = 100
MOST_EMBEDDED = 2_000
# With fewer, t-SNE draws clouds that mean nothing.
FEWEST_EMBEDDED = 30
PERPLEXITY = 30


@dataclass(frozen=True)
class Accuracy:
    """How many digits were read right, and out of how many; at least one."""

    right: int
    total: int

    @property
    def errors(self) -> int:
        """How many were not read right."""
        return self.total - self.right

    @property
    def value(self) -> float:
        """The share read right, 0 to 1."""
        return self.right / self.total

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% confidence interval, as `wilson_interval`."""
        return wilson_interval(self.right, self.total)


def wilson_interval(right: int, total: int, level: float = CONFIDENCE_LEVEL) -> tuple[float, float]:
    """Where the true share lies, by the Wilson score interval.

    Unlike the textbook's p ± 1.96·√(p(1-p)/n) it keeps its level near 0 and 1, where good
    recognisers are (Wilson, 1927, "Probable inference, the law of succession, and statistical
    inference"; Brown, Cai & DasGupta, 2001, "Interval estimation for a binomial proportion").

    Args:
        right: successes, 0 to `total`.
        total: trials, at least 1.
        level: how often such intervals hold the true share, between 0 and 1.

    Returns:
        Lower and upper end, 0 to 1.
    """
    z = NormalDist().inv_cdf((1 + level) / 2)
    share = right / total
    centre = share + z * z / (2 * total)
    reach = z * math.sqrt(share * (1 - share) / total + (z / (2 * total)) ** 2)
    shrink = 1 + z * z / total
    return max(0.0, (centre - reach) / shrink), min(1.0, (centre + reach) / shrink)


@dataclass(frozen=True)
class DigitScore:
    """How well one digit is told from the others; None where nothing can be said.

    Attributes:
        digit: 0 to 9.
        precision: of those read as this digit, the share that were it.
        recall: of those that were this digit, the share read as it.
        f1: the harmonic mean of the two.
        count: how many were this digit.
    """

    digit: int
    precision: float | None
    recall: float | None
    f1: float | None
    count: int


@dataclass(frozen=True, eq=False)
class Reliability:
    """Whether confidence can be taken at its word, bin by bin of confidence.

    The likeliest digit's confidence falls into one of `RELIABILITY_BINS` bins of equal width,
    each with its upper end (Guo et al., 2017, "On calibration of modern neural networks").

    Attributes:
        counts: int64 (bins,), how many digits.
        confidence: float64 (bins,), their mean confidence; NaN in an empty bin.
        accuracy: float64 (bins,), the share of them read right; NaN in an empty bin.
    """

    counts: NDArray[np.int64]
    confidence: NDArray[np.float64]
    accuracy: NDArray[np.float64]

    @property
    def calibration_error(self) -> float:
        """The expected calibration error: the mean gap of accuracy and confidence, 0 to 1."""
        filled = self.counts > 0
        gaps = np.abs(self.accuracy - self.confidence)[filled]
        return float(np.average(gaps, weights=self.counts[filled]))


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What a model reads in labelled digits, and how good that is.

    Attributes:
        labels: uint8 (n,), what the digits are.
        readings: int64 (n,), the likeliest digit of each.
        confidences: float64 (n,) in [0, 1], how sure of it the model is.
        confusion: int64 (10, 10), how many of a digit (row) were read as a digit (column).
        scores: one for each digit, 0 to 9.
        reliability: whether the confidences can be believed.
    """

    labels: Labels
    readings: NDArray[np.int64]
    confidences: NDArray[np.float64]
    confusion: NDArray[np.int64]
    scores: tuple[DigitScore, ...]
    reliability: Reliability

    @property
    def accuracy(self) -> Accuracy:
        """Over all digits."""
        return Accuracy(int(np.trace(self.confusion)), len(self.labels))


def evaluate(model: keras.Model, digits: DigitSet) -> Evaluation:
    """Let a model read digits whose labels are known.

    Raises:
        ModelError: as `predict_probabilities`.
        DigitError: scikit-learn is not installed.
    """
    return measure(predict_probabilities(_network_inputs(digits.images), model), digits.labels)


def measure(probabilities: NDArray[np.float32], labels: Labels) -> Evaluation:
    """How good calibrated probabilities are.

    Args:
        probabilities: float32 (n, 10), each row sums to 1; n is at least 1.
        labels: uint8 (n,), 0 to 9.

    Raises:
        DigitError: scikit-learn is not installed.
    """
    metrics = _scikit_learn("sklearn.metrics")
    readings = probabilities.argmax(axis=1)
    confidences = probabilities.max(axis=1).astype(np.float64)
    return Evaluation(
        labels=labels,
        readings=readings,
        confidences=confidences,
        confusion=metrics.confusion_matrix(labels, readings, labels=range(CLASSES)),
        scores=_scores(metrics, labels, readings),
        reliability=measure_reliability(confidences, readings == labels),
    )


def _scores(metrics: Any, labels: Labels, readings: NDArray[np.int64]) -> tuple[DigitScore, ...]:
    columns = metrics.precision_recall_fscore_support(
        labels, readings, labels=range(CLASSES), zero_division=np.nan
    )
    return tuple(
        DigitScore(digit, _known(precision), _known(recall), _known(f1), int(count))
        for digit, (precision, recall, f1, count) in enumerate(zip(*columns, strict=True))
    )


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def measure_reliability(confidences: NDArray[np.float64], right: NDArray[np.bool_]) -> Reliability:
    """Sort digits into bins by confidence, and compare what was claimed with what was so.

    Args:
        confidences: float64 (n,) in [0, 1], of the likeliest digits.
        right: bool (n,), whether they were read right.
    """
    inner_edges = np.arange(1, RELIABILITY_BINS) / RELIABILITY_BINS
    bins = np.digitize(confidences, inner_edges, right=True)
    counts = np.bincount(bins, minlength=RELIABILITY_BINS)
    with np.errstate(invalid="ignore"):  # 0 / 0 in an empty bin is the NaN that is promised
        confidence = np.bincount(bins, confidences, RELIABILITY_BINS) / counts
        accuracy = np.bincount(bins, right, RELIABILITY_BINS) / counts
    return Reliability(counts, confidence, accuracy)


@dataclass(frozen=True, eq=False)
class Mistake:
    """A digit read wrongly.

    Attributes:
        index: which of the digits, from 0.
        label: what it is.
        reading: what the model took it for.
        confidence: how sure of that it was, 0 to 1.
        picture: uint8 (28, 28), white ink on black.
        heatmap: float32 (28, 28) in [0, 1], what spoke for `reading`; None from a model without
            convolutions.
    """

    index: int
    label: int
    reading: int
    confidence: float
    picture: Images
    heatmap: NDArray[np.float32] | None


def find_mistakes(
    model: keras.Model, digits: DigitSet, evaluation: Evaluation, most: int = MOST_MISTAKES
) -> tuple[Mistake, ...]:
    """The mistakes that the model was surest of, the surest first, each with its heatmap.

    Args:
        model: the one that was evaluated.
        digits: those that were evaluated.
        evaluation: of the two.
        most: how many to give.
    """
    wrong = np.flatnonzero(evaluation.readings != digits.labels)
    surest_first = wrong[np.argsort(-evaluation.confidences[wrong], kind="stable")][:most]
    explained = bool(convolution_names(model))
    return tuple(
        Mistake(
            index=int(i),
            label=int(digits.labels[i]),
            reading=int(evaluation.readings[i]),
            confidence=float(evaluation.confidences[i]),
            picture=digits.images[i],
            heatmap=explain(model, digits.images[i], evaluation.readings[i]) if explained else None,
        )
        for i in surest_first
    )


def explain(
    model: keras.Model, picture: Images, digit: int, layer_name: str | None = None
) -> NDArray[np.float32]:
    """What speaks for a digit in one of the pictures: `grad_cam`, of uint8 (28, 28)."""
    return grad_cam(_network_inputs(picture[None])[0], int(digit), layer_name, model=model)


@dataclass(frozen=True, eq=False)
class AverageHeatmap:
    """Where a model looks for a digit, on average.

    Attributes:
        digit: 0 to 9.
        count: over how many pictures, all read right.
        picture: float32 (28, 28) in [0, 1], the mean of the pictures.
        heatmap: float32 (28, 28) in [0, 1], the mean of their heatmaps.
    """

    digit: int
    count: int
    picture: NDArray[np.float32]
    heatmap: NDArray[np.float32]


def average_heatmaps(
    model: keras.Model, digits: DigitSet, evaluation: Evaluation, most: int = HEATMAPS_PER_DIGIT
) -> tuple[AverageHeatmap, ...]:
    """The mean Grad-CAM of each digit, over pictures spread evenly among those read right.

    Args:
        model: the one that was evaluated.
        digits: those that were evaluated.
        evaluation: of the two.
        most: over how many pictures of each digit.

    Returns:
        One for each digit of which a picture was read right; none at all for a model without
        convolutions.
    """
    if not convolution_names(model):
        return ()
    right = evaluation.readings == digits.labels
    chosen = [np.flatnonzero(right & (digits.labels == digit)) for digit in range(CLASSES)]
    return tuple(
        _average(model, digit, digits.images[indices[spread_evenly(len(indices), most)]])
        for digit, indices in enumerate(chosen)
        if indices.size
    )


def _average(model: keras.Model, digit: int, pictures: Images) -> AverageHeatmap:
    return AverageHeatmap(
        digit=digit,
        count=len(pictures),
        picture=_network_inputs(pictures).mean(axis=0),
        heatmap=np.mean([explain(model, picture, digit) for picture in pictures], axis=0),
    )


@dataclass(frozen=True, eq=False)
class Embedding:
    """The same digits as points on two maps, each of which puts what is alike close together.

    Attributes:
        labels: uint8 (n,).
        pixels: float32 (n, 2), by their raw pixels.
        features: float32 (n, 2), by what the network has made of them.
        features_are: what the features are, in words.
    """

    labels: Labels
    pixels: NDArray[np.float32]
    features: NDArray[np.float32]
    features_are: str


def embed(model: keras.Model, digits: DigitSet, most: int = MOST_EMBEDDED) -> Embedding | None:
    """Map digits by t-SNE, by their pixels and by the network's features of them.

    The maps are reproducible: they begin at the first two principal components, with a fixed seed
    (van der Maaten & Hinton, 2008, "Visualizing data using t-SNE").

    Args:
        model: whose features.
        digits: from 0 up; those mapped are spread evenly among them.
        most: how many are mapped.

    Returns:
        None where fewer than `FEWEST_EMBEDDED` digits differ, in their pixels or features, or
        where the model has no features.

    Raises:
        DigitError: scikit-learn is not installed.
    """
    digits = digits.spread(most)
    inputs = _network_inputs(digits.images)
    pixels = inputs.reshape(len(inputs), -1)
    try:
        features = compute_features(model, inputs)
    except LayerError:
        return None
    if min(_count_different(pixels), _count_different(features)) < FEWEST_EMBEDDED:
        return None
    features_are = f"{features.shape[1]:,} numbers a digit, {describe_features(model)}"
    return Embedding(digits.labels, _t_sne(pixels), _t_sne(features), features_are)


def _count_different(rows: NDArray[np.float32]) -> int:
    return len(np.unique(rows, axis=0))


def _t_sne(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    perplexity = min(PERPLEXITY, (len(rows) - 1) / 3)
    mapper = _scikit_learn("sklearn.manifold").TSNE(
        perplexity=perplexity, init="pca", random_state=0
    )
    # Its steps are short: threads that wait for a busy core make it many times slower.
    with _scikit_learn("threadpoolctl").threadpool_limits(1, user_api="openmp"):
        return mapper.fit_transform(rows)


def _network_inputs(images: Images) -> NDArray[np.float32]:
    return as_network_input(images)[..., 0]


def _scikit_learn(module: str) -> Any:
    """A module of scikit-learn, or of what comes with it."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise DigitError(
            "This needs scikit-learn: pip install -r requirements-train.txt"
        ) from error
