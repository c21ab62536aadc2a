"""The training of the network that reads rows: rows in, a trained network and its history out.

Every random stream is derived from seed and epoch, as in `fitting`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from digits.common.command_line import was_interrupted
from digits.network.row_architecture import build_row_network
from digits.network.row_signs import BLANK, COLUMNS_A_FRAME, PAPER_BEHIND, SIGNS, classes_of
from digits.network.tensorflow_import import import_keras
from digits.picture.row_strips import STRIP_HEIGHT
from digits.training.checkpoint import Checkpoint, restore
from digits.training.fitting import in_precision, seed_layers
from digits.training.rows import RowSet

if TYPE_CHECKING:
    import keras

# Strips of about one width go through together: those are rounded up to a multiple of this.
WIDTH_STEP = 64
_VALIDATION_BATCH = 100
_LONGEST_TEXT = 40


@dataclass(frozen=True)
class RowRecipe:
    """How the network of rows is trained.

    Attributes:
        epochs: passes over the rows.
        batch_size: rows a step.
        learning_rate: the highest; it rises to that in a twentieth of the steps and falls along a
            cosine.
        weight_decay: of AdamW.
        width: of `row_architecture.build_row_network`.
        averaging: momentum of the moving average of the weights, which is kept.
        precision: one of `recipe.PRECISIONS`.
    """

    epochs: int = 12
    batch_size: int = 32
    learning_rate: float = 3e-3
    weight_decay: float = 1e-3
    width: float = 1.0
    averaging: float = 0.998
    precision: str = "float32"


@dataclass(frozen=True)
class RowEpoch:
    """What an epoch came to.

    Attributes:
        epoch: 1 is the first.
        loss: mean CTC loss of a row, nats.
        whole: share of the validation rows that are read right to the last sign, 0 to 1.
    """

    epoch: int
    loss: float
    whole: float


def train_rows(
    recipe: RowRecipe,
    training: RowSet,
    validation: RowSet,
    seed: int,
    *,
    after_epoch: Callable[[Checkpoint[RowEpoch]], None] = lambda checkpoint: None,
    resume_from: Checkpoint[RowEpoch] | None = None,
) -> tuple[keras.Model, tuple[RowEpoch, ...]]:
    """Build the network of rows and train it.

    Args:
        recipe: how.
        training: what it learns from.
        validation: what it is validated on after every epoch.
        seed: of weights, order, augmentation and dropout.
        after_epoch: is given a checkpoint after every epoch, the averaged weights kept.
        resume_from: where an interrupted run of the same recipe, rows and seed had got to.

    Returns:
        The network with the averaged weights, and what each epoch came to.

    Raises:
        DataError: the checkpoint does not fit the recipe's network.
    """
    keras = import_keras()
    keras.utils.set_random_seed(seed)
    model = _compiled(recipe, training)
    last = resume_from
    if last is not None:
        restore(model, last)
    for epoch in range(len(last.history) if last else 0, recipe.epochs):
        loss = _train_epoch(model, training, recipe, seed, epoch)
        weights = model.get_weights()
        state = [keras.ops.convert_to_numpy(each) for each in model.optimizer.variables]
        model.optimizer.finalize_variable_values(model.trainable_variables)
        averaged = model.get_weights()
        # Copies, for JAX gives up what predicts, and these are the optimizer's own averages.
        model.set_weights(averaged)
        row = RowEpoch(epoch + 1, loss, share_read_whole(model, validation))
        history = (*(last.history if last else ()), row)
        last = Checkpoint(history, weights, state, averaged)
        after_epoch(last)
        model.set_weights(weights)
    model = build_row_network(recipe.width)
    if last is not None:
        model.set_weights(last.kept_weights)
    return model, last.history if last else ()


def _compiled(recipe: RowRecipe, training: RowSet) -> keras.Model:
    keras = import_keras()
    with in_precision(recipe.precision):
        model = build_row_network(recipe.width)
    widths = np.array([strip.shape[1] for strip in training.strips])
    batches = sum(1 for _ in _batches(widths, recipe.batch_size, np.random.default_rng(0)))
    steps = recipe.epochs * batches
    warm_up = max(1, steps // 20)
    rate = keras.optimizers.schedules.CosineDecay(
        recipe.learning_rate / 20,
        decay_steps=max(1, steps - warm_up),
        warmup_target=recipe.learning_rate,
        warmup_steps=warm_up,
    )
    optimizer = keras.optimizers.AdamW(
        rate,
        weight_decay=recipe.weight_decay,
        clipnorm=1.0,
        use_ema=True,
        ema_momentum=recipe.averaging,
    )
    jit_compile = False if keras.backend.backend() == "tensorflow" else "auto"
    model.compile(optimizer, _loss, jit_compile=jit_compile)
    optimizer.build(model.trainable_variables)
    return model


def _train_epoch(
    model: keras.Model, training: RowSet, recipe: RowRecipe, seed: int, epoch: int
) -> float:
    """The mean loss of an epoch's rows, as they were met."""
    seed_layers(model, seed, epoch)
    losses = []
    for strips, targets in _ahead(
        _augmented(training, recipe, np.random.default_rng((seed, epoch)))
    ):
        losses.append(float(model.train_on_batch(strips, targets)))
        if was_interrupted():
            raise KeyboardInterrupt
    return float(np.mean(losses))


