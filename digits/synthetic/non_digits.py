"""Pictures that show no digit, from which the network learns doubt.

A network that is shown, beside digits, all kinds of other things with no digit as the answer also
doubts what is unlike either: outlier exposure (Hendrycks, Mazeika & Dietterich, 2019, "Deep
anomaly detection with outlier exposure"). What looks like a digit (O, l, I, S, Z, an upright dash)
is left out altogether, for it is neither. Many lie on the same imagined paper as digits do, so
that paper is no sign of either.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from digits.synthetic.digit_mixtures import draw_mirrored, draw_pieces, draw_several, draw_stacked
from digits.synthetic.handwritten_things import (
    draw_doodle,
    draw_dots_and_dashes,
    draw_letter,
    draw_scribble,
    draw_sign,
    draw_word,
)
from digits.synthetic.printed_characters import print_letter, print_sign
from digits.synthetic.scenes import compose_scene
from digits.synthetic.sources import Drawing, Random, Sources
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
    names = tuple(KINDS)
    shares = np.array([share for share, _ in KINDS.values()])
    kind = names[int(random.choice(len(names), p=shares / shares.sum()))]
    picture = KINDS[kind][1](random, sources)
    if picture.ndim == 2 and random.random() < SCENE_SHARE:
        ink = (255 - picture).astype(np.float32) * np.float32(1 / 255)
        if (ink > 0.5).any():
            picture = compose_scene(ink, random)
    return kind, picture


KINDS: dict[str, tuple[float, Callable[[Random, Sources], Drawing]]] = {
    "scribble": (0.12, draw_scribble),
    "dots and dashes": (0.06, draw_dots_and_dashes),
    "handwritten letter": (0.2, draw_letter),
    "printed letter": (0.12, print_letter),
    "handwritten sign": (0.07, draw_sign),
    "printed sign": (0.04, print_sign),
    "word": (0.04, draw_word),
    "doodle": (0.14, draw_doodle),
    "several digits": (0.08, draw_several),
    "stacked digits": (0.03, draw_stacked),
    "pieces of digits": (0.05, draw_pieces),
    "mirrored digit": (0.02, draw_mirrored),
    "photo of a thing": (0.05, photograph_thing),
}
"""For each kind of thing its share of all, and what draws it."""
