"""Grad-CAM against values worked out by hand, and against an independent implementation."""

import threading
from itertools import permutations
from typing import Any

import cv2
import numpy as np
import pytest

from digit_predictor import load_model, read_digit, read_number
from digits.common.errors import LayerError, ModelError
from digits.network.architectures import build_classic
from digits.network.layers import convolution_names
from digits.network.light_serving import LightNetwork
from digits.network.tensorflow_import import import_keras
from gradcam_visualizer import (
    METHODS,
    common_scale,
    explain,
    grad_cam,
    read_and_explain,
    read_and_explain_number,
)
from tests.counting_network import CountingNetwork
from tests.drawings import DIGITS, draw

keras = import_keras()


def two_filter_network(*, fused: bool = True, functional: bool = False) -> Any:
    """4×4 input; two 1×1 filters that pass ink once and twice; flattened; two classes.

    Class 0 counts the first filter's left half and subtracts the second filter's right half;
    class 1 counts nothing.
    """
    layers = keras.layers
    stack = [
        layers.Conv2D(2, 1, use_bias=False, name="filters"),
        layers.Flatten(),
        layers.Dense(2, activation="softmax" if fused else None, name="classes"),
    ]
    if not fused:
        stack.append(layers.Softmax())
    if functional:
        image = tensor = keras.Input((4, 4, 1))
        for layer in stack:
            tensor = layer(tensor)
        model = keras.Model(image, tensor)
    else:
        model = keras.Sequential([keras.Input((4, 4, 1)), *stack])
    dense = np.zeros((4, 4, 2, 2), np.float32)
    dense[:, :2, 0, 0] = 1.0
    dense[:, 2:, 1, 0] = -0.5
    model.get_layer("filters").set_weights([np.array([[[[1.0, 2.0]]]], np.float32)])
    model.get_layer("classes").set_weights([dense.reshape(32, 2), np.zeros(2, np.float32)])
    return model


INK = np.array(
    [
        [0.0, 0.2, 0.4, 0.0],
        [0.1, 0.8, 0.0, 0.0],
        [0.0, 0.6, 0.0, 0.3],
        [0.0, 0.5, 0.0, 0.0],
    ],
    np.float32,
)


@pytest.mark.parametrize("functional", [False, True])
@pytest.mark.parametrize("fused", [False, True])
def test_heatmap_equals_the_one_worked_out_by_hand(fused: bool, functional: bool) -> None:
    # The first filter's gradient is 1 on 8 of 16 places: weight 1/2. The second's is -1/2 on 8:
    # weight -1/4. The maps are ink and 2·ink, so the sum is ink/2 - ink/2 = 0 for class 0.
    model = two_filter_network(fused=fused, functional=functional)
    assert np.array_equal(grad_cam(INK, 0, model=model), np.zeros((4, 4)))

    # With the second filter passing ink once: ink/2 - ink/4 = ink/4, scaled by its maximum 0.8/4.
    model.get_layer("filters").set_weights([np.array([[[[1.0, 1.0]]]], np.float32)])
    np.testing.assert_allclose(grad_cam(INK, 0, model=model), INK / 0.8, atol=1e-6)


def test_negative_evidence_alone_gives_zeros() -> None:
    model = two_filter_network()
    model.get_layer("filters").set_weights([np.array([[[[0.0, 1.0]]]], np.float32)])
    heatmap = grad_cam(INK, 0, model=model)
    assert np.array_equal(heatmap, np.zeros((4, 4), np.float32))


def test_a_class_without_gradient_gives_zeros_and_never_nan() -> None:
    heatmap = grad_cam(INK, 1, model=two_filter_network())
    assert np.array_equal(heatmap, np.zeros((4, 4), np.float32))


def test_a_saturated_softmax_still_has_a_heatmap() -> None:
    model = two_filter_network()
    model.get_layer("filters").set_weights([np.array([[[[1e4, 0.0]]]], np.float32)])
    assert model(INK.reshape(1, 4, 4, 1)).numpy().max() == 1.0
    np.testing.assert_allclose(grad_cam(INK, 0, model=model), INK / 0.8, atol=1e-5)


