"""Digits as most people write them, drawn by the project itself, to ask a network what it knows.

They need no data set, are the same on every machine, and look as MNIST's do: upright, in strokes of
a usual thickness, centred. Whoever reads digits at all reads most of them.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from digits.picture.preparation import normalise_ink
from digits.synthetic.doodles import bent, rounded
from digits.synthetic.drawing_basics import SUBPIXEL_BITS, blur, fixed_point
from digits.synthetic.letter_strokes import parse_strokes

DRAWINGS = 200
"""How many there are: as many of each digit."""
CLASSES = 10
_SIZE, _MARGIN = 140, 30
_THINNEST, _THICKEST = 14, 20
_UNSTEADY = 0.3
_SEED = 20

# As on a grid of ten by ten; see `letter_strokes`.
PLAIN_DIGITS: tuple[tuple[str, ...], ...] = (
    ("~60 40 22 14 16 28 49 69 87 85 83 71 50", "~50 31 12 14 16 28 49 69 87 85 83 72 60 40"),
    ("50 49", "60 39", "32 50 49"),
    ("~13 21 40 60 72 73 55 19 / 19 89", "~12 30 60 82 74 46 19 / 19 99"),
    ("~11 30 60 81 73 45 / ~45 65 87 78 49 18", "~12 40 71 72 54 35 54 76 77 49 18"),
    ("30 15 95 / 71 69", "40 06 96 / 60 59", "20 15 85 / 70 79"),
    ("20 14 / ~14 43 74 86 78 49 18 / 20 80", "30 24 / ~24 53 84 86 68 39 08 / 30 90"),
    ("~70 33 15 17 39 69 87 76 55 35 16", "~60 32 14 17 38 59 79 87 75 54 34 15"),
    ("10 90 49", "11 80 39", "00 80 39"),
    (
        "~71 60 40 21 22 44 66 78 59 39 18 26 44 63 72 61",
        "~50 21 22 44 66 78 69 39 18 26 44 62 61 50",
    ),
    ("~80 50 22 24 45 74 82 80 / 81 79", "~81 60 31 13 25 55 83 81 / 80 69"),
)


@lru_cache(1)
def draw_plain_digits() -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """The drawings, 0 to 9 by turns, each bent a little in its own way.

    Returns:
        float32 (200, 28, 28) in [0, 1], white ink on black, and int (200,), what each is; neither
        may be written to.
    """
    random = np.random.default_rng(_SEED)
    labels = np.arange(DRAWINGS) % CLASSES
    images = np.stack([_drawn(int(label), random) for label in labels])
    images.setflags(write=False)
    labels.setflags(write=False)
    return images, labels


def _drawn(label: int, random: np.random.Generator) -> NDArray[np.float32]:
    ways = PLAIN_DIGITS[label]
    strokes = parse_strokes(ways[int(random.integers(len(ways)))])
    lines = [rounded(knots) if is_round else knots for is_round, knots in strokes]
    sheet = np.zeros((_SIZE + 2 * _MARGIN, _SIZE + 2 * _MARGIN), np.uint8)
    pen = int(random.integers(_THINNEST, _THICKEST + 1))
    for line in _unsteady(lines, random):
        points = fixed_point(line * _SIZE + _MARGIN)
        cv2.polylines(sheet, [points], False, 255, pen, cv2.LINE_AA, SUBPIXEL_BITS)
    return normalise_ink(blur(sheet.astype(np.float32) / np.float32(255), 1.5))


def _unsteady(
    lines: list[NDArray[np.float64]], random: np.random.Generator
) -> list[NDArray[np.float64]]:
    return bent(lines, random, _UNSTEADY)
