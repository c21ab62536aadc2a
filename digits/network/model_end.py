"""The end of a Keras model as its layers say it, without running anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from digits.network.tensorflow_import import import_keras
from digits.network.trail import activation_name

if TYPE_CHECKING:
    import keras


def operations_behind(model: keras.Model, layer_name: str) -> list[Any] | None:
    """What a layer's output goes through until it is the logits, if nothing else comes to it.

    A softmax that is fused into the last Dense layer is not thought of.

    Returns:
        None where other ways lead past the layer, an activation stands between, the layer lies in
        a model inside this one, or the model ends neither in a softmax nor in logits.
    """
    operations = _last_operations(model)
    names = [operation.name for operation in operations]
    kept = _without_softmax(operations)
    if kept is None or layer_name not in names[:kept]:
        return None
    behind = operations[names.index(layer_name) + 1 : kept]
    if any(_activation(each) not in ("linear", "unknown") for each in behind):
        return None
    fused = [each for each in operations[kept : kept + 1] if type(each).__name__ == "Dense"]
    return behind + fused


def inputs_of(tensor: Any) -> list[Any]:
    """The symbolic tensors that one was computed from."""
    history = tensor._keras_history
    return history.operation._inbound_nodes[history.node_index].input_tensors


def _last_operations(model: keras.Model) -> list[Any]:
    if isinstance(model, import_keras().Sequential):
        return list(model.layers)
    ending = [model.outputs[0]]
    while len(inputs_of(ending[0])) == 1:
        ending.insert(0, inputs_of(ending[0])[0])
    return [tensor._keras_history.operation for tensor in ending]


def _without_softmax(operations: list[Any]) -> int | None:
    """How many of a model's last operations to run as they are until the softmax.

    Whatever only passes values on, such as Flatten, may stand behind it.
    """
    last = len(operations) - 1
    while last > 0 and type(operations[last]).__name__ in _PASSING_ON:
        last -= 1
    activation = _activation(operations[last])
    if activation == "softmax":
        return last
    return len(operations) if activation == "linear" else None


_PASSING_ON = ("Dropout", "Flatten", "Identity", "Reshape")


def _activation(operation: Any) -> str:
    """The name of an operation's activation; "linear" where it has none."""
    is_pooling = "Pooling" in type(operation).__name__
    return activation_name(operation) or ("linear" if is_pooling else "unknown")
