"""What is written into a store appears whole or not at all."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from digits.batch.cluster_parts import ClusterParts
from digits.batch.stores import find_in_store, open_store, put
from digits.batch.task import ReadingTask

pytest.importorskip("pyarrow", reason="pyarrow is not installed: see requirements-batch.txt")


@pytest.fixture(params=["", "file://"])
def table(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A place on disk for a table, as a path and as a URL."""
    return f"{request.param}{tmp_path}/table.csv"


def test_a_table_that_cannot_be_copied_to_its_end_leaves_the_old_one(
    table: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = tmp_path / "table.csv", tmp_path / "elsewhere" / "new.csv"
    new.parent.mkdir()
    new.write_text("all of it")
    filesystem, path = open_store(table)
    put(new, filesystem, path)
    assert old.read_text() == "all of it"

    def fill_the_disk(source: Any, output: Any, length: int) -> None:
        output.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", fill_the_disk)
    with pytest.raises(OSError, match="No space left"):
        put(new, filesystem, path)
    assert old.read_text() == "all of it"
    assert {each.name for each in tmp_path.iterdir()} == {"table.csv", "elsewhere"}


def test_what_a_system_left_in_a_store_is_passed_over(tmp_path: Path) -> None:
    for name in ("sub/a.png", "@eaDir/a.png/THUMB.jpg", ".hidden/b.png", "~$form.pdf"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"something")
    for source in (f"file://{tmp_path}", f"file://{tmp_path}/"):
        found = find_in_store([source], None)
        assert [each.path for each in found.files] == [f"{tmp_path}/sub/a.png"]
        assert found.passed_over == 3


def test_a_record_is_there_whole_and_alone(table: str, tmp_path: Path) -> None:
    task = ReadingTask("0123456789abcdef")
    assert ClusterParts(table, task).finished is None
    ClusterParts(table, task).finish(3, 1, [])
    (tmp_path / "table.csv").write_text("the table")
    again = ClusterParts(table, task).finished
    assert again is not None
    assert (again.pictures, again.unreadable) == (3, 1)
    assert [each.name for each in (tmp_path / "table.csv.parts").iterdir()] == ["run.json"]
