"""An explanation as a screen shows it: on which scale, in which colours, and in which words."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digits.explanation.evidence import Explanation, common_scale
from digits.explanation.explaining import explain
from digits.explanation.overlay import (
    COLOUR_MAPS,
    SIGNED_COLOUR_MAPS,
    colour_bar_labels,
    colour_stops,
    overlay_heatmap,
    with_colour_bar,
)
from digits.explanation.sentences import describe_heatmap, describe_method
from digits.picture.decoding import Picture
from digits.screen.shown_answer import DEFAULT_METHOD, ShownAnswer

CANDIDATES = 3
"""On whose common scale the evidence for a class is shown: the likeliest few."""


@dataclass(frozen=True, eq=False)
class ShownHeatmap:
    """A heatmap of an answer.

    Attributes:
        answer: what is explained.
        explained: why.
        scale: the evidence, in logits, of the strongest colour.
        colour_map: as for `overlay_heatmap`.
        opacity: in [0, 1].
    """

    answer: ShownAnswer
    explained: Explanation
    scale: float
    colour_map: str
    opacity: float

    @property
    def caption(self) -> str:
        """What it shows, in a sentence."""
        return describe_heatmap(self.explained, self.scale, is_digit=self.answer.doubt is None)

    @property
    def colours(self) -> tuple[str, ...]:
        """Of the colour bar, as #rrggbb from left to right; empty for a blank heatmap."""
        return () if self.explained.is_blank else tuple(colour_stops(self.colour_map))

    @property
    def labels(self) -> tuple[str, ...]:
        """Numbers at the colour bar's left end, middle and right end, in logits."""
        return () if self.explained.is_blank else colour_bar_labels(self.scale, self.colour_map)

    def over_picture(self) -> Image.Image:
        """The heatmap over the person's picture, as large as it is shown."""
        return self._over(self.answer.picture, self.answer.placement)

    def as_png(self) -> bytes:
        """The same at the picture's own resolution, with title and colour bar, to be kept."""
        overlay = self._over(self.answer.source, self.answer.full_placement)
        title = f"{self.caption} {describe_method(self.explained)}"
        file = io.BytesIO()
        with_colour_bar(overlay, title, self.scale, self.colour_map).save(file, "PNG")
        return file.getvalue()

    def _over(self, picture: Picture, placement: NDArray[np.float64]) -> Image.Image:
        heatmap = self.explained.heatmap(self.scale)
        return overlay_heatmap(
            picture, heatmap, placement, self.opacity, colour_map=self.colour_map
        )


@dataclass(frozen=True)
class HeatmapSettings:
    """What a person can choose for a heatmap.

    Attributes:
        method: key of `gradcam_visualizer.METHODS`.
        layer_name: at which convolution; None for the last.
        colour_map: one of `COLOUR_MAPS`.
        opacity: in [0, 1].
    """

    method: str = DEFAULT_METHOD
    layer_name: str | None = None
    colour_map: str = COLOUR_MAPS[0]
    opacity: float = 0.8


def heatmap_of_class(
    answer: ShownAnswer, class_index: int, settings: HeatmapSettings
) -> ShownHeatmap:
    """Where a class found its evidence, on the common scale of it and the likeliest few."""
    classes = [class_index, *answer.likeliest_first[:CANDIDATES]]
    explained = [answer.explain(each, settings.method, settings.layer_name) for each in classes]
    scale = common_scale(explained)
    return ShownHeatmap(answer, explained[0], scale, settings.colour_map, settings.opacity)


def heatmaps_of_likeliest(answer: ShownAnswer, settings: HeatmapSettings) -> list[ShownHeatmap]:
    """The likeliest few on one scale, so that a weak claim looks weak."""
    classes = answer.likeliest_first[:CANDIDATES]
    return [heatmap_of_class(answer, each, settings) for each in classes]


def heatmap_of_contrast(
    answer: ShownAnswer, class_index: int, against: int, settings: HeatmapSettings
) -> ShownHeatmap:
    """What speaks for one class and not for another, in two colours, on a scale of its own."""
    (explained,) = explain(
        answer.network_input,
        [class_index],
        settings.layer_name,
        against=against,
        methods=[settings.method],
    )
    colour_map = next(iter(SIGNED_COLOUR_MAPS))
    return ShownHeatmap(answer, explained, explained.strength, colour_map, settings.opacity)
