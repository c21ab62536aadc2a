"""Where in a row's strip one sign ends and the next begins, where the ink does not tell.

A seam through ink that touches follows the ink, and the network of rows may see a sign a little
before it or behind it, as below an overhang. So a bound between two pieces of one part may lie at
any of some frames, and those are taken by which the row is likeliest as a whole: the best path
through the lattice, each of whose nodes is a frame (Viterbi, 1967).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from digits.reading.number_lattice import Segment
from digits.reading.row_evidence import RowEvidence

# Frames to either side.
_FARTHEST = 3


def with_likeliest_bounds(
    evidence: RowEvidence,
    may_move: NDArray[np.bool_],
    segments: Sequence[Segment],
    beside: Sequence[NDArray[np.float64] | None],
) -> RowEvidence:
    """The same evidence, with those bounds moved that may lie elsewhere.

    Args:
        evidence: of a row, with bounds where its pieces meet.
        may_move: bool (pieces + 1,), for each bound.
        segments: all that may be one sign.
        beside: what else counts for each of them: float64 (signs,), natural logarithms to add; None
            for one that is known without the network of rows.
    """
    if not may_move.any():
        return evidence
    steps = np.arange(-_FARTHEST, _FARTHEST + 1)
    ways = evidence.bounds[:, None] + steps * may_move[:, None]
    ways = np.clip(ways, 0, len(evidence.frames))
    longest = max(evidence.bounds[each.stop] - evidence.bounds[each.first] for each in segments)
    wide = evidence.starting_at(np.unique(ways), int(longest) + 2 * _FARTHEST)
    chosen = _best_ways(wide, ways, segments, beside)
    return wide.with_bounds(_in_order(evidence.bounds, chosen))


def _best_ways(
    evidence: RowEvidence,
    ways: NDArray[np.intp],
    segments: Sequence[Segment],
    beside: Sequence[NDArray[np.float64] | None],
) -> dict[int, int]:
    """The frame of each bound on the best path.

    Args:
        evidence: of all stretches between these frames.
        ways: int (pieces + 1, n), the frames at which each bound may lie.
        segments, beside: as for `with_likeliest_bounds`.
    """
    bounds, count = ways.shape
    best = np.full((bounds, count), -np.inf)
    best[0] = 0.0
    came_from = np.zeros((bounds, count, 2), int)
    for number in sorted(range(len(segments)), key=lambda each: segments[each].first):
        first, stop = segments[number].first, segments[number].stop
        totals = best[first][:, None] + _scores(evidence, ways[first], ways[stop], beside[number])
        way, total = totals.argmax(axis=0), totals.max(axis=0)
        is_better = total > best[stop]
        best[stop] = np.where(is_better, total, best[stop])
        came_from[stop, is_better] = np.stack([np.full(count, first), way], axis=1)[is_better]
    return _followed_back(came_from, best, ways)


def _scores(
    evidence: RowEvidence,
    starts: NDArray[np.intp],
    stops: NDArray[np.intp],
    beside: NDArray[np.float64] | None,
) -> NDArray[np.float64]:
    """How likely a segment is one sign, float64 (starts, stops), natural logarithms."""
    is_stretch = stops >= starts[:, None]
    if beside is None:
        return np.where(is_stretch, 0.0, -np.inf)
    likely = evidence.between(starts[:, None], np.maximum(stops, starts[:, None]))
    return np.where(is_stretch, (likely[..., :-1] + beside).max(axis=-1), -np.inf)


def _followed_back(
    came_from: NDArray[np.intp], best: NDArray[np.float64], ways: NDArray[np.intp]
) -> dict[int, int]:
    at, way = len(ways) - 1, int(best[-1].argmax())
    chosen = {}
    while at:
        chosen[at] = int(ways[at, way])
        at, way = came_from[at, way].tolist()
    return chosen


def _in_order(bounds: NDArray[np.intp], chosen: dict[int, int]) -> NDArray[np.intp]:
    """The bounds with those chosen, between which the others stay."""
    least, most = np.full_like(bounds, bounds[0]), np.full_like(bounds, bounds[-1])
    for number, frame in chosen.items():
        least[number] = most[number] = frame
    least, most = np.maximum.accumulate(least), np.minimum.accumulate(most[::-1])[::-1]
    return np.clip(bounds, least, most)
