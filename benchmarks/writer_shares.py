"""The share read right over digits and over writers, and where it would lie for other writers.

Digits of one writer are alike, so that an interval over digits would be too narrow: the bootstrap
draws writers (Efron & Tibshirani, 1993, "An introduction to the bootstrap").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FEWEST_DIGITS = 30
"""A writer with fewer digits has no share worth a mean."""
_DRAWS = 10_000
_LEVEL = 0.95


@dataclass(frozen=True)
class WriterShare:
    """A share, its interval over writers, and how many of them it is of.

    Attributes:
        value: 0 to 1; NaN where there is no writer.
        low: lower end of the 95% bootstrap interval.
        high: upper end.
        writers: how many.
    """

    value: float
    low: float
    high: float
    writers: int


def share_over_digits(right: NDArray[np.bool_], writers: Sequence[str]) -> WriterShare:
    """Each digit counts the same.

    Args:
        right: bool (n,), whether each digit was read right.
        writers: who wrote each, n.
    """
    counts, hits = _by_writer(right, writers)
    drawn = _draw(len(counts))
    shares = hits[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    return _share(hits.sum() / counts.sum(), shares, len(counts))


def share_over_writers(
    right: NDArray[np.bool_], writers: Sequence[str], fewest: int = FEWEST_DIGITS
) -> WriterShare:
    """Each writer with enough digits counts the same; arguments as of `share_over_digits`."""
    counts, hits = _by_writer(right, writers)
    enough = counts >= fewest
    if not enough.any():
        return WriterShare(np.nan, np.nan, np.nan, 0)
    shares = hits[enough] / counts[enough]
    return _share(shares.mean(), shares[_draw(len(shares))].mean(axis=1), len(shares))


def _by_writer(
    right: NDArray[np.bool_], writers: Sequence[str]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Digits, and digits read right, of each writer."""
    _, index = np.unique(np.array(writers), return_inverse=True)
    counts = np.bincount(index).astype(np.float64)
    return counts, np.bincount(index, weights=right).astype(np.float64)


def _draw(writers: int) -> NDArray[np.int64]:
    """Which writers each draw of the bootstrap has, (draws, writers); always the same."""
    return np.random.default_rng(0).integers(0, writers, (_DRAWS, writers))


def _share(value: float, drawn: NDArray[np.float64], writers: int) -> WriterShare:
    low, high = np.quantile(drawn, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    return WriterShare(float(value), float(low), float(high), writers)
