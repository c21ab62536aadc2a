"""What is no number, to judge by how often a reader of whole numbers says so.

No network learns from anything made here. Words are of letters that look like no digit.

    picture = draw_no_number("words", hands, number=0)
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from benchmarks import number_papers as papers
from benchmarks.canvas import fit_ink
from benchmarks.hand_drawn_figures import curve
from benchmarks.non_digit_drawings import draw_non_digit
from benchmarks.number_hands import Hands
from benchmarks.number_layouts import APART, TIGHT, PlacedSign, Style, Writing, write_rows
from benchmarks.number_pictures import NumberPicture, on_canvas, photo_on
from benchmarks.photo_simulation import Random, ink_of_strokes

SEED = 235_711_131
WORDS = (
    *("hat", "tax", "pad", "tea", "map", "net", "fax", "name", "draw", "week", "rent", "part"),
    *("paper", "water", "meter", "never", "handmade", "market", "tweet", "theme", "wave"),
    *("MAY", "TAX", "NAME", "WHEAT", "PAPER", "MARKET", "FARM", "TREE", "YEAR", "HEATER", "EXAM"),
)
# The drawings here are others than those of `robustness_rows`.
_FIRST_DRAWING = 500_000

Kind: TypeAlias = Callable[[Hands, int, Random], NumberPicture]


def words(hands: Hands, number: int, random: Random) -> NumberPicture:
    """A word of one hand, on the canvas or on paper."""
    word = WORDS[int(random.integers(len(WORDS)))]
    hand = hands.choose_for_word(word, random)
    joint = APART if random.random() < 0.5 else TIGHT
    style = Style(random.uniform(40, 90), random.uniform(0.05, 0.1), joint)
    return _finish(write_rows(word, hand, style, random), random)


def _finish(writing: Writing, random: Random) -> NumberPicture:
    """On the canvas or on paper."""
    if random.random() < 0.5:
        finished = on_canvas(writing, random)
    else:
        finished = photo_on(papers.plain, papers.ruled, papers.frames)(writing, random)
    return NumberPicture(finished.pixels, "", "")


def cursive(hands: Hands, number: int, random: Random) -> NumberPicture:
    """A signature or a line that was scribbled: joined waves and loops."""
    turns = int(random.integers(4, 13))
    phase = np.linspace(0, 2 * np.pi * turns, 24 * turns)
    knots = np.linspace(0, phase[-1], 2 * turns)
    tall = np.interp(phase, knots, random.choice([0.3, 0.4, 0.9, 1.2], 2 * turns))
    low = np.interp(phase, knots, random.choice([0, 0, 0, 0.5], 2 * turns))
    pace = np.interp(phase, knots, random.uniform(0.3, 1.7, 2 * turns))
    x = 0.11 * np.cumsum(pace) * (phase[1] - phase[0]) + random.uniform(0.1, 0.35) * np.sin(phase)
    strokes = [np.stack([x, low - (tall + low) * (1 - np.cos(phase)) / 2], axis=1)]
    if random.random() < 0.4:
        ends = np.array([[x[0], 0.4], [x.mean(), 0.5], [x[-1], random.uniform(0.2, 0.5)]])
        strokes.append(curve(ends))
    size = random.uniform(110, 270)
    ink = fit_ink(ink_of_strokes(strokes, random.uniform(0.012, 0.03)), round(size))
    height = float(ink.shape[0])
    sign = PlacedSign("~", 0, 0, -ink.shape[0], ink)
    return _finish(Writing((sign,), "", height, 0.02 * size, (0.0,)), random)


def _drawn(kind: str) -> Kind:
    """As single digits are judged by, but others."""

    def draw(hands: Hands, number: int, random: Random) -> NumberPicture:
        return NumberPicture(draw_non_digit(kind, _FIRST_DRAWING + number, []), "", "")

    return draw


NO_NUMBER_KINDS: dict[str, Kind] = {
    "words": words,
    "cursive": cursive,
    "doodles": _drawn("doodles"),
    "scribbles": _drawn("scribbles"),
    "things": _drawn("other_photos"),
}


def draw_no_number(kind: str, hands: Hands, number: int) -> NumberPicture:
    """A picture that depends on nothing but its kind, the hands and its number.

    Args:
        kind: one of `NO_NUMBER_KINDS`.
        hands: who may write the words.
        number: which one of that kind.
    """
    at = hands.first + number
    random = np.random.default_rng([SEED, zlib.crc32(kind.encode()), at])
    return NO_NUMBER_KINDS[kind](hands, at, random)
