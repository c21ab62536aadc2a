"""Train a digit recogniser: load digits, augment them, train, compare, evaluate once, write.

python train_mnist_model.py                          # our network, MNIST downloaded
python train_mnist_model.py --tuned tuned_recipe.json
python train_mnist_model.py --architecture classic   # the well-known one, for comparison
"""

from __future__ import annotations

from command_line import stop_quietly

if __name__ == "__main__":
    stop_quietly()

import argparse
import datetime
import shlex
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atomic_file import atomic_write
from command_line import check_writable, count, number, run_script, seed
from digit_data import load_mnist
from digit_errors import DataError, DigitError
from digit_training import RunControl, TrainedNetwork, train
from model_comparison import Comparison, accuracy, compare, load_replaced_model
from model_file import ModelPapers, save_model_file
from tensorflow_import import import_keras
from training_checkpoint import Checkpoint, checkpoint_path, load_checkpoint, save_checkpoint
from training_curves import write_curves_csv, write_curves_png
from training_data import TrainingData, describe_left_out, load_training_data
from training_recipe import RECIPES, Recipe, read_recipe

if TYPE_CHECKING:
    import keras

SCRIPT = "python train_mnist_model.py"


def main(arguments: list[str] | None = None) -> int:
    """Train as the command line says; 1 and one plain sentence if that is not possible."""
    options = _parser().parse_args(arguments)
    options.given = sys.argv[1:] if arguments is None else arguments
    if options.show_augmentation:
        return run_script(lambda: _show_augmentation(options), lambda: "Stopped.")
    return run_script(lambda: _run(options), lambda: _stopped(options))


def _run(options: argparse.Namespace) -> None:
    _check_output(options)
    recipe = _recipe(options)
    data = load_training_data(
        options.data, options.pen_strokes, options.extra, recipe.validation_digits
    )
    for line in describe_left_out(data):
        print(line)
    replaced = load_replaced_model(options.output, options.force)
    trained = _train(options, recipe, data)
    comparison = compare(trained.model, replaced, data.judges)
    _write(options, recipe, data, trained, comparison)


def _train(options: argparse.Namespace, recipe: Recipe, data: TrainingData) -> TrainedNetwork:
    run = {
        "recipe": recipe.as_json(),
        "seed": options.seed,
        "patience": options.early_stopping,
        "data_sha256": data.sha256,
        "backend": import_keras().backend.backend(),
    }
    checkpoint = _checkpoint_to_resume(options, run)
    say_time_left = _time_left(recipe.epochs, len(checkpoint.history) if checkpoint else 0)

    def keep(checkpoint: Checkpoint) -> None:
        save_checkpoint(replace(checkpoint, run=run), checkpoint_path(options.output))
        write_curves_csv(checkpoint.history, _beside(options.output, ".curves.csv"))
        say_time_left(len(checkpoint.history))

    control = RunControl(
        patience=options.early_stopping,
        resume_from=checkpoint,
        after_epoch=keep,
        callbacks=_tensorboard(options.tensorboard),
        verbose=1 if sys.stdout.isatty() else 2,
    )
    return train(recipe, data.training, data.validation, options.seed, control)


def _checkpoint_to_resume(options: argparse.Namespace, run: dict[str, Any]) -> Checkpoint | None:
    if not options.resume:
        return None
    checkpoint = load_checkpoint(checkpoint_path(options.output))
    if checkpoint is None:
        print("There is no checkpoint yet: this begins at the first epoch.")
    elif checkpoint.run != run:
        different = ", ".join(key for key in run if checkpoint.run.get(key) != run[key])
        raise DataError(
            f"The checkpoint is of another run (it differs in: {different}): give the options "
            "of that run, or leave out --resume."
        )
    else:
        print(f"Going on after epoch {len(checkpoint.history)}.")
    return checkpoint


