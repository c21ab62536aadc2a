"""Digits that touch are cut where they touch, and nothing of them is lost."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from digits.picture.part_cutting import are_two_strokes, cut_part
from digits.picture.row_finding import Part, Row, find_rows
from tests.drawings import DIGITS, draw


def ink_of(digit: int) -> np.ndarray:
    ink = 255 - draw(DIGITS[digit], 120, 10, (0,), (255,))[..., 0]
    x, y, width, height = cv2.boundingRect(ink)
    return ink[y : y + height, x : x + width].astype(np.float32) / 255


def side_by_side(left: np.ndarray, right: np.ndarray, overlap: int) -> np.ndarray:
    height = max(len(left), len(right))
    both = np.zeros((height, left.shape[1] + right.shape[1] - overlap), np.float32)
    both[height - len(left) :, : left.shape[1]] = left
    window = both[height - len(right) :, left.shape[1] - overlap :]
    np.maximum(window, right, out=window)
    return both


def row_of(ink_map: np.ndarray, slant: float = 0) -> Row:
    (row,) = find_rows(ink_map)
    return replace(row, slant=slant)


def whole(ink_map: np.ndarray) -> Part:
    return Part(0, 0, ink_map > 0)


def best_parting(pieces: list[Part], left: np.ndarray, right: np.ndarray) -> float:
    """Of the ink of two digits, the share on the right side of the best of all cuts."""
    sheet = np.zeros(left.shape, bool)
    shares = []
    for piece in pieces:
        sheet[piece.y : piece.y + piece.height, piece.x : piece.x + piece.width] |= piece.mask
        shares.append(((sheet & left).sum() + (~sheet & right).sum()) / (left.sum() + right.sum()))
    return float(max(shares))


# Where a 1 lies along a 0, much of their ink is that of both.
@pytest.mark.parametrize(
    ("pair", "least"),
    [((2, 0), 0.96), ((1, 0), 0.85), ((3, 8), 0.96), ((6, 9), 0.96), ((5, 3), 0.96)],
)
def test_one_of_the_cuts_parts_two_digits_that_touch(pair: tuple[int, int], least: float) -> None:
    left, right = map(ink_of, pair)
    ink_map = side_by_side(left, right, 4)
    own = [side_by_side(*each, 4) > 0.5 for each in ((left, 0 * right), (0 * left, right))]
    assert best_parting(cut_part(whole(ink_map), ink_map, row_of(ink_map), 10), *own) > least


@pytest.mark.parametrize("pair", [(2, 0), (7, 7), (4, 5)])
def test_the_pieces_are_the_part_and_none_twice(pair: tuple[int, int]) -> None:
    left, right = map(ink_of, pair)
    ink_map = side_by_side(left, right, 4)
    pieces = cut_part(whole(ink_map), ink_map, row_of(ink_map), 10)
    count = np.zeros(ink_map.shape, int)
    for piece in pieces:
        count[piece.y : piece.y + piece.height, piece.x : piece.x + piece.width] += piece.mask
    assert np.array_equal(count, (ink_map > 0).astype(int))
    assert len(pieces) > 1


def test_a_narrow_part_is_left_whole() -> None:
    ink_map = ink_of(1)
    part = whole(ink_map)
    assert cut_part(part, ink_map, row_of(ink_map), 10) == [part]


def test_a_cut_leans_as_the_digits_do() -> None:
    """Two leaning bars with a bridge between them: an upright cut would go through a bar."""
    bars = np.zeros((2, 120, 160), np.uint8)
    for bar, x in zip(bars, (40, 85), strict=True):
        cv2.line(bar, (x, 115), (x + 50, 5), 255, 8)
    ink = bars.max(axis=0)
    cv2.line(ink, (50, 80), (110, 80), 255, 6)
    ink_map = ink.astype(np.float32) / 255
    pieces = cut_part(whole(ink_map), ink_map, row_of(ink_map, slant=24), 8)
    assert best_parting(pieces, *(bars > 127)) > 0.98


def test_two_strokes_run_side_by_side_on_more_than_half_of_the_way() -> None:
    joined = np.zeros((20, 9), bool)
    joined[:, :3] = joined[:, 6:] = True
    joined[12:] = True  # from the middle of the way down they are one
    assert are_two_strokes(joined)
    joined[10:] = True
    assert not are_two_strokes(joined)
    assert not are_two_strokes(np.ones((20, 3), bool))


def test_the_outline_of_a_stroke_is_no_two_strokes() -> None:
    outline = np.ones((20, 9), bool)
    outline[2:18, 3:6] = False
    assert not are_two_strokes(outline)
    outline[:2, 3:6] = False  # open above
    assert are_two_strokes(outline)


def test_two_strokes_that_are_narrower_than_a_digit_are_cut_between_them() -> None:
    ink_map = np.zeros((110, 60), np.float32)
    for x in (20, 32):
        ink_map[5:105, x : x + 5] = 1
    ink_map[99:105, 20:37] = 1  # their feet touch
    left = np.zeros(ink_map.shape, bool)
    left[:, :28] = True
    row = row_of(ink_map)
    pieces = cut_part(row.parts[0], ink_map, row, 5)
    own = [(ink_map > 0) & side for side in (left, ~left)]
    assert best_parting(pieces, *own) > 0.98
