"""What strokes consist of, for digits drawn with known parts."""

from collections import Counter

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from digits.picture.skeleton import find_parts
from tests.drawings import DIGITS, Strokes, draw


def small(strokes: Strokes) -> NDArray[np.float32]:
    """As large as the network sees it."""
    large = 255 - draw(strokes, 280, 26)[..., 0]
    resized = cv2.resize(large, (28, 28), interpolation=cv2.INTER_AREA)
    return resized.astype(np.float32) / np.float32(255)


@pytest.mark.parametrize(
    ("digit", "ends", "crossings", "rings"),
    [(0, 0, 0, 1), (1, 2, 0, 0), (3, 2, 0, 0), (6, 1, 1, 1), (7, 2, 0, 0), (9, 1, 1, 1)],
)
def test_ends_crossings_and_rings_are_counted(
    digit: int, ends: int, crossings: int, rings: int
) -> None:
    kinds = Counter(part.kind for part in find_parts(small(DIGITS[digit])))

    # Where both bows of a 3 meet there may be a short end.
    slack = 1 if digit == 3 else 0
    assert 0 <= kinds["end"] - ends <= slack
    assert 0 <= kinds["crossing"] - crossings <= slack
    assert kinds["ring"] == rings


def test_a_seven_has_a_bar_above_and_a_corner_at_its_right() -> None:
    parts = find_parts(small(DIGITS[7]))

    (bar,) = (part for part in parts if part.kind == "bar")
    (corner,) = (part for part in parts if part.kind == "corner")
    assert bar.middle[1] == pytest.approx(4.0, abs=1.5)  # drawn at 16 of 100, of 28 pixels
    assert corner.points[0] == pytest.approx([20.8, 4.0], abs=2)


def test_a_one_is_a_stem_and_a_dash_a_bar() -> None:
    assert {part.kind for part in find_parts(small(DIGITS[1]))} == {"end", "stem"}
    assert {part.kind for part in find_parts(small([[(15, 50), (85, 50)]]))} == {"end", "bar"}


def test_nothing_has_no_parts() -> None:
    assert find_parts(np.zeros((28, 28), np.float32)) == []
