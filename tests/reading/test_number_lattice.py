"""The best path through a lattice, against all of them; and segments, by hand."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digits.picture.row_finding import Part, Row
from digits.reading.number_lattice import (
    MOST_PIECES,
    Segment,
    best_path,
    find_segments,
    join_parts,
)

HEIGHT = 40


def piece(x: int, width: int, height: int = HEIGHT) -> Part:
    return Part(x, 0, np.ones((height, width), bool))


def all_paths(first: int, pieces: int, segments: list[Segment]) -> list[list[int]]:
    if first == pieces:
        return [[]]
    return [
        [number, *rest]
        for number, segment in enumerate(segments)
        if segment.first == first
        for rest in all_paths(segment.stop, pieces, segments)
    ]


@given(st.data(), st.integers(1, 6))
def test_no_path_is_better(data: st.DataObject, pieces: int) -> None:
    part = piece(0, 1)
    segments = [
        Segment(first, stop, part)
        for first in range(pieces)
        for stop in range(first + 1, min(pieces, first + 3) + 1)
    ]
    scores = np.array(data.draw(st.lists(
        st.floats(-9, 0), min_size=len(segments), max_size=len(segments)
    )))  # fmt: skip
    path, total = best_path(pieces, segments, scores)
    assert segments[path[0]].first == 0
    assert segments[path[-1]].stop == pieces
    assert all(segments[a].stop == segments[b].first for a, b in pairwise(path))
    assert total == pytest.approx(scores[path].sum())
    best = max(scores[each].sum() for each in all_paths(0, pieces, segments))
    assert total == pytest.approx(best)


def test_segments_are_neighbours_and_no_wider_than_a_digit() -> None:
    pieces = [piece(0, 20), piece(22, 20), piece(60, 20)]
    row = Row(tuple(pieces), HEIGHT, 0.0, HEIGHT - 1, 0.0)

    def found(*are_settled: bool) -> list[tuple[int, int]]:
        segments = find_segments(pieces, range(3), row, are_settled)
        return [(each.first, each.stop) for each in segments]

    # The first two are 42 wide, the last two 58: the limit is one and a half heights, 60.
    assert found(False, False, False) == [(0, 1), (0, 2), (1, 2), (1, 3), (2, 3)]
    # What is one digit for sure may be joined with a stroke, but not with another such.
    assert found(True, True, False) == [(0, 1), (1, 2), (1, 3), (2, 3)]


@pytest.mark.parametrize(("gap", "is_close"), [(3, True), (10, False)])
def test_what_was_cut_from_a_part_goes_with_no_other_that_is_apart(
    gap: int, is_close: bool
) -> None:
    pieces = [piece(0, 10), piece(10, 10), piece(20 + gap, 10)]
    row = Row(tuple(pieces), HEIGHT, 0.0, HEIGHT - 1, 0.0)
    segments = find_segments(pieces, [0, 0, 1], row, [False] * 3)
    found = {(each.first, each.stop) for each in segments}
    # The whole part may go with the other, as the strokes of a digit in two parts do.
    assert found == {(0, 1), (1, 2), (2, 3), (0, 2), (0, 3)} | ({(1, 3)} if is_close else set())


def test_a_part_stays_one_sign_however_often_it_was_cut() -> None:
    count = MOST_PIECES + 3
    pieces = [piece(2 * number, 2) for number in range(count)]
    row = Row(tuple(pieces), HEIGHT, 0.0, HEIGHT - 1, 0.0)
    parents = [0] * (count - 1) + [1]
    longest = [
        (each.first, each.stop)
        for each in find_segments(pieces, parents, row, [False] * count)
        if each.stop - each.first > MOST_PIECES
    ]
    assert longest == [(0, count - 1)]


def test_parts_that_are_joined_keep_their_places() -> None:
    joined = join_parts([Part(5, 10, np.ones((3, 2), bool)), Part(9, 8, np.ones((2, 4), bool))])
    assert (joined.x, joined.y, joined.width, joined.height) == (5, 8, 8, 5)
    expected = np.zeros((5, 8), bool)
    expected[2:5, 0:2] = expected[0:2, 4:8] = True
    assert np.array_equal(joined.mask, expected)
