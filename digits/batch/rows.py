"""A row of the table: what was read in a picture, as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from digits.batch.fields import COLUMNS_OF_A_FIELD
from digits.batch.places import Place
from digits.batch.task import ReadingTask
from digits.common.errors import PictureError
from digits.picture.ink_place import box_of_ink
from digits.reading.digit import Reading
from digits.reading.number import NumberReading

Row: TypeAlias = dict[str, Any]
"""A value for each of `columns_of` the task; None where there is none.

`path` and `answer` are text; `page` an int, 1 is the first; `confidence` a float in [0, 1], rounded
to six digits; `doubt` and `error` sentences; `model` as in `ReadingTask`. `top_3` has for each
digit the three likeliest, as `{"digit": 3, "confidence": 0.99}`; `boxes` has for each digit where
it is, as `[x, y, width, height]` in pixels of the upright page. What is in doubt has neither
`answer` nor `confidence`, or whoever sums that column would sum what may be no number.
"""
Cells: TypeAlias = dict[str, Any]
"""What a row says of one answer: `answer`, `confidence`, `top_3`, `doubt`, `boxes`."""

TOP = 3
_DECIMALS = 6
_OF_AN_ANSWER = ("answer", "confidence", "top_3", "doubt", "boxes")


def columns_of(task: ReadingTask) -> tuple[str, ...]:
    """The names of the table's columns, in order."""
    last = ("model", "by_hand") if task.by_hand else ("model",)
    if not task.fields:
        answer = ("answer", "confidence", "top_3", "doubt")
        return ("path", "page", *answer, "error", "boxes", *last)
    fields = [field.name + ending for field in task.fields for ending in COLUMNS_OF_A_FIELD]
    return ("path", "page", *fields, "error", *last)


def kind_of_column(column: str, task: ReadingTask) -> str:
    """What a column holds: of an answer one of `Cells`' names, else its own."""
    for field in task.fields:
        for ending, kind in zip(COLUMNS_OF_A_FIELD, _OF_AN_ANSWER, strict=True):
            if column == field.name + ending:
                return kind
    return column


def make_row(
    place: Place, found: Cells | Mapping[str, Cells] | PictureError, task: ReadingTask
) -> Row:
    """The row of a picture.

    Args:
        place: of the picture.
        found: in it, or in each of its fields by the field's name; or why nothing was.
        task: that it was read for.
    """
    row: Row = dict.fromkeys(columns_of(task))
    row |= {"path": place.name, "page": place.page, "model": task.model}
    if isinstance(found, PictureError):
        row["error"] = str(found)
    elif not task.fields:
        row |= found
    else:
        for name, cells in found.items():
            endings = zip(COLUMNS_OF_A_FIELD, _OF_AN_ANSWER, strict=True)
            row |= {name + ending: cells[kind] for ending, kind in endings}
    return row


def answers_of(row: Row, task: ReadingTask) -> list[Cells]:
    """What a row says: an answer for each field, or one for the picture; none if unreadable."""
    if row["error"] is not None:
        return []
    if not task.fields:
        return [{kind: row[kind] for kind in _OF_AN_ANSWER}]
    endings = list(zip(COLUMNS_OF_A_FIELD, _OF_AN_ANSWER, strict=True))
    return [{kind: row[field.name + ending] for ending, kind in endings} for field in task.fields]


def cells_of_digit(reading: Reading) -> Cells:
    """What a row says of one digit."""
    digit, confidence = reading.top_k[0]
    return _answer(str(digit), confidence, reading.doubt) | {
        "top_3": [_top(reading)],
        "boxes": [_box_of_ink(reading)],
    }


def cells_of_number(number: NumberReading) -> Cells:
    """What a row says of a whole number; its rows are set apart by " / "."""
    written = number.written.replace("\n", " / ")
    return _answer(written, number.confidence, number.doubt) | {
        "top_3": [_top(each.reading) for each in number.digits],
        "boxes": [list(map(int, each.box)) for each in number.digits],
    }


def cells_of_nothing(reason: str) -> Cells:
    """What a row says of a field in which nothing can be read."""
    return dict.fromkeys(_OF_AN_ANSWER) | {"doubt": reason}


def likeliest_digits(cells: Mapping[str, Any]) -> str:
    """The likeliest digits of what was read, be it in doubt or not; "" where nothing was."""
    return "".join(str(top[0]["digit"]) for top in cells["top_3"] or ())


def moved(cells: Cells, corner: Sequence[int]) -> Cells:
    """The same of what was cut out of a page at a corner, x, y."""
    if cells["boxes"] is None:
        return cells
    x, y = corner
    return cells | {"boxes": [[x + box[0], y + box[1], *box[2:]] for box in cells["boxes"]]}


def _answer(written: str, confidence: float, doubt: str | None) -> Cells:
    if doubt is not None:
        return {"answer": None, "confidence": None, "doubt": doubt}
    return {"answer": written, "confidence": _rounded(confidence), "doubt": None}


def _top(reading: Reading) -> list[dict[str, float]]:
    best = reading.top_k[:TOP]
    return [{"digit": digit, "confidence": _rounded(confidence)} for digit, confidence in best]


def _rounded(confidence: float) -> float:
    return round(float(confidence), _DECIMALS)


def _box_of_ink(reading: Reading) -> list[int]:
    return list(box_of_ink(reading.network_input, reading.placement, reading.picture.shape))
