"""What networks read in the pictures of a row, behind this project's preparation and without it."""

from __future__ import annotations

import os
from collections.abc import Mapping
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
from digits.picture.preparation import prepare_digit
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
    prepared, refused, shrunken = _network_inputs(row)
    never = np.zeros(row.count, bool)
    by_road = {"prepared": (prepared, refused), "shrunken": (shrunken, never)}
    return {each.name: read(row, each.model, *by_road[each.road]) for each in contestants}


def read(
    row: Row, model: keras.Model, inputs: NetworkInputs, refused: NDArray[np.bool_]
) -> Readings:
    """What a network reads in what it sees of a row."""
    logits = predict_logits(inputs, model)
    return Readings(
        labels=row.labels,
        network_inputs=inputs,
        refused=refused,
        logits=logits,
        probabilities=calibrated_softmax(logits, model),
        doubted=refused | ~are_digits(logits, model),
    )


def _network_inputs(row: Row) -> tuple[NetworkInputs, NDArray[np.bool_], NetworkInputs]:
    """Prepared pictures, which of them were refused, and shrunken pictures."""

    def both(number: int) -> tuple[NetworkInputs | None, NetworkInputs]:
        picture = row.picture(number)
        shrunken = shrink_plainly(picture, row.ink_is_light)
        return (shrunken if row.is_prepared else _prepare(picture)), shrunken

    with ThreadPoolExecutor(os.cpu_count()) as pool:  # OpenCV works outside of Python's lock
        pairs = list(pool.map(both, range(row.count)))
    nothing = np.zeros((28, 28), np.float32)
    prepared = np.stack([nothing if seen is None else seen for seen, _ in pairs])
    refused = np.array([seen is None for seen, _ in pairs])
    return prepared, refused, np.stack([shrunken for _, shrunken in pairs])


def _prepare(picture: Pixels) -> NetworkInputs | None:
    """What the network sees of a picture, float32 (28, 28); None where it is refused."""
    try:
        return prepare_digit(decode_picture(picture)).network_input
    except DigitError:
        return None


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
