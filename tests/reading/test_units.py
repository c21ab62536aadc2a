"""Units behind numbers: none of their letters is a digit, and no digit is one of them."""

import cv2
import numpy as np
import pytest

from digit_predictor import read_number
from digits.picture.row_finding import Part, Row
from digits.reading.sign_scores import Sign
from digits.reading.units import with_letters_that_hang, without_unit

HEIGHT, FOOT = 100, 200


def row_of(signs: str, below: int, gap: int = 20) -> tuple[list[Sign], Row]:
    """Signs as high as each other, the last so far below the others, behind such a gap."""
    made = []
    for number, sign in enumerate(signs):
        is_last = number == len(signs) - 1
        x, y = 80 * number + gap * is_last, FOOT - HEIGHT + below * is_last
        kind = "digit" if sign.isdigit() else "letter"
        part = Part(x, y, np.ones((HEIGHT, 60), bool))
        made.append(Sign(part, kind, sign if kind == "digit" else "", None, None, -0.1, 0.0))
    return made, Row(tuple(sign.part for sign in made), float(HEIGHT), 0.0, float(FOOT), 0.0)


def read(signs: str, below: int, gap: int = 20) -> str:
    return "".join(
        sign.written or "x" for sign in with_letters_that_hang(*row_of(signs, below, gap))
    )


@pytest.mark.parametrize(
    ("signs", "left"),
    [
        ("67xx", 2),
        ("67x", 2),
        ("6.7xx", 3),
        ("67xxx", 3),
        ("xx", 2),
        ("67", 2),
        ("x7x", 3),
        ("", 0),
    ],
)
def test_a_unit_is_up_to_two_letters_behind_a_digit(signs: str, left: int) -> None:
    kinds = {"x": "letter", ".": "point"}
    assert len(without_unit([kinds.get(sign, "digit") for sign in signs])) == left


@pytest.mark.parametrize("below", [25, 40, 50])
def test_a_9_that_hangs_below_a_letter_is_a_letter(below: int) -> None:
    assert read("67x9", below) == "67xx"
    assert read("x9", below) == "xx"


@pytest.mark.parametrize(
    ("signs", "below", "gap"),
    [
        ("67x9", 0, 20),  # beside it
        ("67x9", -40, 20),  # above it
        ("679", 40, 20),  # behind a digit
        ("67x7", 40, 20),  # like no g
        ("67x9", 40, 150),  # apart from it
        ("9", 40, 20),
        ("", 0, 20),
    ],
)
def test_any_other_digit_stays(signs: str, below: int, gap: int) -> None:
    assert read(signs, below, gap) == signs


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["5.56kg", "16kg"], "556\n16"),
        (["6.73 kg", "39 kg"], "673\n39"),
        (["232 cm", "32 cm"], "232\n32"),
        (["14kg"], "14"),
    ],
)
def test_numbers_are_read_without_their_units(lines: list[str], text: str) -> None:
    sheet = np.full((260 * len(lines), 800, 3), 255, np.uint8)
    for number, line in enumerate(lines):
        place = (40, 170 + 260 * number)
        cv2.putText(sheet, line, place, cv2.FONT_HERSHEY_SIMPLEX, 5, (0, 0, 0), 9, cv2.LINE_AA)
    assert read_number(sheet).text == text
