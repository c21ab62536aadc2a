"""Whether something is a digit at all: scores, the threshold below which it is doubted, and why.

Every score is higher for what looks like a digit. Those in `SCORES` are functions of the logits,
so that a doubt costs nothing beyond the answer; a network that was shown things that are no digits
while it was trained tells by its logits what is like them (Hendrycks, Mazeika & Dietterich, 2019,
"Deep anomaly detection with outlier exposure").
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from digits.network.architectures import CLASSES
from digits.picture.pixels import label_parts

Scores = NDArray[np.float64]

NO_DIGIT = "This does not look like a digit: draw or photograph a single digit, 0 to 9."
DOT_OR_DASH = "This looks like a dot or a dash: draw or photograph a single digit, 0 to 9."
SEVERAL_THINGS = "There seems to be more than one thing here: show one digit at a time."

# Of full ink. What is fainter may be a stroke's rim, or the gap between two strokes.
_SOLID_INK = 0.4
# Of the spread of ink along a stroke: a straight one spreads no more across.
_STRAIGHT = 0.25
# Of its convex hull: a dot fills as much.
_FILLED_HULL = 0.9
# Of the height of all ink: what is as high is a thing of its own, not a digit's detached stroke.
_HEIGHT_OF_A_THING = 0.4
# Two digits compete if they leave the others less than this, and the second has at least that.
_LEAST_OF_TWO = 0.9
_LEAST_OF_THE_SECOND = 0.25


def max_probability(logits: NDArray[np.float32]) -> Scores:
    """The largest value of the softmax, (n,) from logits (n, 10).

    Hendrycks & Gimpel (2017), "A baseline for detecting misclassified and out-of-distribution
    examples in neural networks".
    """
    return np.exp(max_logit(logits) - energy(logits))


def max_logit(logits: NDArray[np.float32]) -> Scores:
    """The largest logit, (n,) from logits (n, 10).

    Hendrycks et al. (2022), "Scaling out-of-distribution detection for real-world settings".
    """
    return logits.max(axis=1).astype(np.float64)


def energy(logits: NDArray[np.float32]) -> Scores:
    """The negative free energy, which is the logsumexp, (n,) from logits (n, 10).

    Liu et al. (2020), "Energy-based out-of-distribution detection".
    """
    return np.logaddexp.reduce(logits.astype(np.float64), axis=1)


SCORES: dict[str, Callable[[NDArray[np.float32]], Scores]] = {
    "max_probability": max_probability,
    "max_logit": max_logit,
    "energy": energy,
}
"""float64 (n,) from float32 (n, 10), logits as the network gives them, at no temperature."""


@dataclass(frozen=True, eq=False)
class FeatureDistance:
    """How far features lie from those of digits: the Mahalanobis distance to the nearest class.

    Lee et al. (2018), "A simple unified framework for detecting out-of-distribution samples and
    adversarial attacks", with one covariance for all classes. Directions in which the features of
    digits do not vary are left out.

    Attributes:
        means: float64 (classes, features), of each class.
        whitening: float64 (features, directions), after which the features of a class vary by 1.
    """

    means: NDArray[np.float64]
    whitening: NDArray[np.float64]

    @classmethod
    def fit(cls, features: NDArray[np.float32], labels: ArrayLike) -> FeatureDistance:
        """Learn what the features of digits are.

        Args:
            features: float32 (n, features), as `features.compute_features` gives them.
            labels: int (n,), 0 to 9, each of them at least once.
        """
        values, of = features.astype(np.float64), np.asarray(labels)
        means = np.stack([values[of == digit].mean(axis=0) for digit in range(CLASSES)])
        variances, directions = np.linalg.eigh(np.cov((values - means[of]).T, bias=True))
        varies = variances > 1e-9 * variances[-1]
        return cls(means, directions[:, varies] / np.sqrt(variances[varies]))

    def score(self, features: NDArray[np.float32]) -> Scores:
        """The negative squared distance to the nearest class, (n,) from features (n, features)."""
        means, values = self.means @ self.whitening, features @ self.whitening
        return -np.min([((values - mean) ** 2).sum(axis=1) for mean in means], axis=0)


def choose_threshold(digit_scores: Scores, share_doubted: float) -> float:
    """The highest threshold that doubts no more than this share of digits.

    Args:
        digit_scores: float (n,), of digits that the network did not learn from; n is at least 1.
        share_doubted: at least 0 and below 1.

    Returns:
        One of the scores; what scores less is doubted.
    """
    return float(np.sort(digit_scores)[math.floor(share_doubted * len(digit_scores))])


def explain_doubt(network_input: NDArray[np.float32], probabilities: NDArray[np.float32]) -> str:
    """What may be wrong with something that is doubted, and what to do, in a sentence for people.

    Args:
        network_input: float32 (28, 28) in [0, 1], white ink on black.
        probabilities: float32 (10,), what the network takes it for.
    """
    solid = network_input > _SOLID_INK * network_input.max()
    if _are_several_things(solid):
        return SEVERAL_THINGS
    points = np.argwhere(solid)
    if _is_straight(points) or _is_filled(points, solid.shape):
        return DOT_OR_DASH
    likeliest, second = np.argsort(-probabilities, kind="stable")[:2]
    of_two = probabilities[likeliest] + probabilities[second]
    if of_two >= _LEAST_OF_TWO and probabilities[second] >= _LEAST_OF_THE_SECOND:
        return f"This could be {likeliest} or {second}: write it once more, and more clearly."
    return NO_DIGIT


def _are_several_things(solid: NDArray[np.bool_]) -> bool:
    """Whether high parts stand side by side, with nothing of one above or below the other."""
    _, stats = label_parts(solid)
    rows = np.flatnonzero(solid.any(axis=1))
    least = _HEIGHT_OF_A_THING * (rows[-1] - rows[0] + 1)
    high = stats[1:][stats[1:, cv2.CC_STAT_HEIGHT] >= least]
    left = np.sort(high[:, cv2.CC_STAT_LEFT])
    right = np.sort(high[:, cv2.CC_STAT_LEFT] + high[:, cv2.CC_STAT_WIDTH])
    return bool((right[:-1] <= left[1:]).any())


def _is_straight(points: NDArray[np.intp]) -> bool:
    """Whether it is one stroke without bends; of digits only a 1 is."""
    offsets = points - points.mean(axis=0)
    across, along = np.linalg.eigvalsh(offsets.T @ offsets)  # of their covariance, times n
    return bool(across <= _STRAIGHT**2 * along)


def _is_filled(points: NDArray[np.intp], shape: tuple[int, int]) -> bool:
    """Whether it is without holes and dents."""
    outline = cv2.convexHull(points[:, ::-1].astype(np.int32))
    hull = cv2.fillConvexPoly(np.zeros(shape, np.uint8), outline, 1)
    return bool(len(points) >= _FILLED_HULL * cv2.countNonZero(hull))
