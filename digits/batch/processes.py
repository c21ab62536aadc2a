"""Batches shared out among processes of this machine, each of which holds the light network."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from types import TracebackType
from typing import ParamSpec, Self, TypeVar

from digits.batch.places import Files, FilesInMemory, Place
from digits.batch.reader import BATCH, read_batch
from digits.batch.rows import Row, make_row
from digits.batch.task import ReadingTask
from digits.batch.thumbnails import Wanted, make_thumbnails
from digits.common.errors import DigitError, PictureError
from digits.common.worker_process import begin_work
from digits.network.hand import with_hand
from digits.network.loading import load_network

Batch = Sequence[Place]
Asked = ParamSpec("Asked")
Answered = TypeVar("Answered")

THUMBNAIL = "thumbnail"
"""Of a row, where it has one: a WebP file, empty where there is none."""
_LOST = (
    "The process that read this picture ended in the middle, perhaps for want of memory: "
    "make the picture smaller, or use fewer workers."
)
_NO_START = "The processes that read cannot be started: free some memory, or use fewer workers."
# Batches a process that are on their way: while one takes long, others go on.
_AHEAD = 6


class Workers:
    """Processes that read, and one more that counts pages, once it is asked.

    Args:
        task: what is read in each picture.
        model: the file of the network; None for the default one.
        count: of processes.
        niceness: by how much they step back before others, 0 to 19.
        contents: bytes of all files by their paths, where these lie on no disk; each row then has
            a small picture, too, its `THUMBNAIL`.
    """

    def __init__(
        self,
        task: ReadingTask,
        model: Path | None,
        count: int,
        niceness: int = 0,
        contents: Mapping[str, bytes] | None = None,
    ) -> None:
        self._task, self._model, self._contents = task, model, contents
        self._count, self._niceness = count, niceness
        self._readers = self._processes(count)
        self._counter: ProcessPoolExecutor | None = None
        # All start now, and load what they need.
        self._beginnings = [self._readers.submit(_begin, model) for _ in range(count)]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for pool in filter(None, (self._readers, self._counter)):
            if kind is not None:
                _end(pool)
            pool.shutdown(cancel_futures=True)

    def wait_until_ready(self) -> None:
        """Wait until one of them has loaded the network.

        Raises:
            ModelError: it cannot be loaded.
            DigitError: no process can be started.
        """
        try:
            self._beginnings[0].result()
        except BrokenProcessPool as error:
            raise DigitError(_NO_START) from error

    def read(self, batches: Iterable[Batch]) -> Generator[list[Row], None, None]:
        """The rows of each batch, in order.

        A batch whose process died is read again, and at last each of its pictures in a process of
        its own; one that even so ends its process becomes a row that says so.

        Raises:
            DigitError: no process can be started, or the model's answers are no numbers.
        """
        under_way: deque[tuple[Batch, Future[list[Row]]]] = deque()
        for batch in batches:
            under_way.append((batch, self._submit(_read, *self._asked(batch))))
            if len(under_way) >= _AHEAD * self._count:
                yield self._result(*under_way.popleft())
        while under_way:
            yield self._result(*under_way.popleft())

    def count_pages(self, place: Place) -> int:
        """How many pages there are at a place; 1 for what cannot be read."""
        if self._counter is None:
            self._counter = self._processes(1)
        try:
            return self._counter.submit(_count_pages, place, self._sent([place])).result()
        except BrokenProcessPool:
            self._counter.shutdown()
            self._counter = None
            return 1

    def thumbnails(self, wanted: Sequence[Wanted]) -> Generator[bytes, None, None]:
        """A small picture of each; an empty one of what can no longer be shown."""
        shares = [wanted[i : i + BATCH] for i in range(0, len(wanted), BATCH)]
        futures = [self._submit(_make_thumbnails, share) for share in shares]
        for share, future in zip(shares, futures, strict=True):
            try:
                yield from future.result()
            except BrokenProcessPool:
                yield from [b""] * len(share)

    def _processes(self, count: int) -> ProcessPoolExecutor:
        begin = partial(begin_work, self._niceness)
        return ProcessPoolExecutor(count, get_context("spawn"), initializer=begin)

    def _submit(
        self, work: Callable[Asked, Answered], *args: Asked.args, **kwargs: Asked.kwargs
    ) -> Future[Answered]:
        """Have something done by the next reader that is free; where all have died, by new ones."""
        try:
            return self._readers.submit(work, *args, **kwargs)
        except BrokenProcessPool:
            self._readers.shutdown()
            self._readers = self._processes(self._count)
            return self._readers.submit(work, *args, **kwargs)

    def _asked(
        self, batch: Batch
    ) -> tuple[Batch, Mapping[str, bytes] | None, ReadingTask, Path | None]:
        """All that `_read` is told."""
        return batch, self._sent(batch), self._task, self._model

    def _sent(self, batch: Batch) -> Mapping[str, bytes] | None:
        """The files of a batch, to be sent with it."""
        if self._contents is None:
            return None
        return {place.path: self._contents[place.path] for place in batch}

    def _result(self, batch: Batch, future: Future[list[Row]]) -> list[Row]:
        try:
            return future.result()
        except BrokenProcessPool:
            return self._read_apart(batch)

    def _read_apart(self, batch: Batch) -> list[Row]:
        """A batch in a process where nothing else is read, and picture by picture if that dies."""
        with self._processes(1) as pool:
            try:
                pool.submit(_begin, self._model).result()
            except BrokenProcessPool as error:
                raise DigitError(_NO_START) from error
            with suppress(BrokenProcessPool):
                return pool.submit(_read, *self._asked(batch)).result()
        if len(batch) == 1:
            return [make_row(batch[0], PictureError(_LOST), self._task)]
        return [row for place in batch for row in self._read_apart([place])]


def _end(pool: ProcessPoolExecutor) -> None:
    """What is under way is lost in any case; nobody waits for it."""
    for process in list((pool._processes or {}).values()):
        process.terminate()


_files = Files()


def _begin(model: Path | None) -> None:
    load_network(model)


def _read(
    batch: Batch, sent: Mapping[str, bytes] | None, task: ReadingTask, model: Path | None
) -> list[Row]:
    network = with_hand(load_network(model), task.hand)
    if sent is None:
        return read_batch(batch, _files, task, network)
    files = FilesInMemory(sent)
    rows = read_batch(batch, files, task, network)
    thumbnails = make_thumbnails([(place, None) for place in batch], files)
    return [row | {THUMBNAIL: each} for row, each in zip(rows, thumbnails, strict=True)]


def _make_thumbnails(wanted: Sequence[Wanted]) -> list[bytes]:
    return make_thumbnails(wanted, _files)


def _count_pages(place: Place, sent: Mapping[str, bytes] | None) -> int:
    return (_files if sent is None else FilesInMemory(sent)).count_pages(place)
