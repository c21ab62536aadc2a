"""What is left of the lines of paper beside a row of digits, after most of them were taken away.

Sides of boxes, pieces of underlines, corners and crossings of grids, the ends of a frame, ticks of
a scale, the edge of a shadow: a network that reads rows has to pass over them. None of them stands
between digits with a digit's height, where nobody could tell it from a 1.

x goes to the right and y downwards.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from digits.synthetic.drawing_basics import SUBPIXEL_BITS, blur, fixed_point
from digits.synthetic.sources import Map, Random

# Of the ink's height: the room around it.
_BRIM = 0.65


def add_remains(ink: Map, random: Random) -> tuple[Map, Map]:
    """A row with remains of lines around it and between its digits.

    Args:
        ink: float32 (h, w) in [0, 1], cropped to it.
        random: the remains depend on nothing else.

    Returns:
        Float32 (H, W) in [0, 1], larger: the row with the remains, and without them.
    """
    brim = max(4, round(_BRIM * ink.shape[0]))
    alone = np.pad(ink, brim)
    drawn = np.zeros_like(alone)
    for number in random.choice(len(_KINDS), 1 + int(random.random() < 0.4), replace=False):
        own = np.zeros(alone.shape, np.uint8)
        _KINDS[int(number)](own, brim, alone, random)
        strength = np.float32(random.uniform(0.25, 1.0) / 255)
        np.maximum(drawn, own.astype(np.float32) * strength, out=drawn)
    if random.random() < 0.5:
        drawn = blur(drawn, random.uniform(0.3, 0.02 * ink.shape[0] + 0.4))
    return np.maximum(alone, drawn), alone


_Canvas = np.ndarray


def _line(canvas: _Canvas, ends: list[tuple[float, float]], thickness: float) -> None:
    points = [fixed_point(np.array(ends, np.float64))]
    cv2.polylines(canvas, points, False, 255, max(1, round(thickness)), cv2.LINE_AA, SUBPIXEL_BITS)


def _sides(canvas: _Canvas, brim: int, row: Map, random: Random) -> None:
    """Upright lines, most of them in gaps: far taller than the row, or stumps above and below it.

    They are thin, for a network that saw thick ones pass over the last 1 of a row.
    """
    height, bottom = row.shape[0] - 2 * brim, row.shape[0] - brim
    is_free = ~(row > 0.3).any(axis=0)
    free = np.flatnonzero(is_free)
    pen = random.uniform(0.015, 0.045) * height
    whole = random.random() < 0.7
    for _ in range(int(random.integers(1, 7))):
        in_gap = len(free) > 0 and random.random() < 0.85
        x = float(random.choice(free) if in_gap else random.uniform(0, row.shape[1]))
        lean = random.normal(0, 0.02) * height
        above, below = random.uniform(0.3, 0.6, 2) * height
        if whole:
            _line(canvas, [(x - lean, brim - above), (x + lean, bottom + below)], pen)
            continue
        if random.random() < 0.5:
            _line(canvas, [(x, brim - above), (x, brim + random.uniform(-0.1, 0.15) * height)], pen)
        else:
            inner = bottom + random.uniform(0.05, 0.25) * height  # or it would be a comma
            _line(canvas, [(x, inner), (x, inner + below)], pen)


def _level_pieces(canvas: _Canvas, brim: int, row: Map, random: Random) -> None:
    """Pieces of underlines below the row, single or double, or of a box's lid above it."""
    height, width = row.shape[0] - 2 * brim, row.shape[1]
    pen = random.uniform(0.02, 0.16) * height
    if random.random() < 0.75:
        level = row.shape[0] - brim + random.uniform(0.02, 0.4) * height + pen / 2
    else:
        level = brim - random.uniform(0.08, 0.4) * height - pen / 2
    levels = [level]
    if random.random() < 0.35:
        levels.append(level + pen + random.uniform(0.05, 0.2) * height)
    tilt = random.normal(0, 0.015)
    for y in levels:
        for _ in range(int(random.integers(1, 4))):
            length = (
                0.35 * height * float(np.exp(random.uniform(0, np.log(3 * width / height + 1))))
            )
            x = random.uniform(0, max(1.0, width - length))
            _line(canvas, [(x, y + tilt * x), (x + length, y + tilt * (x + length))], pen)


def _ends_of_frame(canvas: _Canvas, brim: int, row: Map, random: Random) -> None:
    """Like brackets or parentheses before the row and behind it."""
    height, width = row.shape[0] - 2 * brim, row.shape[1]
    pen = random.uniform(0.02, 0.1) * height
    above, below, foot = random.uniform(0.25, 0.6, 3) * height
    top, bottom = brim - above, row.shape[0] - brim + below
    is_round = random.random() < 0.5
    for side, is_left in ((0.7 * brim, True), (width - 0.7 * brim, False)):
        if random.random() < 0.15:
            continue
        inwards = foot if is_left else -foot
        corner = (0.3 * inwards, 0.3 * abs(inwards)) if is_round else (0.0, 0.0)
        _line(
            canvas,
            [
                (side + inwards, top),
                (side + corner[0], top),
                (side, top + corner[1]),
                (side, bottom - corner[1]),
                (side + corner[0], bottom),
                (side + inwards, bottom),
            ],
            pen,
        )


def _corners(canvas: _Canvas, brim: int, row: Map, random: Random) -> None:
    """Corners, crossings and joints of a grid, above the row and below."""
    height, width = row.shape[0] - 2 * brim, row.shape[1]
    pen = random.uniform(0.02, 0.08) * height
    for _ in range(int(random.integers(1, 6))):
        y = brim - random.uniform(0.1, 0.4) * height
        if random.random() < 0.5:
            y = row.shape[0] - brim + random.uniform(0.1, 0.4) * height
        x = random.uniform(0, width)
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            if random.random() < 0.65:
                arm = random.uniform(0.05, 0.35) * height
                _line(canvas, [(x, y), (x + dx * arm, y + dy * arm)], pen)


def _ticks(canvas: _Canvas, brim: int, row: Map, random: Random) -> None:
    """Short upright lines all along, below the row, as of a comb or a scale."""
    height, width = row.shape[0] - 2 * brim, row.shape[1]
    pen, length = random.uniform(0.02, 0.08) * height, random.uniform(0.1, 0.35) * height
    y = row.shape[0] - brim + random.uniform(0.12, 0.35) * height
    pitch = random.uniform(0.5, 1.6) * height
    for x in np.arange(random.uniform(0, pitch), width, pitch):
        if random.random() < 0.8:
            _line(canvas, [(x, y), (x, y + length)], pen)


def _blot(canvas: _Canvas, brim: int, row: Map, random: Random) -> None:
    """What a shadow's edge or a stain leaves before the row or behind it: taller than that."""
    rows, width = row.shape
    count = int(random.integers(5, 9))
    angles = np.sort(random.uniform(0, 2 * np.pi, count))
    radii = random.uniform(0.4, 1.0, count) * (0.6 * brim, 0.5 * rows)[int(random.random() < 0.3)]
    middle = np.array([random.choice([0.15 * brim, width - 0.15 * brim]), random.uniform(0, rows)])
    points = middle + radii[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    cv2.fillPoly(canvas, [fixed_point(points)], 255, cv2.LINE_AA, SUBPIXEL_BITS)


_KINDS: tuple[Callable[[_Canvas, int, Map, Random], None], ...] = (
    _sides,
    _sides,
    _level_pieces,
    _level_pieces,
    _ends_of_frame,
    _corners,
    _ticks,
    _blot,
)
