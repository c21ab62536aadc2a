"""Teach a trained network a person's corrections without its forgetting what it knew.

Beside the corrections it rehearses digits, to which it shall answer as it did before: learning
without forgetting (Li & Hoiem, 2016), whose loss is the cross-entropy with its own former answers.
Batch normalisation keeps what it knows of the activations, for these few pictures say little of
them. Nothing here depends on the Keras backend.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from digits.common.errors import DataError, ModelError
from digits.network.architectures import CLASSES
from digits.network.nested_models import walk_layers
from digits.network.tensorflow_import import import_keras
from digits.training.augmentation import Augmentation
from digits.training.digit_sets import NO_DIGIT, DigitSet

if TYPE_CHECKING:
    import keras

HELD_BACK = 5
"""One of so many corrections of each digit is held back, to tell what was learnt."""


@dataclass(frozen=True)
class FineTuning:
    """How a network is taught.

    Attributes:
        epochs: each with other rehearsed digits, and all corrections bent anew.
        rehearsed: digits in each.
        own_share: of what is learnt from in an epoch, how much is corrections, each repeated.
        most_repeats: of a correction in an epoch, however few there are.
        learning_rate: at the beginning; it falls to zero along a cosine.
        batch_size: pictures a step.
        augmentation: how far pictures are bent, as a share of `Augmentation()`.
    """

    epochs: int = 3
    rehearsed: int = 10_000
    own_share: float = 0.04
    most_repeats: int = 40
    learning_rate: float = 3e-4
    batch_size: int = 64
    augmentation: float = 0.6


def hold_back(own: DigitSet) -> tuple[DigitSet, DigitSet]:
    """The corrections to learn from, and every `HELD_BACK`th of each digit.

    Raises:
        DataError: of no digit are there so many that one could be held back.
    """
    numbers = np.zeros(len(own), int)
    for label in np.unique(own.labels):
        of_label = own.labels == label
        numbers[of_label] = np.arange(of_label.sum())
    is_held = numbers % HELD_BACK == HELD_BACK - 1
    if not is_held.any():
        raise DataError(
            f"There are too few corrections to tell what is learnt from them: keep {HELD_BACK} or "
            "more of a digit."
        )
    learnt, held = (DigitSet(own.images[each], own.labels[each]) for each in (~is_held, is_held))
    return learnt, held


def fine_tune(
    model: keras.Model,
    own: DigitSet,
    rehearsal: DigitSet,
    seed: int,
    how: FineTuning | None = None,
    *,
    verbose: int = 0,
) -> None:
    """Teach a network; its weights are changed.

    Args:
        model: ends in a softmax over ten digits.
        own: corrections, labelled 0 to 9 or `NO_DIGIT`.
        rehearsal: digits, or not, to which it shall answer as before.
        seed: of which are rehearsed, and how all are bent.
        how: None for the usual way.
        verbose: as in `keras.Model.fit`.

    Raises:
        ModelError: the model does not end in a softmax.
    """
    how = how or FineTuning()
    _check_softmax(model)
    epochs = [_Epoch.of(model, own, rehearsal, (seed, n), how) for n in range(how.epochs)]
    steps = how.epochs * -(-len(epochs[0].inputs) // how.batch_size)
    norms = [each for _, each in walk_layers(model) if type(each).__name__ == "BatchNormalization"]
    were_trainable = [layer.trainable for layer in norms]
    keras = import_keras()
    keras.utils.set_random_seed(seed)
    for layer in norms:
        layer.trainable = False
    try:
        rate = keras.optimizers.schedules.CosineDecay(how.learning_rate, steps)
        # As in `fitting`: XLA trains convolutions on TensorFlow's CPU far slower.
        jit_compile = False if keras.backend.backend() == "tensorflow" else "auto"
        loss = "categorical_crossentropy"
        model.compile(keras.optimizers.Adam(rate), loss, jit_compile=jit_compile)
        for epoch in epochs:
            model.fit(epoch.inputs, epoch.answers, batch_size=how.batch_size, verbose=verbose)
    finally:
        for layer, was_trainable in zip(norms, were_trainable, strict=True):
            layer.trainable = was_trainable


@dataclass(frozen=True, eq=False)
class _Epoch:
    """What is learnt from in an epoch.

    Attributes:
        inputs: float32 (n, …), as the model takes them.
        answers: float32 (n, 10), which it shall give.
    """

    inputs: NDArray[np.float32]
    answers: NDArray[np.float32]

    @classmethod
    def of(
        cls,
        model: keras.Model,
        own: DigitSet,
        rehearsal: DigitSet,
        seed: tuple[int, int],
        how: FineTuning,
    ) -> _Epoch:
        random = np.random.default_rng(seed)
        augmentation = Augmentation().scaled(how.augmentation)
        chosen = random.permutation(len(rehearsal))[: how.rehearsed]
        wanted = how.own_share / (1 - how.own_share) * len(chosen) / max(len(own), 1)
        repeats = int(np.clip(round(wanted), 1, how.most_repeats))
        labels = np.tile(own.labels, repeats)
        images = np.concatenate([rehearsal.images[chosen], np.tile(own.images, (repeats, 1, 1))])
        inputs = augmentation(images, random)
        if len(model.inputs[0].shape) == 4:
            inputs = inputs[..., None]
        before = model.predict(inputs[: len(chosen)], batch_size=500, verbose=0)
        return cls(inputs, np.concatenate([before, _right_answers(labels)]))


def _right_answers(labels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The digit; all ten alike where there is none (Hendrycks et al., 2019)."""
    answers = np.full((len(labels), CLASSES), 1 / CLASSES, np.float32)
    is_digit = labels != NO_DIGIT
    answers[is_digit] = np.eye(CLASSES, dtype=np.float32)[labels[is_digit]]
    return answers


def _check_softmax(model: Any) -> None:
    blank = np.zeros((1, *model.inputs[0].shape[1:]), np.float32)
    if abs(float(model.predict(blank, verbose=0).sum()) - 1) > 1e-3:
        raise ModelError(
            "This model does not end in a softmax: give a model that classifies digits."
        )
