"""A page that shows at a glance whether to believe a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from digits.batch import contact_sheet
from digits.batch.contact_sheet import write_sheet
from digits.batch.fields import Field
from digits.batch.places import Place
from digits.batch.rows import columns_of
from digits.batch.task import ReadingTask
from digits.batch.thumbnails import Wanted

TASK = ReadingTask("0123456789abcdef", "digit")


class Sheet(HTMLParser):
    """Headings with the answers below them, and all addresses."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.sections: dict[str, list[str]] = {}
        self.figures: list[str] = []
        self.images: list[str] = []
        self._tag, self._heading = "", ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self._tag = tag
        if tag == "figure":
            self.figures.append(str(named["class"]))
        if tag == "img":
            self.images.append(str(named["src"]))
        assert tag not in ("script", "link", "iframe")

    def handle_data(self, data: str) -> None:
        if self._tag == "h2" and data.strip():
            self._heading = data
            self.sections[data] = []
        if self._tag == "b":
            self.sections[self._heading].append(data)
        self._tag = ""


def sheet_of(path: Path, rows: Sequence[dict[str, Any]], task: ReadingTask = TASK) -> Sheet:
    empty = dict.fromkeys(columns_of(task)) | {"path": "a.png"}

    def thumbnails(wanted: Sequence[Wanted]) -> Iterator[bytes]:
        yield from (b"RIFF" + place.name.encode() for place, _ in wanted)

    pairs = [(empty | row, Place(str(row.get("path", "a.png")))) for row in rows]
    write_sheet(path, pairs, task, thumbnails)
    return Sheet(path.read_text("utf-8"))


def sure(answer: str, confidence: float) -> dict[str, Any]:
    return {"answer": answer, "confidence": confidence, "top_3": []}


def doubted(digit: int, confidence: float) -> dict[str, Any]:
    top_3 = [[{"digit": digit, "confidence": confidence}]]
    return {"top_3": top_3, "doubt": "Perhaps <not> a digit."}


def test_by_answer_and_doubted_first(tmp_path: Path) -> None:
    sheet = sheet_of(
        tmp_path / "sheet.html",
        [sure("7", 0.9), sure("3", 0.99), doubted(3, 0.999), sure("3", 0.5), sure("7", 0.8)],
    )
    assert sheet.sections == {"In doubt": ["3?"], "3": ["3"] * 2, "7": ["7"] * 2}
    assert list(sheet.sections) == ["In doubt", "3", "7"]
    assert sheet.figures == ["doubted", *["sure"] * 4]
    assert all(image.startswith("data:image/webp;base64,") for image in sheet.images)


def test_names_and_sentences_are_text_and_nothing_else(tmp_path: Path) -> None:
    name = '"><script>alert(1)</script>.png'
    sheet_of(
        tmp_path / "sheet.html", [sure("3", 0.9) | {"path": name}, {"error": "<b>", "path": name}]
    )
    text = (tmp_path / "sheet.html").read_text("utf-8")
    assert "<script" not in text
    assert "&lt;b&gt;" in text


def test_of_very_many_the_least_sure_and_some_of_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contact_sheet, "MOST_DOUBTED", 10)
    monkeypatch.setattr(contact_sheet, "MOST_SURE", 20)
    rows = [sure("1", 0.9 + n / 10_000) for n in range(900)]
    rows[::100] = [doubted(2, 0.99)] * 9
    sheet = sheet_of(tmp_path / "sheet.html", rows)
    assert sheet.sections["In doubt"] == ["2?"] * 9
    assert 10 <= len(sheet.sections["1"]) <= 21
    assert "of 900 answers" in (tmp_path / "sheet.html").read_text("utf-8")


def test_a_picture_that_has_vanished_is_said(tmp_path: Path) -> None:
    rows = [(dict.fromkeys(columns_of(TASK)) | sure("1", 0.9) | {"path": "a"}, Place("a"))]
    write_sheet(tmp_path / "sheet.html", rows, TASK, lambda wanted: iter([b""] * len(wanted)))
    assert "no longer there" in (tmp_path / "sheet.html").read_text("utf-8")


def test_fields_have_headings_of_their_own(tmp_path: Path) -> None:
    form = ReadingTask(TASK.model, fields=(Field("a", (0, 0, 1, 1)), Field("b", (0, 0, 1, 1))))
    row = {"a": "12", "a_confidence": 0.9, "a_top_3": []}
    row |= {"b": "5", "b_confidence": 0.8, "b_top_3": []}
    assert sheet_of(tmp_path / "sheet.html", [row], form).sections == {
        "a: 12": ["12"],
        "b: 5": ["5"],
    }
