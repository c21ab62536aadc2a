"""Other weights for a last layer, by ridge regression towards those that it has.

Ridge regression (Hoerl & Kennard, 1970) in the metric of `rehearsal`: a change is cheap in
directions that digits do not use and dear in those that they are told apart by, so that one wrong
correction of a usual 3 changes little and one of an unusual sign much. All is linear in the
features, so that evidence at the last feature maps stays what it was: a constant for each channel.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digits.adaptation.rehearsal import Rehearsal
from digits.network.architectures import CLASSES
from digits.network.last_layer import LastLayer

# Chosen by `benchmarks/adaptation.py` on validation writers. By so many logits the right digit
# shall lead, but by no more than this for each unit of the features' own length, for what the
# network hardly sees tells little.
_LEAD, _LEAD_A_LENGTH = 4.6, 2.0
# What a single correction is shrunk by, relative to itself and absolutely.
_SHRINK, _LEAST = 1.0, 3e-3

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Examples:
    """What is right of some pictures.

    Attributes:
        features: float64 (n, channels), as `Network.compute_feature_sums`.
        labels: int (n,), 0 to 9; `CLASSES` for no digit.
        weights: float64 (n,), 1 for what was said and less for what was let stand.
    """

    features: Array
    labels: NDArray[np.int64]
    weights: Array


def fit_last_layer(
    plain: LastLayer, rehearsal: Rehearsal, examples: Examples
) -> NDArray[np.float32]:
    """The weights that read the examples right as far as that costs little elsewhere.

    Args:
        plain: the last layer as it is.
        rehearsal: what a change costs.
        examples: at least one.

    Returns:
        float32 (classes, channels).
    """
    features = examples.features / rehearsal.scale
    directions = features @ rehearsal.of_classes  # (classes, n, channels)
    kernel = directions @ features.T
    lengths = np.diagonal(kernel, axis1=1, axis2=2)
    shrunk = (_SHRINK * lengths + _LEAST) / examples.weights
    leads = _leads(examples.labels, lengths)
    logits = examples.features @ plain.weights.T + plain.biases
    wanted = _wanted_changes(logits, examples.labels, leads)
    ridge = kernel + shrunk[:, :, None] * np.eye(len(features))
    shares = np.linalg.solve(ridge, wanted.T[..., None])[..., 0]
    change = np.einsum("cn,cnd->cd", shares, directions)
    return np.asarray(plain.weights + change / rehearsal.scale, np.float32)


def _leads(labels: NDArray[np.int64], lengths: Array) -> Array:
    """By how much each right digit shall lead, (n,); 0 for what is none."""
    is_digit = labels < CLASSES
    own = lengths[np.where(is_digit, labels, 0), np.arange(len(labels))]
    return np.where(is_digit, np.minimum(_LEAD, _LEAD_A_LENGTH * np.sqrt(own)), 0.0)


def _wanted_changes(logits: Array, labels: NDArray[np.int64], leads: Array) -> Array:
    """Of each logit, (n, classes): half by raising the right one, half by lowering the others."""
    wanted = np.zeros_like(logits)
    for number in np.flatnonzero(labels < CLASSES):
        label = labels[number]
        behind = logits[number] + leads[number] - logits[number, label]
        behind[label] = 0.0
        rise = max(0.0, float(behind.max())) / 2
        wanted[number] = -np.maximum(0.0, behind - rise)
        wanted[number, label] = rise
    return wanted
