"""The training itself: a recipe and digits in, a trained network and its history out.

Nothing here depends on the Keras backend. Every random stream is derived from seed and epoch, so
that a run that was interrupted ends with the weights of one that was not.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from digits.common.command_line import was_interrupted
from digits.common.errors import DataError
from digits.network.architectures import ARCHITECTURES, CLASSES
from digits.network.tensorflow_import import import_keras
from digits.training.augmentation import training_batches
from digits.training.checkpoint import Checkpoint, EpochRow, restore
from digits.training.digit_sets import NO_DIGIT, DigitSet, as_network_input
from digits.training.recipe import Recipe

if TYPE_CHECKING:
    import keras

VALIDATION_BATCH = 500


@dataclass(frozen=True, eq=False)
class TrainedNetwork:
    """What a run ends with.

    Attributes:
        model: with the weights that were validated last, or best where `patience` was given.
        history: a row for each epoch done.
    """

    model: keras.Model
    history: tuple[EpochRow, ...]


@dataclass(frozen=True)
class RunControl:
    """What happens around a run, none of which changes the weights of an epoch.

    Attributes:
        patience: stop after so many epochs without a lower validation loss, and keep the weights
            of the epoch that had the lowest; None trains all epochs and keeps the last.
        resume_from: where an interrupted run of the same recipe, digits and seed had got to.
        after_epoch: is given a checkpoint after every epoch.
        callbacks: more of Keras's own, such as TensorBoard.
        verbose: as in `keras.Model.fit`.
    """

    patience: int | None = None
    resume_from: Checkpoint[EpochRow] | None = None
    after_epoch: Callable[[Checkpoint[EpochRow]], None] = lambda checkpoint: None
    callbacks: Sequence[keras.callbacks.Callback] = ()
    verbose: int = 0


def train(
    recipe: Recipe,
    training: DigitSet,
    validation: DigitSet,
    seed: int,
    control: RunControl | None = None,
    *,
    initial_weights: Sequence[np.ndarray] | None = None,
) -> TrainedNetwork:
    """Build a network and train it.

    Args:
        recipe: how.
        training: what it learns from.
        validation: what it is validated on after every epoch.
        seed: of weights, order, augmentation and dropout; the same seed gives the same weights on
            the same machine.
        control: what happens around it.
        initial_weights: what a network of the same recipe has learnt already, in the order of
            `keras.Model.get_weights`; None begins with random ones.

    Raises:
        DataError: the initial weights, or the checkpoint to resume from, do not fit the recipe's
            network.
    """
    control = control or RunControl()
    keras = import_keras()
    keras.utils.set_random_seed(seed)
    model = compiled_model(recipe, len(training))
    if initial_weights is not None:
        _set_initial_weights(model, initial_weights)
    keeper = _epoch_keeper(seed, control)
    if control.resume_from is not None:
        restore(model, control.resume_from)
    epochs_done = len(keeper.history)
    if epochs_done < recipe.epochs and not keeper.is_patience_exhausted():
        model.fit(
            training_batches(
                training, recipe.batch_size, seed, recipe.augmentation_at, first_epoch=epochs_done
            ),
            initial_epoch=epochs_done,
            epochs=recipe.epochs,
            validation_data=(as_network_input(validation.images), validation.labels),
            validation_batch_size=VALIDATION_BATCH,
            shuffle=False,  # the batches are shuffled already, in an order that can be repeated
            verbose=control.verbose,
            callbacks=[keeper, *averaged_weights(recipe), *control.callbacks],
        )
    if recipe.precision != "float32":
        model = _built(replace(recipe, precision="float32"))
    model.set_weights(keeper.kept_weights)
    return TrainedNetwork(model, tuple(keeper.history))


def compiled_model(recipe: Recipe, training_digits: int) -> keras.Model:
    """A new network, ready for `fit`."""
    keras = import_keras()
    model = _built(recipe)
    # XLA, which Keras chooses by itself, trains convolutions on TensorFlow's CPU up to 7× slower.
    jit_compile = False if keras.backend.backend() == "tensorflow" else "auto"
    optimizer = _optimizer(recipe, -(-training_digits // recipe.batch_size))
    model.compile(optimizer, _loss(recipe), metrics=[_accuracy()], jit_compile=jit_compile)
    optimizer.build(model.trainable_variables)
    return model


def _built(recipe: Recipe) -> keras.Model:
    """A new network that computes in the recipe's precision."""
    with in_precision(recipe.precision):
        return ARCHITECTURES[recipe.architecture](**recipe.network)


@contextmanager
def in_precision(precision: str) -> Iterator[None]:
    """Networks that are built meanwhile compute in one of `recipe.PRECISIONS`."""
    config = import_keras().config
    before = config.dtype_policy()
    config.set_dtype_policy(precision)
    try:
        yield
    finally:
        config.set_dtype_policy(before)


def _optimizer(recipe: Recipe, steps_per_epoch: int) -> keras.optimizers.Optimizer:
    averaging = {"use_ema": True, "ema_momentum": recipe.averaging} if recipe.averaging else {}
    rate = _learning_rate(recipe, steps_per_epoch)
    optimizers = import_keras().optimizers
    if not recipe.weight_decay:
        return optimizers.Adam(rate, **averaging)
    return optimizers.AdamW(rate, weight_decay=recipe.weight_decay, **averaging)


