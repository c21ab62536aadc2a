"""Whether two digits of a row are one number, by the gap and by the lines of their cells."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from digits.picture.pixels import Grey
from digits.picture.row_finding import Part, Row
from digits.reading.number_lattice import join_parts
from digits.reading.row_gaps import RowGaps
from digits.reading.sign_scores import Sign

HEIGHT = 50
BLANK = np.zeros((250, 1000), np.uint8)


def digit_at(x: int, width: int = 30) -> Part:
    return Part(x, 100, np.ones((HEIGHT, width), bool))


def gaps_of(parts: tuple[Part, ...], uprights: list[float], contrast: Grey = BLANK) -> RowGaps:
    row = Row(parts, float(HEIGHT), 0.0, 150.0, 0.0)
    signs = tuple(Sign(part, "digit", "1", None, None, 0.0, 0.0) for part in parts)
    return RowGaps(row, signs, np.array(uprights, float), contrast, contrast * np.float32(0))


def are_apart(at: list[int], uprights: list[float], contrast: Grey = BLANK) -> list[bool]:
    parts = tuple(digit_at(x) for x in at)
    gaps = gaps_of(parts, uprights, contrast)
    return [gaps.are_apart(*pair) for pair in pairwise(parts)]


@pytest.mark.parametrize(
    ("gap", "apart"), [(0.3, False), (0.9, False), (1.5, True)]
)  # in heights of a digit
def test_without_lines_the_gap_tells(gap: float, apart: bool) -> None:
    assert are_apart([100, 130 + round(gap * HEIGHT)], []) == [apart]


def test_in_boxes_no_gap_is_clear() -> None:
    """A 4 at the left of its box and one at the right of the next are no two numbers."""
    boxes = [50.0, 130, 210, 290]
    assert are_apart([55, 175, 215], boxes) == [False, False]
    assert are_apart([55, 175, 215], []) == [True, False]


def test_a_clear_gap_between_two_groups_of_boxes_parts_numbers() -> None:
    groups = [50.0, 90, 130, 220, 260, 300]  # a gap of 1.8 heights
    assert are_apart([55, 95, 225, 265], groups) == [False, True, False]
    unseen = [50.0, 90, 130, 260, 300]  # the first side of the second group
    assert are_apart([55, 95, 225, 265], unseen) == [False, True, False]


def test_on_squared_paper_the_gap_tells_however_many_squares_it_holds() -> None:
    """The lines are seen beside the digits and between two numbers, not among their digits."""
    squares = [10.0, 40, 70, 215, 245, 370, 400]
    assert are_apart([100, 132, 164, 260, 292], squares) == [False, False, True, False]
    wide = [15.0, 80, 215, 245, 320]
    assert are_apart([100, 132, 164, 260, 292], wide) == [False, False, True, False]
    evenly = [100, 145, 190, 235, 280]
    assert are_apart(evenly, [10.0, 40, 70, 323, 353]) == [False] * 4


def test_on_squared_paper_an_empty_square_parts_two_numbers() -> None:
    """Its lines go on above the digits or below; the sides of boxes do not."""
    squares = np.zeros((250, 1000), np.uint8)
    squares[:, 50:900:40] = 100
    uprights = [float(x) for x in range(50, 900, 40)]
    at = [55, 95, 175, 215]
    assert are_apart(at, uprights, squares) == [False, True, False]
    squares[:90] = squares[165:] = 0
    assert are_apart(at, uprights, squares) == [False] * 3


def test_an_empty_box_parts_no_number() -> None:
    narrow, wide = [50.0, 90, 130, 170, 210], [50.0, 130, 210, 290, 370]
    assert are_apart([55, 135, 175], narrow) == [False, False]
    assert are_apart([55, 220, 300], wide) == [False, False]
    faded = [50.0, 90, 170, 210]  # one of its sides is not seen
    assert are_apart([55, 135, 175], faded) == [False, False]


def test_a_narrow_gap_between_two_groups_of_boxes_parts_no_number() -> None:
    groups = [50.0, 90, 130, 180, 220, 260]  # of one height
    assert are_apart([55, 95, 185, 225], groups) == [False, False, False]


def test_a_side_of_a_box_that_is_not_seen_makes_no_number_of_its_own() -> None:
    assert are_apart([55, 140, 240, 300], [50.0, 130, 290, 370]) == [False, False, False]


def test_digits_in_two_wide_cells_are_two_numbers_even_where_the_gap_is_no_wider() -> None:
    cells = [50.0, 170, 290]
    assert are_apart([130, 180], cells) == [False]  # so narrow a gap may be one of a number
    assert are_apart([110, 190], cells) == [True]
    assert are_apart([60, 110], cells) == [False]  # in one cell
    assert are_apart([110, 190], [170.0]) == [False]  # a line alone makes no cells


def test_a_line_parts_two_cells_of_which_one_holds_several_digits_however_a_crop_cuts_them() -> (
    None
):
    assert are_apart([60, 95, 155], [140.0]) == [False, True]
    assert are_apart([60, 155, 190], [140.0]) == [True, False]
    assert are_apart([60, 95, 135], [130.0]) == [False, False]  # so narrow a gap tells nothing
    assert are_apart([60, 110, 165], [150.0]) == [False, False]  # as in boxes
    assert are_apart([60, 95, 155], [140.0, 190.0]) == [
        False,
        False,
    ]  # likewise, one of which is seen


def test_digits_that_go_on_beyond_a_line_are_one_number() -> None:
    accounts = [20.0, 207, 394]
    assert are_apart([40, 95, 150, 212, 267, 322], accounts) == [False] * 5
    assert are_apart([40, 80, 120, 212, 252, 292], accounts) == [False, False, True, False, False]


def test_digits_in_step_beyond_a_line_are_apart_where_the_gap_is_much_wider_than_others() -> None:
    """93 149/75: a narrow 1 begins the next cell, so that its middle is not far away."""
    parts = (digit_at(40), digit_at(76), digit_at(140, width=10), digit_at(156), digit_at(192))
    gaps = gaps_of(parts, [0.0, 124, 300])
    assert [gaps.are_apart(*pair) for pair in pairwise(parts)] == [False, True, False, False]


def test_one_gap_that_is_much_wider_than_all_others_is_no_room_of_boxes() -> None:
    assert are_apart([40, 95, 200, 255], []) == [False, True, False]
    assert are_apart([40, 95, 175, 230], []) == [False, False, False]


def test_the_room_of_a_point_makes_no_gap_less_clear() -> None:
    """35.4 93: that of the point is half as wide as the one between both numbers."""
    digits = [digit_at(x) for x in (100, 135, 188, 270, 305)]
    point = Part(174, 142, np.ones((8, 8), bool))
    parts = (digits[0], digits[1], point, *digits[2:])
    gaps = gaps_of(parts, [])
    signs = [
        replace(sign, kind="point", written=".") if sign.part is point else sign
        for sign in gaps.signs
    ]
    gaps = replace(gaps, signs=tuple(signs))
    assert [gaps.are_apart(*pair) for pair in pairwise(parts)] == [False, False, False, True, False]


def test_several_empty_boxes_part_two_numbers() -> None:
    squared = [float(x) for x in range(40, 500, 30)]  # lines of squared paper
    assert are_apart([55, 95, 200, 240], squared) == [False, True, False]
    assert are_apart([55, 95, 160, 200], squared) == [False, False, False]


def test_lines_far_from_a_row_are_no_boxes_of_it() -> None:
    """Such as the grain of a table on which the paper lies."""
    grain = [10.0, 40, 70, 900, 930, 960]
    assert are_apart([400, 440, 525, 565], grain) == [False, True, False]


def boxed(groups: list[tuple[int, int]]) -> Grey:
    """What boxes around digits leave of contrast, pale."""
    contrast = BLANK.copy()
    for left, right in groups:
        for y in (85, 165):
            contrast[y : y + 2, left:right] = 12
    return contrast


def test_boxes_whose_upper_and_lower_sides_end_part_two_numbers() -> None:
    sides, at = [50.0, 90, 130, 180, 220, 260], [55, 95, 185, 225]
    assert are_apart(at, sides, boxed([(50, 130), (180, 260)])) == [False, True, False]
    assert are_apart(at, sides, boxed([(50, 260)])) == [False, False, False]  # an empty box
    apart = [50.0, 90, 110, 150, 170, 210]  # single boxes, each a little apart from the next
    boxes = boxed([(50, 90), (110, 150), (170, 210)])
    assert are_apart([55, 115, 175], apart, boxes) == [False, False]


def test_combs_that_end_part_two_numbers_though_they_have_no_upper_side() -> None:
    """Of their teeth only those at the ends are as high as lines that are seen beside digits."""
    ends, at = [50.0, 130, 220, 300], [55, 95, 225, 265]
    combs = boxed([(50, 130), (220, 300)])
    combs[85:87] = 0
    assert are_apart(at, ends, combs) == [False, True, False]
    one = boxed([(50, 300)])
    one[85:87] = 0
    assert are_apart(at, ends, one) == [False, False, False]


def test_a_digit_that_hides_the_sides_of_its_own_box_does_not_join_two_numbers() -> None:
    sides, at = [50.0, 90, 130, 180, 220, 260], [55, 95, 185, 225]
    groups = boxed([(50, 130), (180, 260)])
    groups[:, 95:125] = 0
    assert are_apart(at, sides, groups) == [False, True, False]
    groups[:, 55:85] = 0  # and those of all boxes before: nothing says where they would be
    assert are_apart(at, sides, groups) == [False, False, False]


def test_a_digit_that_touches_the_line_between_two_cells_is_in_one_of_them() -> None:
    assert are_apart([110, 168], [50.0, 170, 290]) == [True]


def test_a_speck_in_a_clear_gap_belongs_to_no_digit() -> None:
    mask = np.zeros((HEIGHT, 70), bool)
    mask[:, :30] = True
    mask[20:24, 66:] = True
    parts = Part(100, 100, mask), digit_at(200)
    assert gaps_of(parts, []).are_apart(*parts)
    mask[:, 40:] = True  # another stroke of it
    assert not gaps_of(parts, []).are_apart(*parts)


@pytest.mark.parametrize(
    ("y", "x"),
    [(0, 46), (60, 46), (-24, 20)],
    ids=["far beside", "below", "above and over it"],
)  # fmt: skip
def test_a_piece_of_a_word_or_a_line_in_a_clear_gap_belongs_to_no_digit(y: int, x: int) -> None:
    """It may have been read with the digit beside it."""
    digit, rest = digit_at(100), Part(100 + x, 100 + y, np.ones((18, 40), bool))
    parts = join_parts([digit, rest]), digit_at(200)
    assert gaps_of(parts, []).are_apart(*parts)


def test_the_bar_of_a_5_makes_it_wider() -> None:
    bar = Part(134, 98, np.ones((8, 30), bool))
    parts = join_parts([digit_at(100), bar]), digit_at(200)
    assert not gaps_of(parts, []).are_apart(*parts)


def test_what_stands_beside_the_box_around_a_number_is_before_it() -> None:
    """As the currency sign that a cheque is printed with; its owner's own sign is in the box."""
    sign, number = digit_at(100), (digit_at(160), digit_at(220), digit_at(280))
    assert gaps_of((sign, *number), [145, 330]).is_before_box(sign, number)
    assert not gaps_of((sign, *number), [80, 330]).is_before_box(sign, number)
    assert not gaps_of((sign, *number), [145]).is_before_box(sign, number)  # a mere line
    narrow = [90.0, 145, 205, 265, 330]  # one for each sign
    assert not gaps_of((sign, *number), narrow).is_before_box(sign, number)
