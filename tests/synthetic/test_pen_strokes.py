"""Pen strokes are read as written, drawn where they belong, and damaged files are named."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from digits.common.errors import DataError
from digits.synthetic.pen_strokes import CANVAS, draw_strokes, read_pen_strokes

HEAD = '.INCLUDE dene.doc\n\n.LEXICON "0" "1"\n.HIERARCHY DIGIT\n'


def unipen(label: str = "7", writer: int = 12, points: str = " 10 20\n 30 20\n 20 60\n") -> str:
    """A digit of one stroke, the way UCI's file has it; the pen starts at the tablet's bottom."""
    return (
        f'\n.SEGMENT DIGIT    0 ? "{label}"\n.COMMENT {label} {writer}  224\n'
        f".PEN_DOWN\n{points}.PEN_UP\n.DT 100\n"
    )


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_digits_are_read_plain_or_packed_with_y_downwards(pack, tmp_path: Path) -> None:
    text = HEAD + unipen("7", 12) + unipen("0", 3, " 1 1\n 2 2\n.PEN_UP\n.PEN_DOWN\n 5 5\n")
    (tmp_path / "pens").write_bytes(pack(text.encode()))
    seven, nought = read_pen_strokes(tmp_path / "pens")
    assert (seven.label, seven.writer, nought.label, nought.writer) == (7, 12, 0, 3)
    assert seven.strokes[0].tolist() == [[10, -20], [30, -20], [20, -60]]
    assert [stroke.tolist() for stroke in nought.strokes] == [[[1, -1], [2, -2]], [[5, -5]]]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("nothing of the kind", "no pen strokes"),
        (HEAD, "no pen strokes"),
        (unipen("x"), "none of 0 to 9"),
        (unipen("12"), "none of 0 to 9"),
        (unipen().replace(".COMMENT", ".REMARK"), "no label or no writer"),
        (unipen(points=" 1 2\n 3\n"), "damaged stroke"),
        (unipen(points=" 1 2\n a b\n"), "damaged stroke"),
        (unipen(points=" 1 nan\n"), "far off any tablet"),
        (unipen(points=" 1 1e308\n"), "far off any tablet"),
        (unipen().replace(" 12 ", " " + "9" * 5_000 + " "), "no label or no writer"),
        (unipen().split(".PEN_UP")[0], "does not end"),
        (unipen().split(".PEN_DOWN")[0], "no strokes"),
    ],
)
def test_a_damaged_file_is_named_in_a_sentence(text: str, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "pens").write_text(text)
    with pytest.raises(DataError, match=sentence):
        read_pen_strokes(tmp_path / "pens")


def test_a_truncated_or_missing_file_is_named(tmp_path: Path) -> None:
    packed = gzip.compress((HEAD + unipen() * 50).encode())
    (tmp_path / "pens.gz").write_bytes(packed[: len(packed) // 2])
    with pytest.raises(DataError, match=r"pens\.gz cannot be read to its end"):
        read_pen_strokes(tmp_path / "pens.gz")
    with pytest.raises(DataError, match="none is no file"):
        read_pen_strokes(tmp_path / "none")


def test_a_drawing_has_the_size_place_and_pen_asked_for(tmp_path: Path) -> None:
    (tmp_path / "pens").write_text(unipen(points=" 0 0\n 0 100\n 50 100\n"))
    (digit,) = read_pen_strokes(tmp_path / "pens")
    canvas = draw_strokes(digit, pen=10, size=100, centre=(90, 150))
    rows, columns = np.nonzero(canvas < 128)
    assert canvas.shape == (CANVAS, CANVAS)
    # The box of the strokes is 50 × 100, and half a pen stands out on every side.
    assert (columns.min(), columns.max()) == pytest.approx((65 - 5, 115 + 5), abs=1)
    assert (rows.min(), rows.max()) == pytest.approx((100 - 5, 200 + 5), abs=1)
    # An upright stroke on the left, and a bar at the top, not at the bottom.
    assert canvas[195, 65] == 0
    assert canvas[101, 110] == 0
    assert canvas[195, 110] == 255


def test_a_single_point_is_drawn_as_a_dot(tmp_path: Path) -> None:
    (tmp_path / "pens").write_text(unipen(points=" 7 7\n"))
    (digit,) = read_pen_strokes(tmp_path / "pens")
    assert 200 < (draw_strokes(digit, pen=20, size=100) < 128).sum() < 450
