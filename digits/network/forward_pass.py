"""The networks: how they are built, and how any Keras classifier is taken apart to explain it.

Nothing here depends on the Keras backend, so training runs on TensorFlow and JAX alike.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from digits.common.errors import LayerError, ModelError
from digits.network.tensorflow_import import import_keras

if TYPE_CHECKING:
    import keras


def forward_pass(
    model: keras.Model, layer_name: str | None = None
) -> Callable[[Any], tuple[Any, Any]]:
    """A function from pictures to one layer's feature maps, on the way, and the logits.

    Softmax may be fused into the last Dense layer or stand apart; a model without one ends in its
    logits. Nothing is rebuilt, and no activation is swapped: a fused layer's weights are read.
    The function takes and gives tensors of the Keras backend; without a layer name the feature
    maps are None.

    Raises:
        ModelError: the model ends in something else, so that it has no logits.
    """
    if isinstance(model, import_keras().Sequential):
        return _sequential_pass(model, layer_name)
    return _functional_pass(model, layer_name)


def _sequential_pass(
    model: keras.Model, layer_name: str | None
) -> Callable[[Any], tuple[Any, Any]]:
    """Call the layers one after another.

    Their `output` attributes will not do: a Sequential fresh from disk has connected each layer
    several times, and the first connections do not lead to the answer.
    """
    kept, to_logits = _without_softmax(model.layers)

    def forward(images: Any) -> tuple[Any, Any]:
        tensor, feature_maps = images, None
        for layer in model.layers[:kept]:
            tensor = layer(tensor, training=False)
            if layer.name == layer_name:
                feature_maps = tensor
        return feature_maps, to_logits(tensor)

    return forward


def _functional_pass(
    model: keras.Model, layer_name: str | None
) -> Callable[[Any], tuple[Any, Any]]:
    """Run the part of the graph that ends in the logits, and in the layer asked for."""
    ending = _ending(model)
    kept, to_logits = _without_softmax([tensor._keras_history.operation for tensor in ending])
    end = ending[kept - 1]
    feature_maps = _tensor_of(end, layer_name) if layer_name else end
    inner = import_keras().Model(model.inputs[0], [feature_maps, end])

    def forward(images: Any) -> tuple[Any, Any]:
        feature_maps, tensor = inner(images, training=False)
        return feature_maps, to_logits(tensor)

    return forward


def operations_behind(model: keras.Model, layer_name: str) -> list[Any] | None:
    """What a layer's output goes through until it is the logits, if nothing else comes to it.

    A softmax that is fused into the last Dense layer is not thought of.

    Returns:
        None where other ways lead past the layer, or an activation stands between.
    """
    if isinstance(model, import_keras().Sequential):
        operations = list(model.layers)
    else:
        operations = [tensor._keras_history.operation for tensor in _ending(model)]
    kept, _ = _without_softmax(operations)
    names = [operation.name for operation in operations]
    if layer_name not in names[:kept]:
        return None
    behind = operations[names.index(layer_name) + 1 : kept]
    if any(_activation(each) not in ("linear", "unknown") for each in behind):
        return None
    fused = [each for each in operations[kept : kept + 1] if type(each).__name__ == "Dense"]
    return behind + fused


def _ending(model: keras.Model) -> list[Any]:
    """The tensors of a functional model's end, each computed from nothing but the one before."""
    ending = [model.outputs[0]]
    while len(inputs_of(ending[0])) == 1:
        ending.insert(0, inputs_of(ending[0])[0])
    return ending


def _tensor_of(output: Any, layer_name: str) -> Any:
    """The symbolic output of a layer in the very graph that leads to `output`."""
    pending, seen = [output], set()
    while pending:
        tensor = pending.pop()
        if tensor._keras_history.operation.name == layer_name:
            return tensor
        if id(tensor) not in seen:
            seen.add(id(tensor))
            pending.extend(inputs_of(tensor))
    raise LayerError(f"The answer of this model does not depend on its layer {layer_name}.")


def inputs_of(tensor: Any) -> list[Any]:
    """The symbolic tensors that one was computed from."""
    history = tensor._keras_history
    return history.operation._inbound_nodes[history.node_index].input_tensors


def _without_softmax(operations: list[Any]) -> tuple[int, Callable[[Any], Any]]:
    """How many of a model's last operations to run as they are, and what then gives the logits.

    Whatever only passes values on, such as Flatten, may stand behind the softmax.
    """
    last = len(operations) - 1
    while last > 0 and type(operations[last]).__name__ in _PASSING_ON:
        last -= 1
    behind = operations[last + 1 :]
    activation = _activation(operations[last])
    if activation == "softmax":
        return last, lambda tensor: _pass_on(_pre_activation(operations[last], tensor), behind)
    if activation == "linear":
        return len(operations), lambda tensor: tensor
    raise ModelError("This model does not end in a softmax: give a model that classifies digits.")


_PASSING_ON = ("Dropout", "Flatten", "Identity", "Reshape")


def _activation(operation: Any) -> str:
    """The name of an operation's activation; "linear" where it has none."""
    if type(operation).__name__ == "Softmax":
        return "softmax"
    activation = getattr(operation, "activation", None)
    if activation is None:
        return "linear" if "Pooling" in type(operation).__name__ else "unknown"
    return getattr(activation, "__name__", type(activation).__name__).lower()


def _pre_activation(operation: Any, tensor: Any) -> Any:
    """What an operation computes before its activation."""
    if not isinstance(operation, import_keras().layers.Dense):
        return tensor
    logits = import_keras().ops.matmul(tensor, operation.kernel)
    return logits if operation.bias is None else logits + operation.bias


def _pass_on(tensor: Any, operations: list[Any]) -> Any:
    for operation in operations:
        tensor = operation(tensor)
    return tensor
