"""An export answers as its network does, and says what it cannot explain."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from digits.common.errors import ModelError
from digits.network import exporting
from digits.network.architectures import build_classic, build_compact, build_three_convolutions
from digits.network.compiled_calls import compute_gradients, compute_logits
from digits.network.exporting import make_export
from digits.network.last_layer import class_weights
from digits.network.light_serving import LightNetwork
from digits.network.loading import load_model, load_network
from digits.network.model_file import SHIPPED_MODEL, save_model_file
from digits.network.papers import ModelPapers
from digits.network.stored_export import GROUP, read_export, weights_sha256
from digits.network.tensorflow_beside import NetworkBeside
from digits.network.tensorflow_import import import_keras
from digits.training.exporting import main
from tests.conftest import write_small_mnist

keras = import_keras()
IMAGES = np.random.default_rng(0).random((5, 28, 28), np.float32)


def small(*behind: Any, channels_first: bool = False, flat_input: bool = False) -> Any:
    """A convolution with four filters, and what follows it."""
    layers = keras.layers
    shape = (28, 28) if flat_input else (28, 28, 1)
    front = [keras.Input(shape)] + ([layers.Reshape((28, 28, 1))] if flat_input else [])
    convolution = layers.Conv2D(4, 3, strides=3, activation="relu", name="conv")
    return keras.Sequential([*front, convolution, *behind])


def dense(activation: str | None = "softmax", units: int = 10) -> Any:
    return keras.layers.Dense(units, activation, bias_initializer="random_normal")


def norm() -> Any:
    """As if it had learnt: all four of its weights are something."""
    positive = keras.initializers.RandomUniform(0.5, 2)
    return keras.layers.BatchNormalization(
        gamma_initializer=positive,
        beta_initializer="random_normal",
        moving_mean_initializer="random_normal",
        moving_variance_initializer=positive,
    )


def average() -> Any:
    return keras.layers.GlobalAveragePooling2D()


LINEAR: dict[str, Callable[[], Any]] = {
    "ours": load_model,
    "an average and a softmax": lambda: small(average(), dense()),
    "logits without a softmax": lambda: small(average(), dense("linear")),
    "norms before and after": lambda: small(norm(), average(), norm(), dense()),
    "two dense layers": lambda: small(average(), dense("linear", 6), dense()),
    "dropout": lambda: small(keras.layers.Dropout(0.5), average(), dense()),
    "a softmax of its own": lambda: small(average(), dense(None), keras.layers.Softmax()),
    "pictures without a channel": lambda: small(average(), dense(), flat_input=True),
}
OTHER: dict[str, Callable[[], Any]] = {
    "classic": build_classic,
    "three convolutions": build_three_convolutions,
    "a hidden layer": lambda: small(average(), dense("relu", 6), dense()),
    "every place by itself": lambda: small(keras.layers.Flatten(), dense()),
    "the largest place": lambda: small(keras.layers.GlobalMaxPooling2D(), dense()),
    "an activation of its own": lambda: small(keras.layers.ReLU(), average(), dense()),
}


@pytest.mark.parametrize("name", LINEAR)
def test_class_weights_are_the_gradients_at_every_place_of_every_picture(name: str) -> None:
    model = LINEAR[name]()
    layer_name = "conv_8" if name == "ours" else "conv"
    weights = class_weights(model, layer_name)
    assert weights is not None
    for image in IMAGES[:2]:
        found = compute_gradients(model, layer_name, image, range(10)).gradients
        expected = np.broadcast_to(weights[:, None, None], found.shape)
        np.testing.assert_allclose(found, expected, atol=1e-5 * np.abs(weights).max())


@pytest.mark.parametrize("name", OTHER)
def test_where_gradients_depend_on_the_picture_there_are_no_class_weights(name: str) -> None:
    model = OTHER[name]()
    last = [each.name for each in model.layers if "conv" in type(each).__name__.lower()][-1]
    assert class_weights(model, last) is None


@pytest.mark.parametrize("name", ["classic", "a hidden layer", "pictures without a channel"])
def test_an_export_answers_as_its_network_does(name: str) -> None:
    model = (LINEAR | OTHER)[name]()
    export = make_export(model, IMAGES)
    light = LightNetwork(export, NetworkBeside(Path(), ModelPapers(), ()))
    difference = np.abs(light.compute_logits(IMAGES) - compute_logits(model, IMAGES)).max()
    assert difference == pytest.approx(export.largest_difference, abs=1e-6)
    assert export.largest_difference <= 1e-4


def test_an_export_that_answers_otherwise_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "compute_logits", lambda *each: compute_logits(*each) + 2e-4)
    with pytest.raises(ModelError, match=r"2\.0e-04 from Keras's, more than 1e-04"):
        make_export(small(average(), dense()), IMAGES)


def test_what_cannot_be_converted_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: Any) -> bytes:
        raise ValueError("of the converter")

    monkeypatch.setattr(exporting, "_convert", fail)
    with pytest.raises(ModelError, match="cannot be converted to ONNX, so TensorFlow answers"):
        make_export(small(average(), dense()), IMAGES)


def test_the_shipped_export_is_of_the_shipped_weights_and_close() -> None:
    with h5py.File(SHIPPED_MODEL, "r") as file:
        assert file[GROUP].attrs["weights_sha256"] == weights_sha256(file)
    export = read_export(SHIPPED_MODEL)
    assert export is not None
    assert 0 < export.largest_difference < 1e-4
    assert export.last_convolution == "conv_8"


# ---- The command


def test_one_command_adds_an_export_to_a_model_of_ones_own(tmp_path: Path, capsys) -> None:
    data = write_small_mnist(tmp_path)
    path = tmp_path / "mine.h5"
    save_model_file(build_compact(0.25), ModelPapers(seed=5), path)

    assert main([str(path), "--data", str(data)]) == 0

    assert capsys.readouterr().out.startswith("mine.h5 answers without TensorFlow, its logits with")
    network = load_network(path)
    assert isinstance(network, LightNetwork)
    assert network.papers.seed == 5
    np.testing.assert_allclose(
        network.compute_logits(IMAGES), compute_logits(load_model(path), IMAGES), atol=1e-4
    )


def test_a_model_whose_logits_are_no_numbers_keeps_its_file(tmp_path: Path, capsys) -> None:
    data, path = write_small_mnist(tmp_path), tmp_path / "mine.h5"
    model = small(average(), dense())
    model.set_weights([np.full_like(each, np.nan) for each in model.get_weights()])
    save_model_file(model, ModelPapers(), path)
    before = path.read_bytes()

    assert main([str(path), "--data", str(data)]) == 1

    assert "answers that are not numbers" in capsys.readouterr().err
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("mine.keras", "Only an .h5 file can hold an export: save the model as one.\n"),
        ("none.h5", "none.h5 is missing"),
        ("text.h5", "file text.h5 is damaged"),
    ],
)
def test_what_is_no_model_file_is_one_sentence(
    name: str, sentence: str, tmp_path: Path, capsys
) -> None:
    (tmp_path / "text.h5").write_text("no model")
    assert main([str(tmp_path / name), "--data", str(write_small_mnist(tmp_path))]) == 1
    errors = capsys.readouterr().err
    assert sentence in errors
    assert errors.count("\n") == 1


def test_without_the_converter_it_says_how_to_get_it(
    tmp_path: Path, capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "find_spec", lambda name: None)
    path = Path(shutil.copyfile(SHIPPED_MODEL, tmp_path / "mine.h5"))
    assert main([str(path)]) == 1
    assert "pip install -r requirements-train.txt" in capsys.readouterr().err
