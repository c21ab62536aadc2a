"""Where a network ends in an average over all places and linear layers: its last layer, as numbers.

What stands before the answer is then one weight a class and channel, which can be read, and
replaced by others, without the network being changed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from digits.network.input_convention import InputConvention, input_adapter, own_input_size
from digits.network.layers import is_channels_first
from digits.network.model_end import operations_behind
from digits.network.nested_models import find_layer
from digits.network.tensorflow_import import import_keras
from digits.network.trail import Trail

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, eq=False)
class LastLayer:
    """How the logits come of the last feature maps: weights @ features + biases.

    Features are the sums of each channel over all places.

    Attributes:
        layer_name: the convolution whose output the feature maps are.
        weights: float32 (classes, channels): also the gradient of each logit with respect to any
            place of the feature maps.
        biases: float32 (classes,).
    """

    layer_name: str
    weights: NDArray[np.float32]
    biases: NDArray[np.float32]

    @cached_property
    def sha256(self) -> str:
        """Hexadecimal, of weights and name: what tells this network from others."""
        found = hashlib.sha256(self.layer_name.encode())
        found.update(np.ascontiguousarray(self.weights, np.float32).tobytes())
        return found.hexdigest()

    def logits(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """float32 (n, classes) of features, float32 (n, channels)."""
        return np.asarray(features @ self.weights.T + self.biases, np.float32)

    def at(self, features: NDArray[np.float32]) -> LastLayer:
        """The weights and biases that count for one picture's features, float32 (channels,)."""
        return self


def class_weights(model: keras.Model, layer_name: str) -> NDArray[np.float32] | None:
    """The gradient of each logit with respect to any place of a layer's feature maps.

    It is the same for all pictures and places where nothing follows but layers that are linear in
    each channel, one average over all places, and Dense layers:

        w_ck = (1 / places) · (product of all scales and kernels)_kc

    Returns:
        float32 (classes, channels); None where it depends on the picture or the place.
    """
    behind = operations_behind(model, layer_name)
    if behind is None:
        return None
    output = _output_shape(model, layer_name)
    channels = 1 if is_channels_first(find_layer(model, layer_name)) else 3
    weights, is_averaged = np.eye(output[channels]), False
    for operation in behind:
        kind = type(operation).__name__
        if kind == "GlobalAveragePooling2D" and not is_averaged:
            places = [each for axis, each in enumerate(output) if axis not in (0, channels)]
            weights, is_averaged = weights / np.prod(places), True
        elif kind == "BatchNormalization" and (is_averaged or operation.axis in (channels, -1)):
            weights = weights * _scale(operation)
        elif kind == "Dense" and is_averaged:
            weights = weights @ np.asarray(operation.kernel, np.float64)
        elif kind not in _NEUTRAL:
            return None
    return np.ascontiguousarray(weights.T, np.float32) if is_averaged else None


def _output_shape(model: keras.Model, layer_name: str) -> tuple[int, ...]:
    """Of one picture, which is of one size even where the model takes any."""
    blank = import_keras().ops.zeros((1, *own_input_size(model)))
    trail = Trail(model, input_adapter(model, InputConvention())(blank))
    return tuple(trail.output_of(layer_name).shape)


_NEUTRAL = ("Dropout", "SpatialDropout2D", "Identity", "ActivityRegularization")


def _scale(norm: Any) -> NDArray[np.float64]:
    gamma = 1.0 if norm.gamma is None else np.asarray(norm.gamma, np.float64)
    variance = np.asarray(norm.moving_variance, np.float64)
    return np.asarray(gamma / np.sqrt(variance + norm.epsilon))