def test_by_default_the_likeliest_class_and_the_last_convolution_are_explained() -> None:
    network_input = read_digit(draw(DIGITS[3])).network_input
    last = [layer for layer in load_model().layers if "conv" in layer.name][-1].name
    expected = grad_cam(network_input, read_digit(draw(DIGITS[3])).top_k[0][0], last)
    assert np.array_equal(grad_cam(network_input), expected)


@pytest.mark.parametrize("class_index", range(10))
def test_shipped_model_agrees_with_an_independent_implementation(class_index: int) -> None:
    model = load_model()
    network_input = read_digit(draw(DIGITS[5])).network_input
    expected = independent_grad_cam(model, network_input, class_index)
    np.testing.assert_allclose(grad_cam(network_input, class_index), expected, atol=1e-4)


def chained(model: Any, values: np.ndarray, *names: str) -> np.ndarray:
    for name in names:
        values = np.asarray(model.get_layer(name)(values))
    return values


def independent_grad_cam(model: Any, network_input: np.ndarray, class_index: int) -> np.ndarray:
    """By finite differences: no automatic gradient, no shared code but Keras's own layers."""
    ink = network_input[None, :, :, None]
    strokes = chained(model, ink, "conv_1", "conv_2", "conv_3")
    context = chained(model, strokes, "pool", "norm_1", "conv_4", "norm_2")
    for names in (("conv_5", "norm_3"), ("conv_6", "norm_4")):
        context = context + chained(model, context, *names)
    context = chained(model, context, "conv_7", "norm_5", "enlarge")
    ink_share = ink.reshape(1, 14, 2, 14, 2, 1).mean(axis=(2, 4))
    maps = chained(model, strokes * context * ink_share, "conv_8")

    def logit(feature_maps: np.ndarray) -> np.ndarray:
        logits = chained(model, feature_maps.mean(axis=(1, 2)), "norm_6", "logits")
        return logits[:, class_index].astype(np.float64)

    # The mean of the gradient over space is the slope along "all places up by the same amount".
    channels, step = maps.shape[-1], 1.0
    shift = step * np.eye(channels, dtype=np.float32)[:, None, None, :]
    slope = (logit(maps + shift) - logit(maps - shift)) / (2 * step)
    weights = slope / (maps.shape[1] * maps.shape[2])
    evidence = np.maximum(np.einsum("hwc,c->hw", maps[0], weights), 0)
    evidence = evidence / evidence.max() if evidence.max() > 0 else evidence
    return np.clip(np.asarray(cv2.resize(evidence, (28, 28))), 0, 1)


def textbook_grad_cam(
    model: Any, layer_name: str, network_input: np.ndarray, class_index: int
) -> np.ndarray:
    """As textbooks write it, eagerly: a sub-model, a tape, a mean, a sum; before the ReLU."""
    import tensorflow as tf

    layer = model.get_layer(layer_name)
    inner = keras.Model(model.inputs[0], [layer.output, model.get_layer("logits").output])
    with tf.GradientTape() as tape:
        feature_maps, logits = inner(network_input[None, :, :, None])
        logit = logits[0, class_index]
    weights = tf.reduce_mean(tape.gradient(logit, feature_maps), axis=(0, 1, 2))
    return tf.reduce_sum(feature_maps[0] * weights, axis=-1).numpy()


@pytest.mark.parametrize("layer_name", convolution_names(load_model()))
def test_raw_maps_agree_with_the_textbook_to_the_fifth_figure(layer_name: str) -> None:
    model = load_model()
    for digit in (2, 8):
        network_input = read_digit(draw(DIGITS[digit])).network_input
        for explained in explain(network_input, range(10), layer_name):
            expected = textbook_grad_cam(model, layer_name, network_input, explained.class_index)
            scale = np.abs(expected).max()
            np.testing.assert_allclose(explained.evidence / scale, expected / scale, atol=1e-5)


# ---- The other methods, by hand