def _loss(targets: Any, logits: Any) -> Any:
    """CTC; each target is the number of signs, that of frames, and the signs' classes."""
    keras = import_keras()
    targets = keras.ops.cast(targets, "int32")
    signs, counts, frames = targets[:, 2:], targets[:, 0], targets[:, 1]
    if keras.backend.backend() == "tensorflow":
        return _loss_of_tensorflow(signs, logits, counts, frames)
    return keras.ops.ctc_loss(signs, logits, counts, frames, mask_index=BLANK)


def _loss_of_tensorflow(signs: Any, logits: Any, counts: Any, frames: Any) -> Any:
    """The same by TensorFlow's own kernel, which Keras does not take and which is far faster.

    Its blank is the last class, as ours.
    """
    import tensorflow as tf

    places = tf.where(tf.sequence_mask(counts, tf.shape(signs)[1]))
    shape = tf.cast(tf.shape(signs), tf.int64)
    sparse = tf.SparseTensor(places, tf.gather_nd(signs, places), shape)
    by_time = tf.transpose(logits, (1, 0, 2))
    return tf.compat.v1.nn.ctc_loss(sparse, by_time, frames, ignore_longer_outputs_than_inputs=True)


Batch: TypeAlias = tuple[NDArray[np.float32], NDArray[np.int32]]


def _ahead(batches: Iterator[Batch]) -> Iterator[Batch]:
    """The same, each made while the one before it is learnt from."""
    with ThreadPoolExecutor(1) as maker:
        coming = maker.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = maker.submit(next, batches, None)
            yield batch


def _augmented(rows: RowSet, recipe: RowRecipe, random: np.random.Generator) -> Iterator[Batch]:
    bends = Bends.by_chance(np.array([strip.shape[1] for strip in rows.strips]), random)
    for chosen, width in _batches(bends.columns, recipe.batch_size, random):
        strips = [bends.bent(rows.strips[number], number) for number in chosen]
        yield _stacked(strips, width), _targets(strips, [rows.texts[number] for number in chosen])


