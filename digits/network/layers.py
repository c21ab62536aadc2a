"""What a network is made of: its layers and its convolutions, by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from digits.common.errors import LayerError
from digits.network.tensorflow_import import import_keras

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
    """What the network is made of, input side first."""
    return [
        LayerRow(layer.name, type(layer).__name__, layer.output.shape[1:], layer.count_params())
        for layer in model.layers
        if type(layer).__name__ != "InputLayer"
    ]


def convolution_names(model: keras.Model) -> list[str]:
    """Names of the two-dimensional convolutions, input side first."""
    return [layer.name for layer in model.layers if type(layer).__name__ in CONVOLUTIONS]


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
