"""Parts of ink are labelled as OpenCV labels them, however many there are."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from digits.picture import pixels
from digits.picture.pixels import label_parts


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


def test_large_pieces_are_told_as_small_ones_are(monkeypatch: pytest.MonkeyPatch) -> None:
    mask = np.random.default_rng(0).random((40, 60)) < 0.4
    small = label_parts(mask)
    monkeypatch.setattr(pixels, "_LARGE_PIECE", 10)
    large = label_parts(mask)
    assert np.array_equal(small[0], large[0])
    assert np.array_equal(small[1], large[1])
