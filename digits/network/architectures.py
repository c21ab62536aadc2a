"""The networks that can be trained here, and how each is built.

Nothing here depends on the Keras backend, so training runs on TensorFlow and JAX alike.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from digits.network.tensorflow_import import import_keras
from digits.picture.preparation import NETWORK_SIZE

if TYPE_CHECKING:
    import keras


INPUT_SHAPE = (NETWORK_SIZE, NETWORK_SIZE, 1)
CLASSES = 10


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
