"""Whether heatmaps without TensorFlow are TensorFlow's.

    python benchmarks/light_agreement.py --data ../shared/data/mnist.npz [--digits 1000]

All methods at the last convolution, all classes, of MNIST's validation digits: the largest
difference of an evidence map, as a share of that map's largest value, and of a logit.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from digit_predictor import load_model
from digits.network.architectures import CLASSES
from digits.network.loading import load_network
from digits.network.serving import Network
from digits.training.digit_sets import as_network_input, load_mnist
from gradcam_visualizer import METHODS, Explanation, explain

GOAL = 1e-4


def main() -> None:
    """Compare, and print a line for each method."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", metavar="FILE", help="a local mnist.npz")
    parser.add_argument("--digits", type=int, default=1000, metavar="N")
    options = parser.parse_args()
    images = load_mnist(options.data).validation().images[: options.digits]
    inputs = as_network_input(images)[..., 0]
    light, keras_model = load_network(), load_model()
    for method in METHODS:
        worst = max(_difference(each, method, light, keras_model) for each in inputs)
        print(f"{METHODS[method].name:12}{worst:10.1e} of a map's maximum", flush=True)
    logits = light.compute_logits(inputs)
    theirs = [explain(each, model=keras_model)[0].logits for each in inputs]
    print(f"{'logits':12}{np.abs(logits - np.stack(theirs)).max():10.1e}")
    print(f"{len(inputs)} digits, {CLASSES} classes; goal {GOAL:.0e}.")


def _difference(
    network_input: NDArray[np.float32], method: str, light: Network, keras_model: object
) -> float:
    def explained(model: object) -> list[Explanation]:
        return explain(network_input, range(CLASSES), methods=[method], model=model)

    pairs = zip(explained(light), explained(keras_model), strict=True)
    return max(
        float(np.abs(one.evidence - two.evidence).max() / np.abs(two.evidence).max())
        for one, two in pairs
    )


if __name__ == "__main__":
    main()
