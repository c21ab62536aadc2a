"""What a network learnt of one person's hand, and the network that answers with it.

A hand is other weights of the last layer, and what corrected pictures are like. The network is not
changed: `with_hand` gives another that asks it for its features and weighs these anew, so that one
loaded network serves everybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digits.common.errors import ModelError
from digits.network.familiar import AdaptedLayer, Familiar
from digits.network.last_layer import LastLayer
from digits.network.layers import LayerRow
from digits.network.model_findings import ModelFindings
from digits.network.papers import ModelPapers
from digits.network.serving import LayerGradients, Network

NOT_ADAPTABLE = (
    "This model cannot be adapted to a hand, for it does not end in an average and one linear "
    "layer: corrections can still be kept, and taught to it with train_mnist_model.py."
)
OTHER_NETWORK = "This hand was learnt by another model: adapt this one to the same corrections."


@dataclass(frozen=True, eq=False)
class Hand:
    """How one network's last layer reads one person: a few kB, immutable.

    Attributes:
        weights: float32 (classes, channels), instead of `LastLayer.weights`.
        familiar: what corrected pictures are like.
        network_sha256: `LastLayer.sha256` of the network that was adapted.
        corrections: how many count.
        notes: sentences for people about what does not count, or counts otherwise than was said.
    """

    weights: NDArray[np.float32]
    familiar: Familiar
    network_sha256: str
    corrections: int
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        own = self.familiar
        for array in (self.weights, own.metric, own.directions, own.labels, own.begins):
            array.flags.writeable = False


def with_hand(network: Network, hand: Hand | None) -> Network:
    """A network that answers and explains as adapted to a hand; the same one for None.

    Raises:
        ModelError: the network cannot be adapted, or the hand was learnt by another.
    """
    if hand is None:
        return network
    plain = last_layer_of(network)
    if plain.sha256 != hand.network_sha256:
        raise ModelError(OTHER_NETWORK)
    threshold = doubted_below(network.papers)
    return _AdaptedNetwork(
        network,
        AdaptedLayer(plain.layer_name, hand.weights, plain.biases, hand.familiar, threshold),
    )


def doubted_below(papers: ModelPapers) -> float | None:
    """The threshold of the largest logit; None where that is not what doubt looks at."""
    return papers.doubt_threshold if papers.doubt_score == "max_logit" else None


def last_layer_of(network: Network) -> LastLayer:
    """The last layer of a network that can be adapted.

    Raises:
        ModelError: it cannot.
    """
    last_layer = network.last_layer
    if last_layer is None:
        raise ModelError(NOT_ADAPTABLE)
    return last_layer


class _AdaptedNetwork:
    """A network with other weights in its last layer; as `serving.Network`."""

    def __init__(self, network: Network, last_layer: LastLayer) -> None:
        self.last_layer: LastLayer = last_layer
        self._network = network

    @property
    def papers(self) -> ModelPapers:
        return self._network.papers

    @property
    def input_size(self) -> tuple[int, int]:
        return self._network.input_size

    @property
    def classes(self) -> int:
        return self._network.classes

    @property
    def convolution_names(self) -> Sequence[str]:
        return self._network.convolution_names

    @property
    def layers(self) -> Sequence[LayerRow]:
        return self._network.layers

    @property
    def findings(self) -> ModelFindings:
        return self._network.findings

    def is_waiting(self, layer_name: str | None = None) -> bool:
        return self._network.is_waiting(layer_name)

    def wake(self) -> Future[None]:
        return self._network.wake()

    def compute_feature_sums(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        return self._network.compute_feature_sums(images)

    def compute_logits(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        return self.last_layer.logits(self._network.compute_feature_sums(images))

    def compute_gradients(
        self,
        layer_name: str,
        image: NDArray[np.float32],
        class_indices: Sequence[int | None],
        last_layer: LastLayer | None = None,
    ) -> LayerGradients:
        return self._network.compute_gradients(
            layer_name, image, class_indices, last_layer or self.last_layer
        )
