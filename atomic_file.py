"""The one place that writes files: whole or not at all."""

import os
import tempfile
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
    handle, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        _flush_to_disk(temporary)
        temporary.chmod(_permissions_of_a_new_file())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _flush_to_disk(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _permissions_of_a_new_file() -> int:
    """What `open` would have given: mkstemp makes files that only their owner reads."""
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask
