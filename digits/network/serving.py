"""What a network must give to be read and explained, whatever it runs on.

Nothing above this room knows which it is: a light one (`light_serving`), a Keras model in this
process (`keras_serving`), or one on TensorFlow in a process beside (`tensorflow_beside`).
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from digits.network.last_layer import LastLayer
from digits.network.layers import LayerRow
from digits.network.model_findings import ModelFindings
from digits.network.papers import ModelPapers


@dataclass(frozen=True, eq=False)
class LayerGradients:
    """What one pass through a network, forth and back, tells of a picture and a layer.

    Attributes:
        logits: float32 (classes,).
        class_indices: int (n,), the classes whose gradients these are.
        feature_maps: float32 (rows, columns, channels), the layer's output.
        gradients: float32 (n, rows, columns, channels), of each class's logit with respect to
            every value of the feature maps.
    """

    logits: NDArray[np.float32]
    class_indices: NDArray[np.intp]
    feature_maps: NDArray[np.float32]
    gradients: NDArray[np.float32]


class Network(Protocol):
    """A network that answers and explains; many threads may ask it at once."""

    @property
    def papers(self) -> ModelPapers:
        """Where it comes from, its temperature, and when it doubts."""
        ...

    @property
    def input_size(self) -> tuple[int, int]:
        """Rows and columns of the pictures it takes."""
        ...

    @property
    def classes(self) -> int:
        """How many it tells apart."""
        ...

    @property
    def convolution_names(self) -> Sequence[str]:
        """Of the layers that can be explained, input side first."""
        ...

    @property
    def layers(self) -> Sequence[LayerRow]:
        """As `layers.layer_table`.

        Raises:
            ModelError: as `compute_gradients`.
        """
        ...

    @property
    def findings(self) -> ModelFindings:
        """What was found about it when it was loaded, for whoever wants to know.

        Raises:
            ModelError: as `compute_gradients`; or its answers are none.
        """
        ...

    @property
    def last_layer(self) -> LastLayer | None:
        """How its logits come of its last feature maps; None if that is not linear.

        Raises:
            ModelError: as `compute_gradients`.
        """
        ...

    def is_waiting(self, layer_name: str | None = None) -> bool:
        """Whether evidence at a layer, None for the last, would wait until TensorFlow is loaded."""
        ...

    def wake(self) -> Future[None]:
        """Begin to load what `is_waiting` waits for, and return at once.

        Returns:
            Done when it is loaded, or with what a question would raise.
        """
        ...

    def compute_logits(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """The logits, float32 (n, classes), of pictures, float32 (n, rows, columns) in [0, 1]."""
        ...

    def compute_feature_sums(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """What `last_layer` reads: the sums of the last feature maps over all places.

        Args:
            images: as for `compute_logits`, of a network that has a `last_layer`.

        Returns:
            float32 (n, channels).
        """
        ...

    def compute_gradients(
        self,
        layer_name: str,
        image: NDArray[np.float32],
        class_indices: Sequence[int | None],
        last_layer: LastLayer | None = None,
    ) -> LayerGradients:
        """A layer's feature maps, and how some classes' logits would change with their values.

        Args:
            layer_name: one of `convolution_names`.
            image: float32 (rows, columns) in [0, 1].
            class_indices: at least one; None stands for the likeliest class.
            last_layer: weighs the features instead of the network's own; None for that.

        Raises:
            LayerError: the answer does not depend on that layer.
            ModelError: it takes TensorFlow, which is not installed or has failed.
        """
        ...
