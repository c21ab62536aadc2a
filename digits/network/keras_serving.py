"""A Keras model on TensorFlow, in this process, as a network that serves."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from digits.network import compiled_calls
from digits.network.layers import LayerRow, convolution_names, layer_table, outputs_of
from digits.network.papers import ModelPapers
from digits.network.serving import LayerGradients

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
        """Rows and columns of the pictures it takes."""
        rows, columns = self._model.inputs[0].shape[1:3]
        return rows, columns

    @cached_property
    def classes(self) -> int:
        """How many it tells apart."""
        return int(outputs_of(self._model)[0].shape[-1])

    @cached_property
    def convolution_names(self) -> list[str]:
        """Of the layers that can be explained, input side first."""
        return convolution_names(self._model)

    @cached_property
    def layers(self) -> list[LayerRow]:
        """As `layers.layer_table`."""
        return layer_table(self._model)

    def is_waiting(self, layer_name: str | None = None) -> bool:
        """No: whoever has a Keras model has loaded TensorFlow."""
        return False

    def compute_logits(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """As `serving.Network.compute_logits`."""
        return compiled_calls.compute_logits(self._model, images)

    def compute_gradients(
        self, layer_name: str, image: NDArray[np.float32], class_indices: Sequence[int | None]
    ) -> LayerGradients:
        """As `serving.Network.compute_gradients`."""
        return compiled_calls.compute_gradients(self._model, layer_name, image, class_indices)
