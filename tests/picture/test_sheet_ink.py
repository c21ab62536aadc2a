"""All handwriting of a sheet stays; rulings, underlines, boxes and frames go."""

import cv2
import numpy as np
import pytest

from digits.common.errors import NoInkError
from digits.picture import photo_ink, sheet_ink
from digits.picture.faint_rulings import pieces_of_faint_rulings
from digits.picture.line_remains import arrowheads, bars_on_lines
from digits.picture.pixels import label_parts
from digits.picture.sheet_ink import find_sheet_ink
from digits.picture.sheet_parts import SheetParts, longest_lines, usual_height
from digits.picture.straight_lines import LevelLine
from tests.drawings import DIGITS, draw

PEN, SIDE = 8, 100


def written(digits: str) -> np.ndarray:
    """Digits side by side in black on white, (160, 90 n + 40)."""
    sheet = np.full((160, 90 * len(digits) + 40), 255, np.uint8)
    for number, digit in enumerate(digits):
        own = draw(DIGITS[int(digit)], SIDE, PEN, (0,), (255,))[..., 0]
        window = sheet[30 : 30 + SIDE, 20 + 90 * number : 20 + 90 * number + SIDE]
        np.minimum(window, own, out=window)
    return sheet


def ruled(sheet: np.ndarray) -> np.ndarray:
    return with_lines(sheet, [((0, y), (sheet.shape[1], y)) for y in (40, 90, 140)])


def underlined(sheet: np.ndarray) -> np.ndarray:
    return with_lines(sheet, [((10, 138), (sheet.shape[1] - 12, 133))], 8)


