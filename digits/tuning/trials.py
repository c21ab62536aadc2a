"""Trials: how Keras Tuner measures a recipe, on one machine or as one of many workers.

A trial is `training.fitting.train` with a sampled recipe and nothing else, so that the tuner cannot
measure what the trainer would not do. Hyperband's later rounds train from the start as well,
because a learning rate that falls to zero over a trial's epochs leaves nothing to go on from.
"""

from __future__ import annotations

import contextlib
import gc
import math
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digits.common.command_line import was_interrupted
from digits.network.tensorflow_import import import_keras
from digits.training.digit_sets import DigitSet
from digits.training.fitting import RunControl, train
from digits.training.recipe import Recipe
from digits.tuning.oracle import (
    FINGERPRINT,
    SearchSettings,
    TrialRow,
    damaged,
    fatal,
    import_keras_tuner,
    quiet,
)

if TYPE_CHECKING:
    import keras


class TrialError(Exception):
    """A trial cannot be completed; the search goes on."""


@dataclass(frozen=True, eq=False)
class Task:
    """What all trials of a search have in common.

    Attributes:
        settings: of the search.
        training: what trials learn from.
        validation: what they are judged by.
        report: is given each trial that was run.
        show: is given a word after every epoch.
    """

    settings: SearchSettings
    training: DigitSet
    validation: DigitSet
    report: Callable[[TrialRow], None] = lambda row: None
    show: Callable[[str], None] = lambda word: None


def make_tuner(task: Task, oracle: Any, folder: Path) -> Any:
    """The `keras_tuner.engine.base_tuner.BaseTuner` that runs trials, here or as a worker.

    Args:
        task: of each trial.
        oracle: of `oracle.make_oracle`.
        folder: of the search; a worker's may be any, and nothing is read from it.

    Raises:
        DataError: what the folder holds cannot be read.
    """
    settings = task.settings
    base = import_keras_tuner().engine.base_tuner.BaseTuner

    class RecipeTuner(base):  # type: ignore[misc, valid-type]
        heartbeat_s = math.inf
        is_idle = False

        def pre_create_trial(self) -> None:
            if self.is_idle:  # Keras Tuner would ask again at once, and again
                time.sleep(1)
            self.is_idle = True

        def on_trial_begin(self, trial: Any) -> None:
            self.is_idle = False
            if trial.hyperparameters.values.get(FINGERPRINT) != settings.fingerprint():
                raise fatal("The chief searches with other options or digits: give it the same.")

        def run_trial(self, trial: Any, *args: Any, **kwargs: Any) -> dict[str, float]:
            import_keras().backend.clear_session()
            gc.collect()
            number, recipe = int(trial.trial_id) + 1, settings.recipe(trial.hyperparameters)
            watch = _watch(lambda word: task.show(f"Trial {number}, {word}"))
            start = time.monotonic()
            try:
                with _heartbeat(self, trial.trial_id, watch):
                    accuracy = _measure(recipe, task, watch)
            except TrialError as error:
                accuracy, trial.message = math.nan, str(error)
            seconds = time.monotonic() - start
            self.row = TrialRow(number, recipe, accuracy, seconds, watch.parameters, trial.message)
            # To Keras Tuner, an accuracy that is no number is a trial that failed.
            return {"val_accuracy": accuracy, "seconds": seconds, "parameters": watch.parameters}

        def on_trial_end(self, trial: Any) -> None:
            super().on_trial_end(trial)
            task.report(self.row)  # now that it cannot be lost any more

        def save(self) -> None:
            if not self._is_worker():
                self.oracle.save()

        def _get_tuner_fname(self) -> str:
            """Where Keras Tuner looks for a search to go on with."""
            return str(Path(self.project_dir) / "oracle.json")

    is_there = (folder / "trials" / "oracle.json").exists()
    try:
        with quiet():
            return RecipeTuner(oracle, settings.recipe, directory=folder, project_name="trials")
    except Exception as error:
        if is_there:
            raise damaged(folder) from error
        raise


def run_trials(tuner: Any) -> None:
    """Run trials until the oracle has no more."""
    with quiet():
        tuner.search()


def _measure(recipe: Recipe, task: Task, watch: Any) -> float:
    """The validation accuracy after a recipe's last epoch.

    Raises:
        TrialError: the loss was no number, or memory ran out, or anything else went wrong.
    """
    fatal_error = import_keras_tuner().errors.FatalError
    try:
        control = RunControl(callbacks=[watch])
        trained = train(recipe, task.training, task.validation, task.settings.seed, control)
    except (TrialError, fatal_error):
        raise
    except Exception as error:
        if was_interrupted():
            raise KeyboardInterrupt from error
        raise TrialError(_reason(error)) from error
    return trained.history[-1].val_accuracy


def _reason(error: Exception) -> str:
    """One line about what went wrong."""
    name = type(error).__name__
    if isinstance(error, MemoryError) or name == "ResourceExhaustedError":
        return "there was not enough memory"
    first_line = next(iter(str(error).strip().splitlines()), "")
    return f"{name}: {first_line}" if first_line else name


def _watch(show: Callable[[str], None]) -> Any:
    """A callback that ends a trial which is of no use, and tells of the others."""

    class Watch(import_keras().callbacks.Callback):  # type: ignore[misc]
        parameters = 0
        failure: Exception | None = None

        def on_train_begin(self, logs: dict | None = None) -> None:
            self.parameters = self.model.count_params()

        def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
            if self.failure is not None:
                raise self.failure

        def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
            logs = logs or {}
            if not (math.isfinite(logs["loss"]) and math.isfinite(logs["val_loss"])):
                raise TrialError("the loss was no finite number")
            show(f"epoch {epoch + 1} of {self.params['epochs']}: {logs['val_accuracy']:.2%}")

    return Watch()


@contextlib.contextmanager
def _heartbeat(tuner: Any, trial_id: str, watch: keras.callbacks.Callback) -> Iterator[None]:
    """Let the chief hear from a worker while it trains, and the worker notice that it is gone."""
    if math.isinf(tuner.heartbeat_s):
        yield
        return
    done = threading.Event()

    def beat() -> None:
        while not done.wait(tuner.heartbeat_s):
            try:
                tuner.oracle.get_trial(trial_id)
            except Exception:
                watch.failure = fatal("The chief no longer answers.")
                return

    threading.Thread(target=beat, daemon=True).start()
    try:
        yield
    finally:
        done.set()
