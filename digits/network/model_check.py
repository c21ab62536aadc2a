"""What a model must be to read digits, looked at when Keras has built it, before it has weights."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from digits.common.errors import ModelError
from digits.network.architectures import CLASSES
from digits.network.input_convention import takes_pictures
from digits.network.layers import outputs_of
from digits.network.tensorflow_import import import_keras
from digits.network.trail import values_of

if TYPE_CHECKING:
    import keras

_NAME_OF_A_SCOPE = re.compile(r"[A-Za-z0-9.][A-Za-z0-9_.\\/>-]*")
# What a layer may make of one picture: a 28×28 one scaled to 224×224 needs 3 million in a ResNet.
_MOST_VALUES = 2**22


def check_model(model: keras.Model) -> None:
    """Refuse a model that does not read pictures and tell ten digits apart.

    Raises:
        ModelError: it says what was found instead.
    """
    if len(model.inputs) != 1:
        raise _other(f"takes {len(model.inputs)} inputs, and not one picture")
    outputs = outputs_of(model)
    if len(outputs) != 1:
        raise _other(f"gives {len(outputs)} answers, and not one")
    shape = model.inputs[0].shape[1:]
    if not takes_pictures(shape):
        raise _other(f"takes {_in_words(shape)}, and not pictures of 28×28")
    if values_of(outputs[0]) != CLASSES:
        raise _other(_said_of_output(outputs[0].shape[1:]))
    for layer in model.layers:
        _check_layer(layer)


def _other(what: str) -> ModelError:
    return ModelError(
        f"This model {what}: name one that reads 28×28 pictures and tells ten digits apart."
    )


def _in_words(shape: tuple[int | None, ...]) -> str:
    sizes = ["any" if size is None else str(size) for size in shape]
    return f"{sizes[0]} numbers" if len(sizes) == 1 else f"pictures of {'×'.join(sizes)}"


def _said_of_output(shape: tuple[int | None, ...]) -> str:
    if len(shape) == 1:
        return f"has {shape[0]} classes"
    return f"gives {'×'.join('any' if size is None else str(size) for size in shape)} values"


def _check_layer(layer: keras.Layer) -> None:
    if not _NAME_OF_A_SCOPE.fullmatch(layer.name):
        raise ModelError(
            f"TensorFlow cannot run a layer named {layer.name!r}: "
            "give it a name of letters, digits and _, and save the model again."
        )
    for tensor in import_keras().tree.flatten(layer.output):
        if math.prod(size or 1 for size in tensor.shape) > _MOST_VALUES:
            raise ModelError("This model makes more of a picture than fits: name another.")
    for inner in getattr(layer, "layers", ()):
        _check_layer(inner)
