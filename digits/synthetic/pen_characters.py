"""Characters of any alphabet as pen strokes, a JSON object a line.

    {"label": "7", "writer": "9d347a28f4", "strokes": [[59, 0, 57, 1, 57, 4], [20, 40, 90, 40]]}

A stroke is a flat list x0, y0, x1, y1, …, x to the right and y downwards. The files that this is
for hold what UNIPEN collected, with the longer side of every character at 255; Guyon et al. (1994),
"UNIPEN project of on-line data exchange and recognizer benchmarks".
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digits.common.errors import DataError

LARGEST_COORDINATE = 1e6
"""No tablet is so large, in units of its own."""


@dataclass(frozen=True, eq=False)
class PenCharacter:
    """One character as a pen drew it.

    Attributes:
        label: what it is, at least one character of Unicode.
        writer: a name or hash of the person.
        strokes: float64 (n, 2) each, at least one, x to the right and y downwards, in units of the
            tablet.
    """

    label: str
    writer: str
    strokes: tuple[NDArray[np.float64], ...]


def parse_pen_characters(content: bytes, file_name: str) -> list[PenCharacter]:
    """Read the characters in a file of such lines, in its order; empty lines are passed over.

    Args:
        content: of the file, unpacked.
        file_name: for the sentence that says what is wrong.

    Raises:
        DataError: a line is no JSON object, lacks its label, its writer or its strokes, or has a
            stroke that is none.
    """
    lines = enumerate(content.splitlines(), 1)
    return [_character(line, f"Line {n} of {file_name}") for n, line in lines if line.strip()]


def _character(line: bytes, where: str) -> PenCharacter:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{where} is not JSON: download the file again.") from error
    if not isinstance(found, dict):
        raise DataError(f"{where} is no JSON object with a label, a writer and strokes.")
    for name in ("label", "writer"):
        if not (isinstance(found.get(name), str) and found[name]):
            raise DataError(f"{where} has no {name}, which must be a text.")
    strokes = found.get("strokes")
    if not isinstance(strokes, list):
        raise DataError(f"{where} has no list of strokes.")
    drawn = tuple(_strokes(strokes, where))
    if not drawn:
        raise DataError(f"{where} has no strokes.")
    return PenCharacter(found["label"], found["writer"], drawn)


def _strokes(strokes: list[Any], where: str) -> Iterator[NDArray[np.float64]]:
    for stroke in strokes:
        if not (isinstance(stroke, list) and all(map(_is_number, stroke))):
            raise DataError(f"{where} has a stroke that is no list of numbers.")
        if len(stroke) % 2:
            raise DataError(f"{where} has a stroke with an odd number of coordinates.")
        # Compared as Python's numbers, for a whole number may be too large for any array.
        if not all(abs(number) < LARGEST_COORDINATE for number in stroke):
            raise DataError(f"{where} has a stroke far off any tablet.")
        if stroke:
            yield np.array(stroke, np.float64).reshape(-1, 2)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def length_of(strokes: tuple[NDArray[np.float64], ...]) -> float:
    """How far the pen went on the tablet, in its units; 0 where it but touched it."""
    return sum(float(np.hypot(*np.diff(stroke, axis=0).T).sum()) for stroke in strokes)
