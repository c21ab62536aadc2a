"""What is written into a store appears whole or not at all."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from digits.batch.cluster_parts import ClusterParts
from digits.batch.stores import open_store, put
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


def test_a_record_is_there_whole_and_alone(table: str, tmp_path: Path) -> None:
    task = ReadingTask("0123456789abcdef")
    assert ClusterParts(table, task).finished is None
    ClusterParts(table, task).finish(3, 1, [])
    (tmp_path / "table.csv").write_text("the table")
    again = ClusterParts(table, task).finished
    assert again is not None
    assert (again.pictures, again.unreadable) == (3, 1)
    assert [each.name for each in (tmp_path / "table.csv.parts").iterdir()] == ["run.json"]
