"""The one place that writes files: whole or not at all."""

import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

# Seconds. Whoever writes a file is done with it within some, or was killed.
LEFTOVER_AGE = 3600.0


@contextmanager
def atomic_write(path: str | Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; rename it onto `path` when the block ends well.

    The temporary name keeps the suffix, because Keras chooses its format by it. A reader sees the
    old file or the new one, never half of one, and a run that is killed leaves the old file whole;
    what it leaves of the new one is swept away by whoever writes the file an hour later or more.

    Raises:
        OSError: the folder cannot be written or the disk is full. The old file is untouched.
    """
    path = Path(path)
    try:
        with _atomic_write(path) as temporary:
            yield temporary
    except OSError as error:
        # Named after the file that was asked for, not after the temporary one.
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error


@contextmanager
def _atomic_write(path: Path) -> Iterator[Path]:
    temporary = path.with_name(f".{path.stem}-{secrets.token_hex(4)}{path.suffix}")
    _create(temporary)
    try:
        _sweep(path)
        yield temporary
        _flush_to_disk(temporary)
        temporary.replace(path)
    finally:
        with suppress(OSError):  # what went wrong before is what is to be said
            temporary.unlink(missing_ok=True)


def _create(path: Path) -> None:
    path.touch(exist_ok=False)


def _flush_to_disk(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _sweep(path: Path) -> None:
    """Delete what runs that were killed have left of `path`; one that still writes keeps its own.

    Age tells them apart, and not a process's number, for the folder may be another machine's, too.
    """
    name = re.compile(rf"\.{re.escape(path.stem)}-[0-9a-f]{{8}}{re.escape(path.suffix)}")
    with suppress(OSError), os.scandir(path.parent) as entries:
        for entry in entries:
            if name.fullmatch(entry.name) and _is_abandoned(entry):
                Path(entry).unlink(missing_ok=True)


def _is_abandoned(entry: os.DirEntry[str]) -> bool:
    if not entry.is_file(follow_symlinks=False):
        return False
    return time.time() - entry.stat(follow_symlinks=False).st_mtime > LEFTOVER_AGE
