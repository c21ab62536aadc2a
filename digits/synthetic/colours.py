"""Colours of paper and ink, as people have them, told apart by the eye.

A colour is red, green, blue: float64 (3,) in [0, 1].
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Colour: TypeAlias = NDArray[np.float64]
Polarity: TypeAlias = Literal["dark", "light"]

# Between ink and paper, of the whole range from black to white: what a person still sees at once.
LEAST_CONTRAST = 0.22
_LUMA = np.array([0.299, 0.587, 0.114])


def luma(colour: Colour) -> float:
    """Its brightness, 0 to 1."""
    return float(colour @ _LUMA)


def contrast_of(a: Colour, b: Colour) -> float:
    """How well a person tells them apart, 0 to 1: by brightness above all, and by hue."""
    return max(abs(luma(a) - luma(b)), 0.4 * float(np.abs(a - b).max()))


def any_hue(random: np.random.Generator, saturation: float, value: float) -> Colour:
    """A colour of any hue; saturation and value from 0 to 1."""
    wheel = np.clip(np.abs((random.random() * 6 + np.array([0, 4, 2])) % 6 - 3) - 1, 0, 1)
    return np.asarray(value * (1 - saturation * (1 - wheel)), np.float64)


def grey_colour(level: float) -> Colour:
    """Grey, from 0 for black to 1 for white."""
    return np.full(3, level)


def pick(random: np.random.Generator, *choices: tuple[float, Callable[[], Colour]]) -> Colour:
    """One of the choices, each a weight and what makes the colour; no other is made."""
    weights = np.array([weight for weight, _ in choices])
    return choices[int(random.choice(len(choices), p=weights / weights.sum()))][1]()


def around(random: np.random.Generator, red: float, green: float, blue: float) -> Colour:
    """A colour near that one."""
    return np.clip(np.array([red, green, blue]) + random.normal(0, 0.04, 3), 0, 1)


def paper_and_ink(random: np.random.Generator, polarity: Polarity) -> tuple[Colour, Colour]:
    """Paper and ink that a person can tell apart."""
    dark = polarity == "dark"
    paper = np.clip(_light_paper(random) if dark else _dark_paper(random), 0, 1)
    ink = any_ink(random, dark)
    if dark and random.random() < 0.12:  # pale: not much more ink than can be seen
        ink += (1 - LEAST_CONTRAST - random.uniform(0.05, 0.2)) * (paper - ink)
    return paper, apart(ink, paper, dark)


def apart(ink: Colour, paper: Colour, dark: bool) -> Colour:
    """The ink, made darker or lighter until it can be seen on the paper and is of its polarity."""
    extreme = grey_colour(0.0 if dark else 1.0)
    sign = 1 if dark else -1
    for _ in range(12):
        if (
            contrast_of(ink, paper) >= LEAST_CONTRAST
            and sign * (luma(paper) - luma(ink)) > 0.4 * LEAST_CONTRAST
        ):
            break
        ink = ink + 0.25 * (extreme - ink)
    return ink


def any_ink(random: np.random.Generator, dark: bool) -> Colour:
    """An ink, dark or light, whatever the paper is: `apart` makes it one that can be seen."""
    return _dark_ink(random) if dark else _light_ink(random)


def _light_paper(random: np.random.Generator) -> Colour:
    return pick(
        random,
        (8, lambda: grey_colour(random.uniform(0.86, 1)) - random.uniform(0, 0.03, 3)),
        (3, lambda: around(random, 0.95, 0.92, 0.82)),
        (2, lambda: around(random, 0.82, 0.8, 0.74)),
        (2, lambda: around(random, 0.74, 0.6, 0.44)),
        (2, lambda: any_hue(random, random.uniform(0.08, 0.6), random.uniform(0.7, 1))),
        (1, lambda: grey_colour(random.uniform(0.5, 0.86))),
    )


def _dark_paper(random: np.random.Generator) -> Colour:
    return pick(
        random,
        (3, lambda: grey_colour(random.uniform(0.02, 0.3))),
        (2, lambda: around(random, 0.14, 0.27, 0.2)),
        (2, lambda: any_hue(random, random.uniform(0.3, 1), random.uniform(0.1, 0.45))),
        (1, lambda: np.zeros(3)),
    )


def _dark_ink(random: np.random.Generator) -> Colour:
    return pick(
        random,
        (6, lambda: grey_colour(random.uniform(0, 0.22))),
        (5, lambda: around(random, 0.1, random.uniform(0.1, 0.35), random.uniform(0.4, 0.8))),
        (2.5, lambda: around(random, random.uniform(0.55, 0.85), 0.1, 0.12)),
        (1.5, lambda: around(random, 0.08, random.uniform(0.35, 0.55), 0.2)),
        (1.5, lambda: around(random, 0.4, 0.12, random.uniform(0.4, 0.65))),
        (4, lambda: grey_colour(random.uniform(0.25, 0.6))),
        (2, lambda: any_hue(random, random.uniform(0.3, 1), random.uniform(0.2, 0.85))),
    )


def _light_ink(random: np.random.Generator) -> Colour:
    return pick(
        random,
        (5, lambda: grey_colour(random.uniform(0.75, 1))),
        (2, lambda: any_hue(random, random.uniform(0.1, 0.6), random.uniform(0.8, 1))),
        (1, lambda: grey_colour(random.uniform(0.5, 0.75))),
    )
