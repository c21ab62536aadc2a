"""How any Keras classifier is taken apart to answer and to be explained.

Nothing here depends on the Keras backend, so training runs on TensorFlow and JAX alike.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from digits.common.errors import LayerError
from digits.network.input_convention import InputConvention, input_adapter
from digits.network.model_findings import findings_of
from digits.network.own_answers import ending_of
from digits.network.tensorflow_import import import_keras
from digits.network.trail import Ending, Trail, values_of

if TYPE_CHECKING:
    import keras

SMALLEST_PROBABILITY = 1e-37
"""What a probability that underflows is taken for, lest its logarithm be no number: float32's least
normal number is 1.2e-38."""


def forward_pass(
    model: keras.Model, layer_name: str | None = None, ending: Ending | None = None
) -> Callable[[Any], tuple[Any, Any]]:
    """A function from what a model takes to one layer's feature maps, on the way, and the logits.

    The logits are what the last operation computes before its softmax, wherever that can be had,
    and else the logarithm of the probabilities: its softmax is the model's own answer in any case.
    Ten sigmoids s_c are answered by the logarithm of each, so that the softmax is s_c / Σ s.
    Nothing is rebuilt, and no activation is swapped: a fused layer's weights are read.

    Args:
        model: Sequential or functional, nested or not.
        layer_name: path of a layer, as in `layers.convolution_names`; without one the feature maps
            are None.
        ending: how the model ends, if that is known; else it is found out.

    Returns:
        Takes and gives tensors of the Keras backend; the logits are float32 (n, classes).

    Raises:
        LayerError: by the function, when the model has no layer of that name.
    """
    found = findings_of(model)
    ending = ending or (found and found.ending) or ending_of(model)

    def forward(tensor: Any) -> tuple[Any, Any]:
        trail = Trail(model, tensor)
        feature_maps = None if layer_name is None else _output_of(trail, layer_name)
        return feature_maps, logits_of(trail, ending)

    return forward


def forward_pass_of_pictures(
    model: keras.Model, layer_name: str | None = None
) -> Callable[[Any], tuple[Any, Any]]:
    """The same from pictures, float32 (n, rows, columns) in [0, 1], white ink on black.

    A model that was examined is given them as it takes them (`input_convention`); any other as
    they are, and of its own size.
    """
    adapt, forward = _adapter_of(model), forward_pass(model, layer_name)
    return lambda images: forward(adapt(images))


def maps_of_pictures(model: keras.Model, layer_names: Sequence[str]) -> Callable[[Any], list[Any]]:
    """A function from the same pictures to the outputs of several layers, from one pass.

    Raises:
        LayerError: by the function, when the model has no layer of one of those names.
    """
    adapt = _adapter_of(model)

    def forward(images: Any) -> list[Any]:
        trail = Trail(model, adapt(images))
        return [_output_of(trail, name) for name in layer_names]

    return forward


def _adapter_of(model: keras.Model) -> Callable[[Any], Any]:
    found = findings_of(model)
    return input_adapter(model, found.convention if found else InputConvention())


def _output_of(trail: Trail, layer_name: str) -> Any:
    output = trail.output_of(layer_name)
    if output is None:
        raise LayerError(f"The answer of this model does not depend on its layer {layer_name}.")
    return output


def logits_of(trail: Trail, ending: Ending) -> Any:
    """The logits of what a model has just computed, (n, classes)."""
    ops = import_keras().ops
    if ending == "logits":
        tensor = trail.output
    elif ending == "softmax":
        tensor = trail.before_activation()
    elif ending == "sigmoid":
        tensor = ops.log_sigmoid(ops.cast(trail.before_activation(), "float32"))
    else:
        tensor = ops.log(ops.maximum(ops.cast(trail.output, "float32"), SMALLEST_PROBABILITY))
    return ops.cast(ops.reshape(tensor, (-1, values_of(trail.output))), "float32")
