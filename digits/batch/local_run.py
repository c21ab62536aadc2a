"""A job on this machine: pictures are shared out among processes, and parts become the table."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from digits.batch.contact_sheet import write_sheet
from digits.batch.job import Job, Result
from digits.batch.outputs import read_table, write_table
from digits.batch.parts import PART, PartsFolder, only_run
from digits.batch.places import Files, Place, groups, list_places
from digits.batch.processes import Workers
from digits.batch.progress_bar import PictureBar
from digits.batch.reader import BATCH
from digits.batch.rows import Row
from digits.batch.sources import FoundFiles, find_files
from digits.batch.summary import Summary
from digits.common.atomic_file import atomic_write
from digits.common.errors import DataError


def run_here(job: Job) -> Result:
    """Do a job by processes of this machine, and go on with what a run before has left.

    Raises:
        ModelError: the model cannot be used.
        DataError: a source is missing, another run writes the same output, or what is there is of
            another model, of other options or of other pictures.
        OSError: something cannot be written; it names the output.
    """
    with only_run(job.output), Workers(job.task, job.model, job.workers) as workers:
        found = find_files(job.sources, job.listed)  # while they start
        workers.wait_until_ready()  # with a model that cannot be used nothing is begun
        parts = PartsFolder(job.output, job.task, restart=job.restart)
        return _Run(job, found, parts, workers).result()


@dataclass
class _Part:
    """A part that is under way."""

    name: str
    pictures: int
    rows: list[Row] = field(default_factory=list)


class _Run:
    def __init__(self, job: Job, found: FoundFiles, parts: PartsFolder, workers: Workers) -> None:
        self._job, self._parts, self._workers = job, parts, workers
        self._paths, self._passed_over = found.paths, found.passed_over
        self._under_way: deque[_Part] = deque()
        self._read_before = 0

    def result(self) -> Result:
        """Do what is left to do."""
        finished = self._parts.finished
        if finished is not None:
            self._check_that_pictures_are_the_same()
            summary, unreadable = None, finished.unreadable
        else:
            with PictureBar(len(self._paths)) as bar:
                self._read_missing(bar)
            summary = self._join()
            unreadable = summary.unreadable
        passed_over = self._passed_over
        if self._job.sheet is not None:
            rows = read_table(self._job.output, self._job.task)
            write_sheet(
                self._job.sheet,
                zip(rows, self._places(self._paths), strict=True),
                self._job.task,
                self._workers.thumbnails,
            )
        return Result(unreadable, summary, passed_over)

    def _places(self, paths: Iterable[str]) -> Iterator[Place]:
        return list_places(paths, Files(), self._workers.count_pages, self._pass_over)

    def _pass_over(self, number: int) -> None:
        self._passed_over += number

    def _read_missing(self, bar: PictureBar) -> None:
        for rows in self._workers.read(self._missing_batches(bar)):
            part = self._under_way[0]
            part.rows += rows
            bar.update(len(rows))
            if len(part.rows) == part.pictures:
                self._parts.write(part.name, part.rows)
                self._under_way.popleft()

    def _missing_batches(self, bar: PictureBar) -> Iterator[list[Place]]:
        pictures = 0
        for index, places in enumerate(groups(self._places(bar.opening(self._paths)), PART)):
            pictures += len(places)
            bar.expect(pictures)
            name = self._parts.name_of(index, places)
            if self._parts.has(name):
                bar.update(len(places))
                self._read_before += len(places)
                continue
            self._under_way.append(_Part(name, len(places)))
            yield from groups(places, BATCH)

    def _join(self) -> Summary:
        task = self._job.task
        summary = Summary(task, self._read_before)
        with atomic_write(self._job.output) as temporary:
            write_table(summary.counting(self._parts.rows()), task, temporary)
        self._parts.finish(summary.pictures, summary.unreadable)
        return summary

    def _check_that_pictures_are_the_same(self) -> None:
        for index, places in enumerate(groups(self._places(self._paths), PART)):
            self._parts.name_of(index, places)
        assert self._parts.finished is not None
        if self._parts.pictures_sha256 != self._parts.finished.pictures_sha256:
            raise DataError(
                f"{self._job.output.name} is there already, of other pictures or before some "
                "changed: choose another name, or read all anew with --restart."
            )
