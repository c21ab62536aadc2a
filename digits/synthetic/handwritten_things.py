"""Drawn with a pen, and no digit: scribbles, doodles, letters, signs, words, dots and dashes."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from digits.synthetic.doodles import Line, bent, doodle, rounded, scribble, turned
from digits.synthetic.drawing_basics import SUBPIXEL_BITS, fixed_point
from digits.synthetic.ink import ink_of_lines
from digits.synthetic.letter_strokes import LETTERS, LOOK_ALIKES, parse_strokes
from digits.synthetic.sources import Drawing, Map, Random, Sources


def draw_scribble(random: Random, _: Sources) -> Drawing:
    """A line that goes anywhere."""
    return drawn(scribble(random), random, 0.6, thickest=0.1)


def draw_doodle(random: Random, _: Sources) -> Drawing:
    """What people draw while they think of something else."""
    return drawn(doodle(random), random, 0.7, thickest=0.08)


def draw_letter(random: Random, _: Sources) -> Drawing:
    """A letter or sign that is no look-alike."""
    return drawn(strokes_of(LATIN[int(random.integers(len(LATIN)))], random), random)


def draw_sign(random: Random, _: Sources) -> Drawing:
    """A sign, or a letter of another alphabet, written with a pen."""
    return drawn(strokes_of(_SIGNS[int(random.integers(len(_SIGNS)))], random), random, 0.8)


LATIN = tuple(key for key in LETTERS if key.isascii() and key.isalpha() and key not in LOOK_ALIKES)
_SIGNS = tuple(key for key in LETTERS if not (key.isascii() and key.isalpha()))


def strokes_of(letter: str, random: Random) -> list[Line]:
    """One way of writing it, its knots moved a little, some strokes too long or too short."""
    ways = LETTERS[letter]
    lines = []
    for is_round, knots in parse_strokes(ways[int(random.integers(len(ways)))]):
        moved = knots + random.normal(0, 0.035, knots.shape)
        if len(moved) > 1:
            ends = moved[[0, -1]] - moved[[1, -2]]
            moved[[0, -1]] += ends * random.uniform(-0.15, 0.25, (2, 1))
        # A triangle with its corners cut would be a nought.
        is_closed = bool((knots[0] == knots[-1]).all())
        cut = is_round or (random.random() < 0.25 and not is_closed)
        lines.append(rounded(moved) if cut else moved)
    return lines


def draw_word(random: Random, _sources: Sources) -> Drawing:
    """Two to five letters in a row, look-alikes among them."""
    letters = _CAPITALS if random.random() < 0.4 else _SMALL
    lines: list[Line] = []
    left = 0.0
    for _ in range(random.integers(2, 6)):
        strokes = strokes_of(letters[int(random.integers(len(letters)))], random)
        start = min(float(stroke[:, 0].min()) for stroke in strokes)
        lines += [stroke + np.array([left - start, random.normal(0, 0.03)]) for stroke in strokes]
        left = max(float(line[:, 0].max()) for line in lines) + random.uniform(0.02, 0.35)
    size = float(np.exp(random.uniform(np.log(40), np.log(300))))
    # A pen that suits the letters' height, not the word's length.
    pen = max(1.0, size / max(1.0, left) * random.uniform(0.03, 0.13))
    return on_sheet(ink_of_lines(bent(lines, random, 0.3), size, random, pen), random)


_CAPITALS = tuple(key for key in LETTERS if key.isascii() and key.isupper())
_SMALL = tuple(key for key in LETTERS if key.isascii() and key.islower())


def drawn(
    lines: Sequence[Line], random: Random, most: float = 1.0, thickest: float = 0.16
) -> Drawing:
    """Lines bent by a hand and drawn by some pen, at most so thick a share of their size."""
    size = float(np.exp(random.uniform(np.log(24), np.log(240))))
    pen = size * float(np.exp(random.uniform(np.log(0.025), np.log(thickest))))
    return on_sheet(ink_of_lines(bent(lines, random, most), size, random, pen), random)


def on_sheet(ink: Map, random: Random) -> Drawing:
    """Ink on white paper with some room around it: uint8, 0 for ink."""
    top, bottom, left, right = (random.uniform(0.02, 0.4, 4) * max(ink.shape)).astype(int).tolist()
    sheet = cv2.copyMakeBorder(ink, top, bottom, left, right, cv2.BORDER_CONSTANT, value=0)
    return np.rint(255 * (1 - np.clip(sheet, 0, 1))).astype(np.uint8)


def draw_dots_and_dashes(random: Random, _: Sources) -> Drawing:
    """Dots, blots, and dashes that lie: an upright one is a 1."""
    kind = random.random()
    if kind < 0.3:
        return on_sheet(_blot(random), random)
    if kind < 0.45:
        return drawn(list(random.random((int(random.integers(2, 7)), 1, 2))), random)
    count = 1 if kind < 0.8 else int(random.integers(2, 4))
    lean = random.uniform(-0.7, 0.7)
    sag = random.normal(0, 0.06)
    dash = rounded(np.array([[0, 0], [0.5, sag], [1, 0]]))
    lines = [turned(dash + np.array([0, 0.3 * number]), lean) for number in range(count)]
    size = float(np.exp(random.uniform(np.log(24), np.log(200))))
    pen = size * float(np.exp(random.uniform(np.log(0.04), np.log(0.3))))
    return on_sheet(ink_of_lines(lines, size, random, pen), random)


def _blot(random: Random) -> Map:
    angle = np.linspace(0, 2 * np.pi, 60)[:-1]
    radius = np.ones(59)
    for k in (1, 2, 3, 5):
        radius += random.normal(0, 0.12 / k) * np.cos(k * angle + random.uniform(0, 7))
    points = np.stack([np.cos(angle), random.uniform(0.65, 1) * np.sin(angle)], axis=1)
    size = float(np.exp(random.uniform(np.log(3), np.log(60))))
    points = turned(points * np.maximum(radius, 0.2)[:, None], random.uniform(0, 7)) * size
    points -= points.min(axis=0) - 2
    width, height = np.ceil(points.max(axis=0) + 2).astype(int).tolist()
    mask = np.zeros((height, width), np.uint8)
    cv2.fillPoly(mask, [fixed_point(points)], 255, cv2.LINE_AA, SUBPIXEL_BITS)
    return mask.astype(np.float32) * np.float32(1 / 255)


def draw_slash(random: Random, _: Sources) -> Drawing:
    """A stroke that leans too far for a 1."""
    lean = np.deg2rad(random.uniform(38, 60)) * random.choice([-1, 1])
    bow = random.normal(0, 0.04)
    line = turned(rounded(np.array([[0, 0], [bow, 0.5], [0, 1]])), lean)
    return drawn([line], random, 0.2)


def draw_currency_sign(random: Random, _: Sources) -> Drawing:
    """Of a dollar, euro, pound or yen."""
    return drawn(strokes_of(_CURRENCIES[int(random.integers(len(_CURRENCIES)))], random), random)


_CURRENCIES = ("$", "€", "£", "¥")
