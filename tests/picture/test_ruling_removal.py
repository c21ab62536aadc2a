"""Lines of the paper go, to the pixel where it can be said which; a digit's strokes stay."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digits.picture.pixels import Mask
from digits.picture.ruling_removal import find_border_strips, find_box, find_rulings
from tests.drawings import DIGITS, Stroke, Strokes, arc, draw

HEIGHT, WIDTH = 120, 160


def blank(height: int = HEIGHT, width: int = WIDTH) -> Mask:
    return np.zeros((height, width), bool)


def stroke(start: tuple[int, int], stop: tuple[int, int], width: int = 7) -> Mask:
    """A straight stroke of a pen from x, y to x, y."""
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.line(mask, start, stop, 1, width)
    return mask > 0


def drawn(strokes: Strokes, pen: int = 12, size: int = 150) -> Mask:
    return draw(strokes, size, pen, (0,), (255,))[..., 0] < 128


def cropped(mask: Mask) -> Mask:
    """As small as the ink allows."""
    x, y, width, height = cv2.boundingRect(mask.astype(np.uint8))
    return mask[y : y + height, x : x + width]


def near(mask: Mask) -> Mask:
    """The ink and two pixels around it, where lines and strokes run into each other."""
    return cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0


def frame(top: int, bottom: int, left: int, right: int, width: int = 3) -> Mask:
    """The outline of a rectangle, the outermost rows and columns included."""
    mask = blank()
    mask[top : bottom + 1, left : right + 1] = True
    mask[top + width : bottom + 1 - width, left + width : right + 1 - width] = False
    return mask


# A stroke that no ruling in these tests touches, where nothing else is said.
CONTENT = stroke((60, 42), (100, 68))


# --- rulings


@pytest.mark.parametrize("thickness", [1, 2, 4, 6])
def test_a_line_from_border_to_border_goes_to_the_pixel(thickness: int) -> None:
    ruling = blank()
    ruling[90 : 90 + thickness] = True
    found = find_rulings(ruling | CONTENT)
    assert np.array_equal(found, ruling)
    assert np.array_equal(find_rulings((ruling | CONTENT).T), ruling.T)


def test_squares_go_but_not_what_is_in_them() -> None:
    squares = blank()
    squares[10::32] = True
    squares[:, 12::35] = True
    inside = blank()
    inside[50:66, 55:75] = True  # between rows 42 and 74, and between columns 47 and 82
    assert np.array_equal(find_rulings(squares | inside), squares)


@pytest.mark.parametrize("degrees", [-8, -3, 3, 8])
def test_a_tilted_line_goes(degrees: int) -> None:
    rise = round(WIDTH / 2 * np.tan(np.deg2rad(degrees)))
    ruling = stroke((0, 90 - rise), (WIDTH - 1, 90 + rise), 2)
    found = find_rulings(ruling | CONTENT)
    assert not (found & ~ruling).any()
    assert found.sum() > 0.95 * ruling.sum()


@pytest.mark.parametrize(
    "line",
    [
        stroke((0, 60), (WIDTH - 1, 110), 2),  # 17°
        stroke((0, 90), (130, 90), 2),  # ends before the other border
        stroke((0, 90), (WIDTH - 1, 90), 9),  # as thick as a stroke
    ],
    ids=["too steep", "too short", "too thick"],
)
def test_other_lines_stay(line: Mask) -> None:
    assert not find_rulings(line | CONTENT).any()


def test_a_line_with_gaps_goes_and_with_more_gaps_stays() -> None:
    columns = np.arange(WIDTH)
    for period, goes in ((10, True), (2, False)):  # inked are 90%, and 50%
        ruling = blank()
        ruling[90, columns % period > 0] = True
        assert find_rulings(ruling | CONTENT).any() == goes


def test_a_stroke_that_crosses_a_ruling_stays_whole() -> None:
    ruling, across = blank(), blank()
    ruling[58:60] = True
    across[20:100, 70:78] = True
    assert np.array_equal(find_rulings(ruling | across), ruling & ~across)
    slanted = stroke((50, 20), (110, 100), 8)
    found = find_rulings(ruling | slanted)
    assert (found & slanted).sum() <= 0.02 * slanted.sum()
    assert not (ruling & ~found & ~near(slanted)).any()


@pytest.mark.parametrize("digit", [0, 1, 3, 5, 6, 8, 9])
def test_digits_across_rulings_stay_whole(digit: int) -> None:
    ink = drawn(DIGITS[digit])
    for first in (2, 12, 22):
        rulings = np.zeros_like(ink)
        rulings[first::30] = rulings[first + 1 :: 30] = True
        found = find_rulings(ink | rulings)
        assert not (rulings & ~found & ~near(ink)).any()
        assert (found & ink).sum() <= 0.01 * ink.sum()


def test_a_seven_whose_bar_spans_the_picture_stays() -> None:
    for pen in (12, 20, 30):
        assert not find_rulings(cropped(drawn(DIGITS[7], pen))).any()


def test_a_one_whose_foot_spans_the_picture_stays() -> None:
    foot: Stroke = [(30, 88), (72, 88)]
    for pen in (9, 12, 20):
        one = cropped(drawn([*DIGITS[1], foot, [(52, 12), (40, 26)]], pen))
        assert not find_rulings(one).any()
        assert not find_border_strips(one).any()
        assert not find_box(one).any()


def test_a_line_alone_is_a_dash_and_no_ruling() -> None:
    dash = blank()
    dash[58:61] = True
    assert not find_rulings(dash).any()


# --- the picture's border


@pytest.mark.parametrize("turns", range(4))
def test_a_strip_along_the_border_goes_to_the_pixel(turns: int) -> None:
    strip = blank()
    strip[-15:] = True
    mask = np.rot90(strip | CONTENT, turns)
    assert np.array_equal(find_border_strips(mask), np.rot90(strip, turns))


def test_a_slanted_strip_goes_and_takes_nothing_else() -> None:
    rows, columns = np.indices((HEIGHT, WIDTH))
    strip = rows > HEIGHT - 8 - columns / 10
    assert np.array_equal(find_border_strips(strip | CONTENT), strip)


def test_strips_along_two_borders_both_go() -> None:
    strips = blank()
    strips[-12:] = strips[:, :9] = True
    assert np.array_equal(find_border_strips(strips | CONTENT), strips)


def test_what_is_deep_is_no_strip() -> None:
    half = blank()
    half[:66] = True
    assert not find_border_strips(half | stroke((60, 90), (100, 100))).any()


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("digit", range(10))
def test_a_digit_that_the_border_cuts_is_no_strip(digit: int, turns: int) -> None:
    ink = np.rot90(drawn(DIGITS[digit]), turns)
    bottom = int(np.flatnonzero(ink.any(axis=1))[-1])
    for depth in (0, 5, 10):
        assert not find_border_strips(ink[: bottom + 1 - depth]).any()


@pytest.mark.parametrize("digit", range(10))
def test_a_digit_that_fills_the_picture_is_no_strip(digit: int) -> None:
    for pen in (6, 12, 24):
        assert not find_border_strips(cropped(drawn(DIGITS[digit], pen))).any()


def test_a_stroke_that_starts_along_the_border_and_leads_away_stays() -> None:
    mask = stroke((0, 3), (70, 3)) | stroke((70, 3), (20, 110)) | stroke((20, 110), (120, 100))
    assert not find_border_strips(mask).any()


# --- boxes and lines beside the digit


def test_a_box_goes_to_the_pixel() -> None:
    box = frame(10, 110, 20, 140)
    assert np.array_equal(find_box(box | CONTENT), box)
    assert np.array_equal(find_box((box | CONTENT).T), box.T)


@pytest.mark.parametrize("missing", range(4))
def test_a_box_without_one_of_its_sides_goes(missing: int) -> None:
    box = frame(10, 110, 20, 140)
    if missing == 0:
        box[:13] = False
    elif missing == 1:
        box[108:] = False
    elif missing == 2:
        box[:, :23] = False
    else:
        box[:, 138:] = False
    found = find_box(box | CONTENT)
    assert not (found & CONTENT).any()
    assert found.sum() > 0.97 * box.sum()


def test_a_box_whose_corners_do_not_meet_goes() -> None:
    box = frame(10, 110, 20, 140)
    box[:18, :28] = box[:18, 133:] = box[103:, :28] = box[103:, 133:] = False
    found = find_box(box | CONTENT)
    assert not (found & CONTENT).any()
    assert found.sum() > 0.97 * box.sum()


def test_a_tilted_box_goes() -> None:
    corners = cv2.boxPoints(((80, 60), (110, 80), 6)).astype(np.int32)
    box = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.polylines(box, [corners], True, 1, 2)
    assert np.array_equal(find_box((box > 0) | CONTENT), box > 0)


@pytest.mark.parametrize("row", [12, 105])
def test_a_line_above_or_below_that_reaches_farther_goes(row: int) -> None:
    line = blank()
    line[row : row + 3, 40:120] = True
    assert np.array_equal(find_box(line | CONTENT), line)
    assert np.array_equal(find_box((line | CONTENT).T), line.T)


def test_a_line_that_the_rest_reaches_beyond_stays() -> None:
    bar = blank()
    bar[20:24, 62:150] = True  # like the detached bar of a 5
    assert not find_box(bar | CONTENT).any()


def test_a_frame_around_nothing_or_next_to_nothing_stays() -> None:
    box = frame(10, 110, 20, 140)
    dot = blank()
    dot[55:65, 75:85] = True
    assert not find_box(box).any()
    assert not find_box(box | dot).any()


@pytest.mark.parametrize("pen", [6, 12, 24])
def test_a_zero_like_a_rectangle_stays(pen: int) -> None:
    square: Stroke = [(25, 12), (75, 12), (75, 88), (25, 88), (25, 12)]
    dot: Stroke = [(50, 48), (50, 52)]
    slash: Stroke = [(75, 12), (25, 88)]
    for strokes in ([square], [square, dot], [square, slash]):
        for mask in (drawn(strokes, pen), cropped(drawn(strokes, pen))):
            assert not find_box(mask).any()
            assert not find_rulings(mask).any()
            assert not find_border_strips(mask).any()


@pytest.mark.parametrize("pen", [4, 12, 30])
@pytest.mark.parametrize("digit", range(10))
def test_nothing_of_a_digit_is_a_box(digit: int, pen: int) -> None:
    ink = drawn(DIGITS[digit], pen)
    assert not find_box(ink).any()
    assert not find_box(cropped(ink)).any()


@pytest.mark.parametrize(
    "strokes",
    [
        [[(24, 16), (76, 16), (44, 88)], [(38, 52), (70, 52)]],
        [[(36, 30), (52, 12), (52, 88)], [(30, 88), (74, 88)]],
        [[(70, 14), (36, 14)], [(36, 20), (33, 46), *arc(48, 64, 23, 22, -120, 140)]],
        [[(30, 12), (26, 55), (74, 55)], [(70, 12), (70, 90)]],
    ],
    ids=["crossed 7", "1 with serif and foot", "5 in two strokes", "open 4"],
)
def test_nothing_of_a_digit_written_otherwise_is_a_line(strokes: Strokes) -> None:
    for pen in (8, 14):
        for mask in (drawn(strokes, pen), cropped(drawn(strokes, pen))):
            for find in (find_rulings, find_border_strips, find_box):
                assert not find(mask).any()


@pytest.mark.parametrize("width", [60, 90, 120, 150, 180])
def test_the_bars_of_a_two_like_a_z_are_no_open_box(width: int) -> None:
    left = 140 - width // 2
    corners = [(left, 60), (left + width, 58), (left, 220), (left + width, 216)]
    for pen in (8, 10, 12, 14, 18, 24):
        mask = np.zeros((280, 280), np.uint8)
        cv2.polylines(mask, [np.array(corners)], False, 1, pen)
        assert not find_box(mask > 0).any()


# --- any mask


@settings(max_examples=30, deadline=None)
@given(
    shape=st.tuples(st.integers(4, 70), st.integers(4, 70)),
    share=st.floats(0, 1),
    grain=st.integers(1, 8),
    seed=st.integers(0, 2**32 - 1),
    turns=st.integers(0, 3),
)
def test_of_any_mask_only_ink_is_found_and_strips_turn_with_it(
    shape: tuple[int, int], share: float, grain: int, seed: int, turns: int
) -> None:
    cells = np.random.default_rng(seed).random(shape) < share
    mask = np.kron(cells, np.ones((grain, grain), bool))[: shape[0], : shape[1]] > 0
    for find in (find_rulings, find_border_strips, find_box):
        found = find(mask)
        assert found.shape == mask.shape
        assert found.dtype == bool
        assert not (found & ~mask).any()
    strips = find_border_strips(mask)
    assert np.array_equal(find_border_strips(np.rot90(mask, turns)), np.rot90(strips, turns))


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (5, 5), (HEIGHT, WIDTH)])
def test_a_blank_mask_has_no_lines(shape: tuple[int, int]) -> None:
    for find in (find_rulings, find_border_strips, find_box):
        assert not find(blank(*shape)).any()
