"""The command `tune_mnist_model.py`: a search from its options to the best recipe's file."""

from __future__ import annotations

import argparse
import contextlib
import os
import shlex
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from digits.common.atomic_file import atomic_write
from digits.common.command_line import (
    check_new_folder,
    check_writable,
    count,
    number,
    run_script,
    seed,
)
from digits.common.errors import DigitError
from digits.training.data import TrainingData, describe_left_out, load_training_data
from digits.training.options import add_digit_options, collected_files
from digits.training.recipe import Recipe
from digits.tuning.cluster import (
    TUNER_ID,
    Seat,
    serve,
    take_seat,
    wait_for_chief,
    work,
)
from digits.tuning.oracle import (
    STRATEGIES,
    SearchSettings,
    TrialRow,
    make_oracle,
    open_folder,
    sole_user,
    trial_row,
)
from digits.tuning.trials import Task, make_tuner, run_trials

ARCHITECTURES = {
    "all": ("compact", "three_convolutions"),
    "compact": ("compact",),
    "three_convolutions": ("three_convolutions",),
}
USUAL_TRIALS = 20


def main(arguments: list[str] | None = None) -> int:
    """Search as the command line says; 1 and one plain sentence if that is not possible."""
    options = _parser().parse_args(arguments)
    return run_script(lambda: _run(options), lambda: _stopped(options))


def _run(options: argparse.Namespace) -> None:
    seat = take_seat(os.environ)
    if seat is not None and not seat.is_chief:
        _work(options, seat)
        return
    _check_output(options.output)
    data = _load(options)
    for line in describe_left_out(data):
        print(line)
    settings = _settings(options, data)
    _check_folder(options.folder)
    with sole_user(options.folder):
        oracle = _search(options, data, settings, seat)
    rows = ranked([trial_row(trial, settings) for trial in oracle.trials.values()])
    recipe = best_recipe(rows, options.epochs)
    if recipe is not None:
        write_recipe(recipe, options.output)
    print(table(rows))
    if recipe is None:
        raise DigitError("No trial was completed, so there is no recipe to write.")
    print(f"The best recipe is written to {options.output}; to train with it:")
    print(f"python train_mnist_model.py --tuned {shlex.quote(str(options.output))}")


def _load(options: argparse.Namespace) -> TrainingData:
    return load_training_data(
        options.data,
        options.pen_strokes,
        options.extra,
        collected_files=collected_files(options),
    )


def write_recipe(recipe: Recipe, path: Path) -> None:
    """Write what `training.recipe.read_recipe` reads, whole or not at all.

    Raises:
        OSError: it cannot be written; an older one is untouched.
    """
    with atomic_write(path) as temporary:
        temporary.write_text(recipe.as_json(), encoding="utf-8")


def _search(
    options: argparse.Namespace, data: TrainingData, settings: SearchSettings, seat: Seat | None
) -> Any:
    """Search alone or as the chief; the oracle knows all trials afterwards."""
    is_resumed = open_folder(options.folder, settings, options.restart)
    max_trials = options.max_trials or (None if options.strategy == "hyperband" else USUAL_TRIALS)
    teller = Teller(max_trials)
    # The chief reports what workers send it, and whoever searches alone what it has run.
    report = teller.report if seat is not None else lambda row: None
    oracle = make_oracle(settings, max_trials, options.patience, report)
    task = _task(options, data, teller)
    tuner = make_tuner(task, oracle, options.folder)
    trials = f"at most {_counted(max_trials, 'trial')}" if max_trials else "trials"
    teller.say(
        f"{options.strategy.capitalize()} search: {trials} "
        f"of at most {_counted(options.epochs, 'epoch')} on {len(task.training):,} digits."
    )
    if is_resumed:
        teller.say(f"Going on with the search in {options.folder}: {len(oracle.end_order)} done.")
    if oracle.is_exhausted():
        teller.say("Nothing is left to try, unless --max-trials is raised.")
    elif seat is None:
        run_trials(tuner)
    else:
        teller.say(f"The chief waits for workers at {seat.address}.")
        serve(oracle, seat, options.patience)
    return oracle


def _work(options: argparse.Namespace, seat: Seat) -> None:
    """Run trials for a chief, which keeps the search."""
    data = _load(options)
    teller = Teller(None, f"{seat.tuner_id}: ")
    teller.say(f"asking the chief at {seat.address} for trials.")
    wait_for_chief(seat, options.patience)
    oracle = make_oracle(_settings(options, data), options.max_trials)
    with tempfile.TemporaryDirectory() as folder:
        tuner = make_tuner(_task(options, data, teller), oracle, Path(folder))
        work(tuner, seat, options.patience)
    teller.say("the chief has no more trials.")


class Teller:
    """Tells a person what goes on: a line for each trial, and on a terminal where it is.

    It keeps the standard output of its making, because Keras Tuner's is thrown away.
    """

    def __init__(self, max_trials: int | None, prefix: str = "") -> None:
        self.of = f" of {max_trials}" if max_trials else ""
        self.prefix = prefix
        self.output = sys.stdout
        self.is_terminal = sys.stdout is not None and sys.stdout.isatty()

    def say(self, line: str) -> None:
        """Print a line."""
        self._write(f"{self.prefix}{line}\n")

    def show(self, word: str) -> None:
        """Print what the next line will overwrite, on a terminal."""
        if self.is_terminal:
            self._write(f"{self.prefix}{word:<40}\r")

    def report(self, row: TrialRow) -> None:
        """Print what a trial came to."""
        self.say(f"Trial {row.number}{self.of}: {_result(row)}. {describe(row.recipe)}")

    def _write(self, text: str) -> None:
        with contextlib.suppress(OSError, ValueError):  # a search goes on where nobody listens
            print(text, end="", file=self.output, flush=True)


