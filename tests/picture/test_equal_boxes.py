"""Rows of equal boxes are parted where their sides and teeth are, whatever touches those."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from digit_predictor import read_number
from digits.picture.box_rows import EqualBoxes
from digits.picture.box_sides import Strip
from digits.picture.equal_boxes import find_equal_boxes
from digits.picture.pixels import label_parts
from digits.picture.sheet_ink import find_sheet_ink
from digits.picture.sheet_lines import PaperLines, lines_of_paper
from digits.picture.straight_lines import LevelLine
from tests.drawings import DIGITS, draw

USUAL, LEFT, FOOT, PITCH, LINE = 60.0, 40, 150, 56, 5
LOW, HIGH = 22, 80


def below(boxes: int, rise: float = 0.0) -> LevelLine:
    """The lower line of a row."""
    return LevelLine(rise, FOOT - rise * LEFT, LEFT - 2, LEFT + PITCH * boxes + 2, LINE)


def above(boxes: int) -> LevelLine:
    """The upper one."""
    line = below(boxes)
    return LevelLine(0.0, FOOT - HIGH, line.first, line.last, LINE)


def ink_of(boxes: int, height: int, *, without: tuple[int, ...] = ()) -> np.ndarray:
    """What stands on the lower line, uint8 (200, W): sides or teeth, but some; not the line."""
    ink = np.zeros((200, 2 * LEFT + PITCH * boxes), np.uint8)
    for number in set(range(boxes + 1)) - set(without):
        x = LEFT + PITCH * number
        ink[FOOT - height : FOOT - 2, x - 2 : x + 3] = 1
    return ink


def parted(ink: np.ndarray, level: list[LevelLine]) -> list[int]:
    """The columns of all sides of all rows, in order."""
    rows = find_equal_boxes(ink > 0, level, level, USUAL)
    middle = FOOT - LOW / 2
    return sorted(round(s.slope * middle + s.height) for row in rows for s in row.sides)


def columns(boxes: int) -> list[int]:
    """Where the sides of a row are."""
    return [LEFT + PITCH * number for number in range(boxes + 1)]


def test_a_line_that_is_above_none_of_another_has_no_strip_without_columns() -> None:
    ink = ink_of(4, HIGH)
    beside = replace(above(4), first=below(4).last + 10, last=below(4).last + 90)
    for lines in ((beside, below(4)), (replace(beside, first=900, last=990), below(4))):
        strip = Strip.between(*lines, ink > 0)
        assert strip.columns.size
        assert np.isfinite(strip.apart)


@pytest.mark.parametrize("boxes", [4, 7, 12])
def test_teeth_part_a_line(boxes: int) -> None:
    assert parted(ink_of(boxes, LOW), [below(boxes)]) == columns(boxes)


@pytest.mark.parametrize("boxes", [2, 3])
def test_few_teeth_part_a_line_whose_ends_stand_up_too(boxes: int) -> None:
    """As for the day, the month and the year of a date."""
    assert parted(ink_of(boxes, LOW), [below(boxes)]) == columns(boxes)
    assert not parted(ink_of(boxes, LOW, without=(boxes,)), [below(boxes)])


def test_a_line_that_leads_through_a_row_of_boxes_does_not_stand_in_one() -> None:
    sides = [LevelLine(0.0, x, FOOT - HIGH, FOOT, LINE) for x in columns(4)]
    row = EqualBoxes(below(4), HIGH, PITCH, sides)
    beside = columns(4)[1] + PITCH / 8
    assert row.holds(LevelLine(0.0, beside, FOOT - 60, FOOT - 4, LINE))
    assert not row.holds(LevelLine(0.0, beside, FOOT - 2 * HIGH, FOOT + HIGH, LINE))


@pytest.mark.parametrize("height", range(6, 16))
def test_boxes_as_low_as_a_few_pixels_are_looked_at_to_their_upper_line(height: int) -> None:
    foot, ink = 40, np.zeros((60, 120), np.uint8)
    lines = [LevelLine(0.0, y, 10, 100, 1) for y in (foot - height - 2, foot)]
    columns = [10, 25, 40, 55, 70, 85, 100]
    ink[foot - height - 1 : foot, columns] = 1
    rows = find_equal_boxes(ink > 0, lines, lines, float(height))
    assert sorted(round(side.height) for row in rows for side in row.sides) in ([], columns)


@pytest.mark.parametrize("boxes", [3, 7, 12])
def test_sides_part_two_lines(boxes: int) -> None:
    lines = [below(boxes), above(boxes)]
    assert parted(ink_of(boxes, HIGH - 2), lines) == columns(boxes)


def test_a_tooth_that_a_digit_touches_is_where_the_others_say() -> None:
    ink = ink_of(7, LOW)
    cv2.ellipse(ink, (LEFT + 2 * PITCH - 20, FOOT - 30), (18, 26), 0, 0, 360, 1, 7)
    cv2.line(ink, (LEFT + 5 * PITCH + 2, FOOT - 60), (LEFT + 5 * PITCH - 6, FOOT - 3), 1, 7)
    found = parted(ink, [below(7)])
    assert np.abs(np.array(found) - columns(7)).max() <= 1


def test_a_one_in_a_box_is_no_side() -> None:
    ink = ink_of(6, HIGH - 2)
    ones = [LEFT + PITCH // 2 + PITCH * number for number in (1, 2, 5)]
    for x in ones:
        ink[FOOT - HIGH : FOOT - 2, x - 2 : x + 3] = 1
    assert parted(ink, [below(6), above(6)]) == columns(6)
    (row,) = find_equal_boxes(ink > 0, [below(6)], [below(6), above(6)], USUAL)
    assert row.holds(LevelLine(0.0, ones[0], FOOT - HIGH, FOOT - 2, 5))
    assert not row.holds(LevelLine(0.0, ones[0], FOOT + 2, FOOT + HIGH, 5))


def test_a_thin_one_in_a_row_that_is_known_is_no_side() -> None:
    ink = np.zeros((200, 2 * LEFT + 6 * PITCH), np.uint8)
    for number in (0, 2, 3, 5):
        cv2.ellipse(ink, (LEFT + 28 + PITCH * number, FOOT - 40), (16, 28), 0, 0, 360, 1, 12)
    one = LEFT + 28 + 4 * PITCH
    ink[FOOT - HIGH + 3 : FOOT - 3, one - 2 : one + 3] = 1
    lines = [below(6), above(6)]
    rows = find_equal_boxes(ink_of(6, HIGH - 2) > 0, lines[:1], lines, USUAL)
    none = np.zeros(ink.shape, bool)
    taken = [
        lines_of_paper(
            label_parts(ink > 0),
            ink.astype(np.uint8),
            ink.astype(np.float32),
            [PaperLines(none, lines, [], known)],
        )
        for known in ([], rows)
    ]
    assert [bool(each.pixels[:, one].any()) for each in taken] == [True, False]


@pytest.mark.parametrize("boxes", [4, 5, 7])
def test_digits_that_stand_on_the_line_do_not_double_the_boxes(boxes: int) -> None:
    ink = ink_of(boxes, LOW)
    for number in range(boxes):
        x = LEFT + PITCH * number + PITCH // 2
        cv2.line(ink, (x + 6, FOOT - 60), (x, FOOT - 3), 1, 7)
    assert parted(ink, [below(boxes)]) == columns(boxes)


def test_boxes_that_a_lens_sees_narrower_and_narrower_are_equal() -> None:
    ink = ink_of(10, 0)
    places = [LEFT + round(PITCH * number + 0.2 * number * (10 - number)) for number in range(11)]
    for x in places:
        ink[FOOT - HIGH : FOOT - 2, x - 2 : x + 3] = 1
    cv2.ellipse(ink, (places[1] - 24, FOOT - 40), (24, 30), 0, 0, 360, 1, 8)
    assert np.abs(np.array(parted(ink, [below(10), above(10)])) - places).max() <= 1


def test_one_missing_tooth_of_many_is_no_matter() -> None:
    assert parted(ink_of(9, LOW, without=(4,)), [below(9)]) == columns(9)


@pytest.mark.parametrize("without", [(1, 3), (2, 4, 5), (1, 2, 3, 4, 5)])
def test_bars_with_gaps_between_part_nothing(without: tuple[int, ...]) -> None:
    assert parted(ink_of(6, LOW, without=without), [below(6)]) == []


def test_ones_that_stand_on_an_underline_are_no_teeth() -> None:
    assert parted(ink_of(6, 60), [below(6)]) == []


def test_wide_feet_on_an_underline_are_no_teeth() -> None:
    ink = ink_of(6, 0)
    for number in range(7):
        cv2.ellipse(ink, (LEFT + PITCH * number, FOOT - 25), (20, 20), 0, 0, 360, 1, 6)
    assert parted(ink, [below(6)]) == []


def test_the_ink_of_a_side_goes_and_that_of_a_stroke_beside_it_stays() -> None:
    ink = ink_of(5, LOW)
    x = LEFT + 3 * PITCH + 4
    stroke = np.zeros_like(ink)
    stroke[FOOT - 60 : FOOT - 8, x : x + 6] = 1
    (row,) = find_equal_boxes((ink | stroke) > 0, [below(5)], [below(5)], USUAL)
    pixels = row.pixels_of_sides((ink | stroke) > 0, [])
    assert pixels[ink & (1 - stroke) > 0].mean() > 0.9
    assert pixels[stroke > 0].mean() < 0.1


def photo_of(text: str, *, height: int) -> np.ndarray:
    """A photo of digits in a framed row of boxes, which their strokes cross."""
    pitch, size, foot, left = 50, 78, 140, 40
    photo = np.full((200, pitch * len(text) + 80, 3), 232, np.uint8)
    right, grey = left + pitch * len(text), (120, 120, 120)
    cv2.rectangle(photo, (left, foot - 92), (right, foot), grey, 3)
    for x in range(left, right + 1, pitch):
        cv2.line(photo, (x, foot), (x, foot - height), grey, 3)
    for place, digit in enumerate(text):
        own = draw(DIGITS[int(digit)], size, 6, (30, 30, 30), (235, 235, 235))
        x = left - 14 + pitch * place
        window = photo[foot - 8 - size : foot - 8, x : x + size]
        np.minimum(window, own, out=window)
    grain = np.random.default_rng(2).normal(0, 2, photo.shape)
    return np.clip(photo + grain, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("height", [26, 38, 92])
@pytest.mark.parametrize("text", ["2026", "30948", "4117", "1234567890"])
def test_digits_that_touch_their_boxes_are_read(text: str, height: int) -> None:
    assert read_number(photo_of(text, height=height)).written == text


@pytest.mark.parametrize("height", [38, 92])
@pytest.mark.parametrize("lean", [-0.2, 0.2])
def test_boxes_that_a_lens_sees_askew_are_read(height: int, lean: float) -> None:
    photo = photo_of("30948", height=height)
    askew = np.array([[1, lean, max(0, -lean) * len(photo)], [0, 1, 0]])
    size = photo.shape[1] + round(abs(lean) * len(photo)), len(photo)
    seen = cv2.warpAffine(photo, askew, size, borderMode=cv2.BORDER_REPLICATE)
    assert read_number(seen.astype(np.uint8)).written == "30948"


def hidden(boxes: int, right: int, *, without: tuple[int, ...] = ()) -> np.ndarray:
    """What stands on the lower line, uint8 (200, 900): teeth that strokes touch to the right."""
    ink = np.zeros((200, 900), np.uint8)
    for number in set(range(boxes + 1)) - set(without):
        x = LEFT + right + PITCH * number
        ink[FOOT - LOW : FOOT - 2, x - 2 : x + 3] = 1
        ink[FOOT - 50 : FOOT - 2, x + 3 : x + 14] = 1
    return ink


def test_a_row_whose_sides_digits_hide_has_boxes_as_wide_as_another() -> None:
    line, other = below(3), below(4)
    moved = replace(line, first=line.first + 400, last=line.last + 400)
    ink = hidden(3, 400)
    assert not parted(ink, [moved])
    ink[:, : 2 * LEFT + 4 * PITCH] |= ink_of(4, LOW)
    assert [x - 400 for x in parted(ink, [other, moved])[5:]] == columns(3)
    longer = replace(moved, last=moved.last + PITCH // 2)  # three boxes and a half
    assert len(parted(ink, [other, longer])) == 5
    bare = hidden(3, 400, without=(2,))  # nothing is where one would be
    bare[:, : 2 * LEFT + 4 * PITCH] |= ink_of(4, LOW)
    assert len(parted(bare, [other, moved])) == 5


def test_teeth_at_the_ends_of_a_comb_below_another_go() -> None:
    """Whose lower line is no upper side of the one below."""
    ink, lower = ink_of(5, LOW), below(5)
    ink |= np.roll(ink, -90, axis=0)
    upper = LevelLine(0.0, FOOT - 90.0, lower.first, lower.last, LINE)
    assert parted(ink, [upper, lower]).count(LEFT) == 2


def test_a_0_that_lies_on_the_last_side_stays() -> None:
    line = np.full((200, 2 * LEFT + 6 * PITCH), 255, np.uint8)
    cv2.rectangle(line, (LEFT, FOOT - HIGH), (LEFT + 6 * PITCH, FOOT), 0, 3)
    for number in range(1, 6):
        cv2.line(line, (LEFT + PITCH * number, FOOT - HIGH), (LEFT + PITCH * number, FOOT), 0, 3)
    digits = np.full_like(line, 255)
    for number in range(6):
        x = LEFT + PITCH * number + (29 if number < 5 else PITCH - 19)
        cv2.ellipse(digits, (x, FOOT - 40), (18, 28), 0, 0, 360, 0, 6)
    found = find_sheet_ink(np.minimum(line, digits)).ink_map > 0.5
    last = digits[:, LEFT + 5 * PITCH :] < 128
    assert found[:, LEFT + 5 * PITCH :][last].mean() > 0.8
