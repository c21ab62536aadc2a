"""Lines that digits touch: underlines bolder than the pen, sides of boxes, and pale grids."""

import cv2
import numpy as np
import pytest

from digits.picture.box_sides import find_box_sides
from digits.picture.edge_lines import find_edge_lines
from digits.picture.pale_lines import pale_lines
from digits.picture.pixels import label_parts
from digits.picture.sheet_ink import find_sheet_ink
from digits.picture.sheet_parts import SheetParts
from digits.picture.straight_lines import LevelLine
from tests.drawings import DIGITS, draw

PEN, SIDE, PITCH, TOP, LEFT = 6, 90, 80, 50, 40


def written(digits: str, pen: int = PEN, pitch: int = PITCH) -> np.ndarray:
    """Digits side by side in black on white, (200, pitch * n + 100)."""
    sheet = np.full((200, pitch * len(digits) + 100), 255, np.uint8)
    for number, digit in enumerate(digits):
        own = draw(DIGITS[int(digit)], SIDE, pen, (0,), (255,))[..., 0]
        x = LEFT + pitch * number
        window = sheet[TOP : TOP + SIDE, x : x + SIDE]
        np.minimum(window, own, out=window)
    return sheet


def with_boxes(
    sheet: np.ndarray, digits: int, gap: int = 0, shade: int = 0, thick: int = 5
) -> np.ndarray:
    """A box around each digit, or with no gap one long box with sides between them."""
    drawn = sheet.copy()
    for number in range(digits):
        x = LEFT + 4 + PITCH * number
        cv2.rectangle(drawn, (x, TOP - 8), (x + PITCH - gap, TOP + SIDE + 6), shade, thick)
    return drawn


def left_of_lines(sheet: np.ndarray, bare: np.ndarray) -> tuple[float, float]:
    """Of the ink of digits, what is found; of that of lines, what is found far from digits."""
    found = find_sheet_ink(sheet).ink_map > 0.5
    ink = bare < 128
    far = cv2.dilate(ink.astype(np.uint8), np.ones((9, 9), np.uint8)) == 0
    lines = (sheet < 200) & ~ink
    return float(found[ink].mean()), float((found & lines & far).sum() / lines.sum())


@pytest.mark.parametrize("digits", ["2053", "436670", "4077"])
@pytest.mark.parametrize("bold", [9, 12])
def test_an_underline_that_all_digits_touch_goes_however_bold(digits: str, bold: int) -> None:
    bare = written(digits, pitch=66)
    foot = int(np.flatnonzero((bare < 128).any(axis=1))[-1])
    ends = LEFT, bare.shape[1] - 70
    sheet = bare.copy()
    cv2.line(sheet, (ends[0], foot + 1), (ends[1], foot + 3), 0, bold)
    digits_left, line_left = left_of_lines(sheet, bare)
    assert digits_left > 0.8
    assert line_left < 0.02


def test_two_underlines_so_close_that_they_touch_go() -> None:
    bare = written("9674")
    sheet = bare.copy()
    cv2.line(sheet, (60, 156), (330, 156), 0, 9)
    cv2.line(sheet, (48, 164), (345, 167), 0, 9)
    assert np.array_equal(find_sheet_ink(sheet).ink_map > 0.5, bare < 128)


def test_the_wide_foot_of_a_2_is_no_underline() -> None:
    sheet = np.full((200, 420), 255, np.uint8)
    for x in (40, 230):
        points = [(x + 30, 70), (x + 60, 50), (x + 85, 70), (x + 5, 140), (x + 120, 140)]
        cv2.polylines(sheet, [np.array(points)], False, 0, PEN)
    assert np.array_equal(find_sheet_ink(sheet).ink_map > 0.5, sheet < 128)


def test_feet_in_a_row_are_less_even_than_a_line() -> None:
    feet = np.zeros((80, 300), bool)
    for x in range(300):  # as if of five 2s that touch: each foot falls and rises by 6 pixels
        y = 70 - round(abs(x % 60 - 30) / 5)
        feet[y - 5 : y + 1, x] = True
    feet[5:66, ::60] = feet[5:66, 1::60] = True
    assert not find_edge_lines(label_parts(feet), 60, 5).level
    feet[60:71] = True
    line = find_edge_lines(label_parts(feet), 60, 5).level[0]
    assert (line.first, line.last) == (0, 299)
    assert abs(line.slope) < 1e-6
    assert line.height + (line.thickness - 1) / 2 == pytest.approx(70)


