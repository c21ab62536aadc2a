"""A Keras model as the operations that it runs, those of models inside it, too.

An operation is named by its path: `conv_1`, or `base/conv_1` for a layer of the model `base`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from digits.common.errors import LayerError
from digits.network.tensorflow_import import import_keras

if TYPE_CHECKING:
    import keras


def is_model(operation: Any) -> bool:
    """Whether an operation is a model, Sequential or functional, whose layers can be run alone."""
    is_sequential = isinstance(operation, import_keras().Sequential)
    return is_sequential or hasattr(operation, "_run_through_graph")


def walk_layers(model: keras.Model, prefix: str = "") -> Iterator[tuple[str, keras.Layer]]:
    """Path and layer of all that is no model itself, input side first; no input layers."""
    for layer in model.layers:
        if is_model(layer):
            yield from walk_layers(layer, f"{prefix}{layer.name}/")
        elif type(layer).__name__ != "InputLayer":
            yield prefix + layer.name, layer


def find_layer(model: keras.Model, path: str) -> keras.Layer:
    """The layer of that path.

    Raises:
        LayerError: there is none.
    """
    for found, layer in walk_layers(model):
        if found == path:
            return layer
    raise LayerError(f"The answer of this model does not depend on its layer {path}.")


def run_operations(
    model: keras.Model,
    tensor: Any,
    run: Callable[..., Any],
    keep: Callable[[str, Any], None],
    prefix: str = "",
) -> Any:
    """What a model makes of a tensor, each operation run by a function of the caller's.

    A Sequential's layers are called one after another. Their `output` attributes will not do: one
    fresh from disk has connected each layer several times, and the first connections do not lead
    to the answer.

    Args:
        model: any that `is_model`; it is not changed.
        tensor: of the Keras backend, of the shape that the model takes.
        run: is given the path, the operation, and the arguments that the model has for it.
        keep: is given the path of each model inside, and what that gave.
        prefix: of the paths.
    """

    def operate(operation: Any) -> Callable[..., Any]:
        path = prefix + operation.name

        def call(*arguments: Any, **options: Any) -> Any:
            if is_model(operation) and len(arguments) == 1:
                output = run_operations(operation, arguments[0], run, keep, f"{path}/")
                keep(path, output)
                return output
            return run(path, operation, *arguments, **options)

        return call

    if isinstance(model, import_keras().Sequential):
        for layer in model.layers:
            tensor = operate(layer)(tensor)
        return tensor
    return model._run_through_graph(model._standardize_inputs(tensor), operate)
