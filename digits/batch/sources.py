"""Which files are meant: folders with all that lies in them, globs, a list on standard input."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from digits.common.errors import DataError
from digits.common.litter import is_litter
from digits.picture.decoding import SUFFIXES

STANDARD_INPUT = "-"
ARCHIVES = ("zip",)
DOCUMENTS = ("pdf",)
_TAKEN = frozenset((*SUFFIXES, *ARCHIVES, *DOCUMENTS))
_GLOB = "*?["


@dataclass(frozen=True)
class FoundFiles:
    """What was meant.

    Attributes:
        paths: of files, in the order of the sources, within a folder or a glob sorted; none twice.
        passed_over: how many files in folders are called like no picture, or are hidden.
    """

    paths: list[str]
    passed_over: int


def find_files(sources: Sequence[str], listed: BinaryIO | None = None) -> FoundFiles:
    """The files that some sources name.

    A folder stands for all that lies in it, at any depth, and is called like a picture, a ZIP or a
    PDF, but for what is hidden or was put there by a system; files that are named themselves are
    taken whatever they are called.

    Args:
        sources: files, folders, patterns such as `scans/**/*.png`, or `-` for a list.
        listed: where the list is read, as bytes: a name a line, or, where there is a zero byte,
            names that end with one, which may hold new lines.

    Raises:
        DataError: a source is missing, a folder cannot be opened, or nothing is found at all.
    """
    paths: list[str] = []
    passed_over = 0
    for source in sources:
        if source == STANDARD_INPUT:
            paths += _names_in(listed)
            continue
        found = _files_of(source)
        paths += found.paths
        passed_over += found.passed_over
    if len(sources) > 1 or STANDARD_INPUT in sources:
        paths = list(dict.fromkeys(paths))
    if not paths:
        raise DataError(f"{_all_of(sources)} no picture: name others.")
    return FoundFiles(paths, passed_over)


def is_taken(path: str) -> bool:
    """Whether a file found in a folder or a ZIP is called like something that is read.

    Args:
        path: its name, or its way down from there, such as `2026/scan.png`.
    """
    parts = [part for part in path.split("/") if part not in ("", ".", "..")]
    return suffix_of(path) in _TAKEN and not any(map(is_litter, parts))


def suffix_of(name: str) -> str:
    """What stands behind the last point, in small letters."""
    return name.rpartition(".")[2].lower()


def printable(path: str) -> str:
    """A path as text that any file can hold; bytes that are no UTF-8 become such as `\\xff`."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _files_of(source: str) -> FoundFiles:
    if os.path.isdir(source):  # noqa: PTH112 - bytes that are no UTF-8 stay as they are
        return _files_in(source)
    if os.path.lexists(source):
        return FoundFiles([source], 0)
    if any(sign in source for sign in _GLOB):
        matches = sorted(glob.glob(source, recursive=True))  # noqa: PTH207 - likewise
        files = [each for each in matches if os.path.isfile(each)]  # noqa: PTH113
        if files:
            return FoundFiles(files, 0)
        raise DataError(f"Nothing matches {printable(source)}: check the pattern.")
    raise DataError(f"There is no file or folder {printable(source)}: check its name.")


def _files_in(folder: str) -> FoundFiles:
    """All that lies in a folder, in the order of their paths; links to folders are not followed."""
    paths: list[str] = []
    passed_over, waiting = 0, [folder]
    while waiting:
        for entry in _entries(waiting.pop(), folder):
            if entry.is_dir(follow_symlinks=False):
                if not is_litter(entry.name):
                    waiting.append(entry.path)
            elif is_taken(entry.name):
                paths.append(entry.path)
            else:
                passed_over += 1
    paths.sort()
    if not paths:
        raise DataError(
            f"The folder {printable(folder)} holds no picture: name one that holds some."
        )
    return FoundFiles(paths, passed_over)


def _entries(folder: str, source: str) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            yield from entries
    except OSError as error:
        raise DataError(
            f"A folder in {printable(source)} cannot be opened ({error.strerror}): "
            "check that you may read it."
        ) from error


def _names_in(listed: BinaryIO | None) -> list[str]:
    content = listed.read() if listed is not None else b""
    names = content.split(b"\0") if b"\0" in content else content.splitlines()
    return [os.fsdecode(name) for name in names if name]


def _all_of(sources: Sequence[str]) -> str:
    if list(sources) == [STANDARD_INPUT]:
        return "Standard input names"
    return f"{', '.join(map(printable, sources))} {'holds' if len(sources) == 1 else 'hold'}"
