"""Characters as JSON lines are read as written, and whatever is damaged is named in a sentence."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digits.common.errors import DataError
from digits.synthetic.pen_characters import length_of, parse_pen_characters
from digits.synthetic.pen_strokes import read_pen_strokes


def json_line(
    label: Any = "7", writer: Any = "ann", strokes: Any = ((0, 0, 9, 0), (9, 0, 3, 30))
) -> str:
    """A digit of two strokes, a bar and what goes down from it."""
    found = {"label": label, "writer": writer, "set": "mine", "strokes": strokes}
    return json.dumps({name: each for name, each in found.items() if each is not None}) + "\n"


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_digits_are_read_plain_or_packed(pack, tmp_path: Path) -> None:
    text = json_line() + "\n" + json_line("0", "bob", [[], [1.5, 2]])
    (tmp_path / "digits.jsonl").write_bytes(pack(text.encode()))
    seven, nought = read_pen_strokes(tmp_path / "digits.jsonl")
    assert (seven.label, seven.writer, nought.label, nought.writer) == (7, "ann", 0, "bob")
    assert [stroke.tolist() for stroke in seven.strokes] == [[[0, 0], [9, 0]], [[9, 0], [3, 30]]]
    assert [stroke.tolist() for stroke in nought.strokes] == [[[1.5, 2]]]


coordinates = st.integers(-999_999, 999_999) | st.floats(-999_999, 999_999)
points = st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=5)
texts = st.text(min_size=1, max_size=5)


@given(label=texts, writer=texts, strokes=st.lists(points, min_size=1, max_size=4))
def test_what_is_written_is_read(label: str, writer: str, strokes: list[list[Any]]) -> None:
    flat = [[number for point in stroke for number in point] for stroke in strokes]
    (read,) = parse_pen_characters(json_line(label, writer, flat).encode(), "letters")
    assert (read.label, read.writer) == (label, writer)
    assert [stroke.tolist() for stroke in read.strokes] == [
        [list(map(float, point)) for point in stroke] for stroke in strokes
    ]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('{"label": "7", "wri', "is not JSON"),
        ('{"label": ' + "[" * 100_000, "is not JSON"),
        ('{"label": "\xff"}'.encode("latin-1"), "is not JSON"),
        ("[1, 2]", "no JSON object"),
        ("null", "no JSON object"),
        (json_line(None), "no label"),
        (json_line(7), "no label"),
        (json_line(writer=None), "no writer"),
        (json_line(writer=""), "no writer"),
        (json_line(strokes=None), "no list of strokes"),
        (json_line(strokes="0 0 1 1"), "no list of strokes"),
        (json_line(strokes=[]), "has no strokes"),
        (json_line(strokes=[[]]), "has no strokes"),
        (json_line(strokes=[0, 0, 1, 1]), "no list of numbers"),
        (json_line(strokes=[[0, "0"]]), "no list of numbers"),
        (json_line(strokes=[[0, True]]), "no list of numbers"),
        (json_line(strokes=[[[0, 0], [1, 1]]]), "no list of numbers"),
        (json_line(strokes=[[0, 0, 1]]), "an odd number of coordinates"),
        (json_line(strokes=[[0, float("nan")]]), "far off any tablet"),
        (json_line(strokes=[[0, float("-inf")]]), "far off any tablet"),
        (json_line(strokes=[[0, 1e6]]), "far off any tablet"),
        (json_line(strokes=[[0, 10**400]]), "far off any tablet"),
    ],
)
def test_a_damaged_line_is_named_by_its_number(
    line: str | bytes, sentence: str, tmp_path: Path
) -> None:
    damaged = line if isinstance(line, bytes) else line.encode()
    (tmp_path / "digits.jsonl").write_bytes(json_line().encode() + damaged)
    with pytest.raises(DataError, match=rf"^Line 2 of digits\.jsonl .*{sentence}") as caught:
        read_pen_strokes(tmp_path / "digits.jsonl")
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize("label", ["a", "10", "٣", "-1"])
def test_a_label_that_is_no_digit_is_named(label: str, tmp_path: Path) -> None:
    (tmp_path / "digits.jsonl").write_text(json_line() + json_line(label))
    with pytest.raises(DataError, match=r"Digit 2 of digits\.jsonl .* none of 0 to 9"):
        read_pen_strokes(tmp_path / "digits.jsonl")


def test_a_truncated_packed_file_is_named(tmp_path: Path) -> None:
    packed = gzip.compress("".join(json_line(writer=f"{n}") for n in range(500)).encode())
    (tmp_path / "digits.jsonl.gz").write_bytes(packed[: len(packed) // 2])
    with pytest.raises(DataError, match=r"digits\.jsonl\.gz cannot be read to its end"):
        read_pen_strokes(tmp_path / "digits.jsonl.gz")


def test_the_length_of_strokes_is_that_of_the_pen_s_way_on_the_paper() -> None:
    bar, corner = np.array([[0.0, 0], [3, 4]]), np.array([[1.0, 1], [1, 3], [2, 3]])
    assert length_of((bar, corner)) == pytest.approx(5 + 3)
    assert length_of((np.array([[7.0, 7]]), np.array([[2.0, 2], [2, 2]]))) == 0
