"""What pictures that show no digit are made of, and what they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from digits.synthetic.pen_strokes import PenDigit

Drawing: TypeAlias = NDArray[np.uint8]
Map: TypeAlias = NDArray[np.float32]
Random: TypeAlias = np.random.Generator


@dataclass(frozen=True, eq=False)
class Sources:
    """Real digits, pieces and groups of which are no digit; either may be empty.

    Attributes:
        images: uint8 (n, 28, 28), white ink on black, such as MNIST's training digits.
        labels: uint8 (n,), 0 to 9.
        pens: digits as pen strokes, of writers that train.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    pens: Sequence[PenDigit]
