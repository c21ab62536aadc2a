"""What is in a ZIP: its members' names, and the bytes of one, of which never too many."""

from __future__ import annotations

import os
import zipfile
from typing import BinaryIO

from digits.batch.sources import ARCHIVES, is_taken, suffix_of
from digits.common.errors import PictureError
from digits.common.zip_reading import DAMAGED_ZIP, is_locked, read_to
from digits.picture.files import check_file_size
from digits.picture.sizes import MAX_FILE_BYTES

NESTED = "This is a ZIP inside a ZIP: unpack it first."
_DAMAGED = "This ZIP is damaged or incomplete: make or download it again."


def open_archive(file: str | os.PathLike[str] | BinaryIO) -> zipfile.ZipFile:
    """Open a ZIP.

    Args:
        file: its path, or itself, opened and seekable.

    Raises:
        PictureError: it is not there or damaged.
    """
    try:
        return zipfile.ZipFile(file)
    except FileNotFoundError as error:
        raise PictureError("There is no such file: check its name.") from error
    except OSError as error:
        raise PictureError("The file cannot be opened: check that you may read it.") from error
    except DAMAGED_ZIP as error:
        raise PictureError(_DAMAGED) from error


def members_of(archive: zipfile.ZipFile) -> tuple[list[str], int]:
    """The names of what is read in a ZIP, sorted, and how many files in it are passed over.

    Raises:
        PictureError: nothing in it is called like a picture.
    """
    names = {each.filename for each in archive.infolist() if not each.is_dir()}
    taken = sorted(filter(is_taken, names))
    if not taken:
        raise PictureError("This ZIP holds no picture: choose another.")
    return taken, len(names) - len(taken)


def unpack(archive: zipfile.ZipFile, member: str, most: int = MAX_FILE_BYTES) -> bytes:
    """A member of a ZIP; no more is unpacked than is allowed, whatever the ZIP says of its size.

    Args:
        archive: opened.
        member: its name in it.
        most: bytes.

    Raises:
        PictureError: it is empty, larger than that, locked, damaged, or a ZIP itself.
    """
    if suffix_of(member) in ARCHIVES:
        raise PictureError(NESTED)
    try:
        info = archive.getinfo(member)
        if is_locked(info):
            raise PictureError("This file is locked with a password: unpack the ZIP first.")
        check_file_size(info.file_size, most)
        content = read_to(archive, info, most)
    except OSError as error:
        raise PictureError("The ZIP cannot be read to its end: check that it is there.") from error
    except DAMAGED_ZIP as error:
        raise PictureError("This file is damaged in its ZIP: make that again.") from error
    check_file_size(len(content), most)
    return content
