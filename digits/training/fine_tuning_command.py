"""`train_mnist_model.py --fine-tune`: from corrections to a model that has learnt them."""

from __future__ import annotations

import argparse
import datetime
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import reduce
from operator import add
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from digits.adaptation.rehearsal import load_rehearsal_digits
from digits.common.errors import DigitError, ModelError
from digits.common.sentences import count_of, describe_left_out_files
from digits.network.doubt import SCORES
from digits.network.loading import load_model
from digits.network.model_file import SHIPPED_MODEL, load_model_file, read_papers, save_model_file
from digits.network.model_findings import ModelFindings, findings_of
from digits.network.papers import ModelPapers
from digits.network.tensorflow_import import backend_version
from digits.training.added_export import AddedExport
from digits.training.calibration import calibrate, logits_of
from digits.training.comparison import accuracy, compare
from digits.training.data import TrainingData, load_training_data
from digits.training.digit_sets import NO_DIGIT, DigitSet
from digits.training.fine_tuning import FineTuning, fine_tune, hold_back
from digits.training.options import collected_files, words_of
from digits.training.picture_folder import read_picture_folders
from digits.training.recipe import Recipe

if TYPE_CHECKING:
    import keras

OUTPUT = Path("fine_tuned.h5")
# Of things that are no digit, for each of MNIST's digits, where there are letters to make them of.
_NON_DIGITS = 0.2
_OF_RECIPES = ("tuned", "architecture", "width", "precision", "early_stopping", "tensorboard")


@dataclass(frozen=True, eq=False)
class _Corrections:
    """One's own pictures: what is learnt from, and what is held back."""

    learnt: DigitSet
    held: DigitSet


def fine_tune_model(options: argparse.Namespace, cache: Path, script: str) -> None:
    """Fine-tune as the command line says, and write the model.

    Args:
        options: of `train_mnist_model.py`.
        cache: where pictures are kept that were made.
        script: what the command is called.

    Raises:
        DigitError: an option does not go with it.
        DataError: corrections or digits cannot be read, or there are too few.
        ModelError: the model to begin with cannot be, or the one that is written holds no export.
    """
    _check(options)
    start = options.start_from or SHIPPED_MODEL
    model, before = load_model_file(start), load_model(start)
    _check_input(before)
    corrections = _read_corrections(options)
    data = _load(options, cache)
    how = _settings(options)
    verbose = 1 if sys.stdout.isatty() else 2
    fine_tune(model, corrections.learnt, _rehearsal(data), options.seed, how, verbose=verbose)
    for line in _told(model, before, corrections.held, data, read_papers(start)):
        print(line)
    papers = _papers(options, model, data, read_papers(start), script)
    export = AddedExport(data.validation, start, is_wanted=not options.no_export)
    save_model_file(model, papers, options.output, export.add)
    options.is_written = True
    print(f"Written to {options.output}.")
    export.check(options.output)


def _check(options: argparse.Namespace) -> None:
    if not options.extra:
        raise DigitError("--fine-tune learns from corrections: name them with --extra.")
    for name in _OF_RECIPES:
        if getattr(options, name) is not None:
            option = f"--{name.replace('_', '-')}"
            raise DigitError(f"--fine-tune goes on from a model as it is: leave out {option}.")
    if options.resume or options.rows is not None or options.keep_of_start:
        raise DigitError(
            "--fine-tune takes minutes and is begun anew: leave out --resume, --rows and "
            "--keep-of-start."
        )


def _check_input(model: keras.Model) -> None:
    """Learning gives pictures as this project makes them, and no adapter stands before it."""
    ours, found = ModelFindings(), findings_of(model) or ModelFindings()
    shape = model.inputs[0].shape[1:]
    is_grey = len(shape) == 2 or shape[2] in (None, 1)
    if (found.convention, found.input_size) != (ours.convention, ours.input_size) or not is_grey:
        raise ModelError(
            f"This model takes {found.input_in_words}{'' if is_grey else ', in three channels'}: "
            f"only one that takes {ours.input_in_words}, can be fine-tuned."
        )


