"""What reads on each machine of a cluster: an actor that holds the light network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2

from digits.batch.outputs import schema_of
from digits.batch.places import Files, FilesInMemory, Place, list_places
from digits.batch.reader import read_batch
from digits.batch.rows import Row
from digits.batch.task import ReadingTask
from digits.network.loading import load_network

if TYPE_CHECKING:
    import pyarrow

    from digits.network.serving import Network


class ClusterReader:
    """Reads batches of files that Ray Data has fetched.

    Args:
        task: what is read in each picture.
        model: the file of the network, on the machine that reads.
    """

    def __init__(self, task: ReadingTask, model: str) -> None:
        cv2.setNumThreads(1)
        self._task, self._network = task, load_network(model)

    def __call__(self, batch: pyarrow.Table) -> pyarrow.Table:
        """From columns `path` and `bytes`, a file a row, to those of `part_schema`."""
        paths = batch.column("path").to_pylist()
        files = FilesInMemory(dict(zip(paths, batch.column("bytes").to_pylist(), strict=True)))
        return as_part(paths, files, self._task, self._network)


def as_part(paths: list[str], files: Files, task: ReadingTask, network: Network) -> pyarrow.Table:
    """The rows of some files, each with the file it is of, its place in that, and of how many."""
    import pyarrow

    places = [list(list_places([path], files, files.count_pages)) for path in paths]
    rows = iter(read_batch([each for some in places for each in some], files, task, network))
    found = [
        _placed(next(rows), path, place, some)
        for path, some in zip(paths, places, strict=True)
        for place in range(len(some))
    ]
    return pyarrow.Table.from_pylist(found, part_schema(task))


def _placed(row: Row, path: str, place: int, places: list[Place]) -> Row:
    own = {FILE: path.encode("utf-8", "surrogateescape"), PLACE: place, OF: len(places)}
    return own | row


FILE, PLACE, OF = "__file", "__place", "__of"
"""Columns of a part alone: a file's path, as bytes; which of its rows this is; how many it has."""


def part_schema(task: ReadingTask) -> pyarrow.Schema:
    """The columns of a part: those of the table, and before them `FILE`, `PLACE` and `OF`."""
    import pyarrow

    own = [(FILE, pyarrow.binary()), (PLACE, pyarrow.int32()), (OF, pyarrow.int32())]
    return pyarrow.schema([*own, *schema_of(task)])
