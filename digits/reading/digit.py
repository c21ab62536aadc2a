"""Read a handwritten digit from any picture: the likeliest digits and how sure the network is."""

from __future__ import annotations

import operator
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from digits.common.errors import (
    PictureError,
)
from digits.network.architectures import CLASSES
from digits.network.doubt import NO_DIGIT, explain_doubt, max_logit
from digits.network.hand import Hand, with_hand
from digits.network.loading import as_network
from digits.network.prediction import BATCH, are_digits, calibrated_softmax, predict_logits
from digits.picture.decoding import DecodedPicture, Picture, decode_picture
from digits.picture.pixels import Ink
from digits.picture.preparation import PreparedDigit, prepare_candidates
from digits.reading.doubt_reasons import reason_in_picture

if TYPE_CHECKING:
    from digits.network.loading import AnyNetwork
    from digits.network.serving import Network


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


def read_digit(
    picture: Picture,
    k: int = 3,
    *,
    ink: Ink = "auto",
    model: AnyNetwork | None = None,
    hand: Hand | None = None,
) -> Reading:
    """Read the digit in a picture.

    Args:
        picture: a path, the bytes of a file, an open binary file, a PIL image, or a uint8 array
            of shape (H, W), (H, W, 3) RGB or (H, W, 4) RGBA.
        k: how many of the likeliest digits `top_k` holds, 1 to 10.
        ink: whether the ink is "dark" or "light" against the paper; "auto" finds out.
        model: from `load_network` or `load_model`; None takes the default network.
        hand: from `adapt`, to read as adapted to a person; None reads as the model does.

    Raises:
        PictureError: the picture cannot be read or is too large.
        NoInkError: nothing is drawn on it.
        ModelError: the default model cannot be loaded, `model` has no logits, or the hand was
            learnt by another model.
        ValueError: `k` or `ink` is none of those named.
    """
    network = with_hand(as_network(model), hand)
    ready = choose_candidate(prepare_picture(picture, k, ink), network)
    return make_readings([ready], predict_logits(ready.network_input[None], network), k, network)[0]


def read_digits(
    pictures: Iterable[Picture],
    k: int = 3,
    *,
    ink: Ink = "auto",
    model: AnyNetwork | None = None,
    hand: Hand | None = None,
) -> list[Reading | PictureError]:
    """Read the digit in each of many pictures: `read_digit`, but far faster a picture.

    Up to `BATCH` digits go through the network at once. Every `Reading` holds its picture, so
    memory grows with the pictures' pixels.

    Args:
        pictures: each as for `read_digit`.
        k, ink, model, hand: as for `read_digit`, for all of them.

    Returns:
        In order, what was read in each picture, or why it could not be read.

    Raises:
        ModelError, ValueError: as `read_digit`.
    """
    network = with_hand(as_network(model), hand)
    readings: list[Reading | PictureError] = []
    remaining = iter(pictures)
    while some := list(islice(remaining, BATCH)):
        # Decoders and OpenCV let other threads work meanwhile.
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            batch = list(pool.map(lambda each: _ready_or_error(each, k, ink, network), some))
            ready = [each for each in batch if isinstance(each, ReadyPicture)]
            logits = _logits_by_threads(ready, network, pool)
        read = iter(make_readings(ready, logits, k, network))
        readings += [each if isinstance(each, PictureError) else next(read) for each in batch]
    return readings


@dataclass(frozen=True, eq=False)
class ReadyPicture:
    """A picture that is decoded and prepared for the network.

    Attributes:
        decoded: the picture.
        candidates: what the digit may be, at least one; first what geometry would choose.
    """

    decoded: DecodedPicture
    candidates: Sequence[PreparedDigit]

    @property
    def prepared(self) -> PreparedDigit:
        """The first candidate."""
        return self.candidates[0]

    @property
    def network_input(self) -> NDArray[np.float32]:
        """float32 (28, 28) in [0, 1], of the first candidate."""
        return self.prepared.network_input


