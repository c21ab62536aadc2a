"""What was drawn with the mouse: the drawings are there, and are what their names say."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from benchmarks.draw_with_mouse import Planned, read_plan
from benchmarks.mouse_drawings import FOLDER, KINDS, MouseDrawing, load_mouse_drawings
from benchmarks.robustness_rows import mouse_group

OF_ONE_DIGIT = {"slashed_zeros": 0, "flagged_ones": 1, "crossed_sevens": 7}


@pytest.fixture(scope="module")
def drawings() -> list[MouseDrawing]:
    return load_mouse_drawings()


@pytest.fixture(scope="module")
def plan() -> list[Planned]:
    return list(read_plan((FOLDER / "strokes.txt").read_text()))


def planned(strokes: str) -> Planned:
    """A drawing without tremor, with two events from point to point."""
    return next(read_plan(f"[kind]\n4 20 2 0 {strokes}"))


def test_there_are_twenty_of_each_kind(drawings):
    assert Counter(each.kind for each in drawings) == dict.fromkeys(KINDS, 20)


@pytest.mark.parametrize("kind", sorted({*KINDS} - {*OF_ONE_DIGIT, "thick_pen"}))
def test_a_kind_shows_each_digit_twice(drawings, kind):
    labels = Counter(each.label for each in drawings if each.kind == kind)
    assert labels == dict.fromkeys(range(10), 2)


@pytest.mark.parametrize(("kind", "digit"), OF_ONE_DIGIT.items())
def test_slashes_flags_and_crosses_are_of_one_digit(drawings, kind, digit):
    assert {each.label for each in drawings if each.kind == kind} == {digit}


def test_thick_pens_draw_what_they_close_or_nearly_do(drawings, plan):
    labels = Counter(each.label for each in drawings if each.kind == "thick_pen")
    assert labels == dict.fromkeys((3, 4, 6, 7, 9), 4)
    assert all(32 <= each.pen <= 40 for each in plan if each.name.startswith("thick_pen/"))


def test_all_are_dark_ink_on_white_paper_of_the_canvas(drawings):
    for _, _, picture in drawings:
        assert picture.shape == (320, 320)
        assert picture.dtype == np.uint8
        assert picture.min() == 0
        assert (picture == 255).mean() > 0.6
        assert 0.003 < (picture < 128).mean() < 0.3


def test_no_two_are_alike(drawings):
    assert len({each.picture.tobytes() for each in drawings}) == len(drawings)


def test_the_pictures_are_those_of_the_strokes(drawings, plan):
    files = {f"{file.parent.name}/{file.stem}" for file in FOLDER.rglob("*.png")}
    assert files == {each.name for each in plan}
    for drawing, each in zip(drawings, plan, strict=True):
        starts = np.array([stroke[0] for stroke in each.events])
        x, y = np.rint(starts * 3.2).astype(int).T
        assert (drawing.picture[y, x] < 128).all(), each.name


def test_strokes_are_corners_curves_dots_or_dashes():
    corner, dot, other, dash = planned("0,20 40,20 40,60 | .5,5 9,9 | -20,80 30,80").events
    assert corner[1:].tolist() == [[20, 20], [40, 20], [40, 40], [40, 60]]
    assert [dot.tolist(), other.tolist()] == [[[5, 5]], [[9, 9]]]
    assert dash.tolist() == [[20, 80], [25, 80], [30, 80]]


def test_a_curve_has_a_corner_where_a_point_stands_twice():
    (smooth,) = planned("~20,20 40,20 40,40").events
    (bent,) = planned("~20,20 40,20 40,20 40,40").events
    assert smooth[1][1] != 20
    assert bent[1].tolist() == [30, 20]


def test_each_kind_is_a_row_of_the_table(drawings):
    rows = mouse_group().rows
    assert [row.name for row in rows] == [kind.replace("_", " ") for kind in KINDS]
    assert sum(row.count for row in rows) == len(drawings)
    assert (rows[-1].picture(3) == drawings[-17].picture).all()
