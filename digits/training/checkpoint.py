"""A training run on disk: all that is needed to go on after an interruption as if there was none.

One `.npz` file beside the model holds the weights, the optimizer's state and the history; random
streams need no place in it, for they are derived from seed and epoch.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np

from digits.common.atomic_file import atomic_write
from digits.common.errors import DataError
from digits.training.digit_sets import DAMAGED_NPZ

if TYPE_CHECKING:
    import keras

Arrays = list[np.ndarray]
Row = TypeVar("Row")
"""What a run says of an epoch: a dataclass of numbers."""


@dataclass(frozen=True)
class EpochRow:
    """What one epoch came to; a line of the curves.

    Attributes:
        epoch: 1 is the first.
        seconds: how long it took, validation included.
        learning_rate: at its end.
        loss: mean cross-entropy on its (augmented) training digits, nats.
        accuracy: on the same, 0 to 1.
        val_loss: mean cross-entropy on the validation digits, nats.
        val_accuracy: on the same, 0 to 1.
    """

    epoch: int
    seconds: float
    learning_rate: float
    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float


@dataclass(frozen=True, eq=False)
class Checkpoint(Generic[Row]):
    """A run after an epoch.

    Attributes:
        history: a row for each epoch done.
        weights: of the model, in its order.
        optimizer_state: the optimizer's variables, in its order.
        kept_weights: what the model would be if the run ended here.
        run: what makes the run this one and no other: two that are equal in it are the same.
    """

    history: tuple[Row, ...]
    weights: Arrays
    optimizer_state: Arrays
    kept_weights: Arrays
    run: Mapping[str, Any] = field(default_factory=dict)


def checkpoint_path(output: Path) -> Path:
    """Where the checkpoint of a run lies that will write `output`."""
    return output.with_suffix(".checkpoint.npz")


def save_checkpoint(checkpoint: Checkpoint[Row], path: Path) -> None:
    """Write a checkpoint whole or not at all.

    Raises:
        OSError: it cannot be written; the one before is untouched.
    """
    words = {"run": dict(checkpoint.run), "history": [vars(row) for row in checkpoint.history]}
    arrays: dict[str, Any] = {
        **_numbered("weights", checkpoint.weights),
        **_numbered("optimizer_state", checkpoint.optimizer_state),
        **_numbered("kept_weights", checkpoint.kept_weights),
    }
    with atomic_write(path) as temporary:
        np.savez(temporary, allow_pickle=False, words=np.array(json.dumps(words)), **arrays)


def load_checkpoint(path: Path, row: type[Row]) -> Checkpoint[Row] | None:
    """Read a checkpoint; None if there is none.

    Args:
        path: of the checkpoint.
        row: what its history consists of.

    Raises:
        DataError: there is one, but it is damaged.
    """
    if not path.exists():
        return None
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            words = json.loads(str(arrays["words"]))
            checkpoint = Checkpoint(
                run=dict(words["run"]),
                history=tuple(row(**each) for each in words["history"]),
                weights=_in_order("weights", arrays),
                optimizer_state=_in_order("optimizer_state", arrays),
                kept_weights=_in_order("kept_weights", arrays),
            )
    except DAMAGED_NPZ as error:
        raise _damaged(path) from error
    if not checkpoint.history or len(checkpoint.weights) != len(checkpoint.kept_weights):
        raise _damaged(path)
    return checkpoint


def check_same_run(checkpoint: Checkpoint[Row], run: Mapping[str, Any]) -> None:
    """Refuse to go on with another run.

    Raises:
        DataError: the checkpoint is of a run that differs.
    """
    different = [key for key in run if checkpoint.run.get(key) != run[key]]
    if different:
        raise DataError(
            f"The checkpoint is of another run (it differs in: {', '.join(different)}): give "
            "the options of that run, or leave out --resume."
        )


def restore(model: keras.Model, checkpoint: Checkpoint[Row]) -> None:
    """Put the weights and the optimizer of a compiled model where the checkpoint had got to.

    Raises:
        DataError: it is of another network.
    """
    state = model.optimizer.variables
    try:
        model.set_weights(checkpoint.weights)
        for variable, value in zip(state, checkpoint.optimizer_state, strict=True):
            variable.assign(value)
    except ValueError as error:
        raise DataError(
            "The checkpoint is of another network: delete it, or leave out --resume."
        ) from error


def _damaged(path: Path) -> DataError:
    return DataError(f"The checkpoint {path.name} is damaged: delete it, or leave out --resume.")


def _numbered(name: str, arrays: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
    return {f"{name}_{number}": array for number, array in enumerate(arrays)}


def _in_order(name: str, arrays: Any) -> Arrays:
    count = sum(key.startswith(f"{name}_") for key in arrays.files)
    return [arrays[f"{name}_{number}"] for number in range(count)]
