"""Digits as small bitmaps: read the original files of UCI's optical digits, and enlarge them.

Kaynak (1995), "Methods of combining multiple classifiers and their applications to handwritten
digit recognition"; Alpaydin & Kaynak (1998), "Optical Recognition of Handwritten Digits" (UCI
Machine Learning Repository, CC BY 4.0).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from digits.common.errors import DataError
from digits.common.packed_file import read_packed_file

SIDE = 32
_ROW = re.compile(r"[01]{32}")
_LABEL = re.compile(r"[0-9]")
# Around a bitmap, which ink fills to its rim, and by how much it is enlarged: together they make
# a picture of 280×280.
_MARGIN, _ENLARGED = 4, 7


@dataclass(frozen=True, eq=False)
class Bitmaps:
    """Digits as scanned, in black and white.

    Attributes:
        images: uint8 (n, 32, 32), 255 for ink and 0 for paper.
        labels: uint8 (n,), 0 to 9.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.labels)

    def __add__(self, other: Bitmaps) -> Bitmaps:
        """These, then the others."""
        return Bitmaps(
            np.concatenate([self.images, other.images]), np.concatenate([self.labels, other.labels])
        )


NO_BITMAPS = Bitmaps(np.zeros((0, SIDE, SIDE), np.uint8), np.zeros(0, np.uint8))


def read_bitmaps(path: str | Path) -> Bitmaps:
    """Read a file such as optdigits-orig.tra, gzip or plain.

    After a head, 32 lines of 32 noughts and ones, in which 1 is ink, and a line with the label
    make a digit.

    Raises:
        DataError: the file is missing, truncated or not of that form.
    """
    path = Path(path)
    lines = [line.strip() for line in read_packed_file(path).decode("latin-1").splitlines()]
    first = next((n for n, line in enumerate(lines) if _ROW.fullmatch(line)), None)
    if first is None:
        raise DataError(
            f"{path.name} holds no bitmaps of 32×32: "
            "take optdigits-orig.tra from UCI's optical digits."
        )
    lines = [line for line in lines[first:] if line]
    starts = range(0, len(lines), SIDE + 1)
    read = [_bitmap(lines[n : n + SIDE + 1], i, path.name) for i, n in enumerate(starts, 1)]
    images, labels = zip(*read, strict=True)
    return Bitmaps(np.stack(images), np.array(labels, np.uint8))


def _bitmap(lines: list[str], number: int, file_name: str) -> tuple[NDArray[np.uint8], int]:
    rows, label = lines[:SIDE], lines[SIDE:]
    if not all(map(_ROW.fullmatch, rows)):
        raise DataError(
            f"Digit {number} of {file_name} has a line that is not 32 noughts and ones."
        )
    if not label:
        raise DataError(f"Digit {number} of {file_name} has no label, for the file ends early.")
    if not _LABEL.fullmatch(label[0]):
        raise DataError(f"Digit {number} of {file_name} has a label that is none of 0 to 9.")
    ink = np.array([list(row) for row in rows]) == "1"
    return 255 * ink.astype(np.uint8), int(label[0])


def enlarge_plainly(bitmap: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A bitmap as a picture of 280×280, its steps smoothed.

    Args:
        bitmap: uint8 (32, 32), 255 for ink.

    Returns:
        uint8 (280, 280), 0 for ink and 255 for paper.
    """
    side = _ENLARGED * (SIDE + 2 * _MARGIN)
    enlarged = cv2.resize(np.pad(bitmap, _MARGIN), (side, side), interpolation=cv2.INTER_CUBIC)
    return np.asarray(255 - enlarged, np.uint8)
