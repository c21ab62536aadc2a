"""Train a digit recogniser: load MNIST, augment it, train, evaluate once, write the model file.

python train_mnist_model.py                          # our network, MNIST downloaded
python train_mnist_model.py --architecture classic   # the well-known one, for comparison
"""

from __future__ import annotations

import argparse
import datetime
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from digit_data import (
    MNIST_VALIDATION_DIGITS,
    Augmentation,
    DigitSet,
    Mnist,
    as_network_input,
    load_mnist,
    training_batches,
)
from digit_errors import DigitError
from digit_network import ARCHITECTURES
from model_file import ModelPapers, save_model_file
from tensorflow_import import import_keras

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Recipe:
    """How an architecture is trained unless told otherwise.

    Attributes:
        epochs: passes over the training digits.
        batch_size: digits a step.
        peak_learning_rate: reached after a linear warm-up of one epoch, then lowered to zero along
            a cosine (Loshchilov & Hutter, 2017); None keeps Adam's own constant rate.
        augmentation: how digits are bent; None leaves them as they are.
        validation_digits: how many of the last training digits validate.
    """

    epochs: int
    batch_size: int
    peak_learning_rate: float | None
    augmentation: Augmentation | None
    validation_digits: int


RECIPES = {
    "compact": Recipe(
        epochs=20,
        batch_size=128,
        peak_learning_rate=4e-3,
        augmentation=Augmentation(),
        validation_digits=MNIST_VALIDATION_DIGITS,
    ),
    # As published with the Keras examples; "the last 10%" are 6,000 of the 60,000.
    "classic": Recipe(
        epochs=3,
        batch_size=32,
        peak_learning_rate=None,
        augmentation=None,
        validation_digits=6_000,
    ),
}
WEIGHT_DECAY = 1e-3


def train(
    architecture: str, mnist: Mnist, recipe: Recipe, seed: int, verbose: int = 1
) -> keras.Model:
    """Build a network and train it on MNIST's training digits.

    Returns:
        The trained model, with the weights of the last epoch.
    """
    keras = import_keras()
    keras.utils.set_random_seed(seed)
    model = ARCHITECTURES[architecture]()
    digits = mnist.training(recipe.validation_digits)
    batches = training_batches(digits, recipe.batch_size, seed, recipe.augmentation)
    optimizer = _optimizer(recipe, len(batches))
    # XLA, which Keras chooses by itself, trains convolutions on TensorFlow's CPU up to 7× slower.
    jit_compile = False if keras.backend.backend() == "tensorflow" else "auto"
    loss = "sparse_categorical_crossentropy"
    model.compile(optimizer, loss, metrics=["accuracy"], jit_compile=jit_compile)
    validation = mnist.validation(recipe.validation_digits)
    model.fit(
        batches,
        epochs=recipe.epochs,
        validation_data=(as_network_input(validation.images), validation.labels),
        validation_batch_size=500,
        verbose=verbose,
        callbacks=[_time_left_callback(recipe.epochs)],
    )
    return model


