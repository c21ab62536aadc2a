"""How far each explanation can be trusted, and what it costs.

    python benchmarks/explanations.py --data mnist.npz --pen-strokes pendigits-orig.tra.gz

Every method at every convolution explains what the network reads in MNIST's validation digits and
in digits of pen writers 23 to 26, beside ink in random order and plain ink order (the darkest
first). Deletion and insertion areas are those of `faithfulness`, in places of 2×2 pixels
(`--place 1`: pixel by pixel): a small deletion area and a large insertion area are good. "On ink"
is the share of a heatmap's mass on pixels with ink; the second share counts those within two
pixels of it, too. Times are medians of rounds in which all took turns.

The last table needs `pip install -r benchmarks/requirements.txt`: what an answer with its
explanation costs, beside the bare forward pass and a published library.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from digit_predictor import load_model
from digits.common.command_line import count, run_script
from digits.explanation.faithfulness import (
    STEPS,
    area_under_curve,
    deletion_pictures,
    insertion_pictures,
    random_heatmap,
)
from digits.network.compiled_calls import compute_logits
from digits.network.layers import convolution_names, outputs_of
from digits.network.prediction import predict_logits, predict_probabilities
from digits.network.tensorflow_import import import_keras
from digits.training.data import draw_usually, load_pen_digits
from digits.training.digit_sets import DigitSet, as_network_input, load_mnist
from gradcam_visualizer import METHODS, explain, grad_cam

if TYPE_CHECKING:
    import keras

Inputs = NDArray[np.float32]
Name = TypeVar("Name")
NEAR = 2  # pixels
CALLS_PER_ROUND = 5
LAYERED = [name for name, method in METHODS.items() if method.activation_map]
OTHERS = [name for name in METHODS if name not in LAYERED]


@dataclass(frozen=True, eq=False)
class Sample:
    """Digits as the network is shown them, float32 (n, 28, 28), and what it reads, int (n,)."""

    inputs: Inputs
    classes: NDArray[np.intp]


@dataclass(frozen=True)
class Row:
    """What explains: a method at a layer, or an order that explains nothing."""

    name: str
    layer_name: str | None = None


@dataclass(frozen=True)
class Trust:
    """Means over digits; the shares leave out heatmaps without evidence."""

    deletion: float
    insertion: float
    on_ink: float
    near_ink: float


# --- The digits ------------------------------------------------------------------------------


def load_samples(options: argparse.Namespace, model: keras.Model) -> dict[str, Sample]:
    """What is explained, by where it comes from.

    Raises:
        DataError: a file is missing or damaged.
    """
    sets = {"MNIST": load_mnist(options.data).validation()}
    if options.pen_strokes is not None:
        sets["pens"] = draw_usually(load_pen_digits(options.pen_strokes)[1])
    return {name: _sample(digits.spread(options.digits), model) for name, digits in sets.items()}


def _sample(digits: DigitSet, model: keras.Model) -> Sample:
    inputs = as_network_input(digits.images)[..., 0]
    return Sample(inputs, predict_logits(inputs, model).argmax(axis=1))


# --- Trust -----------------------------------------------------------------------------------


def explained_rows(
    sample: Sample, model: keras.Model, layers: Sequence[str] | None = None
) -> Iterator[tuple[Row, Inputs]]:
    """Each row with its heatmaps, float32 (n, 28, 28); at some convolutions, or at all."""
    lots = [random_heatmap((28, 28), seed) for seed in range(len(sample.inputs))]
    yield Row("random order"), np.stack(lots)
    yield Row("ink order"), sample.inputs
    chosen = reversed(convolution_names(model)) if layers is None else layers
    for layer_name in [*chosen, None]:
        methods = OTHERS if layer_name is None else LAYERED
        found = [
            explain(network_input, [index], layer_name, methods=methods, model=model)
            for network_input, index in zip(sample.inputs, sample.classes.tolist(), strict=True)
        ]
        for number, method in enumerate(methods):
            yield Row(method, layer_name), np.stack([each[number].heatmap() for each in found])


def measure_trust(sample: Sample, heatmaps: Inputs, model: keras.Model, place: int) -> Trust:
    """The means over all digits of one row."""

    def area(pictures_along: Callable[..., Inputs]) -> float:
        pairs = zip(sample.inputs, heatmaps, strict=True)
        pictures = [pictures_along(*pair, place=place) for pair in pairs]
        probabilities = predict_probabilities(np.concatenate(pictures), model)
        followed = probabilities.reshape(len(pictures), STEPS + 1, -1)
        curves = np.take_along_axis(followed, sample.classes[:, None, None], axis=2)[..., 0]
        return area_under_curve(curves.mean(axis=0))

    return Trust(
        deletion=area(deletion_pictures),
        insertion=area(insertion_pictures),
        on_ink=share_within(sample.inputs, heatmaps, 0),
        near_ink=share_within(sample.inputs, heatmaps, NEAR),
    )


def share_within(inputs: Inputs, heatmaps: Inputs, reach: int) -> float:
    """The mean share of a heatmap's mass that lies within so many pixels of ink."""
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    shares = [
        heatmap[cv2.dilate((network_input > 0).astype(np.uint8), disc) > 0].sum() / heatmap.sum()
        for network_input, heatmap in zip(inputs, heatmaps, strict=True)
        if heatmap.any()
    ]
    return float(np.mean(shares)) if shares else 0.0


