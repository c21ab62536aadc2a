"""Pictures of things that people drew and somebody collected, none of them a digit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from digits.synthetic.handwritten_things import drawn, on_sheet
from digits.synthetic.ink import ink_of_mnist
from digits.synthetic.sources import Drawing, Random, Sources

# Of what `doodles.bent` can do: the hand was a real one, and its letters are to stay legible.
_BENT = 0.4


def draw_collected_letter(random: Random, sources: Sources) -> Drawing:
    """A letter or sign with the strokes that somebody made, whoever it is, drawn by some pen."""
    return drawn(sources.collected.letters.choose(random).strokes, random, _BENT)


def draw_collected_doodle(random: Random, sources: Sources) -> Drawing:
    """A doodle enlarged as if a pen had drawn it."""
    return _enlarged(sources.collected.doodles, random)


def draw_foreign_letter(random: Random, sources: Sources) -> Drawing:
    """A letter of another alphabet, likewise."""
    return _enlarged(sources.collected.foreign, random)


def _enlarged(images: NDArray[np.uint8], random: Random) -> Drawing:
    chosen = images[int(random.integers(len(images)))]
    size = int(np.exp(random.uniform(np.log(40), np.log(260))))
    return on_sheet(ink_of_mnist(chosen, size, random), random)
