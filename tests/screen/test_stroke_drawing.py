"""Strokes: smooth and unbroken ink, and a history that loses nothing."""

from __future__ import annotations

import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from digits.screen.stroke_drawing import (
    OpenedPicture,
    PenStroke,
    Sheet,
    SheetHistory,
    StrokePainter,
    draw_newest,
    draw_stroke,
)

SHARE = st.floats(0, 1, width=32)
POINTS = st.lists(st.tuples(SHARE, SHARE), min_size=1, max_size=8)
STROKES = st.builds(PenStroke, POINTS.map(tuple), st.floats(0.02, 0.12))
PAPER = 255


def paint(*strokes: PenStroke, side: int = 200) -> np.ndarray:
    return StrokePainter().paint(strokes, side)


def away_from_the_edge(stroke: PenStroke) -> PenStroke:
    points = tuple((0.25 + 0.5 * x, 0.25 + 0.5 * y) for x, y in stroke.points)
    return PenStroke(points, stroke.width)


@given(STROKES.map(away_from_the_edge))
def test_a_stroke_is_one_piece_however_far_apart_its_points(stroke: PenStroke) -> None:
    pixels = paint(stroke)

    assert cv2.connectedComponents((pixels < PAPER).astype(np.uint8))[0] == 2  # paper, and ink


def test_a_point_is_a_dot_of_the_pens_width() -> None:
    pixels = paint(PenStroke(((0.5, 0.5),), 0.1))

    rows, columns = np.nonzero(pixels < 128)
    assert 20 <= np.ptp(rows) + 1 <= 22  # cv2's smooth edge lies outside
    assert 20 <= np.ptp(columns) + 1 <= 22
    assert abs(rows.mean() - 99.5) < 0.6
    assert abs(columns.mean() - 99.5) < 0.6


def test_a_fast_arc_is_round_not_cornered() -> None:
    angles = np.linspace(0, 2 * np.pi, 13)
    circle = tuple((0.5 + 0.35 * np.cos(a), 0.5 + 0.35 * np.sin(a)) for a in angles)

    rows, columns = np.nonzero(paint(PenStroke(circle, 0.02), side=400) < 128)

    radius = np.hypot(rows - 199.5, columns - 199.5)
    # Ink that is 10 pixels wide with its edge: of a polygon of twelve sides it would come as near
    # as 0.966 × 140 − 5 pixels, of a perfect circle 135.
    assert radius.min() > 131.5
    assert radius.max() < 146


@given(STROKES.map(away_from_the_edge))
def test_a_drawing_is_the_same_at_every_size(stroke: PenStroke) -> None:
    large = paint(stroke, side=800)

    shrunk = cv2.resize(large, (267, 200), interpolation=cv2.INTER_AREA)
    small = paint(stroke, side=200)

    three_pixels = np.ones((7, 7), np.uint8)
    for one, other in ((shrunk, small), (small, shrunk)):
        near = cv2.dilate((other < 128).astype(np.uint8), three_pixels)
        assert not ((one < 128) & (near == 0)).any()


@given(STROKES)
def test_ink_under_the_pen_is_nearly_the_ink_that_dries(stroke: PenStroke) -> None:
    wet = np.full((200, 200), PAPER, np.uint8)
    for end in range(1, len(stroke.points) + 1):
        draw_newest(wet, PenStroke(stroke.points[:end], stroke.width))

    dry = wet.copy()
    draw_stroke(dry, stroke)

    assert ((wet == PAPER) & (dry < 128)).mean() < 0.03


@given(st.lists(STROKES, max_size=5), st.integers(0, 5))
def test_a_painter_that_remembers_paints_as_one_that_does_not(
    strokes: list[PenStroke], kept: int
) -> None:
    painter = StrokePainter()
    for sheet in (strokes, strokes[:kept], strokes[kept:], [], strokes):
        assert (painter.paint(tuple(sheet), 60) == paint(*sheet, side=60)).all()


def test_what_was_painted_belongs_to_the_caller() -> None:
    painter = StrokePainter()
    painter.paint((), 20)[:] = 0

    assert (painter.paint((), 20) == PAPER).all()


@given(st.lists(st.sampled_from(["draw", "clear", "open", "undo", "redo"]), max_size=30))
def test_undo_goes_back_through_every_sheet_and_redo_forth(actions: list[str]) -> None:
    history = SheetHistory()
    past, future = [Sheet()], []
    for number, action in enumerate(actions):
        before = history.sheet
        if action == "undo":
            assert history.can_undo == (len(past) > 1)
            history.undo()
            if len(past) > 1:
                future.append(past.pop())
        elif action == "redo":
            assert history.can_redo == bool(future)
            history.redo()
            if future:
                past.append(future.pop())
        else:
            if action == "draw":
                history.add(PenStroke(((number / 30, 0.5),), 0.05))
            elif action == "open":
                history.open(OpenedPicture(b"a file", np.zeros((2, 2, 3), np.uint8)))
            else:
                history.clear()
            if history.sheet != before:
                past.append(history.sheet)
                future = []
        assert history.sheet == past[-1]


def test_a_stroke_beside_a_picture_begins_a_new_sheet() -> None:
    history = SheetHistory()
    picture = OpenedPicture(b"a file", np.zeros((2, 2, 3), np.uint8))
    history.open(picture)
    stroke = PenStroke(((0.5, 0.5),), 0.05)

    history.add(stroke)

    assert history.sheet == Sheet((stroke,))
    history.undo()
    assert history.sheet.picture is picture