def in_boxes(sheet: np.ndarray) -> np.ndarray:
    right = 22 + 90 * ((sheet.shape[1] - 40) // 90)
    uprights = [((x, 22), (x, 142)) for x in range(22, right + 1, 90)]
    return with_lines(sheet, [((22, 22), (right, 22)), ((22, 142), (right, 142)), *uprights])


def framed(sheet: np.ndarray) -> np.ndarray:
    framed = sheet.copy()
    cv2.rectangle(framed, (5, 12), (sheet.shape[1] - 6, 150), 0, 4)
    return framed


def with_lines(
    sheet: np.ndarray, lines: list[tuple[tuple[int, int], tuple[int, int]]], thickness: int = 3
) -> np.ndarray:
    drawn = sheet.copy()
    for start, stop in lines:
        cv2.line(drawn, start, stop, 0, thickness)
    return drawn


@pytest.mark.parametrize("paper", [ruled, underlined, in_boxes, framed])
@pytest.mark.parametrize("digits", ["2053", "38690"])
def test_lines_of_the_paper_go_and_digits_stay(paper, digits: str) -> None:
    bare = written(digits)
    ink = bare < 128
    found = find_sheet_ink(paper(bare)).ink_map > 0.5
    lines = (paper(bare) < 128) & ~ink
    far = cv2.dilate(ink.astype(np.uint8), np.ones((11, 11), np.uint8)) == 0
    assert (found & ink).sum() >= 0.93 * ink.sum()
    assert (found & lines & far).sum() <= 0.03 * lines.sum()


@pytest.mark.parametrize("digits", ["7", "11", "77", "1717", "5577222"])
def test_a_digits_own_straight_strokes_stay(digits: str) -> None:
    bare = written(digits)
    assert np.array_equal(find_sheet_ink(bare).ink_map > 0.5, bare < 128)


def test_a_row_at_the_foot_of_a_sheet_is_no_printed_border() -> None:
    digits = written("00000000")
    sheet = np.full((600, digits.shape[1]), 255, np.uint8)
    sheet[-150:] = digits[:150]
    assert np.array_equal(find_sheet_ink(sheet).ink_map > 0.5, sheet < 128)


def test_ornaments_along_a_side_go() -> None:
    sheet = np.full((260, 500), 255, np.uint8)
    sheet[80:240, :400] = written("2053")
    bare = sheet.copy()
    for x in range(12, 490, 24):
        cv2.circle(sheet, (x, 14), 8, 0, 3)
    found = find_sheet_ink(sheet).ink_map
    assert not found[:40].any()
    assert np.array_equal(found[40:] > 0.5, bare[40:] < 128)


def on_a_sheet_with_room(shade: int = 0) -> np.ndarray:
    sheet = np.full((300, 560), 255, np.uint8)
    sheet[80:240, 60:460] = np.maximum(written("2053"), shade)
    return sheet


@pytest.mark.parametrize("sides", ["top", "top left", "top left bottom right"])
def test_a_chain_along_sides_goes(sides: str) -> None:
    bare, radius = on_a_sheet_with_room(), 18
    sheet = bare.copy()
    places = {
        "top": [(x, 26) for x in range(26, 540, 27)],
        "bottom": [(x, 274) for x in range(26, 540, 27)],
        "left": [(26, y) for y in range(26, 280, 27)],
        "right": [(533, y) for y in range(26, 280, 27)],
    }
    for place in (place for side in sides.split() for place in places[side]):
        cv2.circle(sheet, place, radius, 0, 4)
    assert np.array_equal(find_sheet_ink(sheet).ink_map > 0.5, bare < 128)


@pytest.mark.parametrize("rise", [-30, 34])
@pytest.mark.parametrize("upright", [False, True])
def test_a_tilted_chain_goes_that_its_tilt_makes_deeper_than_digits(
    rise: int, upright: bool
) -> None:
    bare = np.full((560, 560), 255, np.uint8)
    bare[240:400, 120:520] = written("2053")
    sheet = bare.T.copy() if upright else bare.copy()
    for x in range(-10, 580, 27):
        cv2.circle(sheet, (x, 45 + round(rise * (x - 280) / 560)), 18, 0, 4)
    sheet = sheet.T.copy() if upright else sheet
    assert np.array_equal(find_sheet_ink(sheet).ink_map > 0.5, bare < 128)


def test_ornaments_that_touch_at_a_corner_go_with_the_others() -> None:
    bare = np.full((420, 560), 255, np.uint8)
    digits = cv2.resize(written("2053"), None, fx=0.65, fy=0.65, interpolation=cv2.INTER_NEAREST)
    bare[180 : 180 + len(digits), 60 : 60 + digits.shape[1]] = digits
    sheet, size = bare.copy(), 12
    along = [(x, 16) for x in range(18, 510, 30)] + [(540, y) for y in range(74, 400, 30)]
    for x, y in [*along, (540, 16), (540, 36)]:
        corners = [(x - size, y), (x, y - size), (x + size, y), (x, y + size)]
        cv2.polylines(sheet, [np.array(corners)], True, 0, 3)
    assert np.array_equal(find_sheet_ink(sheet).ink_map > 0.5, bare < 128)


def test_digits_beside_larger_boxes_are_no_ornaments() -> None:
    bare = np.full((360, 900), 255, np.uint8)
    for number in range(9):
        cv2.ellipse(bare, (90 + 90 * number, 75), (22, 32), 0, 0, 360, 0, 6)
    for x in (90, 180, 270):
        cv2.ellipse(bare, (x, 225), (22, 32), 0, 0, 360, 0, 6)
    sheet = bare.copy()
    cv2.rectangle(sheet, (45, 25), (855, 125), 0, 3)
    cv2.rectangle(sheet, (45, 175), (320, 275), 0, 3)
    cv2.line(sheet, (290, 175), (290, 240), 0, 6)  # which carries a digit, and is no mere frame
    found = find_sheet_ink(sheet).ink_map > 0.5
    assert found[bare < 128].mean() > 0.98


@pytest.mark.parametrize("foot", [False, True])
@pytest.mark.parametrize("pitch", [56, 62])
def test_touching_digits_along_a_side_are_no_border(pitch: int, foot: bool) -> None:
    sheet = np.full((280, 560), 255, np.uint8)
    for x in range(40, 360, pitch):
        cv2.ellipse(sheet, (x, 46), (29, 34), 0, 0, 360, 0, 7)
    cv2.ellipse(sheet, (480, 48), (29, 34), 0, 0, 360, 0, 7)
    sheet = sheet[::-1].copy() if foot else sheet
    assert np.array_equal(find_sheet_ink(sheet).ink_map > 0.5, sheet < 128)


def test_a_date_along_a_side_is_no_border() -> None:
    """Its slashes are larger than its digits, which once were ornaments."""
    sheet = np.full((280, 840), 255, np.uint8)
    for number, x in enumerate(range(60, 560, 48)):
        if number in (2, 5):
            cv2.line(sheet, (x - 20, 253), (x + 20, 155), 0, 7)
        else:
            cv2.ellipse(sheet, (x, 206), (18, 30), 0, 0, 360, 0, 7)
    assert np.array_equal(find_sheet_ink(sheet).ink_map > 0.5, sheet < 128)


@pytest.mark.parametrize("pitch", [26, 19])  # those of 19 touch, two by two
@pytest.mark.parametrize("shade", [0, 110])  # digits may be paler than what is printed
@pytest.mark.parametrize("rise", [-14, 0, 9])
def test_a_tilted_row_of_ornaments_goes(pitch: int, shade: int, rise: int) -> None:
    bare = on_a_sheet_with_room(shade)
    sheet = bare.copy()
    for number, x in enumerate(range(16, 540, pitch)):
        y = 18 + round(rise * (x - 280) / 560)
        aside = 3 * (number % 2) if pitch == 19 else 0
        diamond = np.array([(x - 10 - aside, y), (x - aside, y - 10), (x + 10 - aside, y)])
        cv2.fillPoly(sheet, [np.array([*diamond.tolist(), (x - aside, y + 10)])], 0)
    found = find_sheet_ink(sheet).ink_map > 0.5
    assert not found[:60].any()
    assert (found == (bare < 128)).mean() > 0.995


def test_a_one_at_the_edge_of_a_sheet_is_no_border() -> None:
    bare = np.full((280, 560), 255, np.uint8)
    cv2.line(bare, (14, 12), (10, 268), 0, 14)
    for x in (150, 330):
        cv2.ellipse(bare, (x, 140), (60, 118), 0, 0, 360, 0, 14)
    assert np.array_equal(find_sheet_ink(bare).ink_map > 0.5, bare < 128)


def test_lines_from_border_to_border_do_not_hide_how_high_digits_are() -> None:
    """Two tall lines once made everything else look small, and stayed."""
    bare = np.full((420, 480), 255, np.uint8)
    bare[:160, :130], bare[:160, 250:380] = written("3"), written("3")
    lines = [((170, 0), (164, 419)), ((180, 0), (174, 419))]
    assert np.array_equal(find_sheet_ink(with_lines(bare, lines)).ink_map > 0.5, bare < 128)


def test_a_margin_from_border_to_border_goes_however_thick() -> None:
    bare = np.full((180, 200), 255, np.uint8)
    bare[10:170, 50:180] = written("1")
    margin = with_lines(bare, [((14, 0), (13, 179))], 9)
    assert np.array_equal(find_sheet_ink(margin).ink_map > 0.5, bare < 128)


def test_a_part_that_leads_through_a_sheet_and_is_much_higher_than_digits_is_a_line() -> None:
    bare = np.full((520, 480), 255, np.uint8)
    bare[180:340, 60:460] = written("2053")
    margin = bare.copy()
    for y in range(520):
        margin[y, 20 : 36 + y // 25 % 3] = 0
    parts = SheetParts(margin < 128)
    parts.leave_out_underlines_and_crossings()
    assert np.array_equal(parts.left, bare < 128)
    one = np.zeros((180, 200), bool)
    one[2:178, 90:100] = True
    parts = SheetParts(one)
    parts.leave_out_underlines_and_crossings()
    assert np.array_equal(parts.left, one)


@pytest.mark.parametrize("pen", [14, 20, 26])
def test_thin_strokes_in_a_long_row_are_ink_and_not_the_paper_between_them(pen: int) -> None:
    share = np.zeros((113, 640))
    for number, digit in enumerate((0, 7, 6, 1, 9, 9, 1, 2)):
        own = draw(DIGITS[digit], 280, pen, (0,), (255,))[..., 0]
        small = cv2.resize(own, (46, 46), interpolation=cv2.INTER_AREA)
        share[34:80, 20 + 62 * number : 66 + 62 * number] = 1 - small / 255
    light = np.linspace(0.9, 1.1, 640)[:, None]
    paper, pencil = np.array([190, 175, 75]) * light, np.array([35, 45, 95])
    photo = paper + share[..., None] * (pencil - paper)
    photo += np.random.default_rng(1).normal(0, 3, photo.shape)
    ink_map = find_sheet_ink(np.clip(photo, 0, 255).astype(np.uint8)).ink_map
    assert ink_map[share > 0.9].mean() > 0.8
    assert ink_map[share == 0].mean() < 0.1


@pytest.mark.parametrize(
    ("ends", "goes"), [((20, 380), True), ((20,), False), ((20, 340), False), ((), False)]
)
def test_heads_of_an_arrow_go_and_points_beside_lines_stay(
    ends: tuple[int, ...], goes: bool
) -> None:
    ink = np.zeros((200, 400), bool)
    ink[40:100, 100:140] = True
    ink[115:121, 60:66] = True  # a point above the line
    heads = np.zeros_like(ink)
    for end in ends:
        heads[108:132, end - 10 : end + 10] = True
    line = LevelLine(0.0, 120.0, 25, 375, 4.0)
    found = arrowheads(label_parts(ink | heads), [line], 60)
    assert np.array_equal(found, heads & goes)


def test_crosses_go_that_are_most_of_what_is_there() -> None:
    digits = np.zeros((600, 900), np.uint8)
    for x in (100, 220, 340):
        cv2.ellipse(digits, (x, 300), (35, 60), 0, 0, 360, 1, 9)
    sheet = digits.copy()
    for y in range(30, 600, 90):
        for x in range(30, 900, 90):
            if not digits[y - 20 : y + 21, x - 20 : x + 21].any():
                cv2.line(sheet, (x - 12, y), (x + 12, y), 1, 5)
                cv2.line(sheet, (x, y - 12), (x, y + 12), 1, 5)
    parts = SheetParts(sheet > 0)
    parts.leave_out_underlines_and_crossings()
    assert np.array_equal(parts.left, digits > 0)


def test_rows_on_the_lines_of_a_form_are_no_printed_border() -> None:
    sheet = np.zeros((300, 600), np.uint8)
    for y in (90, 180, 280):
        cv2.line(sheet, (100, y), (599, y), 1, 3)
    for y, places in ((80, range(140, 400, 60)), (180, (140, 200)), (280, range(140, 380, 52))):
        for x in places:  # those of the first row touch no line
            cv2.ellipse(sheet, (x, y - 28), (18, 28), 0, 0, 360, 1, 5)
    parts = SheetParts(sheet > 0)
    assert not parts.leave_out_borders().any()


def test_small_crosses_that_are_left_of_a_grid_go_and_single_ones_stay() -> None:
    bare = np.full((400, 500), 255, np.uint8)
    bare[:160, :310] = written("205")

    def crossed(places: list[tuple[int, int]]) -> np.ndarray:
        lines = [((x - 18, y), (x + 18, y)) for x, y in places]
        return with_lines(bare, [*lines, *(((x, y - 18), (x, y + 18)) for x, y in places)])

    many = crossed([(40, 230), (200, 230), (360, 230), (200, 360)])
    assert np.array_equal(find_sheet_ink(many).ink_map > 0.5, bare < 128)
    one = crossed([(200, 230)])
    assert np.array_equal(find_sheet_ink(one).ink_map > 0.5, one < 128)


def test_fours_and_sevens_are_no_crosses() -> None:
    bare = np.vstack([written("4747"), written("1414")])
    assert np.array_equal(find_sheet_ink(bare).ink_map > 0.5, bare < 128)


def test_nines_whose_loops_are_filled_are_no_crosses() -> None:
    bare = np.full((200, 460), 255, np.uint8)
    for x in (60, 160, 260, 360):
        cv2.ellipse(bare, (x, 75), (27, 14), 0, 0, 360, 0, -1)
        cv2.line(bare, (x + 2, 50), (x + 2, 140), 0, 9)
    assert np.array_equal(find_sheet_ink(bare).ink_map > 0.5, bare < 128)


def test_pieces_on_the_same_line_as_a_long_one_go() -> None:
    bare = np.full((300, 620), 255, np.uint8)
    bare[:160, :400] = written("2053")
    line = [((0, 200), (380, 203)), ((430, 204), (455, 204)), ((520, 204), (560, 205))]
    assert np.array_equal(find_sheet_ink(with_lines(bare, line)).ink_map > 0.5, bare < 128)


def test_a_bold_underline_goes_and_a_dash_stays() -> None:
    bare = np.full((240, 400), 255, np.uint8)
    bare[:160, 100:320] = written("31")
    under = with_lines(bare, [((110, 190), (290, 186))], 9)
    assert np.array_equal(find_sheet_ink(under).ink_map > 0.5, bare < 128)
    dash = with_lines(bare, [((20, 85), (80, 85))], 8)
    assert np.array_equal(find_sheet_ink(dash).ink_map > 0.5, dash < 128)


def test_an_underline_that_digits_touch_goes() -> None:
    bare = np.full((240, 460), 255, np.uint8)
    bare[:160, 40:350] = written("205")
    foot = int(np.flatnonzero((bare < 128).any(axis=1))[-1])
    under = with_lines(bare, [((45, foot + 2), (345, foot + 4))], 10)
    found = find_sheet_ink(under).ink_map > 0.5
    line = (under < 128) & (bare >= 128)
    assert (found & line).sum() < 0.12 * line.sum()
    assert (found & (bare < 128)).sum() > 0.85 * (bare < 128).sum()


def test_the_feet_of_twos_and_the_heads_of_sevens_are_no_underlines() -> None:
    for digits in ("222", "777", "2772"):
        bare = written(digits)
        assert np.array_equal(find_sheet_ink(bare).ink_map > 0.5, bare < 128)


@pytest.mark.parametrize(("count", "pen"), [(5, 9), (6, 5), (7, 7)])
def test_bars_of_digits_close_side_by_side_are_no_line(count: int, pen: int) -> None:
    sheet = np.full((160, 54 * count + 80), 255, np.uint8)
    for x in range(40, 40 + 54 * count, 54):
        seven = np.array([(x, 50), (x + 42, 50), (x + 14, 110)])
        cv2.polylines(sheet, [seven], False, 0, pen)
    assert np.array_equal(find_sheet_ink(sheet).ink_map > 0.5, sheet < 128)


def test_an_empty_sheet_has_no_ink() -> None:
    with pytest.raises(NoInkError):
        find_sheet_ink(np.full((80, 200), 255, np.uint8))


def test_digits_in_a_shadow_stay() -> None:
    bare = written("20538")
    light = np.full(bare.shape, 220.0)
    light[:, 240:] *= 0.5  # from above to below, as a hand's falls
    light = cv2.GaussianBlur(light, (0, 0), 6)
    grain = np.random.default_rng(0).normal(0, 2, bare.shape)
    photo = np.clip(light * (0.15 + 0.85 * bare / 255) + grain, 0, 255).astype(np.uint8)
    ink = bare < 128
    found = find_sheet_ink(np.repeat(photo[..., None], 3, axis=2)).ink_map > 0.4
    assert (found & ink).sum() >= 0.85 * ink.sum()
    far = cv2.dilate(ink.astype(np.uint8), np.ones((15, 15), np.uint8)) == 0
    assert (found & far).sum() <= 0.02 * ink.sum()


def photographed(sheet: np.ndarray, shade: np.ndarray) -> np.ndarray:
    """A grainy photo of a drawing in grey ink, under so much light."""
    grain = np.random.default_rng(0).normal(0, 1.5, sheet.shape)
    light = (90 + 120 * (sheet / 255.0)) * shade + grain
    return np.clip(cv2.GaussianBlur(light, (0, 0), 1.2), 0, 255).astype(np.uint8)


def test_a_shadow_that_falls_across_a_number_is_no_ink() -> None:
    bare = np.full((330, 480), 255, np.uint8)
    bare[90:250, 40:440] = written("2053")
    across, down = np.meshgrid(np.arange(480), np.arange(330))
    is_shaded = np.abs(across - down - 80) < 90
    shade = cv2.GaussianBlur(np.where(is_shaded, 0.6, 1.0), (0, 0), 2)
    found = find_sheet_ink(photographed(bare, shade)).ink_map > 0.5
    near = cv2.dilate((bare < 128).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    assert found[bare < 128].mean() > 0.85
    assert not (found & ~near).any()


@pytest.mark.parametrize("light", [0.3, 0.5])
def test_a_soft_shadow_that_hardly_touches_a_number_is_no_ink(light: float) -> None:
    bare = np.full((480, 600), 255, np.uint8)
    bare[120:280, 40:440] = written("2053")
    shade = np.ones(bare.shape)
    cv2.ellipse(shade, (430, 380), (170, 130), 30, 0, 360, light, -1)
    soft = cv2.GaussianBlur(shade, (0, 0), 8)
    found = find_sheet_ink(photographed(bare, soft)).ink_map > 0.5
    near = cv2.dilate((bare < 128).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    assert found[bare < 128].mean() > 0.85
    assert not (found & ~near).any()


def test_a_soft_shadow_that_is_narrower_than_bold_strokes_is_no_ink() -> None:
    bare = np.full((900, 900), 255, np.uint8)
    bare[120:280, 40:440] = written("2053")
    bare[420:580, 40:440] = written("4198")
    shade = np.ones(bare.shape)
    points = np.array([[0, 600], [0, 800], [330, 640], [300, 520]])
    cv2.fillPoly(shade, [points.astype(np.int32)], 0.5)
    photo = photographed(bare, cv2.GaussianBlur(shade, (0, 0), 14))
    found = find_sheet_ink(photo).ink_map > 0.5
    near = cv2.dilate((bare < 128).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    assert found[bare < 128].mean() > 0.85
    assert not (found & ~near).any()


def test_a_first_digit_in_a_tight_crop_is_not_the_grain_of_a_table() -> None:
    """A 1 leads through most of the crop, as lines do, and what is left of it is small."""
    ink = written("120")[34:126] < 128
    first = ink.copy()
    first[:, 100:] = False
    assert first.any()
    assert not sheet_ink._is_grain(first, ink)


def test_a_first_digit_in_a_shadow_with_small_print_is_not_the_grain_of_a_table() -> None:
    """Print tells that what is in the shadow is low, but for the digit that others go on."""
    ink = np.zeros((300, 480), bool)
    ink[60:220, :400] = written("3451") < 128
    ink[60:220, 440:450] = True  # which is longer, as a slash is
    for x in range(5, 100, 14):
        ink[20:32, x : x + 8] = ink[270:282, x : x + 8] = True
    dark = ink.copy()
    dark[:, 110:] = False
    assert not sheet_ink._is_grain(dark, ink)
    dark[60:220] = False  # but for the print there
    assert sheet_ink._is_grain(dark, ink)
    dark[130:220, 0:40] = True  # a shape on the table that leads out of the picture
    assert sheet_ink._is_grain(dark, ink | dark)


def test_bold_strokes_are_no_shadow() -> None:
    bare = np.full((330, 480), 255, np.uint8)
    for left, digit in ((40, 3), (240, 8)):
        own = draw(DIGITS[digit], 200, 56, (0,), (255,))[..., 0]
        np.minimum(bare[60:260, left : left + 200], own, out=bare[60:260, left : left + 200])
    found = find_sheet_ink(photographed(bare, np.ones(bare.shape))).ink_map > 0.5
    assert found[bare < 128].mean() > 0.9


def on_grainy_paper(sheet: np.ndarray, noise: float = 3.0) -> np.ndarray:
    """A photo of a sheet: grey ink on grey paper with grain, a little out of focus."""
    grey = cv2.GaussianBlur(60 + 0.55 * sheet.astype(np.float32), (0, 0), 0.8)
    grey += np.random.default_rng(0).normal(0, noise, sheet.shape).astype(np.float32)
    return np.clip(grey, 0, 255).astype(np.uint8)


def assert_only_digits_stay(photo: np.ndarray, ink: np.ndarray, least: float, reach: int) -> None:
    """At least such a share of their ink, and nothing so many pixels around it."""
    found = find_sheet_ink(photo).ink_map > 0.5
    far = cv2.dilate(ink.astype(np.uint8), np.ones((reach, reach), np.uint8)) == 0
    assert (found & ink).sum() >= least * ink.sum()
    assert not (found & far).any()


def test_digits_that_rulings_and_a_margin_join_stay() -> None:
    """All is one part as high as the sheet, by which digits once were mere crumbs of lines."""
    bare = np.full((420, 560), 255, np.uint8)
    bare[120:280, 120:340] = written("20")
    lines = [((63, y), (560, y + 3)) for y in range(65, 420, 90)]
    sheet = with_lines(bare, [*lines, ((60, 0), (66, 420))])
    assert_only_digits_stay(on_grainy_paper(sheet), bare < 128, 0.85, 11)


@pytest.mark.parametrize("turns", range(4))
def test_a_table_along_a_whole_side_goes_though_lines_lead_to_it(turns: int) -> None:
    bare = np.full((420, 600), 255, np.uint8)
    bare[130:290, 150:550] = written("2053")
    sheet = with_lines(bare, [((0, y), (600, y)) for y in range(70, 420, 100)])
    sheet = with_lines(sheet, [((x, 0), (x, 420)) for x in range(140, 600, 100)])
    sheet[:, :50] = 60
    photo = on_grainy_paper(np.rot90(sheet, turns).copy())
    assert_only_digits_stay(photo, np.rot90(bare < 128, turns), 0.85, 13)


@pytest.mark.parametrize("wood", [30, 250])
def test_a_table_around_a_sheet_goes_and_all_on_the_sheet_stays(wood: int) -> None:
    bare = np.full((560, 700), 255, np.uint8)
    bare[200:360, 150:550] = written("2053")
    photo = bare.copy()
    photo[bare == 255] = 140
    table = np.full_like(photo, wood)
    for y in range(4, 560, 23):  # its grain
        cv2.line(table, (0, y), (700, y + 9), wood + (30 if wood < 128 else -30), 2)
    sheet = cv2.fillPoly(
        np.zeros_like(photo), [np.array([(60, 70), (640, 40), (660, 500), (80, 530)])], 1
    )
    photo[sheet == 0] = table[sheet == 0]
    assert_only_digits_stay(on_grainy_paper(photo), bare < 128, 0.85, 13)


@pytest.mark.parametrize("is_upright", [False, True])
def test_pieces_of_a_line_go_that_is_faint_elsewhere(*, is_upright: bool) -> None:
    bare = np.full((400, 520), 255, np.uint8)
    bare[60:220, 20:420] = written("2053")
    sheet = bare.astype(np.float32)
    line = sheet[:, 480:484] if is_upright else sheet[300:304].T
    line[:] = 225  # hardly to be seen
    for start in range(10, len(line) - 60, 70):
        line[start : start + 15] = 100
    assert_only_digits_stay(on_grainy_paper(sheet), bare < 128, 0.97, 11)


def test_bold_lines_go_of_which_only_the_crossings_are_dark() -> None:
    """As of a table that is photographed from near by; the crossings once stayed beside digits."""
    bare = np.full((420, 720), 255, np.uint8)
    bare[130:290, 140:540] = written("2053")
    level, upright = np.zeros((2, *bare.shape), np.uint8)
    for y in (50, 330):
        level[y : y + 11] = 1
    for x in (110, 580):
        upright[:, x : x + 11] = 1
    lines = 255.0 - 50 * (level + upright) - 80 * level * upright
    assert_only_digits_stay(on_grainy_paper(np.minimum(bare, lines)), bare < 128, 0.97, 11)


def test_points_on_a_faint_line_stay_that_are_as_dark_as_digits() -> None:
    """And dark crossings of it, which are paler, go."""
    bare = np.full((420, 520), 255, np.uint8)
    bare[100:260, 20:420] = written("2053")
    for x in (120, 210, 300):
        cv2.circle(bare, (x, 244), 6, 0, -1)
    lines = np.full(bare.shape, 255, np.uint8)
    lines[240:248] = lines[:, 450:460] = 225
    lines[240:248, 450:460] = 90
    assert_only_digits_stay(on_grainy_paper(np.minimum(bare, lines)), bare < 128, 0.98, 11)


def test_a_point_on_a_line_that_is_faint_elsewhere_stays() -> None:
    contrast = np.zeros((160, 520), np.uint8)
    contrast[120:126] = 12  # hardly to be seen
    for x in range(40, 200, 40):
        contrast[40:124, x : x + 8] = 200
    contrast[119:127, 100:108] = 190
    for x in (300, 380, 460):
        contrast[120:126, x : x + 7] = 60
    contrast[120:126, 415:445] = 190  # of a piece that is darker, but no point
    found = pieces_of_faint_rulings(contrast, label_parts(contrast > 40), 1.0)
    pieces = (contrast > 40) & (np.arange(520) > 250)
    assert np.array_equal(found, pieces)


def test_a_piece_of_a_faint_upright_line_goes_that_is_higher_than_any_one() -> None:
    bare = np.full((400, 520), 255, np.uint8)
    bare[100:260, 20:420] = written("2053")
    sheet = bare.astype(np.float32)
    sheet[:, 460:464] = 225
    sheet[10:160, 460:464] = 100
    assert_only_digits_stay(on_grainy_paper(sheet), bare < 128, 0.97, 11)


@pytest.mark.parametrize("lightness", [1.0, 3.0])
def test_where_nothing_is_light_on_a_photo_ink_is_dark(lightness: float, monkeypatch) -> None:
    """A dense table has no light strokes, though light is what lies between its lines."""
    bare = written("2053")
    find_width = photo_ink._width_to_close

    def none_if_light(grey: np.ndarray, is_lit: bool, *args: float) -> float:
        if not is_lit:
            raise NoInkError("")
        return find_width(grey, is_lit, *args)

    monkeypatch.setattr(photo_ink, "_width_to_close", none_if_light)
    monkeypatch.setattr(photo_ink, "_lightness_of_narrow_things", lambda *_: lightness)
    assert_only_digits_stay(on_grainy_paper(bare), bare < 128, 0.95, 7)


@pytest.mark.parametrize("sides", [False, True])
def test_a_line_below_digits_or_a_box_around_says_nothing_of_their_height(*, sides: bool) -> None:
    bare = np.full((330, 560), 255, np.uint8)
    bare[50:210, 60:460] = written("2053")
    sheet = with_lines(bare, [((30, 220), (530, 221))])
    if sides:
        sheet = with_lines(
            sheet, [((30, 40), (530, 41)), ((30, 40), (30, 220)), ((530, 40), (530, 220))]
        )
    assert usual_height(sheet < 128) == pytest.approx(usual_height(bare < 128), abs=4)
    assert not (longest_lines(sheet < 128) & (bare < 128)).any()


@pytest.mark.parametrize("dark_from", [300, 390])
def test_digits_in_a_shadow_stay_however_high_the_frame_around_is(dark_from: int) -> None:
    """Beside a high frame they once were grain of a table."""
    bare = np.full((420, 680), 255, np.uint8)
    bare[120:280, 130:530] = written("2053")
    sheet = bare.copy()
    cv2.rectangle(sheet, (30, 100), (650, 295), 0, 4)
    photo = on_grainy_paper(sheet).astype(np.float32)
    photo[:, dark_from:] *= 0.7
    ink = bare < 128
    found = find_sheet_ink(photo.astype(np.uint8)).ink_map > 0.5
    assert (found & ink).sum() >= 0.95 * ink.sum()


def table(rows: int, heading: int, pen: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Two 0s a cell in black on white, and which pixels those are.

    Args:
        rows: below the heading, each 70 high; four columns, each 150 wide.
        heading: how high its bare cells are.
        pen: of the sides between them.
    """
    top, bottom = 16, 16 + heading + 70 * rows
    sheet = np.full((bottom + 16, 640), 255, np.uint8)
    for y in range(top + heading, bottom, 70):
        for x in (x for left in range(20, 620, 150) for x in (left + 50, left + 98)):
            cv2.ellipse(sheet, (x, y + 35), (17, 23), 0, 0, 360, 0, 7)
    ink = sheet < 128
    level = [((20, y), (620, y)) for y in (top, *range(top + heading, bottom + 1, 70))]
    sheet = with_lines(sheet, level + [((x, top), (x, bottom)) for x in range(20, 621, 150)])
    bold = [((x, top), (x, top + heading)) for x in range(20, 621, 150)]
    return with_lines(sheet, bold, pen), ink


@pytest.mark.parametrize("beside", [False, True])
def test_the_last_row_of_a_table_is_no_printed_border(beside: bool) -> None:
    """The table is larger, but around it; what leads out of the sheet at its side is a shadow."""
    sheet, ink = table(3, 70)
    if beside:
        sheet = np.pad(sheet, ((0, 0), (0, 40)), constant_values=255)
        sheet[20:180, -12:] = 0
        ink = np.pad(ink, ((0, 0), (0, 40)))
    assert_only_digits_stay(sheet, ink, 0.95, 11)


@pytest.mark.parametrize("bar", [(150, 12, 200), (150, 12, 100)])
def test_the_last_row_of_a_table_whose_lines_fade_is_no_printed_border(bar) -> None:
    """What is left of an upright line is larger than digits."""
    sheet = np.full((250, 640), 255, np.uint8)
    for y in (55, 125, 195):
        for x in (left + right for left in range(50, 640, 150) for right in (0, 48)):
            cv2.ellipse(sheet, (x, y + 15), (15, 21), 0, 0, 360, 0, 6)
    ink = sheet < 128
    x, top, bottom = bar
    sheet = with_lines(sheet, [((x, top), (x, bottom)), ((x - 20, top), (x + 20, top))])
    found = find_sheet_ink(sheet).ink_map > 0.5
    assert (found & ink).sum() >= 0.97 * ink.sum()


def heading(bottom: int) -> tuple[np.ndarray, np.ndarray]:
    """A table's upper line, sides that hang on it down to there, and digits below; the latter."""
    sheet = np.full((250, 640), 255, np.uint8)
    for x in (left + right for left in range(90, 600, 150) for right in (0, 48)):
        cv2.ellipse(sheet, (x, 140), (17, 27), 0, 0, 360, 0, 7)
    ink = sheet < 128
    sides = [((x, 40), (x, bottom)) for x in range(190, 600, 150)]
    return with_lines(with_lines(sheet, [((40, 40), (620, 40))]), sides, 9), ink


@pytest.mark.parametrize("bottom", [75, 105])
def test_sides_that_hang_beside_the_empty_cells_of_a_heading_go(bottom: int) -> None:
    sheet, ink = heading(bottom)
    assert_only_digits_stay(sheet, ink, 0.97, 11)


def test_ones_below_a_line_are_no_sides_of_a_heading() -> None:
    sheet = np.full((300, 500), 255, np.uint8)
    for x in (200, 240):
        cv2.line(sheet, (x, 44), (x, 100), 0, 7)
    for x in (200, 250):
        cv2.ellipse(sheet, (x, 170), (17, 27), 0, 0, 360, 0, 7)
    ink = sheet < 128
    sheet = with_lines(sheet, [((0, 40), (499, 40)), ((0, 220), (499, 220))])
    found = find_sheet_ink(sheet).ink_map > 0.5
    assert (found & ink).sum() >= 0.95 * ink.sum()


@pytest.mark.parametrize("heading", [36, 90])
def test_bold_sides_of_a_heading_go(heading: int) -> None:
    sheet, ink = table(3, heading, pen=9)
    assert_only_digits_stay(sheet, ink, 0.95, 11)


def test_ones_between_two_lines_are_no_bold_sides() -> None:
    sheet = np.full((200, 500), 255, np.uint8)
    for x in (100, 140, 180, 220):
        cv2.line(sheet, (x, 60), (x, 140), 0, 7)
    ink = sheet < 128
    sheet = with_lines(sheet, [((0, y), (499, y)) for y in (55, 145)])
    found = find_sheet_ink(sheet).ink_map > 0.5
    assert (found & ink).sum() >= 0.9 * ink.sum()


def test_only_what_is_much_lower_than_digits_is_a_bar_between_two_lines() -> None:
    mask, lines = np.zeros((240, 300), bool), np.zeros((240, 300), bool)
    lines[40:43] = lines[126:129] = lines[180:183] = True
    mask[45:124, 100:120] = mask[131:178, 200:208] = True
    bars = bars_on_lines(label_parts(mask), lines, 95.0)
    assert not bars[45:124].any()
    assert bars[131:178, 200:208].all()


def test_crumbs_of_a_line_do_not_hide_how_high_the_row_that_it_joins_is() -> None:
    ink = np.zeros((180, 900), bool)
    ink[60:66, 40:860] = ink[130:136, 40:860] = True
    ink[60:136, 40:860:30] = ink[60:136, 41:860:30] = ink[60:136, 42:860:30] = True
    for x in (10, 880):
        ink[60:68, x : x + 8] = True
    assert usual_height(ink) == 76


def test_rulings_that_all_rows_stand_on_say_nothing_of_how_high_digits_are() -> None:
    sheet = np.full((760, 1100), 255, np.uint8)
    for row in range(4):
        foot = 180 * row + 135
        sheet[180 * row + 20 : 180 * row + 180, :400] = written("2053")
        cv2.line(sheet, (0, foot), (1099, foot + 6), 0, 3)
        cv2.circle(sheet, (700, foot - 30), 6, 0, -1)
    assert usual_height(sheet < 128) == pytest.approx(usual_height(written("2053") < 128), abs=10)


def test_rulings_that_join_each_row_to_one_part_say_nothing_of_how_high_digits_are() -> None:
    sheet = np.full((760, 1100), 255, np.uint8)
    for row in range(3):
        sheet[180 * row + 20 : 180 * row + 180, :400] = written("2222")
        cv2.line(sheet, (0, 180 * row + 137), (1099, 180 * row + 137), 0, 5)
    assert len(label_parts(sheet < 128)[1]) == 1 + 3
    assert usual_height(sheet < 128) == pytest.approx(usual_height(written("2222") < 128), abs=10)


def test_a_margin_that_ends_before_the_picture_does_is_not_as_high_as_digits_are() -> None:
    bare = np.full((700, 600), 255, np.uint8)
    bare[100:260, 100:500] = written("2053")
    bare[300:460, 100:500] = written("4198")
    usual = usual_height(bare < 128)
    margin = with_lines(bare, [((80, 60), (76, 640))], 5)
    assert usual_height(margin < 128) == usual
    assert np.array_equal(find_sheet_ink(margin).ink_map > 0.5, bare < 128)


def test_a_one_beside_specks_is_as_high_as_it_is() -> None:
    ink = np.zeros((200, 120), bool)
    ink[20:180, 50:60] = True
    for x, y in ((20, 30), (90, 100), (30, 160)):
        ink[y : y + 8, x : x + 8] = True
    assert usual_height(ink) == 160


@pytest.mark.parametrize("pitch", [40, 62])
def test_a_grid_that_is_faint_in_places_says_nothing_of_how_high_digits_are(pitch: int) -> None:
    bare = np.full((700, 1000), 255, np.uint8)
    for row in range(2):
        bare[180 * row + 60 : 180 * row + 220, 60:460] = written("2053")
    sheet = bare.copy()
    for place in range(pitch // 2, 1000, pitch):
        upright, level = slice(place // 3, 640 - place // 3), slice(20, 900 - place)
        sheet[upright, place : place + 3] = 0
        sheet[place : place + 3, level] = 0
    usual = usual_height(bare < 128)
    assert usual_height(sheet < 128) == pytest.approx(usual, abs=0.3 * usual)
    left, ink = find_sheet_ink(sheet).ink_map > 0.5, bare < 128
    assert (left & ink).sum() >= 0.9 * ink.sum()


def test_a_margin_with_pieces_of_rulings_says_nothing_of_how_high_digits_are() -> None:
    bare = np.full((700, 900), 255, np.uint8)
    bare[60:220, 60:460] = written("2053")
    pieces = [((780 - 40 * place, y), (840, y)) for place, y in enumerate(range(60, 640, 90))]
    sheet = with_lines(bare, [((760, 40), (758, 690)), *pieces])
    assert usual_height(sheet < 128) == pytest.approx(usual_height(bare < 128), abs=4)


def test_two_words_along_a_side_are_no_ornaments() -> None:
    sheet = np.full((500, 1000), 255, np.uint8)
    for place in [0, 1, 2, 3, 4, 30, 31, 32, 33]:
        cv2.circle(sheet, (40 + 26 * place, 30), 9, 0, 3)
    sheet[250:410, 100:500] = written("2053")
    assert np.array_equal(find_sheet_ink(sheet).ink_map > 0.5, sheet < 128)


def test_a_tilted_frame_that_a_digit_touches_is_not_taken_away_whole() -> None:
    ink, tilt = np.zeros((300, 400), np.uint8), 0.05
    corners = np.array([[50, 90], [310, 90], [310, 180], [50, 180]], np.float64)
    corners[:, 1] += tilt * (corners[:, 0] - 50)
    corners[:, 0] -= tilt * (corners[:, 1] - 90)
    cv2.polylines(ink, [np.rint(corners).astype(np.int32)], True, 1, 3)
    for x in (80, 140):
        cv2.ellipse(ink, (x, 138), (18, 30), 0, 0, 360, 1, 4)
    assert SheetParts(ink > 0).find_frames().any()
    cv2.ellipse(ink, (283, 148), (22, 30), 0, 0, 360, 1, 9)
    assert not SheetParts(ink > 0).find_frames().any()


@pytest.mark.parametrize("wave", [0, 4])
def test_a_frame_that_a_digit_touches_is_not_taken_away_whole_however_uneven(wave: int) -> None:
    ink = np.zeros((300, 400), np.uint8)
    along = np.arange(0, 261, 4)
    high, left = wave * np.sin(along / 16), wave * np.sin(along[:33] / 16)
    outline = [
        *zip(70 + along, 90 + high, strict=True),
        *zip(330 + left, 90 + along[:33], strict=True),
        *zip(330 - along, 218 + high[::-1], strict=True),
        *zip(70 + left, 218 - along[:33], strict=True),
    ]
    cv2.polylines(ink, [np.rint(np.array(outline)).astype(np.int32)], True, 1, 3)
    for x in (110, 170):
        cv2.ellipse(ink, (x, 150), (18, 36), 0, 0, 360, 1, 4)
    assert SheetParts(ink > 0).find_frames().any()
    cv2.ellipse(ink, (260, 178), (24, 40), 0, 0, 360, 1, 4)
    assert not SheetParts(ink > 0).find_frames().any()
