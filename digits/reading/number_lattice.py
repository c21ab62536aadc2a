"""The best way to read a row of ink as signs: a path through a lattice of segments.

Over-segmentation with recognition (as in Casey & Lecolinet, 1996, "A survey of methods and
strategies in character segmentation"): the row is cut wherever it may be, and of all ways to put
neighbouring pieces together again the one wins whose segments look most like digits or marks, by
dynamic programming (Viterbi, 1967).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from digits.picture.row_finding import Part, Row

# In heights of the row.
WIDEST_DIGIT = 1.5
LOWEST_DIGIT = 0.33
MOST_PIECES = 14
# Likewise: what was cut from one part is a piece of another sign only if that is no farther away.
FARTHEST_CUT = 0.1


@dataclass(frozen=True, eq=False)
class Segment:
    """Neighbouring pieces of a row taken together.

    Attributes:
        first: number of its first piece.
        stop: number of the piece behind its last.
        part: all of its ink.
    """

    first: int
    stop: int
    part: Part


def join_parts(parts: Sequence[Part]) -> Part:
    """Several parts as one."""
    if len(parts) == 1:
        return parts[0]
    x, y = min(part.x for part in parts), min(part.y for part in parts)
    width = max(part.x + part.width for part in parts) - x
    height = max(part.y + part.height for part in parts) - y
    mask = np.zeros((height, width), bool)
    for part in parts:
        rows = slice(part.y - y, part.y - y + part.height)
        columns = slice(part.x - x, part.x - x + part.width)
        mask[rows, columns] |= part.mask
    return Part(x, y, mask)


def find_segments(
    pieces: Sequence[Part], parents: Sequence[int], row: Row, are_settled: Sequence[bool]
) -> list[Segment]:
    """All that may be one sign: pieces that are no wider than a digit together.

    They are no more than `MOST_PIECES`, or all that a part of the row was cut into; what was cut
    from a part goes with no other that is clearly apart from it.

    Args:
        pieces: from left to right.
        parents: of each, the number of the part that it is or was cut from.
        row: that they are pieces of.
        are_settled: of each, whether it is one digit for sure; no two of those are one sign.
    """
    begins = np.flatnonzero(np.diff(parents, prepend=-1)).tolist()
    whole = dict(pairwise([*begins, len(pieces)]))
    counts = Counter(parents)
    segments = []
    for first in range(len(pieces)):
        most = min(first + MOST_PIECES, len(pieces))
        stops = list(range(first + 1, most + 1))
        if whole.get(first, 0) > most:
            stops.append(whole[first])
        for stop in stops:
            if sum(are_settled[first:stop]) > 1:
                break
            left, right = _span(pieces[first:stop])
            if stop > first + 1 and right - left > WIDEST_DIGIT * row.height:
                break
            if not _is_cut_off(range(first, stop), pieces, parents, counts, row):
                segments.append(Segment(first, stop, join_parts(pieces[first:stop])))
    return segments


def _is_cut_off(
    members: range,
    pieces: Sequence[Part],
    parents: Sequence[int],
    counts: Mapping[int, int],
    row: Row,
) -> bool:
    """Whether a piece was cut from its part and joined to another that is clearly apart from it."""
    of_parent: dict[int, list[Part]] = {}
    for each in members:
        of_parent.setdefault(parents[each], []).append(pieces[each])
    if len(of_parent) == 1:
        return False
    spans = {parent: _span(own) for parent, own in of_parent.items()}
    return any(
        len(own) < counts[parent] and _gap_beside(parent, spans) > FARTHEST_CUT * row.height
        for parent, own in of_parent.items()
    )


def _span(pieces: Sequence[Part]) -> tuple[int, int]:
    """The first column of several pieces, and that behind their last."""
    return min(piece.x for piece in pieces), max(piece.x + piece.width for piece in pieces)


def _gap_beside(parent: int, spans: Mapping[int, tuple[int, int]]) -> int:
    """How far it is to the nearest of the others, columns; less than 0 if they overlap."""
    left, right = spans[parent]
    return min(max(x - right, left - end) for other, (x, end) in spans.items() if other != parent)


def best_path(
    pieces: int, segments: Sequence[Segment], scores: NDArray[np.float64]
) -> tuple[list[int], float]:
    """Segments that cover all pieces once each, with the highest sum of scores.

    Args:
        pieces: how many there are.
        segments: each single piece must be one.
        scores: float (n,), natural logarithms.

    Returns:
        Numbers of segments, from left to right, and their sum.
    """
    best = np.full(pieces + 1, -np.inf)
    best[0] = 0.0
    came_by = np.full(pieces + 1, -1)
    for number in sorted(range(len(segments)), key=lambda each: segments[each].first):
        segment = segments[number]
        total = best[segment.first] + scores[number]
        if total > best[segment.stop]:
            best[segment.stop], came_by[segment.stop] = total, number
    path: list[int] = []
    at = pieces
    while at:
        path.append(int(came_by[at]))
        at = segments[path[-1]].first
    return path[::-1], float(best[pieces])


def sum_over_paths(pieces: int, segments: Sequence[Segment], scores: NDArray[np.float64]) -> float:
    """As `best_path`, the natural logarithm of the sum over all ways to cover the pieces.

    Args:
        pieces: how many there are.
        segments: each single piece must be one.
        scores: float (n,), natural logarithms.
    """
    total = np.full(pieces + 1, -np.inf)
    total[0] = 0.0
    for number in sorted(range(len(segments)), key=lambda each: segments[each].first):
        segment = segments[number]
        total[segment.stop] = np.logaddexp(
            total[segment.stop], total[segment.first] + scores[number]
        )
    return float(total[pieces])