def test_methods_agree_with_what_is_worked_out_by_hand_through_a_network() -> None:
    # Class 0's gradient is 1 on the left half for the first filter, whose map is the ink, and
    # -1/2 on the right half for the second, whose map is twice the ink.
    left = np.array([1.0, 1.0, 0.0, 0.0], np.float32)
    model = two_filter_network()
    found = {
        each.method: each.evidence for each in explain(INK, [0], model=model, methods=[*METHODS])
    }

    # 1/2 · ink - 1/4 · 2 ink = 0
    np.testing.assert_array_equal(found["grad-cam"], np.zeros((4, 4)))
    # left: 1 · ink; right: -1/2 · 2 ink
    np.testing.assert_allclose(found["hirescam"], INK * (2 * left - 1), atol=1e-6)
    # left: 1 · ink; right: nothing
    np.testing.assert_allclose(found["layercam"], INK * left, atol=1e-6)
    # α·g = 1 / (2 + ΣA · 1) at each of eight places of the first filter, ΣA = all ink.
    weight = 8 / (2 + INK.sum())
    np.testing.assert_allclose(found["grad-cam++"], INK * weight, rtol=1e-5)
    # A logit is the sum over places, so what a window of 5×5 covers is missing, of 4×4 pixels.
    share = INK * (2 * left - 1)
    expected = [[_window(share, row, column).sum() for column in range(4)] for row in range(4)]
    np.testing.assert_allclose(found["occlusion"], expected, atol=1e-5)


def _window(values: np.ndarray, row: int, column: int) -> np.ndarray:
    return values[max(0, row - 2) : row + 3, max(0, column - 2) : column + 3]


def test_evidence_sums_to_the_logit_without_its_bias_where_the_network_ends_in_an_average() -> None:
    """Of the shipped network: Σ over places of HiResCAM is its logit, but for what no ink gives."""
    model = load_model()
    blank = explain(np.zeros((28, 28), np.float32), [0], model=model)[0].logits
    for digit, strokes in DIGITS.items():
        network_input = read_digit(draw(strokes)).network_input
        explained = explain(network_input, [digit], methods=["hirescam"])[0]
        share = explained.logits[digit] - blank[digit]
        assert explained.evidence.sum() == pytest.approx(share, rel=1e-3, abs=1e-3)


# ---- One class against another

LINEAR = [name for name, method in METHODS.items() if method.takes_against]


@pytest.mark.parametrize("method", LINEAR)
def test_against_is_the_evidence_for_one_without_that_for_the_other(method: str) -> None:
    network_input = read_digit(draw(DIGITS[4])).network_input
    four, nine = (each.evidence for each in explain(network_input, [4, 9], methods=[method]))
    against = explain(network_input, [4], against=9, methods=[method])[0]
    np.testing.assert_allclose(against.evidence, four - nine, atol=1e-6)


@pytest.mark.parametrize("method", LINEAR)
def test_against_is_antisymmetric(method: str) -> None:
    network_input = read_digit(draw(DIGITS[9])).network_input
    for one, other in [*permutations((0, 4, 9), 2)]:
        for_one = explain(network_input, [one], against=other, methods=[method])[0]
        for_other = explain(network_input, [other], against=one, methods=[method])[0]
        np.testing.assert_allclose(for_one.evidence, -for_other.evidence, atol=1e-5)


def test_against_is_the_gradient_of_the_difference_of_the_logits() -> None:
    """By hand: class 1 has no weights at all, so class 0 against it is class 0 alone, signed."""
    model = two_filter_network()
    model.get_layer("filters").set_weights([np.array([[[[0.0, 1.0]]]], np.float32)])
    heatmap = grad_cam(INK, 0, against=1, model=model)
    np.testing.assert_allclose(heatmap, -INK / 0.8, atol=1e-6)
    assert heatmap.dtype == np.float32
    np.testing.assert_allclose(grad_cam(INK, 1, against=0, model=model), INK / 0.8, atol=1e-6)


@pytest.mark.parametrize("method", sorted(set(METHODS) - set(LINEAR)))
def test_methods_that_drop_a_sign_take_no_against(method: str) -> None:
    with pytest.raises(ValueError, match="grad-cam, hirescam, occlusion"):
        grad_cam(INK, 0, against=1, method=method, model=two_filter_network())


def test_a_class_is_not_held_against_itself() -> None:
    with pytest.raises(ValueError, match="another class"):
        grad_cam(INK, 1, against=1, model=two_filter_network())
    with pytest.raises(ValueError, match="another class"):
        grad_cam(INK, against=0, method="occlusion", model=two_filter_network())


