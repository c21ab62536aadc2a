"""A network that counts how often, and with how many pictures, it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future

import numpy as np

from digits.network.last_layer import LastLayer
from digits.network.loading import AnyNetwork, as_network
from digits.network.serving import LayerGradients, Network


class CountingNetwork:
    """Answers as another does.

    Attributes:
        passes: for each pass through the network, how many pictures went.
    """

    def __init__(self, model: AnyNetwork | None = None) -> None:
        self._network: Network = as_network(model)
        self.passes: list[int] = []
        self.papers = self._network.papers
        self.input_size = self._network.input_size
        self.classes = self._network.classes
        self.convolution_names = self._network.convolution_names
        self.layers = self._network.layers
        self.findings = self._network.findings

    @property
    def last_layer(self) -> LastLayer | None:
        return self._network.last_layer

    def is_waiting(self, layer_name: str | None = None) -> bool:
        return self._network.is_waiting(layer_name)

    def wake(self) -> Future[None]:
        return self._network.wake()

    def compute_logits(self, images: np.ndarray) -> np.ndarray:
        self.passes.append(len(images))
        return self._network.compute_logits(images)

    def compute_feature_sums(self, images: np.ndarray) -> np.ndarray:
        self.passes.append(len(images))
        return self._network.compute_feature_sums(images)

    def compute_gradients(
        self,
        layer_name: str,
        image: np.ndarray,
        class_indices: Sequence[int | None],
        last_layer: LastLayer | None = None,
    ) -> LayerGradients:
        self.passes.append(1)
        return self._network.compute_gradients(layer_name, image, class_indices, last_layer)
