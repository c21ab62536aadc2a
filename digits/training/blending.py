"""A network between what it was before a training and what it has become.

Trained on, a network wins what it is shown and loses a little of what it knew. On the straight line
between both, in the space of weights, lie networks that have most of either (Wortsman et al., 2022,
"Robust fine-tuning of zero-shot models"). What batch normalisation knows of the activations is no
weight, and is measured anew.

Nothing here depends on the Keras backend.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from digits.network.tensorflow_import import import_keras
from digits.training.digit_sets import Images, as_network_input

if TYPE_CHECKING:
    import keras

MOST_IMAGES = 40_000
"""From which the statistics of batch normalisation are found."""
_BATCH = 500


def blend_with_start(
    model: keras.Model,
    start: Sequence[np.ndarray],
    share: float,
    images: Images,
) -> None:
    """Move a trained network back towards its start.

    Args:
        model: trained; its weights are changed.
        start: the weights that the training began with, in the order of `get_weights`.
        share: of the start, 0 to 1; the rest is the trained network's.
        images: uint8 (n, 28, 28), what it learnt from, in any order.
    """
    trained = model.get_weights()
    pairs = zip(start, trained, strict=True)
    model.set_weights([share * one + (1 - share) * other for one, other in pairs])
    _measure_activations(model, images)


def _measure_activations(model: keras.Model, images: Images) -> None:
    """Find mean and variance of every batch normalisation, each batch counting the same."""
    norms = [
        layer
        for layer in model.layers
        if isinstance(layer, import_keras().layers.BatchNormalization)
    ]
    if not norms:
        return
    momenta = [layer.momentum for layer in norms]
    order = np.random.default_rng(0).permutation(len(images))[:MOST_IMAGES]
    for number in range(max(1, len(order) // _BATCH)):
        for layer in norms:
            layer.momentum = number / (number + 1)
        chosen = order[number * _BATCH : (number + 1) * _BATCH]
        model(as_network_input(images[chosen]), training=True)
    for layer, momentum in zip(norms, momenta, strict=True):
        layer.momentum = momentum
