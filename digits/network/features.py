"""What a network has made of a digit just before it answers: the features its last layer weighs.

The model is not changed: `forward_pass.forward_pass` runs it and keeps one layer's output.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from digits.network.forward_pass import forward_pass_of_pictures
from digits.network.layers import choose_convolution, convolution_names, place_axes
from digits.network.model_end import inputs_of
from digits.network.nested_models import find_layer
from digits.network.tensorflow_import import import_keras

if TYPE_CHECKING:
    import keras

_BATCH = 500


def compute_features(model: keras.Model, images: NDArray[np.float32]) -> NDArray[np.float32]:
    """What the last Dense layer reads of each picture.

    That is the output of the layer before it, flattened: for `compact` the 96 averages of the last
    feature maps, for `classic` the 128 values of its hidden layer. A model without a Dense layer
    gives the feature maps of its last convolution, averaged over all places.

    Args:
        model: any classifier that `forward_pass.forward_pass` can take apart.
        images: float32 (n, 28, 28) in [0, 1].

    Returns:
        float32 (n, features).

    Raises:
        ModelError: the model has no logits, or neither a Dense layer nor a convolution.
    """
    read = layer_read_by_last_dense(model)
    layer_name = read or choose_convolution(convolution_names(model))
    forward = forward_pass_of_pictures(model, layer_name)
    ops = import_keras().ops
    batches = np.array_split(np.asarray(images, np.float32), max(1, len(images) // _BATCH))
    outputs = [ops.convert_to_numpy(forward(ops.convert_to_tensor(b))[0]) for b in batches]
    values = np.concatenate(outputs)
    if read is None:
        values = values.mean(axis=place_axes(find_layer(model, layer_name)))
    return values.reshape(len(values), -1).astype(np.float32)


def describe_features(model: keras.Model) -> str:
    """What `compute_features` gives for this model, in words."""
    read = layer_read_by_last_dense(model)
    if read is None:
        name = choose_convolution(convolution_names(model))
        return f"the feature maps of the last convolution, {name}, averaged over all places"
    return f"which the last dense layer reads: the output of the layer {read}, flattened"


def layer_read_by_last_dense(model: keras.Model) -> str | None:
    """The name of the layer whose output the last Dense layer reads; None if there is none."""
    if isinstance(model, import_keras().Sequential):
        dense = [i for i, layer in enumerate(model.layers) if _is_dense(layer)]
        return model.layers[dense[-1] - 1].name if dense and dense[-1] else None
    tensor = model.outputs[0]
    while True:
        operation, inputs = tensor._keras_history.operation, inputs_of(tensor)
        if len(inputs) != 1:
            return None
        tensor = inputs[0]
        if _is_dense(operation):
            return tensor._keras_history.operation.name


def _is_dense(operation: object) -> bool:
    return type(operation).__name__ == "Dense"
