"""Any picture of a digit becomes what MNIST would have made of it."""

from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from digits.common.errors import NoInkError
from digits.picture.decoding import decode_picture
from digits.picture.pixels import stroke_width
from digits.picture.preparation import (
    CENTRE_OF_MASS,
    PreparedDigit,
    normalise_ink,
    prepare_digit,
    prepare_sheet,
    shrink_picture,
)
from digits.picture.row_finding import find_rows, ink_of
from tests.drawings import DIGITS, Stroke, draw


def prepare(picture: Any, **options: Any) -> PreparedDigit:
    return prepare_digit(decode_picture(picture), **options)


def ink_box(network_input: NDArray[np.float32]) -> tuple[int, int, int, int]:
    """x, y, width and height of all that is inked."""
    x, y, width, height = cv2.boundingRect((network_input > 0).astype(np.uint8))
    return x, y, width, height


def centre_of_mass(network_input: NDArray[np.float32]) -> tuple[float, float]:
    y, x = np.indices(network_input.shape)
    total = network_input.sum()
    return float((x * network_input).sum() / total), float((y * network_input).sum() / total)


@pytest.mark.parametrize("digit", range(10))
def test_longer_side_is_twenty_pixels_and_mass_is_centred(digit: int) -> None:
    network_input = prepare(draw(DIGITS[digit])).network_input
    _, _, width, height = ink_box(network_input)
    assert max(width, height) == 20
    assert centre_of_mass(network_input) == pytest.approx((CENTRE_OF_MASS,) * 2, abs=0.51)
    assert network_input.dtype == np.float32
    assert network_input.min() == 0
    assert network_input.max() == 1


def test_a_bar_of_known_size_becomes_the_bar_worked_out_by_hand() -> None:
    sheet = np.full((200, 200), 255, np.uint8)
    sheet[50:150, 90:110] = 0  # 20 wide, 100 high: shrunk fivefold to 4 by 20
    expected = np.zeros((28, 28), np.float32)
    expected[4:24, 12:16] = 1  # mass centre 13.5 either way, which is as near to 14 as 14.5
    assert np.array_equal(prepare(sheet).network_input, expected)


def test_aspect_is_kept() -> None:
    sheet = np.full((200, 200), 255, np.uint8)
    sheet[20:180, 70:100] = 0  # 30 wide, 160 high
    assert ink_box(prepare(sheet).network_input)[2:] == (4, 20)


@pytest.mark.parametrize("digit", range(10))
def test_light_ink_on_dark_paper_looks_the_same_as_dark_on_light(digit: int) -> None:
    picture = draw(DIGITS[digit])
    np.testing.assert_allclose(
        prepare(255 - picture).network_input, prepare(picture).network_input, atol=0.01
    )


@pytest.mark.parametrize("ink", ["dark", "light"])
def test_ink_can_be_told(ink: str) -> None:
    sheet = np.full((100, 100), 128, np.uint8)
    sheet[20:80, 20:30] = 0
    sheet[20:50, 60:90] = 255
    width, height = ink_box(prepare(sheet, ink=ink).network_input)[2:]
    assert (width / height < 0.5) == (ink == "dark")


def test_ink_told_wrongly_is_an_error_for_programmers() -> None:
    with pytest.raises(ValueError, match="ink must be"):
        prepare(draw(DIGITS[1]), ink="green")


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (200, 30, 30)])
def test_a_transparent_drawing_looks_the_same_as_one_on_paper(colour: tuple[int, ...]) -> None:
    on_paper = draw(DIGITS[5], ink=(0,), paper=(255,))[:, :, 0]
    drawing = np.dstack([np.full((280, 280, 3), colour, np.uint8), 255 - on_paper])
    np.testing.assert_allclose(
        prepare(drawing).network_input, prepare(on_paper).network_input, atol=0.01
    )


def test_what_is_prepared_already_is_not_spoiled() -> None:
    once = (prepare(draw(DIGITS[2])).network_input * 255).astype(np.uint8)
    np.testing.assert_allclose(prepare(once).network_input, once / 255, atol=0.05)


@pytest.mark.parametrize("factor", [3, 10])
def test_an_enlarged_digit_shrinks_back_to_itself(factor: int) -> None:
    small = np.rint(prepare(draw(DIGITS[8])).network_input * 255).astype(np.uint8)
    large = cv2.resize(small, None, fx=factor, fy=factor, interpolation=cv2.INTER_NEAREST)
    np.testing.assert_allclose(prepare(large).network_input, small / np.float32(255), atol=0.06)


