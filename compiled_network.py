"""One compiled TensorFlow function for each thing asked of a model, made once and shared.

`model.predict` spends 50 times longer on setting itself up than on one picture, and an eager
gradient tape longer still. A function compiled once has neither cost, changes nothing in the
model, and can be called from many threads.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from digit_network import forward_pass

if TYPE_CHECKING:
    import keras

_building = threading.Lock()
# A function keeps its model alive, so only the models in use are remembered.
_REMEMBERED = 16


def compute_logits(model: keras.Model, images: NDArray[np.float32]) -> NDArray[np.float32]:
    """The logits of some pictures.

    Args:
        model: any classifier that `digit_network.forward_pass` can take apart.
        images: float32 (n, h, w) in [0, 1].

    Returns:
        float32 (n, classes).
    """
    with _building:
        # For one picture, as on the page, a function of its own is faster than one for any number.
        function = _logits_function(model, 1 if len(images) == 1 else None)
    return function(as_batch(model, images)).numpy()


def compute_evidence(
    model: keras.Model, layer_name: str, image: NDArray[np.float32], class_index: int | None
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """A layer's feature maps, and how a class's logit would change with each of their values.

    Args:
        model: as in `compute_logits`.
        layer_name: a layer whose output is (1, rows, columns, channels).
        image: float32 (h, w) in [0, 1].
        class_index: whose logit; None takes the likeliest class.

    Returns:
        Feature maps and gradients, float32 (rows, columns, channels) each.
    """
    with _building:
        function = _evidence_function(model, layer_name)
    index = np.int32(-1 if class_index is None else class_index)
    tensors = function(as_batch(model, image[None]), index)
    channels = 0 if _is_channels_first(model.get_layer(layer_name)) else -1
    feature_maps, gradients = (np.moveaxis(each.numpy()[0], channels, -1) for each in tensors)
    return feature_maps, gradients


def _is_channels_first(layer: keras.Layer) -> bool:
    return getattr(layer, "data_format", None) == "channels_first"


def as_batch(model: keras.Model, images: NDArray[np.float32]) -> NDArray[np.float32]:
    """The pictures with or without a channel axis, as the model was built to take them."""
    channels = (1,) if len(model.inputs[0].shape) == 4 else ()
    return np.ascontiguousarray(images, np.float32).reshape(*images.shape, *channels)


@lru_cache(_REMEMBERED)
def _logits_function(model: keras.Model, pictures: int | None) -> Callable:
    import tensorflow as tf

    forward = forward_pass(model)

    @tf.function(input_signature=[tf.TensorSpec((pictures, *model.inputs[0].shape[1:]))])
    def logits(images):
        return forward(images)[1]

    return logits


@lru_cache(_REMEMBERED)
def _evidence_function(model: keras.Model, layer_name: str) -> Callable:
    import tensorflow as tf

    forward = forward_pass(model, layer_name)
    signature = [tf.TensorSpec((1, *model.inputs[0].shape[1:])), tf.TensorSpec((), tf.int32)]

    @tf.function(input_signature=signature)
    def evidence(image, class_index):
        with tf.GradientTape() as tape:
            tape.watch(image)
            feature_maps, logits = forward(image)
            likeliest = tf.argmax(logits[0], output_type=tf.int32)
            logit = tf.gather(logits[0], tf.where(class_index < 0, likeliest, class_index))
        unconnected = tf.UnconnectedGradients.ZERO
        return feature_maps, tape.gradient(logit, feature_maps, unconnected_gradients=unconnected)

    return evidence
