"""Lines that lean go, where no stroke does what they do; strokes of digits and slashes stay."""

import cv2
import numpy as np
import pytest

from digits.picture.leaning_lines import find_leaning_lines

Stroke = tuple[tuple[int, int], tuple[int, int]]
LEVEL = (60, 160)


def sheet(
    *strokes: Stroke, pen: int = 5, levels: tuple[int, ...] = LEVEL
) -> tuple[np.ndarray, np.ndarray]:
    """Ink, and where level lines were: zeros in a row, and strokes that those cut."""
    ink, lines = np.zeros((2, 220, 400), np.uint8)
    for x in (150, 210, 270):
        cv2.ellipse(ink, (x, 110), (18, 30), 0, 0, 360, 1, 5)
    for start, stop in strokes:
        cv2.line(ink, start, stop, 1, pen)
    for y in levels:
        lines[y - 1 : y + 2] = 1
    return (ink > 0) & (lines == 0), lines > 0


def goes(*strokes: Stroke, pen: int = 5) -> bool:
    """Whether all of the strokes go, and nothing else does; or nothing at all."""
    ink, lines = sheet(*strokes, pen=pen)
    found = find_leaning_lines(ink, lines)
    bare, _ = sheet()
    assert not (found & bare).any()
    return bool(np.array_equal(found, ink & ~bare))


@pytest.mark.parametrize("lean", [-50, -30, 30, 50])
def test_a_tables_line_that_goes_on_beyond_level_ones_goes(lean: int) -> None:
    assert goes(((80 + lean, 2), (80 - lean, 217)))


def test_a_piece_between_a_line_and_the_border_aside_goes() -> None:
    assert goes(((0, 64), (40, 155)))


def test_a_line_goes_with_a_piece_of_a_level_one_that_it_carries() -> None:
    strokes = ((0, 0), (66, 219)), ((0, 200), (58, 200))
    ink, lines = sheet(*strokes, levels=())
    found = find_leaning_lines(ink, lines)
    assert np.array_equal(found, ink & ~sheet(levels=())[0])


def test_a_slash_between_two_lines_stays() -> None:
    ink, lines = sheet(((100, 60), (70, 160)))
    assert not find_leaning_lines(ink, lines).any()


@pytest.mark.parametrize(("start", "stop"), [((60, 70), (40, 219)), ((370, 0), (350, 150))])
def test_the_edge_of_a_sheet_that_a_crop_cuts_goes(
    start: tuple[int, int], stop: tuple[int, int]
) -> None:
    ink, lines = sheet((start, stop), pen=8, levels=())
    assert np.array_equal(find_leaning_lines(ink, lines), ink & ~sheet(levels=())[0])


def test_a_line_around_a_corner_goes() -> None:
    assert goes(((380, 0), (399, 40)), pen=6)


@pytest.mark.parametrize("x", [30, 330])
def test_a_1_stays_that_the_border_cuts_or_none(x: int) -> None:
    for stroke in (((x, 80), (x, 142)), ((0, 75), (0, 140)), ((x, 0), (x - 8, 50))):
        ink, lines = sheet(stroke)
        assert not find_leaning_lines(ink, lines).any()


def test_a_line_that_is_all_there_is_stays() -> None:
    ink = np.zeros((100, 100), bool)
    ink[:, 40:44] = True
    assert not find_leaning_lines(ink, np.zeros_like(ink)).any()
