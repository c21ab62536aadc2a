"""Who reads whole numbers: this project, once it can, and RapidOCR beside it, where installed.

Either is a function that takes a picture, uint8 (H, W, 3) RGB, and gives a `NumberAnswer`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

import digit_predictor
from benchmarks.number_layouts import text_of
from benchmarks.photo_simulation import Photo
from digits.common.errors import DigitError

OURS = "this project"
RAPIDOCR, RAPIDOCR_ONE_LINE = "RapidOCR", "RapidOCR, one line"
_NOT_YET = "digit_predictor.read_number is not there yet: this table is what it will be judged by."
_NO_RAPIDOCR = "RapidOCR is left out: pip install rapidocr onnxruntime, to hold it against."
# Of RapidOCR: texts whose middles differ by less of their height stand in one row.
_SAME_ROW = 0.5
# Below this it does not take a text for one itself.
_SURE_OF_TEXT = 0.5


@dataclass(frozen=True)
class NumberAnswer:
    """What a reader says of a picture.

    Attributes:
        text: digits alone, rows joined by a new line, clear gaps as " "; "" for none.
        written: with all marks.
        confidence: that `text` is right, in [0, 1].
        doubted: whether it takes the picture for no number.
    """

    text: str
    written: str
    confidence: float
    doubted: bool


NO_ANSWER = NumberAnswer("", "", 0.0, True)
Reader: TypeAlias = Callable[[Photo], NumberAnswer]


def find_readers(model: str | None, rapidocr: bool) -> tuple[dict[str, Reader], list[str]]:
    """All readers that are there, by name, and a sentence on each that is not.

    Args:
        model: a file of another model for this project's reader; None for the default.
        rapidocr: whether RapidOCR is asked for.
    """
    found: dict[str, Reader] = {}
    sentences = []
    ours = our_reader(model)
    if ours is None:
        sentences.append(_NOT_YET)
    else:
        found[OURS] = ours
    if rapidocr:
        theirs = rapidocr_readers()
        found |= theirs
        if not theirs:
            sentences.append(_NO_RAPIDOCR)
    return found, sentences


def our_reader(model: str | None) -> Reader | None:
    """This project's, or None as long as it has none.

    Of what `read_number` gives it takes `text`, `written`, `confidence` and `doubt`, which is None
    for a number as in a `Reading`.
    """
    read_number: Callable[..., Any] | None = getattr(digit_predictor, "read_number", None)
    if read_number is None:
        return None
    options = {} if model is None else {"model": digit_predictor.load_network(model)}

    def read(picture: Photo) -> NumberAnswer:
        try:
            number = read_number(picture, **options)
        except DigitError:
            return NO_ANSWER
        return NumberAnswer(
            number.text, number.written, float(number.confidence), number.doubt is not None
        )

    return read


def rapidocr_readers() -> dict[str, Reader]:
    """RapidOCR's by name, with its defaults, and told that there is just one line; or none."""
    try:
        make_engine = importlib.import_module("rapidocr").RapidOCR
    except ImportError:
        return {}
    # One each: what a call asks for is kept for the next, in whichever thread.
    engine, line_engine = make_engine(), make_engine()

    def read(picture: Photo) -> NumberAnswer:
        found = engine(_in_bgr(picture))
        if found.boxes is None or found.txts is None or found.scores is None:
            return NO_ANSWER
        return answer_of_texts(found.boxes, found.txts, found.scores)

    def read_line(picture: Photo) -> NumberAnswer:
        found = line_engine(_in_bgr(picture), use_det=False, use_cls=False, use_rec=True)
        if not found.txts:
            return NO_ANSWER
        height, width = picture.shape[:2]
        whole = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float64)
        return answer_of_texts([whole], found.txts[:1], found.scores[:1])

    return {RAPIDOCR: read, RAPIDOCR_ONE_LINE: read_line}


def _in_bgr(picture: Photo) -> Photo:
    """As OpenCV has it."""
    return np.ascontiguousarray(picture[..., ::-1])


def answer_of_texts(
    boxes: Sequence[NDArray[np.floating]], texts: Sequence[str], scores: Sequence[float]
) -> NumberAnswer:
    """What texts anywhere on a picture say together, row by row; spaces inside a text stay.

    Args:
        boxes: corners of each, (4, 2), x before y.
        texts: what each says.
        scores: how sure of each the reader is, in [0, 1].
    """
    corners = [np.asarray(box, np.float64) for box in boxes]
    rows: list[list[int]] = []
    for i in sorted(range(len(texts)), key=lambda i: corners[i][:, 1].mean()):
        if rows and _in_row(corners[rows[-1][0]], corners[i]):
            rows[-1].append(i)
        else:
            rows.append([i])
    ordered = [sorted(row, key=lambda i: corners[i][:, 0].min()) for row in rows]
    written = "\n".join(" ".join(texts[i].strip() for i in row) for row in ordered)
    letters = any(sign.isalpha() for sign in written)
    text = text_of(written)
    sure = float(np.prod(scores)) if len(scores) else 0.0
    return NumberAnswer(text, written, sure, not text or letters or sure < _SURE_OF_TEXT)


def _in_row(first: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    """Whether two boxes stand at about one height."""
    apart = abs(first[:, 1].mean() - other[:, 1].mean())
    return bool(apart < _SAME_ROW * max(np.ptp(first[:, 1]), 1))
