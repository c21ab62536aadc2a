"""Points that stand on lines of the paper stay, and strokes that lie along them."""

import cv2
import numpy as np
import pytest

from digits.picture.points_on_lines import points_on_lines
from digits.picture.sheet_ink import find_sheet_ink
from digits.picture.straight_lines import LevelLine
from digits.picture.strokes_on_lines import strokes_on_lines
from tests.picture.test_sheet_ink import on_grainy_paper, written

HEIGHT, STROKE, FOOT = 80.0, 8.0, 120
UNDERLINE = LevelLine(0.0, FOOT + 2, 20, 379, 6.0)


def underlined(*marks: tuple[int, int, int]) -> np.ndarray:
    """1s that stand on an underline, with round marks at x, y of so large a radius; bool."""
    sheet = np.zeros((160, 400), np.uint8)
    for x in range(60, 360, 60):
        cv2.line(sheet, (x, 40), (x, FOOT), 1, 8)
    for x, y, radius in marks:
        cv2.circle(sheet, (x, y), radius, 1, -1)
    sheet[FOOT : FOOT + 6, 20:380] = 1
    return sheet > 0


def points_of(mask: np.ndarray, ink_map: np.ndarray | None = None) -> list[int]:
    """Where points are found: columns of their middles."""
    if ink_map is None:
        ink_map = mask.astype(np.float32)
    found = points_on_lines(ink_map, mask, [UNDERLINE], HEIGHT, STROKE)
    assert not (found & ~mask).any()
    _, _, stats, _ = cv2.connectedComponentsWithStats(found.view(np.uint8))
    return sorted(int(x + width // 2) for x, _, width, _, _ in stats[1:])


def test_points_that_stand_on_a_line_are_found_and_the_feet_of_digits_are_none() -> None:
    assert points_of(underlined()) == []
    assert points_of(underlined((90, FOOT - 4, 6), (210, FOOT + 2, 9))) == [90, 210]


def test_what_stands_at_the_end_of_a_line_or_is_larger_than_a_point_is_none() -> None:
    assert points_of(underlined((30, FOOT - 4, 6), (370, FOOT - 4, 6))) == []
    assert points_of(underlined((150, FOOT - 4, 14))) == []


def test_where_a_pale_line_crosses_is_none() -> None:
    mask = underlined((150, FOOT + 2, 8))
    assert points_of(mask) == [150]
    pale = np.where(np.arange(400) // 15 == 9, 0.5, 1.0) * np.ones(mask.shape) * mask
    pale[:, 135:165] *= 0.5
    assert points_of(mask, pale.astype(np.float32)) == []


@pytest.mark.parametrize("y", [FOOT - 4, FOOT - 2])
def test_a_point_on_an_underline_stays_on_a_photo(y: int) -> None:
    bare = written("2053")
    sheet = bare.copy()
    cv2.line(sheet, (10, FOOT + 5), (390, FOOT + 5), 0, 6)
    without = find_sheet_ink(on_grainy_paper(sheet)).ink_map
    cv2.circle(sheet, (202, y), 8, 0, -1)
    found = find_sheet_ink(on_grainy_paper(sheet)).ink_map
    place = slice(y - 5, y + 2), slice(197, 208)
    assert (found[place] > 0.5).mean() > 0.8
    assert (without[place] > 0.5).mean() == 0


def test_the_foot_of_a_two_on_a_printed_ruling_stays() -> None:
    bare = written("2722")
    ruled = bare.copy()
    ruled[114:120][ruled[114:120] > 120] = 120
    found = find_sheet_ink(on_grainy_paper(ruled)).ink_map > 0.5
    ink = bare < 128
    foot = ink & (np.arange(160)[:, None] >= 112)
    foot[:, 110:200] = False  # the 7 just stands there
    assert found[foot].mean() > 0.85
    assert not (found & (cv2.dilate(ink.view(np.uint8), np.ones((11, 11), np.uint8)) == 0)).any()


@pytest.mark.parametrize(("shade", "stays"), [(60, True), (180, False)])
def test_a_stroke_stays_if_it_is_darker_than_its_line(shade: int, *, stays: bool) -> None:
    contrast = np.zeros((100, 300), np.uint8)
    contrast[20:74, 100:108] = 200  # what is written
    contrast[70:76] = shade  # its line
    contrast[70:76, 100:150] = 200  # a foot along it
    lines = np.zeros(contrast.shape, bool)
    lines[70:76] = True
    left = (contrast > 0) & ~lines
    line = LevelLine(0.0, 72.5, 0, 299, 6.0)
    found = strokes_on_lines(contrast, left, lines, [line], [], stroke=STROKE)
    turned = strokes_on_lines(contrast.T, left.T, lines.T, [], [line], stroke=STROKE)
    assert np.array_equal(found, turned.T)
    assert found[70:76, 102:148].all() == stays
    assert found.any() == stays
    assert not found[:, :97].any()
    assert not found[:, 153:].any()


def test_a_stroke_that_passes_a_line_leaves_no_crumbs_on_it() -> None:
    contrast = np.zeros((100, 300), np.uint8)
    contrast[20:90, 100:108] = 200
    contrast[70:76, :100] = contrast[70:76, 108:] = 60
    contrast[70:76, 96:112] = 140  # where a lens blurs both
    lines = np.zeros(contrast.shape, bool)
    lines[70:76, :100] = lines[70:76, 108:] = True
    line = LevelLine(0.0, 72.5, 0, 299, 6.0)
    left = (contrast > 0) & ~lines
    assert not strokes_on_lines(contrast, left, lines, [line], [], stroke=STROKE).any()


def test_what_is_dark_on_a_line_and_touches_nothing_written_goes_with_it() -> None:
    contrast = np.zeros((100, 300), np.uint8)
    contrast[20:60, 100:108] = 200
    contrast[70:76] = 60
    contrast[70:76, 200:206] = 200  # where an upright line crosses
    lines = np.zeros(contrast.shape, bool)
    lines[70:76] = True
    line = LevelLine(0.0, 72.5, 0, 299, 6.0)
    left = (contrast > 0) & ~lines
    assert not strokes_on_lines(contrast, left, lines, [line], [], stroke=STROKE).any()
