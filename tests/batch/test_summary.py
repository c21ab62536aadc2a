"""What came of many pictures, in a few lines."""

from __future__ import annotations

from typing import Any

from digits.batch.fields import Field
from digits.batch.rows import columns_of
from digits.batch.summary import Summary
from digits.batch.task import ReadingTask

TASK = ReadingTask("0123456789abcdef")


def row(**said: Any) -> dict[str, Any]:
    return dict.fromkeys(columns_of(TASK)) | said


def test_how_many_how_sure_how_many_in_doubt_and_why() -> None:
    summary = Summary(TASK, 0)
    rows = [
        *[row(answer="1", confidence=0.999)] * 3,
        *[row(answer="1", confidence=0.95)] * 2,
        row(answer="1", confidence=0.3),
        row(top_3=[], doubt="This could be 4 or 9: write it once more."),
        row(top_3=[], doubt="This could be 1 or 7: write it once more."),
        row(top_3=[], doubt="Draw 0 to 9."),
        row(error="This picture has 70000 × 70000 pixels."),
        row(error="This picture has 90000 × 12345 pixels."),
    ]
    assert list(summary.counting(rows)) == rows
    assert (summary.pictures, summary.unreadable) == (11, 2)
    assert summary.as_text(2.0, 1_234).splitlines() == [
        "11 rows in 2 s, 5.5 a second.",
        "Answered: 6 pictures; sure of them: 3 at least 99%, 5 at least 90%, 5 at least 50%.",
        "In doubt: 3 pictures.",
        "        2  This could be one or another digit: write it once more.",
        "        1  Draw 0 to 9.",
        "Unreadable: 2.",
        "        2  This picture has … × … pixels.",
        "Passed over, for they are not called as pictures are: 1,234.",
    ]


def test_what_a_run_before_has_left_is_not_counted_as_read_now() -> None:
    summary = Summary(TASK, 1_000)
    for _ in range(1_010):
        summary.count(row(answer="1", confidence=0.5))
    first = "1,010 rows, of which 1,000 were read before; the others in 2 s, 5.0 a second."
    assert summary.as_text(2.0, 0).splitlines()[0] == first


def test_rare_reasons_are_counted_together() -> None:
    summary = Summary(TASK, 0)
    for letter in "abcdefgh":
        summary.count(row(error=f"{letter}."))
    assert "        2  for other reasons" in summary.as_text(1, 0).splitlines()


def test_fields_are_counted_one_by_one() -> None:
    form = ReadingTask(TASK.model, fields=(Field("a", (0, 0, 1, 1)), Field("b", (0, 0, 1, 1))))
    summary = Summary(form, 0)
    sure = {"a": "3", "a_confidence": 0.99, "b_doubt": "Empty."}
    summary.count(dict.fromkeys(columns_of(form)) | sure)
    text = summary.as_text(1, 0)
    assert "In doubt: 0 fields." in text
    assert "Answered: 1 field; sure of them: 1 at least 99%" in text
    assert "Empty: 1 field." in text
