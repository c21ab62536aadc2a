"""A table is the same table in each format, and the same bytes each time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digits.batch.fields import Field
from digits.batch.outputs import check_format, read_table, write_table
from digits.batch.rows import columns_of
from digits.batch.task import ReadingTask
from digits.common.errors import DataError

PLAIN = ReadingTask("0123456789abcdef")
FORM = ReadingTask("0123456789abcdef", fields=(Field("sum", (0, 0, 1, 1)),))
# Text that a file can hold; CSV knows no difference between none and an empty one.
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), min_size=1)
confidences = st.integers(0, 10**6).map(lambda millionths: millionths / 10**6)
candidate = st.fixed_dictionaries({"digit": st.integers(0, 9), "confidence": confidences})
cells = {
    "answer": st.none() | words,
    "confidence": st.none() | confidences,
    "top_3": st.none() | st.lists(st.lists(candidate, max_size=3), max_size=3),
    "doubt": st.none() | words,
    "boxes": st.none() | st.lists(st.lists(st.integers(0, 9999), min_size=4, max_size=4)),
}
plain_rows = st.lists(
    st.fixed_dictionaries(
        {"path": words, "page": st.none() | st.integers(1, 10_000), "error": st.none() | words}
        | {"model": st.just(PLAIN.model)}
        | cells
    ),
    max_size=5,
)


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_what_is_written_is_read_again(suffix: str, tmp_path: Path) -> None:
    path, again = tmp_path / f"table.{suffix}", tmp_path / f"again.{suffix}"

    @settings(deadline=None)
    @given(plain_rows)
    def check(rows: list[dict[str, Any]]) -> None:
        write_table(rows, PLAIN, path)
        write_table(rows, PLAIN, again)
        assert path.read_bytes() == again.read_bytes()
        assert list(read_table(path, PLAIN)) == rows

    check()


def test_a_csv_is_what_a_spreadsheet_expects(tmp_path: Path) -> None:
    row = dict.fromkeys(columns_of(PLAIN)) | {
        "path": 'a "b",\nc.png', "answer": "12.50", "confidence": 0.5, "model": "m",
        "top_3": [[{"digit": 1, "confidence": 0.5}]], "boxes": [[1, 2, 3, 4]],
    }  # fmt: skip
    write_table([row], PLAIN, tmp_path / "table.csv")
    assert (tmp_path / "table.csv").read_bytes().decode() == (
        "path,page,answer,confidence,top_3,doubt,error,boxes,model\n"
        '"a ""b"",\nc.png",,12.50,0.5,"[[{""digit"":1,""confidence"":0.5}]]",,,"[[1,2,3,4]]",m\n'
    )


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_a_form_has_a_column_for_each_field(suffix: str, tmp_path: Path) -> None:
    assert columns_of(FORM) == (
        "path", "page", "sum", "sum_confidence", "sum_top_3", "sum_doubt", "sum_boxes", "error",
        "model",
    )  # fmt: skip
    row = dict.fromkeys(columns_of(FORM)) | {
        "path": "a", "sum": "3", "sum_confidence": 0.25, "sum_boxes": [[0, 1, 2, 3]], "model": "m",
        "sum_top_3": [[{"digit": 3, "confidence": 0.25}]], "page": 2,
    }  # fmt: skip
    write_table([row], FORM, tmp_path / f"table.{suffix}")
    assert list(read_table(tmp_path / f"table.{suffix}", FORM)) == [row]


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_which_answers_are_by_hand_is_read_again(suffix: str, tmp_path: Path) -> None:
    task, path = replace(PLAIN, by_hand=True), tmp_path / f"table.{suffix}"
    empty = dict.fromkeys(columns_of(task)) | {"path": "a", "model": "m"}
    rows = [empty | {"by_hand": True}, empty | {"by_hand": False}]
    write_table(rows, task, path)
    assert list(read_table(path, task)) == rows


@pytest.mark.parametrize("name", ["answers", "answers.xlsx", "csv", ".csv.gz"])
def test_a_format_that_is_not_written_is_a_sentence(name: str) -> None:
    with pytest.raises(DataError, match=r"\.csv, \.parquet or \.jsonl"):
        check_format(Path(name))
