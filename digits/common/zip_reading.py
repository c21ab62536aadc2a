"""What anybody's ZIP may do while it is read, and how it neither misleads nor ends a program."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib

DAMAGED_ZIP = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    LookupError,
    RuntimeError,  # also for a password, and for a kind of packing that nobody knows
    ValueError,
    OverflowError,
    MemoryError,
)
"""What `zipfile` raises over what is no whole ZIP, beside OSError, which may be the disk's."""
_ENCRYPTED = 0x1  # of a member's flags


def is_locked(member: zipfile.ZipInfo) -> bool:
    """Whether it takes a password to read it."""
    return bool(member.flag_bits & _ENCRYPTED)


def read_to(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> bytes:
    """What is in a member, and of a larger one `most` bytes and one, whatever it says of its size.

    Raises:
        OSError, and all of `DAMAGED_ZIP`: it cannot be read.
    """
    with archive.open(member) as file:
        return file.read(most + 1)
