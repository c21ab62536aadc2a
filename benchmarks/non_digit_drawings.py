"""What people draw and photograph that is no digit, to judge a recogniser's doubt by.

No network learns from anything made here. Left out is what looks like a digit even to people, such
as a steep dash, or the letters that `hand_drawn_figures` names.

    picture = draw_non_digit("doodles", number=0, digits=inks)
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from typing import TypeAlias

import cv2
import numpy as np

from benchmarks.hand_drawn_figures import (
    DOODLES,
    LETTERS,
    SYMBOLS,
    Stroke,
    curve,
    draw_by_hand,
    parse_figure,
    polyline,
)
from benchmarks.photo_simulation import InkMask, Photo, Random, ink_of_strokes, plain_paper
from benchmarks.thing_photos import photograph_thing

Kind: TypeAlias = Callable[[Random, Sequence[InkMask]], Photo]

SEED = 271_828
CANVAS = 280
_SMALLEST_DRAWING, _LARGEST_DRAWING = 70, 250

# --- Pictures of strokes ---------------------------------------------------------------------


def _picture(strokes: Sequence[Stroke], random: Random) -> Photo:
    """Drawn on the page's canvas, black on white or white on black, or photographed on paper."""
    medium = random.random()
    if medium < 0.3:
        return plain_paper(ink_of_strokes(strokes, random.uniform(0.025, 0.1)), random)
    canvas = _on_canvas(strokes, random)
    return 255 - canvas if medium < 0.4 else canvas


def _on_canvas(strokes: Sequence[Stroke], random: Random) -> Photo:
    """uint8 (280, 280, 3), a round pen at most a quarter as wide as the drawing is long."""
    size = random.uniform(_SMALLEST_DRAWING, _LARGEST_DRAWING)
    pen = random.uniform(5, min(32, 0.16 * size))
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = size / max(float((high - low).max()), 1e-6)
    room = np.maximum(CANVAS - (high - low) * scale - pen, 0) / 2
    middle = CANVAS / 2 + room * random.uniform(-1, 1, 2)
    canvas = np.full((CANVAS, CANVAS, 3), 255, np.uint8)
    for stroke in strokes:
        placed = np.rint(((stroke - (low + high) / 2) * scale + middle) * 16).astype(np.int32)
        cv2.polylines(canvas, [placed], False, (0, 0, 0), round(pen), cv2.LINE_AA, 4)
    return canvas


def _choose(figures: dict[str, str], random: Random) -> Photo:
    names = list(figures)
    figure = parse_figure(figures[names[int(random.integers(len(names)))]])
    return _picture(draw_by_hand(figure, random), random)


# --- Kinds -----------------------------------------------------------------------------------


def scribbles(random: Random, digits: Sequence[InkMask]) -> Photo:
    """Tangles, coils, hatching, and strokes this way and that."""
    way = random.integers(4)
    if way == 0:
        strokes = [curve(random.uniform(0, 100, (int(random.integers(9, 40)), 2)))]
    elif way == 1:
        turns = np.linspace(0, 2 * np.pi * random.integers(4, 12), 300)
        forward = np.linspace(0, random.uniform(60, 300), 300)
        coil = np.stack([forward + 40 * np.cos(turns), 40 * np.sin(turns)], axis=1)
        strokes = [coil]
    elif way == 2:
        count = int(random.integers(8, 26))
        x = np.linspace(0, 100, count)
        y = np.where(np.arange(count) % 2, 0, 80) + random.normal(0, 8, count)
        strokes = [polyline(np.stack([x, y], axis=1))]
    else:
        starts = random.uniform(0, 100, (int(random.integers(4, 10)), 4, 2))
        strokes = [curve(start) for start in starts]
    return _picture(draw_by_hand(strokes, random), random)


def dots_and_dashes(random: Random, digits: Sequence[InkMask]) -> Photo:
    """A dot, a level dash, or some of them; no steep dash, for that is a one."""
    way = random.integers(4)
    if way == 0:
        return _dot(random)
    if way == 1:
        strokes = [_dash(random, 0)]
    elif way == 2:
        strokes = [_dash(random, 45 * k) for k in range(int(random.integers(2, 4)))]
    else:
        centres = random.uniform(0, 100, (int(random.integers(3, 9)), 2))
        strokes = [centre + random.normal(0, 1, (2, 2)) for centre in centres]
    return _picture(strokes, random)


