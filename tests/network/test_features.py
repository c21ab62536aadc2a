"""Features are what the answer is made of: the last layer's weights turn them into the logits."""

from typing import Any

import numpy as np
import pytest

from digits.common.errors import ModelError
from digits.network.architectures import ARCHITECTURES, INPUT_SHAPE
from digits.network.compiled_calls import compute_logits
from digits.network.features import compute_features, describe_features
from digits.network.tensorflow_import import import_keras

keras = import_keras()
layers = keras.layers

IMAGES = np.random.default_rng(0).random((7, 28, 28)).astype(np.float32)


def functional_classic() -> Any:
    image = tensor = keras.Input(INPUT_SHAPE)
    for layer in ARCHITECTURES["classic"]().layers:
        tensor = layer(tensor)
    return keras.Model(image, tensor)


def weights_of_last_dense(model: Any) -> tuple[np.ndarray, np.ndarray]:
    kernel, bias = next(
        layer for layer in reversed(model.layers) if isinstance(layer, layers.Dense)
    ).get_weights()
    return kernel, bias


@pytest.mark.parametrize("build", [*ARCHITECTURES.values(), functional_classic])
def test_the_last_dense_layer_makes_the_logits_of_the_features(build) -> None:
    model = build()
    kernel, bias = weights_of_last_dense(model)
    features = compute_features(model, IMAGES)
    assert features.dtype == np.float32
    assert features.shape == (7, len(kernel))
    np.testing.assert_allclose(features @ kernel + bias, compute_logits(model, IMAGES), atol=1e-4)


def test_without_a_dense_layer_they_are_the_averages_of_the_last_convolution() -> None:
    stack = [layers.Conv2D(10, 5), layers.GlobalAveragePooling2D(), layers.Softmax()]
    model = keras.Sequential([keras.Input(INPUT_SHAPE), *stack])
    features = compute_features(model, IMAGES)
    np.testing.assert_allclose(features, compute_logits(model, IMAGES), atol=1e-5)
    assert "last convolution" in describe_features(model)


def test_a_network_of_one_dense_layer_has_the_pixels_as_features() -> None:
    stack = [layers.Flatten(), layers.Dense(10, activation="softmax")]
    model = keras.Sequential([keras.Input(INPUT_SHAPE), *stack])
    np.testing.assert_array_equal(compute_features(model, IMAGES), IMAGES.reshape(7, 784))


def test_the_layer_that_is_read_is_named() -> None:
    assert "the layer dropout," in describe_features(ARCHITECTURES["compact"]())


def test_a_model_with_neither_is_an_error() -> None:
    model = keras.Sequential(
        [keras.Input(INPUT_SHAPE), layers.Flatten(), layers.LayerNormalization(), layers.Softmax()]
    )
    with pytest.raises(ModelError, match="no convolution"):
        compute_features(model, IMAGES)
