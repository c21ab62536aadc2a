"""What the table of many pictures shows of each, and keeps of it: as it was read, or corrected."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from digits.batch.background import ReadPicture
from digits.reading.digit import format_confidence

IN_DOUBT = "In doubt or unreadable"
"""What the filter offers beside all answers."""
DOUBTED = "?"
"""What stands where an answer would; whoever writes it over an answer takes their own back."""
_BY_HAND = "by hand"

Shown = dict[str, Any]
"""What a row of the table shows, by column."""


def shown_rows(pictures: Sequence[ReadPicture], corrections: Mapping[int, str]) -> dict[int, Shown]:
    """A row for each picture by its number, in the order of what was read: whatever is corrected
    stays where it is.

    The doubted come first, then the least sure.
    """
    doubted_first = sorted(
        range(len(pictures)),
        key=lambda i: (not problem_of(pictures[i]), pictures[i].row["confidence"] or 0.0, i),
    )
    return {index: _shown_row(pictures[index], corrections.get(index)) for index in doubted_first}


def name_of(picture: ReadPicture) -> str:
    """What a picture is called, and its page."""
    page = picture.row["page"]
    return picture.row["path"] if page is None else f"{picture.row['path']}, page {page}"


def rows_to_keep(
    pictures: Sequence[ReadPicture], corrections: Mapping[int, str]
) -> list[dict[str, Any]]:
    """The rows of the file; who corrects an answer is neither in doubt nor 99% sure of it."""
    rows = [each.row | {"by_hand": False} for each in pictures]
    for index, answer in corrections.items():
        if index < len(rows):  # else it is read again, and that ended early
            by_hand = {"answer": answer or None, "confidence": None, "doubt": None}
            rows[index] |= by_hand | {"by_hand": True}
    return rows


def _shown_row(picture: ReadPicture, right: str | None) -> Shown:
    row = picture.row
    answer = DOUBTED if row["doubt"] is not None else row["answer"] or ""
    sure = "" if row["confidence"] is None else format_confidence(row["confidence"])
    return {
        "picture": _data_uri(picture.thumbnail),
        "answer": answer if right is None else right,
        "says": problem_of(picture) if right is None else "",
        "why": "Why?",
        "confidence": sure if right is None else _BY_HAND,
        "name": name_of(picture),
    }


def kinds_of(picture: ReadPicture, row: Shown) -> set[str]:
    """What a row is called by the filter: as it was read and, if that was corrected, as it is now.

    So a row that is corrected stays where it is, whatever is asked for.
    """
    as_read = IN_DOUBT if problem_of(picture) else picture.row["answer"]
    return {as_read, row["answer"] or as_read} - {DOUBTED}


def problem_of(picture: ReadPicture) -> str:
    """Why it could not be read, or is in doubt; "" if neither."""
    return picture.row["error"] or picture.row["doubt"] or ""


def _data_uri(thumbnail: bytes) -> str | None:
    if not thumbnail:
        return None
    return f"data:image/webp;base64,{base64.b64encode(thumbnail).decode('ascii')}"
