"""A pattern that is paler than what is written over it is no ink; pale rulings are no pattern."""

import cv2
import numpy as np

from digits.picture.pale_patterns import level_above_pattern
from digits.picture.sheet_ink import find_sheet_ink
from tests.picture.test_sheet_ink import on_grainy_paper, written

WEAK, STRONG = 0.25, 0.55


def test_a_pattern_that_runs_into_strokes_is_no_ink() -> None:
    """Its lines once were ink wherever they hung together with a stroke."""
    bare = written("2053")
    sheet = np.full_like(bare, 255)
    for x in range(-200, 400, 40):
        cv2.line(sheet, (x, 0), (x + 160, 159), 165, 3)
        cv2.line(sheet, (x + 160, 0), (x, 159), 165, 3)
    ink = bare < 128
    found = find_sheet_ink(on_grainy_paper(np.minimum(sheet, bare))).ink_map > 0
    near = cv2.dilate(ink.astype(np.uint8), np.ones((13, 13), np.uint8)) > 0
    assert found[ink].mean() > 0.95
    assert not (found & ~near).any()


def strokes() -> np.ndarray:
    """Twenty strokes, 6 × 40 pixels each."""
    ink_map = np.zeros((200, 400), np.float32)
    for x in range(20, 400, 40):
        ink_map[30:70, x : x + 6] = ink_map[130:170, x : x + 6] = 1
    return ink_map


def test_weak_ink_ends_above_most_of_a_pattern() -> None:
    ink_map = strokes()
    pattern = np.indices(ink_map.shape).sum(axis=0) % 16 < 2
    ink_map[pattern & (ink_map == 0)] = 0.4
    assert level_above_pattern(ink_map, WEAK, STRONG) == np.float32(0.4)


def test_rims_of_strokes_and_rulings_are_no_pattern() -> None:
    ink_map = strokes()
    rims = cv2.dilate(ink_map, np.ones((3, 3), np.uint8)) > 0
    ink_map[rims & (ink_map == 0)] = 0.4
    assert level_above_pattern(ink_map, WEAK, STRONG) == WEAK
    for y in range(10, 200, 30):
        ink_map[y : y + 2][ink_map[y : y + 2] == 0] = 0.4
    assert level_above_pattern(ink_map, WEAK, STRONG) == WEAK
