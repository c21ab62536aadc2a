"""Digits of straight strokes with square corners, as people draw them with a mouse.

No network learns from anything made here: the forms and what a hand does to them are this
module's own.

    strokes = block_strokes(4, random)
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from benchmarks.canvas import (
    Pixels,
    Stroke,
    box_of,
    choose_pen,
    choose_size,
    place_strokes,
)
from benchmarks.photo_simulation import Random

# Strokes are rows of corners "x,y", parted by |, in a box of 60 by 100, y downwards.
BLOCK_FORMS: dict[int, tuple[str, ...]] = {
    0: ("0,0 60,0 60,100 0,100 0,0", "0,0 0,100 60,100 60,0 0,0"),
    1: (
        "30,0 30,100",
        "8,24 30,0 30,100",
        "8,24 30,0 30,100|4,100 56,100",
        "12,8 30,0 30,100|10,100 50,100",
    ),
    2: ("0,0 60,0 60,50 0,50 0,100 60,100", "0,14 0,0 60,0 60,50 0,50 0,100 60,100"),
    3: (
        "0,0 60,0 60,100 0,100|0,50 60,50",
        "0,0 60,0 60,100 0,100|22,50 60,50",
        "0,0 60,0 60,50 12,50 60,50 60,100 0,100",
    ),
    4: (
        "0,0 0,52 60,52|60,0 60,100",
        "0,0 0,55 62,55|44,0 44,100",
        "0,0 0,55 62,55|44,28 44,100",
        "40,0 0,65 62,65|40,0 40,100",
    ),
    5: ("60,0 0,0 0,50 60,50 60,100 0,100", "0,0 0,50 60,50 60,100 0,100|0,0 60,0"),
    6: (
        "60,0 0,0 0,100 60,100 60,50 0,50",
        "60,14 60,0 0,0 0,100 60,100 60,50 0,50",
        "0,0 0,100 60,100 60,52 0,52",
    ),
    7: (
        "0,0 60,0 60,100",
        "0,22 0,0 60,0 60,100",
        "0,0 60,0 24,100",
        "0,0 60,0 24,100|20,52 64,52",
        "0,0 60,0 60,100|36,50 82,50",
    ),
    8: (
        "0,0 60,0 60,100 0,100 0,0|0,50 60,50",
        "0,50 0,0 60,0 60,50 0,50 0,100 60,100 60,50",
        "9,0 51,0 51,46 9,46 9,0|0,46 60,46 60,100 0,100 0,46",
    ),
    9: (
        "60,50 0,50 0,0 60,0 60,100 0,100",
        "60,50 0,50 0,0 60,0 60,100 0,100 0,86",
        "60,48 0,48 0,0 60,0 60,100",
    ),
}
"""Ways to build each digit."""

# Of the form's height 100. More, and a 5 may look like a 6, or a 9 like a 4.
_CORNER_JITTER = 2.2
_LONGEST_OVERSHOOT, _WIDEST_GAP = 9.0, 6.0
_BOW = 1.6
# Width to height of the form's box, as a factor on its own 0.6.
_NARROWEST, _WIDEST = 0.7, 1.45
_POINTS = 9


def block_strokes(digit: int, random: Random) -> list[Stroke]:
    """The strokes of a block digit as a hand leaves them, float64 (n, 2) each, height about 100."""
    forms = BLOCK_FORMS[digit]
    strokes = _bent_form(forms[int(random.integers(len(forms)))], random)
    if random.random() < 0.4:  # in one go, each corner met
        return [np.concatenate([_straight(*side, random) for side in sides]) for sides in strokes]
    return [_off_its_corners(*side, random) for sides in strokes for side in sides]


def _bent_form(form: str, random: Random) -> list[list[tuple[Stroke, Stroke]]]:
    """The sides of each stroke, from corner to corner, the form slanted and stretched."""
    moved: dict[str, Stroke] = {}
    bend = _bend(random)
    middle = random.uniform(-7, 7)
    strokes = []
    for stroke in form.split("|"):
        for corner in stroke.split():
            if corner not in moved:
                x, y = (float(number) for number in corner.split(","))
                y += middle if 40 < y < 70 else 0
                moved[corner] = bend @ (x, y) + random.normal(0, _CORNER_JITTER, 2)
        corners = [moved[corner] for corner in stroke.split()]
        strokes.append(list(pairwise(corners)))
    return strokes


def _bend(random: Random) -> Stroke:
    """A turn, a slant and another aspect ratio, float64 (2, 2)."""
    angle, slant = np.deg2rad(np.clip(random.normal(0, 3), -7, 7)), random.uniform(-0.2, 0.2)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return turn @ np.array([[random.uniform(_NARROWEST, _WIDEST), -slant], [0, 1]])


def _straight(start: Stroke, end: Stroke, random: Random) -> Stroke:
    """A line not quite straight, float64 (n, 2)."""
    along = np.linspace(0, 1, _POINTS)[:, None]
    aside = np.array([start[1] - end[1], end[0] - start[0]])
    aside = aside / max(float(np.hypot(*aside)), 1e-6)
    bow = random.normal(0, _BOW) * np.sin(np.pi * along)
    wave = random.normal(0, _BOW / 3) * np.sin(3 * np.pi * along)
    return np.asarray(start + (end - start) * along + (bow + wave) * aside, np.float64)


def _off_its_corners(start: Stroke, end: Stroke, random: Random) -> Stroke:
    """A line of its own that goes beyond its corners or stops before them, or meets them."""
    direction = (end - start) / max(float(np.hypot(*(end - start))), 1e-6)
    before, behind = (_miss(random) for _ in range(2))
    return _straight(start - before * direction, end + behind * direction, random)


def _miss(random: Random) -> float:
    """By how much a line goes beyond its corner; below 0, what is missing."""
    way = random.random()
    if way < 0.4:
        return 0.0
    return random.uniform(0, _LONGEST_OVERSHOOT) if way < 0.75 else -random.uniform(0, _WIDEST_GAP)


def draw_block_digit(digit: int, random: Random) -> Pixels:
    """A block digit at any size and place, with any pen that leaves its holes open.

    Returns:
        uint8 (280, 280), 0 for ink and 255 for paper.
    """
    strokes = block_strokes(digit, random)
    width, height = box_of(strokes)
    size = choose_size(random)
    # A one has no hole, and may be thin as a line.
    across = height / 6 if digit == 1 else min(width / 3, height / 6)
    thickest = across / max(width, height)
    return place_strokes(strokes, random, size, choose_pen(random, size, thickest))