def _time_left(epochs: int, first: int) -> Callable[[int], None]:
    """Say, from the end of the first epoch on, how long the rest will take."""
    start = time.monotonic()

    def say(done: int) -> None:
        left = (time.monotonic() - start) / (done - first) * (epochs - done)
        if left:
            print(f"About {_duration(left)} left.", flush=True)

    return say


def _duration(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes} min {seconds:02d} s" if minutes else f"{seconds} s"


def _tensorboard(folder: Path | None) -> list[keras.callbacks.Callback]:
    if folder is None:
        return []
    if not (find_spec("tensorboard") and find_spec("tensorflow")):
        raise DigitError("TensorBoard is not installed: pip install -r requirements-train.txt.")
    folder.mkdir(parents=True, exist_ok=True)
    return [import_keras().callbacks.TensorBoard(folder, write_graph=False)]


def _write(
    options: argparse.Namespace,
    recipe: Recipe,
    data: TrainingData,
    trained: TrainedNetwork,
    comparison: Comparison,
) -> None:
    """Write the model, or keep it beside the better one; then nothing is left to resume."""
    validation_accuracy = accuracy(trained.model, data.validation)
    test_accuracy = accuracy(trained.model, data.test)
    papers = ModelPapers(
        trained_at=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        trained_with=_versions(),
        command=_command(options, recipe),
        recipe=recipe.as_json(),
        architecture=recipe.architecture,
        data=data.description,
        data_sha256=data.sha256,
        seed=options.seed,
        epochs=len(trained.history),
        validation_accuracy=validation_accuracy,
        test_accuracy=test_accuracy,
    )
    is_worse = comparison.is_worse and not options.force
    target = options.output.with_suffix(".rejected.h5") if is_worse else options.output
    save_model_file(trained.model, papers, target)
    write_curves_png(trained.history, _beside(options.output, ".curves.png"))
    checkpoint_path(options.output).unlink(missing_ok=True)
    for line in comparison.lines:
        print(line)
    print(f"Validation accuracy {validation_accuracy:.2%}, test accuracy {test_accuracy:.2%}.")
    print(f"Curves: {_beside(options.output, '.curves.png')} and .csv.")
    if is_worse:
        print(f"It is worse than {options.output.name}, which stays as it was. ", end="")
        print(f"The new model is kept as {target.name}; --force would have replaced the old one.")
    else:
        print(f"Written to {target}.")


def _beside(output: Path, ending: str) -> Path:
    return output.with_suffix(ending)


def _show_augmentation(options: argparse.Namespace) -> None:
    """Write a contact sheet of training digits and what augmentation makes of them."""
    from augmentation_sheet import draw_augmentation_sheet

    check_writable(options.show_augmentation.absolute().parent, "--show-augmentation")
    recipe = _recipe(options)
    augmentation = recipe.augmentation_at(recipe.epochs)
    if augmentation is None:
        raise DigitError("Augmentation is off, so there is nothing to show.")
    if options.show_augmentation.suffix.lower() != ".png":
        raise DigitError("The contact sheet is a PNG: give it a name that ends in .png.")
    digits = load_mnist(options.data).training()
    sheet = draw_augmentation_sheet(digits, augmentation, options.seed)
    with atomic_write(options.show_augmentation) as temporary:
        sheet.save(temporary)
    print(f"Written to {options.show_augmentation}.")


def _stopped(options: argparse.Namespace) -> str:
    sentence = f"Stopped; {options.output.name} is as it was."
    if not checkpoint_path(options.output).exists():
        return sentence
    given = [each for each in options.given if each != "--resume"]
    return f"{sentence} To go on: {SCRIPT} {shlex.join([*given, '--resume'])}"


def _command(options: argparse.Namespace, recipe: Recipe) -> str:
    """The command that trains the same again on any machine, whatever the defaults will be."""
    words = ["--tuned", options.tuned.name] if options.tuned else []
    words += ["--architecture", recipe.architecture, "--epochs", str(recipe.epochs)]
    words += ["--batch-size", str(recipe.batch_size), "--seed", str(options.seed)]
    words += ["--no-augmentation"] if options.no_augmentation else []
    words += ["--early-stopping", str(options.early_stopping)] if options.early_stopping else []
    words += ["--pen-strokes", options.pen_strokes.name] if options.pen_strokes else []
    words += ["--extra", options.extra.name] if options.extra else []
    return f"{SCRIPT} {shlex.join(words)}"


