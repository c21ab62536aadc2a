"""Processes that read: in order, and no picture lost with a process that dies."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from PIL import Image

from digits.batch import processes
from digits.batch.places import Files, Place
from digits.batch.processes import Workers
from digits.batch.reader import read_batch
from digits.batch.rows import Row
from digits.batch.task import ReadingTask
from digits.network.loading import load_network
from tests.drawings import DIGITS, draw

TASK = ReadingTask("0123456789abcdef", "digit")


@pytest.fixture(scope="module")
def batches(tmp_path_factory: pytest.TempPathFactory) -> list[list[Place]]:
    folder = tmp_path_factory.mktemp("drawings")
    for digit, strokes in DIGITS.items():
        Image.fromarray(draw(strokes)).save(folder / f"{digit}.png")
    return [[Place(str(folder / f"{digit}.png")) for digit in (a, a + 1)] for a in range(0, 10, 2)]


@pytest.fixture(scope="module")
def here(batches: list[list[Place]]) -> list[list[Row]]:
    """What this process reads."""
    return [read_batch(batch, Files(), TASK, load_network()) for batch in batches]


def test_batches_come_back_in_order(batches: list[list[Place]], here: list[list[Row]]) -> None:
    with Workers(TASK, None, 2, niceness=5) as workers:
        assert list(workers.read(batches)) == here


def test_a_worker_that_is_killed_costs_no_picture(
    batches: list[list[Place]], here: list[list[Row]]
) -> None:
    with Workers(TASK, None, 1) as workers:

        def killing() -> Iterator[list[Place]]:
            for number, batch in enumerate(batches):
                if number == 3:
                    for pid in list(workers._readers._processes):
                        os.kill(pid, signal.SIGKILL)
                yield batch

        assert list(workers.read(killing())) == here


def deadly(batch: Sequence[Place], sent: None, task: ReadingTask, model: Path | None) -> list[Row]:
    if any(place.path.endswith("5.png") for place in batch):
        os._exit(1)
    return read_batch(batch, Files(), task, load_network(model))


def test_a_picture_that_ends_its_process_is_a_row_and_the_others_are_read(
    batches: list[list[Place]], here: list[list[Row]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "_read", deadly)
    with Workers(TASK, None, 1) as workers:
        rows = [row for batch in workers.read(batches[1:4]) for row in batch]
    assert [row["answer"] for row in rows] == ["2", "3", "4", None, "6", "7"]
    assert "ended in the middle" in rows[3]["error"]


def test_files_that_lie_on_no_disk_are_sent_along(
    batches: list[list[Place]], here: list[list[Row]]
) -> None:
    contents = {p.path: Path(p.path).read_bytes() for batch in batches for p in batch}
    sent = [[Place(place.path[1:]) for place in batch] for batch in batches]
    contents = {path[1:]: content for path, content in contents.items()}
    with Workers(TASK, None, 1, contents=contents) as workers:
        rows = [row for batch in workers.read(sent) for row in batch]
    assert all(row.pop(processes.THUMBNAIL).startswith(b"RIFF") for row in rows)
    there = [row | {"path": f"/{row['path']}"} for row in rows]
    assert there == [row for batch in here for row in batch]


def test_pages_are_counted_beside(tmp_path: Path, batches: list[list[Place]]) -> None:
    page = Image.fromarray(draw(DIGITS[1]))
    page.save(tmp_path / "two.tif", save_all=True, append_images=[page])
    with Workers(TASK, None, 1) as workers:
        assert workers.count_pages(Place(str(tmp_path / "two.tif"))) == 2
        assert workers.count_pages(Place(str(tmp_path / "gone.tif"))) == 1
        ((image,),) = [list(workers.thumbnails([(batches[0][0], None)]))]
    assert image.startswith(b"RIFF")
