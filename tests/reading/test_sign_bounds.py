"""Where a row's signs meet: against all paths and frames there are, and a bound known by hand."""

from itertools import pairwise, product

import numpy as np
import pytest
from numpy.typing import NDArray

from digits.network.row_serving import log_softmax
from digits.network.row_signs import SIGNS
from digits.picture.row_finding import Part
from digits.picture.row_strips import RowStrip
from digits.reading.number_lattice import Segment, best_path
from digits.reading.row_evidence import RowEvidence, SeenRow
from digits.reading.sign_bounds import with_likeliest_bounds

BLANK = len(SIGNS)
FARTHEST = 3
DOT = np.ones((1, 1), bool)


def evidence_of(frames: NDArray[np.float32], bounds: list[int]) -> RowEvidence:
    pieces = [Part(number, 0, DOT) for number in range(len(bounds) - 1)]
    strip = RowStrip(np.zeros((32, 2 * len(frames)), np.float32), 1.0, 0.0)
    evidence = RowEvidence.of(SeenRow(strip, frames), pieces, segments_of(len(pieces)))
    return evidence.starting_at(np.arange(len(frames) + 1), len(frames)).with_bounds(
        np.array(bounds)
    )


def segments_of(pieces: int) -> list[Segment]:
    return [
        Segment(first, stop, Part(first, 0, DOT))
        for first in range(pieces)
        for stop in range(first + 1, pieces + 1)
    ]


def frames_that_show(signs: list[int]) -> NDArray[np.float32]:
    logits = np.full((len(signs), BLANK + 1), -4.0, np.float32)
    logits[range(len(signs)), signs] = 4.0
    return log_softmax(logits)


def score_of(
    evidence: RowEvidence,
    bounds: list[int],
    cuts: tuple[int, ...],
    beside: list[NDArray[np.float64]],
) -> float:
    """Of the path whose signs end at these pieces."""
    total = 0.0
    segments = segments_of(len(bounds) - 1)
    for first, stop in pairwise((0, *cuts, len(bounds) - 1)):
        number = next(n for n, s in enumerate(segments) if (s.first, s.stop) == (first, stop))
        if bounds[stop] < bounds[first]:
            return -np.inf
        likely = evidence.between(np.array(bounds[first]), np.array(bounds[stop]))[:-1]
        total += float((likely + beside[number]).max())
    return total


def test_a_sign_seen_behind_its_seam_is_on_its_own_side() -> None:
    frames = frames_that_show([BLANK, BLANK, 1, 2, BLANK, BLANK])
    evidence = evidence_of(frames, [0, 2, 6])
    beside = [np.zeros(len(SIGNS))] * 3
    moved = with_likeliest_bounds(evidence, np.array([False, True, False]), segments_of(2), beside)
    assert moved.bounds.tolist() == [0, 3, 6]
    (one, _, two) = (moved.log_probabilities(each) for each in segments_of(2))
    assert (int(one.argmax()), int(two.argmax())) == (1, 2)


def test_a_bound_between_parts_stays() -> None:
    frames = frames_that_show([BLANK, BLANK, 1, 2, BLANK, BLANK])
    evidence = evidence_of(frames, [0, 2, 6])
    stays = with_likeliest_bounds(evidence, np.zeros(3, bool), segments_of(2), [None] * 3)
    assert stays.bounds.tolist() == [0, 2, 6]


@pytest.mark.parametrize("seed", range(8))
def test_no_path_with_any_bounds_is_likelier(seed: int) -> None:
    random = np.random.default_rng(seed)
    frames = log_softmax(random.normal(0, 4, (12, BLANK + 1)).astype(np.float32))
    at = [0, 3, 5, 8, 12]
    may_move = np.array([False, *(random.random(3) < 0.7), False])
    beside = list(random.normal(0, 1, (len(segments_of(4)), len(SIGNS))))
    evidence = evidence_of(frames, at)
    moved = with_likeliest_bounds(evidence, may_move, segments_of(4), beside)

    ways = [
        range(x - FARTHEST, x + FARTHEST + 1) if m else [x]
        for x, m in zip(at, may_move, strict=True)
    ]
    most = max(
        score_of(evidence, list(bounds), cuts, beside)
        for bounds in product(*ways)
        for cuts in [(), (1,), (2,), (3,), (1, 2), (1, 3), (2, 3), (1, 2, 3)]
        if max(bounds) <= 12
    )
    scores = [
        float((moved.log_probabilities(each) + own).max())
        for each, own in zip(segments_of(4), beside, strict=True)
    ]
    assert np.diff(moved.bounds).min() >= 0
    assert best_path(4, segments_of(4), np.array(scores))[1] == pytest.approx(most)
