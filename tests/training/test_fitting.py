"""A run is decided by its recipe, digits and seed, and by nothing that happens on the way."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from digits.common.errors import DataError
from digits.training.checkpoint import Checkpoint, EpochRow, load_checkpoint, save_checkpoint
from digits.training.digit_sets import NO_DIGIT, DigitSet
from digits.training.fitting import (
    RunControl,
    TrainedNetwork,
    _accuracy,
    compiled_model,
    train,
)
from digits.training.recipe import RECIPES, Recipe
from tests.drawings import DIGITS, draw

# It is compiled in a moment.
SLIM_NETWORK = {"filters": [4, 4, 8], "dense_units": 16, "dropout": 0.1}
# Everything at once that could forget its state: averages, schedule, dropout, a growing bend.
RECIPE = Recipe(
    architecture="three_convolutions",
    network=SLIM_NETWORK,
    epochs=4,
    batch_size=16,
    averaging=0.9,
    label_smoothing=0.1,
    easy_epochs=3,
)


def drawn_digits(copies: int) -> DigitSet:
    """Drawings of the ten digits, 28×28, over and over."""
    pictures = [255 - draw(DIGITS[i % 10], 28, 3)[:, :, 0] for i in range(10 * copies)]
    return DigitSet(np.array(pictures), np.arange(10 * copies, dtype=np.uint8) % 10)


TRAINING, VALIDATION = drawn_digits(8), drawn_digits(1)


def difference(one: TrainedNetwork, two: TrainedNetwork) -> float:
    pairs = zip(one.model.get_weights(), two.model.get_weights(), strict=True)
    return max(float(np.abs(a - b).max()) for a, b in pairs)


@pytest.fixture(scope="module")
def whole_run() -> tuple[TrainedNetwork, list[Checkpoint]]:
    checkpoints: list[Checkpoint] = []
    control = RunControl(after_epoch=checkpoints.append)
    return train(RECIPE, TRAINING, VALIDATION, 3, control), checkpoints


@pytest.mark.parametrize("epochs_done", [1, 3, 4])
def test_a_resumed_run_ends_with_the_weights_of_an_uninterrupted_one(
    epochs_done: int, whole_run: tuple[TrainedNetwork, list[Checkpoint]], tmp_path: Path
) -> None:
    trained, checkpoints = whole_run
    save_checkpoint(checkpoints[epochs_done - 1], tmp_path / "c.npz")
    control = RunControl(resume_from=load_checkpoint(tmp_path / "c.npz", EpochRow))
    resumed = train(RECIPE, TRAINING, VALIDATION, 3, control)
    assert difference(trained, resumed) <= 1e-5
    assert [row.epoch for row in resumed.history] == [1, 2, 3, 4]
    assert resumed.history[-1].val_loss == pytest.approx(trained.history[-1].val_loss, abs=1e-5)


def test_a_run_may_begin_with_what_another_network_has_learnt(
    whole_run: tuple[TrainedNetwork, list[Checkpoint]],
) -> None:
    learnt = whole_run[0].model.get_weights()
    standing_still = replace(RECIPE, epochs=1, learning_rate=1e-8, weight_decay=0.0)
    begun = train(standing_still, TRAINING, VALIDATION, 5, initial_weights=learnt)
    for before, after in zip(learnt[:2], begun.model.get_weights()[:2], strict=True):
        assert np.abs(before - after).max() < 1e-5


def test_a_run_cannot_begin_with_another_architecture() -> None:
    other = compiled_model(replace(RECIPE, network={**SLIM_NETWORK, "dense_units": 8}), 80)
    with pytest.raises(DataError, match="start from is another network"):
        train(RECIPE, TRAINING, VALIDATION, 0, initial_weights=other.get_weights())


def test_dropout_is_part_of_what_is_resumed() -> None:
    """Without its streams derived from the epoch, a resumed run would end elsewhere."""
    recipe = replace(RECIPE, network=SLIM_NETWORK | {"dropout": 0.5}, epochs=3)
    checkpoints: list[Checkpoint] = []
    whole = train(recipe, TRAINING, VALIDATION, 3, RunControl(after_epoch=checkpoints.append))
    resumed = train(recipe, TRAINING, VALIDATION, 3, RunControl(resume_from=checkpoints[0]))
    undropped = replace(recipe, network=SLIM_NETWORK | {"dropout": 0.0})
    other = train(undropped, TRAINING, VALIDATION, 3)
    assert difference(whole, resumed) <= 1e-5
    assert difference(whole, other) > 1e-3


def test_another_seed_gives_other_weights(
    whole_run: tuple[TrainedNetwork, list[Checkpoint]],
) -> None:
    assert difference(whole_run[0], train(RECIPE, TRAINING, VALIDATION, 4)) > 1e-3


def test_mixed_precision_trains_much_the_same_and_leaves_a_network_of_full_precision(
    whole_run: tuple[TrainedNetwork, list[Checkpoint]],
) -> None:
    mixed = train(replace(RECIPE, precision="mixed_bfloat16"), TRAINING, VALIDATION, 3)
    assert {layer.compute_dtype for layer in mixed.model.layers} == {"float32"}
    assert compiled_model(RECIPE, 10).layers[1].compute_dtype == "float32"  # set for no one else
    losses = [run.history[0].loss for run in (mixed, whole_run[0])]
    assert losses[0] == pytest.approx(losses[1], rel=0.1)
    assert losses[0] != losses[1]


def test_what_is_kept_is_what_was_validated(
    whole_run: tuple[TrainedNetwork, list[Checkpoint]],
) -> None:
    trained, _ = whole_run
    probabilities = trained.model.predict(VALIDATION.images[..., None] / 255, verbose=0)
    accuracy = (probabilities.argmax(axis=1) == VALIDATION.labels).mean()
    assert trained.history[-1].val_accuracy == pytest.approx(accuracy)


def test_early_stopping_keeps_the_weights_of_the_best_epoch() -> None:
    # So fast that it gets worse again soon.
    recipe = replace(RECIPE, epochs=30, learning_rate=0.05, is_lowered=False, averaging=0.0)
    checkpoints: list[Checkpoint] = []
    control = RunControl(patience=2, after_epoch=checkpoints.append)
    trained = train(recipe, TRAINING, VALIDATION, 0, control)
    losses = [row.val_loss for row in trained.history]
    best = int(np.argmin(losses))
    assert len(losses) == best + 3 < 30
    for kept, then in zip(trained.model.get_weights(), checkpoints[best].weights, strict=True):
        assert np.array_equal(kept, then)


def test_a_run_that_had_stopped_early_does_not_go_on() -> None:
    checkpoints: list[Checkpoint] = []
    recipe = replace(RECIPE, epochs=30, learning_rate=0.05, is_lowered=False)
    first = train(
        recipe, TRAINING, VALIDATION, 0, RunControl(patience=1, after_epoch=checkpoints.append)
    )
    control = RunControl(patience=1, resume_from=checkpoints[-1])
    assert len(train(recipe, TRAINING, VALIDATION, 0, control).history) == len(first.history)


def test_a_checkpoint_of_another_network_is_refused(
    whole_run: tuple[TrainedNetwork, list[Checkpoint]],
) -> None:
    control = RunControl(resume_from=whole_run[1][0])
    with pytest.raises(DataError, match="another network"):
        train(replace(RECIPE, network={"dense_units": 32}), TRAINING, VALIDATION, 3, control)


def test_the_learning_rate_rises_falls_and_ends_at_zero() -> None:
    model = compiled_model(
        Recipe(epochs=10, batch_size=128, warm_up_epochs=1, learning_rate=0.01), 1_280
    )
    rate = model.optimizer._learning_rate
    assert float(rate(0)) == pytest.approx(0.0005)
    assert float(rate(10)) == pytest.approx(0.01)
    assert float(rate(55)) == pytest.approx(0.005)
    assert float(rate(100)) == pytest.approx(0, abs=1e-9)


def test_a_rate_that_is_not_lowered_stays() -> None:
    model = compiled_model(replace(RECIPES["classic"], learning_rate=0.003), 320)
    assert float(model.optimizer.learning_rate) == pytest.approx(0.003)
    recipe = Recipe(epochs=10, warm_up_epochs=1, learning_rate=0.01, is_lowered=False)
    assert float(compiled_model(recipe, 1_280).optimizer._learning_rate(90)) == pytest.approx(0.01)


def test_label_smoothing_has_the_loss_worked_out_by_hand() -> None:
    model = compiled_model(Recipe(label_smoothing=0.2), 10)
    probabilities = np.full((1, 10), 0.05, np.float32)
    probabilities[0, 4] = 0.55
    # 0.82 of the label on the 4 and 0.02 on each of the nine others.
    by_hand = -(0.82 * np.log(0.55) + 9 * 0.02 * np.log(0.05))
    loss = model.loss(np.array([[4]]), probabilities)
    assert float(np.mean(loss)) == pytest.approx(by_hand, rel=1e-5)


SURE = np.array([0.55, *[0.05] * 9])
TENTH = np.full(10, 0.1)


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_the_loss_of_each_picture_is_the_one_worked_out_by_hand(smoothing: float) -> None:
    model = compiled_model(Recipe(label_smoothing=smoothing, outlier_weight=0.5), 10)
    labels = np.array([[0], [3], [NO_DIGIT], [NO_DIGIT]], np.uint8)
    probabilities = np.stack([SURE, SURE, SURE, TENTH]).astype(np.float32)
    # Smoothed by 0.2, 0.82 of the label are on the digit and 0.02 on each of the nine others.
    other = smoothing / 10
    label = 1 - 9 * other
    right = -label * np.log(0.55) - 9 * other * np.log(0.05)
    wrong = -(label + 8 * other) * np.log(0.05) - other * np.log(0.55)
    # A tenth on each, whatever the smoothing, and half of that.
    no_digit = -0.5 * (0.1 * np.log(0.55) + 0.9 * np.log(0.05))
    doubted = -0.5 * np.log(0.1)
    loss = np.asarray(model.loss(labels, probabilities))
    np.testing.assert_allclose(loss, [right, wrong, no_digit, doubted], rtol=1e-5)


def test_no_answer_to_what_is_no_digit_costs_less_than_to_doubt_it() -> None:
    model = compiled_model(Recipe(outlier_weight=0.25), 10)
    random = np.random.default_rng(0)
    answers = random.dirichlet(np.full(10, 5), 50).astype(np.float32)
    losses = np.asarray(model.loss(np.full((50, 1), NO_DIGIT), answers))
    assert losses.min() > 0.25 * np.log(10)
    by_hand = -0.25 * np.log(answers).mean(axis=1)
    np.testing.assert_allclose(losses, by_hand, rtol=1e-5)


def test_a_digit_is_read_right_and_what_is_none_is_right_if_no_digit_gets_half() -> None:
    unsure = np.array([0.49, 0.47, *[0.005] * 8])
    half = np.array([0.5, *[0.5 / 9] * 9])
    answers = {
        (0, "sure"): (SURE, 1),
        (3, "sure"): (SURE, 0),
        (0, "unsure"): (unsure, 1),  # a digit need not be sure to be right
        (1, "unsure"): (unsure, 0),
        (NO_DIGIT, "sure"): (SURE, 0),
        (NO_DIGIT, "half"): (half, 0),
        (NO_DIGIT, "unsure"): (unsure, 1),
        (NO_DIGIT, "a tenth each"): (TENTH, 1),
    }
    labels = np.array([[label] for label, _ in answers], np.uint8)
    probabilities = np.stack([each for each, _ in answers.values()]).astype(np.float32)
    is_right = np.asarray(_accuracy()(labels, probabilities))
    assert is_right.tolist() == [right for _, right in answers.values()]
