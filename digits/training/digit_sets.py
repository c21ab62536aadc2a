"""Digits to learn from: loading MNIST, and the splits that never change.

The splits are constants, independent of any seed: no run learns from MNIST's last 5,000 training
digits, which validate; of the 30 writers of the UCI pen digits, 1 to 22 train, 23 to 26 validate,
and 27 to 30 are opened only for reports. Writers who have no number are told apart by a hash of
their name: a tenth of them validates and a tenth is opened only for reports.
"""

from __future__ import annotations

import hashlib
import tokenize
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from digits.common.errors import DataError
from digits.common.zip_reading import DAMAGED_ZIP
from digits.network.tensorflow_import import import_keras

MNIST_VALIDATION_DIGITS = 5_000
# The classic recipe validates on its "last 10%", which are 6,000.
FEWEST_TRAINING_DIGITS = 6_000
NO_DIGIT = 10
"""Label of a picture that shows no digit: what a network learns doubt from."""
PEN_TRAINING_WRITERS = range(1, 23)
PEN_VALIDATION_WRITERS = range(23, 27)
PEN_REPORT_WRITERS = range(27, 31)
Split: TypeAlias = Literal["training", "validation", "report"]

# What NumPy and the standard library raise for a damaged `.npz` file.
DAMAGED_NPZ = (OSError, TypeError, SyntaxError, tokenize.TokenError, *DAMAGED_ZIP)

Images = NDArray[np.uint8]
Labels = NDArray[np.uint8]


def split_of_writer(writer: int | str) -> Split | None:
    """What a writer's characters are for.

    Args:
        writer: a number of UCI's training file, or a name, whose SHA-1 decides: the last decimal
            digit 0 is for reports, 1 validates, and all others train.

    Returns:
        None for a number that UCI's training file does not have.
    """
    if isinstance(writer, str):
        last = int(hashlib.sha1(writer.encode(errors="surrogatepass")).hexdigest(), 16) % 10
        return "report" if last == 0 else "validation" if last == 1 else "training"
    splits: dict[Split, range] = {
        "training": PEN_TRAINING_WRITERS,
        "validation": PEN_VALIDATION_WRITERS,
        "report": PEN_REPORT_WRITERS,
    }
    return next((split for split, writers in splits.items() if writer in writers), None)


@dataclass(frozen=True)
class DigitSet:
    """Pictures of single digits and what they show.

    Attributes:
        images: uint8 (n, 28, 28), white ink (255) on black (0).
        labels: uint8 (n,), 0 to 9; `NO_DIGIT` among what is learnt from.
    """

    images: Images
    labels: Labels

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, key: slice) -> DigitSet:
        return DigitSet(self.images[key], self.labels[key])

    def spread(self, n: int | None) -> DigitSet:
        """So many of these digits, evenly spread among them; for None all."""
        if n is None:
            return self
        chosen = spread_evenly(len(self), n)
        return DigitSet(self.images[chosen], self.labels[chosen])

    def __add__(self, other: DigitSet) -> DigitSet:
        """These digits, then the others."""
        return DigitSet(
            np.concatenate([self.images, other.images]), np.concatenate([self.labels, other.labels])
        )

    @cached_property
    def sha256(self) -> str:
        """Hexadecimal SHA-256 of all images, then all labels."""
        return _sha256(self)


def spread_evenly(n: int, most: int) -> NDArray[np.intp]:
    """Indices of at most so many of `n` things, from the first to the last."""
    return np.linspace(0, n - 1, min(n, most)).astype(np.intp)


@dataclass(frozen=True)
class Mnist:
    """MNIST as published: 60,000 training digits and 10,000 test digits.

    LeCun, Cortes & Burges, "The MNIST database of handwritten digits" (CC BY-SA 3.0).
    The test split is for the report at the end, once a model.
    """

    all_training: DigitSet
    test: DigitSet

    def training(self, validation_digits: int = MNIST_VALIDATION_DIGITS) -> DigitSet:
        """The training digits before the last `validation_digits`."""
        return self.all_training[: len(self.all_training) - validation_digits]

    def validation(self, validation_digits: int = MNIST_VALIDATION_DIGITS) -> DigitSet:
        """The last `validation_digits` of the training digits."""
        return self.all_training[len(self.all_training) - validation_digits :]

    @cached_property
    def sha256(self) -> str:
        """Hexadecimal SHA-256 of all images and labels, training digits first."""
        return _sha256(self.all_training, self.test)


def _sha256(*sets: DigitSet) -> str:
    digest = hashlib.sha256()
    for digits in sets:
        digest.update(np.ascontiguousarray(digits.images).data)
        digest.update(np.ascontiguousarray(digits.labels).data)
    return digest.hexdigest()


def load_mnist(path: str | Path | None = None) -> Mnist:
    """Load MNIST, from a local `mnist.npz` or, by default, through Keras's download.

    Args:
        path: a file with the arrays `x_train`, `y_train`, `x_test`, `y_test`; None downloads it
            once (`keras.datasets.mnist`) and keeps it in Keras's cache.

    Raises:
        DataError: the file is missing, damaged or of another shape, or the download failed.
    """
    x_train, y_train, x_test, y_test = _download_mnist() if path is None else _read_npz(Path(path))
    mnist = Mnist(_checked(x_train, y_train), _checked(x_test, y_test))
    if len(mnist.all_training) <= FEWEST_TRAINING_DIGITS:
        raise DataError(
            f"There are only {len(mnist.all_training):,} training digits: "
            f"there must be more than the {FEWEST_TRAINING_DIGITS:,} that may validate."
        )
    return mnist


def _download_mnist() -> tuple[np.ndarray, ...]:
    keras = import_keras()
    try:
        (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
    except Exception as error:  # Keras raises bare Exception for a failed download
        raise DataError(
            "MNIST could not be downloaded: connect to the internet, "
            "or name a local copy with --data mnist.npz."
        ) from error
    return x_train, y_train, x_test, y_test


def _read_npz(path: Path) -> tuple[np.ndarray, ...]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return tuple(arrays[key] for key in ("x_train", "y_train", "x_test", "y_test"))
    except (FileNotFoundError, IsADirectoryError) as error:
        raise DataError(
            f"{path.name or path} is no file: check the name, or leave --data out for a download."
        ) from error
    except DAMAGED_NPZ as error:
        raise DataError(
            f"{path.name} is not a whole mnist.npz file: download it again, "
            "or leave --data out to let Keras do so."
        ) from error


def _checked(images: np.ndarray, labels: np.ndarray) -> DigitSet:
    if images.ndim != 3 or images.shape[1:] != (28, 28) or images.dtype != np.uint8:
        raise DataError(
            f"The images must be uint8 of shape (n, 28, 28), "
            f"and these are {images.dtype} of shape {images.shape}."
        )
    if labels.shape != images.shape[:1] or labels.dtype.kind not in "iu":
        raise DataError("There must be one whole number as a label for each image.")
    if labels.size == 0 or labels.min() < 0 or labels.max() > 9:
        raise DataError("Every label must be a digit from 0 to 9, and there must be at least one.")
    return DigitSet(images, labels.astype(np.uint8))


def as_network_input(images: Images) -> NDArray[np.float32]:
    """uint8 (n, 28, 28) as float32 (n, 28, 28, 1) in [0, 1]."""
    return (images[..., None] / np.float32(255)).astype(np.float32)


def as_image(network_input: NDArray[np.float32]) -> Images:
    """float32 (28, 28) in [0, 1] as uint8, which data sets hold."""
    return np.rint(network_input * 255).astype(np.uint8)
