"""How long one answer with its heatmap takes, beside the least that a network of any kind costs.

    python benchmarks/latency.py [--rounds 30]

Every call gets a drawing it has not seen, and nothing is memoised. In each round all contestants
take turns, so that a noisy machine is noisy for all of them; medians over the rounds are printed.

Then a thousand pictures at once: `read_digits`, beside decoding and preparing each with as many
threads, and beside one `model.predict` for each.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from digit_predictor import load_model, read_digit, read_digits
from digits.network.architectures import build_classic, build_compact
from digits.network.layers import choose_convolution, convolution_names
from digits.network.prediction import BATCH
from digits.network.tensorflow_import import import_keras
from digits.reading.digit import prepare_picture
from gradcam_visualizer import grad_cam, read_and_explain

if TYPE_CHECKING:
    import keras

Canvas = NDArray[np.uint8]
CALLS_PER_ROUND = 10
PICTURES = 1_000
PREDICTED = 100  # of them, one by one
FLOOR = "(a) classic: bare compiled forward pass"
OWN_PASS = "(b) ours: bare compiled forward pass"
OURS = "read_and_explain: answer and Grad-CAM"
OURS_APART = "read_digit, then grad_cam"
PREPARED = "preparing the drawing, no network"
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


def answer_with_heatmap(canvas: Canvas) -> object:
    """Prepare, then read and explain the likeliest digit by one pass."""
    reading, (explained,) = read_and_explain(canvas)
    return reading, explained.heatmap()


def answer_then_heatmap(canvas: Canvas) -> object:
    """The same by two calls, each with its own pass."""
    return grad_cam(read_digit(canvas).network_input)


def only_prepare(canvas: Canvas) -> object:
    """What both do before they ask the network."""
    return prepare_picture(canvas)


def naive_answer(model: keras.Model) -> Callable[[Canvas], object]:
    """What most projects do: predict, then an eager tape over a sub-model built once."""
    import tensorflow as tf

    convolution = model.get_layer(choose_convolution(convolution_names(model)))
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
        OURS: answer_with_heatmap,
        OURS_APART: answer_then_heatmap,
        PREPARED: only_prepare,
        NAIVE: naive_answer(_fresh_copy(ours)),
    }
    measure(contestants, rounds=2)  # compile, and fill caches
    medians = measure(contestants, rounds)
    for name, seconds in medians.items():
        print(f"{name:46}{seconds * 1e3:8.2f} ms{seconds / medians[FLOOR]:8.2f} × (a)")
    print("Goals: ours, by one call and by two, at most 1.6 × (a).")
    print_batch(ours, max(1, rounds // 3))


def print_batch(model: keras.Model, rounds: int) -> None:
    """Measure a thousand pictures at once."""
    random = np.random.default_rng(1)
    files = [_as_png(random_canvas(random)) for _ in range(PICTURES)]
    ways: dict[str, Callable[[list[bytes]], object]] = {
        "decode and prepare each, as many threads": _only_prepare_all,
        "read_digits": read_digits,
    }
    for way in ways.values():
        way(files[:BATCH])  # compile
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            start = time.perf_counter()
            way(files)
            seconds[name].append(time.perf_counter() - start)
    floor, ours = (statistics.median(times) for times in seconds.values())
    model.predict(np.zeros((1, 28, 28, 1), np.float32), verbose=0)  # compile
    start = time.perf_counter()
    for file in files[:PREDICTED]:
        ready = prepare_picture(file)
        model.predict(ready.network_input[None, :, :, None], verbose=0)
    predicted = (time.perf_counter() - start) / PREDICTED * PICTURES
    print(f"\n{PICTURES} pictures (PNG, 280 × 280), a picture:")
    for name, total in (
        *zip(seconds, (floor, ours), strict=True),
        ("model.predict each", predicted),
    ):
        print(f"{name:46}{total / PICTURES * 1e3:8.2f} ms{total / floor:8.2f} ×")
    print(f"model.predict each / read_digits: {predicted / ours:.1f} ×")
    print("Goals: read_digits at most 1.15 ×, and 20 × faster than model.predict each.")


def _only_prepare_all(pictures: list[bytes]) -> object:
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(prepare_picture, pictures))


def _as_png(canvas: Canvas) -> bytes:
    return cv2.imencode(".png", canvas)[1].tobytes()


if __name__ == "__main__":
    main()