def test_an_unknown_method_is_refused_naming_those_there_are() -> None:
    with pytest.raises(ValueError, match="hirescam"):
        grad_cam(INK, method="gradcam", model=two_filter_network())


# ---- Several at once


def test_one_call_gives_what_single_calls_give_in_the_order_asked() -> None:
    network_input = read_digit(draw(DIGITS[6])).network_input
    explained = explain(network_input, [6, None, 0], methods=["layercam", "occlusion", "hirescam"])

    assert [each.method for each in explained[::3]] == ["layercam", "occlusion", "hirescam"]
    assert [each.class_index for each in explained] == [6, 6, 0] * 3
    for each in explained:
        alone = grad_cam(network_input, each.class_index, method=each.method)
        np.testing.assert_allclose(each.heatmap(), alone, atol=1e-5)


def test_several_classes_and_methods_take_one_pass_through_the_network() -> None:
    methods = [each for each in METHODS if each != "occlusion"]
    network = CountingNetwork(two_filter_network())
    explain(INK, [0, 1], methods=methods, model=network)
    assert network.passes == [1]


def test_the_answer_comes_from_the_same_pass() -> None:
    reading = read_digit(draw(DIGITS[3]))
    logits = explain(reading.network_input)[0].logits
    assert logits.shape == (10,)
    assert int(logits.argmax()) == reading.top_k[0][0]


def test_answer_and_explanation_in_one_call_are_what_two_calls_give() -> None:
    picture = draw(DIGITS[5])
    reading, explained = read_and_explain(picture, 2, class_indices=[None, 8])
    alone = read_digit(picture, 2)
    assert [digit for digit, _ in reading.top_k] == [digit for digit, _ in alone.top_k]
    np.testing.assert_allclose(reading.probabilities, alone.probabilities, atol=1e-5)
    assert reading.doubt == alone.doubt
    assert [each.class_index for each in explained] == [5, 8]
    for each in explained:
        expected = grad_cam(alone.network_input, each.class_index)
        np.testing.assert_allclose(each.heatmap(), expected, atol=1e-5)


def test_answer_and_explanation_in_one_call_take_one_pass_through_the_network() -> None:
    network = CountingNetwork()
    read_and_explain(draw(DIGITS[5]), class_indices=range(10), model=network)
    assert network.passes == [1]


def test_a_number_and_its_explanations_in_one_call_are_what_single_calls_give() -> None:
    picture = np.hstack([draw(DIGITS[each]) for each in (2, 0, 6)])
    number, explained = read_and_explain_number(picture, class_indices=[None, 8])
    assert number.text == read_number(picture).text == "206"
    for digit, own in zip(number.digits, explained, strict=True):
        assert [each.class_index for each in own] == [digit.reading.top_k[0][0], 8]
        expected = explain(digit.reading.network_input, [None, 8])
        for one, other in zip(own, expected, strict=True):
            np.testing.assert_allclose(one.evidence, other.evidence, atol=1e-5)
            np.testing.assert_allclose(one.logits, other.logits, atol=1e-5)


