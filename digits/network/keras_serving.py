"""A Keras model on TensorFlow, in this process, as a network that serves."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from digits.network import compiled_calls
from digits.network.architectures import INPUT_SHAPE
from digits.network.input_convention import own_input_size
from digits.network.last_layer import LastLayer
from digits.network.layers import LayerRow, convolution_names, layer_table, outputs_of
from digits.network.model_findings import ModelFindings, findings_of
from digits.network.papers import ModelPapers
from digits.network.serving import LayerGradients
from digits.network.trail import values_of

if TYPE_CHECKING:
    import keras


class KerasNetwork:
    """Any classifier that `forward_pass.forward_pass` can take apart; it is not changed.

    Args:
        model: from `loading.load_model`, or built by whoever calls.
        papers: of the model's file.
    """

    def __init__(self, model: keras.Model, papers: ModelPapers) -> None:
        self._model = model
        self.papers = papers

    @cached_property
    def input_size(self) -> tuple[int, int]:
        """Rows and columns of the pictures it takes; ours for a model that was examined."""
        return INPUT_SHAPE[:2] if findings_of(self._model) else own_input_size(self._model)

    @cached_property
    def classes(self) -> int:
        """How many it tells apart."""
        return values_of(outputs_of(self._model)[0])

    @cached_property
    def convolution_names(self) -> list[str]:
        """Of the layers that can be explained, input side first."""
        return convolution_names(self._model)

    @cached_property
    def layers(self) -> list[LayerRow]:
        """As `layers.layer_table`."""
        return layer_table(self._model)

    @cached_property
    def findings(self) -> ModelFindings:
        """As `serving.Network.findings`."""
        return findings_of(self._model) or ModelFindings()

    @cached_property
    def last_layer(self) -> LastLayer | None:
        """As `serving.Network.last_layer`."""
        return compiled_calls.last_layer_of(self._model)

    def is_waiting(self, layer_name: str | None = None) -> bool:
        """No: whoever has a Keras model has loaded TensorFlow."""
        return False

    def wake(self) -> Future[None]:
        """As `serving.Network.wake`; there is nothing to load."""
        awake: Future[None] = Future()
        awake.set_result(None)
        return awake

    def compute_logits(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """As `serving.Network.compute_logits`."""
        return compiled_calls.compute_logits(self._model, images)

    def compute_feature_sums(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """As `serving.Network.compute_feature_sums`."""
        return compiled_calls.compute_feature_sums(self._model, images)

    def compute_gradients(
        self,
        layer_name: str,
        image: NDArray[np.float32],
        class_indices: Sequence[int | None],
        last_layer: LastLayer | None = None,
    ) -> LayerGradients:
        """As `serving.Network.compute_gradients`."""
        return compiled_calls.compute_gradients(
            self._model, layer_name, image, class_indices, last_layer
        )
