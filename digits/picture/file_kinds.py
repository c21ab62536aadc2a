"""What a file is that is handled in a way of its own, told by how it begins."""

from __future__ import annotations

HEAD = 1_000
"""Bytes, in which a document says what it is."""
_PDF = b"%PDF"
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
# Of pictures, which may name a document in their notes: PNG, JPEG, GIF, BMP, WebP, TIFF.
_PICTURES = (b"\x89PNG", b"\xff\xd8", b"GIF8", b"BM", b"RIFF", *_TIFF)


def is_tiff(head: bytes) -> bool:
    """Whether a file is a TIFF, by its first four bytes at least."""
    return head.startswith(_TIFF)


def is_pdf(head: bytes) -> bool:
    """Whether a file is a PDF, by its first `HEAD` bytes at least; printers put theirs in front."""
    return _PDF in head[:HEAD] and not head.startswith(_PICTURES) and head[4:8] != b"ftyp"
