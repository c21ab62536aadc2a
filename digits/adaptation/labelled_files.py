"""Pictures in folders named for what they show, on disk or in a ZIP, whoever made it.

    3/anna.png
    7/ben.jpg
    none/scribble.png

`none` is for what is no digit. A ZIP is never unpacked to disk: each picture is read into memory
when its turn comes, and no more of it than a picture may have.
"""

from __future__ import annotations

import io
import os
import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from digits.common.errors import DataError
from digits.common.litter import is_litter
from digits.common.zip_reading import DAMAGED_ZIP, is_locked, read_to
from digits.picture.decoding import Picture

NONE = "none"
"""The folder of what is no digit."""
LABELS = (*"0123456789", NONE)
MOST_FILES = 20_000
MOST_PACKED_BYTES = 200_000_000
MOST_BYTES_A_FILE, MOST_BYTES = 30_000_000, 1_000_000_000
"""Unpacked."""
CORRECTIONS = "corrections.csv"
_DAMAGED = (OSError, *DAMAGED_ZIP)


@dataclass(frozen=True)
class LabelledFile:
    """A picture's file.

    Attributes:
        label: the digit that it shows; None for no digit.
        name: such as `3/anna.png`.
        content: where it is, or what is in it.
    """

    label: int | None
    name: str
    content: Path | bytes

    @property
    def picture(self) -> Picture:
        """For whoever decodes it."""
        return self.content


class LabelledZip:
    """A ZIP of labelled pictures, looked at before anything in it is unpacked.

    Args:
        file: open, seekable.
        name: of the file, for sentences.

    Raises:
        DataError: it is no ZIP, is damaged, encrypted, too large, or holds other folders.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        self.name = name
        try:
            size = file.seek(0, os.SEEK_END)
            if size > MOST_PACKED_BYTES:
                most = MOST_PACKED_BYTES // 1_000_000
                raise DataError(f"{name} has more than {most} MB: take fewer pictures.")
            self._zip = zipfile.ZipFile(file)
            entries = [each for each in self._zip.infolist() if not each.is_dir()]
        except _DAMAGED as error:
            raise DataError(
                f"{name} is no whole ZIP: choose one that the page kept, or pack the window's "
                "folder of corrections into one."
            ) from error
        entries = [each for each in entries if not _is_passed_over(each)]
        self._check(entries, size)
        self._entries = {each.filename: each for each in entries}

    def _check(self, entries: Sequence[zipfile.ZipInfo], size: int) -> None:
        if len(entries) > MOST_FILES:
            raise DataError(f"{self.name} holds more than {MOST_FILES:,} files: take fewer.")
        if any(map(is_locked, entries)):
            raise DataError(f"{self.name} is locked with a password: make one without.")
        # Pieces that lie over each other are how a small ZIP unpacks to a large one.
        packed, unpacked = (
            sum(getattr(each, what) for each in entries) for what in ("compress_size", "file_size")
        )
        if packed > size or unpacked > MOST_BYTES:
            raise DataError(f"{self.name} would unpack to too much: choose another ZIP.")
        for entry in entries:
            if entry.filename != CORRECTIONS and _label_in(entry.filename) is None:
                raise DataError(
                    f"{self.name} holds other things than labelled pictures: every picture must be "
                    f"in a folder 0 to 9 or {NONE}."
                )

    def __len__(self) -> int:
        return sum(_label_in(name) is not None for name in self._entries)

    def files(self) -> Iterator[LabelledFile]:
        """The pictures by name, each unpacked when its turn comes.

        Raises:
            DataError: the ZIP is damaged there.
        """
        for name in sorted(self._entries):
            folder = _label_in(name)
            if folder is not None:
                yield LabelledFile(as_label(folder), name, self.read(name))

    def read(self, name: str) -> bytes:
        """What is in one of its files; nothing where there is no such file.

        Raises:
            DataError: the ZIP is damaged there.
        """
        if name not in self._entries:
            return b""
        try:
            content = read_to(self._zip, self._entries[name], MOST_BYTES_A_FILE)
        except _DAMAGED as error:
            raise DataError(f"{self.name} is damaged: keep it once more.") from error
        if len(content) > MOST_BYTES_A_FILE:
            raise DataError(f"{self.name} would unpack to too much: choose another ZIP.")
        return content


class LabelledFolder:
    """A folder of labelled pictures; what else lies in it is passed over.

    Args:
        folder: with subfolders of `LABELS`.

    Raises:
        DataError: there is no such folder, or it cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            found = [
                f"{label}/{entry.name}"
                for label in LABELS
                if (folder / label).is_dir()
                for entry in (folder / label).iterdir()
                if entry.is_file() and not is_litter(entry.name)
            ]
            folder.stat()
        except OSError as error:
            raise DataError(f"The folder {folder.name} cannot be read: choose another.") from error
        self._names = sorted(found)

    def __len__(self) -> int:
        return len(self._names)

    def files(self) -> Iterator[LabelledFile]:
        """The pictures by name."""
        for name in self._names:
            yield LabelledFile(as_label(name.split("/")[0]), name, self._folder / name)

    def read(self, name: str) -> bytes:
        """What is in one of its files; nothing where there is no such file.

        Raises:
            DataError: it cannot be read.
        """
        path = self._folder / name
        try:
            if not path.is_file() or path.stat().st_size > MOST_BYTES_A_FILE:
                return b""
            return path.read_bytes()
        except OSError as error:
            raise DataError(f"{path.name} cannot be read: choose another folder.") from error


@contextmanager
def open_zip(source: Path | bytes, name: str) -> Iterator[LabelledZip]:
    """Open a ZIP of labelled pictures, wherever its bytes are.

    Raises:
        DataError: as `LabelledZip`, or it cannot be read.
    """
    if isinstance(source, bytes):
        yield LabelledZip(io.BytesIO(source), name)
        return
    try:
        file = source.open("rb")
    except OSError as error:
        raise DataError(f"{name} cannot be opened: check that you may read it.") from error
    with file:
        yield LabelledZip(file, name)


def as_label(folder: str) -> int | None:
    """The digit that a folder of `LABELS` is named for; None for `NONE`."""
    return None if folder == NONE else int(folder)


def _label_in(name: str) -> str | None:
    found = re.fullmatch(rf"([0-9]|{NONE})/[^/\\:]+", name)
    return found[1] if found else None


def _is_passed_over(entry: zipfile.ZipInfo) -> bool:
    parts = entry.filename.split("/")
    return ".." not in parts and (is_litter(parts[0]) or is_litter(parts[-1]))
