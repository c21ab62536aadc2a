"""What a run learns from and what it is judged by: MNIST, pen strokes and a person's own pictures.

The trainer, the tuner, the evaluation and the notebook all get their digits here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digit_data import (
    MNIST_VALIDATION_DIGITS,
    PEN_TRAINING_WRITERS,
    PEN_VALIDATION_WRITERS,
    DigitSet,
    load_mnist,
)
from digit_errors import DataError
from pen_strokes import CANVAS, PenDigit, draw_strokes, read_pen_strokes
from picture_folder import prepare_image, read_picture_folder

# What the page's canvas starts with, and a digit that fills it comfortably.
USUAL_PEN = 20.0
USUAL_SIZE = 180.0


@dataclass(frozen=True)
class TrainingData:
    """All digits of a run.

    Attributes:
        training: what the network learns from.
        validation: what it is validated on after every epoch; pen digits, too, if some train.
        judges: digits that no run ever learns from, by what they are: a new model is compared on
            them with the one it replaces.
        test: MNIST's test split, for the report at the end.
        description: what `training` is, in words.
        sha256: of everything above.
        left_out: `(file, reason)` of each picture that could not be read.
    """

    training: DigitSet
    validation: DigitSet
    judges: Mapping[str, DigitSet]
    test: DigitSet
    description: str
    sha256: str
    left_out: tuple[tuple[str, str], ...]


def load_training_data(
    mnist_file: str | Path | None = None,
    pen_strokes_file: str | Path | None = None,
    extra_folder: str | Path | None = None,
    validation_digits: int = MNIST_VALIDATION_DIGITS,
) -> TrainingData:
    """Load the digits of a run.

    Args:
        mnist_file: as for `digit_data.load_mnist`.
        pen_strokes_file: as for `pen_strokes.read_pen_strokes`; writers 1 to 22 train and 23 to
            26 judge, and no others are looked at.
        extra_folder: as for `picture_folder.read_picture_folder`; all of it trains.
        validation_digits: how many of MNIST's last training digits validate; the last 5,000 are
            never learnt from, even if fewer validate.

    Raises:
        DataError: one of them is missing, damaged or empty.
    """
    mnist = load_mnist(mnist_file)
    training = mnist.training(max(validation_digits, MNIST_VALIDATION_DIGITS))
    validation = mnist.validation(validation_digits)
    description = f"MNIST training digits but the last {validation_digits:,}"
    judges = {f"{MNIST_VALIDATION_DIGITS:,} MNIST digits": mnist.validation()}
    hashes = [mnist.sha256]
    left_out: tuple[tuple[str, str], ...] = ()
    if pen_strokes_file is not None:
        written, judging = load_pen_digits(pen_strokes_file)
        training += written
        validation += judging
        description += f"; {len(written):,} pen digits of writers 1 to 22"
        judges[f"{len(judging):,} pen digits of four other writers"] = judging
        hashes += [written.sha256, judging.sha256]
    if extra_folder is not None:
        extra = read_picture_folder(extra_folder)
        training += extra.digits
        left_out = extra.unreadable
        description += f"; {len(extra.digits):,} of one's own pictures"
        hashes.append(extra.digits.sha256)
    return TrainingData(
        training=training,
        validation=validation,
        judges={name: digits for name, digits in judges.items() if len(digits)},
        test=mnist.test,
        description=description,
        sha256=mnist.sha256 if len(hashes) == 1 else _joint_hash(hashes),
        left_out=left_out,
    )


def describe_left_out(data: TrainingData, most: int = 5) -> list[str]:
    """Sentences about the pictures that could not be read, for people; none if all could."""
    lines = [f"{name} is left out: {reason}" for name, reason in data.left_out[:most]]
    if len(data.left_out) > most:
        lines.append(f"So are {len(data.left_out) - most:,} other files.")
    return lines


def _joint_hash(hashes: Iterable[str]) -> str:
    return hashlib.sha256("".join(hashes).encode()).hexdigest()


def load_pen_digits(path: str | Path) -> tuple[DigitSet, DigitSet]:
    """Pen digits of the training writers and of the validation writers, as the network sees them.

    Training digits are drawn with all kinds of pens, sizes and places, validation digits the way
    the page's canvas suggests. The drawing of each depends on nothing but the file.

    Raises:
        DataError: as `read_pen_strokes`, or no digit is by a training writer.
    """
    digits = read_pen_strokes(path)
    training = [digit for digit in digits if digit.writer in PEN_TRAINING_WRITERS]
    validation = [digit for digit in digits if digit.writer in PEN_VALIDATION_WRITERS]
    if not training:
        raise DataError(f"{Path(path).name} holds no digit by the training writers, 1 to 22.")
    random = np.random.default_rng(0)
    return (
        _as_digit_set(training, [_draw_anyhow(digit, random) for digit in training]),
        _as_digit_set(validation, [draw_strokes(d, USUAL_PEN, USUAL_SIZE) for d in validation]),
    )


def _draw_anyhow(digit: PenDigit, random: np.random.Generator) -> NDArray[np.uint8]:
    """A drawing with any pen of the page's slider, of any size, anywhere on the canvas."""
    size = random.uniform(60, 240)
    pen = random.uniform(8, min(40, 0.25 * size))
    room = (CANVAS - size - pen) / 2
    x, y = CANVAS / 2 + max(0, room) * random.uniform(-1, 1, 2)
    return draw_strokes(digit, pen, size, (x, y))


def _as_digit_set(digits: Sequence[PenDigit], drawings: Iterable[NDArray[np.uint8]]) -> DigitSet:
    with ThreadPoolExecutor() as pool:  # OpenCV works outside of Python's lock
        images = list(pool.map(prepare_image, drawings))
    labels = np.array([digit.label for digit in digits], np.uint8)
    return DigitSet(np.array(images, np.uint8).reshape(-1, 28, 28), labels)
