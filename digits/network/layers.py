"""What a network is made of: its layers and its convolutions, by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from digits.common.errors import LayerError
from digits.network.nested_models import walk_layers
from digits.network.tensorflow_import import import_keras
from digits.network.trail import activation_name

if TYPE_CHECKING:
    import keras


CONVOLUTIONS = ("Conv2D", "Conv2DTranspose", "DepthwiseConv2D", "SeparableConv2D")


@dataclass(frozen=True)
class LayerRow:
    """One line of the layer table: `output_shape` without the batch axis."""

    name: str
    kind: str
    output_shape: tuple[int, ...]
    parameters: int


def layer_table(model: keras.Model) -> list[LayerRow]:
    """What the network is made of, models inside it taken apart, input side first."""
    counted: set[int] = set()  # a layer that is used twice has its parameters once
    rows = []
    for path, layer in walk_layers(model):
        parameters = 0 if id(layer) in counted else layer.count_params()
        counted.add(id(layer))
        rows.append(LayerRow(path, type(layer).__name__, _output_shape(layer), parameters))
    return rows


def _output_shape(layer: keras.Layer) -> tuple[int, ...]:
    """Of a layer's first output; 0 where a size depends on the picture's."""
    shape = import_keras().tree.flatten(layer.output)[0].shape[1:]
    return tuple(size or 0 for size in shape)


def convolution_names(model: keras.Model) -> list[str]:
    """Paths of the two-dimensional convolutions that can be explained, input side first.

    One that makes the probabilities itself, by a softmax of its own, has nothing to be seen.
    """
    return [
        path
        for path, layer in walk_layers(model)
        if type(layer).__name__ in CONVOLUTIONS and activation_name(layer) != "softmax"
    ]


def outputs_of(model: keras.Model) -> list[Any]:
    """The symbolic outputs; a Sequential fresh from disk has none, but its last layer has."""
    if isinstance(model, import_keras().Sequential):
        return [model.layers[-1].output]
    return list(model.outputs)


def choose_convolution(names: Sequence[str], layer_name: str | None = None) -> str:
    """The convolution of that name, or the last one, of a model's `convolution_names`.

    Raises:
        LayerError: there is no such convolution, or none at all.
    """
    if not names:
        raise LayerError("This model has no convolution, so there are no feature maps to explain.")
    if layer_name is None:
        return names[-1]
    if layer_name not in names:
        raise LayerError(
            f"This model has no convolution named {layer_name}: choose one of {', '.join(names)}."
        )
    return layer_name


def is_channels_first(layer: keras.Layer) -> bool:
    """Whether a layer's output is (n, channels, rows, columns), and not channels last."""
    return getattr(layer, "data_format", None) == "channels_first"


def place_axes(layer: keras.Layer) -> tuple[int, int]:
    """Which axes of a convolution's output are rows and columns."""
    return (2, 3) if is_channels_first(layer) else (1, 2)
