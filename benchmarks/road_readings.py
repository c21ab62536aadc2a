"""What networks read in the pictures of a row, behind this project's preparation and without it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.robustness_rows import Pixels, Row
from digits.common.errors import DigitError
from digits.network.prediction import are_digits, calibrated_softmax, predict_logits
from digits.picture.decoding import decode_picture
from digits.picture.preparation import prepare_candidates
from digits.reading.digit import most_like_a_digit
from digits.training.digit_sets import as_network_input

if TYPE_CHECKING:
    import keras

NetworkInputs: TypeAlias = NDArray[np.float32]
Road: TypeAlias = Literal["prepared", "shrunken"]


@dataclass(frozen=True, eq=False)
class Contestant:
    """A network and the road by which pictures reach it.

    Attributes:
        name: of the column.
        model: from `digit_predictor.load_model`.
        road: "prepared" by this project, or plainly "shrunken" to 28×28 and inverted.
    """

    name: str
    model: keras.Model
    road: Road


@dataclass(frozen=True, eq=False)
class Readings:
    """What a contestant reads in the pictures of a row.

    Attributes:
        labels: as of the row.
        network_inputs: float32 (n, 28, 28), what the network saw; zeros where nothing.
        refused: bool (n,), where the preparation found no ink.
        logits: float32 (n, 10).
        probabilities: float32 (n, 10), calibrated.
        doubted: bool (n,), whether it takes the picture for no digit, or refused it.
    """

    labels: NDArray[np.uint8] | None
    network_inputs: NetworkInputs
    refused: NDArray[np.bool_]
    logits: NDArray[np.float32]
    probabilities: NDArray[np.float32]
    doubted: NDArray[np.bool_]

    @property
    def answers(self) -> NDArray[np.int64]:
        """The likeliest digit of each, (n,)."""
        return self.probabilities.argmax(axis=1)

    @property
    def confidences(self) -> NDArray[np.float64]:
        """How sure of it the network is, (n,) in [0, 1]."""
        return self.probabilities.max(axis=1).astype(np.float64)

    @property
    def right(self) -> NDArray[np.bool_]:
        """Whether the digit is read right, (n,); what is refused is not."""
        if self.labels is None:
            raise ValueError("no reading of what is no digit is right")
        return (self.answers == self.labels) & ~self.refused

    @property
    def score(self) -> float:
        """The share read right, or of what is no digit the share doubted."""
        return float((self.doubted if self.labels is None else self.right).mean())


def read_row(row: Row, contestants: tuple[Contestant, ...]) -> Mapping[str, Readings]:
    """What every contestant reads, by its name."""
    prepared, shrunken = _network_inputs(row)
    by_road = {"prepared": prepared, "shrunken": [[each] for each in shrunken]}
    return {each.name: read(row, each.model, by_road[each.road]) for each in contestants}


def read(row: Row, model: keras.Model, candidates: Sequence[Sequence[NetworkInputs]]) -> Readings:
    """What a network reads in what it may see of each picture of a row; where nothing, it refuses.

    Args:
        row: of pictures.
        model: from `digit_predictor.load_model`.
        candidates: of each picture, float32 (28, 28) each, as `prepare_candidates` gives them.
    """
    refused = np.array([not each for each in candidates])
    nothing = [np.zeros((28, 28), np.float32)]
    inputs = np.stack([_chosen(each or nothing, model) for each in candidates])
    logits = predict_logits(inputs, model)
    return Readings(
        labels=row.labels,
        network_inputs=inputs,
        refused=refused,
        logits=logits,
        probabilities=calibrated_softmax(logits, model),
        doubted=refused | ~are_digits(logits, model),
    )


def _chosen(candidates: Sequence[NetworkInputs], model: keras.Model) -> NetworkInputs:
    if len(candidates) == 1:
        return candidates[0]
    return candidates[most_like_a_digit(predict_logits(np.stack(candidates), model))]


def _network_inputs(row: Row) -> tuple[list[list[NetworkInputs]], list[NetworkInputs]]:
    """Of each picture what it may be once prepared, nothing if it is refused; and it, shrunken."""

    def both(number: int) -> tuple[list[NetworkInputs], NetworkInputs]:
        picture = row.picture(number)
        shrunken = shrink_plainly(picture, row.ink_is_light)
        return ([shrunken] if row.is_prepared else _prepare(picture)), shrunken

    with ThreadPoolExecutor(os.cpu_count()) as pool:  # OpenCV works outside of Python's lock
        pairs = list(pool.map(both, range(row.count)))
    return [prepared for prepared, _ in pairs], [shrunken for _, shrunken in pairs]


def _prepare(picture: Pixels) -> list[NetworkInputs]:
    """What the network may see of a picture, float32 (28, 28) each; nothing where it is refused."""
    try:
        return [each.network_input for each in prepare_candidates(decode_picture(picture))]
    except DigitError:
        return []


def shrink_plainly(picture: Pixels, ink_is_light: bool) -> NetworkInputs:
    """The whole picture in grey, squeezed to 28×28, and inverted: as most tutorials do.

    Args:
        picture: uint8 (H, W) or (H, W, 3).
        ink_is_light: then nothing is inverted.

    Returns:
        float32 (28, 28) in [0, 1].
    """
    grey = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    small = np.asarray(cv2.resize(grey, (28, 28), interpolation=cv2.INTER_AREA), np.uint8)
    return as_network_input((small if ink_is_light else 255 - small)[None])[0, ..., 0]
