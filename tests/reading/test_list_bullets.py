"""Ticks in front of the entries of a list, and digits like none that are no ticks."""

import pytest

from digits.reading.list_bullets import without_bullets
from digits.reading.number_rows import RowReading
from tests.reading.test_written_words import TALL, row_of


def left(*rows: RowReading) -> list[str]:
    kept = without_bullets(rows)
    assert [row.gaps.signs for row in kept] == [row.signs for row in kept]
    return ["".join(sign.written or "x" for sign in row.signs) for row in kept]


def indented(signs: str) -> RowReading:
    """By more than ticks are wide."""
    row = row_of("......" + signs, TALL)
    return row.with_signs(row.signs[6:])


@pytest.mark.parametrize("entries", [["8", "27", "506"], ["1.95", "7", "33", "4x6"]])
def test_ticks_in_front_of_at_least_three_entries_go(entries: list[str]) -> None:
    rows = [row_of(f"x {entry}", TALL) for entry in entries]
    assert left(*rows) == entries
    assert left(*rows[:2]) == ["x" + entry for entry in entries[:2]]


def test_a_heading_without_one_stays_and_an_entry_without_one_does_not_matter() -> None:
    rows = [row_of(f"x {entry}", TALL) for entry in ("8", "27", "506")]
    assert left(row_of("xxx", TALL), *rows) == ["xxx", "8", "27", "506"]
    assert left(*rows, indented("31")) == ["8", "27", "506", "31"]


def test_what_stands_where_other_rows_have_a_digit_is_a_digit_that_is_like_none() -> None:
    rows = [row_of(f"x{entry}", TALL) for entry in ("8", "27", "506")]
    assert left(*rows, row_of("4444", TALL)) == ["x8", "x27", "x506", "4444"]


def test_what_is_not_alike_or_in_no_column_is_no_bullet() -> None:
    others = [row_of(f"x {entry}", TALL) for entry in ("8", "27")]
    assert left(*others, row_of("x 506", 2 * TALL, TALL)) == ["x8", "x27", "x506"]
    assert left(*others, indented("x 506")) == ["x8", "x27", "x506"]
