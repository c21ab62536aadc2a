"""How many of MNIST's 10,000 test digits are read right, straight through the network.

    python benchmarks/accuracy.py                        # the shipped model
    python benchmarks/accuracy.py one.h5 two.h5          # others, with mean and deviation
    python benchmarks/accuracy.py --train-seeds 0 1 2    # trains the default recipe first

The test split chooses nothing: models, epochs and seeds are chosen on the validation split.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from digit_predictor import load_model
from digits.common.errors import DigitError
from digits.network.model_file import SHIPPED_MODEL
from digits.network.prediction import predict_probabilities
from digits.training.command import main as train
from digits.training.digit_sets import DigitSet, as_network_input, load_mnist


def read_all(model_path: Path, digits: DigitSet) -> NDArray[np.int64]:
    """The digit that the model reads in each image, (n,)."""
    inputs = as_network_input(digits.images)[..., 0]
    return predict_probabilities(inputs, load_model(model_path)).argmax(axis=1)


def report(model_path: Path, digits: DigitSet) -> float:
    """Print one model's accuracy, its errors, and its accuracy for each digit."""
    right = read_all(model_path, digits) == digits.labels
    print(f"{model_path.name}: {right.mean():.2%} right, {(~right).sum()} errors of {len(right)}")
    per_digit = [f"{digit} {right[digits.labels == digit].mean():.2%}" for digit in range(10)]
    print("  " + "  ".join(per_digit), flush=True)
    return float(right.mean())


def trained(seed: int, folder: Path, data: str | None) -> Path:
    """Train the default recipe with one seed."""
    output = folder / f"seed{seed}.h5"
    options = ["--seed", str(seed), "--output", str(output)]
    if train(options + (["--data", data] if data else [])):
        raise SystemExit(1)
    return output


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", type=Path, default=[SHIPPED_MODEL], metavar="MODEL")
    parser.add_argument("--data", metavar="FILE", help="a local mnist.npz (downloaded otherwise)")
    parser.add_argument("--train-seeds", nargs="+", type=int, default=[], metavar="SEED")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        seeds = [trained(seed, Path(folder), options.data) for seed in options.train_seeds]
        test = load_mnist(options.data).test
        accuracies = [report(path, test) for path in seeds or options.models]
    if len(accuracies) > 1:
        mean, deviation = statistics.mean(accuracies), statistics.stdev(accuracies)
        print(f"n = {len(accuracies)}: mean {mean:.3%}, standard deviation {deviation:.3%}")


if __name__ == "__main__":
    try:
        main()
    except DigitError as error:
        sys.exit(str(error))
