"""The rows of the table of whole numbers: which pictures are read, and what should come of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.mouse_numbers import KINDS, MouseNumber, load_mouse_numbers
from benchmarks.not_numbers import NO_NUMBER_KINDS, draw_no_number
from benchmarks.number_hands import Hands
from benchmarks.number_pictures import (
    LENGTHS,
    NUMBER_KINDS,
    NumberPicture,
    TrueSign,
    length_class,
    simulate_number,
)

WITH_MARKS = "With marks"
NO_NUMBER = "No number: share doubted"
WRITTEN_GOAL = 0.85
"""Share of numbers with marks of which all that is written is read right."""
MARKS_AS_DIGITS_GOAL = 0.005
CALIBRATION_GOAL = 0.02
_NAMES = {
    "parts": "digits in two parts",
    "slashed": "crossed and slashed",
    "crops": "of single rows",
}


@dataclass(frozen=True, eq=False)
class NumberRow:
    """Pictures of one kind.

    Attributes:
        name: of the kind.
        picture: gives the picture of a number from 0 to `count` - 1, and its truth.
        count: how many there are.
        lengths: how many digits the picture of a number has, by `LENGTHS`; None where there is no
            number.
    """

    name: str
    picture: Callable[[int], NumberPicture]
    count: int
    lengths: Callable[[int], range] | None


@dataclass(frozen=True, eq=False)
class NumberGroup:
    """Rows that belong together.

    Attributes:
        name: of all.
        rows: at least one.
        goal: share of pictures read whole, or doubted, in the mean of the rows; None for none.
        least: the same that no row may be under.
    """

    name: str
    rows: tuple[NumberRow, ...]
    goal: float | None = None
    least: float | None = None


# Name, kinds, goal of the mean, and of each.
_GROUPS: tuple[tuple[str, tuple[str, ...], float | None, float | None], ...] = (
    ("Canvas, spaced", ("canvas_spaced",), 0.98, None),
    ("Canvas, tight", ("canvas_tight",), 0.96, None),
    ("Canvas, touching", ("canvas_touching",), 0.90, None),
    (
        "Photos",
        (
            *("plain", "ruled", "underlined", "boxes", "frames", "cheque", "printed_borders"),
            *("logbook", "shadows", "rows", "grid", "column"),
        ),
        0.94,
        0.88,
    ),
    (
        "Photos, by how it is written",
        ("touching", "overlapping", "parts", "slanted", "climbing", "slashed"),
        None,
        None,
    ),
    ("Crops 28 pixels high", ("crops",), 0.92, None),
    (
        WITH_MARKS,
        (
            *("decimals", "thousands", "dash_before", "dash_after", "amount_dash", "dates"),
            *("times", "currencies"),
        ),
        0.93,
        None,
    ),
)


def all_number_groups(hands: Hands, count: int) -> list[NumberGroup]:
    """All rows of the table.

    Args:
        hands: who writes.
        count: pictures a row, a third of each length.
    """
    groups = [
        NumberGroup(name, tuple(_row(kind, hands, count) for kind in kinds), goal, least)
        for name, kinds, goal, least in _GROUPS
    ]
    others = tuple(_no_number_row(kind, hands, count) for kind in NO_NUMBER_KINDS)
    return [*groups, NumberGroup(NO_NUMBER, others, 0.90)]


def mouse_group() -> NumberGroup:
    """What was drawn with the mouse on the page, a row for each kind."""
    drawings = load_mouse_numbers()
    rows = [_mouse_row(kind, [each for each in drawings if each.kind == kind]) for kind in KINDS]
    return NumberGroup("Drawn with the mouse", tuple(rows))


def _mouse_row(kind: str, drawings: Sequence[MouseNumber]) -> NumberRow:
    def picture(number: int) -> NumberPicture:
        drawing = drawings[number]
        pixels = np.repeat(drawing.picture[..., None], 3, axis=2)
        marks = [sign for sign in drawing.written if not sign.isdigit() and sign != "\n"]
        no_place = TrueSign("", (0.0, 0.0, 0.0, 0.0), 0)
        return NumberPicture(pixels, drawing.text, drawing.written, (), (no_place,) * len(marks))

    def length(number: int) -> range:
        count = sum(sign.isdigit() for sign in drawings[number].text)
        return next((each for each in LENGTHS if count in each), LENGTHS[0])

    return NumberRow(kind, picture, len(drawings), length)


def _row(kind: str, hands: Hands, count: int) -> NumberRow:
    lengths = NUMBER_KINDS[kind].lengths
    whole = -(-count // len(lengths)) * len(lengths)
    return NumberRow(
        _NAMES.get(kind, kind.replace("_", " ")),
        lambda number: simulate_number(kind, hands, number),
        whole,
        lambda number: length_class(kind, number),
    )


def _no_number_row(kind: str, hands: Hands, count: int) -> NumberRow:
    return NumberRow(kind, lambda number: draw_no_number(kind, hands, number), count, None)
