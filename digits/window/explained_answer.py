"""What a window asks about a picture, and all that it shows of the answer.

Plain data, light to import and to send from one process to another; `answer_maker` answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

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
        place: which digit of a number is looked at, from 0; None for all of it.
        is_overlay: whether the heatmap lies over the ink, rather than being its colour.
    """

    picture: bytes | Path
    is_drawn: bool
    is_contrast: bool = False
    opacity: float = 1.0
    place: int | None = None
    is_overlay: bool = False


@dataclass(frozen=True)
class SaveJob:
    """What a window wants kept as a PNG.

    Attributes:
        question: whose answer to keep.
        path: where; a file that is there is replaced.
    """

    question: Question
    path: Path


@dataclass(frozen=True)
class CorrectJob:
    """What a person said of the answer to a question, or of all answers.

    Attributes:
        question: which is answered anew; None where there is none yet.
        what: "right", to say which digit it is; "back", to take a correction back; "switch", to
            answer with the hand or without; "keep", to keep all in a folder from now on.
        digit: the right one; None for no digit.
        key: of the correction that is taken back; None for the last.
        folder: to keep corrections in; those that are there are brought back.
    """

    question: Question | None
    what: Literal["right", "back", "switch", "keep"]
    digit: int | None = None
    key: int | None = None
    folder: Path | None = None


@dataclass(frozen=True, eq=False)
class ExplainedAnswer:
    """What a window shows: of a whole number, or of one digit.

    Attributes:
        written: what is read, a row a line.
        words: how sure that is, in words.
        labels_of_digits: what stands on the button of each digit; empty if there is but one.
        place: which digit is looked at, from 0; None for all, or the only one.
        top_k: `(digit, confidence)` pairs, best first; three of them, none for a whole number.
        confidences: the same, as people read them.
        doubt: why this may be no number or no digit, in a sentence; else None.
        source: the bytes of the file, where the question said no more than where it lies.
        picture: uint8 (h, w, 3), the person's picture.
        heatmap: uint8 (h, w, 3), the same with the heatmap over it.
        caption: what the heatmap shows, in a sentence.
        colours: of the colour bar, as #rrggbb from left to right; empty for a blank heatmap.
        labels: numbers at the colour bar's left end, middle and right end, in logits.
        network_input: uint8 (28, 28), what the network saw, white ink on black; None for a whole
            number.
        about_hand: what the answer is adapted to, in a sentence; "" where it is not.
    """

    written: str
    words: str
    labels_of_digits: tuple[str, ...]
    place: int | None
    top_k: tuple[tuple[int, float], ...]
    confidences: tuple[str, ...]
    doubt: str | None
    source: bytes | None
    picture: NDArray[np.uint8]
    heatmap: NDArray[np.uint8]
    caption: str
    colours: tuple[str, ...]
    labels: tuple[str, ...]
    network_input: NDArray[np.uint8] | None
    about_hand: str = ""

    @property
    def is_whole_number(self) -> bool:
        """Whether this is of several digits at once."""
        return not self.top_k


@dataclass(frozen=True, eq=False)
class SaidOfDigit:
    """A correction, as a window lists it.

    Attributes:
        key: by which it is taken back; none is ever given twice.
        sentence: what the digit was read as, and what it is.
        network_input: uint8 (28, 28), what the network saw of it, white ink on black.
    """

    key: int
    sentence: str
    network_input: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Corrected:
    """What came of a `CorrectJob`.

    Attributes:
        answer: to its question; None if it had none.
        about_hand: what answers are adapted to now, in a sentence; "" where they are not.
        said: all corrections, the newest first, also those that do not count any more.
        left_out: what of a folder could not be brought back, and why, in sentences; "" where all
            could.
    """

    answer: ExplainedAnswer | None
    about_hand: str
    said: tuple[SaidOfDigit, ...]
    left_out: str = ""


Job: TypeAlias = Question | SaveJob | CorrectJob
Reply: TypeAlias = ExplainedAnswer | Corrected | Path
