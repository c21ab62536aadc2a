"""Parts of ink are labelled as OpenCV labels them, and runs and strokes measured."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from digits.picture import pixels
from digits.picture.pixels import grown, label_parts, on_its_side, runs_of, stroke_width


@settings(max_examples=150, deadline=None)
@given(arrays(bool, st.tuples(st.integers(1, 24), st.integers(1, 24))), st.booleans())
def test_parts_have_the_boxes_and_areas_that_opencv_finds(mask: np.ndarray, turned: bool) -> None:
    mask = np.pad(mask, 1)  # paper all around, as in every picture that has any
    mask = mask.T if turned else mask
    part_of, stats = label_parts(np.ascontiguousarray(mask))
    _, labels, expected, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    pairs = np.unique(np.stack([labels.ravel(), part_of.ravel()]), axis=1)
    assert pairs.shape[1] == len(expected) == len(stats)  # the same parts, in any order
    assert np.array_equal(stats[pairs[1]][1:], expected[1:])
    assert stats[0].tolist() == [0, 0, *mask.shape[::-1], (~mask).sum()]


def test_no_ink_is_no_part() -> None:
    part_of, stats = label_parts(np.zeros((3, 5), bool))
    assert not part_of.any()
    assert stats.tolist() == [[0, 0, 5, 3, 15]]


def test_parts_of_dense_ink_are_told_as_those_of_sparse_ink(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mask = np.random.default_rng(0).random((40, 60)) < 0.4
    monkeypatch.setattr(pixels, "_MOST_EDGES", 1.0)
    by_runs = label_parts(mask)
    monkeypatch.setattr(pixels, "_MOST_EDGES", 0.0)
    by_pixels = label_parts(mask)
    assert np.array_equal(by_runs[0], by_pixels[0])
    assert np.array_equal(by_runs[1], by_pixels[1])


@given(arrays(bool, st.integers(0, 30)))
def test_runs_are_where_ink_follows_ink(row: np.ndarray) -> None:
    starts, ends = runs_of(row)
    found = np.zeros(len(row), bool)
    for start, end in zip(starts, ends, strict=True):
        assert not found[max(0, start - 1) : end].any()  # apart from the run before
        found[start:end] = True
    assert np.array_equal(found, row)


@given(
    arrays(bool, st.tuples(st.integers(1, 12), st.integers(1, 12))),
    st.lists(st.integers(0, 9), min_size=4, max_size=4),
)
def test_strokes_are_as_wide_however_much_paper_is_around_them(
    ink: np.ndarray, sides: list[int]
) -> None:
    ink_map = np.pad(ink, 1).astype(np.float32)
    above, below, left, right = sides
    wide = np.pad(ink_map, ((above, below), (left, right)))
    assert stroke_width(wide) == pytest.approx(stroke_width(ink_map), abs=1e-9)


def test_a_bar_is_as_wide_as_it_is_drawn() -> None:
    bar = np.zeros((300, 400), np.float32)
    bar[140:149, 20:380] = 1
    assert stroke_width(bar) == pytest.approx(9, abs=0.5)


@given(arrays(bool, st.tuples(st.integers(1, 9), st.integers(1, 9))))
def test_on_its_side_rows_are_columns(mask: np.ndarray) -> None:
    turned = on_its_side(mask)
    assert turned.dtype == bool
    assert np.array_equal(turned, mask.T)


@pytest.mark.parametrize("radius", [0, 1, 4])
def test_what_is_grown_reaches_as_far_on_all_sides(radius: int) -> None:
    dot = np.zeros((15, 15), bool)
    dot[7, 7] = True
    rows, columns = np.nonzero(grown(dot, radius))
    assert (rows.min(), rows.max()) == (columns.min(), columns.max()) == (7 - radius, 7 + radius)
    assert np.hypot(rows - 7, columns - 7).max() < radius + 1
