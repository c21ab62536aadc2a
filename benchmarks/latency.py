"""How long one answer with its heatmap takes, beside the least that a network of any kind costs.

    python benchmarks/latency.py [--rounds 30]

Every call gets a drawing it has not seen, and nothing is memoised. In each round all contestants
take turns, so that a noisy machine is noisy for all of them; medians over the rounds are printed.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from digit_network import build_classic, build_compact, choose_convolution
from digit_predictor import load_model, read_digit
from gradcam_visualizer import grad_cam
from tensorflow_import import import_keras

if TYPE_CHECKING:
    import keras

Canvas = NDArray[np.uint8]
CALLS_PER_ROUND = 10
FLOOR = "(a) classic: bare compiled forward pass"
OWN_PASS = "(b) ours: bare compiled forward pass"
OURS = "read_digit + grad_cam"
NAIVE = "(c) model.predict + eager gradient tape"


def random_canvas(random: np.random.Generator) -> Canvas:
    """A 280×280 RGBA canvas with a stroke of a 20-pixel pen through random points."""
    canvas = np.full((280, 280, 4), 255, np.uint8)
    points = random.integers(50, 230, (6, 2)).astype(np.int32)
    cv2.polylines(canvas, [points], False, (0, 0, 0, 255), 20, cv2.LINE_AA)
    return canvas


def bare_pass(model: keras.Model) -> Callable[[Canvas], object]:
    """One picture through the network, compiled once, and nothing else."""
    import tensorflow as tf

    forward = tf.function(
        lambda images: model(images, training=False),
        input_signature=[tf.TensorSpec((1, 28, 28, 1))],
    )
    return lambda canvas: forward(_shrunken(canvas)).numpy()


def answer_with_heatmap(model: keras.Model) -> Callable[[Canvas], object]:
    """What the page does: prepare, read, explain."""
    return lambda canvas: grad_cam(read_digit(canvas, model=model).network_input, model=model)


def naive_answer(model: keras.Model) -> Callable[[Canvas], object]:
    """What most projects do: predict, then an eager tape over a sub-model built once."""
    import tensorflow as tf

    convolution = model.get_layer(choose_convolution(model))
    inner = import_keras().Model(model.inputs, [convolution.output, model.layers[-1].output])

    def answer(canvas: Canvas) -> object:
        image = _shrunken(canvas)
        model.predict(image, verbose=0)
        image = tf.constant(image)
        with tf.GradientTape() as tape:
            tape.watch(image)
            feature_maps, probabilities = inner(image)
            best = tf.reduce_max(probabilities[0])
        weights = tf.reduce_mean(tape.gradient(best, feature_maps), axis=(0, 1, 2))
        return tf.nn.relu(feature_maps[0] @ weights[:, None]).numpy()

    return answer


def _fresh_copy(model: keras.Model) -> keras.Model:
    """The naive way finds no gradient in a Sequential from disk, so it gets one built anew."""
    width = model.get_layer("conv_1").filters / build_compact().get_layer("conv_1").filters
    copy = build_compact(width)
    copy.set_weights(model.get_weights())
    return copy


def _shrunken(canvas: Canvas) -> NDArray[np.float32]:
    ink = 255 - cv2.resize(canvas, (28, 28), interpolation=cv2.INTER_AREA)[:, :, 0]
    return (ink / np.float32(255)).reshape(1, 28, 28, 1)


def measure(contestants: dict[str, Callable[[Canvas], object]], rounds: int) -> dict[str, float]:
    """Median seconds a call of each contestant."""
    random = np.random.default_rng(0)
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, call in contestants.items():
            canvases = [random_canvas(random) for _ in range(CALLS_PER_ROUND)]
            start = time.perf_counter()
            for canvas in canvases:
                call(canvas)
            seconds[name].append((time.perf_counter() - start) / CALLS_PER_ROUND)
    return {name: statistics.median(times) for name, times in seconds.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=30, metavar="N")
    rounds = parser.parse_args().rounds
    ours = load_model()
    contestants = {
        FLOOR: bare_pass(build_classic()),
        OWN_PASS: bare_pass(ours),
        OURS: answer_with_heatmap(ours),
        NAIVE: naive_answer(_fresh_copy(ours)),
    }
    measure(contestants, rounds=2)  # compile, and fill caches
    medians = measure(contestants, rounds)
    for name, seconds in medians.items():
        print(f"{name:42}{seconds * 1e3:8.2f} ms{seconds / medians[FLOOR]:8.2f} × (a)")
    print("Goals: ours at most 4 × (a); our bare pass at most 1.5 × (a).")


if __name__ == "__main__":
    main()
