"""An apostrophe between thousands is a mark, and no part of the digit beside it."""

import numpy as np
import pytest

from digits.picture.row_finding import Part, Row
from digits.reading.sign_scores import Sign
from digits.reading.thousands_marks import with_apostrophes

HEIGHT, TOP, PITCH = 50, 100, 60


def part_at(place: int, mark: tuple[int, int, int, int] | None) -> Part:
    """A digit, 30 × 50 pixels, with another piece of ink: x, y, width, height beside its corner."""
    mask = np.zeros((HEIGHT, 60), bool)
    mask[:, 20:50] = True
    if mark is not None:
        x, y, width, height = mark
        mask[y : y + height, 20 + x : 20 + x + width] = True
    columns = np.flatnonzero(mask.any(axis=0))
    return Part(place * PITCH + int(columns[0]), TOP, mask[:, columns[0] : columns[-1] + 1])


def told(number: str, at: int, mark: tuple[int, int, int, int]) -> str:
    """What is written, where the digit of a number at a place took a piece of ink."""
    signs = []
    for place, written in enumerate(number):
        if written == " ":
            continue
        part = part_at(place, mark if place == at else None)
        kind = "digit" if written.isdigit() else "point"
        signs.append(Sign(part, kind, written, None, None, -0.1, -0.1))
    row = Row(tuple(sign.part for sign in signs), float(HEIGHT), 0.0, TOP + HEIGHT - 1.0, 0.0)
    return "".join(sign.written for sign in with_apostrophes(signs, row))


BEFORE, BEHIND = (-8, 0, 6, 16), (32, 0, 6, 16)


@pytest.mark.parametrize(
    ("number", "at", "mark", "written"),
    [
        ("7836.50", 1, BEFORE, "7'836.50"),
        ("7836.50", 0, BEHIND, "7'836.50"),
        ("63850", 2, BEFORE, "63'850"),
        ("7836.50", 2, BEFORE, "7836.50"),  # no three digits follow
        ("836", 0, BEFORE, "836"),  # none stands before
        ("7836", 1, BEHIND, "7836"),
        ("7 836", 2, BEFORE, "7836"),  # another number follows
        ("78 36", 1, BEFORE, "7836"),
        ("7836", 1, (-8, 34, 6, 16), "7836"),  # as low as a comma
        ("7836", 1, (-18, 0, 16, 6), "7836"),  # as the bar of a 5
        ("7836", 1, (-8, 0, 6, 40), "7836"),  # as a 1
    ],
)
def test_an_apostrophe_stands_high_before_three_digits(
    number: str, at: int, mark: tuple[int, int, int, int], written: str
) -> None:
    assert told(number, at, mark) == written


def test_the_ink_of_the_mark_is_no_longer_the_digits() -> None:
    parts = [part_at(0, None), part_at(1, BEFORE), part_at(2, None), part_at(3, None)]
    signs = [Sign(part, "digit", "8", None, None, -0.1, -0.1) for part in parts]
    row = Row(tuple(parts), float(HEIGHT), 0.0, TOP + HEIGHT - 1.0, 0.0)
    found = with_apostrophes(signs, row)
    assert [(each.part.x, each.part.width, each.part.height) for each in found[1:3]] == [
        (PITCH + 12, 6, 16),
        (PITCH + 20, 30, HEIGHT),
    ]