@settings(deadline=None, max_examples=40)
@given(
    digit=st.integers(0, 9),
    x=st.integers(0, 320),
    y=st.integers(0, 320),
    size=st.integers(120, 280),
)
def test_place_and_size_on_the_sheet_do_not_matter(digit: int, x: int, y: int, size: int) -> None:
    drawing = draw(DIGITS[digit], size=size, pen=size // 12)
    sheet = np.full((600, 600, 3), 255, np.uint8)
    sheet[y : y + size, x : x + size] = drawing
    difference = prepare(sheet).network_input - prepare(drawing).network_input
    assert np.abs(difference).mean() < 0.01


@settings(deadline=None, max_examples=40)
@given(
    digit=st.integers(0, 9),
    x=st.integers(0, 1_500),
    y=st.integers(0, 900),
    size=st.integers(100, 600),
)
def test_placement_maps_what_the_network_saw_back_onto_the_ink(
    digit: int, x: int, y: int, size: int
) -> None:
    sheet = np.full((1_500, 2_100), 255, np.uint8)
    ink = 255 - draw(DIGITS[digit], size=size, pen=max(6, size // 12))[:, :, 0]
    sheet[y : y + size, x : x + size] -= ink
    prepared = prepare(sheet)
    u, v = centre_of_mass(prepared.network_input)
    found = prepared.placement @ [u, v, 1]
    expected = centre_of_mass((255 - sheet).astype(np.float32))
    network_pixel = prepared.placement[0, 0]
    assert found == pytest.approx(expected, abs=max(1.0, 0.15 * network_pixel))


def test_placement_of_a_bar_is_the_one_worked_out_by_hand() -> None:
    sheet = np.full((200, 200), 255, np.uint8)
    sheet[50:150, 90:110] = 0
    # Network pixel (12, 4) is the bar's first fivefold block, whose centre is (92, 52).
    expected = np.array([[5.0, 0.0, 92 - 5 * 12], [0.0, 5.0, 52 - 5 * 4]])
    prepared = prepare(sheet)
    np.testing.assert_allclose(prepared.placement, expected)
    assert prepared.placement.dtype == np.float64


@pytest.mark.parametrize("pen", [2, 4, 8])
def test_a_thin_line_stays_a_line(pen: int) -> None:
    network_input = prepare(draw(DIGITS[1], size=600, pen=pen)).network_input
    assert (network_input.max(axis=1) > 0.5).sum() >= 19
    assert stroke_width(network_input) >= 1


def loops(network_input: NDArray[np.float32], level: float) -> int:
    """How many pieces of paper the ink encloses."""
    paper = np.pad(network_input, 1) < level
    return int(cv2.connectedComponents(paper.astype(np.uint8), connectivity=4)[0]) - 2


def written_with(digit: int, share: float, side: int = 280) -> NDArray[np.uint8]:
    """A digit whose pen is such a share as wide as its line is high, and all of it on the sheet."""
    size = 0.56
    strokes = [[(22 + size * x, 22 + size * y) for x, y in line] for line in DIGITS[digit]]
    return draw(strokes, side, round(share * 0.76 * size * side))


# A 4 is open or closed, as its pen is.
@pytest.mark.parametrize("digit", [0, 1, 2, 3, 5, 6, 7, 8, 9])
@pytest.mark.parametrize("share", [0.06, 0.12, 0.18, 0.25])
def test_with_any_pen_a_loop_stays_a_loop_and_no_other_closes(digit: int, share: float) -> None:
    expected = {0: 1, 6: 1, 8: 2, 9: 1}.get(digit, 0)
    for side in (280, 700):
        network_input = prepare(written_with(digit, share, side)).network_input
        assert [loops(network_input, level) for level in (0.3, 0.5, 0.7)] == [expected] * 3


@pytest.mark.parametrize("share", [0.01, 0.06, 0.25])
@pytest.mark.parametrize("digit", range(10))
def test_with_any_pen_a_digit_stays_in_one_piece(digit: int, share: float) -> None:
    network_input = prepare(written_with(digit, share, 560)).network_input
    assert cv2.connectedComponents((network_input > 0.5).astype(np.uint8))[0] - 1 == 1


def test_what_is_neither_fine_nor_bold_keeps_its_thickness() -> None:
    sheet = np.full((300, 300), 255, np.uint8)
    cv2.circle(sheet, (150, 150), 92, 0, 24)  # 208 across, so 2.3 of 20 network pixels thick
    assert stroke_width(prepare(sheet).network_input) == pytest.approx(24 * 20 / 208, abs=0.5)


def test_a_shadow_over_the_paper_is_not_ink() -> None:
    y, x = np.indices((400, 400))
    paper = 235 - 0.25 * x - 0.1 * y - 0.0003 * (x - 200) ** 2
    drawing = draw(DIGITS[4], size=400, pen=24)[:, :, 0] / 255
    photo = (paper * (0.35 + 0.65 * drawing)).astype(np.uint8)
    difference = prepare(photo).network_input - prepare(draw(DIGITS[4], 400, 24)).network_input
    assert np.abs(difference).mean() < 0.03


def test_grain_of_the_paper_is_not_ink() -> None:
    random = np.random.default_rng(0)
    noisy = draw(DIGITS[7]).astype(float) * 0.8 + 20 + random.normal(0, 8, (280, 280, 1))
    difference = (
        prepare(noisy.clip(0, 255).astype(np.uint8)).network_input
        - prepare(draw(DIGITS[7])).network_input
    )
    assert np.abs(difference).mean() < 0.03


def test_grain_clipped_at_white_is_not_ink() -> None:
    random = np.random.default_rng(0)
    clean = draw(DIGITS[7], size=400, pen=28)[:, :, 0]
    scan = 255 - (255.0 - clean) * 0.3 + random.normal(0, 5, clean.shape)
    difference = (
        prepare(scan.clip(0, 255).astype(np.uint8)).network_input - prepare(clean).network_input
    )
    assert np.abs(difference).mean() < 0.03


@pytest.mark.parametrize("ink", ["dark", "light"])
def test_told_the_ink_a_digit_may_fill_the_border(ink: str) -> None:
    sheet = np.full((100, 80), 255, np.uint8)
    cv2.ellipse(sheet, (40, 50), (40, 50), 0, 0, 360, 0, 12)
    picture = sheet if ink == "dark" else 255 - sheet
    network_input = prepare(picture, ink=ink).network_input
    assert network_input[14, 14] == 0
    assert network_input[14, 7] > 0.5


def large_sheet(
    digit: int, size: int, at: tuple[int, int], shape: tuple[int, int] = (3_000, 4_000)
) -> NDArray[np.uint8]:
    """A digit at x, y on a sheet of many megapixels."""
    sheet = np.full(shape, 235, np.uint8)
    drawing = draw(DIGITS[digit], size, max(2, size // 9), (30,), (235,))
    sheet[at[1] : at[1] + size, at[0] : at[0] + size] = drawing[..., 0]
    return sheet


def difference_wherever_centred(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Mean absolute difference; where half a pixel was rounded to does not matter."""
    moves = [(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
    return min(float(np.abs(np.roll(one, move, (0, 1)) - other).mean()) for move in moves)


@pytest.mark.parametrize(("size", "furthest"), [(40, 0.06), (100, 0.03), (300, 0.015)])
def test_a_tiny_digit_in_a_large_picture_is_looked_at_closer(size: int, furthest: float) -> None:
    for digit, at in ((2, (700, 1_900)), (8, (3_600, 20))):
        prepared = prepare(large_sheet(digit, size, at))
        enlarged = prepare(draw(DIGITS[digit], 4 * size, 4 * (size // 9), (30,), (235,)))
        assert (
            difference_wherever_centred(prepared.network_input, enlarged.network_input) < furthest
        )
        # Of a line 0.76 of the drawing high and a pen 1/9, 20 pixels are left.
        assert prepared.placement[0, 0] == pytest.approx(0.87 * size / 20, rel=0.1)


@settings(deadline=None, max_examples=12)
@given(
    digit=st.integers(0, 9),
    size=st.integers(30, 250),
    x=st.integers(0, 1_750),
    y=st.integers(0, 1_250),
)
def test_looking_closer_loses_no_place(digit: int, size: int, x: int, y: int) -> None:
    sheet = large_sheet(digit, size, (x, y), (1_500, 2_000))
    prepared = prepare(sheet)
    found = prepared.placement @ [*centre_of_mass(prepared.network_input), 1]
    expected = centre_of_mass((235 - sheet[y : y + size, x : x + size]).astype(np.float32))
    assert found - (x, y) == pytest.approx(expected, abs=max(0.7, 0.15 * prepared.placement[0, 0]))


def test_a_digit_in_the_dust_of_a_large_picture_is_looked_at_closer() -> None:
    sheet = large_sheet(4, 120, (1_000, 600), (1_500, 2_000))
    for x, y in np.random.default_rng(0).integers(0, 1_400, (40, 2)).tolist():
        sheet[y : y + 3, x : x + 3] = 30
    clean = prepare(large_sheet(4, 120, (1_000, 600), (1_500, 2_000)))
    np.testing.assert_allclose(prepare(sheet).placement, clean.placement, atol=0.3)


def test_specks_are_not_ink() -> None:
    sheet = draw(DIGITS[3])
    sheet[5:8, 5:8] = 0
    sheet[270:273, 260:263] = 0
    np.testing.assert_allclose(
        prepare(sheet).network_input, prepare(draw(DIGITS[3])).network_input, atol=0.02
    )


def test_the_detached_bar_of_a_five_is_kept() -> None:
    bar: Stroke = [(36, 14), (70, 14)]
    strokes = [bar, DIGITS[5][0][2:]]
    network_input = prepare(draw(strokes, pen=14)).network_input
    parts, _ = cv2.connectedComponents((network_input > 0.3).astype(np.uint8))
    assert parts - 1 == 2


def blank_photo() -> NDArray[np.uint8]:
    y, x = np.indices((300, 300))
    grain = np.random.default_rng(1).normal(0, 3, (300, 300))
    return (200 - 0.2 * x + 0.1 * y + grain).astype(np.uint8)


@pytest.mark.parametrize(
    "sheet",
    [
        np.full((280, 280), 255, np.uint8),
        np.zeros((280, 280), np.uint8),
        np.zeros((280, 280, 4), np.uint8),
        np.full((1, 1), 7, np.uint8),
        np.full((28, 28, 4), 255, np.uint8),
        blank_photo(),
    ],
    ids=["white", "black", "transparent", "one pixel", "opaque white", "blank photo"],
)
def test_a_picture_without_ink_says_so(sheet: NDArray[np.uint8]) -> None:
    with pytest.raises(NoInkError, match="Nothing is drawn"):
        prepare(sheet)


@settings(deadline=None, max_examples=60)
@given(
    height=st.integers(1, 60),
    width=st.integers(1, 60),
    seed=st.integers(0, 2**32 - 1),
    levels=st.integers(2, 256),
)
def test_any_pixels_end_in_a_digit_or_in_no_ink(
    height: int, width: int, seed: int, levels: int
) -> None:
    random = np.random.default_rng(seed)
    pixels = random.integers(0, levels, (height, width), dtype=np.uint8)
    try:
        network_input = prepare(pixels).network_input
    except NoInkError:
        return
    assert network_input.shape == (28, 28)
    assert np.isfinite(network_input).all()
    assert 0 <= network_input.min() <= network_input.max() <= 1


def test_steps_show_the_way_and_end_in_what_the_network_sees() -> None:
    prepared = prepare(draw(DIGITS[6]))
    assert [name for name, _ in prepared.steps] == [
        "In grey",
        "Ink found",
        "Cropped",
        "Centred, 28 × 28",
    ]
    assert all(picture.dtype == np.uint8 for _, picture in prepared.steps)
    assert np.array_equal(prepared.steps[-1][1], np.rint(prepared.network_input * 255))


def test_a_large_picture_is_shrunk_and_its_placement_with_it() -> None:
    picture = np.zeros((1_440, 2_880, 3), np.uint8)
    placement = np.array([[80.0, 0.0, 1.5], [0.0, 40.0, 5.5]])

    shown, moved = shrink_picture(picture, placement, 720)

    # A quarter of the size: the centre of old pixel 1.5 is the centre of new pixel 0.
    assert shown.shape == (360, 720, 3)
    np.testing.assert_allclose(moved, [[20.0, 0.0, 0.0], [0.0, 10.0, 1.0]])


def test_a_small_picture_is_not_shrunk() -> None:
    picture = np.full((40, 30, 3), 7, np.uint8)
    placement = np.array([[1.0, 0.0, 2.0], [0.0, 1.0, 3.0]])

    shown, moved = shrink_picture(picture, placement, 720)

    np.testing.assert_array_equal(shown, picture)
    np.testing.assert_allclose(moved, placement)


def test_a_digit_of_a_sheet_is_shown_as_it_was_asked_about() -> None:
    sheet = prepare_sheet(decode_picture(draw(DIGITS[4], 300, 12)))
    (row,) = find_rows(sheet.ink_map)
    (part,) = row.parts
    asked = sheet.network_input(part)
    assert np.array_equal(sheet.prepare(part).network_input, asked)
    assert np.array_equal(asked, normalise_ink(ink_of(part, sheet.ink_map)))
