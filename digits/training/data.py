"""What a run learns from and what it is judged by.

MNIST, pen strokes, collected bitmaps, letters and doodles, a person's own pictures, and what
`pictures` makes of all but the last: drawings, imagined photographs, and things that are no digit.
The trainer, the tuner, the evaluation and the notebook all get their digits here.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import reduce
from itertools import count
from operator import add
from pathlib import Path

import numpy as np

from digits.common.errors import DataError, NoInkError
from digits.common.sentences import describe_left_out_files
from digits.synthetic.bitmaps import Bitmaps, enlarge_plainly
from digits.synthetic.pen_characters import length_of
from digits.synthetic.pen_strokes import PenDigit, draw_strokes, read_pen_strokes
from digits.synthetic.sources import CollectedThings
from digits.training.collected import Collected, CollectedFiles, left_out, read_collected
from digits.training.digit_sets import (
    MNIST_VALIDATION_DIGITS,
    DigitSet,
    Images,
    Mnist,
    load_mnist,
    split_of_writer,
)
from digits.training.mislabelled import is_mislabelled
from digits.training.picture_folder import prepare_image, read_picture_folders
from digits.training.pictures import PictureMaker
from digits.training.recipe import Recipe

# Pixels: a usual pen, and a digit that fills a canvas of 280×280 comfortably.
USUAL_PEN = 20.0
USUAL_SIZE = 180.0
# How many imagined photographs judge a model, and how many things that are no digit; but at most a
# tenth of those that train.
JUDGING_SCENES = 2_000
JUDGING_NON_DIGITS = 1_000
JUDGING_WAYS = 1_000
_JUDGING_SEED = 1


@dataclass(frozen=True)
class TrainingData:
    """All digits of a run.

    Attributes:
        training: what the network learns from, digits or not.
        validation: what it is validated on after every epoch; pen digits, too, if some train.
        judges: digits that no run ever learns from, by what they are: a new model is compared on
            them with the one it replaces, and its confidence is calibrated on them.
        imagined: the names of those of the judges whose pictures are made, not collected.
        non_digits: what doubt is judged by, labelled `NO_DIGIT`; empty if none train.
        test: MNIST's test split, for the report at the end.
        description: what `training` is, in words.
        sha256: of everything above.
        left_out: `(file, reason)` of each picture that could not be read.
        notes: sentences for people about what else is left out.
    """

    training: DigitSet
    validation: DigitSet
    judges: Mapping[str, DigitSet]
    imagined: frozenset[str]
    non_digits: DigitSet
    test: DigitSet
    description: str
    sha256: str
    left_out: tuple[tuple[str, str], ...]
    notes: tuple[str, ...] = ()

    @property
    def collected_judges(self) -> Mapping[str, DigitSet]:
        """Those of the judges that people wrote, by what they are."""
        return {name: each for name, each in self.judges.items() if name not in self.imagined}


def load_training_data(
    mnist_file: str | Path | None = None,
    pen_strokes_files: str | Path | Sequence[str | Path] | None = None,
    extra_folders: str | Path | Sequence[str | Path] | None = None,
    recipe: Recipe | None = None,
    cache: Path | None = None,
    *,
    collected_files: CollectedFiles | None = None,
) -> TrainingData:
    """Load the digits of a run.

    Args:
        mnist_file: as for `digit_sets.load_mnist`.
        pen_strokes_files: one or several, as for `synthetic.pen_strokes.read_pen_strokes`; what
            each writer's digits are for, `digit_sets.split_of_writer` says, and those for reports
            are not looked at.
        extra_folders: one or several, folders or ZIPs, as for `picture_folder.read_picture_folder`;
            all of them train.
        recipe: how many digits validate (MNIST's last 5,000 are never learnt from, even if fewer
            do), and how many pictures are made to learn from; None makes but one drawing of each
            pen digit.
        cache: a folder to keep the pictures in that were made, as they take minutes.
        collected_files: letters, bitmaps, doodles and alphabets.

    Raises:
        DataError: one of them is missing, damaged or empty.
    """
    recipe = recipe or Recipe(drawings=1, scenes=0, ways=0, non_digits=0)
    mnist = load_mnist(mnist_file)
    learnt = mnist.training(max(recipe.validation_digits, MNIST_VALIDATION_DIGITS))
    pens = read_pen_files(_as_sequence(pen_strokes_files))
    collected = read_collected(collected_files or CollectedFiles())
    extra = read_picture_folders(_as_sequence(extra_folders))
    made = _made_to_learn_from(recipe, learnt, pens, collected, cache)
    sources = {
        f"MNIST training digits but the last {recipe.validation_digits:,}": learnt,
        **_described(made, pens, collected),
    }
    if extra is not None:
        sources[f"{len(extra.digits):,} of one's own pictures"] = extra.digits
    drawn = _usual_drawings(pens.validation)
    imagined, non_digits = _made_to_judge_by(made, mnist, pens, collected, cache)
    bitmaps = enlarge_usually(collected.validation_bitmaps)
    judges = {
        f"{MNIST_VALIDATION_DIGITS:,} MNIST digits": mnist.validation(),
        **drawn,
        f"{len(bitmaps):,} optdigits tes bitmaps": bitmaps,
        **imagined,
    }
    sources, judges = _without_empty(sources), _without_empty(judges)
    return TrainingData(
        training=reduce(add, sources.values()),
        validation=reduce(add, drawn.values(), mnist.validation(recipe.validation_digits)),
        judges=judges,
        imagined=frozenset(imagined),
        non_digits=non_digits,
        test=mnist.test,
        description="; ".join(sources),
        sha256=_hash(mnist, sources.values(), [*judges.values(), non_digits]),
        left_out=() if extra is None else extra.unreadable,
        notes=(*pens.notes, *collected.notes),
    )


@dataclass(frozen=True)
class _Made:
    """Pictures made to learn from."""

    drawings: DigitSet
    bitmaps: DigitSet
    scenes: DigitSet
    ways: DigitSet
    non_digits: DigitSet


def _made_to_learn_from(
    recipe: Recipe, mnist: DigitSet, pens: PenFiles, collected: Collected, cache: Path | None
) -> _Made:
    maker = PictureMaker(
        mnist,
        pens.training,
        cache=cache,
        bitmaps=collected.training_bitmaps,
        collected=collected.training,
    )
    return _Made(
        drawings=maker.drawings(recipe.drawings),
        bitmaps=maker.enlarged_bitmaps(recipe.drawings),
        scenes=maker.scenes(round(recipe.scenes * len(mnist))),
        ways=maker.ways(round(recipe.ways * len(mnist))),
        non_digits=maker.non_digits(round(recipe.non_digits * len(mnist))),
    )


def _described(made: _Made, pens: PenFiles, collected: Collected) -> dict[str, DigitSet]:
    """Pictures made to learn from, by what they are, in words."""
    writers, things = _writers(pens.training), _things(collected.training)
    return {
        f"{len(made.drawings):,} drawings of pen digits by {writers}": made.drawings,
        f"{len(made.bitmaps):,} enlargements of optdigits bitmaps": made.bitmaps,
        f"{len(made.scenes):,} imagined photographs of such digits": made.scenes,
        f"{len(made.ways):,} digits written in rarer ways": made.ways,
        f"{len(made.non_digits):,} things that are no digit{things}": made.non_digits,
    }


def _made_to_judge_by(
    made: _Made, mnist: Mnist, pens: PenFiles, collected: Collected, cache: Path | None
) -> tuple[dict[str, DigitSet], DigitSet]:
    """Digits by what they are, and things that are no digit; but a tenth of those to learn from."""
    maker = PictureMaker(
        mnist.validation(),
        pens.validation,
        _JUDGING_SEED,
        cache,
        collected=collected.validation,
    )
    scenes = maker.scenes(min(JUDGING_SCENES, len(made.scenes) // 10))
    ways = maker.ways(min(JUDGING_WAYS, len(made.ways) // 10))
    non_digits = maker.non_digits(min(JUDGING_NON_DIGITS, len(made.non_digits) // 10))
    imagined = {
        f"{len(scenes):,} imagined photographs": scenes,
        f"{len(ways):,} digits written in rarer ways": ways,
    }
    return imagined, non_digits


def _without_empty(sets: Mapping[str, DigitSet]) -> dict[str, DigitSet]:
    return {name: digits for name, digits in sets.items() if len(digits)}


def _writers(digits: Sequence[PenDigit]) -> str:
    """Who wrote the digits that train, in words."""
    names = {digit.writer for digit in digits if isinstance(digit.writer, str)}
    words = [f"{len(names):,} writers of UNIPEN"] if names else []
    if len(names) < len({digit.writer for digit in digits}):
        words.insert(0, "writers 1 to 22")
    return " and ".join(words)


def _things(collected: CollectedThings) -> str:
    """What things that are no digit are made of beside rules, in words."""
    counts = {
        f"letters by {len(collected.letters.shares):,} writers": len(collected.letters),
        "doodles": len(collected.doodles),
        "letters of other alphabets": len(collected.foreign),
    }
    words = [f"{count:,} {name}" for name, count in counts.items() if count]
    return f" (also of {', '.join(words)})" if words else ""


def describe_left_out(data: TrainingData, most: int = 5) -> list[str]:
    """Sentences about what is not learnt from, for people: such as pictures that are damaged."""
    return [*data.notes, *describe_left_out_files(data.left_out, most)]


def _hash(mnist: Mnist, sources: Collection[DigitSet], judges: Sequence[DigitSet]) -> str:
    """Of MNIST alone, or of that and all that comes on top."""
    if len(sources) == 1 and sum(len(digits) > 0 for digits in judges) == 1:
        return mnist.sha256
    hashes = [mnist.sha256, *(digits.sha256 for digits in (*sources, *judges))]
    return hashlib.sha256("".join(hashes).encode()).hexdigest()


# --- pen digits


@dataclass(frozen=True, eq=False)
class PenFiles:
    """What files of pen digits hold, but the digits that are for reports.

    Attributes:
        training: digits by the writers that train.
        validation: digits by the writers that validate.
        notes: sentences for people about what is left out.
    """

    training: Sequence[PenDigit]
    validation: Sequence[PenDigit]
    notes: tuple[str, ...] = ()


def read_pen_files(paths: Iterable[str | Path]) -> PenFiles:
    """Pen digits of all files; those whose strokes have no length are left out.

    Raises:
        DataError: as `read_pen_strokes`, or in one of them no digit is by a training writer.
    """
    training: list[PenDigit] = []
    validation: list[PenDigit] = []
    notes: list[str] = []
    for path in map(Path, paths):
        digits = read_pen_strokes(path)
        splits = [split_of_writer(digit.writer) for digit in digits]
        reasons = [_why_left_out(*each) for each in zip(count(), digits, splits, strict=False)]
        notes += [
            f"{left_out(number, 'pen digit', path)}: {reason}."
            for reason, number in sorted(Counter(filter(None, reasons)).items())
        ]
        kept = [
            (split, digit)
            for split, digit, reason in zip(splits, digits, reasons, strict=True)
            if reason is None
        ]
        if not any(split == "training" for split, _ in kept):
            raise DataError(f"{path.name} holds no digit by the training writers.")
        training += [digit for split, digit in kept if split == "training"]
        validation += [digit for split, digit in kept if split == "validation"]
    return PenFiles(training, validation, tuple(notes))


def _why_left_out(index: int, digit: PenDigit, split: str | None) -> str | None:
    """Why a digit is left out, in words; None if it is not, or is nothing to look at here."""
    if split not in ("training", "validation"):
        return None
    if not length_of(digit.strokes) > 0:
        return "strokes of no length"
    if split == "training" and is_mislabelled(index, digit.label, digit.writer):
        return "not what the label says"
    return None


def load_pen_digits(path: str | Path) -> tuple[list[PenDigit], list[PenDigit]]:
    """Pen digits of the training writers and of the validation writers.

    Raises:
        DataError: as `read_pen_files`.
    """
    found = read_pen_files([path])
    return list(found.training), list(found.validation)


def _as_sequence(paths: str | Path | Sequence[str | Path] | None) -> Sequence[str | Path]:
    if paths is None:
        return ()
    return [paths] if isinstance(paths, str | Path) else paths


def _usual_drawings(digits: Sequence[PenDigit]) -> dict[str, DigitSet]:
    """Digits of the validation writers drawn the usual way, by what they are; no empty sets."""
    numbered = [digit for digit in digits if isinstance(digit.writer, int)]
    named = [digit for digit in digits if isinstance(digit.writer, str)]
    writers = len({digit.writer for digit in named})
    sets = {
        f"{len(numbered):,} pen digits of four other writers": draw_usually(numbered),
        f"{len(named):,} UNIPEN digits of {writers:,} validation writers": draw_usually(named),
    }
    return _without_empty(sets)


def draw_usually(digits: Sequence[PenDigit]) -> DigitSet:
    """Pen digits drawn with a usual pen, comfortably large, as the network sees them."""
    pictures = [draw_strokes(digit, USUAL_PEN, USUAL_SIZE) for digit in digits]
    return _prepared(pictures, [digit.label for digit in digits])


def enlarge_usually(bitmaps: Bitmaps) -> DigitSet:
    """Bitmaps enlarged to 280×280, as the network sees them."""
    pictures = [enlarge_plainly(image) for image in bitmaps.images]
    return _prepared(pictures, bitmaps.labels.tolist())


def _prepared(pictures: Sequence[Images], labels: Sequence[int]) -> DigitSet:
    """Pictures as the network sees them; those on which nothing is to be seen are left out."""
    images, seen = [], []
    for picture, label in zip(pictures, labels, strict=True):
        with suppress(NoInkError):
            images.append(prepare_image(picture))
            seen.append(label)
    return DigitSet(np.array(images, np.uint8).reshape(-1, 28, 28), np.array(seen, np.uint8))