def _recipe(options: argparse.Namespace) -> Recipe:
    recipe = (
        read_recipe(options.tuned) if options.tuned else RECIPES[options.architecture or "compact"]
    )
    if options.tuned and options.architecture not in (None, recipe.architecture):
        raise DigitError(
            f"The tuned recipe is for {recipe.architecture}: leave out --architecture."
        )
    changes = {
        "epochs": options.epochs,
        "batch_size": options.batch_size,
        "learning_rate": options.learning_rate,
        "augmentation": 0.0 if options.no_augmentation else None,
    }
    return replace(recipe, **{name: each for name, each in changes.items() if each is not None})


def _versions() -> str:
    keras = import_keras()
    return f"Keras {keras.__version__} on {keras.backend.backend()}"


def _check_output(options: argparse.Namespace) -> None:
    output = options.output
    if output.suffix != ".h5":
        raise DigitError("The output must be an .h5 file: give --output a name that ends in .h5.")
    if output.is_dir():
        raise DigitError("The --output is a folder: name a file in it.")
    check_writable(output.absolute().parent, "--output")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description="Train a network to recognise handwritten digits.",
        epilog="Beside the model lie its curves (.curves.png, .curves.csv) and, until the run is "
        "done, its checkpoint (.checkpoint.npz). A model that reads fewer of the validation digits "
        "right than the one it would replace is kept as .rejected.h5.",
    )
    data = parser.add_argument_group("digits")
    data.add_argument("--data", metavar="FILE", help="a local mnist.npz (downloaded otherwise)")
    data.add_argument(
        "--pen-strokes",
        type=Path,
        metavar="FILE",
        help="pen strokes in UNIPEN format, gzip or plain: pendigits-orig.tra of UCI",
    )
    data.add_argument(
        "--extra", type=Path, metavar="DIR", help="your own pictures, in subfolders named 0 to 9"
    )
    recipe = parser.add_argument_group("recipe")
    recipe.add_argument("--architecture", choices=RECIPES, help="compact, unless --tuned says else")
    recipe.add_argument("--tuned", type=Path, metavar="FILE", help="of tune_mnist_model.py")
    recipe.add_argument("--epochs", type=count, metavar="N", help=_defaults("epochs"))
    recipe.add_argument("--batch-size", type=count, metavar="N", help=_defaults("batch_size"))
    recipe.add_argument(
        "--learning-rate", type=number(1e-8, 10), metavar="X", help=_defaults("learning_rate")
    )
    recipe.add_argument("--no-augmentation", action="store_true", help="leave digits as they are")
    recipe.add_argument(
        "--early-stopping",
        type=count,
        metavar="N",
        help="stop after N epochs without a lower validation loss, and keep the best epoch's model",
    )
    recipe.add_argument("--seed", type=seed, default=0, metavar="N", help="random seed (0)")
    run = parser.add_argument_group("run")
    run.add_argument(
        "--output",
        type=Path,
        default=Path("digit_recognizer.h5"),
        metavar="FILE",
        help="where the model goes (digit_recognizer.h5)",
    )
    run.add_argument("--resume", action="store_true", help="go on after the last whole epoch")
    run.add_argument("--force", action="store_true", help="replace the old model even by a worse")
    run.add_argument("--tensorboard", type=Path, metavar="DIR", help="write TensorBoard logs there")
    run.add_argument(
        "--show-augmentation",
        type=Path,
        metavar="PNG",
        help="do not train, but draw what augmentation makes of some digits",
    )
    return parser


def _defaults(field: str) -> str:
    return ", ".join(f"{name}: {getattr(recipe, field)}" for name, recipe in RECIPES.items())


if __name__ == "__main__":
    sys.exit(main())
