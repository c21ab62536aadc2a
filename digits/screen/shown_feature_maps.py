"""What a convolution makes of a digit, as a screen shows it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digits.explanation.evidence import layer_to_input
from digits.explanation.feature_maps import FeatureMaps, feature_maps
from digits.explanation.overlay import colour_heatmap
from digits.screen.shown_answer import ShownAnswer

# Of the strongest answer: a map that nowhere has as much is not shown.
_WEAKEST = 0.15
# How much of the picture a map leaves where it is strongest.
_COVERS = 0.85


@dataclass(frozen=True, eq=False)
class ShownFeatureMaps:
    """The feature maps of one convolution for one digit.

    Attributes:
        answer: of the digit.
        found: its feature maps.
        colour_map: one of `overlay.COLOUR_MAPS`.
    """

    answer: ShownAnswer
    found: FeatureMaps
    colour_map: str

    @property
    def picture(self) -> Image.Image:
        """The person's picture."""
        return Image.fromarray(self.answer.picture)

    @cached_property
    def images(self) -> list[tuple[str, Image.Image]]:
        """Of each channel that answers its name and its map, transparent where it does not."""
        answering = self.found.channels[: self._answering].tolist()
        return [
            (f"Channel {channel}", self._image(place)) for place, channel in enumerate(answering)
        ]

    @property
    def caption(self) -> str:
        """How many maps are not shown, and why, in a sentence."""
        silent = len(self.found.channels) - self._answering
        if not silent:
            return ""
        many = f"{silent} maps are left out: their filters find"
        one = "1 map is left out: its filter finds"
        return f"{one if silent == 1 else many} next to nothing in this digit."

    @cached_property
    def _answering(self) -> int:
        strongest = self.found.maps.max(axis=(1, 2))
        return int((strongest > _WEAKEST * self.found.scale).sum())

    @property
    def placement(self) -> NDArray[np.float64]:
        """float64 (2, 3), from pixels of a map to those of the picture, x before y."""
        rows, columns = self.found.maps.shape[1:]
        height, width = self.answer.network_input.shape
        to_input = layer_to_input((rows, columns), (height, width))
        return np.asarray(self.answer.placement @ np.vstack([to_input, [0, 0, 1]]))

    def _image(self, place: int) -> Image.Image:
        heatmap = self.found.heatmap(place)
        alpha = np.rint(255 * _COVERS * np.sqrt(heatmap)).astype(np.uint8)
        return Image.fromarray(np.dstack([colour_heatmap(heatmap, self.colour_map), alpha]))


def feature_maps_to_show(
    answer: ShownAnswer, layer_name: str | None, colour_map: str
) -> ShownFeatureMaps:
    """What a convolution, None for the last, makes of a digit.

    Raises:
        LayerError, ModelError: as `feature_maps.feature_maps`.
    """
    return ShownFeatureMaps(answer, feature_maps(answer.network_input, layer_name), colour_map)
