"""A row says what `read_digit` and `read_number` say, and what cannot be read is a sentence."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from digits.batch import reader
from digits.batch.fields import Field
from digits.batch.places import FilesInMemory, Place
from digits.batch.reader import read_batch
from digits.batch.rows import Row, columns_of, likeliest_digits
from digits.batch.task import ReadingTask
from digits.common.errors import ModelError
from digits.network.loading import load_network
from digits.reading.digit import read_digit
from digits.reading.number import read_number
from tests.drawings import DIGITS, SCRIBBLE, Strokes, draw
from tests.reading.test_number import drawn_row

MODEL = "0123456789abcdef"


def as_png(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def drawn(strokes: Strokes) -> bytes:
    return as_png(draw(strokes))


PICTURES = {
    "7.png": drawn(DIGITS[7]),
    "scribble.png": drawn(SCRIBBLE),
    "blank.png": as_png(np.full((90, 90), 255, np.uint8)),
    "text.png": b"this is no picture",
    "12.50.png": as_png(drawn_row("12.50")),
    "0.png": drawn(DIGITS[0]),
}


def rows_of(task: ReadingTask, pictures: dict[str, bytes] = PICTURES) -> dict[str, Row]:
    places = [Place(path) for path in pictures]
    rows = read_batch(places, FilesInMemory(pictures), task, load_network())
    assert [row["path"] for row in rows] == list(pictures)
    assert all(tuple(row) == columns_of(task) for row in rows)
    assert all(row["model"] == MODEL for row in rows)
    return {row["path"]: row for row in rows}


def test_a_digits_row_is_its_reading() -> None:
    rows = rows_of(ReadingTask(MODEL, "digit"))
    for path in ("7.png", "0.png", "scribble.png"):
        reading, row = read_digit(PICTURES[path]), rows[path]
        digit, confidence = reading.top_k[0] if reading.is_digit else (None, None)
        assert row["answer"] == (None if digit is None else str(digit))
        assert (row["doubt"], row["error"]) == (reading.doubt, None)
        assert row["confidence"] == pytest.approx(confidence, abs=1e-6)
        assert [[each["digit"] for each in top] for top in row["top_3"]] == [
            [digit for digit, _ in reading.top_k]
        ]
    assert rows["7.png"]["answer"] == "7"
    assert rows["scribble.png"]["doubt"]
    assert likeliest_digits(rows["scribble.png"]) == str(
        read_digit(PICTURES["scribble.png"]).top_k[0][0]
    )


def test_a_digits_box_holds_its_ink() -> None:
    row = rows_of(ReadingTask(MODEL, "digit"))["7.png"]
    ink = np.argwhere(draw(DIGITS[7])[..., 0] < 128)
    ((x, y, width, height),) = row["boxes"]
    (top, left), (bottom, right) = ink.min(axis=0), ink.max(axis=0) + 1
    assert np.allclose((x, y, x + width, y + height), (left, top, right, bottom), atol=8)


def test_a_numbers_row_is_its_reading() -> None:
    rows = rows_of(ReadingTask(MODEL))
    for path in ("12.50.png", "7.png", "scribble.png"):
        number, row = read_number(PICTURES[path]), rows[path]
        assert (row["doubt"], row["error"]) == (number.doubt, None)
        assert row["answer"] == (number.written if number.is_number else None)
        confidence = number.confidence if number.is_number else None
        assert row["confidence"] == pytest.approx(confidence, abs=1e-6)
        assert row["boxes"] == [list(each.box) for each in number.digits]
        assert len(row["top_3"]) == len(number.digits)
    assert rows["12.50.png"]["answer"] == "12.50"
    assert rows["scribble.png"]["doubt"]
    assert rows["scribble.png"]["top_3"]


@pytest.mark.parametrize("kind", ["digit", "number"])
def test_who_sums_the_answers_sums_nothing_that_is_in_doubt(kind: str) -> None:
    page = np.full((200, 400), 255, np.uint8)
    page[20:180, 220:380] = draw(SCRIBBLE, 160, 12)[..., 0]
    fields = (Field("left", (0, 0, 0.5, 1)), Field("right", (0.5, 0, 0.5, 1)))
    form_task = ReadingTask(MODEL, kind, fields=fields)  # type: ignore[arg-type]
    row = rows_of(form_task, {"form.png": as_png(page)})["form.png"]
    assert row["right"] is row["right_confidence"] is None
    assert row["right_doubt"]
    assert row["right_top_3"]
    rows = rows_of(ReadingTask(MODEL, kind)).values()  # type: ignore[arg-type]
    assert all((row["answer"] is None) == (row["confidence"] is None) for row in rows)
    assert all(row["answer"] is None for row in rows if row["doubt"] or row["error"])


@pytest.mark.parametrize("kind", ["digit", "number"])
def test_what_cannot_be_read_is_a_sentence_among_the_others(kind: str) -> None:
    rows = rows_of(ReadingTask(MODEL, kind))  # type: ignore[arg-type]
    assert rows["text.png"]["error"].startswith("This file is not a picture")
    assert rows["blank.png"]["error"]
    for path in ("text.png", "blank.png"):
        empty = rows[path].keys() - {"path", "error", "model"}
        assert all(rows[path][column] is None for column in empty)


def test_confidences_have_six_digits_and_rows_are_plain_data() -> None:
    for kind in ("digit", "number"):
        for row in rows_of(ReadingTask(MODEL, kind)).values():
            assert json.loads(json.dumps(row)) == row
            if row["confidence"] is not None:
                assert row["confidence"] == round(row["confidence"], 6)


@pytest.mark.parametrize("kind", ["digit", "number"])
def test_a_row_depends_on_nothing_but_its_picture(kind: str) -> None:
    task = ReadingTask(MODEL, kind)  # type: ignore[arg-type]
    together = rows_of(task)
    for path, content in PICTURES.items():
        assert rows_of(task, {path: content})[path] == together[path]


def test_large_pictures_do_not_wait_for_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    together = rows_of(ReadingTask(MODEL, "digit"))
    monkeypatch.setattr(reader, "_HELD_PIXELS", 0)
    assert rows_of(ReadingTask(MODEL, "digit")) == together


def form() -> bytes:
    """A page of 1000×800 with a 12 in the upper left field, an 8 in the lower right."""
    page = np.full((800, 1000, 3), 255, np.uint8)
    number, digit = drawn_row("12"), draw(DIGITS[8], 160, 12)
    page[40 : 40 + number.shape[0], 50 : 50 + number.shape[1]] = number
    page[600:760, 800:960] = digit
    return as_png(page)


FIELDS = (
    Field("sum", (0.02, 0.02, 0.4, 0.4)),
    Field("mark", (0.75, 0.7, 0.25, 0.3)),
    Field("empty", (0.5, 0.1, 0.2, 0.2)),
)


def test_a_form_is_a_row_and_each_field_a_column() -> None:
    row = rows_of(ReadingTask(MODEL, fields=FIELDS), {"form.png": form()})["form.png"]
    assert (row["sum"], row["mark"], row["empty"]) == ("12", "8", None)
    assert row["error"] is None
    assert row["empty_doubt"]
    assert row["sum_doubt"] is row["mark_doubt"] is None


def test_boxes_of_fields_lie_on_the_page() -> None:
    row = rows_of(ReadingTask(MODEL, fields=FIELDS), {"form.png": form()})["form.png"]
    ((x, y, width, height),) = row["mark_boxes"]
    ink = np.argwhere(draw(DIGITS[8], 160, 12)[..., 0] < 128) + np.array([600, 800])
    (top, left), (bottom, right) = ink.min(axis=0), ink.max(axis=0) + 1
    assert np.allclose((x, y, x + width, y + height), (left, top, right, bottom), atol=8)


def test_fields_may_hold_single_digits() -> None:
    task = ReadingTask(MODEL, "digit", fields=FIELDS[1:])
    row = rows_of(task, {"form.png": form(), "text.png": b"x"})["form.png"]
    assert (row["mark"], row["empty"]) == ("8", None)


def test_an_unreadable_form_is_a_row() -> None:
    rows = rows_of(ReadingTask(MODEL, fields=FIELDS), {"text.png": b"x", "form.png": form()})
    assert rows["text.png"]["error"]
    assert rows["form.png"]["mark"] == "8"


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("inside"), RecursionError()])
def test_whatever_goes_wrong_with_a_picture_is_its_own(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(picture: bytes, **options: object) -> object:
        if picture == PICTURES["0.png"]:
            raise error
        return read_number(picture)

    monkeypatch.setattr(reader, "read_number", read)
    rows = rows_of(ReadingTask(MODEL))
    assert rows["0.png"]["error"].endswith((".", "!"))
    assert "inside" not in rows["0.png"]["error"]
    assert rows["7.png"]["answer"] == "7"


def test_a_broken_model_is_no_pictures_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(picture: bytes, **options: object) -> object:
        raise ModelError("broken")

    monkeypatch.setattr(reader, "read_number", read)
    with pytest.raises(ModelError):
        rows_of(ReadingTask(MODEL))


def test_a_picture_that_vanishes_is_a_row(tmp_path: Path) -> None:
    from digits.batch.places import Files

    place = Place(str(tmp_path / "gone.png"))
    (row,) = read_batch([place], Files(), ReadingTask(MODEL, "digit"), load_network())
    assert "no such file" in row["error"]
