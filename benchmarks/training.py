"""How fast training is: what augmentation costs, and how soon validation digits are read right.

    python benchmarks/training.py [--data mnist.npz] [--seeds 0 1 2]

First, an epoch with augmentation beside one without, in turns. Then our network with its default
training beside `classic` as published, in turns as well: both learn from MNIST's first 55,000
training digits and are validated on the last 5,000 after every tenth of an epoch. The clock stands
still while they are validated. Each run ends at the higher goal, or after `--most-epochs`. XLA is
off for both, which is faster for both.
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from digits.common.errors import DigitError
from digits.network.tensorflow_import import import_keras
from digits.training.augmentation import training_batches
from digits.training.digit_sets import DigitSet, Mnist, as_network_input, load_mnist
from digits.training.fitting import averaged_weights, compiled_model
from digits.training.recipe import RECIPES, Recipe

if TYPE_CHECKING:
    import keras

GOALS = (0.990, 0.993)
CHECKS_PER_EPOCH = 10
CONTESTANTS = ("compact", "classic")


@dataclass(frozen=True)
class Moment:
    """When a goal was reached; seconds of training only."""

    epochs: float
    seconds: float


def augmentation_cost(mnist: Mnist, rounds: int, digits: int) -> float:
    """Median ratio of an augmented epoch's time to a plain one's."""
    training = mnist.training()[:digits]
    recipe = RECIPES["compact"]
    models = {strength: compiled_model(recipe, digits) for strength in (1.0, 0.0)}
    ratios = []
    for turn in range(rounds + 1):
        seconds = {s: epoch_seconds(models[s], training, recipe, s) for s in models}
        if turn:  # the first compiles
            ratios.append(seconds[1.0] / seconds[0.0])
    return statistics.median(ratios)


def epoch_seconds(
    model: keras.Model, training: DigitSet, recipe: Recipe, augmentation: float
) -> float:
    """How long one epoch takes; `easy_epochs` is left out, so that all of the bending is paid."""
    bent = replace(recipe, augmentation=augmentation, easy_epochs=0.0)
    batches = training_batches(training, recipe.batch_size, 0, bent.augmentation_at)
    start = time.perf_counter()
    model.fit(batches, shuffle=False, verbose=0)
    return time.perf_counter() - start


def race(name: str, mnist: Mnist, seed: int, most_epochs: int) -> dict[float, Moment]:
    """Train a contestant and note when it first reaches each goal."""
    keras = import_keras()
    keras.utils.set_random_seed(seed)
    recipe = RECIPES[name]
    training, validation = mnist.training(), mnist.validation()
    model = compiled_model(recipe, len(training))
    batches = training_batches(training, recipe.batch_size, seed, recipe.augmentation_at)
    watch = _watch(recipe, len(batches), validation)
    model.fit(batches, epochs=most_epochs, shuffle=False, verbose=0, callbacks=[watch])
    return watch.reached


def _watch(recipe: Recipe, steps_per_epoch: int, validation: DigitSet) -> Any:
    keras = import_keras()
    images, labels = as_network_input(validation.images), validation.labels
    steps = max(1, steps_per_epoch // CHECKS_PER_EPOCH)

    class Watch(keras.callbacks.Callback):  # type: ignore[name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.reached: dict[float, Moment] = {}
            self.step, self.paused = 0, 0.0

        def on_train_begin(self, logs: dict | None = None) -> None:
            self.start = time.perf_counter()

        def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
            self.step += 1
            if self.step % steps:
                return
            now = time.perf_counter()
            accuracy = self.model.evaluate(
                images,
                labels,
                batch_size=500,
                verbose=0,
                callbacks=averaged_weights(recipe),
                return_dict=True,
            )["accuracy"]
            moment = Moment(self.step / steps_per_epoch, now - self.start - self.paused)
            for goal in GOALS:
                if accuracy >= goal:
                    self.reached.setdefault(goal, moment)
            self.model.stop_training = len(self.reached) == len(GOALS)
            self.paused += time.perf_counter() - now

    return Watch()


def report(results: dict[str, list[dict[float, Moment]]]) -> None:
    """Print when each contestant reached each goal, and the ratio of the medians."""
    for goal in GOALS:
        medians = {}
        for name, runs in results.items():
            moments = [run.get(goal) for run in runs]
            cells = [
                f"{m.seconds:6.1f} s ({m.epochs:.1f})" if m else "not reached" for m in moments
            ]
            # A goal that was missed counts as later than any that was reached.
            medians[name] = statistics.median(m.seconds if m else float("inf") for m in moments)
            median = f"{medians[name]:.1f} s" if math.isfinite(medians[name]) else "not reached"
            print(f"{goal:.1%}  {name:8} {'  '.join(cells)}   median {median}")
        ours, other = (medians[name] for name in CONTESTANTS)
        if math.isfinite(ours) and math.isfinite(other):
            print(
                f"{goal:.1%}  ours takes {ours / other:.2f} × the time of classic (99.0%: goal ⅓)"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", metavar="FILE", help="a local mnist.npz (downloaded otherwise)")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2], metavar="SEED")
    parser.add_argument("--most-epochs", type=int, default=6, metavar="N")
    parser.add_argument("--rounds", type=int, default=7, metavar="N", help="of augmentation's cost")
    options = parser.parse_args()
    mnist = load_mnist(options.data)
    ratio = augmentation_cost(mnist, options.rounds, digits=11_000)
    print(f"An augmented epoch takes {ratio:.2f} × a plain one (goal: at most 1.25).", flush=True)
    results: dict[str, list[dict[float, Moment]]] = {name: [] for name in CONTESTANTS}
    for seed in options.seeds:
        for name in CONTESTANTS:
            results[name].append(race(name, mnist, seed, options.most_epochs))
    report(results)


if __name__ == "__main__":
    try:
        main()
    except DigitError as error:
        sys.exit(str(error))
