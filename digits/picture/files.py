"""Whatever a picture is given as, opened to be read: a path, bytes, an open file.

Its size is looked at first, and devices and pipes, which may never end, are not opened at all.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import BinaryIO

from digits.common.errors import PictureError
from digits.picture.sizes import MAX_FILE_BYTES

MOST_UPLOADED = 10_000_000
"""Bytes of a picture that a stranger gives over the page; any phone's photo has fewer."""
_BLOCK = 1 << 24


@contextmanager
def opened(picture: str | PathLike[str] | bytes | BinaryIO) -> Iterator[BinaryIO]:
    """Open a picture's file, wherever its bytes are.

    Raises:
        PictureError: there is no such file, it is empty or larger than `MAX_FILE_BYTES`, or it
            cannot be read.
    """
    if isinstance(picture, str | PathLike):
        with _open_file(Path(picture)) as file:
            yield file
    elif isinstance(picture, bytes | bytearray | memoryview):
        yield _as_file(bytes(picture))
    elif hasattr(picture, "read"):
        yield _as_file(_read_stream(picture))
    else:
        raise PictureError(
            "This is not a picture: give a file, its bytes, a PIL image or an array of pixels."
        )


def _as_file(data: bytes) -> BinaryIO:
    check_file_size(len(data))
    return io.BytesIO(data)


def check_file_size(size: int, most: int | None = None) -> None:
    """Refuse what is empty or too large.

    Args:
        size: of a file, bytes.
        most: that are taken; None for `MAX_FILE_BYTES`.

    Raises:
        PictureError: it is one of them.
    """
    if not size:
        raise PictureError("The file is empty: choose another picture.")
    most = MAX_FILE_BYTES if most is None else most
    if size > most:
        megabytes = f"{size / 1e6:,.1f}".removesuffix(".0")
        raise PictureError(
            f"This file has {megabytes} MB, and the limit is {most // 1_000_000} MB: "
            "make the picture smaller and try again."
        )


def read_picture_file(path: Path) -> bytes:
    """The bytes of a file, whatever is in it.

    Raises:
        PictureError: there is no such file, it is empty or larger than `MAX_FILE_BYTES`, or it
            cannot be read.
    """
    with _open_file(path) as file:
        try:
            return file.read()
        except OSError as error:
            raise _unopenable() from error


def _open_file(path: Path) -> BinaryIO:
    """Open a file that has been looked at first: devices and pipes may never end."""
    try:
        if path.is_dir():
            raise PictureError("This is a folder: name a picture in it.")
        if path.exists() and not path.is_file():
            raise PictureError("This is not a file: name a picture.")
        check_file_size(path.stat().st_size)
        return path.open("rb")
    except (FileNotFoundError, ValueError) as error:
        raise PictureError("There is no such file: check its name.") from error
    except OSError as error:
        raise _unopenable() from error


def _unopenable() -> PictureError:
    return PictureError("The file cannot be opened: check that you may read it.")


def _read_stream(stream: BinaryIO) -> bytes:
    """Read an open file from its beginning, so that it can be read a second time."""
    blocks: list[bytes] = []
    try:
        if stream.seekable():
            stream.seek(0)
        while sum(map(len, blocks)) <= MAX_FILE_BYTES and (block := stream.read(_BLOCK)):
            blocks.append(block)
    except (OSError, ValueError) as error:
        raise PictureError("The file cannot be read: open it again.") from error
    if not all(isinstance(block, bytes) for block in blocks):
        raise PictureError("The file is open as text: open it in binary mode.")
    return b"".join(blocks)