def _batches(
    widths: NDArray[np.intp], size: int, random: np.random.Generator
) -> Iterator[tuple[NDArray[np.intp], int]]:
    """Numbers of rows that are about equally wide, and that width; in any order.

    The last of a width begins again from the first of them until it is full: compilers that want
    to know shapes see one for each width.
    """
    bucket = -(-widths // WIDTH_STEP)
    batches = []
    for number in np.unique(bucket):
        # Narrow rows are many at a time, and wide ones few, so that each step costs about the same.
        some = max(4, round(size * 2 / max(1, int(number))))
        own = random.permutation(np.flatnonzero(bucket == number))
        own = np.resize(own, -(-len(own) // some) * some)
        batches += [(own[i : i + some], int(number) * WIDTH_STEP) for i in range(0, len(own), some)]
    for at in random.permutation(len(batches)):
        yield batches[int(at)]


@dataclass(frozen=True, eq=False)
class Bends:
    """How an epoch's rows are bent: one number each for every row.

    Attributes:
        columns: pixels that the bent strip is wide.
        wide: times as wide as it was.
        tall: times as high.
        lean: columns to the left for each row of pixels downwards.
        down: pixels.
        kind: in [0, 1): below 0.12 bolder, below 0.2 finer, below 0.35 blurred by `sigma` pixels.
        sigma: of the blur.
    """

    columns: NDArray[np.intp]
    wide: NDArray[np.float64]
    tall: NDArray[np.float64]
    lean: NDArray[np.float64]
    down: NDArray[np.float64]
    kind: NDArray[np.float64]
    sigma: NDArray[np.float64]

    @classmethod
    def by_chance(cls, widths: NDArray[np.intp], random: np.random.Generator) -> Bends:
        """For strips of these widths, pixels."""
        n = len(widths)
        wide = np.exp(random.normal(0, 0.09, n))
        return cls(
            columns=np.maximum(8, np.ceil(widths * wide).astype(np.intp) + 2),
            wide=wide,
            tall=np.exp(random.normal(0, 0.05, n)),
            lean=random.normal(0, 0.06, n),
            down=random.normal(0, 0.8, n),
            kind=random.random(n),
            sigma=random.uniform(0.4, 0.9, n),
        )

    def bent(self, strip: NDArray[np.uint8], number: int) -> NDArray[np.uint8]:
        """The strip of a row: larger or smaller, leaning, moved, bolder or finer by a little."""
        wide, tall, lean = self.wide[number], self.tall[number], self.lean[number]
        middle, kind = STRIP_HEIGHT / 2, self.kind[number]
        matrix = np.array(
            [[wide, -lean, lean * middle], [0, tall, middle * (1 - tall) + self.down[number]]]
        )
        bent = cv2.warpAffine(strip, matrix, (int(self.columns[number]), STRIP_HEIGHT))
        if kind < 0.12:
            bent = cv2.dilate(bent, _PEN)
        elif kind < 0.2:
            bent = cv2.addWeighted(bent, 1.3, bent, 0, -60)
        elif kind < 0.35:
            bent = cv2.GaussianBlur(bent, (0, 0), float(self.sigma[number]))
        return np.asarray(bent, np.uint8)


_PEN = np.ones((2, 2), np.uint8)


def _stacked(strips: Sequence[NDArray[np.uint8]], width: int) -> NDArray[np.float32]:
    """Float32 (n, `STRIP_HEIGHT`, width + `PAPER_BEHIND`, 1) in [0, 1], with paper behind each."""
    stacked = np.zeros((len(strips), STRIP_HEIGHT, width + PAPER_BEHIND, 1), np.float32)
    for number, strip in enumerate(strips):
        stacked[number, :, : strip.shape[1], 0] = strip
    return stacked * np.float32(1 / 255)


def _targets(strips: Sequence[NDArray[np.uint8]], texts: Sequence[str]) -> NDArray[np.int32]:
    targets = np.full((len(texts), 2 + _LONGEST_TEXT), BLANK, np.int32)
    for number, (strip, text) in enumerate(zip(strips, texts, strict=True)):
        classes = classes_of(text[:_LONGEST_TEXT])
        targets[number, :2] = len(classes), strip.shape[1] // COLUMNS_A_FRAME
        targets[number, 2 : 2 + len(classes)] = classes
    return targets


def share_read_whole(model: keras.Model, rows: RowSet) -> float:
    """Of some rows those that are read right to the last sign, 0 to 1."""
    return float(np.mean(np.array(read_texts(model, rows)) == np.array(rows.texts)))


def read_texts(model: keras.Model, rows: RowSet) -> list[str]:
    """The signs of rows by the likeliest class of each frame."""
    texts = [""] * len(rows)
    widths = np.array([strip.shape[1] for strip in rows.strips])
    for chosen, width in _batches(widths, _VALIDATION_BATCH, np.random.default_rng(0)):
        strips = [rows.strips[number] for number in chosen]
        logits = np.asarray(model.predict_on_batch(_stacked(strips, width)))
        for number, frames in zip(chosen, logits.argmax(axis=-1), strict=True):
            own = -(-rows.strips[number].shape[1] // COLUMNS_A_FRAME)
            texts[int(number)] = best_path_text(frames[:own])
    return texts


def best_path_text(frames: NDArray[np.intp]) -> str:
    """What the classes of all frames say: repeats are one sign, and blanks none."""
    changes = np.flatnonzero(np.diff(frames, prepend=-1))
    return "".join(SIGNS[each] for each in frames[changes].tolist() if each != BLANK)
