"""What a network answers to digits that are prepared for it, and how sure it is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from digits.common.errors import ModelError
from digits.network.doubt import SCORES
from digits.network.loading import as_network

if TYPE_CHECKING:
    from digits.network.loading import AnyNetwork


BATCH = 500
"""How many digits go through the network at once; more are no faster, and take memory."""


def predict_probabilities(
    network_inputs: NDArray[np.float32], model: AnyNetwork | None = None
) -> NDArray[np.float32]:
    """Calibrated class probabilities of prepared digits: `calibrated_softmax` of their logits.

    Args:
        network_inputs: float32 (n, 28, 28) in [0, 1], white ink on black.
        model: from `load_network` or `load_model`; None takes the default network.

    Returns:
        float32 (n, 10); each row sums to 1.

    Raises:
        ModelError: as `predict_logits`.
    """
    network = as_network(model)
    return calibrated_softmax(predict_logits(network_inputs, network), network)


def predict_logits(
    network_inputs: NDArray[np.float32], model: AnyNetwork | None = None
) -> NDArray[np.float32]:
    """What the network answers before temperature and softmax, at most `BATCH` digits at a time.

    Args:
        network_inputs: float32 (n, 28, 28) in [0, 1], white ink on black; n is at least 1.
        model: from `load_network` or `load_model`; None takes the default network.

    Returns:
        float32 (n, 10).

    Raises:
        ModelError: the default network cannot be loaded, or `model` gives no finite logits.
    """
    network = as_network(model)
    batches = np.array_split(network_inputs, math.ceil(len(network_inputs) / BATCH))
    return checked_logits(np.concatenate([network.compute_logits(batch) for batch in batches]))


def checked_logits(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """The same logits.

    Raises:
        ModelError: they are not all finite.
    """
    if not np.isfinite(logits).all():
        raise ModelError("This model gives answers that are not numbers: train it again.")
    return logits


def calibrated_softmax(logits: NDArray[np.float32], model: AnyNetwork) -> NDArray[np.float32]:
    """Probabilities that can be believed, float32 (n, 10), from logits (n, 10).

    The logits are divided by the temperature that the model file gives, then go through the
    softmax (Guo et al., 2017, "On calibration of modern neural networks").
    """
    return softmax(logits / np.float32(as_network(model).papers.temperature))


def are_digits(logits: NDArray[np.float32], model: AnyNetwork) -> NDArray[np.bool_]:
    """Whether each looks like a digit at all, bool (n,), from logits (n, 10).

    The model file gives the score and its threshold; without one everything passes for a digit.
    """
    papers = as_network(model).papers
    if papers.doubt_threshold is None:
        return np.ones(len(logits), bool)
    return SCORES[papers.doubt_score](logits) >= papers.doubt_threshold


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Probabilities along the last axis."""
    odds = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=-1, keepdims=True), np.float32)
