"""The last layer of models that people bring: read, and replaced by another's weights.

What is expected of other weights is what a second model gives that was built with them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digits.adaptation.adapting import adapt
from digits.network.compiled_calls import (
    compute_feature_sums,
    compute_gradients,
    compute_logits,
    last_layer_of,
)
from digits.network.exporting import make_export
from digits.network.hand import with_hand
from digits.network.input_convention import InputConvention
from digits.network.keras_serving import KerasNetwork
from digits.network.last_layer import LastLayer
from digits.network.light_serving import LightNetwork
from digits.network.loading import load_model
from digits.network.model_findings import ModelFindings, findings_of, keep_findings
from digits.network.papers import ModelPapers
from digits.network.tensorflow_beside import NetworkBeside
from digits.network.tensorflow_import import import_keras
from digits.reading.digit import read_digit
from digits.synthetic.plain_digits import draw_plain_digits
from tests.drawings import DIGITS, draw
from tests.own_models import functional

keras = import_keras()
layers = keras.layers
IMAGES = draw_plain_digits()[0][:4]
CONVENTION = InputConvention(255, is_inverted=True)

Build = Callable[[], Any]


def network(
    shape: tuple[int | None, ...] = (28, 28, 1),
    convention: InputConvention | None = None,
    *,
    is_nested: bool = False,
    dtype: str | None = None,
) -> Any:
    """Two convolutions, an average over all places, and a softmax; drawn by lot, always alike."""
    keras.utils.set_random_seed(3)
    white = convention.white if convention else 1

    def build(image: Any) -> Any:
        rows = layers.Reshape((28, 28, 1))(image) if len(shape) == 2 else image
        tensor = layers.Rescaling(1 / white)(rows)
        first = layers.Conv2D(4, 3, strides=2, activation="relu", name="first", dtype=dtype)
        if is_nested:
            first = keras.Sequential([keras.Input(tensor.shape[1:]), first], name="base")
        tensor = layers.Conv2D(6, 3, activation="relu", name="second", dtype=dtype)(first(tensor))
        averages = layers.GlobalAveragePooling2D(dtype=dtype)(tensor)
        return layers.Dense(10, "softmax", name="answer", bias_initializer="normal")(averages)

    model = functional(build, shape)
    if convention is not None:
        keep_findings(model, ModelFindings(convention, (28, 28), "softmax"))
    return model


MODELS: dict[str, Build] = {
    "as ours": network,
    "black ink, 0 to 255": lambda: network(convention=CONVENTION),
    "three channels": lambda: network((28, 28, 3), CONVENTION),
    "32×32": lambda: network((32, 32, 1), InputConvention()),
    "any size": lambda: network((None, None, 1)),
    "without a channel axis": lambda: network((28, 28)),
    "a base inside": lambda: network(is_nested=True, convention=CONVENTION),
    "half precision": lambda: network(dtype="mixed_float16"),
}


def inner_of(name: str) -> str:
    return "base/first" if name == "a base inside" else "first"


def tolerance_of(name: str) -> float:
    return 5e-3 if name == "half precision" else 2e-5


@pytest.mark.parametrize("name", MODELS)
def test_the_last_layer_of_the_feature_sums_gives_the_logits(name: str) -> None:
    model = MODELS[name]()
    last_layer = last_layer_of(model)
    assert last_layer is not None
    assert last_layer.layer_name == "second"
    features = compute_feature_sums(model, IMAGES)
    assert features.dtype == np.float32
    assert features.shape == (4, 6)
    np.testing.assert_allclose(
        last_layer.logits(features), compute_logits(model, IMAGES), atol=tolerance_of(name)
    )


@pytest.mark.parametrize("name", MODELS)
def test_other_weights_answer_and_explain_as_a_model_that_was_built_with_them(name: str) -> None:
    model, other = MODELS[name](), MODELS[name]()
    own = last_layer_of(model)
    assert own is not None
    random = np.random.default_rng(4)
    kernel = random.normal(0, 0.5, (6, 10)).astype(np.float32)
    biases = random.normal(0, 1, 10).astype(np.float32)
    other.get_layer("answer").set_weights([kernel, biases])
    places = 13 * 13 if name == "32×32" else 11 * 11
    given = LastLayer(own.layer_name, np.ascontiguousarray(kernel.T / places), biases)
    for layer_name in (inner_of(name), "second"):
        ours = compute_gradients(model, layer_name, IMAGES[0], [3, None], given)
        theirs = compute_gradients(other, layer_name, IMAGES[0], [3, None])
        assert ours.feature_maps.dtype == ours.gradients.dtype == np.float32
        np.testing.assert_array_equal(ours.class_indices, theirs.class_indices)
        for what in ("logits", "feature_maps", "gradients"):
            found, expected = getattr(ours, what), getattr(theirs, what)
            most = np.abs(expected).max()
            np.testing.assert_allclose(found, expected, atol=tolerance_of(name) * most)


@pytest.mark.parametrize("name", ["black ink, 0 to 255", "a base inside", "half precision"])
def test_the_export_has_the_same_last_layer(name: str) -> None:
    model = MODELS[name]()
    light = LightNetwork(make_export(model, IMAGES), NetworkBeside(Path(), ModelPapers(), ()))
    own, found = last_layer_of(model), light.last_layer
    assert own is not None
    assert found is not None
    assert found.sha256 == own.sha256
    np.testing.assert_allclose(found.biases, own.biases, atol=tolerance_of(name))
    features = light.compute_feature_sums(IMAGES)
    assert features.dtype == np.float32
    np.testing.assert_allclose(
        features, compute_feature_sums(model, IMAGES), rtol=tolerance_of(name), atol=1e-4
    )


@pytest.mark.parametrize("name", ["black ink, 0 to 255", "a base inside"])
def test_a_model_of_ones_own_learns_a_hand(name: str) -> None:
    model = MODELS[name]()
    reading = read_digit(draw(DIGITS[4]), model=model)
    wanted = reading.top_k[-1][0]
    hand = adapt([(reading, wanted)], model=model)
    assert read_digit(draw(DIGITS[4]), model=model, hand=hand).top_k[0][0] == wanted
    plain = KerasNetwork(model, ModelPapers())
    assert with_hand(plain, hand).findings.convention == CONVENTION


def test_the_process_beside_has_the_same_last_layer(tmp_path: Path) -> None:
    MODELS["three channels"]().save(tmp_path / "model.keras")
    model = load_model(tmp_path / "model.keras")
    beside = NetworkBeside(tmp_path / "model.keras", ModelPapers(), ("first", "second"))
    assert beside.findings == findings_of(model)
    assert beside.findings.convention == InputConvention(255)
    own, found = last_layer_of(model), beside.last_layer
    assert own is not None
    assert found is not None
    assert found.sha256 == own.sha256
    features = compute_feature_sums(model, IMAGES)
    np.testing.assert_allclose(beside.compute_feature_sums(IMAGES), features, rtol=1e-5, atol=1e-5)
    given = LastLayer(own.layer_name, own.weights[::-1].copy(), own.biases)
    ours = compute_gradients(model, "first", IMAGES[0], [3], given)
    theirs = beside.compute_gradients("first", IMAGES[0], [3], given)
    np.testing.assert_allclose(theirs.gradients, ours.gradients, rtol=1e-5, atol=1e-7)
