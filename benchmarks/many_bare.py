"""What `benchmarks/many.py` holds `read_pictures.py` against: as little as the work takes.

    python -m benchmarks.many_bare prepare|numbers|walk|first FOLDER [PROCESSES]

`prepare` decodes and prepares all pictures, `numbers` calls `read_numbers` in bare processes,
`walk` walks through the folder and sorts the paths, and `first` does what `read_pictures.py` does
until the first batch is read, and prints the most memory that took, in megabytes.
"""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

import cv2

from digits.common.errors import PictureError

_SHARE = 100


def prepare(paths: Sequence[str]) -> int:
    """Decode and prepare."""
    from digits.reading.digit import prepare_picture

    for path in paths:
        with suppress(PictureError):
            prepare_picture(path)
    return len(paths)


def numbers(paths: Sequence[str]) -> int:
    """Read whole numbers."""
    from digits.reading.number import read_numbers

    return len(read_numbers(paths))


def share_out(work: Callable[[Sequence[str]], int], folder: Path, processes: int) -> int:
    """Do some work on all files of a folder."""
    paths = sorted(map(str, folder.iterdir()))
    shares = [paths[i : i + _SHARE] for i in range(0, len(paths), _SHARE)]
    context = get_context("spawn")
    with ProcessPoolExecutor(processes, context, cv2.setNumThreads, (1,)) as pool:
        return sum(pool.map(work, shares))


def walk(folder: Path) -> int:
    """Find and sort all paths."""
    paths = [os.path.join(root, name) for root, _, names in os.walk(folder) for name in names]  # noqa: PTH118
    paths.sort()
    return len(paths)


def first(folder: Path) -> float:
    """All until the first batch is read; the most memory of this process, megabytes."""
    from digits.batch.places import Files, groups, list_places
    from digits.batch.processes import Workers
    from digits.batch.reader import BATCH
    from digits.batch.sources import find_files
    from digits.batch.task import ReadingTask

    with Workers(ReadingTask("0" * 16, "digit"), None, 1) as workers:
        found = find_files([str(folder)])
        places = list_places(found.paths, Files(), workers.count_pages)
        next(workers.read(groups(islice(places, BATCH), BATCH)))
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def main() -> None:
    """Do what is asked, and print what came of it."""
    what, folder, processes = sys.argv[1], Path(sys.argv[2]), int((sys.argv[3:] or ["2"])[0])
    if what == "first":
        print(first(folder))
    elif what == "walk":
        print(walk(folder))
    else:
        print(share_out({"prepare": prepare, "numbers": numbers}[what], folder, processes))


if __name__ == "__main__":
    main()
