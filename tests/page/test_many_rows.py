"""What the table of many pictures says of each, as it was read and as it was corrected."""

from __future__ import annotations

from typing import Any

import pytest

from digits.batch.background import ReadPicture
from digits.batch.places import Place
from digits.batch.rows import columns_of
from digits.batch.task import ReadingTask
from digits.page.many import how_far, how_many_are_read
from digits.page.many_rows import IN_DOUBT, kinds_of, rows_to_keep, shown_rows
from digits.page.many_table import describe_doubted

TASK = ReadingTask("0123456789abcdef", by_hand=True)


def picture(name: str, **said: Any) -> ReadPicture:
    row = dict.fromkeys(columns_of(TASK)) | {"path": name} | said
    return ReadPicture(Place(name), row, b"")


PICTURES = [
    picture(
        "sure.png", answer="7", confidence=0.9999, top_3=[[{"digit": 7, "confidence": 0.9999}]]
    ),
    picture("less.png", answer="12.50", confidence=0.7),
    picture("letter.png", doubt="A letter?", top_3=[[{"digit": 1, "confidence": 0.1}]]),
    picture("broken.png", error="No picture."),
]


def test_what_is_in_doubt_comes_first_and_looks_like_no_answer() -> None:
    rows = shown_rows(PICTURES, {})
    assert list(rows) == [2, 3, 1, 0]
    shown = [(row["answer"], row["says"], row["confidence"]) for row in rows.values()]
    assert shown == [
        ("?", "A letter?", ""),
        ("", "No picture.", ""),
        ("12.50", "", "70.0%"),
        ("7", "", ">99.9%"),
    ]


def test_what_is_corrected_stays_where_it_is_and_is_in_no_doubt() -> None:
    rows = shown_rows(PICTURES, {2: "1", 0: "", 3: "5"})
    assert list(rows) == [2, 3, 1, 0]
    shown = [(row["answer"], row["says"], row["confidence"]) for row in rows.values()]
    assert shown == [
        ("1", "", "by hand"),
        ("5", "", "by hand"),
        ("12.50", "", "70.0%"),
        ("", "", "by hand"),
    ]


def test_a_corrected_answer_is_kept_without_the_networks_confidence() -> None:
    rows = rows_to_keep(PICTURES, {0: "2", 2: "", 9: "3"})
    kept = [(row["answer"], row["confidence"], row["doubt"], row["by_hand"]) for row in rows]
    assert kept == [
        ("2", None, None, True),
        ("12.50", 0.7, None, False),
        (None, None, None, True),
        (None, None, None, False),
    ]
    assert [row["top_3"] for row in rows] == [each.row["top_3"] for each in PICTURES]
    assert rows[3]["error"] == "No picture."
    assert PICTURES[0].row["answer"] == "7"


@pytest.mark.parametrize(
    ("index", "corrected", "kinds"),
    [
        (0, None, {"7"}),
        (0, "2", {"7", "2"}),
        (0, "", {"7"}),
        (2, None, {IN_DOUBT}),
        (2, "1", {IN_DOUBT, "1"}),
        (3, None, {IN_DOUBT}),
    ],
)
def test_the_filter_finds_a_row_as_it_was_read_and_as_it_is(
    index: int, corrected: str | None, kinds: set[str]
) -> None:
    corrections = {} if corrected is None else {index: corrected}
    assert kinds_of(PICTURES[index], shown_rows(PICTURES, corrections)[index]) == kinds


def test_how_far_it_is() -> None:
    assert how_far(0, 0, None) == (0, "0 of 0 pictures are read")
    assert how_far(5, 10, 3.2) == (0.5, "5 of 10 pictures are read, about 3 s to go")
    assert how_far(10, 10, 0.0) == (1, "10 of 10 pictures are read")


@pytest.mark.parametrize(
    ("done", "total", "words"),
    [
        (2, 2, "All 2 pictures are read."),
        (1_200, 1_300, "1,200 of 1,300 pictures are read."),
        (1, 1, "The picture is read."),
        (0, 1, "The picture is not read."),
    ],
)
def test_how_many_are_read_of_one_as_of_many(done: int, total: int, words: str) -> None:
    assert how_many_are_read(done, total) == words


@pytest.mark.parametrize(
    ("doubted", "pictures", "words"),
    [
        (0, 5, "No picture is in doubt or unreadable."),
        (1, 5, "1 of 5 pictures is in doubt or unreadable, and stands first."),
        (2, 5, "2 of 5 pictures are in doubt or unreadable, and stand first."),
        (1, 1, "The picture is in doubt or unreadable."),
    ],
)
def test_how_many_are_doubted_of_one_as_of_many(doubted: int, pictures: int, words: str) -> None:
    assert describe_doubted(doubted, pictures) == words
