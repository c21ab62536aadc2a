"""Evidence for a class, place by place, as a method finds it; a heatmap is its picture."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Explanation:
    """The evidence for a class, or for one class against another, as one method finds it.

    Attributes:
        method: key of `METHODS`.
        class_index: what is explained.
        against: what it is held against; None if nothing is.
        layer_name: where; None for a method that asks no layer.
        evidence: float32 (rows, columns), in logits, above 0 where a place speaks for the class
            and below 0 where it speaks against it; at the layer's resolution and unscaled.
        logits: float32 (classes,), the network's answer from the same pass.
        input_shape: height and width of the picture.
        rounding: what rounding alone may have left of the sums; weaker evidence is none.
    """

    method: str
    class_index: int
    against: int | None
    layer_name: str | None
    evidence: NDArray[np.float32]
    logits: NDArray[np.float32]
    input_shape: tuple[int, int]
    rounding: float

    @property
    def shown(self) -> NDArray[np.float32]:
        """The evidence that a heatmap shows: all of it if held against a class, else above 0."""
        return self.evidence if self.against is not None else np.maximum(self.evidence, 0)

    @property
    def strength(self) -> float:
        """The strongest evidence shown, in logits: what a heatmap of its own is divided by."""
        return float(np.abs(self.shown).max())

    @property
    def is_blank(self) -> bool:
        """Whether there is no evidence to be shown."""
        return self.strength <= self.rounding

    def heatmap(self, scale: float | None = None) -> NDArray[np.float32]:
        """The evidence divided by `scale` and up-sampled bilinearly.

        Args:
            scale: in logits, positive, such as `common_scale` of several; None takes `strength`.

        Returns:
            float32 of `input_shape`, in [0, 1], or in [-1, 1] if held against a class; what
            exceeds the scale is cut. All zeros where there is nothing to show.
        """
        height, width = self.input_shape
        of_layer, _ = self.heatmap_of_layer(scale)
        heatmap = cv2.resize(of_layer, (width, height), interpolation=cv2.INTER_LINEAR)
        return np.asarray(heatmap, np.float32)

    def heatmap_of_layer(
        self, scale: float | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
        """As `heatmap`, at the layer's resolution, which keeps its highest value.

        Returns:
            float32 (rows, columns), and float64 (2, 3), which maps its pixels to those of the
            input, x before y.
        """
        scale = self.strength if scale is None else scale
        rows, columns = self.shown.shape
        to_input = layer_to_input((rows, columns), self.input_shape)
        if self.is_blank or scale <= 0:
            return np.zeros((rows, columns), np.float32), to_input
        return np.clip(self.shown / np.float32(scale), -1, 1, dtype=np.float32), to_input


def layer_to_input(layer: tuple[int, int], network_input: tuple[int, int]) -> NDArray[np.float64]:
    """The map from pixels of a layer to those of what the network saw.

    Args:
        layer, network_input: rows and columns of each.

    Returns:
        float64 (2, 3), x before y, whole numbers at pixel centres.
    """
    tall, wide = (network_input[axis] / layer[axis] for axis in (0, 1))
    return np.array([[wide, 0, (wide - 1) / 2], [0, tall, (tall - 1) / 2]])


def common_scale(explanations: Iterable[Explanation]) -> float:
    """The strongest evidence of all, in logits: on this scale a weak claim looks weak."""
    return max(each.strength for each in explanations)