def test_no_digit_of_a_number_is_passed_through_the_network_again_to_be_explained(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[bytes] = []

    def run(network: LightNetwork, images: np.ndarray, *names: str) -> list[np.ndarray]:
        asked.extend(each.tobytes() for each in images)
        return original(network, images, *names)

    original = LightNetwork._run
    monkeypatch.setattr(LightNetwork, "_run", run)
    number, _ = read_and_explain_number(np.hstack([draw(DIGITS[4]), draw(DIGITS[7])]))
    assert number.text == "47"
    assert len(asked) == len(set(asked)) >= 2


def test_a_number_is_explained_by_a_network_that_keeps_nothing() -> None:
    network = CountingNetwork()
    picture = np.hstack([draw(DIGITS[2]), draw(DIGITS[0])])
    number, explained = read_and_explain_number(picture, model=network)
    assert network.passes[-2:] == [1, 1]
    assert [own[0].class_index for own in explained] == [2, 0]
    assert number.text == "20"


def test_on_a_common_scale_a_weak_claim_looks_weak() -> None:
    explained = explain(read_digit(draw(DIGITS[1])).network_input, range(10))
    scale = common_scale(explained)
    for each in explained:
        np.testing.assert_allclose(
            each.heatmap(scale) * scale, each.heatmap() * each.strength, atol=1e-5
        )
    assert max(each.heatmap(scale).max() for each in explained) <= 1


def test_what_only_rounding_left_is_no_evidence() -> None:
    """0.1 · ink - 0.3 · ink/3 is 0, but for the seventh figure."""
    model = two_filter_network()
    model.get_layer("filters").set_weights([np.array([[[[0.1, 0.2]]]], np.float32)])
    weights, bias = model.get_layer("classes").get_weights()
    weights *= np.float32(1 / 3)
    model.get_layer("classes").set_weights([weights, bias])
    explained = explain(INK, [0], model=model)[0]
    assert explained.is_blank
    assert not explained.heatmap().any()


def test_occlusion_asks_no_convolution() -> None:
    model = keras.Sequential(
        [keras.Input((4, 4, 1)), keras.layers.Flatten(), keras.layers.Dense(2, "softmax")]
    )
    assert explain(INK, [0], model=model, methods=["occlusion"])[0].layer_name is None


def test_classic_sequential_fresh_from_disk_is_explained(tmp_path) -> None:
    build_classic().save(tmp_path / "classic.keras")
    model = load_model(tmp_path / "classic.keras")
    heatmap = grad_cam(read_digit(draw(DIGITS[2])).network_input, 2, model=model)
    assert heatmap.shape == (28, 28)
    assert heatmap.dtype == np.float32
    assert 0 <= heatmap.min() <= heatmap.max() <= 1


def test_paper_has_no_share_in_our_answer() -> None:
    """A place is 2×2 pixels, and up-sampling spreads it by less than 2 more."""
    network_input = np.zeros((28, 28), np.float32)
    network_input[9:19, 12:14] = 1
    rows, columns = np.indices((28, 28))
    distance = np.maximum(np.maximum(9 - rows, rows - 18), np.maximum(12 - columns, columns - 13))
    for explained in explain(network_input, range(10)):
        heatmap = explained.heatmap()
        assert not heatmap[distance > 2].any()
        assert not explained.evidence[~network_input.reshape(14, 2, 14, 2).any(axis=(1, 3))].any()
    assert grad_cam(network_input).any()


def test_explaining_changes_nothing_in_the_model() -> None:
    model = load_model()
    weights = [value.copy() for value in model.get_weights()]
    config = str(model.get_config())
    grad_cam(read_digit(draw(DIGITS[8])).network_input, 3)
    assert str(model.get_config()) == config
    assert all(map(np.array_equal, weights, model.get_weights()))


@pytest.mark.parametrize("method", METHODS)
def test_many_threads_get_the_answers_that_one_thread_gets(method: str) -> None:
    inputs = [read_digit(draw(strokes)).network_input for strokes in DIGITS.values()]
    expected = [grad_cam(network_input, method=method) for network_input in inputs]
    found: list[Any] = [None] * 10

    def explain_often(i: int) -> None:
        for _ in range(1 if method == "occlusion" else 5):  # which asks a hundred times at once
            found[i] = grad_cam(inputs[i], method=method)

    threads = [threading.Thread(target=explain_often, args=(i,)) for i in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one, other in zip(expected, found, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_unknown_layer_is_refused_naming_those_that_exist() -> None:
    with pytest.raises(LayerError, match="filters"):
        grad_cam(INK, layer_name="nothing", model=two_filter_network())


def test_model_without_convolutions_is_refused() -> None:
    model = keras.Sequential(
        [keras.Input((4, 4, 1)), keras.layers.Flatten(), keras.layers.Dense(2, "softmax")]
    )
    with pytest.raises(ModelError, match="no convolution"):
        grad_cam(INK, model=model)


@pytest.mark.parametrize("class_index", [-1, 2])
def test_class_that_does_not_exist_is_refused(class_index: int) -> None:
    with pytest.raises(ValueError, match="class_index"):
        grad_cam(INK, class_index, model=two_filter_network())


def test_no_class_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        explain(INK, [], model=two_filter_network())


def test_input_that_is_not_finite_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        grad_cam(np.full((4, 4), np.nan), 0, model=two_filter_network())
