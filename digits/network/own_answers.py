"""A model's own answers to the project's drawings, and how the model ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from digits.network.input_convention import InputConvention, input_adapter
from digits.network.tensorflow_import import import_keras
from digits.network.trail import Ending, Trail
from digits.synthetic.plain_digits import draw_plain_digits

if TYPE_CHECKING:
    import keras

SUM_TOLERANCE = 1e-3
"""How far from 1 probabilities may sum up, which a network of half precision rounds."""


def own_answers(
    model: keras.Model, images: NDArray[np.float32], convention: InputConvention
) -> NDArray[np.float64]:
    """What a model itself gives for pictures, float64 (n, classes), one run of the model.

    Args:
        model: any Keras model whose input `input_convention.takes_pictures`.
        images: float32 (n, rows, columns) in [0, 1], white ink on black.
        convention: how they are given to it.
    """
    ops = import_keras().ops
    tensor = input_adapter(model, convention)(ops.convert_to_tensor(images))
    (output,) = import_keras().tree.flatten(model(tensor, training=False))
    answers = ops.convert_to_numpy(output)
    return np.asarray(answers, np.float64).reshape(len(images), -1)


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