def report_trust(
    samples: Mapping[str, Sample],
    times: Mapping[Row, float],
    model: keras.Model,
    options: argparse.Namespace,
) -> None:
    """Print a line for each row as soon as it is known; Markdown, so that it can be shown."""
    measures = ("deletion", "insertion", "on ink", f"within {NEAR} pixels")
    columns = [f"{name}: {what}" for name in samples for what in measures]
    print(f"| method | layer | {' | '.join([*columns, 'ms'])} |")
    print(f"|---|---|{'---:|' * (len(columns) + 1)}")
    explained = [explained_rows(sample, model, options.layers) for sample in samples.values()]
    for rows in zip(*explained, strict=True):
        row, cells = rows[0][0], []
        for sample, (_, heatmaps) in zip(samples.values(), rows, strict=True):
            trust = measure_trust(sample, heatmaps, model, options.place)
            cells += [f"{trust.deletion:.3f}", f"{trust.insertion:.3f}"]
            cells += [f"{trust.on_ink:.0%}", f"{trust.near_ink:.0%}"]
        cells.append(f"{times[row] * 1e3:.1f}" if row in times else "")
        name = METHODS[row.name].name if row.name in METHODS else row.name
        print(f"| {name} | {row.layer_name or ''} | {' | '.join(cells)} |", flush=True)


# --- Time ------------------------------------------------------------------------------------


def map_calls(model: keras.Model) -> dict[Row, Callable[[Inputs], object]]:
    """One heatmap of the likeliest digit, by each method at each layer."""

    def call(row: Row) -> Callable[[Inputs], object]:
        return lambda one: grad_cam(one, None, row.layer_name, method=row.name, model=model)

    rows = [Row(method, layer) for layer in convolution_names(model) for method in LAYERED]
    return {row: call(row) for row in [*rows, *map(Row, OTHERS)]}


BARE = "bare forward pass"
LIKELIEST = "answer and Grad-CAM of the likeliest digit, one compiled call"
ALL_TEN = "answer and Grad-CAM of all ten digits, one compiled call"
LIBRARY = "tf-keras-vis: Grad-CAM of the likeliest digit"


