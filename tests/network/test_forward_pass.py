"""Any Keras classifier can be taken apart into feature maps and logits."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digit_predictor import load_model
from digits.common.errors import ModelError
from digits.network.architectures import build_classic, build_compact, build_three_convolutions
from digits.network.layers import convolution_names, layer_table
from digits.network.prediction import predict_probabilities, softmax
from digits.network.tensorflow_import import import_keras
from gradcam_visualizer import grad_cam

keras = import_keras()
layers = keras.layers


def sequential(*ending: Any) -> Any:
    stack = [layers.Conv2D(8, 3, activation="relu"), layers.Conv2D(10, 3), *ending]
    return keras.Sequential([keras.Input((28, 28, 1)), *stack])


def functional(ending: Callable[[Any], Any]) -> Any:
    """With a residual connection, so that the graph is no chain."""
    image = keras.Input((28, 28, 1))
    first = layers.Conv2D(8, 3, activation="relu")(image)
    second = layers.Conv2D(8, 3, padding="same")(first)
    average = layers.GlobalAveragePooling2D()(layers.Add()([first, second]))
    return keras.Model(image, ending(layers.Dense(10)(average)))


def without_channels() -> Any:
    image = keras.Input((28, 28))
    maps = layers.Conv2D(4, 3)(layers.Reshape((28, 28, 1))(image))
    return keras.Model(image, layers.Dense(10, "softmax")(layers.Flatten()(maps)))


def built_by_training() -> Any:
    model = keras.Sequential([layers.Conv2D(4, 3), layers.Flatten(), layers.Dense(10, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(np.zeros((32, 28, 28, 1)), np.zeros(32), verbose=0)
    return model


ENDING_IN_SOFTMAX: dict[str, Callable[[], Any]] = {
    "classic": build_classic,
    "compact": build_compact,
    "softmax in the last Dense": lambda: sequential(layers.Flatten(), layers.Dense(10, "softmax")),
    "Softmax layer": lambda: sequential(layers.GlobalMaxPooling2D(), layers.Softmax()),
    "Activation": lambda: sequential(layers.GlobalMaxPooling2D(), layers.Activation("softmax")),
    "Flatten behind": lambda: sequential(
        layers.Flatten(), layers.Dense(10, "softmax"), layers.Flatten()
    ),
    "residual": lambda: functional(layers.Softmax()),
    "residual, an operation": lambda: functional(keras.ops.softmax),
    "residual, Reshape behind": lambda: functional(
        lambda logits: layers.Reshape((10,))(layers.Activation("softmax")(logits))
    ),
    "no channel axis": without_channels,
    "built by training": built_by_training,
}
ENDING_IN_LOGITS: dict[str, Callable[[], Any]] = {
    "Dense": lambda: sequential(layers.Flatten(), layers.Dense(10)),
    "pooling": lambda: sequential(layers.GlobalAveragePooling2D()),
    "residual": lambda: functional(lambda logits: logits),
}


def own_answer(model: Any, image: np.ndarray) -> np.ndarray:
    """What the model itself makes of the picture."""
    shape = (1, *model.inputs[0].shape[1:])
    return np.asarray(model(image.reshape(shape), training=False))


@pytest.fixture
def image() -> np.ndarray:
    return np.random.default_rng(0).random((28, 28), np.float32)


@pytest.mark.parametrize("suffix", [".h5", ".keras"])
@pytest.mark.parametrize("name", ENDING_IN_SOFTMAX)
def test_probabilities_are_the_models_own(
    name: str, suffix: str, image: np.ndarray, tmp_path: Path
) -> None:
    ENDING_IN_SOFTMAX[name]().save(tmp_path / f"model{suffix}")
    model = load_model(tmp_path / f"model{suffix}")
    expected = own_answer(model, image)
    np.testing.assert_allclose(predict_probabilities(image[None], model), expected, atol=1e-5)
    assert 0 < max(grad_cam(image, digit, model=model).max() for digit in range(10)) <= 1


@pytest.mark.parametrize("name", ENDING_IN_LOGITS)
def test_a_model_without_softmax_ends_in_its_logits(name: str, image: np.ndarray) -> None:
    model = ENDING_IN_LOGITS[name]()
    expected = softmax(own_answer(model, image))
    np.testing.assert_allclose(predict_probabilities(image[None], model), expected, atol=1e-5)


def test_ten_sigmoids_share_out_the_confidence(image: np.ndarray) -> None:
    model = sequential(layers.Flatten(), layers.Dense(10, "sigmoid"))
    scores = own_answer(model, image)
    expected = scores / scores.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(predict_probabilities(image[None], model), expected, atol=1e-5)


def test_a_model_whose_answers_are_not_numbers_is_refused(image: np.ndarray) -> None:
    model = build_classic()
    model.set_weights([np.full_like(weight, np.nan) for weight in model.get_weights()])
    with pytest.raises(ModelError, match="not numbers"):
        predict_probabilities(image[None], model)


def test_width_multiplies_the_filters_of_ours() -> None:
    filters = [build_compact(width=w).get_layer("conv_3").filters for w in (0.5, 1.0, 2.0)]
    assert filters == [32, 64, 128]


def test_the_network_that_is_tuned_has_the_layers_asked_for() -> None:
    rows = layer_table(build_three_convolutions((32, 64, 96), 128, batch_norm=False))
    kinds = [row.kind for row in rows]
    assert [r.output_shape[-1] for r in rows if r.kind == "Conv2D"] == [32, 64, 96]
    assert "BatchNormalization" not in kinds
    assert [r.output_shape for r in rows if r.kind == "Dense"] == [(128,), (10,)]


def test_convolutions_are_named_input_side_first() -> None:
    assert convolution_names(build_compact()) == [f"conv_{n}" for n in range(1, 9)]
