"""One compiled TensorFlow function for each thing asked of a model, made once and shared.

`model.predict` spends 50 times longer on setting itself up than on one picture, and an eager
gradient tape longer still. A function compiled once has neither cost, changes nothing in the
model, and can be called from many threads.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from digits.network.forward_pass import forward_pass_of_pictures, maps_of_pictures
from digits.network.input_convention import own_input_size
from digits.network.last_layer import LastLayer, class_weights
from digits.network.layers import convolution_names, is_channels_first, place_axes
from digits.network.nested_models import find_layer
from digits.network.serving import LayerGradients

if TYPE_CHECKING:
    import keras

_building = threading.Lock()
# A function keeps its model alive, so only the models in use are remembered.
_REMEMBERED = 16


def compute_logits(model: keras.Model, images: NDArray[np.float32]) -> NDArray[np.float32]:
    """The logits of some pictures.

    Args:
        model: any classifier that `forward_pass.forward_pass` can take apart.
        images: float32 (n, h, w) in [0, 1], whatever the model itself takes.

    Returns:
        float32 (n, classes).
    """
    with _building:
        # For one picture, as on the page, a function of its own is faster than one for any number.
        function = _logits_function(model, 1 if len(images) == 1 else None, images.shape[1:])
    return function(np.ascontiguousarray(images, np.float32)).numpy()


def compute_feature_sums(model: keras.Model, images: NDArray[np.float32]) -> NDArray[np.float32]:
    """The sums of the last convolution's feature maps over all places.

    Args:
        model: as for `compute_logits`, with a convolution.
        images: as for `compute_logits`.

    Returns:
        float32 (n, channels).
    """
    with _building:
        name = convolution_names(model)[-1]
        function = _feature_sums_function(model, name, images.shape[1:])
    return function(np.ascontiguousarray(images, np.float32)).numpy()


def last_layer_of(model: keras.Model) -> LastLayer | None:
    """As `serving.Network.last_layer`."""
    names = convolution_names(model)
    weights = class_weights(model, names[-1]) if names else None
    if weights is None:
        return None
    blank = np.zeros((1, *own_input_size(model)), np.float32)
    features, logits = compute_feature_sums(model, blank), compute_logits(model, blank)
    return LastLayer(names[-1], weights, (logits - features @ weights.T)[0])


def compute_gradients(
    model: keras.Model,
    layer_name: str,
    image: NDArray[np.float32],
    class_indices: Sequence[int | None],
    last_layer: LastLayer | None = None,
) -> LayerGradients:
    """A layer's feature maps, and how some classes' logits would change with each of their values.

    The picture goes forth through the network once, however many classes there are.

    Args:
        model: as in `compute_logits`.
        layer_name: path of a layer whose output is (1, rows, columns, channels).
        image: float32 (h, w) in [0, 1].
        class_indices: at least one; None stands for the likeliest class.
        last_layer: weighs the features instead of the model's own; None for that.

    Raises:
        LayerError: there is no such layer.
    """
    layer = find_layer(model, layer_name)
    if last_layer is not None:
        return _adapted_gradients(model, layer_name, image, class_indices, last_layer)
    # One class, or all: a function for each number of classes would have to be compiled for each.
    is_single = len(class_indices) == 1
    with _building:
        function = _gradient_function(model, layer_name, is_single, image.shape)
    index = np.int32(-1 if class_indices[0] is None else class_indices[0])
    tensors = function(np.ascontiguousarray(image[None], np.float32), index)
    return _as_layer_gradients(layer, tensors, class_indices)


def _adapted_gradients(
    model: keras.Model,
    layer_name: str,
    image: NDArray[np.float32],
    class_indices: Sequence[int | None],
    last_layer: LastLayer,
) -> LayerGradients:
    with _building:
        function = _adapted_gradient_function(model, layer_name, last_layer.layer_name)
    own = last_layer.at(compute_feature_sums(model, image[None])[0])
    tensors = function(np.ascontiguousarray(image[None], np.float32), own.weights, own.biases)
    return _as_layer_gradients(find_layer(model, layer_name), tensors, class_indices)


def _as_layer_gradients(
    layer: keras.Layer, tensors: Sequence[Any], class_indices: Sequence[int | None]
) -> LayerGradients:
    """Of logits, a layer's output, and the gradients of the one class asked for, or of all."""
    logits, feature_maps, gradients = (each.numpy() for each in tensors)
    likeliest = int(logits.argmax())
    indices = np.array([likeliest if each is None else each for each in class_indices])
    channels = -3 if is_channels_first(layer) else -1
    chosen = gradients if len(gradients) == 1 else gradients[indices]
    return LayerGradients(
        logits=logits,
        class_indices=indices,
        feature_maps=np.moveaxis(feature_maps, channels, -1),
        gradients=np.moveaxis(chosen, channels, -1),
    )


