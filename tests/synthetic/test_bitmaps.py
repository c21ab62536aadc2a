"""Bitmaps are read as written, enlarged where they are, and damaged files are named."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from digits.common.errors import DataError
from digits.synthetic.bitmaps import enlarge_plainly, read_bitmaps

HEAD = "3\nentities\n\n"


def bitmap_text(label: int | str = 1, column: int = 16) -> str:
    """A bar three pixels wide from top to bottom, the way UCI's file has it."""
    row = "0" * (column - 1) + "111" + "0" * (30 - column)
    return f"{row}\n" * 32 + f" {label}\n"


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_bitmaps_are_read_plain_or_packed_after_their_head(pack, tmp_path: Path) -> None:
    text = HEAD + bitmap_text(1, 16) + bitmap_text(7, 4)
    (tmp_path / "digits.tra").write_bytes(pack(text.encode()))
    bitmaps = read_bitmaps(tmp_path / "digits.tra")
    assert bitmaps.labels.tolist() == [1, 7]
    assert bitmaps.images.shape == (2, 32, 32)
    assert bitmaps.images.dtype == np.uint8
    assert np.nonzero(bitmaps.images[0, 31])[0].tolist() == [15, 16, 17]
    assert np.nonzero(bitmaps.images[1].all(axis=0))[0].tolist() == [3, 4, 5]
    assert set(np.unique(bitmaps.images).tolist()) == {0, 255}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "no bitmaps of 32×32"),
        (HEAD, "no bitmaps of 32×32"),
        (HEAD + bitmap_text("x"), "Digit 1 .* none of 0 to 9"),
        (HEAD + bitmap_text(10), "Digit 1 .* none of 0 to 9"),
        (HEAD + bitmap_text()[:-3], "Digit 1 .* no label, for the file ends early"),
        (bitmap_text() + bitmap_text()[: 33 * 20 - 5], "Digit 2 .* noughts and ones"),
        (bitmap_text() + bitmap_text().replace("0", "2", 40), "Digit 2 .* noughts and ones"),
        (bitmap_text() + bitmap_text()[33:], "Digit 2 .* noughts and ones"),
    ],
)
def test_a_damaged_file_is_named_in_a_sentence(text: str, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "digits.tra").write_text(text)
    with pytest.raises(DataError, match=sentence):
        read_bitmaps(tmp_path / "digits.tra")


def test_enlarged_plainly_ink_lies_where_it_lay() -> None:
    bitmap = np.zeros((32, 32), np.uint8)
    bitmap[4:28, 15:18] = 255
    enlarged = enlarge_plainly(bitmap)
    rows, columns = np.nonzero(enlarged < 128)
    assert enlarged.shape == (280, 280)
    # Seven times as large, behind a margin of four pixels of the bitmap.
    assert (columns.min(), columns.max() + 1) == (7 * (15 + 4), 7 * (18 + 4))
    assert (rows.min(), rows.max() + 1) == (7 * (4 + 4), 7 * (28 + 4))