def _dash(random: Random, y: float) -> Stroke:
    tilt = np.deg2rad(random.uniform(-25, 25))
    along = np.linspace(-50, 50, 12)[:, None] * (np.cos(tilt), np.sin(tilt))
    return along + np.array([0, y]) + random.normal(0, 0.4, (12, 2))


def _dot(random: Random) -> Photo:
    """A round spot on the canvas, as a pen leaves it that is put down once."""
    canvas = np.full((CANVAS, CANVAS, 3), 255, np.uint8)
    radius = random.uniform(4, 40)
    axes = radius * random.uniform(0.85, 1.15, 2)
    x, y = (int(place) for place in random.uniform(1.3 * radius, CANVAS - 1.3 * radius, 2))
    spot = (int(axes[0]), int(axes[1]))
    cv2.ellipse(canvas, (x, y), spot, random.uniform(0, 180), 0, 360, (0, 0, 0), -1, cv2.LINE_AA)
    return canvas


def letters(random: Random, digits: Sequence[InkMask]) -> Photo:
    """A capital or small letter that is like no digit."""
    return _choose(LETTERS, random)


def symbols(random: Random, digits: Sequence[InkMask]) -> Photo:
    """Punctuation, arithmetic, arrows and marks."""
    return _choose(SYMBOLS, random)


def doodles(random: Random, digits: Sequence[InkMask]) -> Photo:
    """A house, a cat, a star and the like."""
    return _choose(DOODLES, random)


def several_digits(random: Random, digits: Sequence[InkMask]) -> Photo:
    """Two to four digits side by side, on the canvas or photographed."""
    height = 160
    chosen = [digits[i] for i in random.integers(0, len(digits), random.integers(2, 5))]
    parts: list[InkMask] = []
    for ink in chosen:
        scale = height * random.uniform(0.85, 1) / ink.shape[0]
        size = max(8, round(ink.shape[1] * scale)), round(ink.shape[0] * scale)
        digit = cv2.resize(ink, size, interpolation=cv2.INTER_AREA)
        above = int(random.integers(0, height - size[1] + 1))
        gap = round(height * random.uniform(0.12, 0.5))
        below = height - size[1] - above
        parts.append(np.asarray(np.pad(digit, ((above, below), (gap, 0))), np.float32))
    row = np.hstack(parts)
    if random.random() < 0.4:
        return plain_paper(row[:, row.any(axis=0).argmax() :], random)
    return _ink_on_canvas(row, random)


def _ink_on_canvas(ink: InkMask, random: Random) -> Photo:
    width = random.uniform(120, 260)
    size = round(width), max(8, round(ink.shape[0] * width / ink.shape[1]))
    if size[1] > 250:
        size = max(8, round(250 / size[1] * size[0])), 250
    small = cv2.resize(ink, size, interpolation=cv2.INTER_AREA)
    x, y = (int(random.integers(0, CANVAS - side)) for side in size)
    canvas = np.full((CANVAS, CANVAS, 3), 255, np.uint8)
    canvas[y : y + size[1], x : x + size[0]] = np.rint(255 * (1 - small))[..., None]
    return canvas


def other_photos(random: Random, digits: Sequence[InkMask]) -> Photo:
    """A leaf, a mug, a face or another thing."""
    return photograph_thing(random)


NON_DIGIT_KINDS: dict[str, Kind] = {
    function.__name__: function
    for function in (
        scribbles,
        dots_and_dashes,
        letters,
        symbols,
        doodles,
        several_digits,
        other_photos,
    )
}


def draw_non_digit(kind: str, number: int, digits: Sequence[InkMask]) -> Photo:
    """A picture that depends on nothing but its kind, its number and the digits.

    Args:
        kind: one of `NON_DIGIT_KINDS`.
        number: which one of that kind.
        digits: inks, as of `photo_simulation`, that "several_digits" puts side by side.

    Returns:
        uint8 (H, W, 3), RGB.
    """
    random = np.random.default_rng([SEED, zlib.crc32(kind.encode()), number])
    return NON_DIGIT_KINDS[kind](random, digits)
