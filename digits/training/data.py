"""What a run learns from and what it is judged by.

MNIST, pen strokes, a person's own pictures, and what `pictures` makes of the first two:
drawings, imagined photographs, and things that are no digit. The trainer, the tuner, the
evaluation and the notebook all get their digits here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from pathlib import Path

import numpy as np

from digits.common.errors import DataError
from digits.synthetic.pen_strokes import PenDigit, draw_strokes, read_pen_strokes
from digits.training.digit_sets import (
    MNIST_VALIDATION_DIGITS,
    PEN_TRAINING_WRITERS,
    PEN_VALIDATION_WRITERS,
    DigitSet,
    Mnist,
    load_mnist,
)
from digits.training.picture_folder import prepare_image, read_picture_folder
from digits.training.pictures import PictureMaker
from digits.training.recipe import Recipe

# What the page's canvas starts with, and a digit that fills it comfortably.
USUAL_PEN = 20.0
USUAL_SIZE = 180.0
# How many imagined photographs judge a model, and how many things that are no digit; but at most a
# tenth of those that train.
JUDGING_SCENES = 2_000
JUDGING_NON_DIGITS = 1_000
_JUDGING_SEED = 1


@dataclass(frozen=True)
class TrainingData:
    """All digits of a run.

    Attributes:
        training: what the network learns from, digits or not.
        validation: what it is validated on after every epoch; pen digits, too, if some train.
        judges: digits that no run ever learns from, by what they are: a new model is compared on
            them with the one it replaces, and its confidence is calibrated on them.
        non_digits: what doubt is judged by, labelled `NO_DIGIT`; empty if none train.
        test: MNIST's test split, for the report at the end.
        description: what `training` is, in words.
        sha256: of everything above.
        left_out: `(file, reason)` of each picture that could not be read.
    """

    training: DigitSet
    validation: DigitSet
    judges: Mapping[str, DigitSet]
    non_digits: DigitSet
    test: DigitSet
    description: str
    sha256: str
    left_out: tuple[tuple[str, str], ...]


def load_training_data(
    mnist_file: str | Path | None = None,
    pen_strokes_file: str | Path | None = None,
    extra_folder: str | Path | None = None,
    recipe: Recipe | None = None,
    cache: Path | None = None,
) -> TrainingData:
    """Load the digits of a run.

    Args:
        mnist_file: as for `digit_sets.load_mnist`.
        pen_strokes_file: as for `synthetic.pen_strokes.read_pen_strokes`; writers 1 to 22 train
            and 23 to 26 judge, and no others are looked at.
        extra_folder: as for `picture_folder.read_picture_folder`; all of it trains.
        recipe: how many digits validate (MNIST's last 5,000 are never learnt from, even if fewer
            do), and how many pictures are made to learn from; None makes but one drawing of each
            pen digit.
        cache: a folder to keep the pictures in that were made, as they take minutes.

    Raises:
        DataError: one of them is missing, damaged or empty.
    """
    recipe = recipe or Recipe(drawings=1, scenes=0, non_digits=0)
    mnist = load_mnist(mnist_file)
    learnt = mnist.training(max(recipe.validation_digits, MNIST_VALIDATION_DIGITS))
    pens, judging_pens = load_pen_digits(pen_strokes_file) if pen_strokes_file else ([], [])
    learn = PictureMaker(learnt, pens, cache=cache)
    judge = PictureMaker(mnist.validation(), judging_pens, _JUDGING_SEED, cache)
    drawings, drawn = learn.drawings(recipe.drawings), draw_usually(judging_pens)
    scenes = learn.scenes(round(recipe.scenes * len(learnt)))
    judging_scenes = judge.scenes(min(JUDGING_SCENES, len(scenes) // 10))
    non_digits = learn.non_digits(round(recipe.non_digits * len(learnt)))
    judging_non_digits = judge.non_digits(min(JUDGING_NON_DIGITS, len(non_digits) // 10))
    extra = None if extra_folder is None else read_picture_folder(extra_folder)
    sources = {
        f"MNIST training digits but the last {recipe.validation_digits:,}": learnt,
        f"{len(drawings):,} drawings of pen digits by writers 1 to 22": drawings,
        f"{len(scenes):,} imagined photographs of such digits": scenes,
        f"{len(non_digits):,} things that are no digit": non_digits,
    }
    if extra is not None:
        sources[f"{len(extra.digits):,} of one's own pictures"] = extra.digits
    sources = {name: digits for name, digits in sources.items() if len(digits)}
    judges = {
        f"{MNIST_VALIDATION_DIGITS:,} MNIST digits": mnist.validation(),
        f"{len(drawn):,} pen digits of four other writers": drawn,
        f"{len(judging_scenes):,} imagined photographs": judging_scenes,
    }
    judges = {name: digits for name, digits in judges.items() if len(digits)}
    return TrainingData(
        training=reduce(add, sources.values()),
        validation=mnist.validation(recipe.validation_digits) + drawn,
        judges=judges,
        non_digits=judging_non_digits,
        test=mnist.test,
        description="; ".join(sources),
        sha256=_hash(mnist, sources.values(), [*judges.values(), judging_non_digits]),
        left_out=() if extra is None else extra.unreadable,
    )


def describe_left_out(data: TrainingData, most: int = 5) -> list[str]:
    """Sentences about the pictures that could not be read, for people; none if all could."""
    lines = [f"{name} is left out: {reason}" for name, reason in data.left_out[:most]]
    if len(data.left_out) > most:
        lines.append(f"So are {len(data.left_out) - most:,} other files.")
    return lines


def _hash(mnist: Mnist, sources: Collection[DigitSet], judges: Iterable[DigitSet]) -> str:
    """Of MNIST alone, or of that and all that comes on top."""
    if len(sources) == 1:
        return mnist.sha256
    hashes = [mnist.sha256, *(digits.sha256 for digits in (*sources, *judges))]
    return hashlib.sha256("".join(hashes).encode()).hexdigest()


def load_pen_digits(path: str | Path) -> tuple[list[PenDigit], list[PenDigit]]:
    """Pen digits of the training writers and of the validation writers.

    Raises:
        DataError: as `read_pen_strokes`, or no digit is by a training writer.
    """
    digits = read_pen_strokes(path)
    training = [digit for digit in digits if digit.writer in PEN_TRAINING_WRITERS]
    if not training:
        raise DataError(f"{Path(path).name} holds no digit by the training writers, 1 to 22.")
    return training, [digit for digit in digits if digit.writer in PEN_VALIDATION_WRITERS]


def draw_usually(digits: Sequence[PenDigit]) -> DigitSet:
    """Pen digits drawn the way the page's canvas suggests, as the network sees them."""
    images = [prepare_image(draw_strokes(digit, USUAL_PEN, USUAL_SIZE)) for digit in digits]
    labels = np.array([digit.label for digit in digits], np.uint8)
    return DigitSet(np.array(images, np.uint8).reshape(-1, 28, 28), labels)
