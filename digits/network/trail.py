"""What a Keras model computes of some pictures, step by step, followed back from its answer.

Nothing is rebuilt, and no activation is swapped: every operation is run as the model runs it, and
what the last one would have made without its softmax is computed from its weights beside.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from digits.network.nested_models import run_operations
from digits.network.tensorflow_import import import_keras

if TYPE_CHECKING:
    import keras

Ending: TypeAlias = Literal["softmax", "sigmoid", "probabilities", "logits"]
"""How a model ends: in a softmax or ten sigmoids whose inputs can be had; in probabilities of which
only the logarithm can, as the average of several softmaxes; or in logits."""

_SHAPING = (
    "ActivityRegularization",
    "AlphaDropout",
    "Dropout",
    "ExpandDims",
    "Flatten",
    "GaussianDropout",
    "GaussianNoise",
    "Identity",
    "Permute",
    "Reshape",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "Squeeze",
)
"""What changes a tensor's shape, and no value."""


@dataclass(frozen=True, eq=False)
class Step:
    """An operation that was run: its path, what it was given, and what it made of that."""

    path: str
    operation: Any
    arguments: tuple[Any, ...]
    options: dict[str, Any]
    output: Any

    @property
    def is_shaping(self) -> bool:
        """Whether it changes no value, such as Flatten, or a pooling of single places."""
        kind = type(self.operation).__name__
        if "Pooling" in kind:
            return values_of(self.arguments[0]) == values_of(self.output)
        is_linear = kind == "Activation" and activation_name(self.operation) == "linear"
        return kind in _SHAPING or is_linear


class Trail:
    """Runs a model once, and keeps what it did.

    Args:
        model: Sequential or functional, nested or not; it is not changed.
        tensor: of the Keras backend, of the shape that the model takes.
    """

    def __init__(self, model: keras.Model, tensor: Any) -> None:
        self._steps: dict[int, Step] = {}
        self._outputs: dict[str, Any] = {}
        self._kept: list[Any] = []  # an id is one's own only as long as one lives
        output = run_operations(model, tensor, self._run, self._outputs.__setitem__)
        self.output = import_keras().tree.flatten(output)[0]

    def output_of(self, path: str) -> Any:
        """What the layer or model of that path gave; None if none of that path was run."""
        return self._outputs.get(path)

    def _run(self, path: str, operation: Any, *arguments: Any, **options: Any) -> Any:
        if isinstance(operation, import_keras().layers.Layer):
            options["training"] = False
        output = operation(*arguments, **options)
        self._outputs[path] = output
        self._kept.append((arguments, output))
        if not any(output is each for each in arguments):  # else it has passed on what it got
            self._steps[id(output)] = Step(path, operation, arguments, options, output)
        return output

    def ending(self) -> Ending | None:
        """How the model ends, as far as its last operations tell; None if they do not."""
        return self._ending_at(self.output)

    def _ending_at(self, tensor: Any) -> Ending | None:
        last, _ = self._followed_back(tensor)
        if last is None:
            return None
        kind, activation = type(last.operation).__name__, activation_name(last.operation)
        if activation in _OF_PROBABILITIES:
            return _ending_in(activation, last)
        if "Pooling" in kind or kind in _MERGING:
            merged = last.arguments[0]
            before = {
                self._ending_at(each) for each in (merged if isinstance(merged, list) else [merged])
            }
            # Whether what is pooled or merged is a distribution, its values tell.
            return "logits" if before == {"logits"} else None
        return None if activation is None else "logits"

    def before_activation(self) -> Any:
        """What the last operation computes before its activation, in the shape of the output."""
        last, behind = self._followed_back(self.output)
        assert last is not None
        tensor = _before_activation(last)
        for step in behind:
            tensor = step.operation(tensor, *step.arguments[1:], **step.options)
        return tensor

    def _followed_back(self, tensor: Any) -> tuple[Step | None, list[Step]]:
        """The last step that changed values, and those behind it, in their order."""
        behind: list[Step] = []
        step = self._steps.get(id(tensor))
        while step is not None and step.is_shaping:
            behind.insert(0, step)
            step = self._steps.get(id(step.arguments[0]))
        return step, behind


_OF_PROBABILITIES = ("softmax", "sigmoid", "hard_sigmoid")
_MERGING = ("Average", "Maximum", "Minimum")


def _ending_in(activation: str, step: Step) -> Ending:
    """The ending of a model whose last operation that changes values makes probabilities."""
    if activation == "softmax":
        is_over_classes = step.output.shape[-1] == values_of(step.output)
        return "softmax" if is_over_classes and _has_input(step) else "probabilities"
    return "sigmoid" if activation == "sigmoid" and _has_input(step) else "probabilities"


def values_of(tensor: Any) -> int:
    """How many values a tensor has for one picture."""
    return math.prod(size or 0 for size in tensor.shape[1:])


def activation_name(operation: Any) -> str | None:
    """The name of an operation's activation; None where it has none."""
    kind = type(operation).__name__
    if kind in ("Softmax", "Sigmoid"):
        return kind.lower()
    activation = getattr(operation, "activation", None)
    if activation is None:
        return None
    return getattr(activation, "__name__", type(activation).__name__).lower()


def _has_input(step: Step) -> bool:
    """Whether what goes into a step's activation can be had."""
    kind = type(step.operation).__name__
    if kind in ("Softmax", "Sigmoid", "Activation", "Dense"):
        return True
    return _is_convolution(step.operation) and step.operation.data_format == "channels_last"


def _is_convolution(operation: Any) -> bool:
    return type(operation).__name__ in ("Conv1D", "Conv2D") and hasattr(operation, "convolution_op")


def _before_activation(step: Step) -> Any:
    operation, tensor = step.operation, step.arguments[0]
    if isinstance(operation, import_keras().layers.Dense):
        tensor = import_keras().ops.matmul(tensor, operation.kernel)
    elif _is_convolution(operation):
        tensor = operation.convolution_op(tensor, operation.kernel)
    else:
        return tensor
    return tensor if operation.bias is None else tensor + operation.bias
