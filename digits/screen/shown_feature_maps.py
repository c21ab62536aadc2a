"""What a convolution makes of a digit, as a screen shows it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digits.explanation.evidence import layer_to_input
from digits.explanation.feature_maps import FeatureMaps, feature_maps
from digits.explanation.overlay import colour_heatmap, colour_ink
from digits.screen.shown_answer import ShownAnswer

# Of the strongest answer: a map that nowhere has as much is not shown.
_WEAKEST = 0.25
# How much a map covers of what is below it, from such an answer on.
_COVERS, _RAMP = 0.95, 0.15
# Of 255: the grey of paper and of full ink behind a map by itself.
_PAPER, _INK = 16, 64


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
        """The person's picture as it is below a heatmap: pale ink on dimmed paper."""
        nothing = np.zeros((1, 1), np.float32)
        ink, ink_map = self.answer.ink, self.answer.ink_map
        return colour_ink(self.answer.picture, [(nothing, None)], ink=ink, ink_map=ink_map)

    @property
    def digit(self) -> Image.Image:
        """What the network sees, faint, to lie behind a map by itself."""
        grey = _PAPER + (_INK - _PAPER) * self.answer.network_input
        return Image.fromarray(np.rint(grey).astype(np.uint8))

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
        # By its root, or all but the strongest would be as dark as the paper.
        colours = colour_heatmap(np.sqrt(heatmap), self.colour_map)
        alpha = np.rint(255 * _COVERS * np.minimum(heatmap / _RAMP, 1)).astype(np.uint8)
        return Image.fromarray(np.dstack([colours, alpha]))


def feature_maps_to_show(
    answer: ShownAnswer, layer_name: str | None, colour_map: str
) -> ShownFeatureMaps:
    """What a convolution, None for the last, makes of a digit.

    Raises:
        LayerError, ModelError: as `feature_maps.feature_maps`.
    """
    return ShownFeatureMaps(answer, feature_maps(answer.network_input, layer_name), colour_map)
