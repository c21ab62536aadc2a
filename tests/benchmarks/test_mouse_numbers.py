"""The hundred numbers drawn with the mouse: all there, on white paper, and as their plan says."""

from collections import Counter

import numpy as np

from benchmarks.draw_numbers_with_mouse import read_plan
from benchmarks.mouse_numbers import FOLDER, KINDS, file_of, load_mouse_numbers
from benchmarks.number_rows import mouse_group

PLAN = list(read_plan((FOLDER / "strokes.txt").read_text()))


def test_a_hundred_numbers_are_planned_and_drawn() -> None:
    counts = {"spaced": 20, "tight": 20, "touching": 20, "rows": 10, "with marks": 20}
    counts["slanted and climbing"] = 10
    assert Counter(each.kind for each in PLAN) == counts
    drawn = load_mouse_numbers()
    assert [(each.kind, each.written) for each in drawn] == [
        (each.kind, each.written) for each in PLAN
    ]
    assert tuple(dict.fromkeys(each.kind for each in drawn)) == KINDS


def test_every_drawing_is_black_on_white_on_one_paper() -> None:
    for drawing in load_mouse_numbers():
        height, width = drawing.picture.shape
        assert width == 2 * height
        assert (drawing.picture == 255).mean() > 0.7
        assert drawing.picture.min() < 40
        rim = np.concatenate(
            [drawing.picture[[0, -1]].ravel(), drawing.picture[:, [0, -1]].ravel()]
        )
        assert (rim == 255).all()


def test_the_ink_lies_where_the_plan_says() -> None:
    drawn = {(each.kind, each.written): each.picture for each in load_mouse_numbers()}
    for planned in PLAN[::9]:
        assert file_of(planned.kind, planned.number, planned.written).exists()
        picture = drawn[planned.kind, planned.written]
        rows, columns = np.nonzero(picture < 128)
        points = np.concatenate(planned.events) * picture.shape[0] / 100
        slack = planned.pen + 6
        assert abs(columns.min() - points[:, 0].min()) < slack
        assert abs(columns.max() - points[:, 0].max()) < slack
        assert abs(rows.min() - points[:, 1].min()) < slack
        assert abs(rows.max() - points[:, 1].max()) < slack


def test_they_are_judges_with_their_truth() -> None:
    group = mouse_group()
    assert [row.count for row in group.rows] == [20, 20, 20, 10, 20, 10]
    marked = group.rows[4]
    picture = marked.picture(0)
    assert picture.written == "12.50"
    assert picture.text == "1250"
    assert len(picture.marks) == 1
    assert group.rows[3].picture(0).text == "2026\n138"