def _learning_rate(recipe: Recipe, steps_per_epoch: int) -> Any:
    """A constant, or a schedule over the run's steps."""
    steps = recipe.epochs * steps_per_epoch
    # However short the run, most of it is trained at full speed.
    warm_up = min(round(recipe.warm_up_epochs * steps_per_epoch), steps // 5)
    if not (warm_up or recipe.is_lowered):
        return recipe.learning_rate
    return import_keras().optimizers.schedules.CosineDecay(
        recipe.learning_rate / 20 if warm_up else recipe.learning_rate,
        decay_steps=steps - warm_up,
        alpha=0.0 if recipe.is_lowered else 1.0,
        warmup_target=recipe.learning_rate if warm_up else None,
        warmup_steps=warm_up,
    )


def _loss(recipe: Recipe) -> Callable[[Any, Any], Any]:
    """Cross-entropy with the label, or with all ten digits alike where there is no digit.

    The latter is outlier exposure (Hendrycks, Mazeika & Dietterich, 2019, "Deep anomaly detection
    with outlier exposure"), whose weight of it is a half; ours is the recipe's.
    """
    keras = import_keras()
    ops = keras.ops

    def cross_entropy(labels: Any, probabilities: Any) -> Any:
        labels = ops.cast(ops.reshape(labels, (-1,)), "int32")
        smoothing = ops.where(labels < NO_DIGIT, recipe.label_smoothing, 1.0)[:, None]
        targets = (1 - smoothing) * ops.one_hot(labels, CLASSES) + smoothing / CLASSES
        loss = keras.losses.categorical_crossentropy(targets, probabilities)
        return loss * ops.where(labels < NO_DIGIT, 1.0, recipe.outlier_weight)

    return cross_entropy


def _accuracy() -> Callable[[Any, Any], Any]:
    """Whether a digit is read right; what is none is right if no digit gets half the confidence."""
    ops = import_keras().ops

    def accuracy(labels: Any, probabilities: Any) -> Any:
        labels = ops.cast(ops.reshape(labels, (-1,)), "int32")
        is_right = ops.equal(ops.cast(ops.argmax(probabilities, axis=-1), "int32"), labels)
        is_doubted = ops.max(probabilities, axis=-1) < 0.5
        return ops.cast(ops.where(labels < NO_DIGIT, is_right, is_doubted), "float32")

    return accuracy


def averaged_weights(recipe: Recipe) -> list[keras.callbacks.Callback]:
    """Validate the averaged weights, where there are any, and train on with the others."""
    return [import_keras().callbacks.SwapEMAWeights()] if recipe.averaging else []


def _set_initial_weights(model: keras.Model, weights: Sequence[np.ndarray]) -> None:
    try:
        model.set_weights(list(weights))
    except ValueError as error:
        raise DataError(
            "The model to start from is another network than the recipe's: give the --architecture "
            "and --width that it has, or leave out --start-from."
        ) from error


def _epoch_keeper(seed: int, control: RunControl) -> Any:
    """What happens around each epoch: random streams before, history and checkpoint after."""
    keras = import_keras()
    before = control.resume_from

    class EpochKeeper(keras.callbacks.Callback):  # type: ignore[name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.history: list[EpochRow] = list(before.history) if before else []
            self.kept_weights: list[np.ndarray] = before.kept_weights if before else []

        def best_epoch(self) -> int:
            return min(self.history, key=lambda row: row.val_loss).epoch

        def is_patience_exhausted(self) -> bool:
            if control.patience is None or not self.history:
                return False
            return len(self.history) - self.best_epoch() >= control.patience

        def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
            self.start = time.monotonic()
            seed_layers(self.model, seed, epoch)

        def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
            if was_interrupted():  # while Python could not raise, as when it collects garbage
                raise KeyboardInterrupt

        def on_test_end(self, logs: dict | None = None) -> None:
            # Averaged weights, where there are any, are in the model only now.
            self.validated_weights = self.model.get_weights()

        def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
            self.history.append(self._row(epoch, logs or {}))
            if control.patience is None or self.best_epoch() == epoch + 1:
                self.kept_weights = self.validated_weights
            control.after_epoch(self._checkpoint())
            self.model.stop_training = self.is_patience_exhausted()

        def _row(self, epoch: int, logs: dict) -> EpochRow:
            return EpochRow(
                epoch=epoch + 1,
                seconds=time.monotonic() - self.start,
                learning_rate=float(self.model.optimizer.learning_rate),
                **{name: float(logs[name]) for name in _LOGGED},
            )

        def _checkpoint(self) -> Checkpoint[EpochRow]:
            state = self.model.optimizer.variables
            return Checkpoint(
                history=tuple(self.history),
                weights=self.model.get_weights(),
                optimizer_state=[keras.ops.convert_to_numpy(each) for each in state],
                kept_weights=self.kept_weights,
            )

    return EpochKeeper()


_LOGGED = ("loss", "accuracy", "val_loss", "val_accuracy")


def seed_layers(model: keras.Model, seed: int, epoch: int) -> None:
    """Start dropout's random streams anew for an epoch, for Keras saves no state of theirs."""
    for number, layer in enumerate(model.layers):
        generator = getattr(layer, "seed_generator", None)
        if generator is not None:
            words = np.random.SeedSequence((seed, epoch, number)).generate_state(2)
            generator.state.assign(words.astype(generator.state.dtype))