@lru_cache(_REMEMBERED)
def _logits_function(model: keras.Model, pictures: int | None, size: tuple[int, ...]) -> Callable:
    import tensorflow as tf

    forward = forward_pass_of_pictures(model)

    @tf.function(input_signature=[tf.TensorSpec((pictures, *size))])
    def logits(images):
        return forward(images)[1]

    return logits


@lru_cache(_REMEMBERED)
def _gradient_function(
    model: keras.Model, layer_name: str, is_single: bool, size: tuple[int, ...]
) -> Callable:
    """Of one class, the likeliest if its index is -1; or of all classes, whatever the index."""
    import tensorflow as tf

    forward = forward_pass_of_pictures(model, layer_name)
    signature = [tf.TensorSpec((1, *size)), tf.TensorSpec((), tf.int32)]

    @tf.function(input_signature=signature)
    def gradients(image, class_index):
        with tf.GradientTape() as tape:
            tape.watch(image)
            feature_maps, logits = forward(image)
            logits = logits[0]
            likeliest = tf.argmax(logits, output_type=tf.int32)
            logit = tf.gather(logits, tf.where(class_index < 0, likeliest, class_index))
        zero = tf.UnconnectedGradients.ZERO
        if is_single:
            slopes = tape.gradient(logit, feature_maps, unconnected_gradients=zero)
        else:
            slopes = tape.jacobian(logits, feature_maps, unconnected_gradients=zero)[:, 0]
        return logits, *(tf.cast(each, tf.float32) for each in (feature_maps[0], slopes))

    return gradients


@lru_cache(_REMEMBERED)
def _feature_sums_function(model: keras.Model, layer_name: str, size: tuple[int, ...]) -> Callable:
    import tensorflow as tf

    forward = maps_of_pictures(model, [layer_name])
    places = place_axes(find_layer(model, layer_name))

    @tf.function(input_signature=[tf.TensorSpec((None, *size))])
    def feature_sums(images):
        return tf.reduce_sum(tf.cast(forward(images)[0], tf.float32), places)

    return feature_sums


@lru_cache(_REMEMBERED)
def _adapted_gradient_function(model: keras.Model, layer_name: str, last_name: str) -> Callable:
    """Of all classes, with weights and biases of the last layer that are given each time."""
    import tensorflow as tf

    forward = maps_of_pictures(model, [layer_name, last_name])
    places = place_axes(find_layer(model, last_name))

    @tf.function
    def gradients(image, weights, biases):
        with tf.GradientTape() as tape:
            tape.watch(image)
            feature_maps, last_maps = forward(image)
            features = tf.reduce_sum(tf.cast(last_maps, tf.float32), places)
            logits = tf.linalg.matvec(weights, features[0]) + biases
        zero = tf.UnconnectedGradients.ZERO
        slopes = tape.jacobian(logits, feature_maps, unconnected_gradients=zero)[:, 0]
        return logits, *(tf.cast(each, tf.float32) for each in (feature_maps[0], slopes))

    return gradients
