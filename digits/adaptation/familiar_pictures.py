"""What corrected pictures are like, in few directions, so that a hand stays small."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from digits.adaptation.rehearsal import Rehearsal
from digits.network.architectures import CLASSES
from digits.network.familiar import Familiar, directions_of

MOST = 12
"""Directions that a hand remembers: the latest."""
# A picture whose cosine with a direction of its label is at least this joins it.
_ALIKE = 0.5
# Of the rehearsed things that are no digit, so many may be like a direction of a digit, and of the
# digits none like one of no digit; but whatever these are, a picture is like itself.
_STRAY, _NEVER = 0.005, 0.95


def familiar_of(
    features: NDArray[np.float64], labels: NDArray[np.int64], rehearsal: Rehearsal
) -> Familiar:
    """Directions of corrected pictures, those of a label that are alike in one.

    Each picture joins the direction that it is most like, or begins another: leader clustering
    (Hartigan, 1975, "Clustering algorithms").

    Args:
        features: float64 (n, channels), in the order in which they were corrected; n may be 0.
        labels: int (n,), 0 to 9, or `CLASSES` for no digit.
        rehearsal: whose pictures are not to become familiar: what is none not with a digit, and no
            digit with what is none.
    """
    sums: list[NDArray[np.float64]] = []
    of: list[int] = []
    pointing = directions_of(features.astype(np.float32), rehearsal.metric).astype(np.float64)
    for direction, label in zip(pointing, labels.tolist(), strict=True):
        if not direction.any():
            continue
        cosines = [
            float(direction @ own / np.linalg.norm(own)) if of[i] == label else -1.0
            for i, own in enumerate(sums)
        ]
        nearest = int(np.argmax(cosines)) if cosines else -1
        if cosines and cosines[nearest] >= _ALIKE:
            sums[nearest] = sums[nearest] + direction
        else:
            sums.append(direction)
            of.append(label)
    summed = np.array(sums[-MOST:], np.float32).reshape(-1, len(rehearsal.metric))
    directions = directions_of(summed, np.ones_like(rehearsal.metric))
    kept = np.array(of[-MOST:], np.int64)
    begins = _begins(directions, kept, rehearsal)
    return Familiar(rehearsal.metric.copy(), directions, kept, begins)


def _begins(
    directions: NDArray[np.float32], labels: NDArray[np.int64], rehearsal: Rehearsal
) -> NDArray[np.float32]:
    """From which cosine on a picture is like each direction, float32 (n,)."""
    is_digit = rehearsal.labels < CLASSES
    begins = np.full(len(directions), _ALIKE)
    for number, (direction, label) in enumerate(zip(directions, labels.tolist(), strict=True)):
        cosines = rehearsal.directions @ direction
        if label < CLASSES:
            strangest = np.quantile(cosines[~is_digit], 1 - _STRAY)
        else:
            strangest = cosines[is_digit].max()
        begins[number] = np.clip(strangest, _ALIKE, _NEVER)
    return begins.astype(np.float32)
