"""Digits as pen strokes: read the files that hold them, and draw them.

Two forms are read: JSON lines (`pen_characters`), and the text that Guyon et al. (1994), "UNIPEN
project of on-line data exchange and recognizer benchmarks", describe. In that come the digits of
Alpaydin & Alimoglu (1998), "Pen-Based Recognition of Handwritten Digits" (UCI Machine Learning
Repository, CC BY 4.0).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from digits.common.errors import DataError
from digits.common.packed_file import read_packed_file
from digits.synthetic.drawing_basics import SUBPIXEL_BITS, fixed_point
from digits.synthetic.pen_characters import LARGEST_COORDINATE, parse_pen_characters

CANVAS = 280
_LABELS = tuple("0123456789")


@dataclass(frozen=True, eq=False)
class PenDigit:
    """One digit as a pen drew it.

    Attributes:
        label: 0 to 9.
        writer: the person: a number in UNIPEN text (1 to 30 in UCI's training file), a text in JSON
            lines, so that writers of one are never taken for those of the other.
        strokes: float64 (n, 2) each, x to the right and y downwards, in units of the tablet.
    """

    label: int
    writer: int | str
    strokes: tuple[NDArray[np.float64], ...]


def read_pen_strokes(path: str | Path) -> list[PenDigit]:
    """Read the digits of a file of UNIPEN text or of JSON lines, gzip or plain, in its order.

    Raises:
        DataError: the file is missing, truncated or of neither form, or a label is no digit.
    """
    path = Path(path)
    content = read_packed_file(path)
    if content.lstrip().startswith(b"{"):
        return _from_json_lines(content, path.name)
    segments = re.split(r"^\.SEGMENT\b", content.decode("latin-1"), flags=re.MULTILINE)[1:]
    if not segments:
        raise DataError(
            f"{path.name} holds no pen strokes, neither in UNIPEN format nor as JSON lines: "
            "take pendigits-orig.tra from UCI's pen-based digits."
        )
    return [_pen_digit(segment, number, path.name) for number, segment in enumerate(segments, 1)]


def _from_json_lines(content: bytes, file_name: str) -> list[PenDigit]:
    characters = parse_pen_characters(content, file_name)
    for number, character in enumerate(characters, 1):
        if character.label not in _LABELS:
            raise DataError(f"Digit {number} of {file_name} has a label that is none of 0 to 9.")
    return [PenDigit(int(each.label), each.writer, each.strokes) for each in characters]


def _pen_digit(segment: str, number: int, file_name: str) -> PenDigit:
    label = re.match(r'[^\n]*"([^"\n]*)"', segment)
    writer = re.search(r"^\.COMMENT\s+\S+\s+(\d{1,6})\b", segment, re.MULTILINE)
    if label is None or writer is None:
        raise DataError(f"Digit {number} of {file_name} has no label or no writer.")
    if label[1] not in _LABELS:
        raise DataError(f"Digit {number} of {file_name} has a label that is none of 0 to 9.")
    strokes = tuple(_strokes(segment, number, file_name))
    if not strokes:
        raise DataError(f"Digit {number} of {file_name} has no strokes, or the file ends early.")
    return PenDigit(int(label[1]), int(writer[1]), strokes)


def _strokes(segment: str, number: int, file_name: str) -> Iterator[NDArray[np.float64]]:
    for part in segment.split(".PEN_DOWN")[1:]:
        points, pen_up, _ = part.partition(".PEN_UP")
        try:
            coordinates = np.array(points.split(), np.float64).reshape(-1, 2)
        except ValueError as error:
            raise DataError(f"Digit {number} of {file_name} has a damaged stroke.") from error
        if not pen_up:
            raise DataError(f"Digit {number} of {file_name} has a stroke that does not end.")
        if not (np.abs(coordinates) < LARGEST_COORDINATE).all():
            raise DataError(f"Digit {number} of {file_name} has a stroke far off any tablet.")
        if len(coordinates):
            yield coordinates * (1, -1)


def draw_strokes(
    digit: PenDigit, pen: float, size: float, centre: tuple[float, float] = (CANVAS / 2, CANVAS / 2)
) -> NDArray[np.uint8]:
    """Draw a digit with a round pen, black on white, as a person would on a canvas of 280×280.

    Args:
        digit: whose strokes to draw.
        pen: width of the pen, pixels.
        size: longer side of the box around the strokes, pixels.
        centre: x and y of the middle of that box.

    Returns:
        uint8 (280, 280), 0 for ink and 255 for paper.
    """
    points = np.concatenate(digit.strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = size / max(float((high - low).max()), 1e-6)
    canvas = np.full((CANVAS, CANVAS), 255, np.uint8)
    for stroke in digit.strokes:
        placed = (stroke - (low + high) / 2) * scale + centre
        placed = np.concatenate([placed, placed[-1:]])  # so that a single point is drawn, too
        line, thickness = [fixed_point(placed)], max(1, round(pen))
        cv2.polylines(canvas, line, False, 0, thickness, cv2.LINE_AA, SUBPIXEL_BITS)
    return canvas