def _optimizer(recipe: Recipe, steps_per_epoch: int) -> keras.optimizers.Optimizer:
    optimizers = import_keras().optimizers
    if recipe.peak_learning_rate is None:
        return optimizers.Adam()
    steps = recipe.epochs * steps_per_epoch
    warm_up = min(steps_per_epoch, steps // 5)
    rate = optimizers.schedules.CosineDecay(
        recipe.peak_learning_rate / 20,
        decay_steps=steps - warm_up,
        warmup_target=recipe.peak_learning_rate,
        warmup_steps=warm_up,
    )
    return optimizers.AdamW(rate, weight_decay=WEIGHT_DECAY)


def _time_left_callback(epochs: int) -> keras.callbacks.Callback:
    """Say, from the end of the first epoch on, how long the rest will take."""
    keras = import_keras()

    class TimeLeft(keras.callbacks.Callback):  # type: ignore[name-defined]
        def on_train_begin(self, logs: dict | None = None) -> None:
            self.start = time.monotonic()

        def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
            left = (time.monotonic() - self.start) / (epoch + 1) * (epochs - epoch - 1)
            if left:
                print(f"About {_duration(left)} left.", flush=True)

    return TimeLeft()


def _duration(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes} min {seconds:02d} s" if minutes else f"{seconds} s"


def accuracy(model: keras.Model, digits: DigitSet) -> float:
    """Share of digits read right, straight through the network, 0 to 1."""
    probabilities = model.predict(as_network_input(digits.images), batch_size=500, verbose=0)
    return float((probabilities.argmax(axis=1) == digits.labels).mean())


def main(arguments: list[str] | None = None) -> int:
    """Train as the command line says; 1 and one plain sentence if that is not possible."""
    options = _parser().parse_args(arguments)
    with _noticed_interrupts() as interrupts:
        try:
            _check_output(options.output)
            _train_and_write(options)
        except DigitError as error:
            return _fail(str(error))
        except BaseException as error:
            if interrupts:
                return _fail(f"Stopped; {options.output.name} is as it was.", status=130)
            if isinstance(error, OSError):
                return _fail(f"{options.output.name} could not be written ({error.strerror}).")
            raise
    return 0


@contextmanager
def _noticed_interrupts() -> Iterator[list[int]]:
    """Collect the interrupts (Ctrl-C) that come meanwhile, and still raise KeyboardInterrupt.

    One that strikes while TensorFlow calls back into Python comes out as another exception.
    """
    interrupts: list[int] = []

    def notice(number: int, frame: FrameType | None) -> None:
        interrupts.append(number)
        signal.default_int_handler(number, frame)

    if threading.current_thread() is not threading.main_thread():
        yield interrupts
        return
    before = signal.signal(signal.SIGINT, notice)
    try:
        yield interrupts
    finally:
        signal.signal(signal.SIGINT, before)


def _fail(sentence: str, status: int = 1) -> int:
    print(sentence, file=sys.stderr)
    return status


def _train_and_write(options: argparse.Namespace) -> None:
    recipe = _recipe(options)
    mnist = load_mnist(options.data)
    bar_or_lines = 1 if sys.stdout.isatty() else 2
    model = train(options.architecture, mnist, recipe, options.seed, bar_or_lines)
    validation_accuracy = accuracy(model, mnist.validation(recipe.validation_digits))
    test_accuracy = accuracy(model, mnist.test)
    papers = ModelPapers(
        trained_at=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        trained_with=_versions(),
        command=_command(options, recipe),
        architecture=options.architecture,
        data=f"MNIST training digits but the last {recipe.validation_digits:,}",
        data_sha256=mnist.sha256,
        seed=options.seed,
        epochs=recipe.epochs,
        validation_accuracy=validation_accuracy,
        test_accuracy=test_accuracy,
    )
    save_model_file(model, papers, options.output)
    print(f"Validation accuracy {validation_accuracy:.2%}, test accuracy {test_accuracy:.2%}.")
    print(f"Written to {options.output}.")


def _command(options: argparse.Namespace, recipe: Recipe) -> str:
    """The command that trains the same again on any machine, whatever the defaults will be."""
    return (
        f"python train_mnist_model.py --architecture {options.architecture} "
        f"--epochs {recipe.epochs} --batch-size {recipe.batch_size} --seed {options.seed}"
    )


def _recipe(options: argparse.Namespace) -> Recipe:
    recipe = RECIPES[options.architecture]
    return replace(
        recipe,
        epochs=options.epochs or recipe.epochs,
        batch_size=options.batch_size or recipe.batch_size,
    )


def _versions() -> str:
    keras = import_keras()
    return f"Keras {keras.__version__} on {keras.backend.backend()}"


def _check_output(output: Path) -> None:
    """Fail before the training, not after it, where the file could never be written."""
    if output.suffix != ".h5":
        raise DigitError("The output must be an .h5 file: give --output a name that ends in .h5.")
    if not output.parent.is_dir():
        raise DigitError("The folder of --output does not exist: make it first.")
    if output.is_dir():
        raise DigitError("The --output is a folder: name a file in it.")
    try:
        with tempfile.TemporaryFile(dir=output.parent):
            pass
    except OSError as error:
        raise DigitError("The folder of --output cannot be written to: choose another.") from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Train a network to recognise handwritten digits.")
    parser.add_argument("--data", metavar="FILE", help="a local mnist.npz (downloaded otherwise)")
    parser.add_argument("--architecture", choices=ARCHITECTURES, default="compact")
    parser.add_argument("--epochs", type=_count, metavar="N", help=_defaults("epochs"))
    parser.add_argument("--batch-size", type=_count, metavar="N", help=_defaults("batch_size"))
    parser.add_argument("--seed", type=_seed, default=0, metavar="N", help="random seed (0)")
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("digit_recognizer.h5"),
        metavar="FILE",
        help="where the model goes (digit_recognizer.h5)",
    )
    return parser


def _defaults(field: str) -> str:
    return ", ".join(f"{name}: {getattr(recipe, field)}" for name, recipe in RECIPES.items())


def _whole_number(least: int, most: int) -> Callable[[str], int]:
    def convert(text: str) -> int:
        number = int(text)
        if not least <= number <= most:
            raise argparse.ArgumentTypeError(f"must be from {least} to {most}")
        return number

    convert.__name__ = "whole number"
    return convert


_count = _whole_number(1, 100_000)
_seed = _whole_number(0, 2**32 - 1)


if __name__ == "__main__":
    sys.exit(main())
