"""Grad-CAM against values worked out by hand, and against an independent implementation."""

import threading
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from digit_errors import LayerError, ModelError, PictureError
from digit_network import build_classic
from digit_predictor import load_model, read_digit
from gradcam_visualizer import grad_cam, overlay_heatmap
from tensorflow_import import import_keras
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
    strokes = chained(model, network_input[None, :, :, None], "conv_1", "conv_2", "conv_3")
    context = chained(model, strokes, "pool", "norm_1", "conv_4", "norm_2")
    for names in (("conv_5", "norm_3"), ("conv_6", "norm_4")):
        context = context + chained(model, context, *names)
    context = chained(model, context, "conv_7", "norm_5", "enlarge")
    maps = chained(model, strokes * context, "conv_8")

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


def test_classic_sequential_fresh_from_disk_is_explained(tmp_path) -> None:
    build_classic().save(tmp_path / "classic.keras")
    model = load_model(tmp_path / "classic.keras")
    heatmap = grad_cam(read_digit(draw(DIGITS[2])).network_input, 2, model=model)
    assert heatmap.shape == (28, 28)
    assert heatmap.dtype == np.float32
    assert 0 <= heatmap.min() <= heatmap.max() <= 1


def test_paper_far_from_any_ink_has_no_share_in_our_answer() -> None:
    """The strokes are seen within 6 pixels, and up-sampling spreads that by less than 2 more."""
    network_input = np.zeros((28, 28), np.float32)
    network_input[9:19, 12:14] = 1
    rows, columns = np.indices((28, 28))
    distance = np.maximum(np.maximum(9 - rows, rows - 18), np.maximum(12 - columns, columns - 13))
    for class_index in range(10):
        heatmap = grad_cam(network_input, class_index)
        assert not heatmap[distance > 8].any()
    assert grad_cam(network_input).any()


def test_explaining_changes_nothing_in_the_model() -> None:
    model = load_model()
    weights = [value.copy() for value in model.get_weights()]
    config = str(model.get_config())
    grad_cam(read_digit(draw(DIGITS[8])).network_input, 3)
    assert str(model.get_config()) == config
    assert all(map(np.array_equal, weights, model.get_weights()))


def test_many_threads_get_the_answers_that_one_thread_gets() -> None:
    inputs = [read_digit(draw(strokes)).network_input for strokes in DIGITS.values()]
    expected = [grad_cam(network_input) for network_input in inputs]
    found: list[Any] = [None] * 10

    def explain(i: int) -> None:
        for _ in range(5):
            found[i] = grad_cam(inputs[i])

    threads = [threading.Thread(target=explain, args=(i,)) for i in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(map(np.array_equal, expected, found))


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


def test_input_that_is_not_finite_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        grad_cam(np.full((4, 4), np.nan), 0, model=two_filter_network())


def test_placement_that_is_no_affine_map_is_refused() -> None:
    with pytest.raises(ValueError, match="placement"):
        overlay_heatmap(draw(DIGITS[1]), np.zeros((28, 28), np.float32), np.eye(3))


def test_overlay_without_heat_is_the_picture_itself() -> None:
    picture = draw(DIGITS[4])
    overlay = overlay_heatmap(picture, np.zeros((28, 28), np.float32), opacity=1.0)
    assert np.array_equal(np.asarray(overlay), picture)


def test_overlay_without_opacity_is_the_picture_itself() -> None:
    picture = draw(DIGITS[4])
    overlay = overlay_heatmap(picture, np.ones((28, 28), np.float32), opacity=0.0)
    assert np.array_equal(np.asarray(overlay), picture)


def test_overlay_puts_heat_where_placement_says() -> None:
    heatmap = np.zeros((28, 28), np.float32)
    heatmap[10, 20] = 1.0
    placement = np.array([[2.0, 0.0, 30.0], [0.0, 2.0, 5.0]])
    overlay = np.asarray(overlay_heatmap(np.zeros((90, 120), np.uint8), heatmap, placement, 1.0))
    y, x = np.unravel_index(overlay.sum(axis=2).argmax(), (90, 120))
    assert (x, y) == (2 * 20 + 30, 2 * 10 + 5)
    assert np.array_equal(overlay[:, :28], np.zeros((90, 28, 3)))


def test_overlay_has_the_size_of_the_upright_picture() -> None:
    picture = Image.new("L", (60, 40), 255)
    picture.getexif()[0x0112] = 6
    assert overlay_heatmap(picture, np.ones((28, 28), np.float32)).size == (40, 60)


def test_overlay_of_no_picture_is_refused() -> None:
    with pytest.raises(PictureError):
        overlay_heatmap(b"no picture", np.zeros((28, 28), np.float32))


def test_overlay_opacity_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="opacity"):
        overlay_heatmap(draw(DIGITS[1]), np.zeros((28, 28), np.float32), opacity=1.5)
