"""The drawing canvas of those pictures that judge: ink or strokes, black on white, at any place.

picture = draw_pen(strokes, random, thickest=0.1)
picture = draw_ink(ink, random)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.photo_simulation import InkMask, Random
from digits.synthetic.pen_strokes import CANVAS, PenDigit, draw_strokes

Pixels: TypeAlias = NDArray[np.uint8]
Stroke: TypeAlias = NDArray[np.float64]

SIZES = (0.3, 0.9)
"""Longer side of what is drawn, as a share of the canvas: small, and all but full."""
PENS = (3.0, 32.0)
"""Width of the round pen, pixels: the thinnest that shows, and twice what the page starts with."""


def choose_size(random: Random) -> float:
    """Longer side of a drawing, pixels."""
    return CANVAS * random.uniform(*SIZES)


def choose_pen(random: Random, size: float, thickest: float, thinnest: float = PENS[0]) -> float:
    """Width of a pen, thin ones as often as thick ones.

    Args:
        random: where the randomness comes from.
        size: longer side of the drawing, pixels.
        thickest: as a share of `size`.
        thinnest: pixels.
    """
    widest = max(thinnest, min(PENS[1], thickest * size))
    return float(np.exp(random.uniform(np.log(thinnest), np.log(widest))))


def box_of(strokes: Sequence[Stroke]) -> tuple[float, float]:
    """Width and height of the box around the strokes, in their unit."""
    points = np.concatenate(strokes)
    width, height = np.ptp(points, axis=0)
    return float(width), float(height)


def draw_pen(
    strokes: Sequence[Stroke], random: Random, thickest: float, thinnest: float = PENS[0]
) -> Pixels:
    """Strokes at any size and place.

    Args:
        strokes: float64 (n, 2) each, x to the right and y downwards, in any unit.
        random: where the randomness comes from.
        thickest: pen, as a share of the longer side of their box.
        thinnest: pen, pixels.

    Returns:
        uint8 (280, 280), 0 for ink and 255 for paper.
    """
    size = choose_size(random)
    return place_strokes(strokes, random, size, choose_pen(random, size, thickest, thinnest))


def place_strokes(strokes: Sequence[Stroke], random: Random, size: float, pen: float) -> Pixels:
    """Strokes of known size and pen (pixels) anywhere on the canvas: uint8 (280, 280)."""
    sides = np.array(box_of(strokes))
    scaled = sides * size / max(float(sides.max()), 1e-6)
    room = np.maximum(CANVAS - scaled - pen - 2, 0) / 2
    x, y = CANVAS / 2 + room * random.uniform(-1, 1, 2)
    # Scaled here, for `draw_strokes` leaves boxes smaller than its unit as they are.
    enlarged = tuple(stroke * 1000 / max(float(sides.max()), 1e-6) for stroke in strokes)
    return draw_strokes(PenDigit(0, 0, enlarged), pen, size, (float(x), float(y)))


def draw_ink(ink: InkMask, random: Random, size: float | None = None) -> Pixels:
    """Ink at any size and place.

    Args:
        ink: float32 (h, w) in [0, 1], 1 for ink.
        random: where the randomness comes from.
        size: its longer side on the canvas, pixels; by default any of `SIZES`.

    Returns:
        uint8 (280, 280), 0 for ink and 255 for paper.
    """
    small = fit_ink(ink, choose_size(random) if size is None else size)
    height, width = small.shape
    x, y = (int(random.integers(0, CANVAS - side + 1)) for side in (width, height))
    canvas = np.full((CANVAS, CANVAS), 255, np.uint8)
    canvas[y : y + height, x : x + width] = np.rint(255 * (1 - small))
    return canvas


def fit_ink(ink: InkMask, size: float) -> InkMask:
    """The ink with `size` pixels as its longer side: float32 (h, w) in [0, 1]."""
    scale = size / max(ink.shape)
    sides = max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.clip(np.asarray(cv2.resize(ink, sides, interpolation=method), np.float32), 0, 1)


def crop_ink(ink: InkMask) -> InkMask:
    """The box around the ink, (h, w); as it is where there is none."""
    x, y, width, height = cv2.boundingRect((ink > 0.1).astype(np.uint8))
    return ink[y : y + height, x : x + width] if width else ink