@pytest.mark.parametrize("gap", [0, 7, 14])
@pytest.mark.parametrize("digits", ["20538", "66864"])
def test_boxes_go_whatever_stands_between_them(digits: str, gap: int) -> None:
    bare = written(digits)
    digits_left, lines_left = left_of_lines(with_boxes(bare, len(digits), gap), bare)
    assert digits_left > 0.9
    assert lines_left < 0.02


def test_sides_that_digits_touch_go() -> None:
    bare = written("20538")
    shifted = np.full_like(bare, 255)
    shifted[:, :-16] = bare[:, 16:]  # each digit reaches over the left side of its box
    digits_left, lines_left = left_of_lines(with_boxes(shifted, 5), shifted)
    assert digits_left > 0.85
    assert lines_left < 0.02


def test_a_one_close_to_the_end_of_a_single_box_is_no_side_of_it() -> None:
    mask = np.zeros((80, 110), bool)
    mask[10:14, 20:88] = mask[66:70, 20:88] = True
    mask[14:66, 37:41] = True
    level = [LevelLine(0.0, y, 20, 87, 4.0) for y in (11.5, 67.5)]
    assert not find_box_sides(mask, level, [], 60)


@pytest.mark.parametrize("one", [100, 110])  # 110 is in the middle between 80 and 140
def test_a_one_between_two_sides_stays_even_if_it_is_as_high(one: int) -> None:
    mask = np.zeros((80, 340), bool)
    mask[10:14] = mask[66:70] = True
    for x in range(20, 321, 60):
        mask[10:70, x : x + 4] = True
    mask[14:66, one : one + 4] = True
    level = [LevelLine(0.0, y, 20, 323, 4.0) for y in (11.5, 67.5)]
    at = sorted(round(side.height) for side in find_box_sides(mask, level, [], 60))
    assert at in ([x + 2 for x in range(20, 321, 60)], [x + 1 for x in range(20, 321, 60)])


@pytest.mark.parametrize("one", [95, 170])
def test_a_one_in_a_box_beside_some_whose_sides_are_known_is_none(one: int) -> None:
    mask = np.zeros((80, 280), bool)
    mask[10:14, 20:264] = mask[66:70, 20:264] = True
    mask[14:66, one : one + 4] = True
    level = [LevelLine(0.0, y, 20, 263, 4.0) for y in (11.5, 67.5)]
    known = [LevelLine(0.0, x + 1.5, 12, 68, 4.0) for x in (20, 80, 140, 260)]
    assert not find_box_sides(mask, level, known, 60)
    mask[14:66, 200:204] = True  # the side that is not known
    assert [round(side.height) for side in find_box_sides(mask, level, known, 60)] == [202]


def test_sides_that_halve_all_boxes_whose_sides_are_known_are_some() -> None:
    """As the thin lines of a puzzle between its bold ones."""
    mask = np.zeros((80, 180), bool)
    mask[10:14, 20:144] = mask[66:70, 20:144] = True
    mask[14:66, 50:54] = mask[14:66, 110:114] = True
    level = [LevelLine(0.0, y, 20, 143, 4.0) for y in (11.5, 67.5)]
    known = [LevelLine(0.0, x + 1.5, 12, 68, 4.0) for x in (20, 80, 140)]
    found = find_box_sides(mask, level, known, 50)
    assert sorted(round(side.height) for side in found) == [52, 112]
    assert not find_box_sides(mask, level, known, 60)  # 1s: boxes are no narrower than digits


def leaning(lean: float, sides: list[int]) -> tuple[np.ndarray, list[LevelLine]]:
    """Inner sides of boxes that a lens sees askew, bool (80, 340), and the upper and lower."""
    mask = np.zeros((80, 340), bool)
    for y in range(10, 70):
        shift = round(lean * (39.5 - y))
        for x in sides[1:-1]:
            mask[y, x + shift : x + shift + 4] = True
    level = []
    for height in (11.5, 67.5):
        shift = round(lean * (39.5 - height))
        level.append(LevelLine(0.0, height, sides[0] + shift, sides[-1] + 3 + shift, 4.0))
    return mask, level


