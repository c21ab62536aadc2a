"""What pictures that show no digit are made of, and what they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from digits.synthetic.pen_characters import PenCharacter
from digits.synthetic.pen_strokes import PenDigit
from digits.synthetic.writers import ByWriter

Drawing: TypeAlias = NDArray[np.uint8]
Map: TypeAlias = NDArray[np.float32]
Random: TypeAlias = np.random.Generator


@dataclass(frozen=True, eq=False)
class CollectedThings:
    """Things that are no digit, as people drew them; any of them may be missing.

    Attributes:
        letters: letters and signs that look like no digit.
        doodles: uint8 (n, 28, 28), white ink on black.
        foreign: letters of other alphabets, uint8 (n, 105, 105), white ink on black.
    """

    letters: ByWriter[PenCharacter] = field(default_factory=lambda: ByWriter(()))
    doodles: NDArray[np.uint8] = field(default_factory=lambda: np.zeros((0, 28, 28), np.uint8))
    foreign: NDArray[np.uint8] = field(default_factory=lambda: np.zeros((0, 105, 105), np.uint8))


@dataclass(frozen=True, eq=False)
class Sources:
    """Real digits, pieces and groups of which are no digit, and real things; either may be empty.

    Attributes:
        images: uint8 (n, 28, 28), white ink on black, such as MNIST's training digits.
        labels: uint8 (n,), 0 to 9.
        pens: digits as pen strokes, of writers that train.
        collected: things that people drew.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    pens: Sequence[PenDigit]
    collected: CollectedThings = field(default_factory=CollectedThings)
