"""What a window asks about a picture, and all that it shows of the answer.

Plain data, light to import and to send from one process to another; `answer_maker` answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Question:
    """What a window asks.

    Attributes:
        picture: the bytes of a picture's file, or where one lies.
        is_drawn: whether it was drawn in the window: dark ink on light paper.
        is_contrast: whether the likeliest digit is held against the second likeliest.
        opacity: of the heatmap, in [0, 1].
    """

    picture: bytes | Path
    is_drawn: bool
    is_contrast: bool = False
    opacity: float = 0.8


@dataclass(frozen=True)
class SaveJob:
    """What a window wants kept as a PNG.

    Attributes:
        question: whose answer to keep.
        path: where; a file that is there is replaced.
    """

    question: Question
    path: Path


@dataclass(frozen=True, eq=False)
class ExplainedAnswer:
    """What a window shows.

    Attributes:
        top_k: `(digit, confidence)` pairs, best first; three of them.
        confidences: the same, as people read them.
        doubt: why this may be no digit, in a sentence; None for a digit.
        source: the bytes of the file, where the question said no more than where it lies.
        picture: uint8 (h, w, 3), the person's picture.
        heatmap: uint8 (h, w, 3), the same with the heatmap over it.
        caption: what the heatmap shows, in a sentence.
        colours: of the colour bar, as #rrggbb from left to right; empty for a blank heatmap.
        labels: numbers at the colour bar's left end, middle and right end, in logits.
        network_input: uint8 (28, 28), what the network saw, white ink on black.
    """

    top_k: tuple[tuple[int, float], ...]
    confidences: tuple[str, ...]
    doubt: str | None
    source: bytes | None
    picture: NDArray[np.uint8]
    heatmap: NDArray[np.uint8]
    caption: str
    colours: tuple[str, ...]
    labels: tuple[str, ...]
    network_input: NDArray[np.uint8]


Job: TypeAlias = Question | SaveJob
Reply: TypeAlias = ExplainedAnswer | Path
