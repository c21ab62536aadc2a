"""The rectangles of a form."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from digits.batch.fields import Field, read_fields
from digits.common.errors import DataError


def read(folder: Path, text: str) -> tuple[Field, ...]:
    (folder / "fields.json").write_text(text)
    return read_fields(folder / "fields.json")


def test_fields_come_in_the_order_of_the_file(tmp_path: Path) -> None:
    found = read(tmp_path, '{"sum": [0.5, 0, 0.5, 1], "date": [0, 0, 1, 0.25]}')
    assert found == (Field("sum", (0.5, 0, 0.5, 1)), Field("date", (0, 0, 1, 0.25)))


def test_a_field_is_cut_where_it_lies() -> None:
    page = np.arange(6 * 8, dtype=np.uint8).reshape(6, 8)
    field = Field("a", (0.5, 1 / 3, 0.25, 0.5))
    assert field.cut(page).tolist() == [[20, 21], [28, 29], [36, 37]]
    assert field.corner((8, 6)) == (4, 2)


def test_a_field_has_a_pixel_however_small_it_is() -> None:
    assert Field("a", (0.99, 0.99, 0.001, 0.001)).cut(np.zeros((5, 5), np.uint8)).shape == (1, 1)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is no JSON"),
        ("{", "is no JSON"),
        ("\xff", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("[]", "names no fields"),
        ("{}", "names no fields"),
        ('"sum"', "names no fields"),
        ("[[0, 0, 1, 1]]", "names no fields"),
        ('{"a": [0, 0, 1]}', "The field a is no rectangle"),
        ('{"a": {"x": 0}}', "The field a is no rectangle"),
        ('{"a": [0, 0, 1, "1"]}', "The field a is no rectangle"),
        ('{"a": [0, 0, 1, true]}', "The field a is no rectangle"),
        ('{"a": [0, 0, 1, NaN]}', "The field a is no rectangle"),
        ('{"a": [10, 20, 300, 40]}', "The field a is no rectangle"),
        ('{"a": [0, 0, 0, 1]}', "empty or leaves the page"),
        ('{"a": [0.5, 0, 0.6, 1]}', "empty or leaves the page"),
        ('{"": [0, 0, 1, 1]}', "has no name"),
        ('{"path": [0, 0, 1, 1]}', "Two columns would be called path"),
        ('{"a": [0, 0, 1, 1], "a": [0, 0, 1, 1]}', "Two columns would be called a"),
        ('{"a": [0, 0, 1, 1], "a_doubt": [0, 0, 1, 1]}', "Two columns would be called a_doubt"),
    ],
)
def test_what_names_no_fields_is_a_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        read(tmp_path, text)


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="There is no file"):
        read_fields(tmp_path / "fields.json")
