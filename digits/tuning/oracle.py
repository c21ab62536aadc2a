"""A search for a recipe: what it is, how its folder is kept, and who decides what is tried next.

Keras Tuner decides, by random search, Hyperband (Li et al., 2018, "Hyperband: A Novel Bandit-Based
Approach to Hyperparameter Optimization") or Bayesian optimisation (Snoek, Larochelle & Adams, 2012,
"Practical Bayesian Optimization of Machine Learning Algorithms").
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import logging
import math
import os
import shutil
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digits.common.atomic_file import atomic_write
from digits.common.command_line import GIVE_UP
from digits.common.errors import DataError, DigitError
from digits.common.file_lock import held_lock
from digits.network.tensorflow_import import import_keras
from digits.training.recipe import Recipe
from digits.tuning.search_space import sample_recipe

if TYPE_CHECKING:
    import keras_tuner

STRATEGIES = ("random", "hyperband", "bayesian")
ENDED = ("COMPLETED", "FAILED")
# The hyperparameter that carries the search's fingerprint, so that workers can check it.
FINGERPRINT = "search"


def import_keras_tuner() -> Any:
    """The module `keras_tuner`, imported when it is first needed and without a word.

    Raises:
        DigitError: it is not installed.
    """
    import_keras()
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    logging.getLogger("grpc").setLevel(logging.CRITICAL)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            import keras_tuner
    except ImportError as error:
        raise DigitError(
            "Keras Tuner is not installed: pip install -r requirements-train.txt."
        ) from error
    return keras_tuner


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep to itself what Keras Tuner and scikit-learn print and warn of along the way."""
    with (
        contextlib.redirect_stdout(io.StringIO()),
        warnings.catch_warnings(action="ignore"),
    ):
        yield


@dataclass(frozen=True)
class SearchSettings:
    """What makes a search this one and no other: two that are equal in it are the same.

    Attributes:
        strategy: one of `STRATEGIES`.
        architectures: that are searched, as for `search_space.sample_recipe`.
        epochs: of a trial, at most.
        seed: of the search, and of every trial's training.
        subset: of the training digits, only so many, evenly spread; None for all.
        data: SHA-256 of all digits, as `training.data.TrainingData`.
    """

    strategy: str
    architectures: tuple[str, ...]
    epochs: int
    seed: int
    subset: int | None
    data: str

    def as_dict(self) -> dict[str, Any]:
        """All of it and the hash of the search space, as JSON can hold it."""
        space = import_keras_tuner().HyperParameters()
        self.recipe(space)
        return asdict(self) | {
            "architectures": list(self.architectures),
            "space": _hash(space.get_config()),
        }

    def fingerprint(self) -> str:
        """A hash of `as_dict`."""
        return _hash(self.as_dict())

    def recipe(self, hyperparameters: keras_tuner.HyperParameters) -> Recipe:
        """The recipe that a trial measures."""
        epochs = int(hyperparameters.values.get("tuner/epochs", self.epochs))
        return sample_recipe(hyperparameters, epochs, self.architectures)


