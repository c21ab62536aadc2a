"""What comes near a digit and is none: halves, pairs that touch, small marks, currency signs.

No network learns from anything made here. Of a digit only such halves are shown as are no other
digit, and no small mark is so steep that it could be a one.

    picture = draw_near_digit("halves", number=0, digits=labelled_inks)
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np

from benchmarks.canvas import Pixels, Stroke, crop_ink, draw_ink, draw_pen, fit_ink, place_strokes
from benchmarks.hand_drawn_figures import curve, draw_by_hand, parse_figure
from benchmarks.photo_simulation import InkMask, Random, plain_paper
from digits.synthetic.pen_strokes import CANVAS

SEED = 161_803_398
LEAST_LEAN_OF_SLASH = 35.0
"""Degrees from upright; what leans less may be a one."""
# Left out: where a bow, a ring or a stem stays, which is another digit (the right half of an 8,
# the upper of a 9), where the digit itself can still be read, and a one's every half.
HALVES: dict[int, tuple[tuple[str, float], ...]] = {
    0: (("top", 0.5), ("bottom", 0.5)),
    2: (("bottom", 0.42),),
    3: (("left", 0.38),),
    4: (("left", 0.5),),
    5: (("top", 0.38),),
    7: (("left", 0.42),),
    9: (("left", 0.42),),
}
"""Which part of a digit, alone, is no digit, and how much of it that is at most."""
# What is left in one piece, width to height: a slimmer one may be a one.
_SLIMMEST_HALF = 0.62
# A one at another digit's side may be taken for a stroke of that.
_IN_PAIRS = (0, 2, 3, 4, 5, 6, 7, 8, 9)

# As in `hand_drawn_figures`: signs as people write them, with one stroke more or less.
CURRENCY_SIGNS = (
    "~82,22 60,6 30,10 16,28 34,46 66,54 84,72 68,92 38,94 14,78|50,-14 50,114",
    "~82,22 60,6 30,10 16,28 34,46 66,54 84,72 68,92 38,94 14,78|42,-12 42,112|58,-12 58,112",
    "~80,18 52,4 22,22 34,44 64,54 80,76 54,96 18,84|56,-12 44,112",
    "~90,16 64,2 36,14 22,50 36,86 64,98 90,84|4,40 70,40|4,60 66,60",
    "~92,14 60,0 30,24 24,50 30,76 60,100 92,86|2,42 64,38|0,60 60,56",
    "~84,22 68,2 44,10 40,40 42,70 26,96 14,92|26,96 88,96|14,52 72,52",
    "~82,20 60,0 38,18 42,52 40,80 12,98|12,98 50,92 88,98|16,46 70,46|16,62 70,62",
    "8,0 50,48|92,0 50,48|50,48 50,100|18,56 82,56|18,74 82,74",
    "10,2 50,52 90,2|50,52 50,100|16,64 84,64",
)


@dataclass(frozen=True, eq=False)
class LabelledInk:
    """A digit's ink, as of `photo_simulation`, and which digit it is."""

    label: int
    ink: InkMask


Kind: TypeAlias = Callable[[Random, Sequence[LabelledInk]], Pixels]

# --- Halves, pairs ---------------------------------------------------------------------------


def halves(random: Random, digits: Sequence[LabelledInk]) -> Pixels:
    """One half of a digit, left by a hand that stopped, or cut by the picture's border."""
    half, side = _choose_half(random, digits)
    way = random.random()
    if way < 0.25:
        return plain_paper(half, random)
    size = min(CANVAS * random.uniform(0.25, 0.7), max(half.shape))
    return draw_ink(half, random, size) if way < 0.6 else _cut_by_border(half, side, size, random)


def _choose_half(random: Random, digits: Sequence[LabelledInk]) -> tuple[InkMask, str]:
    """What is left of a digit that is no digit, cropped to it, and which side it is."""
    for index in random.permutation(len(digits)):
        digit = digits[int(index)]
        parts = HALVES.get(digit.label, ())
        if not parts:
            continue
        side, most = parts[int(random.integers(len(parts)))]
        half = crop_ink(half_of(digit.ink, side, most * random.uniform(0.86, 1)))
        if half.shape[1] >= _SLIMMEST_HALF * half.shape[0] or _pieces(half) > 1:
            return half, side
    raise ValueError("no half of these digits is no digit")


def _pieces(ink: InkMask) -> int:
    return cv2.connectedComponents((ink > 0.5).astype(np.uint8))[0] - 1


def half_of(ink: InkMask, side: str, share: float = 0.5) -> InkMask:
    """The "left", "top" or "bottom" of the ink, so much of it: float32 (h, w)."""
    height, width = ink.shape
    if side == "left":
        return ink[:, : round(width * share)]
    rows = round(height * share)
    return ink[:rows] if side == "top" else ink[height - rows :]


