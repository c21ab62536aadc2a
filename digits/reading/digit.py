"""Read a handwritten digit from any picture: the likeliest digits and how sure the network is.

As a program: `python digit_predictor.py PICTURE… [--json] [--top-k 3] [--model FILE]`.
"""

from __future__ import annotations

import argparse
import io
import json
import math
import operator
import os
import sys
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, get_args
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from digits.common.command_line import complain
from digits.common.errors import (
    DigitError,
    LayerError,
    ModelError,
    NoInkError,
    PictureError,
)
from digits.network.compiled_calls import compute_logits
from digits.network.doubt import SCORES, explain_doubt
from digits.network.forward_pass import CLASSES, INPUT_SHAPE
from digits.network.model_file import (
    ModelPapers,
    load_model_file,
    read_convolution_names,
    read_papers,
)
from digits.picture.decoding import DecodedPicture, Picture, decode_picture
from digits.picture.ink_finding import Ink
from digits.picture.preparation import PreparedDigit, prepare_digit

if TYPE_CHECKING:
    import keras

__all__ = [
    "DigitError",
    "LayerError",
    "ModelError",
    "NoInkError",
    "PictureError",
    "Reading",
    "format_confidence",
    "list_convolutions",
    "load_model",
    "predict_top_k",
    "read_digit",
    "read_digits",
    "warm_up",
]

SHIPPED_MODEL = Path(__file__).with_name("digit_recognizer.h5")
MODEL_VARIABLE = "DIGIT_MODEL"
"""Environment variable that names another model file to use by default."""
BATCH = 500
"""How many digits go through the network at once; more are no faster, and take memory."""


@dataclass(frozen=True, eq=False)
class Reading:
    """What the network reads in a picture.

    Attributes:
        top_k: `(digit, confidence)` pairs, best first; confidence in [0, 1].
        probabilities: float32 (10,), sums to 1.
        doubt: why this may be no digit at all, in a sentence for people; None for a digit.
        network_input: float32 (28, 28) in [0, 1], white ink on black: what the network saw.
        placement: float64 (2, 3), affine map from network pixels to pixels of `picture`, x before
            y, whole numbers at pixel centres.
        steps: the pictures on the way, `(name, uint8 array)`.
        picture: uint8 (H, W, 3), the upright picture, RGB.
    """

    top_k: list[tuple[int, float]]
    probabilities: NDArray[np.float32]
    doubt: str | None
    network_input: NDArray[np.float32]
    placement: NDArray[np.float64]
    steps: tuple[tuple[str, NDArray[np.uint8]], ...]
    picture: NDArray[np.uint8]

    @property
    def is_digit(self) -> bool:
        """Whether this looks like a digit; always so to a model that was not taught to doubt."""
        return self.doubt is None


_loaded: dict[Path, tuple[tuple[int, int], keras.Model]] = {}
_papers: WeakKeyDictionary[keras.Model, ModelPapers] = WeakKeyDictionary()
_loading = threading.Lock()


def load_model(path: str | os.PathLike[str] | None = None) -> keras.Model:
    """Load a model once; later calls give the same object, which threads may share.

    A file that has changed on disk is loaded anew.

    Args:
        path: `.h5` or `.keras`; None takes `$DIGIT_MODEL`, or the model shipped beside this module.

    Raises:
        ModelError: the file is missing, damaged, or does not classify 28×28 pictures of digits.
    """
    file = _model_file(path)
    with _loading:
        identity = _identity(file)
        if file not in _loaded or _loaded[file][0] != identity:
            model = load_model_file(file)
            _papers[model] = read_papers(file)
            _loaded[file] = identity, model
        return _loaded[file][1]


def list_convolutions(path: str | os.PathLike[str] | None = None) -> list[str]:
    """Names of the convolutions that `grad_cam` can explain, input side first.

    They are read from the file, so that they are known before TensorFlow is.

    Raises:
        ModelError: the file is missing or damaged.
    """
    return read_convolution_names(_model_file(path))


def _model_file(path: str | os.PathLike[str] | None) -> Path:
    return Path(path or os.environ.get(MODEL_VARIABLE) or SHIPPED_MODEL).absolute()


def _identity(file: Path) -> tuple[int, int]:
    """What changes when a file does; zeros for a missing one, which loading then reports."""
    try:
        status = file.stat()
    except (OSError, ValueError):  # ValueError for a name that no file can have
        return 0, 0
    return status.st_mtime_ns, status.st_size


def model_papers(model: keras.Model) -> ModelPapers:
    """Where a loaded model comes from; the defaults for one that `load_model` did not load."""
    return _papers.get(model, ModelPapers())


