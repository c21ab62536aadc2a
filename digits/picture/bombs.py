"""Refuse small files that are built to take long: minutes of a server's time, or its memory.

Decoders written in Python take a microsecond or more for each part of a file, and a progressive
JPEG is gone through once for every scan. Pictures that cameras and programs write have a few
thousand parts and some ten scans; the limits are far above that.
"""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Iterator
from typing import BinaryIO

from digits.common.errors import PictureError
from digits.picture.file_kinds import is_tiff

MOST_PARTS = 50_000
"""Chunks of a PNG, segments of a JPEG, tags of a TIFF, pieces that a TIFF's pixels are in."""
MOST_EXIF_SEGMENTS = 16
"""Of a JPEG, 64 kB each; cameras write one."""
MOST_NUMBERS = 200_000
"""That a TIFF's tag may hold: a palette of 16 bits has 196,608."""
MOST_PACKED_BYTES = 2_000_000
"""Of a BMP with run lengths, which Pillow unpacks in Python."""
MOST_SCANNED_PIXELS = 1_500_000_000
"""Scans of a JPEG times its pixels: 30 scans of 50 megapixels."""

_SUB_DIRECTORIES = (0x8769, 0x8825, 0xA005)  # EXIF, GPS, interoperability
_TIFF_TYPES = {3: 2, 4: 4, 5: 8, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_SCAN, _END = b"\xff\xda", b"\xff\xd9"
# Pixels are never coded like these; those that stand alone, and filling, are left out.
_JPEG_MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd8\xff]")


def refuse_bombs(file: BinaryIO) -> None:
    """Look at how a picture's file is built, before anything is decoded.

    Args:
        file: seekable; it is back at its beginning afterwards.

    Raises:
        PictureError: it is built of too many parts.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    start = file.read(34)
    file.seek(0)
    try:
        if start.startswith(b"\x89PNG\r\n\x1a\n"):
            _check_png(file, size)
        elif start.startswith(b"\xff\xd8"):
            _check_jpeg(file)
        elif is_tiff(start):
            _check_tiff(file, start)
        elif start.startswith(b"BM") and start[30:34] in (b"\1\0\0\0", b"\2\0\0\0"):
            _check(size <= MOST_PACKED_BYTES)
    except struct.error:
        pass  # it ends early, which its decoder will say
    file.seek(0)


def count_scans(file: BinaryIO) -> int:
    """How often the first picture of a JPEG's file is gone through; photos can have films behind.

    Args:
        file: at any place, where it is again afterwards.

    Raises:
        PictureError: it is built of too many parts.
    """
    here = file.tell()
    file.seek(0)
    data = file.read()
    file.seek(here)
    place, scans = 2, 0
    for _ in range(MOST_PARTS):
        found = _JPEG_MARKER.search(data, place)
        if found is None or found[0] == _END:
            return scans
        scans += found[0] == _SCAN
        place = found.end() + max(2, int.from_bytes(data[found.end() : found.end() + 2], "big"))
    raise too_many_parts()


def check_scans(scans: int, pixels: int) -> None:
    """Raise `PictureError` if a JPEG is gone through too often for its size."""
    _check(scans * pixels <= MOST_SCANNED_PIXELS)


def _check(is_usual: bool) -> None:
    if not is_usual:
        raise too_many_parts()


def too_many_parts() -> PictureError:
    """The error for a picture that would take too long for its size."""
    return PictureError("This picture is built of too many parts: save it as PNG and try again.")


def _check_png(file: BinaryIO, size: int) -> None:
    place, parts = 8, 0
    while place < size:
        file.seek(place)
        (length,) = struct.unpack(">I", file.read(4))
        place += length + 12
        parts += 1
        _check(parts <= MOST_PARTS)


def _check_jpeg(file: BinaryIO) -> None:
    exif_segments = 0
    for marker, place in _jpeg_segments(file):
        file.seek(place + 2)
        exif_segments += marker == 0xE1 and file.read(4) == b"Exif"
        _check(exif_segments <= MOST_EXIF_SEGMENTS)


def _jpeg_segments(file: BinaryIO) -> Iterator[tuple[int, int]]:
    """Marker and place of each segment up to the first scan's, past filling and rubbish."""
    file.seek(2)
    for _ in range(MOST_PARTS):
        byte = file.read(1)
        if byte != b"\xff":
            if not byte:
                return
            continue
        (marker,) = struct.unpack("B", file.read(1))
        if marker == 0xFF:
            file.seek(-1, os.SEEK_CUR)
        elif marker not in (0, 0x01) and not 0xD0 <= marker <= 0xD9:
            place = file.tell()
            (length,) = struct.unpack(">H", file.read(2))
            yield marker, place
            if marker == _SCAN[1]:
                return
            file.seek(place + length)
    raise too_many_parts()


def _check_tiff(file: BinaryIO, start: bytes) -> None:
    order = "<" if start[:2] == b"II" else ">"
    is_big = b"+" in start[2:4]
    first = struct.unpack_from(f"{order}Q" if is_big else f"{order}I", start, 8 if is_big else 4)
    places, seen = list(first), set[int]()
    while places:
        place = places.pop()
        if place not in seen:
            seen.add(place)
            places += _check_directory(file, place, order, is_big=is_big)


def _check_directory(file: BinaryIO, place: int, order: str, *, is_big: bool) -> list[int]:
    """Where the directories are that this one of a TIFF leads to, but for further pages."""
    count_format, tag_format = ("Q", "HHQQ") if is_big else ("H", "HHII")
    if place >= 2**63:
        return []
    file.seek(place)
    (tags,) = struct.unpack(order + count_format, file.read(struct.calcsize("<" + count_format)))
    _check(tags <= 2**16)
    size = struct.calcsize("<" + tag_format)
    table = file.read(tags * size)
    table = table[: len(table) // size * size]
    entries = list(struct.iter_unpack(order + tag_format, table))
    for _, kind, count, _ in entries:
        _check(kind not in _TIFF_TYPES or count <= MOST_NUMBERS)
    return [value for tag, kind, _, value in entries if tag in _SUB_DIRECTORIES and kind in (4, 13)]