def _read_corrections(options: argparse.Namespace) -> _Corrections:
    read = read_picture_folders(options.extra)
    assert read is not None
    for line in describe_left_out_files(read.unreadable):
        print(line)
    return _Corrections(*hold_back(read.digits))


def _load(options: argparse.Namespace, cache: Path) -> TrainingData:
    made = _NON_DIGITS if options.letters else 0.0
    recipe = Recipe(drawings=1, scenes=0, ways=0, non_digits=made)
    files = collected_files(options)
    pens = options.pen_strokes
    return load_training_data(options.data, pens, None, recipe, cache, collected_files=files)


def _rehearsal(data: TrainingData) -> DigitSet:
    """What trains, and several times the digits and others that an adapted hand rehearses."""
    images, labels = load_rehearsal_digits()
    sheet = DigitSet(np.rint(images * 255).astype(np.uint8), labels.astype(np.uint8))
    return reduce(add, [data.training, *[sheet] * max(1, len(data.training) // (4 * len(sheet)))])


def _settings(options: argparse.Namespace) -> FineTuning:
    changes = {
        "epochs": options.epochs,
        "batch_size": options.batch_size,
        "learning_rate": options.learning_rate,
        "augmentation": 0.0 if options.no_augmentation else None,
    }
    given = {name: each for name, each in changes.items() if each is not None}
    return replace(FineTuning(), **given)


def _told(
    model: keras.Model,
    before: keras.Model,
    held: DigitSet,
    data: TrainingData,
    papers: ModelPapers,
) -> list[str]:
    """What is better on corrections held back, and what it costs on validation digits."""
    is_digit = held.labels != NO_DIGIT
    digits = DigitSet(held.images[is_digit], held.labels[is_digit])
    judges: Mapping[str, DigitSet] = {
        **({f"{count_of(len(digits), 'correction')} held back": digits} if len(digits) else {}),
        **data.judges,
    }
    lines = list(compare(model, before, judges).lines)
    others = DigitSet(held.images[~is_digit], held.labels[~is_digit])
    threshold = papers.doubt_threshold
    if len(others) and threshold is not None:
        score = SCORES[papers.doubt_score]
        scores = (score(logits_of(each, others)) for each in (model, before))
        now, then = (int((each < threshold).sum()) for each in scores)
        kind = f"{count_of(len(others), 'picture')} of no digit held back"
        lines.append(f"Of {kind}, {now:,} are doubted ({then:,} before).")
    return lines


def _papers(
    options: argparse.Namespace,
    model: keras.Model,
    data: TrainingData,
    start: ModelPapers,
    script: str,
) -> ModelPapers:
    papers = replace(
        start,
        trained_at=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        trained_with=backend_version(),
        command=_command(options, script),
        data=f"{start.data or 'unknown'}; then corrections, with {data.description}",
        data_sha256=data.sha256,
        seed=options.seed,
        epochs=_settings(options).epochs,
        validation_accuracy=accuracy(model, data.validation),
        test_accuracy=accuracy(model, data.test),
    )
    if not options.pen_strokes:
        print("Temperature and threshold of doubt are kept: MNIST alone does not tell them.")
        return papers
    found = calibrate(model, data.validation, data.collected_judges, data.non_digits)
    papers = replace(papers, temperature=found.temperature)
    if not len(data.non_digits):
        print("The temperature is found anew, the threshold of doubt kept.")
        return papers
    print(found.line)
    return replace(papers, doubt_score=found.doubt_score, doubt_threshold=found.doubt_threshold)


def _command(options: argparse.Namespace, script: str) -> str:
    words = ["--fine-tune", "--seed", str(options.seed)]
    words += ["--start-from", options.start_from.name] if options.start_from else []
    for name in ("epochs", "batch_size", "learning_rate"):
        value = getattr(options, name)
        words += [] if value is None else [f"--{name.replace('_', '-')}", f"{value:g}"]
    words += ["--no-augmentation"] if options.no_augmentation else []
    return f"{script} {shlex.join([*words, *words_of(options)])}"