def read_digit(
    picture: Picture, k: int = 3, *, ink: Ink = "auto", model: keras.Model | None = None
) -> Reading:
    """Read the digit in a picture.

    Args:
        picture: a path, the bytes of a file, an open binary file, a PIL image, or a uint8 array
            of shape (H, W), (H, W, 3) RGB or (H, W, 4) RGBA.
        k: how many of the likeliest digits `top_k` holds, 1 to 10.
        ink: whether the ink is "dark" or "light" against the paper; "auto" finds out.
        model: from `load_model`; None takes the default one.

    Raises:
        PictureError: the picture cannot be read or is too large.
        NoInkError: nothing is drawn on it.
        ModelError: the default model cannot be loaded, or `model` has no logits.
        ValueError: `k` or `ink` is none of those named.
    """
    ready = prepare_picture(picture, k, ink)
    model = load_model() if model is None else model
    return make_readings([ready], predict_logits(ready.network_input[None], model), k, model)[0]


def read_digits(
    pictures: Iterable[Picture], k: int = 3, *, ink: Ink = "auto", model: keras.Model | None = None
) -> list[Reading | PictureError]:
    """Read the digit in each of many pictures: `read_digit`, but far faster a picture.

    Up to `BATCH` digits go through the network at once. Every `Reading` holds its picture, so
    memory grows with the pictures' pixels.

    Args:
        pictures: each as for `read_digit`.
        k, ink, model: as for `read_digit`, for all of them.

    Returns:
        In order, what was read in each picture, or why it could not be read.

    Raises:
        ModelError, ValueError: as `read_digit`.
    """
    model = load_model() if model is None else model
    readings: list[Reading | PictureError] = []
    remaining = iter(pictures)
    while some := list(islice(remaining, BATCH)):
        # Decoders and OpenCV let other threads work meanwhile.
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            batch = list(pool.map(lambda each: _ready_or_error(each, k, ink), some))
        ready = [each for each in batch if isinstance(each, ReadyPicture)]
        logits = np.zeros((0, CLASSES), np.float32)
        if ready:
            logits = predict_logits(np.stack([each.network_input for each in ready]), model)
        read = iter(make_readings(ready, logits, k, model))
        readings += [each if isinstance(each, PictureError) else next(read) for each in batch]
    return readings


@dataclass(frozen=True, eq=False)
class ReadyPicture:
    """A picture that is decoded and prepared for the network."""

    decoded: DecodedPicture
    prepared: PreparedDigit

    @property
    def network_input(self) -> NDArray[np.float32]:
        """float32 (28, 28) in [0, 1]."""
        return self.prepared.network_input


def prepare_picture(picture: Picture, k: int = 3, ink: Ink = "auto") -> ReadyPicture:
    """All that `read_digit` does before it asks the network; it takes and raises the same."""
    if not 1 <= operator.index(k) <= CLASSES:
        raise ValueError(f"k must be from 1 to {CLASSES}, not {k}")
    decoded = decode_picture(picture)
    return ReadyPicture(decoded, prepare_digit(decoded, ink))


def _ready_or_error(picture: Picture, k: int, ink: Ink) -> ReadyPicture | PictureError:
    try:
        return prepare_picture(picture, k, ink)
    except PictureError as error:
        return error


def make_readings(
    pictures: Sequence[ReadyPicture], logits: NDArray[np.float32], k: int, model: keras.Model
) -> list[Reading]:
    """What logits, float32 (n, 10), say of n pictures."""
    probabilities, are_digit = calibrated_softmax(logits, model), are_digits(logits, model)
    return [
        Reading(
            top_k=_top_k(own, k),
            probabilities=own,
            doubt=None if is_digit else explain_doubt(each.network_input, own),
            network_input=each.network_input,
            placement=each.prepared.placement,
            steps=each.prepared.steps,
            picture=each.decoded.pixels,
        )
        for each, own, is_digit in zip(pictures, probabilities, are_digit, strict=True)
    ]


def predict_top_k(
    picture: Picture, k: int = 3, *, ink: Ink = "auto", model: keras.Model | None = None
) -> list[tuple[int, float]]:
    """The `k` likeliest digits with their confidence, best first: `read_digit(...).top_k`."""
    return read_digit(picture, k, ink=ink, model=model).top_k


def predict_probabilities(
    network_inputs: NDArray[np.float32], model: keras.Model | None = None
) -> NDArray[np.float32]:
    """Calibrated class probabilities of prepared digits: `calibrated_softmax` of their logits.

    Args:
        network_inputs: float32 (n, 28, 28) in [0, 1], white ink on black.
        model: from `load_model`; None takes the default one.

    Returns:
        float32 (n, 10); each row sums to 1.

    Raises:
        ModelError: as `predict_logits`.
    """
    model = load_model() if model is None else model
    return calibrated_softmax(predict_logits(network_inputs, model), model)


