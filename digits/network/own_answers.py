"""A model's own answers to the project's drawings, and how the model ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from digits.network.input_convention import InputConvention, input_adapter, own_input_size
from digits.network.tensorflow_import import import_keras
from digits.network.trail import Ending, Trail
from digits.synthetic.plain_digits import DRAWINGS, draw_plain_digits

if TYPE_CHECKING:
    import keras

MOST_PIXELS = 2 * DRAWINGS * 28 * 28
"""That are given to a model at once."""
SUM_TOLERANCE = 1e-3
"""How far from 1 probabilities may sum up, which a network of half precision rounds."""


def own_answers(
    model: keras.Model, images: NDArray[np.float32], convention: InputConvention
) -> NDArray[np.float64]:
    """What a model itself gives for pictures, float64 (n, classes).

    Args:
        model: any Keras model whose input `input_convention.takes_pictures`.
        images: float32 (n, rows, columns) in [0, 1], white ink on black.
        convention: how they are given to it.
    """

    def run(tensor: Any) -> Any:
        (output,) = import_keras().tree.flatten(model(tensor, training=False))
        return output

    return run_in_batches(run, model, images, convention)


def run_in_batches(
    run: Callable[[Any], Any],
    model: keras.Model,
    images: NDArray[np.float32],
    convention: InputConvention,
) -> NDArray[np.float64]:
    """What a function of tensors as the model takes them gives for pictures, float64 (n, values).

    At most so many at once as have `MOST_PIXELS`, for larger ones take more memory.
    """
    ops = import_keras().ops
    adapt = input_adapter(model, convention)
    rows, columns = own_input_size(model)
    batch = max(1, MOST_PIXELS // (rows * columns))
    found = [
        ops.convert_to_numpy(run(adapt(ops.convert_to_tensor(images[i : i + batch]))))
        for i in range(0, len(images), batch)
    ]
    return np.concatenate([np.asarray(each, np.float64).reshape(len(each), -1) for each in found])


def are_probabilities(answers: NDArray[np.float64]) -> bool:
    """Whether each row of answers (n, classes) is a distribution over the classes."""
    sums = answers.sum(axis=1)
    return bool((answers >= 0).all() and (np.abs(sums - 1) <= SUM_TOLERANCE).all())


def ending_of(model: keras.Model) -> Ending:
    """How a model ends: by its last operations, or, where these do not tell, by its answers."""
    ops = import_keras().ops
    images, _ = draw_plain_digits()
    tensor = input_adapter(model, InputConvention())(ops.convert_to_tensor(images))
    trail = Trail(model, tensor[:1])
    known = trail.ending()
    if known in ("softmax", "sigmoid"):
        return known
    answers = own_answers(model, images, InputConvention())
    if known == "probabilities" or are_probabilities(answers):
        return "probabilities"
    return known or ("probabilities" if _are_shares(answers) else "logits")


def _are_shares(answers: NDArray[np.float64]) -> bool:
    """Whether all answers lie within [0, 1], as an average of sigmoids does."""
    return bool((answers >= 0).all() and (answers <= 1).all() and answers.shape[1] > 1)
