"""Processes that make pictures side by side, each picture by its number."""

from __future__ import annotations

import os
from collections.abc import Generator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Protocol, TypeVar

import cv2

from digits import picture, synthetic
from digits.common.errors import DigitError
from digits.common.worker_process import begin_work

# Fewer pictures are made sooner than processes have started.
WORTH_PROCESSES = 2_000
_CHUNK = 100
_LOST = (
    "A process that makes pictures ended in the middle, perhaps for want of memory: "
    "free some, and start again."
)
# What the numbers of an unlucky picture can come to, in OpenCV or in NumPy.
UNLUCKY = (cv2.error, ArithmeticError, LookupError, ValueError)

Made_co = TypeVar("Made_co", covariant=True)


class Maker(Protocol[Made_co]):
    """What can be sent to another process and makes pictures there."""

    def make(self, kind: str, number: int) -> Made_co:
        """The picture of that number within its kind, which nothing else decides."""
        ...


def make_each(
    maker: Maker[Made_co], kind: str, numbers: Sequence[int]
) -> Generator[Made_co, None, None]:
    """The pictures of these numbers, one by one; in several processes if that is sooner.

    Raises:
        DigitError: one of the processes ended in the middle.
    """
    if len(numbers) < WORTH_PROCESSES:
        for number in numbers:
            yield maker.make(kind, number)
        return
    pool = ProcessPoolExecutor(
        os.cpu_count(), get_context("spawn"), initializer=_begin_work, initargs=(maker,)
    )
    try:
        starts = range(0, len(numbers), _CHUNK)
        chunks = [(kind, numbers[start : start + _CHUNK]) for start in starts]
        for made in pool.map(_make_chunk, chunks):
            yield from made
    except BrokenProcessPool as error:
        raise DigitError(_LOST) from error
    finally:
        pool.shutdown(cancel_futures=True)


_maker: Maker[Any]


def _begin_work(maker: Maker[Any]) -> None:
    global _maker  # noqa: PLW0603 - what pool.map sends with every chunk must be small
    _maker = maker
    begin_work()


def _make_chunk(chunk: tuple[str, Sequence[int]]) -> list[Any]:
    kind, numbers = chunk
    return [_maker.make(kind, number) for number in numbers]


def sources_of_pictures() -> list[Path]:
    """The code that draws pictures and prepares them: two whole rooms."""
    rooms = [Path(folder) for room in (picture, synthetic) for folder in room.__path__]
    return [file for room in rooms for file in sorted(room.glob("*.py"))]
