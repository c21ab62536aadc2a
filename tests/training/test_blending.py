"""Between two networks lie others, and their normalisation knows what they see."""

import numpy as np
import pytest

from digits.network.architectures import build_compact
from digits.network.tensorflow_import import import_keras
from digits.training.blending import blend_with_start
from digits.training.digit_sets import as_network_input
from tests.training.test_fitting import TRAINING


def test_weights_are_between_and_momenta_as_before() -> None:
    start, model = build_compact(width=0.25), build_compact(width=0.25)
    trained = model.get_weights()
    blend_with_start(model, start.get_weights(), 0.25, TRAINING.images)
    kernels = [number for number, weight in enumerate(model.weights) if "moving" not in weight.path]
    for number in kernels:
        expected = 0.25 * start.get_weights()[number] + 0.75 * trained[number]
        np.testing.assert_allclose(model.get_weights()[number], expected, atol=1e-6)
    norms = [
        layer
        for layer in model.layers
        if isinstance(layer, import_keras().layers.BatchNormalization)
    ]
    assert {layer.momentum for layer in norms} == {0.9}


def test_normalisation_is_measured_on_what_is_seen() -> None:
    """The first norm of one batch has the mean of what comes into it, worked out by NumPy."""
    model = build_compact(width=0.25, dropout=0.0)
    blend_with_start(model, model.get_weights(), 0.5, TRAINING.images)
    keras = import_keras()
    before = keras.Model(model.input, model.get_layer("pool").output)
    pooled = np.asarray(before(as_network_input(TRAINING.images)))
    mean = np.asarray(model.get_layer("norm_1").moving_mean)
    np.testing.assert_allclose(mean, pooled.mean(axis=(0, 1, 2)), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("share", [0.0, 0.4])
def test_a_network_without_normalisation_is_only_moved(share: float) -> None:
    keras = import_keras()
    model = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten()])
    model.add(keras.layers.Dense(10, name="dense"))
    trained = model.get_weights()
    start = [np.zeros_like(each) for each in trained]
    blend_with_start(model, start, share, TRAINING.images)
    np.testing.assert_allclose(model.get_weights()[0], (1 - share) * trained[0], rtol=1e-6)
