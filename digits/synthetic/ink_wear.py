"""Ink as pens leave it on paper: grainy, streaked, skipping, dried at the rim, with gaps."""

from __future__ import annotations

import cv2
import numpy as np

from digits.synthetic.drawing_basics import (
    SUBPIXEL_BITS,
    Map,
    blur,
    fixed_point,
    smooth_noise,
)
from digits.synthetic.sheet import Sheet


def worn_ink(sheet: Sheet) -> Map:
    """The digit's ink as the pen leaves it: float32 (H, W) in [0, 1]."""
    random, ink = sheet.random, sheet.ink
    x, y, w, h = sheet.box
    reach = 0.2 * sheet.length + 2
    rows = slice(max(0, int(y - reach)), max(1, int(y + h + reach)))
    columns = slice(max(0, int(x - reach)), max(1, int(x + w + reach)))
    worn = ink.copy()
    part = worn[rows, columns]
    if part.size and random.random() < 0.55:
        wear = (_pencil, _marker, _ball_pen, _chalk, _dry_brush, _wet_ink)
        worn_by = wear[int(random.integers(len(wear)))]
        sheet.traits.append(worn_by.__name__[1:].replace("_", " "))
        part[:] = np.clip(worn_by(part, sheet), 0, 1)
    if part.size and sheet.chance(0.08, "gaps"):
        _break_strokes(part, sheet)
    return worn


def _shape_of(ink: Map) -> tuple[int, int]:
    return ink.shape[0], ink.shape[1]


def _pencil(ink: Map, sheet: Sheet) -> Map:
    """The paper's tooth takes the graphite."""
    tooth = smooth_noise(sheet.random, _shape_of(ink), sheet.random.uniform(1, 2.2))
    return ink * (0.78 + np.float32(sheet.random.uniform(0.1, 0.35)) * tooth)


def _marker(ink: Map, sheet: Sheet) -> Map:
    """Uneven fill, streaks along one direction."""
    random = sheet.random
    cell = max(2.0, sheet.stroke * random.uniform(0.3, 2))
    uneven = smooth_noise(random, _shape_of(ink), cell, max(1.5, cell * random.uniform(0.2, 1)))
    return ink * (0.82 + np.float32(random.uniform(0.08, 0.22)) * uneven)


def _ball_pen(ink: Map, sheet: Sheet) -> Map:
    """Skips for a moment here and there."""
    random = sheet.random
    flow = smooth_noise(random, _shape_of(ink), max(1.5, 0.6 * sheet.stroke))
    return ink * (1 - np.clip(flow - 1.1, 0, 1) * np.float32(random.uniform(0.5, 1)))


def _chalk(ink: Map, sheet: Sheet) -> Map:
    """Grains that the board takes, or not."""
    grain = smooth_noise(sheet.random, _shape_of(ink), sheet.random.uniform(1, 1.8))
    return ink * np.clip(1.1 + np.float32(sheet.random.uniform(0.4, 0.8)) * grain, 0.1, 1)


def _dry_brush(ink: Map, sheet: Sheet) -> Map:
    """Hairs leave streaks."""
    random = sheet.random
    streaks = smooth_noise(random, _shape_of(ink), max(3.0, 2 * sheet.stroke), 1.5)
    if random.random() < 0.5:
        streaks = smooth_noise(random, _shape_of(ink), 1.5, max(3.0, 2 * sheet.stroke))
    return ink * (0.8 + np.float32(0.25) * streaks)


def _wet_ink(ink: Map, sheet: Sheet) -> Map:
    """Dries darker at the rim."""
    inside = blur(ink, max(0.6, 0.25 * sheet.stroke))
    return ink * (1.15 - np.float32(sheet.random.uniform(0.2, 0.5)) * inside)


def _break_strokes(ink: Map, sheet: Sheet) -> None:
    """Rub out one to three short gaps, in place."""
    random = sheet.random
    rows, columns = np.nonzero(ink > 0.5)
    if not len(rows):
        return
    rubbed = np.zeros(ink.shape, np.uint8)
    gap = max(1, round(min(random.uniform(0.25, 0.6) * sheet.stroke, 0.04 * sheet.length)))
    for at in random.integers(len(rows), size=random.integers(1, 4)):
        angle = random.uniform(0, np.pi)
        reach = 1.2 * sheet.stroke * np.array([np.cos(angle), np.sin(angle)])
        ends = fixed_point(np.array([columns[at], rows[at]]) + np.array([reach, -reach]))
        cv2.polylines(rubbed, [ends], False, 255, gap, cv2.LINE_AA, SUBPIXEL_BITS)
    ink *= 1 - rubbed.astype(np.float32) * np.float32(1 / 255)
