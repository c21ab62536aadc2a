"""The sentence for laymen, on digits whose telling part is known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from digit_predictor import load_network, read_digit
from digits.explanation.telling_part import describe_telling_part, find_gaps, place_in
from digits.picture.skeleton import find_parts
from tests.drawings import DIGITS, Strokes, arc, draw

OPEN_FOUR: Strokes = [
    [(42, 14), (32, 34), (34, 52), (50, 55), (66, 46)],
    [(66, 14), (65, 50), (62, 90)],
]
# A line that crosses itself in the middle.
EIGHT: Strokes = [
    [(50 + 22 * np.sin(2 * turn), 50 - 38 * np.cos(turn)) for turn in np.linspace(0, 2 * np.pi, 60)]
]


def seen(strokes: Strokes) -> NDArray[np.float32]:
    return read_digit(draw(strokes)).network_input


def heat_around(network_input: NDArray[np.float32], x: float, y: float) -> NDArray[np.float32]:
    """Evidence at one place of the digit's box, in shares of it."""
    rows, columns = np.nonzero(network_input)
    middle_x = columns.min() + x * np.ptp(columns)
    middle_y = rows.min() + y * np.ptp(rows)
    down, across = np.indices(network_input.shape)
    distance = np.hypot(across - middle_x, down - middle_y)
    return np.clip(1 - distance / 5, 0, 1).astype(np.float32)


@pytest.mark.parametrize(
    ("digit", "x", "y", "part"),
    [
        (7, 1.0, 0.0, "corner at the top right"),
        (7, 0.4, 0.0, "bar at the top"),
        (7, 0.4, 1.0, "end at the bottom"),
        (4, 0.1, 0.6, "corner on the left"),
        (1, 0.5, 0.0, "end at the top"),
        (3, 0.5, 0.5, "notch in the middle"),
        (3, 0.0, 1.0, "end at the bottom left"),
    ],
)
def test_the_part_where_the_evidence_lies_is_named(
    digit: int, x: float, y: float, part: str
) -> None:
    network_input = seen(DIGITS[digit])

    said = describe_telling_part(network_input, heat_around(network_input, x, y), digit)

    assert said == f"It knows the {digit} by the {part}."


def test_an_eight_is_known_by_its_crossing() -> None:
    network_input = seen(EIGHT)

    said = describe_telling_part(network_input, heat_around(network_input, 0.5, 0.5), 8)

    assert said == "It knows the 8 by the crossing in the middle."


def test_the_ring_of_a_nine_is_told_from_its_tail() -> None:
    # A small ring on a long tail, or it would have most of the ink.
    network_input = seen([arc(40, 28, 16, 16, 0, -360), [(56, 28), (58, 90)]])
    ring = np.where(np.arange(28)[:, None] < 13, network_input, 0).astype(np.float32)

    assert "ring at the top" in describe_telling_part(network_input, ring, 9)


@pytest.mark.parametrize("digit", [0, 1, 5, 7])
def test_where_nothing_stands_out_it_says_so(digit: int) -> None:
    network_input = seen(DIGITS[digit])
    even = np.ones((28, 28), np.float32)

    said = describe_telling_part(network_input, even, digit)

    assert said == f"No single part decides: it knows the {digit} by its whole shape."


def test_no_evidence_stands_out_nowhere() -> None:
    said = describe_telling_part(seen(DIGITS[3]), np.zeros((28, 28), np.float32), 3)

    assert said.startswith("No single part decides")


def test_an_open_four_would_be_a_nine_if_its_top_were_closed() -> None:
    network_input = seen(OPEN_FOUR)
    even = np.ones((28, 28), np.float32)

    said = describe_telling_part(network_input, even, 4, load_network())

    assert said.endswith("Were the gap at the top closed, it would read a 9.")


@pytest.mark.parametrize("digit", [0, 1, 7, 8])
def test_of_gaps_that_change_nothing_it_does_not_speak(digit: int) -> None:
    network_input = seen(DIGITS[digit])
    even = np.ones((28, 28), np.float32)

    assert "gap" not in describe_telling_part(network_input, even, digit, load_network())


def test_a_closed_ring_has_no_gap_and_an_open_four_has_one_at_the_top() -> None:
    assert find_gaps(find_parts(seen(DIGITS[0])), seen(DIGITS[0])) == []
    network_input = seen(OPEN_FOUR)
    gaps = find_gaps(find_parts(network_input), network_input)
    assert min(gap.middle[1] for gap in gaps) == pytest.approx(5, abs=2)


def test_places_are_told_by_thirds_and_a_narrow_digit_has_no_sides() -> None:
    box = (0.0, 0.0, 20.0, 20.0)
    assert place_in(box, np.array([10.0, 10.0])) == "in the middle"
    assert place_in(box, np.array([1.0, 10.0])) == "on the left"
    assert place_in(box, np.array([19.0, 19.0])) == "at the bottom right"
    assert place_in(box, np.array([10.0, 1.0])) == "at the top"
    assert place_in((0.0, 0.0, 4.0, 20.0), np.array([4.0, 1.0])) == "at the top"
