"""The networks: how they are built, and how any Keras classifier is taken apart to explain it.

Nothing here depends on the Keras backend, so training runs on TensorFlow and JAX alike.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from digits.common.errors import LayerError, ModelError
from digits.network.tensorflow_import import import_keras

if TYPE_CHECKING:
    import keras

INPUT_SHAPE = (28, 28, 1)
CLASSES = 10
CONVOLUTIONS = ("Conv2D", "Conv2DTranspose", "DepthwiseConv2D", "SeparableConv2D")


def build_compact(width: float = 1.0, dropout: float = 0.1) -> keras.Model:
    """Our network: strokes seen closely, weighed by what surrounds them, averaged over the ink.

    One path looks at small pieces of stroke on a 14×14 grid (`conv_1` to `conv_3`). The other looks
    at the whole digit on a 7×7 grid (`conv_4` to `conv_7`, with residuals in the middle; He et al.,
    2016, "Deep residual learning") and weighs the first, place by place and channel by channel, in
    the manner of attention gates (Oktay et al., 2018, "Attention U-Net"). Both are then weighed by
    how much ink there is at the place (`ink_share`).

    The logits are a linear function of the *average* of the feature maps that come out (global
    average pooling; Lin, Chen & Yan, 2013), so a place's share in a logit is its own activation
    times one weight a channel: Grad-CAM at the last convolution shows just that. Paper has no
    share: `conv_8` has no bias, so that its maps are zero wherever there is no ink.

    At a stride of 2, a kernel of even size is centred between two pixels, where a place of the
    14×14 grid has its centre, too: stretched over the picture, the maps lie where they were seen.

    Args:
        width: what the numbers of filters are multiplied by.
        dropout: before the logits.
    """
    keras = import_keras()
    layers = keras.layers

    def convolution(number: int, filters: int, size: int, **options: Any) -> Any:
        count = max(1, round(width * filters))
        return layers.Conv2D(
            count, size, padding="same", activation="relu", name=f"conv_{number}", **options
        )

    def norm(number: int) -> Any:
        # A short memory, so that validation after the first epoch is already right.
        return layers.BatchNormalization(momentum=0.9, name=f"norm_{number}")

    ink = keras.Input(INPUT_SHAPE, name="ink")
    strokes = convolution(1, 32, 4, strides=2, use_bias=False)(ink)
    strokes = convolution(2, 64, 3, use_bias=False)(strokes)
    strokes = convolution(3, 64, 3, use_bias=False)(strokes)
    context = norm(1)(layers.MaxPooling2D(name="pool")(strokes))
    context = norm(2)(convolution(4, 96, 3)(context))
    for number in (5, 6):
        residual = norm(number - 2)(convolution(number, 96, 3)(context))
        context = layers.Add(name=f"add_{number - 4}")([context, residual])
    context = norm(5)(convolution(7, 64, 3)(context))
    context = layers.UpSampling2D(interpolation="bilinear", name="enlarge")(context)
    ink_share = layers.AveragePooling2D(2, name="ink_share")(ink)
    weighed = layers.Multiply(name="weigh")([strokes, context, ink_share])
    features = convolution(8, 96, 1, use_bias=False)(weighed)
    average = norm(6)(layers.GlobalAveragePooling2D(name="average")(features))
    dropped = layers.Dropout(dropout, name="dropout")(average)
    # However the rest is computed, confidence is in full precision.
    logits = layers.Dense(CLASSES, dtype="float32", name="logits")(dropped)
    probabilities = layers.Softmax(dtype="float32", name="probabilities")(logits)
    return keras.Model(ink, probabilities, name="compact")


def build_classic() -> keras.Model:
    """The well-known MNIST network of the Keras examples, exactly: 1.2 million parameters."""
    layers = import_keras().layers
    return import_keras().Sequential(
        [
            import_keras().Input(INPUT_SHAPE),
            layers.Conv2D(32, 3, activation="relu"),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Dropout(0.25),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(CLASSES, activation="softmax", dtype="float32"),
        ],
        name="classic",
    )


def build_three_convolutions(
    filters: Sequence[int] = (32, 64, 128),
    dense_units: int = 256,
    batch_norm: bool = True,
    dropout: float = 0.25,
) -> keras.Model:
    """The family of networks that MNIST notebooks tune: three convolutions and a dense layer.

    Args:
        filters: of each convolution.
        dense_units: of the hidden dense layer.
        batch_norm: whether each convolution is normalised.
        dropout: before the logits.
    """
    layers = import_keras().layers
    stack = [import_keras().Input(INPUT_SHAPE, name="ink")]
    for number, count in enumerate(filters, start=1):
        stack.append(
            layers.Conv2D(count, 3, padding="same", activation="relu", name=f"conv_{number}")
        )
        if batch_norm:
            stack.append(layers.BatchNormalization(momentum=0.9, name=f"norm_{number}"))
        if number < len(filters):
            stack.append(layers.MaxPooling2D(name=f"pool_{number}"))
    stack += [
        layers.Flatten(name="flatten"),
        layers.Dense(dense_units, activation="relu", name="dense"),
        layers.Dropout(dropout, name="dropout"),
        layers.Dense(CLASSES, dtype="float32", name="logits"),
        layers.Softmax(dtype="float32", name="probabilities"),
    ]
    return import_keras().Sequential(stack, name="three_convolutions")


ARCHITECTURES: dict[str, Callable[..., keras.Model]] = {
    "compact": build_compact,
    "classic": build_classic,
    "three_convolutions": build_three_convolutions,
}


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


def choose_convolution(model: keras.Model, layer_name: str | None = None) -> str:
    """The convolution of that name, or the last one.

    Raises:
        LayerError: there is no such convolution, or none at all.
    """
    names = convolution_names(model)
    if not names:
        raise LayerError("This model has no convolution, so there are no feature maps to explain.")
    if layer_name is None:
        return names[-1]
    if layer_name not in names:
        raise LayerError(
            f"This model has no convolution named {layer_name}: choose one of {', '.join(names)}."
        )
    return layer_name


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
    ending = [model.outputs[0]]
    while len(inputs_of(ending[0])) == 1:
        ending.insert(0, inputs_of(ending[0])[0])
    kept, to_logits = _without_softmax([tensor._keras_history.operation for tensor in ending])
    end = ending[kept - 1]
    feature_maps = _tensor_of(end, layer_name) if layer_name else end
    inner = import_keras().Model(model.inputs[0], [feature_maps, end])

    def forward(images: Any) -> tuple[Any, Any]:
        feature_maps, tensor = inner(images, training=False)
        return feature_maps, to_logits(tensor)

    return forward


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