def _result(row: TrialRow) -> str:
    if not row.is_completed:
        return f"failed after {row.seconds:.0f} s, {row.failure or 'its worker said why'}"
    return f"{row.accuracy:.2%} after {_counted(row.recipe.epochs, 'epoch')}, {row.seconds:.0f} s"


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def describe(recipe: Recipe) -> str:
    """The hyperparameters of a recipe that were searched for, in a line."""
    words = [recipe.architecture]
    for name, value in recipe.network.items():
        shown = "-".join(map(str, value)) if isinstance(value, list) else _shown(value)
        words.append(f"{name.replace('_', ' ')} {shown}")
    for name in ("learning_rate", "augmentation", "label_smoothing"):
        words.append(f"{name.replace('_', ' ')} {getattr(recipe, name):g}")
    return ", ".join(words)


def _shown(value: float | bool) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else f"{value:g}"


def ranked(rows: Sequence[TrialRow]) -> list[TrialRow]:
    """The best first; of equals the one with fewer parameters; what was not completed last."""

    def key(row: TrialRow) -> tuple[float, ...]:
        accuracy = row.accuracy if row.accuracy is not None and row.is_completed else -1.0
        return -accuracy, row.parameters, row.number

    return sorted(rows, key=key)


def best_recipe(rows: Sequence[TrialRow], epochs: int) -> Recipe | None:
    """The recipe of the first of the ranked trials, to be trained for all epochs.

    A trial of Hyperband's first rounds may have been the best with fewer.
    """
    completed = [row for row in rows if row.is_completed]
    return replace(completed[0].recipe, epochs=epochs) if completed else None


def table(rows: Sequence[TrialRow]) -> str:
    """The ranked trials as text, a line each."""
    lines = ["rank  trial  validated  epochs  parameters  seconds  hyperparameters"]
    for rank, row in enumerate(rows, start=1):
        place = str(rank) if row.is_completed else "–"
        accuracy = "unfinished" if row.accuracy is None else "failed"
        if row.is_completed:
            accuracy = f"{row.accuracy:.2%}"
        lines.append(
            f"{place:>4}  {row.number:>5}  {accuracy:>9}  {row.recipe.epochs:>6}  "
            f"{row.parameters:>10,}  {row.seconds:>7.0f}  {describe(row.recipe)}"
            + (f" ({row.failure})" if row.failure else "")
        )
    return "\n".join(lines)


def _task(options: argparse.Namespace, data: TrainingData, teller: Teller) -> Task:
    return Task(
        settings=_settings(options, data),
        training=data.training.spread(options.subset),
        validation=data.validation,
        report=teller.report,
        show=teller.show,
    )


def _settings(options: argparse.Namespace, data: TrainingData) -> SearchSettings:
    return SearchSettings(
        strategy=options.strategy,
        architectures=ARCHITECTURES[options.architecture],
        epochs=options.epochs,
        seed=options.seed,
        subset=options.subset,
        data=data.sha256,
    )


def _check_output(output: Path) -> None:
    if output.is_dir():
        raise DigitError("The --output is a folder: name a file in it.")
    if output.suffix != ".json":
        raise DigitError("The output is a JSON file: give --output a name that ends in .json.")
    check_writable(output.absolute().parent, "--output")


def _check_folder(folder: Path) -> None:
    sentence = f"The --folder {folder.name} is a file, or in one: name a folder."
    check_new_folder(folder, "--folder", sentence)


def _stopped(options: argparse.Namespace) -> str:
    if "chief" not in os.environ.get(TUNER_ID, "chief"):
        return "Stopped; the chief will give the trial to another worker."
    same = "the same command without --restart" if options.restart else "the same command"
    return f"Stopped; finished trials are kept in {options.folder.name}, and {same} goes on."


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description="Search for a recipe that reads more of MNIST's validation digits right; the "
        "test split has no say. A search that was stopped goes on when it is started again.",
        epilog="Many machines search together as a chief and workers: give each the same command "
        "and, in KERASTUNER_TUNER_ID, KERASTUNER_ORACLE_IP and KERASTUNER_ORACLE_PORT, its part.",
    )
    search = parser.add_argument_group("search")
    search.add_argument("--strategy", choices=STRATEGIES, default="random", help="(random)")
    search.add_argument("--architecture", choices=ARCHITECTURES, default="all", help="(all)")
    search.add_argument(
        "--max-trials",
        type=count,
        metavar="N",
        help=f"recipes to try ({USUAL_TRIALS}; hyperband: as many as it wants, and N at most)",
    )
    search.add_argument(
        "--epochs",
        type=count,
        default=10,
        metavar="N",
        help="of a trial, and of the best recipe (10); hyperband gives most trials fewer",
    )
    search.add_argument("--seed", type=seed, default=0, metavar="N", help="random seed (0)")
    data = add_digit_options(parser)
    data.add_argument(
        "--subset",
        type=count,
        metavar="N",
        help="train on N digits only, which is quick and ranks recipes roughly (all)",
    )
    run = parser.add_argument_group("run")
    run.add_argument(
        "--output",
        type=Path,
        default=Path("tuned_recipe.json"),
        metavar="FILE",
        help="where the best recipe goes (tuned_recipe.json)",
    )
    run.add_argument(
        "--folder",
        type=Path,
        default=Path("tuning"),
        metavar="DIR",
        help="where the search is kept, to go on with it (tuning)",
    )
    run.add_argument("--restart", action="store_true", help="forget the search in --folder")
    run.add_argument(
        "--patience",
        type=number(1, 86_400),
        default=300.0,
        metavar="SECONDS",
        help="how long chief and workers wait for one another before they give up (300)",
    )
    return parser