@pytest.mark.parametrize("lean", [-0.2, 0.1, 0.2])
def test_sides_are_found_that_lean_as_those_at_the_ends(lean: float) -> None:
    at = [40, 100, 160, 220, 280]
    mask, level = leaning(lean, at)
    ends = [LevelLine(-lean, x + 1.5 + lean * 39.5, 12, 68, 4.0) for x in (40, 280)]
    found = find_box_sides(mask, level, ends, 60)
    assert sorted(round(side.slope * 39.5 + side.height) for side in found) == pytest.approx(
        [101.5, 161.5, 221.5], abs=1
    )
    assert [side.slope for side in found] == pytest.approx([-lean] * 3, abs=0.02)


@pytest.mark.parametrize("one", [110, 300])
def test_a_single_one_in_a_long_box_is_no_side_of_it(one: int) -> None:
    mask = np.zeros((80, 540), bool)
    mask[10:14, 20:520] = mask[66:70, 20:520] = True
    mask[14:66, one : one + 4] = True
    level = [LevelLine(0.0, y, 20, 519, 4.0) for y in (11.5, 67.5)]
    assert not find_box_sides(mask, level, [], 60)


def test_a_thin_frame_that_bold_digits_touch_does_not_take_them_with_it() -> None:
    mask = np.zeros((140, 400), np.uint8)
    cv2.rectangle(mask, (20, 20), (380, 120), 1, 2)
    for x in (50, 110, 170, 230):  # all but the last touch the lower side
        cv2.ellipse(mask, (x, 85 if x < 230 else 70), (22, 35), 0, 0, 360, 1, 13)
    assert not SheetParts(mask > 0).find_frames().any()


def photo(sheet: np.ndarray) -> np.ndarray:
    """With light that falls from one side, and grain, uint8 (H, W, 3)."""
    grain = np.random.default_rng(3).normal(0, 1.5, sheet.shape)
    light = np.linspace(0.8, 1, sheet.shape[1])
    blurred = cv2.GaussianBlur(sheet, (0, 0), 1.2)
    pixels = np.clip((40 + 0.75 * blurred) * light + grain, 0, 255)
    return np.repeat(pixels.astype(np.uint8)[..., None], 3, axis=2)


def test_a_pale_piece_of_a_grid_goes_and_a_dark_stroke_stays() -> None:
    bare = written("2053")
    grid = bare.copy()
    for line in (((30, 165), (75, 165)), ((52, 140), (52, 190)), ((200, 150), (200, 195))):
        cv2.line(grid, *line, 170, 3)
    ink = bare < 128
    found = find_sheet_ink(photo(grid)).ink_map > 0.3
    assert found[ink].mean() > 0.9
    assert not found[150:].any()
    dark = bare.copy()
    cv2.line(dark, (380, 52), (380, 138), 0, PEN)  # a 1
    assert find_sheet_ink(photo(dark)).ink_map[55:135, 378:383].min() > 0.5


def test_a_bent_stroke_that_leaves_its_straight_middle_is_not_pale() -> None:
    ink_map = np.zeros((90, 120), np.float32)
    cv2.rectangle(ink_map, (10, 10), (20, 60), 1.0, -1)
    cv2.line(ink_map, (30, 15), (99, 15), 0.3, 3)
    x = np.arange(30, 100)
    bow = np.stack([x, 75 - 20 * ((x - 64.5) / 34.5) ** 2], axis=1).round().astype(np.int32)
    cv2.polylines(ink_map, [bow], False, 1.0, 4)
    pale, bent = LevelLine(0.0, 15.0, 30, 99, 3.0), LevelLine(0.0, 68.0, 30, 99, 8.0)
    assert ink_map[68, 30:100].mean() < 0.5  # the straight line is mostly beside the stroke
    assert pale_lines(ink_map, ink_map > 0.1, [pale, bent], []) == ([pale], [])


