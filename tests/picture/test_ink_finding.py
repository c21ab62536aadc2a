"""Pictures painted from numbers, whose ink is known to the pixel: it is found, and nothing else."""

import contextlib
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any, TypeAlias

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike, NDArray

from digits.common.errors import NoInkError
from digits.picture.decoding import decode_picture
from digits.picture.ink_finding import find_ink, find_inks
from digits.picture.pixels import Ink
from digits.picture.preparation import prepare_digit
from digits.synthetic.scenes import imagine_scene
from tests.drawings import DIGITS, draw

InkMap: TypeAlias = NDArray[np.float32]
Light: TypeAlias = NDArray[np.floating[Any]]
Pixels: TypeAlias = NDArray[np.uint8]
Line: TypeAlias = tuple[tuple[float, float], tuple[float, float]]
Painter: TypeAlias = Callable[[InkMap], Pixels]

SIDE = 200
MIDDLE = SIDE / 2
Y, X = np.indices((SIDE, SIDE)).astype(np.float32)
PAPER, PEN = (235, 235, 235), (40, 40, 40)


def ink_of(
    digit: int, side: int = SIDE, size: int = 130, pen: int = 10, at: tuple[int, int] | None = None
) -> InkMap:
    """How much ink of a drawn digit lies on every pixel: in the middle, or at x, y."""
    x, y = at or ((side - size) // 2,) * 2
    ink = np.zeros((side, side), np.float32)
    ink[y : y + size, x : x + size] = 1 - draw(DIGITS[digit], size, pen, (0,), (255,))[..., 0] / 255
    return ink


def paint(ink: InkMap, paper: ArrayLike = PAPER, pen: ArrayLike = PEN) -> Light:
    """Light that comes from inked paper; paper and pen are colours, or light themselves."""
    sheet = np.broadcast_to(np.asarray(paper, np.float32), (*ink.shape, 3))
    return sheet + ink[..., None] * (np.asarray(pen, np.float32) - sheet)


def photograph(light: Light, grain: float = 3) -> Pixels:
    noise = np.random.default_rng(0).normal(0, grain, light.shape)
    return np.clip(light + noise, 0, 255).astype(np.uint8)


def scan(light: Light) -> Pixels:
    """Without any grain, as a drawing program saves it."""
    return np.rint(light).astype(np.uint8)


def draw_lines(lines: Iterable[Line], width: int = 2, degrees: float = 0) -> InkMap:
    """Straight lines, all turned about the picture's middle, as ink."""
    turn = cv2.getRotationMatrix2D((MIDDLE, MIDDLE), -degrees, 1)
    mask = np.zeros((SIDE, SIDE), np.uint8)
    for line in lines:
        ends = np.rint(16 * (np.array(line) @ turn[:, :2].T + turn[:, 2])).astype(np.int32)
        cv2.line(mask, ends[0].tolist(), ends[1].tolist(), 255, width, cv2.LINE_AA, 4)
    return (mask / 255).astype(np.float32)


def overlap(found: InkMap, ink: InkMap) -> float:
    """Of all pixels that are inked in either map, the share that is in both.

    What is found away from the ink counts however faint it is, for a crop would hold it.
    """
    near = cv2.dilate((ink > 0).astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    is_found = np.where(near, found > 0.5, found > 0)
    return float((is_found & (ink > 0.5)).sum() / (is_found | (ink > 0.5)).sum())


def least_overlap(picture_of: Painter, digits: Iterable[int] = DIGITS, pen: int = 10) -> float:
    inks = [ink_of(digit, pen=pen) for digit in digits]
    return min(overlap(find_ink(picture_of(ink)), ink) for ink in inks)


def input_difference(one: Pixels, other: Pixels) -> float:
    """Between what the network sees of two pictures, wherever half a pixel was rounded to."""
    first, second = (prepare_digit(decode_picture(each)).network_input for each in (one, other))
    moves = [(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
    return min(float(np.abs(np.roll(first, move, (0, 1)) - second).mean()) for move in moves)


# --- drawings


@pytest.mark.parametrize(
    ("paper", "pen"),
    [
        ((255, 255, 255), (0, 0, 0)),
        ((0, 0, 0), (255, 255, 255)),
        ((20, 20, 60), (230, 220, 120)),
        ((150, 150, 150), (236, 120, 80)),  # of the same luminance, 150, and so grey on grey
        ((255, 255, 255), (255, 240, 120)),
        ((255, 255, 255), (225, 225, 225)),
        ((30, 30, 30), (60, 60, 60)),
    ],
    ids=["black", "white", "yellow on blue", "of equal luminance", "highlighter", "pale", "dim"],
)
def test_the_ink_of_a_drawing_is_what_was_drawn(paper: ArrayLike, pen: ArrayLike) -> None:
    ink = ink_of(5)
    np.testing.assert_allclose(find_ink(scan(paint(ink, paper, pen))), ink, atol=0.06)


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (200, 30, 30)])
def test_the_ink_of_a_transparent_drawing_is_its_opacity(colour: tuple[int, ...]) -> None:
    ink = ink_of(3)
    opacity = np.rint(255 * ink).astype(np.uint8)
    decoded = decode_picture(np.dstack([np.full((SIDE, SIDE, 3), colour, np.uint8), opacity]))
    assert decoded.alpha_ink is not None
    np.testing.assert_allclose(find_ink(decoded.alpha_ink, "light"), ink, atol=0.02)


@settings(max_examples=15, deadline=None)
@given(digit=st.integers(0, 9), pen=st.integers(3, 24), turns=st.integers(0, 3), box=st.booleans())
def test_a_drawing_turned_or_inverted_has_the_same_ink(
    digit: int, pen: int, turns: int, box: bool
) -> None:
    ink = ink_of(digit, pen=pen)
    picture = scan(paint(np.maximum(ink, draw_lines(BOX) * box)))
    found = find_ink(picture)
    assert np.array_equal(find_ink(np.rot90(picture, turns)), np.rot90(found, turns))
    assert np.array_equal(find_ink(255 - picture), found)


def test_jpeg_blocks_are_no_ink() -> None:
    for quality in (15, 40):
        for digit in (2, 4, 8):
            ink = ink_of(digit)
            file = cv2.imencode(".jpg", scan(paint(ink)), [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
            picture = np.asarray(cv2.imdecode(file, cv2.IMREAD_COLOR), np.uint8)
            found = find_ink(picture)
            assert overlap(np.where(found > 0.3, found, np.float32(0)), ink) > 0.95


# --- light and ink


def shadow(ink: InkMap, darkest: float = 0.45, width: float = 4) -> Pixels:
    """Of something that lies over the left half of the paper, and ends in a slanted edge."""
    lit = 0.5 + 0.5 * np.tanh((X - 0.45 * SIDE + 0.3 * (Y - MIDDLE)) / (2 * width))
    return photograph(paint(ink) * (darkest + (1 - darkest) * lit)[..., None])


def shadow_of_an_arm(ink: InkMap) -> Pixels:
    """Across the whole paper, narrower in the middle, with soft edges."""
    half = 25 + 15 * np.abs(Y - MIDDLE) / MIDDLE
    is_lit = 0.5 + 0.5 * np.tanh((np.abs(X - MIDDLE + 0.5 * (Y - MIDDLE)) - half) / 4)
    return photograph(paint(ink) * (0.55 + 0.45 * is_lit)[..., None])


def vignette(ink: InkMap) -> Pixels:
    fall = ((X / SIDE - 0.5) ** 2 + (Y / SIDE - 0.5) ** 2) * 2  # 1 in the corners
    return photograph(paint(ink) * (1 - 0.5 * fall)[..., None])


def lit_from_the_corner(ink: InkMap) -> Pixels:
    return photograph(paint(ink) * (0.45 + 0.55 * (0.6 * X + 0.4 * Y) / SIDE)[..., None])


def glare(ink: InkMap) -> Pixels:
    shine = 60 * np.exp(-(((X - 150) / 35) ** 2 + ((Y - 50) / 35) ** 2))
    return photograph(paint(ink, (190, 190, 190)) + shine[..., None])


LIGHT_AND_INK: dict[str, Painter] = {
    "shadow": shadow,
    "sharp shadow": lambda ink: shadow(ink, 0.4, 0.7),
    "soft shadow": lambda ink: shadow(ink, 0.4, 12),
    "gradient": lit_from_the_corner,
    "vignette": vignette,
    "glare": glare,
    "grain": lambda ink: photograph(paint(ink, pen=(60, 60, 60)), grain=12),
    "pale": lambda ink: photograph(paint(ink, pen=(195, 195, 195)), grain=2),
    "pencil in warm light": lambda ink: photograph(paint(ink, (230, 190, 130), (140, 110, 80))),
    "red": lambda ink: photograph(paint(ink, (240, 236, 225), (205, 40, 50))),
    "blue": lambda ink: photograph(paint(ink, (240, 236, 225), (40, 60, 190))),
    "chalk": lambda ink: photograph(paint(ink, (40, 60, 48), (220, 225, 215)), grain=4),
}


@pytest.mark.parametrize("name", LIGHT_AND_INK)
def test_ink_is_told_from_light_and_grain(name: str) -> None:
    assert least_overlap(LIGHT_AND_INK[name]) > 0.95


@pytest.mark.parametrize("pen", [5, 8, 12])
def test_a_narrow_shadow_is_told_from_ink(pen: int) -> None:
    assert least_overlap(shadow_of_an_arm, pen=pen) > 0.7


def test_a_digit_that_lies_wholly_in_a_shadow_is_no_thing_on_a_table() -> None:
    for digit in (1, 3, 7):
        ink = ink_of(digit, size=60, pen=6, at=(20, 70))
        assert overlap(find_ink(shadow(ink)), ink) > 0.9


@pytest.mark.parametrize("name", ["shadow", "pale", "blue"])
@pytest.mark.parametrize("pen", [4, 30])
def test_fine_and_bold_pens_are_told_as_well(name: str, pen: int) -> None:
    assert least_overlap(LIGHT_AND_INK[name], (0, 2, 4, 8), pen) > 0.92


@pytest.mark.parametrize(("paper", "pen", "ink_is"), [(235, 40, "dark"), (50, 220, "light")])
def test_told_the_polarity_the_ink_is_the_same_as_without(
    paper: int, pen: int, ink_is: Ink
) -> None:
    ink = ink_of(8)
    wrong: Ink = "light" if ink_is == "dark" else "dark"
    for take in (photograph, scan):
        picture = take(paint(ink, (paper,) * 3, (pen,) * 3))
        assert np.array_equal(find_ink(picture, ink_is), find_ink(picture))
        with contextlib.suppress(NoInkError):
            assert overlap(find_ink(picture, wrong), ink) < 0.1


def test_of_dark_and_light_ink_the_one_that_is_told_is_found() -> None:
    dark, light = ink_of(3, size=90, at=(10, 55)), ink_of(7, size=90, at=(105, 55))
    picture = scan(paint(light, paint(dark, (128,) * 3, (20,) * 3), (240,) * 3))
    assert overlap(find_ink(picture, "dark"), dark) > 0.98
    assert overlap(find_ink(picture, "light"), light) > 0.98


# --- what belongs to the paper


def ruled(spacing: float, degrees: float = 0, squares: bool = False) -> InkMap:
    """Lines across the picture, half as dark as ink."""
    places = np.arange(-SIDE, 2 * SIDE, spacing)
    lines: list[Line] = [((-SIDE, y), (2 * SIDE, y)) for y in places]
    if squares:
        lines += [((x, -SIDE), (x, 2 * SIDE)) for x in places]
    return 0.5 * draw_lines(lines, 2, degrees)


BOX: list[Line] = [
    ((14, 14), (186, 14)),
    ((186, 14), (186, 186)),
    ((186, 186), (14, 186)),
    ((14, 186), (14, 14)),
]
TILTED_BOX: list[Line] = [
    ((24, 24), (176, 24)),
    ((176, 24), (176, 176)),
    ((176, 176), (24, 176)),
    ((24, 176), (24, 24)),
]


def drawn_by_hand(lines: Iterable[Line], by: float = 2.5) -> list[Line]:
    """The lines with a slow waver across them, and some ends that do not quite meet."""
    random = np.random.default_rng(1)
    wavering: list[Line] = []
    for start, end in np.asarray(list(lines), np.float64):
        along = np.linspace(0, 1, 12)[:, None]
        across = (end - start)[::-1] * (-1, 1) / np.hypot(*(end - start))
        wave = np.sin(2 * np.pi * along * random.uniform(0.7, 1.6) + random.uniform(0, 6))
        points = start + along * (end - start) + by * wave * across
        wavering += [(tuple(a), tuple(b)) for a, b in pairwise(points)]
    return wavering


UNDERLINE: Line = ((20, 178), (180, 178))
LINES: dict[str, InkMap] = {
    "ruled": ruled(37),
    "ruled, tilted": ruled(37, 4),
    "closely ruled": ruled(21),
    "box": draw_lines(BOX, 3),
    "box by hand": draw_lines(drawn_by_hand(BOX), 3),
    "three sides": draw_lines(BOX[:3], 3),
    "two sides": draw_lines(BOX[:2], 3),
    "one side": draw_lines(BOX[3:], 3),
    "two sides, tilted": draw_lines(TILTED_BOX[1:3], 3, 5),
    "underlined": draw_lines([UNDERLINE], 3),
    "underlined, tilted": draw_lines([UNDERLINE], 3, 2),
    "margin": draw_lines([((22, -9), (22, SIDE + 9))]),
}


@pytest.mark.parametrize("name", LINES)
@pytest.mark.parametrize("take", [photograph, scan])
def test_lines_that_belong_to_the_paper_go(name: str, take: Painter) -> None:
    lines = LINES[name]
    overlaps = [
        overlap(find_ink(take(paint(np.maximum(ink, lines)))), ink)
        for ink in (ink_of(digit, pen=10) for digit in (0, 1, 2, 4, 7, 8))
    ]
    assert min(overlaps) > 0.84, overlaps


def test_a_tilted_box_goes_from_a_photo() -> None:
    for degrees in (-5, 5):
        box = draw_lines(TILTED_BOX, 3, degrees)
        for digit in (1, 2, 4, 8):
            ink = ink_of(digit)
            assert overlap(find_ink(photograph(paint(np.maximum(ink, box)))), ink) > 0.95


def test_squares_go_where_no_stroke_lies_along_them() -> None:
    squares = ruled(37, 3, squares=True)
    for digit in (0, 2, 3, 5, 6, 8, 9):
        ink = ink_of(digit, pen=14)
        for take in (photograph, scan):
            assert overlap(find_ink(take(paint(np.maximum(ink, squares)))), ink) > 0.85


def test_coloured_rulings_go_from_under_ink_of_another_colour() -> None:
    rulings = paint(ruled(37) * 2, (240, 240, 240), (120, 150, 220))
    assert least_overlap(lambda ink: photograph(paint(ink, rulings, (200, 40, 50)))) > 0.88


def test_light_lines_go_as_dark_ones_do() -> None:
    for lines in (ruled(37), draw_lines(BOX, 3)):
        ink = ink_of(2)
        picture = photograph(paint(np.maximum(ink, lines), (40, 60, 48), (220, 225, 215)))
        assert overlap(find_ink(picture), ink) > 0.9


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize(
    ("depth", "slope", "level"), [(18, 0, 60), (22, 0.06, 15), (18, 0.03, 120)]
)
def test_a_table_beside_the_paper_is_no_ink(
    turns: int, depth: float, slope: float, level: int
) -> None:
    table = (SIDE - depth - slope * (X - MIDDLE) < Y).astype(np.float32)
    table = np.rot90(table, turns)
    for digit in (1, 2, 7, 8):
        ink = ink_of(digit, pen=12)
        found = find_ink(photograph(paint(table, paint(ink), (level,) * 3)))
        assert overlap(found, ink) > 0.95
        assert not (found[table > 0] > 0).any()


@pytest.mark.parametrize("turns", range(4))
def test_the_grain_of_a_wooden_table_is_no_ink(turns: int) -> None:
    grain = np.random.default_rng(1).normal(0, 1, (SIDE, 5)).astype(np.float32)
    streaks = 110 + 35 * cv2.resize(grain, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    wood = np.rot90(streaks, turns)[..., None]
    table = np.rot90((SIDE - 45 < Y).astype(np.float32), turns)
    for digit in (2, 5, 8):
        ink = ink_of(digit, size=90, pen=9)
        found = find_ink(photograph(paint(table, paint(ink), np.repeat(wood, 3, axis=2))))
        assert overlap(found, ink) > 0.95


def test_a_frame_around_a_photo_is_no_ink() -> None:
    rim = np.minimum(np.minimum(X, SIDE - 1 - X), np.minimum(Y, SIDE - 1 - Y))
    frame = (rim < 5).astype(np.float32)
    assert least_overlap(lambda ink: photograph(paint(frame, paint(ink), (20,) * 3))) > 0.95


@pytest.mark.parametrize("padding", [(30, 30, 0, 0), (0, 0, 30, 30), (0, 0, 0, 60), (25,) * 4])
@pytest.mark.parametrize("colour", [255, 0])
def test_a_photo_that_was_padded_is_looked_at_alone(
    padding: tuple[int, int, int, int], colour: int
) -> None:
    top, bottom, left, right = padding
    for digit in (2, 4, 8):
        ink = ink_of(digit)
        light = paint(ink, (205, 200, 190)) * (0.6 + 0.4 * X / SIDE)[..., None]
        around = ((top, bottom), (left, right))
        picture = np.pad(photograph(light), (*around, (0, 0)), constant_values=colour)
        found = find_ink(picture)
        assert overlap(found, np.pad(ink, around)) > 0.95
        found[top : top + SIDE, left : left + SIDE] = 0
        assert not found.any()


@pytest.mark.parametrize("take", [photograph, scan])
@pytest.mark.parametrize("across", [X, Y])
@pytest.mark.parametrize("edge", [50, 100])
def test_paper_may_be_of_two_bands(take: Painter, across: Light, edge: int) -> None:
    bands = np.where(across[..., None] < edge, np.float32(235), np.float32(150))
    assert least_overlap(lambda ink: take(paint(ink, bands)), (2, 4, 8)) > 0.92


# --- what is beside the digit


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("take", [photograph, scan])
def test_a_neighbour_that_the_border_cuts_is_no_part_of_the_digit(
    turns: int, take: Painter
) -> None:
    neighbour: list[Line] = [
        ((188, 50), (230, 80)),
        ((188, 50), (192, 130)),
        ((192, 130), (225, 150)),
    ]
    lines = np.rot90(draw_lines(neighbour, 8), turns)
    overlaps = [
        overlap(find_ink(take(paint(np.maximum(ink, lines)))), ink)
        for ink in (ink_of(digit) for digit in (1, 2, 4, 8))
    ]
    assert min(overlaps) > 0.95


def test_dust_and_holes_in_the_paper_are_no_ink() -> None:
    dirt = np.zeros((SIDE, SIDE), np.float32)
    for x, y in np.random.default_rng(3).integers(5, SIDE - 5, (20, 2)).tolist():
        cv2.circle(dirt, (x, y), 1, 1.0, -1)
    for y in (50, 150):
        cv2.circle(dirt, (14, y), 7, 1.0, -1)
    # A speck that touches a stroke is part of it.
    assert least_overlap(lambda ink: photograph(paint(np.maximum(ink, dirt)))) > 0.93


@pytest.mark.parametrize("side", ["top", "bottom", "left", "right"])
@pytest.mark.parametrize("share", [0.0, 0.03, 0.08])
def test_a_drawn_digit_that_the_border_cuts_stays(side: str, share: float) -> None:
    for digit in DIGITS:
        ink = ink_of(digit)
        rows, columns = (np.flatnonzero((ink > 0.5).any(axis=axis)) for axis in (1, 0))
        depth = round(share * max(len(rows), len(columns)))
        cut = {
            "top": ink[rows[0] + depth :],
            "bottom": ink[: rows[-1] + 1 - depth],
            "left": ink[:, columns[0] + depth :],
            "right": ink[:, : columns[-1] + 1 - depth],
        }[side]
        assert overlap(find_ink(scan(paint(cut))), cut) > 0.98, digit


def test_the_scenes_that_training_imagines_are_found() -> None:
    """Not all of them: some digits lie on squares and are hard to see."""
    overlaps = []
    for seed in range(16):
        scene = imagine_scene(ink_of(seed % 10), np.random.default_rng(seed), (SIDE, SIDE))
        overlaps.append(overlap(find_ink(scene.pixels), scene.ink))
    assert np.mean(np.array(overlaps) > 0.6) >= 0.8


# --- blank paper


BLANK: dict[str, Light] = {
    "white": np.full((SIDE, SIDE, 3), 250, np.float32),
    "grey": np.full((SIDE, SIDE, 3), 150, np.float32),
    "warm": np.broadcast_to(np.array((230, 190, 130), np.float32), (SIDE, SIDE, 3)),
    "lit from a side": np.repeat((110 + 0.6 * X)[..., None], 3, 2),
    "lit from a corner": np.repeat((100 + 0.4 * X + 0.2 * Y)[..., None], 3, 2),
    "vignette": np.repeat(
        (230 - 23 * (((X - MIDDLE) / MIDDLE) ** 2 + ((Y - MIDDLE) / MIDDLE) ** 2))[..., None], 3, 2
    ),
}


@pytest.mark.parametrize("name", BLANK)
def test_blank_paper_has_no_ink_however_grainy(name: str) -> None:
    for grain in (0, 1, 3, 6, 12):
        for ink in ("auto", "dark"):
            with pytest.raises(NoInkError, match="Nothing is drawn"):
                find_ink(photograph(BLANK[name], grain), ink)


# --- small pictures


@pytest.mark.parametrize("share", [0.05, 0.1])
def test_salt_and_pepper_on_a_small_digit_are_no_ink(share: float) -> None:
    for digit in DIGITS:
        large = 255 - draw(DIGITS[digit], 280, 30, (0,), (255,))[..., 0]
        clean = cv2.resize(large, (28, 28), interpolation=cv2.INTER_AREA)
        chance = np.random.default_rng(digit).random(clean.shape)
        noisy = np.where(chance < share / 2, 0, np.where(chance > 1 - share / 2, 255, clean))
        found = find_ink(noisy.astype(np.uint8))
        assert overlap(found, (clean / 255).astype(np.float32)) > 0.83, digit


@pytest.mark.parametrize("side", [20, 28])
def test_a_few_pixels_are_enough(side: int) -> None:
    for digit in DIGITS:
        large = draw(DIGITS[digit], 10 * side, side, (60,), (205,))[..., 0]
        small = np.asarray(cv2.resize(large, (side, side), interpolation=cv2.INTER_AREA), np.uint8)
        lit = small * np.linspace(0.8, 1.1, side)
        assert input_difference(small, large) < 0.08, digit
        assert input_difference(photograph(lit, 2), large) < 0.11, digit


SLIVERS = [
    (1, 7),
    (1, 28),
    (1, 300),
    (2, 50),
    (3, 40),
    (7, 1),
    (300, 1),
    (50, 2),
    (40, 3),
    (20, 20),
]


@pytest.mark.parametrize("shape", SLIVERS)
def test_a_spot_is_found_on_a_sliver_of_a_picture(shape: tuple[int, int]) -> None:
    spot = np.zeros(shape, bool)
    spot[shape[0] // 2, shape[1] // 2] = True
    for picture in (np.where(spot, 0, 255), np.where(spot, 255, 0)):
        assert np.array_equal(find_ink(picture.astype(np.uint8)) > 0.5, spot)


@pytest.mark.parametrize("shape", [(1, 1), (1, 2), (2, 1), (2, 2), (3, 3), *SLIVERS])
def test_a_sliver_of_paper_has_no_ink(shape: tuple[int, int]) -> None:
    for level in (0, 130, 255):
        for channels in ((), (3,)):
            with pytest.raises(NoInkError):
                find_ink(np.full((*shape, *channels), level, np.uint8))


@settings(max_examples=40, deadline=None)
@given(
    shape=st.tuples(st.integers(4, 40), st.integers(4, 40)),
    seed=st.integers(0, 2**32 - 1),
    grain=st.integers(1, 80),
    colours=st.sampled_from([(), (3,)]),
    ink=st.sampled_from(["auto", "dark", "light"]),
)
def test_any_grain_is_an_ink_map_or_no_ink(
    shape: tuple[int, int], seed: int, grain: int, colours: tuple[int, ...], ink: Ink
) -> None:
    noise = np.random.default_rng(seed).normal(128, grain, (*shape, *colours))
    pixels = np.clip(noise, 0, 255).astype(np.uint8)
    before = pixels.copy()
    try:
        found = find_ink(pixels, ink)
    except NoInkError:
        return
    assert found.shape == shape
    assert found.dtype == np.float32
    assert 0 <= found.min() <= found.max() <= 1 + 1e-6
    assert found.max() > 0
    assert np.array_equal(pixels, before)


# --- what once went wrong


@pytest.mark.parametrize("take", [scan, photograph])
@pytest.mark.parametrize("width", [1, 2, 4])
def test_a_frame_along_the_rim_is_no_ink(take: Painter, width: int) -> None:
    frame = np.ones((SIDE, SIDE), np.float32)
    frame[width:-width, width:-width] = 0
    assert least_overlap(lambda ink: take(paint(frame, paint(ink), (0,) * 3)), (3, 4, 8)) > 0.95


@pytest.mark.parametrize("light", [X, SIDE - X, Y])
def test_light_from_one_side_is_no_padding(light: Light) -> None:
    lit = (0.7 + 0.3 * light / SIDE)[..., None]
    assert least_overlap(lambda ink: photograph(paint(ink) * lit, 2), (2, 5, 7)) > 0.95


@pytest.mark.parametrize("digit", [2, 3, 6])
def test_strokes_stay_where_the_border_of_a_photo_cuts_them(digit: int) -> None:
    ink = ink_of(digit)
    x, y, width, height = cv2.boundingRect((ink > 0.5).astype(np.uint8))
    piece = np.s_[y + 4 : y + height - 4, x - 20 : x + width - 4]
    assert overlap(find_ink(photograph(paint(ink))[piece]), ink[piece]) > 0.75


@pytest.mark.parametrize("polarity", ["dark", "light"])
def test_a_bold_digit_may_fill_a_small_picture(polarity: str) -> None:
    ink = ink_of(6, 64, 60, 14)
    x, y, width, height = cv2.boundingRect((ink > 0.1).astype(np.uint8))
    piece = (255 * ink[y : y + height, x : x + width]).astype(np.uint8)
    found = find_ink(piece if polarity == "light" else 255 - piece)
    assert overlap(found, (piece / 255).astype(np.float32)) > 0.75


def test_bright_dots_on_dark_grain_are_answered_somehow() -> None:
    grain = np.random.default_rng(0).integers(0, 41, (160, 160)).astype(np.uint8)
    for y, x in np.ndindex(8, 8):
        grain[20 * y : 20 * y + 3, 20 * x : 20 * x + 3] = 255
    with contextlib.suppress(NoInkError):
        assert 0 <= find_ink(grain).min() <= find_ink(grain).max() <= 1


# --- what geometry leaves open


@pytest.mark.parametrize("take", [scan, photograph])
@pytest.mark.parametrize("digit", [2, 3, 5])
def test_a_box_may_be_a_part_of_the_digit(take: Callable[[Light], Pixels], digit: int) -> None:
    ink = ink_of(digit, size=90)
    boxed = np.maximum(ink, draw_lines(BOX, width=6))
    without, with_box, *_ = find_inks(take(paint(boxed)))
    assert overlap(without, ink) > 0.9
    assert overlap(with_box, boxed) > 0.9


@pytest.mark.parametrize("take", [scan, photograph])
@pytest.mark.parametrize("digit", DIGITS)
def test_where_nothing_looks_like_a_line_nothing_is_left_open(
    take: Callable[[Light], Pixels], digit: int
) -> None:
    assert len(find_inks(take(paint(ink_of(digit))))) == 1


def test_first_comes_what_geometry_chooses() -> None:
    picture = photograph(paint(np.maximum(ink_of(5, size=90), draw_lines(BOX, width=6))))
    assert np.array_equal(find_inks(picture)[0], find_ink(picture))


@pytest.mark.parametrize(("paper", "pen"), [(PAPER, PEN), (PEN, PAPER)])
@pytest.mark.parametrize("digit", [0, 4, 5, 6, 8, 9])
def test_a_bold_digit_that_fills_its_photo_is_among_the_inks(
    paper: tuple[int, ...], pen: tuple[int, ...], digit: int
) -> None:
    ink = ink_of(digit, size=200, pen=50)
    x, y, width, height = cv2.boundingRect((ink > 0).astype(np.uint8))
    crop = ink[y : y + height, x : x + width]
    found = find_inks(photograph(paint(crop, paper, pen)))
    assert max(overlap(each, crop) for each in found) > 0.9


def dotted(light: Light, pitch: int = 12) -> Light:
    """Ink of which only round dots are left, each apart from the next."""
    y, x = np.mgrid[: light.shape[0], : light.shape[1]] % pitch - pitch // 2
    return np.asarray(np.where(x**2 + y**2 <= (pitch // 3) ** 2, light, 0), np.float32)


@pytest.mark.parametrize("digit", [0, 2, 3, 5, 6, 8, 9])
def test_a_dotted_digit_may_be_whole(digit: int) -> None:
    ink = dotted(ink_of(digit, size=150))
    assert overlap(find_inks(scan(paint(ink)))[-1], ink) > 0.95


def test_a_speck_beside_a_digit_is_no_broken_line() -> None:
    ink = ink_of(2)
    ink[2:8, 2:8] = 1
    assert len(find_inks(scan(paint(ink)))) == 1