def _cut_by_border(half: InkMask, side: str, size: float, random: Random) -> Pixels:
    """The half at that border of the canvas beyond which the other half would be."""
    small = fit_ink(half, size)
    height, width = small.shape
    x, y = (int(random.integers(0, CANVAS - length + 1)) for length in (width, height))
    if side == "left":
        x = CANVAS - width
    else:
        y = CANVAS - height if side == "top" else 0
    canvas = np.full((CANVAS, CANVAS), 255, np.uint8)
    canvas[y : y + height, x : x + width] = np.rint(255 * (1 - small))
    return canvas


def glued_pairs(random: Random, digits: Sequence[LabelledInk]) -> Pixels:
    """Two digits side by side that touch."""
    fit = [digit for digit in digits if digit.label in _IN_PAIRS]
    left, right = (fit[int(i)].ink for i in random.integers(0, len(fit), 2))
    tall = 200
    left, right = (_of_height(ink, tall * random.uniform(0.82, 1)) for ink in (left, right))
    pair = glue(left, right, overlap=round(tall * random.uniform(0.01, 0.06)))
    if random.random() < 0.3:
        return plain_paper(pair, random)
    return draw_ink(pair, random, CANVAS * random.uniform(0.4, 0.92))


def _of_height(ink: InkMask, height: float) -> InkMask:
    return fit_ink(ink, height * max(ink.shape) / ink.shape[0])


def glue(left: InkMask, right: InkMask, overlap: int) -> InkMask:
    """Two inks on one line, pushed together until they touch and a little further.

    Args:
        left: float32 (h, w) in [0, 1].
        right: the same, of another shape.
        overlap: pixels from where they touch.

    Returns:
        float32 (h, w) in [0, 1].
    """
    height = max(left.shape[0], right.shape[0])
    left, right = (
        np.pad(ink, ((height - ink.shape[0], 0), (0, 0))).astype(np.float32)
        for ink in (left, right)
    )
    gaps = [
        left.shape[1] - 1 - int(np.flatnonzero(a)[-1]) + int(np.flatnonzero(b)[0])
        for a, b in zip(left > 0.5, right > 0.5, strict=True)
        if a.any() and b.any()
    ]
    push = min(gaps, default=0) + overlap
    start = max(0, left.shape[1] - push)
    pair = np.zeros((height, max(start + right.shape[1], left.shape[1])), np.float32)
    pair[:, : left.shape[1]] = left
    there = pair[:, start : start + right.shape[1]]
    np.maximum(there, right, out=there)
    return crop_ink(pair)


# --- Marks, signs ----------------------------------------------------------------------------


def small_marks(random: Random, digits: Sequence[LabelledInk]) -> Pixels:
    """A lying dash, a point, a comma, or a slash that leans too far to be a one."""
    way = int(random.integers(4))
    size = random.uniform(14, 130)
    if way < 2:
        lean = (68.0, 90.0) if way == 0 else (LEAST_LEAN_OF_SLASH + 3, 68.0)
        pen = max(3.0, size * random.uniform(0.05, 0.2))
        return place_strokes([slash(random, *lean)], random, size, pen)
    if way == 2:
        point = random.normal(0, 0.3, (3, 2))
        return place_strokes([point], random, 2, random.uniform(4, 40))
    return place_strokes([_comma(random)], random, size / 3, random.uniform(0.2, 0.34) * size)


def slash(random: Random, least: float, most: float) -> Stroke:
    """A nearly straight stroke that leans so far from upright, degrees, either way."""
    angle = np.deg2rad(random.uniform(least, most)) * random.choice([-1, 1])
    along = np.linspace(-50, 50, 12)[:, None] * (np.sin(angle), -np.cos(angle))
    aside = np.array([np.cos(angle), np.sin(angle)])
    bow = random.normal(0, 1.5) * np.sin(np.linspace(0, np.pi, 12))
    return np.asarray(along + bow[:, None] * aside, np.float64)


def _comma(random: Random) -> Stroke:
    """A short thick stroke that ends to the lower left."""
    lean = random.uniform(0.5, 1)
    return curve(np.array([[0, 0], [0.1, 0.45], [-0.9 * lean, 1]]) * 50)


def currency_signs(random: Random, digits: Sequence[LabelledInk]) -> Pixels:
    """A dollar, euro, pound or yen sign."""
    sign = CURRENCY_SIGNS[int(random.integers(len(CURRENCY_SIGNS)))]
    return draw_pen(draw_by_hand(parse_figure(sign), random), random, thickest=0.07)


# --- All kinds -------------------------------------------------------------------------------

NEAR_DIGIT_KINDS: dict[str, Kind] = {
    function.__name__: function for function in (halves, small_marks, currency_signs, glued_pairs)
}


def draw_near_digit(kind: str, number: int, digits: Sequence[LabelledInk]) -> Pixels:
    """A picture that depends on nothing but its kind, its number and the digits.

    Args:
        kind: one of `NEAR_DIGIT_KINDS`.
        number: which one of that kind.
        digits: what is halved or glued; at least one whose half is no digit.

    Raises:
        ValueError: there is none.

    Returns:
        uint8 (280, 280), or of a photo (H, W, 3), RGB.
    """
    random = np.random.default_rng([SEED, zlib.crc32(kind.encode()), number])
    return NEAR_DIGIT_KINDS[kind](random, digits)
