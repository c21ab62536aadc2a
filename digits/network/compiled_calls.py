"""One compiled TensorFlow function for each thing asked of a model, made once and shared.

`model.predict` spends 50 times longer on setting itself up than on one picture, and an eager
gradient tape longer still. A function compiled once has neither cost, changes nothing in the
model, and can be called from many threads.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from digits.network.forward_pass import forward_pass_of_pictures
from digits.network.layers import is_channels_first
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


def compute_gradients(
    model: keras.Model,
    layer_name: str,
    image: NDArray[np.float32],
    class_indices: Sequence[int | None],
) -> LayerGradients:
    """A layer's feature maps, and how some classes' logits would change with each of their values.

    The picture goes forth through the network once, however many classes there are.

    Args:
        model: as in `compute_logits`.
        layer_name: path of a layer whose output is (1, rows, columns, channels).
        image: float32 (h, w) in [0, 1].
        class_indices: at least one; None stands for the likeliest class.

    Raises:
        LayerError: there is no such layer.
    """
    layer = find_layer(model, layer_name)
    # One class, or all: a function for each number of classes would have to be compiled for each.
    is_single = len(class_indices) == 1
    with _building:
        function = _gradient_function(model, layer_name, is_single, image.shape)
    index = np.int32(-1 if class_indices[0] is None else class_indices[0])
    tensors = function(np.ascontiguousarray(image[None], np.float32), index)
    logits, feature_maps, gradients = (each.numpy() for each in tensors)
    likeliest = int(logits.argmax())
    indices = np.array([likeliest if each is None else each for each in class_indices])
    channels = -3 if is_channels_first(layer) else -1
    return LayerGradients(
        logits=logits,
        class_indices=indices,
        feature_maps=np.moveaxis(feature_maps, channels, -1),
        gradients=np.moveaxis(gradients if is_single else gradients[indices], channels, -1),
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
        return logits, feature_maps[0], slopes

    return gradients
