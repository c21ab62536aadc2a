"""What is read so far is kept, found again, and never taken for something else."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from digits.batch.fields import Field
from digits.batch.parts import PartsFolder
from digits.batch.places import Place
from digits.batch.task import ReadingTask
from digits.common.errors import DataError

TASK = ReadingTask("0123456789abcdef")
ROWS: list[dict[str, Any]] = [{"path": "a.png", "answer": "1"}, {"path": "é\n", "answer": None}]


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "answers.csv"


@pytest.fixture
def places(tmp_path: Path) -> list[Place]:
    for name in "ab":
        (tmp_path / f"{name}.png").write_bytes(name.encode())
    return [Place(str(tmp_path / f"{name}.png")) for name in "ab"]


def name_of(output: Path, places: list[Place], index: int = 0) -> str:
    return PartsFolder(output, TASK).name_of(index, places)


def test_a_part_is_found_again(output: Path, places: list[Place]) -> None:
    parts = PartsFolder(output, TASK)
    parts.write(parts.name_of(0, places), ROWS)

    again = PartsFolder(output, TASK)
    assert again.has(again.name_of(0, places))
    assert list(again.rows()) == ROWS
    assert again.finished is None


def test_other_pictures_are_another_part(output: Path, places: list[Place]) -> None:
    names = {
        name_of(output, places),
        name_of(output, places[::-1]),
        name_of(output, places[:1]),
        name_of(output, [Place(places[0].path, page=1), places[1]]),
        name_of(output, places, 1),
    }
    assert len(names) == 5


def test_a_picture_that_has_changed_is_another_part(output: Path, places: list[Place]) -> None:
    before = name_of(output, places)
    os.utime(places[0].path, ns=(1, 1))
    changed = name_of(output, places)
    Path(places[0].path).unlink()
    assert len({before, changed, name_of(output, places)}) == 3


def test_a_part_is_whole_or_not_there(
    output: Path, places: list[Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = PartsFolder(output, TASK)
    name = parts.name_of(0, places)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"answers\.csv"):
        parts.write(name, ROWS)
    assert not parts.has(name)
    assert [path.name for path in parts.path.iterdir()] == ["run.json"]


def test_a_run_that_came_to_its_end_is_remembered(output: Path, places: list[Place]) -> None:
    parts = PartsFolder(output, TASK)
    parts.write(parts.name_of(0, places), ROWS)
    output.write_text("table")
    parts.finish(2, 1)

    finished = PartsFolder(output, TASK).finished
    assert finished is not None
    assert (finished.pictures, finished.unreadable) == (2, 1)
    assert finished.pictures_sha256 == parts.pictures_sha256
    assert [path.name for path in parts.path.iterdir()] == ["run.json"]


def test_an_output_that_was_taken_away_is_made_anew(output: Path) -> None:
    PartsFolder(output, TASK).finish(0, 0)
    assert PartsFolder(output, TASK).finished is None


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        (ReadingTask("fedcba9876543210"), "by another model"),
        (ReadingTask(TASK.model, "digit"), "with other options"),
        (ReadingTask(TASK.model, ink="light"), "with other options"),
        (ReadingTask(TASK.model, fields=(Field("a", (0, 0, 1, 1)),)), "with other options"),
    ],
)
def test_what_is_there_of_another_task_is_said_and_kept(
    other: ReadingTask, sentence: str, output: Path
) -> None:
    output.write_text("old")
    parts = PartsFolder(output, TASK, restart=True)
    output.write_text("new")
    parts.finish(1, 0)

    with pytest.raises(DataError, match=sentence) as caught:
        PartsFolder(output, other)
    assert "--restart" in str(caught.value)
    assert output.read_text() == "new"
    assert PartsFolder(output, other, restart=True).finished is None
    assert not output.exists()


def test_a_file_that_we_did_not_make_is_not_overwritten(output: Path) -> None:
    output.write_text("somebody's")
    with pytest.raises(DataError, match="nothing says what made it"):
        PartsFolder(output, TASK)
    assert output.read_text() == "somebody's"


def test_a_folder_that_is_called_like_ours_is_not_deleted(output: Path) -> None:
    theirs = output.with_name("answers.csv.parts")
    theirs.mkdir()
    (theirs / "letter.txt").write_text("somebody's")
    PartsFolder(output, TASK, restart=True)
    assert (theirs / "letter.txt").read_text() == "somebody's"


@pytest.mark.parametrize("record", ["", "{}", "[]", '"x"', '{"format": 1}', "\xff"])
def test_a_damaged_record_is_a_sentence(record: str, output: Path) -> None:
    parts = PartsFolder(output, TASK)
    (parts.path / "run.json").write_text(record, encoding="latin-1")
    with pytest.raises(DataError, match=r"record of answers\.csv is damaged"):
        PartsFolder(output, TASK)


@pytest.mark.parametrize("other", [1, 3])
def test_a_record_of_another_release_is_said(output: Path, other: int) -> None:
    parts = PartsFolder(output, TASK)
    record = json.loads((parts.path / "run.json").read_text())
    (parts.path / "run.json").write_text(json.dumps(record | {"format": other}))
    with pytest.raises(DataError, match="another release"):
        PartsFolder(output, TASK)


@pytest.mark.parametrize("in_the_way", ["answers.csv", "answers.csv.parts"])
def test_what_is_in_the_way_is_a_sentence(in_the_way: str, output: Path) -> None:
    path = output.with_name(in_the_way)
    if path == output:
        path.mkdir()
    else:
        path.write_text("x")
    with pytest.raises(DataError, match="in its way"):
        PartsFolder(output, TASK)