def prepare_picture(picture: Picture, k: int = 3, ink: Ink = "auto") -> ReadyPicture:
    """All that `read_digit` does before it asks the network; it takes and raises the same."""
    if not 1 <= operator.index(k) <= CLASSES:
        raise ValueError(f"k must be from 1 to {CLASSES}, not {k}")
    decoded = decode_picture(picture)
    return ReadyPicture(decoded, prepare_candidates(decoded, ink))


def choose_candidate(ready: ReadyPicture, network: Network) -> ReadyPicture:
    """The picture with the one candidate that looks most like a digit to a network.

    Raises:
        ModelError: the network's answers are no numbers.
    """
    if len(ready.candidates) == 1:
        return ready
    logits = predict_logits(np.stack([each.network_input for each in ready.candidates]), network)
    return replace(ready, candidates=[ready.candidates[most_like_a_digit(logits)]])


def most_like_a_digit(logits: NDArray[np.float32]) -> int:
    """Which of several candidates for one digit, by their logits, float32 (n, 10).

    It is the one whose largest logit is largest, for what the network learnt to doubt has but
    small ones; of equals the first, which is geometry's.
    """
    return int(max_logit(logits).argmax())


def _logits_by_threads(
    ready: Sequence[ReadyPicture], network: Network, pool: ThreadPoolExecutor
) -> NDArray[np.float32]:
    """Logits, float32 (n, 10); the threads share the pictures always alike, however many they are.

    A light network computes in the thread that asks it.
    """
    inputs = [each.network_input for each in ready]
    shares = [np.stack(inputs[i : i + _SHARE]) for i in range(0, len(inputs), _SHARE)]
    found = pool.map(lambda share: predict_logits(share, network), shares)
    return np.concatenate([np.zeros((0, CLASSES), np.float32), *found])


# Of pictures that a thread passes on at once.
_SHARE = 64


def _ready_or_error(
    picture: Picture, k: int, ink: Ink, network: Network
) -> ReadyPicture | PictureError:
    try:
        return choose_candidate(prepare_picture(picture, k, ink), network)
    except PictureError as error:
        return error


def make_readings(
    pictures: Sequence[ReadyPicture], logits: NDArray[np.float32], k: int, model: AnyNetwork
) -> list[Reading]:
    """What logits, float32 (n, 10), say of n pictures."""
    probabilities, are_digit = calibrated_softmax(logits, model), are_digits(logits, model)
    return [
        Reading(
            top_k=top_k_of(own, k),
            probabilities=own,
            doubt=None if is_digit else _reason_of_doubt(each, own),
            network_input=each.network_input,
            placement=each.prepared.placement,
            steps=each.prepared.steps,
            picture=each.decoded.pixels,
        )
        for each, own, is_digit in zip(pictures, probabilities, are_digit, strict=True)
    ]


def _reason_of_doubt(ready: ReadyPicture, probabilities: NDArray[np.float32]) -> str:
    prepared = ready.prepared
    reason = explain_doubt(prepared.network_input, probabilities)
    if reason != NO_DIGIT:
        return reason
    pixels = ready.decoded.pixels
    return reason_in_picture(pixels, prepared.network_input, prepared.placement) or reason


def predict_top_k(
    picture: Picture,
    k: int = 3,
    *,
    ink: Ink = "auto",
    model: AnyNetwork | None = None,
    hand: Hand | None = None,
) -> list[tuple[int, float]]:
    """The `k` likeliest digits with their confidence, best first: `read_digit(...).top_k`."""
    return read_digit(picture, k, ink=ink, model=model, hand=hand).top_k


def top_k_of(probabilities: NDArray[np.float32], k: int) -> list[tuple[int, float]]:
    """The `k` likeliest digits with their probabilities, best first."""
    best_first = np.argsort(-probabilities, kind="stable")[:k]
    return [(int(digit), float(probabilities[digit])) for digit in best_first]


def format_confidence(confidence: float) -> str:
    """A confidence as people read it; never 100% or 0%, for a network is never certain."""
    if confidence >= 0.9995:
        return ">99.9%"
    if confidence < 0.0005:
        return "<0.1%"
    return f"{confidence:.1%}"
