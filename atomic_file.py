"""The one place that writes files: whole or not at all."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def atomic_write(path: str | Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; rename it onto `path` when the block ends well.

    The temporary name keeps the suffix, because Keras chooses its format by it. A reader sees the
    old file or the new one, never half of one, and a run that is killed leaves the old file whole.

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
    temporary.touch(exist_ok=False)
    try:
        yield temporary
        _flush_to_disk(temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _flush_to_disk(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
