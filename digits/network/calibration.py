"""Whether confidence can be believed: the temperature that makes it so, and how well it sorts.

How far confidence is from the truth says `evaluation.measures.Reliability.calibration_error`.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

LOWEST_TEMPERATURE = 0.05
HIGHEST_TEMPERATURE = 20.0
# Each halves what is left of the range: this leaves less than a float64 can tell apart.
_HALVINGS = 60


def fit_temperature(logits: ArrayLike, labels: ArrayLike) -> float:
    """The temperature that calibrates a network: the likelihood of the labels is highest with it.

    The logits are divided by it before the softmax, which changes no answer, only how sure it is
    (Guo et al., 2017, "On calibration of modern neural networks"). The negative log-likelihood is
    convex in 1 / temperature, so that halving finds where its slope is zero.

    Args:
        logits: float (n, classes) of digits that the network did not learn from; n is at least 1.
        labels: int (n,), what they are.

    Returns:
        From `LOWEST_TEMPERATURE` to `HIGHEST_TEMPERATURE`; the lowest where every digit is read
        right with any, for then no temperature is low enough.
    """
    values = np.asarray(logits, np.float64)
    values = values - values.max(axis=1, keepdims=True)
    of_labels = values[np.arange(len(values)), np.asarray(labels)]
    low, high = math.log(LOWEST_TEMPERATURE), math.log(HIGHEST_TEMPERATURE)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _expected(values, math.exp(middle)) > float(of_labels.mean()):
            low = middle
        else:
            high = middle
    return math.exp((low + high) / 2)


def _expected(logits: NDArray[np.float64], temperature: float) -> float:
    """The mean logit that the network expects the labels to have; a hotter one expects less."""
    odds = np.exp(logits / temperature)
    return float(((odds * logits).sum(axis=1) / odds.sum(axis=1)).mean())


def auroc(scores: ArrayLike, is_positive: ArrayLike) -> float:
    """How well scores tell two kinds apart: the area under the receiver operating characteristic.

    It is the share of pairs, one of each kind, in which the positive one scores higher; ties count
    half (Mann & Whitney, 1947, "On a test of whether one of two random variables is stochastically
    larger than the other").

    Args:
        scores: float (n,).
        is_positive: bool (n,), of which kind each is.

    Returns:
        0 to 1, 0.5 if the scores say nothing; NaN where one kind is missing.
    """
    positive = np.asarray(is_positive, bool)
    positives = int(positive.sum())
    pairs = positives * (len(positive) - positives)
    if not pairs:
        return math.nan
    _, place, counts = np.unique(np.asarray(scores), return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    return float((ranks[positive].sum() - positives * (positives + 1) / 2) / pairs)
