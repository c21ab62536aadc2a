"""Pictures that show no digit, from which the network learns doubt.

A network that is shown, beside digits, all kinds of other things with no digit as the answer also
doubts what is unlike either: outlier exposure (Hendrycks, Mazeika & Dietterich, 2019, "Deep
anomaly detection with outlier exposure"). What looks like a digit (O, l, I, S, Z, an upright dash)
is left out altogether, for it is neither. Many lie on the same imagined paper as digits do, so
that paper is no sign of either. Most are made by rules; where people's own letters and doodles are
at hand, those stand in the place of some.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from digits.synthetic.collected_things import (
    draw_collected_doodle,
    draw_collected_letter,
    draw_foreign_letter,
)
from digits.synthetic.digit_mixtures import (
    draw_glued,
    draw_half,
    draw_mirrored,
    draw_pieces,
    draw_several,
    draw_stacked,
    draw_with_slice,
)
from digits.synthetic.handwritten_things import (
    draw_currency_sign,
    draw_doodle,
    draw_dots_and_dashes,
    draw_letter,
    draw_scribble,
    draw_sign,
    draw_slash,
    draw_word,
)
from digits.synthetic.printed_characters import print_letter, print_sign
from digits.synthetic.scenes import compose_scene
from digits.synthetic.sources import CollectedThings, Drawing, Random, Sources
from digits.synthetic.thing_photos import photograph_thing

# Of the drawings, so many are composed onto imagined paper.
SCENE_SHARE = 0.45


def draw_non_digit(random: Random, sources: Sources) -> tuple[str, Drawing]:
    """A picture of something that is no digit, and what kind of thing it is.

    Args:
        random: the picture depends on nothing else but the sources.
        sources: real digits to make other things of.

    Returns:
        A key of `KINDS`, and uint8 (h, w), dark on light, or (h, w, 3), RGB.
    """
    shares = shares_of_kinds(sources)
    weights = np.array(list(shares.values()))
    kind = tuple(shares)[int(random.choice(len(shares), p=weights / weights.sum()))]
    picture = KINDS[kind][1](random, sources)
    if picture.ndim == 2 and random.random() < SCENE_SHARE:
        ink = (255 - picture).astype(np.float32) * np.float32(1 / 255)
        if (ink > 0.5).any():
            picture = compose_scene(ink, random)
    return kind, picture


def shares_of_kinds(sources: Sources) -> dict[str, float]:
    """For each of `KINDS` its share of all; where nothing was collected, none for what would be."""
    shares = {kind: share for kind, (share, _) in KINDS.items()}
    for kind, (made, is_at_hand) in COLLECTED.items():
        if not is_at_hand(sources.collected):
            shares[made] += shares[kind]
            shares[kind] = 0.0
    return shares


KINDS: dict[str, tuple[float, Callable[[Random, Sources], Drawing]]] = {
    "scribble": (0.10, draw_scribble),
    "dots and dashes": (0.06, draw_dots_and_dashes),
    "slash": (0.02, draw_slash),
    "currency sign": (0.03, draw_currency_sign),
    "handwritten letter": (0.05, draw_letter),
    "printed letter": (0.12, print_letter),
    "handwritten sign": (0.05, draw_sign),
    "printed sign": (0.04, print_sign),
    "word": (0.04, draw_word),
    "doodle": (0.10, draw_doodle),
    "several digits": (0.08, draw_several),
    "stacked digits": (0.03, draw_stacked),
    "pieces of digits": (0.05, draw_pieces),
    "mirrored digit": (0.02, draw_mirrored),
    "half of a digit": (0.08, draw_half),
    "digits glued together": (0.11, draw_glued),
    "digit with a slice of another": (0.04, draw_with_slice),
    "photo of a thing": (0.05, photograph_thing),
    "collected letter": (0.20, draw_collected_letter),
    "collected doodle": (0.10, draw_collected_doodle),
    "letter of another alphabet": (0.04, draw_foreign_letter),
}
"""For each kind of thing its weight among all, where everything is at hand, and what draws it."""

COLLECTED: dict[str, tuple[str, Callable[[CollectedThings], bool]]] = {
    "collected letter": ("handwritten letter", lambda things: len(things.letters) > 0),
    "collected doodle": ("doodle", lambda things: len(things.doodles) > 0),
    "letter of another alphabet": ("handwritten sign", lambda things: len(things.foreign) > 0),
}
"""For each kind of real things what is made in their place, and whether they are at hand."""
