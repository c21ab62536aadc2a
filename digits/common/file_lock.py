"""Keep a place to one process at a time, in a way that outlives no process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from digits.common.errors import DataError


@contextmanager
def held_lock(path: Path, taken: str) -> Iterator[None]:
    """Hold a lock file, which is made for it and deleted in the end.

    The operating system holds the lock, not the file: a process that is killed loses it, and its
    file, which may stay, keeps nobody out. A file system that knows no locks keeps nobody out, too.

    Args:
        path: of the lock file; its folder must exist.
        taken: what to say if another process holds it.

    Raises:
        DataError: another process holds it.
        OSError: the file cannot be made.
    """
    with _locked(path, taken) as file:
        try:
            yield
        finally:
            with suppress(OSError):
                if os.name == "nt":  # which deletes no file that is open
                    file.close()
                path.unlink()


def _locked(path: Path, taken: str) -> IO[bytes]:
    """The file, locked; nobody has deleted it in the meantime."""
    while True:
        file = path.open("ab")
        try:
            _lock(file)
            if _is_there(file, path):
                return file
        except BlockingIOError as error:
            file.close()
            raise DataError(taken) from error
        except BaseException:
            file.close()
            raise
        file.close()


def _is_there(file: IO[bytes], path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _lock(file: IO[bytes]) -> None:
    """Lock an open file, where that is possible.

    Raises:
        BlockingIOError: another process has.
    """
    try:
        _lock_as_this_system_does(file)
    except BlockingIOError:
        raise
    except OSError:
        return


def _lock_as_this_system_does(file: IO[bytes]) -> None:
    try:
        import fcntl
    except ImportError:
        _lock_on_windows(file)
    else:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _lock_on_windows(file: IO[bytes]) -> None:
    import msvcrt

    try:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    except PermissionError as error:
        raise BlockingIOError(*error.args) from error
