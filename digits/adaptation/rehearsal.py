"""Digits and other things that an adapted network must still read as before, and how much so.

They are the project's own drawings, made by rules: digits and letters in many ways of writing, as
unsteady hands write them with any pen, scribbles and doodles. They are shipped as `rehearsal.png`,
which `docs/make_rehearsal.py` draws; nothing of a data set is among them. Any network can rehearse
them.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digits.network.architectures import CLASSES
from digits.network.doubt import max_logit
from digits.network.familiar import directions_of
from digits.network.hand import last_layer_of
from digits.network.prediction import softmax
from digits.network.serving import Network
from digits.picture.preparation import NETWORK_SIZE

SHEET = Path(__file__).with_name("rehearsal.png")
"""28×28 pictures, white ink on black: two rows of each digit, then rows of what is none."""
COLUMNS, ROWS_A_DIGIT = 30, 2
# What softens the answers, so that digits which are read right by far still count a little.
_TEMPERATURE = 2.0
# Of the mean curvature, what each direction has at least: none is for free.
_LEAST = 0.03
_REMEMBERED = 16


@dataclass(frozen=True, eq=False)
class Rehearsal:
    """How dear it is to change the last layer of a network, in each direction.

    Attributes:
        scale: what features are divided by, so that digits have a root mean square of 1.
        of_classes: float64 (classes, channels, channels), for each class the inverse of how its
            probability curves: Fisher's information about its weights, as in "elastic weight
            consolidation" (Kirkpatrick et al., 2017), class by class.
        metric: float32 (channels,), what features are multiplied by to be compared: each counts
            alike that tells alike whether something is a digit at all.
        directions: float32 (n, channels), where the features of the pictures point.
        labels: int (n,), of the pictures.
    """

    scale: float
    of_classes: NDArray[np.float64]
    metric: NDArray[np.float32]
    directions: NDArray[np.float32]
    labels: NDArray[np.int64]


def load_rehearsal_digits() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Pictures, float32 (n, 28, 28) in [0, 1], and labels, int (n,); 10 for what is no digit."""
    with Image.open(SHEET) as picture:
        sheet = np.asarray(picture, np.float32) / 255
    side = NETWORK_SIZE
    rows = len(sheet) // side
    tiles = sheet.reshape(rows, side, COLUMNS, side).swapaxes(1, 2).reshape(-1, side, side)
    labels = np.minimum(np.arange(len(tiles)) // (COLUMNS * ROWS_A_DIGIT), CLASSES)
    return np.ascontiguousarray(tiles), labels


def rehearsal_of(network: Network) -> Rehearsal:
    """Of a network that has a last layer; found once, by one pass for each picture.

    Raises:
        ModelError: it has none.
    """
    key = last_layer_of(network).sha256, network.papers.doubt_threshold
    with _finding:
        if key not in _found:
            _found[key] = _rehearse(network)
        _found.move_to_end(key)
        while len(_found) > _REMEMBERED:
            _found.popitem(last=False)
        return _found[key]


_finding = threading.Lock()
_found: OrderedDict[tuple[str, float | None], Rehearsal] = OrderedDict()
_digits = lru_cache(1)(load_rehearsal_digits)


def _rehearse(network: Network) -> Rehearsal:
    pictures, labels = _digits()
    last_layer = last_layer_of(network)
    features = network.compute_feature_sums(pictures).astype(np.float64)
    logits = last_layer.logits(features.astype(np.float32))
    scale = float(np.sqrt((features[labels < CLASSES] ** 2).mean())) or 1.0
    # Digits and what is none count alike.
    shares = np.where(labels < CLASSES, np.mean(labels < CLASSES), np.mean(labels == CLASSES))
    weights = 1 / (len(labels) * shares)
    probabilities, doubts = _soft_answers(logits, network.papers.doubt_threshold)
    curved = np.concatenate([probabilities, doubts[:, None]], axis=1)
    curved = curved * (1 - curved) * weights[:, None]
    scaled = features / scale
    information = np.einsum("nc,nd,ne->cde", curved, scaled, scaled, optimize=True)
    mean = float(np.trace(information[:CLASSES].mean(axis=0))) / scaled.shape[1] or 1.0
    information = information / mean + _LEAST * np.eye(scaled.shape[1])
    metric = 1 / np.sqrt(np.diagonal(information[CLASSES])) / scale
    metric = metric.astype(np.float32)
    directions = directions_of(features.astype(np.float32), metric)
    return Rehearsal(scale, np.linalg.inv(information[:CLASSES]), metric, directions, labels)


def _soft_answers(
    logits: NDArray[np.float32], threshold: float | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Of n pictures the softened probabilities, (n, classes), and how likely each is doubted."""
    if threshold is None:
        return _softened(logits), np.zeros(len(logits))
    none = np.full((len(logits), 1), threshold, np.float32)
    odds = _softened(np.concatenate([logits, none], axis=1))
    doubts = 1 / (1 + np.exp((max_logit(logits) - threshold) / _TEMPERATURE))
    return odds[:, :-1], doubts


def _softened(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    return softmax(logits / np.float32(_TEMPERATURE)).astype(np.float64)