def predict_logits(
    network_inputs: NDArray[np.float32], model: keras.Model | None = None
) -> NDArray[np.float32]:
    """What the network answers before temperature and softmax, at most `BATCH` digits at a time.

    Args:
        network_inputs: float32 (n, 28, 28) in [0, 1], white ink on black; n is at least 1.
        model: from `load_model`; None takes the default one.

    Returns:
        float32 (n, 10).

    Raises:
        ModelError: the default model cannot be loaded, or `model` gives no finite logits.
    """
    model = load_model() if model is None else model
    batches = np.array_split(network_inputs, math.ceil(len(network_inputs) / BATCH))
    return checked_logits(np.concatenate([compute_logits(model, batch) for batch in batches]))


def checked_logits(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """The same logits.

    Raises:
        ModelError: they are not all finite.
    """
    if not np.isfinite(logits).all():
        raise ModelError("This model gives answers that are not numbers: train it again.")
    return logits


def calibrated_softmax(logits: NDArray[np.float32], model: keras.Model) -> NDArray[np.float32]:
    """Probabilities that can be believed, float32 (n, 10), from logits (n, 10).

    The logits are divided by the temperature that the model file gives, then go through the
    softmax (Guo et al., 2017, "On calibration of modern neural networks").
    """
    return softmax(logits / np.float32(model_papers(model).temperature))


def are_digits(logits: NDArray[np.float32], model: keras.Model) -> NDArray[np.bool_]:
    """Whether each looks like a digit at all, bool (n,), from logits (n, 10).

    The model file gives the score and its threshold; without one everything passes for a digit.
    """
    papers = model_papers(model)
    if papers.doubt_threshold is None:
        return np.ones(len(logits), bool)
    return SCORES[papers.doubt_score](logits) >= papers.doubt_threshold


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Probabilities along the last axis."""
    odds = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=-1, keepdims=True), np.float32)


def _top_k(probabilities: NDArray[np.float32], k: int) -> list[tuple[int, float]]:
    best_first = np.argsort(-probabilities, kind="stable")[:k]
    return [(int(digit), float(probabilities[digit])) for digit in best_first]


def format_confidence(confidence: float) -> str:
    """A confidence as people read it; never 100% or 0%, for a network is never certain."""
    if confidence >= 0.9995:
        return ">99.9%"
    if confidence < 0.0005:
        return "<0.1%"
    return f"{confidence:.1%}"


def warm_up(path: str | os.PathLike[str] | None = None) -> None:
    """Pay for all first times at once: import TensorFlow, load the model, compile all calls.

    Raises:
        ModelError: as `load_model`.
    """
    from digits.explanation.explaining import explain

    model = load_model(path)
    blank = np.zeros(INPUT_SHAPE[:2], np.float32)
    predict_probabilities(blank[None], model)
    explain(blank, model=model)
    explain(blank, range(CLASSES), model=model)


def main(arguments: list[str] | None = None) -> int:
    """Print the likeliest digits of each picture named; 2 if any could not be read, else 0."""
    options = _parser().parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):  # a name that the terminal cannot show
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        return _answer_all(options)
    except BrokenPipeError:  # whoever read this has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        complain(f"The answers could not be written ({error.strerror}).")
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2


def _answer_all(options: argparse.Namespace) -> int:
    try:
        model = load_model(options.model)
    except ModelError as error:
        complain(str(error))
        return 2
    status = 0
    for name in options.pictures:
        try:
            reading = read_digit(name, options.top_k, ink=options.ink, model=model)
        except DigitError as error:
            complain(f"{name}: {error}")
            status = 2
        else:
            print(_as_json(name, reading) if options.json else _as_text(name, reading), flush=True)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Read the handwritten digit in each picture.")
    parser.add_argument("pictures", nargs="+", metavar="PICTURE", help="a file with one digit")
    parser.add_argument("--json", action="store_true", help="print a JSON object a line")
    parser.add_argument(
        "--top-k",
        type=int,
        default=3,
        choices=range(1, CLASSES + 1),
        metavar="K",
        help="how many of the likeliest digits to print, 1 to 10 (3)",
    )
    parser.add_argument("--ink", choices=get_args(Ink), default="auto", help="ink on paper (auto)")
    parser.add_argument("--model", metavar="FILE", help="another model, .h5 or .keras")
    return parser


def _as_text(name: str, reading: Reading) -> str:
    answers = ", ".join(
        f"{digit} {format_confidence(confidence)}" for digit, confidence in reading.top_k
    )
    if reading.doubt is not None:
        return f"{name}: no digit? {reading.doubt} If it is one: {answers}"
    return f"{name}: {answers}"


def _as_json(name: str, reading: Reading) -> str:
    top_k = [{"digit": digit, "confidence": confidence} for digit, confidence in reading.top_k]
    answer = {"picture": name, "top_k": top_k}
    return json.dumps(answer | {"is_digit": reading.is_digit, "doubt": reading.doubt})


if __name__ == "__main__":
    sys.exit(main())
