"""All that is to be done with many pictures, and what comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from digits.batch.summary import Summary
from digits.batch.task import ReadingTask


@dataclass(frozen=True)
class Job:
    """What is to be done.

    Attributes:
        sources: as for `sources.find_files`.
        listed: where a list of files is read, if a source is one.
        output: where the table will be.
        sheet: where the contact sheet will be; None without one.
        task: what is read in each picture.
        model: the file of the network.
        workers: how many processes read.
        restart: whether to read all anew, whatever is there.
    """

    sources: Sequence[str]
    listed: BinaryIO | None
    output: Path
    sheet: Path | None
    task: ReadingTask
    model: Path
    workers: int
    restart: bool = False


@dataclass(frozen=True)
class Result:
    """What came of it.

    Attributes:
        unreadable: pictures that could not be read.
        summary: of all rows; None where the table was there already.
        passed_over: files that are called like no picture.
    """

    unreadable: int
    summary: Summary | None
    passed_over: int