def test_digits_paler_than_their_underline_are_no_lines_of_a_grid() -> None:
    bare = written("1174")
    sheet = np.where(bare < 128, 130, 255).astype(np.uint8)
    cv2.line(sheet, (40, 165), (350, 167), 0, 9)
    found = find_sheet_ink(photo(sheet)).ink_map > 0.3
    assert found[bare < 128].mean() > 0.9
    assert not found[157:].any()


def test_digits_paler_than_a_printed_border_are_no_lines_of_a_grid() -> None:
    bare = written("1174")
    sheet = np.where(bare < 128, 120, 255).astype(np.uint8)
    for y in range(20, 190, 30):
        cv2.circle(sheet, (12, y), 10, 0, -1)
    found = find_sheet_ink(photo(sheet)).ink_map > 0.2
    assert found[bare < 128].mean() > 0.9


def test_a_digit_that_touches_its_box_does_not_go_with_it() -> None:
    for right, touches in ((8, False), (14, True)):
        bare = np.full((200, 480), 255, np.uint8)
        bare[:, right : right + 420] = written("6281")
        sheet = with_boxes(bare, 4, thick=2)
        frames = SheetParts(sheet < 128).leave_out_frames()
        assert frames.any() != touches  # then the box is taken apart line by line
        assert not (frames & (bare < 128)).any()
        digits_left, lines_left = left_of_lines(sheet, bare)
        assert digits_left > 0.95
        assert lines_left < 0.02


def test_round_corners_are_no_digits_that_touch_their_box() -> None:
    bare = np.full((300, 520), 255, np.uint8)
    bare[50:250, 30:450] = written("2053")
    sheet = bare.copy()
    for x in (60, 460):
        cv2.line(
            sheet, (x - 40 if x == 60 else x + 40, 90), (x - 40 if x == 60 else x + 40, 210), 0, 4
        )
    for y in (50, 250):
        cv2.line(sheet, (60, y), (460, y), 0, 4)
    for middle, start in (((60, 90), 180), ((460, 90), 270), ((460, 210), 0), ((60, 210), 90)):
        cv2.ellipse(sheet, middle, (40, 40), 0, start, start + 90, 0, 4)
    assert np.array_equal(find_sheet_ink(sheet).ink_map > 0.5, bare < 128)


def crop_of_table(
    digits: str, uprights: list[int], height: int, level: dict[int, int] | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """A crop of a row of a table, black on white, and the digits in it alone.

    Args:
        digits: side by side.
        uprights: columns of lines that lead from border to border, or between the two level ones.
        height: pixels above the digits and below them.
        level: rows of lines from border to border, each with its thickness.
    """
    bare = written(digits)[TOP - height : TOP + SIDE + height]
    rows = sorted(level or {0: 0, len(bare): 0})
    sheet = bare.copy()
    for x in uprights:
        cv2.line(sheet, (x, rows[0]), (x, rows[-1]), 0, 8)
    for y, thickness in (level or {}).items():
        cv2.line(sheet, (0, y), (sheet.shape[1], y), 0, thickness)
    return sheet, bare


def test_uprights_that_a_crop_cuts_at_both_ends_go() -> None:
    sheet, bare = crop_of_table("2038", [34, 200, 374], 3)
    digits_left, lines_left = left_of_lines(sheet, bare)
    assert digits_left > 0.95
    assert lines_left == 0


def test_an_upright_between_a_bold_line_and_another_goes() -> None:
    sheet, bare = crop_of_table("6", [140], 40, {36: 14, 136: 8})
    digits_left, lines_left = left_of_lines(sheet, bare)
    assert digits_left > 0.95
    assert lines_left == 0


def test_a_line_that_leaves_a_crop_at_a_corner_goes() -> None:
    bare = written("2053")
    sheet = bare.copy()
    cv2.line(sheet, (0, 18), (190, -4), 0, 8)
    digits_left, lines_left = left_of_lines(sheet, bare)
    assert digits_left > 0.95
    assert lines_left == 0


def test_a_one_that_fills_a_crop_stays() -> None:
    bare = written("205")[TOP - 3 : TOP + SIDE + 3]
    cv2.line(bare, (300, 0), (300, len(bare)), 0, PEN)
    assert left_of_lines(bare, bare)[0] > 0.95