def answer_calls(model: keras.Model) -> dict[str, Callable[[Inputs], object]]:
    """What is asked in one go, beside the bare pass and a published library."""
    calls: dict[str, Callable[[Inputs], object]] = {
        BARE: lambda one: compute_logits(model, one[None]),
        LIKELIEST: lambda one: explain(one, model=model)[0].heatmap(),
        ALL_TEN: lambda one: [each.heatmap() for each in explain(one, range(10), model=model)],
    }
    library = library_call(model)
    if library is not None:
        calls[LIBRARY] = library
    return calls


def library_call(model: keras.Model) -> Callable[[Inputs], object] | None:
    """Grad-CAM by tf-keras-vis, on a network that ends in logits; None if it is not installed."""
    try:
        from tf_keras_vis.gradcam import Gradcam
    except ImportError:
        return None
    keras = import_keras()
    output = outputs_of(model)[0]
    logits = output._keras_history.operation.input if _ends_in_softmax(output) else output
    visualiser = Gradcam(keras.Model(model.inputs[0], logits))
    last = convolution_names(model)[-1]

    def call(one: Inputs) -> object:
        best = int(compute_logits(model, one[None])[0].argmax())
        return visualiser(lambda outputs: outputs[:, best], one[None, ..., None], last)

    return call


def _ends_in_softmax(output: object) -> bool:
    return type(output._keras_history.operation).__name__ == "Softmax"  # type: ignore[attr-defined]


def median_seconds(
    calls: Mapping[Name, Callable[[Inputs], object]], inputs: Inputs, rounds: int
) -> dict[Name, float]:
    """The median over the rounds of each call's mean time."""
    for call in calls.values():
        call(inputs[0])
    seconds: dict[Name, list[float]] = {name: [] for name in calls}
    for number in range(rounds):
        for name, call in calls.items():
            chosen = [
                inputs[(number * CALLS_PER_ROUND + i) % len(inputs)] for i in range(CALLS_PER_ROUND)
            ]
            start = time.perf_counter()
            for one in chosen:
                call(one)
            seconds[name].append((time.perf_counter() - start) / CALLS_PER_ROUND)
    return {name: statistics.median(times) for name, times in seconds.items()}


def report_speed(times: Mapping[str, float]) -> None:
    """Print the times as multiples of the bare pass."""
    print("\n| one call | ms | bare passes |")
    print("|---|---:|---:|")
    for name, seconds in times.items():
        print(f"| {name} | {seconds * 1e3:.1f} | {seconds / times[BARE]:.2f} |")
    if LIBRARY not in times:
        print("\ntf-keras-vis is not installed: pip install -r benchmarks/requirements.txt")


# --- The program -----------------------------------------------------------------------------


def report(options: argparse.Namespace) -> None:
    """Print both tables."""
    model = load_model(options.model)
    samples = load_samples(options, model)
    inputs = next(iter(samples.values())).inputs
    times = median_seconds(map_calls(model), inputs, options.rounds)
    speed = median_seconds(answer_calls(model), inputs, 4 * options.rounds)
    if not options.no_trust:
        report_trust(samples, times, model, options)
    report_speed(speed)


def main(arguments: list[str] | None = None) -> int:
    """Print the report; returns the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", metavar="FILE", help="a local mnist.npz (downloaded otherwise)")
    parser.add_argument("--pen-strokes", metavar="FILE", help="pendigits-orig.tra of UCI")
    parser.add_argument("--model", metavar="FILE", help="another model, .h5 or .keras")
    parser.add_argument("--digits", type=count, default=1000, metavar="N", help="a set (1000)")
    parser.add_argument("--place", type=count, default=2, metavar="N", help="pixels a side (2)")
    parser.add_argument("--rounds", type=count, default=20, metavar="N", help="of the times (20)")
    parser.add_argument("--layers", nargs="+", metavar="NAME", help="at these alone (all)")
    parser.add_argument("--no-trust", action="store_true", help="the times alone")
    options = parser.parse_args(arguments)
    return run_script(lambda: report(options), lambda: "Stopped.")


if __name__ == "__main__":
    sys.exit(main())
