"""A reading as a screen keeps it: what is shown of it, and nothing larger."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digit_predictor import Reading
from image_preparation import shrink_picture
from ink_finding import Ink

# Twice the widest that a picture is shown, for sharp screens.
LONGEST_SIDE_SHOWN = 720


@dataclass(frozen=True, eq=False)
class ShownAnswer:
    """A reading with its picture no larger than is shown, so that many can be kept.

    Attributes:
        source: the file that was read.
        ink: what was said of its ink.
        top_k, probabilities, doubt, network_input, steps: as in `Reading`.
        picture: uint8 (h, w, 3), at most `LONGEST_SIDE_SHOWN` a side.
        placement: as in `Reading`, for `picture`.
        full_placement: for the picture at its own resolution.
    """

    source: bytes
    ink: Ink
    top_k: list[tuple[int, float]]
    probabilities: NDArray[np.float32]
    doubt: str | None
    network_input: NDArray[np.float32]
    steps: tuple[tuple[str, NDArray[np.uint8]], ...]
    picture: NDArray[np.uint8]
    placement: NDArray[np.float64]
    full_placement: NDArray[np.float64]

    @property
    def key(self) -> str:
        """The same for the same picture with the same ink, for what a person chose for it."""
        return f"{zlib.crc32(self.source)}-{self.ink}"

    @property
    def likeliest_first(self) -> list[int]:
        """All classes, the likeliest first."""
        return [int(each) for each in np.argsort(-self.probabilities, kind="stable")]


def shown_answer(source: bytes, ink: Ink, reading: Reading) -> ShownAnswer:
    """Keep of a reading what is shown."""
    picture, placement = shrink_picture(reading.picture, reading.placement, LONGEST_SIDE_SHOWN)
    return ShownAnswer(
        source=source,
        ink=ink,
        top_k=reading.top_k,
        probabilities=reading.probabilities,
        doubt=reading.doubt,
        network_input=reading.network_input,
        steps=reading.steps,
        picture=picture,
        placement=placement,
        full_placement=reading.placement,
    )
