"""Where files may lie that every machine of a cluster reaches: `s3://`, `file://`, a shared folder.

By the file systems of Apache Arrow, which take the keys to a bucket from where AWS's own programs
take them (https://arrow.apache.org/docs/python/filesystems.html).
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from digits.batch.places import Files
from digits.batch.sources import find_files, is_taken
from digits.common.atomic_file import atomic_write
from digits.common.errors import DataError, PictureError
from digits.picture.files import check_file_size
from digits.picture.sizes import MAX_FILE_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyarrow import fs


@dataclass(frozen=True)
class StoredFile:
    """A file that was found.

    Attributes:
        path: in its file system.
        shown: what stands in the table.
        state: what changes when the file does.
        is_plain: whether any machine can be asked to read it whole.
    """

    path: str
    shown: str
    state: tuple[int, int]
    is_plain: bool


@dataclass(frozen=True)
class FoundInStore:
    """What some sources name.

    Attributes:
        filesystem: where all of it lies.
        files: in the order of the sources, none twice.
        passed_over: how many files are called like no picture.
    """

    filesystem: fs.FileSystem
    files: list[StoredFile]
    passed_over: int


def is_url(name: str) -> bool:
    """Whether a source or an output is one, such as `s3://forms/2026`."""
    return "://" in name


def open_store(name: str) -> tuple[fs.FileSystem, str]:
    """The file system of a URL or a path, and the path in it.

    Raises:
        DataError: there is no such kind of URL, or its place cannot be reached.
    """
    from pyarrow import fs

    if not is_url(name):
        return fs.LocalFileSystem(), os.path.abspath(name)  # noqa: PTH100 - it may be no UTF-8
    try:
        filesystem, path = fs.FileSystem.from_uri(name)
    except (ValueError, OSError) as error:
        raise DataError(
            f"{without_query(name)} is no address that can be read: {_known()}."
        ) from error
    return filesystem, path


def find_in_store(sources: Sequence[str], listed: BinaryIO | None) -> FoundInStore:
    """The files that some sources name: all URLs of one store, or all on disk.

    Args:
        sources: URLs of files or folders, or what `find_files` takes.
        listed: as for `find_files`.

    Raises:
        DataError: something is missing, cannot be reached, or they are of several stores.
    """
    if not any(map(is_url, sources)):
        found = find_files(sources, listed)
        filesystem, _ = open_store(".")
        return FoundInStore(filesystem, list(map(_on_disk, found.paths)), found.passed_over)
    stores = [open_store(source) for source in sources]
    if len({filesystem.type_name for filesystem, _ in stores}) > 1 or not all(map(is_url, sources)):
        raise DataError("These sources lie in several stores: name those of one at a time.")
    files: dict[str, StoredFile] = {}
    passed_over = 0
    for source, (filesystem, path) in zip(sources, stores, strict=True):
        taken, others = _files_at(source, filesystem, path)
        files |= {each.path: each for each in taken}
        passed_over += others
    return FoundInStore(stores[0][0], list(files.values()), passed_over)


def _files_at(source: str, filesystem: fs.FileSystem, path: str) -> tuple[list[StoredFile], int]:
    from pyarrow import fs

    with reached(source):
        itself = filesystem.get_file_info(path)
        if itself.type == fs.FileType.File:
            return [_in_store(source, path, itself)], 0
        infos = filesystem.get_file_info(
            fs.FileSelector(path, recursive=True, allow_not_found=True)
        )
    files = sorted(
        (each for each in infos if each.type == fs.FileType.File), key=lambda each: each.path
    )
    start = len(path.rstrip("/"))
    taken = [_in_store(source, path, each) for each in files if is_taken(each.path[start:])]
    if not taken:
        raise DataError(f"There is no picture at {without_query(source)}: check the address.")
    return taken, len(files) - len(taken)


def _in_store(source: str, root: str, info: fs.FileInfo) -> StoredFile:
    shown = without_query(source).rstrip("/") + info.path[len(root.rstrip("/")) :]
    state = info.size or 0, info.mtime_ns or 0
    return StoredFile(info.path, shown, state, 0 < state[0] <= MAX_FILE_BYTES)


def _on_disk(path: str) -> StoredFile:
    whole = os.path.abspath(path)  # noqa: PTH100
    try:
        status = os.stat(whole)  # noqa: PTH116
        whole.encode()
    except (OSError, ValueError):
        return StoredFile(whole, path, (0, 0), is_plain=False)
    is_plain = stat.S_ISREG(status.st_mode) and 0 < status.st_size <= MAX_FILE_BYTES
    return StoredFile(whole, path, (status.st_size, status.st_mtime_ns), is_plain)


@contextmanager
def reached(name: str) -> Iterator[None]:
    """Say in a sentence that a store cannot be reached.

    Raises:
        DataError: it cannot.
    """
    try:
        yield
    except OSError as error:
        raise DataError(
            f"{without_query(name)} cannot be reached: check the address, and your keys to it."
        ) from error


def put(source: Path, filesystem: fs.FileSystem, path: str) -> None:
    """Copy a file into a store, where it appears whole or not at all.

    Raises:
        OSError: it cannot be written.
    """
    with source.open("rb") as file, written_whole(filesystem, path) as output:
        shutil.copyfileobj(file, output, 1 << 20)


@contextmanager
def written_whole(filesystem: fs.FileSystem, path: str) -> Iterator[BinaryIO]:
    """A file of a store to be written, which appears whole or not at all.

    A bucket shows what was sent when all of it was; on disk the file has another name until then.

    Raises:
        OSError: it cannot be written.
    """
    if filesystem.type_name == "local":
        with atomic_write(path) as temporary, temporary.open("wb") as file:
            yield file
    else:
        with filesystem.open_output_stream(path) as file:
            yield file


class StoredFiles(Files):
    """Files of a store, fetched as those on disk are.

    Args:
        filesystem: in which they lie.
    """

    def __init__(self, filesystem: fs.FileSystem) -> None:
        super().__init__()
        self._filesystem = filesystem

    def _read(self, path: str) -> bytes:
        if self._filesystem.type_name == "local":
            return super()._read(path)
        try:
            check_file_size(self._filesystem.get_file_info(path).size or 0)
            with self._filesystem.open_input_stream(path) as file:
                return bytes(file.read())
        except FileNotFoundError as error:
            raise PictureError("There is no such file: check its name.") from error
        except OSError as error:
            raise PictureError("The file cannot be opened: check that you may.") from error


def without_query(name: str) -> str:
    """An address without what may be keys in it."""
    return name.partition("?")[0]


def _known() -> str:
    return "name one that begins with s3:// or file://"
