"""What is read so far: parts in a folder beside the output, each whole or not there.

A part's name says where in the input it belongs and, by a hash, of which pictures it is. So a run
that was stopped goes on where it was, and whatever was added, taken away or changed in the meantime
is read anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from digits.batch.outputs import as_line
from digits.batch.places import Place
from digits.batch.rows import Row
from digits.batch.task import ReadingTask
from digits.common.atomic_file import atomic_write
from digits.common.errors import DataError
from digits.common.file_lock import held_lock

PART = 256
"""Pictures of a part: few enough that a run that is killed loses a minute, not an hour."""
_RECORD = "run.json"
# 1 gave the likeliest as the answer of what was in doubt.
_FORMAT = 2
RESTART = "choose another name, or read all anew with --restart"


@dataclass(frozen=True)
class Finished:
    """What a run that came to its end has left.

    Attributes:
        pictures: rows of the table.
        unreadable: of these, how many could not be read.
        pictures_sha256: tells these pictures from any others.
    """

    pictures: int
    unreadable: int
    pictures_sha256: str


class PartsFolder:
    """The folder of an output's parts; it stays with the record of the run when they are gone.

    Args:
        output: the file that will be written; its folder exists.
        task: what is read in each picture.
        restart: whether to read all anew, whatever is there.

    Raises:
        DataError: the output or parts of it are there, and of another model or other options.
        OSError: the folder cannot be made or written.
    """

    def __init__(self, output: Path, task: ReadingTask, *, restart: bool = False) -> None:
        self.output = output
        self.path = output.with_name(f"{output.name}.parts")
        self.finished: Finished | None = None
        self._terms = terms_of(task, "processes")
        self._used: list[Path] = []
        self._hash = hashlib.sha256()
        if restart:
            self._forget()
        record = self._checked_record()
        if record is not None and record["finished"] is not None and output.exists():
            self.finished = Finished(**record["finished"])
        self.path.mkdir(exist_ok=True)
        if record is None:
            self._write_record(None)

    def name_of(self, index: int, places: Sequence[Place]) -> str:
        """What a part is called; asked once of each part, in order, for all together are hashed.

        Args:
            index: 0 is the first part.
            places: of its pictures.
        """
        digest = hashlib.sha256()
        for place in places:
            digest.update(as_line([place.name, place.page, *_state_of(place)]).encode())
        self._hash.update(digest.digest())
        name = f"{index:07}-{digest.hexdigest()[:20]}.jsonl"
        self._used.append(self.path / name)
        return name

    def has(self, name: str) -> bool:
        """Whether a part is there."""
        return (self.path / name).exists()

    def write(self, name: str, rows: Sequence[Row]) -> None:
        """Write a part, whole or not at all.

        Raises:
            OSError: it cannot be written; it names the output.
        """
        try:
            with atomic_write(self.path / name) as temporary:
                temporary.write_text("".join(as_line(row) + "\n" for row in rows), "utf-8")
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(self.output)) from error

    def rows(self) -> Iterator[Row]:
        """The rows of all parts that were named, in their order."""
        for path in self._used:
            with path.open(encoding="utf-8", newline="\n") as file:
                yield from map(json.loads, file)

    @property
    def pictures_sha256(self) -> str:
        """Of the pictures of all parts that were named."""
        return self._hash.hexdigest()

    def finish(self, pictures: int, unreadable: int) -> None:
        """Record that the output is there, and take the parts away."""
        self._write_record(Finished(pictures, unreadable, self.pictures_sha256))
        for path in self.path.glob("*.jsonl"):
            with suppress(OSError):
                path.unlink()

    def _forget(self) -> None:
        if (self.path / _RECORD).is_file():  # whatever else is called so is not ours
            shutil.rmtree(self.path)
        self.output.unlink(missing_ok=True)

    def _checked_record(self) -> Mapping[str, Any] | None:
        name = self.output.name
        if self.output.is_dir() or (self.path.exists() and not self.path.is_dir()):
            raise DataError(f"{name} cannot be written, for a folder or file is in its way.")
        try:
            record = json.loads((self.path / _RECORD).read_bytes())
            terms = {key: record[key] for key in self._terms}
            finished = record["finished"]
            assert finished is None or Finished(**finished)
        except FileNotFoundError as error:
            if self.output.exists():
                raise DataError(
                    f"{name} is there already, and nothing says what made it: {RESTART}."
                ) from error
            return None
        except (ValueError, TypeError, KeyError, AssertionError) as error:
            raise DataError(f"The record of {name} is damaged: {RESTART}.") from error
        check_terms(name, terms, self._terms)
        return {"finished": finished}

    def _write_record(self, finished: Finished | None) -> None:
        record = self._terms | {"finished": finished and asdict(finished)}
        with atomic_write(self.path / _RECORD) as temporary:
            temporary.write_text(json.dumps(record), "utf-8")


def only_run(output: Path) -> AbstractContextManager[None]:
    """Keep an output on this machine to one run at a time, whatever drives it.

    Args:
        output: where the table will be; its folder exists.

    Raises:
        DataError: another run writes it.
        OSError: its folder cannot be written.
    """
    lock = output.with_name(f".{output.name}.lock")
    return held_lock(lock, f"Another run writes {output.name} at this moment: wait for it.")


def terms_of(task: ReadingTask, driver: str) -> dict[str, Any]:
    """All that two runs must share to go on with each other's parts, as plain data."""
    return {"format": _FORMAT, "driver": driver} | dict(task.as_json())


def check_terms(name: str, there: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    """Say so where an output is there, or begun, that is not to be gone on with.

    Raises:
        DataError: the terms of the two are not the same.
    """
    if there["format"] != wanted["format"]:
        raise DataError(f"{name} is there already, or begun, by another release: {RESTART}.")
    if there["model"] != wanted["model"]:
        raise DataError(f"{name} is there already, or begun, by another model: {RESTART}.")
    if there != wanted:
        raise DataError(f"{name} is there already, or begun, with other options: {RESTART}.")


def _state_of(place: Place) -> tuple[int, int]:
    """What changes when a file does: its size and when it was written; zeros for a missing one."""
    with suppress(OSError, ValueError):
        status = os.stat(place.path)  # noqa: PTH116 - bytes that are no UTF-8 stay as they are
        return status.st_size, status.st_mtime_ns
    return 0, 0