def _hash(words: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(words, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class TrialRow:
    """What one trial came to.

    Attributes:
        number: 1 is the first.
        recipe: that it measured.
        accuracy: on the validation digits after the last epoch, 0 to 1; not a number if the trial
            failed, None if it has not ended.
        seconds: that it took.
        parameters: of its network; 0 if that was not built.
        failure: why it failed, as far as is known.
    """

    number: int
    recipe: Recipe
    accuracy: float | None
    seconds: float = 0.0
    parameters: int = 0
    failure: str | None = None

    @property
    def is_completed(self) -> bool:
        """Whether it has an accuracy."""
        return self.accuracy is not None and math.isfinite(self.accuracy)


def open_folder(folder: Path, settings: SearchSettings, restart: bool = False) -> bool:
    """Make a folder ready for a search; says whether it holds this search already.

    Args:
        folder: of the search; it must exist.
        settings: of the search.
        restart: forget the search that the folder holds; nothing else in it is touched.

    Raises:
        DataError: it holds another search, or what it holds cannot be read.
        OSError: it cannot be written.
    """
    papers, trials = folder / "search.json", folder / "trials"
    if restart:
        papers.unlink(missing_ok=True)
        if trials.exists():
            shutil.rmtree(trials)
    if papers.exists() or trials.exists():
        _check_same_search(papers, settings)
    else:
        write_json(papers, settings.as_dict())
    return (trials / "oracle.json").exists()


@contextlib.contextmanager
def sole_user(folder: Path) -> Iterator[None]:
    """Make a folder and keep it to this process; the lock of one that is killed goes with it.

    Raises:
        DataError: another process searches there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    taken = (
        f"Another search is running in the folder {folder.name}: name another --folder, "
        "or, to search together, make one the chief and the others its workers."
    )
    with held_lock(folder / ".lock", taken):
        yield


def _check_same_search(papers: Path, settings: SearchSettings) -> None:
    wanted = settings.as_dict()
    try:
        found = json.loads(papers.read_text(encoding="utf-8"))
        different = [name for name in wanted if found[name] != wanted[name]]
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise damaged(papers.parent) from error
    if different:
        raise DataError(
            f"The folder {papers.parent.name} holds another search (it differs in: "
            f"{', '.join(different)}): name another --folder, or start afresh with --restart."
        )


def damaged(folder: Path) -> DataError:
    """What to say of a folder whose search cannot be read."""
    return DataError(
        f"The search in the folder {folder.name} is damaged: "
        "start afresh with --restart, or name another --folder."
    )


def write_json(path: Path, words: Mapping[str, Any]) -> None:
    """Write a JSON file, whole or not at all.

    Raises:
        OSError: it cannot be written; an older one is untouched.
    """
    with atomic_write(path) as temporary:
        temporary.write_text(json.dumps(words), encoding="utf-8")


def make_oracle(
    settings: SearchSettings,
    max_trials: int | None,
    patience: float = math.inf,
    report: Callable[[TrialRow], None] = lambda row: None,
) -> Any:
    """The `keras_tuner.Oracle` of a strategy, which can be stopped at any moment.

    Args:
        settings: of the search.
        max_trials: so many trials at most; Hyperband may need fewer, and None is all that it needs.
        patience: seconds after which a worker that is not heard of counts as lost; then its trial
            is given to another.
        report: is given each trial that has ended.
    """
    keras_tuner = import_keras_tuner()
    fixed = keras_tuner.HyperParameters()
    fixed.Fixed(FINGERPRINT, settings.fingerprint())
    common = {
        "objective": keras_tuner.Objective("val_accuracy", "max"),
        "hyperparameters": fixed,
        "seed": settings.seed % (2**32 - 1) + 1,  # Keras Tuner takes 0 for none
        "max_consecutive_failed_trials": sys.maxsize,
    }
    oracles = keras_tuner.oracles
    if settings.strategy == "random":
        base, own = oracles.RandomSearchOracle, {"max_trials": max_trials}
    elif settings.strategy == "bayesian":
        base, own = oracles.BayesianOptimizationOracle, _bayesian_options(max_trials)
    else:
        base, own = oracles.HyperbandOracle, {"max_epochs": settings.epochs}
    oracle = _resumable(base, settings, patience, report)(**common, **own)
    oracle.max_trials = max_trials
    oracle.verbose = 0
    return oracle


def _bayesian_options(max_trials: int | None) -> dict[str, Any]:
    # Keras Tuner would begin with three random trials for each of the 15 hyperparameters.
    return {"max_trials": max_trials, "num_initial_points": max(3, (max_trials or 0) // 3)}


def _resumable(
    base: Any,
    settings: SearchSettings,
    patience: float,
    report: Callable[[TrialRow], None],
) -> Any:
    """A class of oracle that a kill, a full disk or a lost worker leaves fit to go on."""

    class RecipeOracle(base):
        trials: dict[str, Any]

        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            self.failure: Exception | None = None
            self.last_heard = time.monotonic()
            self._heard: dict[str, float] = {}

        def create_trial(self, tuner_id: str) -> Any:
            self._take_back_lost_trials()
            trial = super().create_trial(tuner_id)
            if trial.status == "STOPPED" and self.ongoing_trials:
                # Whoever runs the last trials may be lost, and then another must run them.
                trial.status = "IDLE"
                self.tuner_ids.add(tuner_id)
            self._hear(trial.trial_id)
            return trial

        def end_trial(self, trial: Any) -> None:
            if trial.trial_id in self.end_order:
                return  # by a worker that was taken for lost
            super().end_trial(trial)
            self._hear(trial.trial_id)
            report(trial_row(self.trials[trial.trial_id], settings))

        def get_trial(self, trial_id: str) -> Any:
            self._hear(trial_id)
            return super().get_trial(trial_id)

        def save(self) -> None:
            self._write(Path(self._get_oracle_fname()), self.get_state())

        def _save_trial(self, trial: Any) -> None:
            folder = Path(self._project_dir) / f"trial_{trial.trial_id}"
            self._write(folder / "trial.json", trial.get_state())

        def _write(self, path: Path, words: Mapping[str, Any]) -> None:
            """Write whole or not at all, which Keras Tuner does not."""
            try:
                path.parent.mkdir(exist_ok=True)
                write_json(path, words)
            except OSError as error:
                self.failure = fatal(
                    f"{path.name} could not be written ({error.strerror}): {GIVE_UP}."
                )
                raise self.failure from error

        def reload(self) -> None:
            super().reload()
            # A kill between two files leaves a trial that only one of them knows of, or has ended.
            self.trials = {each: self.trials[each] for each in self.start_order}
            self.end_order = [
                each.trial_id for each in self.trials.values() if each.status in ENDED
            ]
            open_trials = [each for each in self.trials.values() if each.status not in ENDED]
            for trial in open_trials:
                trial.metrics = type(trial.metrics)()
            self._retry_queue = [trial.trial_id for trial in reversed(open_trials)]

        def is_exhausted(self) -> bool:
            is_full = self.max_trials is not None and len(self.trials) >= self.max_trials
            return is_full and not (self._retry_queue or self.ongoing_trials)

        def _hear(self, trial_id: str) -> None:
            self.last_heard = self._heard[trial_id] = time.monotonic()

        def _take_back_lost_trials(self) -> None:
            for tuner_id, trial in list(self.ongoing_trials.items()):
                if time.monotonic() - self._heard[trial.trial_id] > patience:
                    del self.ongoing_trials[tuner_id]
                    self.tuner_ids.discard(tuner_id)
                    self._retry_queue.append(trial.trial_id)

    return RecipeOracle


def fatal(sentence: str) -> Exception:
    """An error that ends a search, for which Keras Tuner has a class of its own."""

    class FatalSearchError(import_keras_tuner().errors.FatalError, DigitError):  # type: ignore[misc]
        pass

    return FatalSearchError(sentence)


def trial_row(trial: Any, settings: SearchSettings) -> TrialRow:
    """A trial of Keras Tuner as plain data."""

    def metric(name: str) -> float:
        return trial.metrics.get_last_value(name) if trial.metrics.exists(name) else 0.0

    accuracy = {"COMPLETED": trial.score, "FAILED": math.nan}.get(trial.status)
    return TrialRow(
        number=int(trial.trial_id) + 1,
        recipe=settings.recipe(trial.hyperparameters.copy()),
        accuracy=accuracy,
        seconds=metric("seconds"),
        parameters=int(metric("parameters")),
        failure=trial.message,
    )
