"""A model of somebody's own is read right, whatever its end, its front and its wrapping.

What is expected is what Keras itself gives; what it should be asked is worked out beside.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from digits.common.errors import ModelError
from digits.explanation.explaining import explain, grad_cam
from digits.network import examination, loading, model_config
from digits.network.examination import choose_convention, declared_white
from digits.network.exporting import make_export
from digits.network.input_convention import CONVENTIONS, InputConvention
from digits.network.light_serving import LightNetwork
from digits.network.loading import as_network, list_convolutions, load_model
from digits.network.model_file import SHIPPED_MODEL
from digits.network.model_findings import findings_of
from digits.network.papers import ModelPapers
from digits.network.prediction import predict_logits, predict_probabilities, softmax
from digits.network.stored_export import GROUP, read_export, write_export
from digits.network.tensorflow_beside import NetworkBeside
from digits.network.tensorflow_import import import_keras
from digits.synthetic.plain_digits import draw_plain_digits
from tests.own_models import (
    WRAPPERS,
    enlarged,
    own_logits,
    plain,
    sequential,
    trained_weights,
)

keras = import_keras()
layers = keras.layers
DRAWINGS, LABELS = draw_plain_digits()
SOME = DRAWINGS[:8]
WEIGHTS = trained_weights()
BLACK_ON_WHITE, TO_255 = InputConvention(is_inverted=True), InputConvention(255)


@pytest.fixture(autouse=True)
def no_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    """No process of its own to see that reading a file ends."""
    monkeypatch.setattr(model_config, "_tried", lambda path: 0)


def loaded(model: Any, folder: Path, suffix: str = ".keras") -> Any:
    model.save(folder / f"model{suffix}")
    return load_model(folder / f"model{suffix}")


def own_answer(model: Any, images: np.ndarray) -> np.ndarray:
    """What Keras gives for the pictures, as shares of 1."""
    shape = model.inputs[0].shape[1:]
    if shape[0] == 32:
        images = enlarged(images, 32)
    if len(shape) == 3:
        images = np.repeat(images[..., None], shape[2], axis=-1)
    answers = np.asarray(model(images, training=False), np.float64).reshape(len(images), -1)
    if (answers < 0).any():
        answers = np.exp(answers)
    return answers / answers.sum(axis=1, keepdims=True)


def test_the_trained_weights_read_and_keras_computes_what_numpy_does() -> None:
    logits = own_logits(DRAWINGS, WEIGHTS)
    assert (logits.argmax(axis=1) == LABELS).mean() >= 0.9
    np.testing.assert_allclose(predict_logits(DRAWINGS, plain(WEIGHTS)), logits, atol=1e-3)


NESTED = (
    "a model and a softmax",
    "an average of two networks",
    "a base in a functional model",
    "features and a head",
)
EXPLAINED = (
    *NESTED,
    "Conv2D(10, softmax) and Flatten",
    "no convolution",
    "ten sigmoids",
    "32×32",
    "three channels",
)


@pytest.mark.parametrize(
    ("name", "suffix"),
    [*((name, ".keras") for name in WRAPPERS), *((name, ".h5") for name in (*NESTED, "any size"))],
)
def test_the_answer_is_the_models_own(name: str, suffix: str, tmp_path: Path) -> None:
    model = loaded(WRAPPERS[name](WEIGHTS), tmp_path, suffix)
    found = predict_probabilities(SOME, model)
    assert found.shape == (8, 10)
    tolerance = 2e-2 if name == "32×32" else 1e-4  # of two resizers
    np.testing.assert_allclose(found, own_answer(model, SOME), atol=tolerance)
    assert as_network(model).input_size == (28, 28)
    assert list(as_network(model).convolution_names) == list_convolutions(
        tmp_path / f"model{suffix}"
    )


def own_probabilities(images: np.ndarray) -> np.ndarray:
    """What the trained network gives, by NumPy alone."""
    return softmax(own_logits(images, WEIGHTS).astype(np.float32))


@pytest.mark.parametrize("name", EXPLAINED)
def test_the_answer_is_explained_over_the_whole_picture(name: str, tmp_path: Path) -> None:
    model = loaded(WRAPPERS[name](WEIGHTS), tmp_path)
    names = as_network(model).convolution_names
    method = "grad-cam" if names else "occlusion"
    heatmaps = [grad_cam(SOME[2], digit, method=method, model=model) for digit in range(10)]
    assert {each.shape for each in heatmaps} == {(28, 28)}
    assert max(each.max() for each in heatmaps) == 1


def test_the_convolutions_of_models_inside_have_their_paths(tmp_path: Path) -> None:
    base = loaded(WRAPPERS["a base in a functional model"](WEIGHTS), tmp_path)
    network = as_network(base)
    assert network.convolution_names == ["base/first", "base/second"]
    assert [row.name for row in network.layers][:2] == ["base/first", "base/second"]
    assert sum(row.parameters for row in network.layers) == base.count_params()
    inside = explain(SOME[2], [3], "base/first", model=base)[0]
    plainly = explain(SOME[2], [3], "first", model=plain(WEIGHTS))[0]
    assert inside.layer_name == "base/first"
    np.testing.assert_allclose(inside.evidence, plainly.evidence, atol=1e-4)


def test_a_probability_that_underflows_stays_an_answer(tmp_path: Path) -> None:
    sharp = keras.Sequential(
        [
            keras.Input((28, 28)),
            layers.Flatten(),
            layers.Dense(10, "softmax"),
            layers.Reshape((2, 5)),
            layers.ReLU(),  # nothing that is known to pass probabilities on
            layers.Flatten(),
        ]
    )
    sharp.set_weights([np.zeros((784, 10)), np.arange(10) * 60.0])
    model = loaded(sharp, tmp_path)
    logits = predict_logits(SOME, model)
    assert np.isfinite(logits).all()
    assert logits.argmax(axis=1).tolist() == [9] * 8
    np.testing.assert_allclose(softmax(logits), own_answer(model, SOME), atol=1e-6)


def test_sigmoids_are_told(tmp_path: Path) -> None:
    found = findings_of(loaded(WRAPPERS["ten sigmoids"](WEIGHTS), tmp_path))
    assert found is not None
    assert "(sigmoids)" in " ".join(found.told)


def test_logits_that_are_not_the_models_are_refused(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(examination, "LARGEST_DIFFERENCE", -1)  # as if they were not
    with pytest.raises(ModelError, match="is not what its layers say"):
        loaded(plain(WEIGHTS), tmp_path)


# ---- In which numbers pictures are taken


@pytest.mark.parametrize("convention", CONVENTIONS, ids=lambda each: each.in_words)
def test_a_model_is_given_the_numbers_that_it_was_trained_on(
    convention: InputConvention, tmp_path: Path
) -> None:
    weights = WEIGHTS.for_white(convention.white, is_inverted=convention.is_inverted)
    model = loaded(plain(weights), tmp_path)
    found = findings_of(model)
    assert found is not None
    assert found.convention == convention
    assert found.warning is None
    expects = f"This model expects {convention.in_words}."
    assert (expects in found.told) == (convention != CONVENTIONS[0])
    right = predict_probabilities(DRAWINGS, model).argmax(axis=1) == LABELS
    assert right.mean() >= 0.9
    expected = own_probabilities(SOME)
    np.testing.assert_allclose(predict_probabilities(SOME, model), expected, atol=1e-3)


@pytest.mark.parametrize(("known", "is_taken"), [(7, True), (6, False)])
def test_a_model_that_reads_too_little_is_given_ours_with_a_warning(
    known: int, is_taken: bool, tmp_path: Path, caplog
) -> None:
    weights = WEIGHTS.for_white(255).knowing(known)
    share = (own_logits(DRAWINGS, WEIGHTS.knowing(known)).argmax(axis=1) == LABELS).mean()
    assert (share >= 0.6) == is_taken
    with caplog.at_level(logging.WARNING):
        found = findings_of(loaded(plain(weights), tmp_path))
    assert found is not None
    assert found.convention == (TO_255 if is_taken else CONVENTIONS[0])
    assert ("could not be told" in caplog.text) != is_taken
    assert is_taken or f"{share:.0%} at 0 to 255" in caplog.text


def shares(ours: float, to_255: float, inverted: float = 0.1) -> dict[InputConvention, float]:
    return dict(zip(CONVENTIONS, (ours, inverted, to_255, 0.1), strict=True))


@pytest.mark.parametrize(
    ("tried", "convention", "is_warned"),
    [
        (shares(0.97, 0.1), CONVENTIONS[0], False),
        (shares(0.10, 0.97), TO_255, False),
        (shares(0.31, 0.61), TO_255, False),
        (shares(0.32, 0.61), CONVENTIONS[0], True),
        (shares(0.30, 0.60), TO_255, False),
        (shares(0.10, 0.595), CONVENTIONS[0], True),
        (shares(0.10, 0.1, inverted=0.97), BLACK_ON_WHITE, False),
        (shares(0.75, 0.97), CONVENTIONS[0], True),
        (shares(0.95, 0.96), CONVENTIONS[0], False),
        (shares(0.59, 0.1), CONVENTIONS[0], True),
    ],
)
def test_a_convention_needs_30_points_and_60_percent(
    tried: dict[InputConvention, float], convention: InputConvention, is_warned: bool
) -> None:
    found = choose_convention(tried)
    assert found.convention == convention
    assert (found.warning is not None) == is_warned
    assert f"{tried[TO_255]:.0%} at 0 to 255, white ink on black" in found.probe


@pytest.mark.parametrize(
    ("front", "white"),
    [
        (lambda: layers.Rescaling(1 / 255), 255),
        (lambda: layers.Rescaling(1 / 127.5, offset=-1), 255),
        (lambda: layers.Rescaling(-1 / 255, offset=1), 255),
        (lambda: layers.Rescaling(2.0, offset=-1), 1),
        (lambda: layers.Normalization(mean=33.3, variance=78.6**2), 255),
        (lambda: layers.Normalization(mean=0.13, variance=0.31**2), 1),
        (lambda: layers.Conv2D(1, 1), None),
    ],
)
def test_a_scaling_layer_at_the_front_says_what_it_expects(front: Any, white: int | None) -> None:
    model = sequential(front(), layers.Flatten(), layers.Dense(10, "softmax"))
    assert declared_white(model) == white
    nested = sequential(model)
    assert declared_white(nested) == white


def test_a_scaling_layer_decides_where_the_drawings_do_not(tmp_path: Path) -> None:
    untrained = sequential(layers.Rescaling(1 / 255), layers.Flatten(), layers.Dense(10, "softmax"))
    found = findings_of(loaded(untrained, tmp_path))
    assert found is not None
    assert found.convention == TO_255


def test_a_rescaling_model_reads(tmp_path: Path) -> None:
    model = loaded(sequential(layers.Rescaling(1 / 255), plain(WEIGHTS)), tmp_path)
    expected = own_probabilities(SOME)
    np.testing.assert_allclose(predict_probabilities(SOME, model), expected, atol=1e-3)


def test_a_probe_that_fails_keeps_nothing_from_starting(tmp_path: Path, monkeypatch) -> None:
    def broken(model: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(examination, "_probed", broken)
    model = loaded(plain(WEIGHTS), tmp_path)
    found = findings_of(model)
    assert found is not None
    assert found.warning == examination.NOT_TRIED
    assert predict_probabilities(SOME, model).shape == (8, 10)


def test_what_was_found_is_kept_by_the_files_hash(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    model = loaded(plain(WEIGHTS), tmp_path / "one")
    (tmp_path / "other" / "model.keras").write_bytes(
        (tmp_path / "one" / "model.keras").read_bytes()
    )
    monkeypatch.setattr(examination, "examine", None)  # which would be called
    again = load_model(tmp_path / "other" / "model.keras")
    assert again is not model
    assert findings_of(again) == findings_of(model)


def test_the_shipped_model_is_not_examined(monkeypatch) -> None:
    monkeypatch.setattr(examination, "examine", None)
    assert findings_of(loading._load_model(SHIPPED_MODEL)) is None


def test_an_export_takes_what_ours_takes_and_keeps_what_was_found(tmp_path: Path) -> None:
    pytest.importorskip("tf2onnx")
    model = loaded(plain(WEIGHTS.for_white(255, is_inverted=True)), tmp_path, ".h5")
    write_export(make_export(model, SOME), tmp_path / "model.h5")
    export = read_export(tmp_path / "model.h5")
    assert export is not None
    assert export.findings == findings_of(model)
    light = LightNetwork(export, NetworkBeside(Path(), ModelPapers(), ()))
    np.testing.assert_allclose(light.compute_logits(SOME), own_logits(SOME, WEIGHTS), atol=1e-3)


def test_an_export_from_before_models_were_examined_is_not_used(tmp_path: Path) -> None:
    pytest.importorskip("tf2onnx")
    model = loaded(plain(WEIGHTS), tmp_path, ".h5")
    write_export(make_export(model, SOME), tmp_path / "model.h5")
    with h5py.File(tmp_path / "model.h5", "r+") as file:
        del file[GROUP].attrs["findings"]
    assert read_export(tmp_path / "model.h5") is None


# ---- What is refused, and with which words


@pytest.mark.parametrize(
    ("stack", "words"),
    [
        (lambda: sequential(layers.Dense(10), shape=(784,)), "takes 784 numbers"),
        (
            lambda: sequential(layers.Flatten(), layers.Dense(11), shape=(28, 28, 1)),
            "has 11 classes",
        ),
        (
            lambda: sequential(layers.Flatten(), layers.Dense(10), shape=(20, 28, 1)),
            "takes pictures of 20×28×1",
        ),
        (
            lambda: sequential(layers.Flatten(), layers.Dense(10), shape=(28, 28, 2)),
            "takes pictures of 28×28×2",
        ),
        (lambda: sequential(layers.Conv2D(10, 3)), "gives 26×26×10 values"),
    ],
)
def test_what_is_refused_is_told_with_what_was_found(
    stack: Any, words: str, tmp_path: Path
) -> None:
    with pytest.raises(ModelError, match=words):
        loaded(stack(), tmp_path)


def test_a_model_that_never_saw_a_picture_is_refused(tmp_path: Path) -> None:
    unbuilt = keras.Sequential([layers.Flatten(), layers.Dense(10)])
    with pytest.warns(UserWarning, match="not yet been built"):
        unbuilt.save(tmp_path / "model.keras")
    with pytest.raises(ModelError, match="does not say how large its pictures are"):
        load_model(tmp_path / "model.keras")


def test_two_inputs_or_two_answers_are_refused(tmp_path: Path) -> None:
    image, other = keras.Input((28, 28, 1)), keras.Input((28, 28, 1))
    answer = layers.Dense(10)(layers.Flatten()(layers.Add()([image, other])))
    with pytest.raises(ModelError, match="takes 2 inputs"):
        loaded(keras.Model([image, other], answer), tmp_path)
    answers = [layers.Dense(10)(layers.Flatten()(image)) for _ in range(2)]
    with pytest.raises(ModelError, match="gives 2 answers"):
        loaded(keras.Model(image, answers), tmp_path)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("model.onnx", "is an ONNX model"),
        ("model.tflite", "is a TensorFlow Lite model"),
        ("model.pth", "is a PyTorch model"),
    ],
)
def test_models_of_others_are_refused_by_name(name: str, words: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"something")
    with pytest.raises(ModelError, match=words):
        load_model(tmp_path / name)
    with pytest.raises(ModelError, match=words):
        list_convolutions(tmp_path / name)


def test_a_saved_model_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "saved_model.pb").write_bytes(b"something")
    with pytest.raises(ModelError, match="is a SavedModel"):
        load_model(tmp_path / "model")


def test_weights_alone_are_told(tmp_path: Path) -> None:
    plain(WEIGHTS).save_weights(tmp_path / "model.weights.h5")
    with pytest.raises(ModelError, match="holds weights only"):
        load_model(tmp_path / "model.weights.h5")
