"""A new model beside the one it would replace, on digits that neither has learnt from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from digits.common.command_line import was_interrupted
from digits.common.errors import DigitError, ModelError, TensorFlowMissingError
from digits.network.model_file import load_model_file
from digits.training.digit_sets import DigitSet, as_network_input

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Comparison:
    """How a new model does and how it differs from the old one.

    Attributes:
        lines: sentences for people, one for each set of digits.
        is_worse: whether the new model reads fewer of all these digits right.
    """

    lines: tuple[str, ...]
    is_worse: bool


def compare(
    new: keras.Model, old: keras.Model | None, judges: Mapping[str, DigitSet]
) -> Comparison:
    """Compare two models digit by digit.

    Args:
        new: the model just trained.
        old: the one it would replace; None if there is none.
        judges: sets of digits, by what they are.
    """
    lines, gained, lost = [], 0, 0
    for name, digits in judges.items():
        is_right = _is_right(new, digits)
        line = f"Of {name}, {_share(is_right)} are read right"
        if old is not None:
            was_right = _is_right(old, digits)
            better, worse = int((is_right & ~was_right).sum()), int((was_right & ~is_right).sum())
            line += f" ({_share(was_right)} before: {better} won, {worse} lost)"
            gained, lost = gained + better, lost + worse
        lines.append(line + ".")
    return Comparison(tuple(lines), is_worse=lost > gained)


def _is_right(model: keras.Model, digits: DigitSet) -> NDArray[np.bool_]:
    inputs = as_network_input(digits.images)
    if len(model.inputs[0].shape) == 3:  # a model without a channel axis
        inputs = inputs[..., 0]
    probabilities = model.predict(inputs, batch_size=500, verbose=0)
    return np.asarray(probabilities.argmax(axis=-1) == digits.labels)


def _share(is_right: NDArray[np.bool_]) -> str:
    return f"{is_right.mean():.2%}"


def accuracy(model: keras.Model, digits: DigitSet) -> float:
    """Share of digits read right, straight through the network, 0 to 1."""
    return float(_is_right(model, digits).mean())


def load_replaced_model(path: Path, is_forced: bool) -> keras.Model | None:
    """The model that a new one would replace; None if there is no such file.

    Args:
        path: where the new model will be written.
        is_forced: whether a file that is no digit model may be replaced as well.

    Raises:
        DigitError: there is such a file, and it may not.
    """
    if not path.exists():
        return None
    try:
        return load_model_file(path)
    except TensorFlowMissingError:
        raise
    except ModelError as error:
        if was_interrupted():
            raise KeyboardInterrupt from error
        if is_forced:
            return None
        raise DigitError(
            f"{path.name} is there already and is no digit model: name another --output, "
            "or replace it with --force."
        ) from error
