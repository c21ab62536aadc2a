"""An explanation as a screen shows it: on which scale, in which colours, and in which words."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digits.explanation.evidence import Explanation, common_scale
from digits.explanation.explaining import explain
from digits.explanation.methods import usable_method
from digits.explanation.overlay import (
    COLOUR_MAPS,
    COLOURED_INK,
    SIGNED_COLOUR_MAPS,
    PlacedHeatmap,
    colour_bar_labels,
    colour_ink,
    colour_stops,
    overlay_heatmap,
    with_colour_bar,
)
from digits.explanation.sentences import (
    BY_OCCLUSION,
    NOISE,
    describe_heatmap,
    describe_method,
)
from digits.network.loading import load_network
from digits.picture.decoding import Picture
from digits.picture.pixels import InkMap
from digits.screen.constants import SHOWN_CANDIDATES
from digits.screen.shown_answer import DEFAULT_METHOD, ShownAnswer

EVIDENCE_OF_ALL = "What spoke for each digit: the warmer, the more, all on one scale."
# In logits, of what is no digit: weaker evidence is noise.
_WEAKEST = 0.02


@dataclass(frozen=True)
class HeatmapSettings:
    """What a person can choose for a heatmap.

    Attributes:
        method: key of `gradcam_visualizer.METHODS`.
        layer_name: at which convolution; None for the last.
        colour_map: one of `COLOUR_MAPS`.
        opacity: in [0, 1].
        style: one of `overlay.STYLES`.
    """

    method: str = DEFAULT_METHOD
    layer_name: str | None = None
    colour_map: str = COLOUR_MAPS[0]
    opacity: float = 1.0
    style: str = COLOURED_INK


@dataclass(frozen=True, eq=False)
class ShownHeatmap:
    """The evidence for one digit of a picture, or for several at once.

    Attributes:
        answers: what is explained, all of one picture.
        explained: why, for each.
        scale: the evidence, in logits, of the strongest colour.
        settings: how it is shown.
        colour_map: as for `overlay_heatmap`.
    """

    answers: Sequence[ShownAnswer]
    explained: Sequence[Explanation]
    scale: float
    settings: HeatmapSettings
    colour_map: str

    @property
    def is_noise(self) -> bool:
        """Whether there is no digit, and the evidence is so weak that its colours would mislead."""
        return all(each.doubt for each in self.answers) and self.scale < _WEAKEST

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing to be shown."""
        return self.is_noise or all(each.is_blank for each in self.explained)

    @property
    def caption(self) -> str:
        """What it shows, in a sentence."""
        if self.is_noise:
            return NOISE
        sentence = EVIDENCE_OF_ALL
        if len(self.explained) == 1:
            is_digit = self.answers[0].doubt is None
            sentence = describe_heatmap(self.explained[0], self.scale, is_digit=is_digit)
        is_as_asked = self.explained[0].method == self.settings.method
        return sentence if is_as_asked else f"{sentence} {BY_OCCLUSION}"

    @property
    def colours(self) -> tuple[str, ...]:
        """Of the colour bar, as #rrggbb from left to right; empty for a blank heatmap."""
        return () if self.is_blank else tuple(colour_stops(self.colour_map))

    @property
    def labels(self) -> tuple[str, ...]:
        """Numbers at the colour bar's left end, middle and right end, in logits."""
        return () if self.is_blank else colour_bar_labels(self.scale, self.colour_map)

    def over_picture(self) -> Image.Image:
        """The evidence on the person's picture, as large as it is shown."""
        answer = self.answers[0]
        placements = [each.placement for each in self.answers]
        ink_map = answer.ink_map if self.settings.style == COLOURED_INK else None
        return self._over(answer.picture, placements, ink_map)

    def as_png(self) -> bytes:
        """The same at the picture's own resolution, with title and colour bar, to be kept."""
        answer = self.answers[0]
        overlay = self._over(answer.source, [each.full_placement for each in self.answers])
        title = f"{self.caption} {describe_method(self.explained[0])}"
        file = io.BytesIO()
        with_colour_bar(overlay, title, self.scale, self.colour_map).save(file, "PNG")
        return file.getvalue()

    def _over(
        self,
        picture: Picture,
        placements: Sequence[NDArray[np.float64]],
        ink_map: InkMap | None = None,
    ) -> Image.Image:
        heatmaps = [
            self._placed(each, placement)
            for each, placement in zip(self.explained, placements, strict=True)
        ]
        opacity, colour_map = self.settings.opacity, self.colour_map
        if self.settings.style == COLOURED_INK:
            return colour_ink(
                picture,
                heatmaps,
                opacity,
                ink=self.answers[0].ink,
                ink_map=ink_map,
                colour_map=colour_map,
            )
        for heatmap, placement in heatmaps:
            laid = overlay_heatmap(picture, heatmap, placement, opacity, colour_map=colour_map)
            picture = laid
        return laid

    def _placed(self, explained: Explanation, placement: NDArray[np.float64]) -> PlacedHeatmap:
        if self.is_noise:
            return np.zeros(explained.input_shape, np.float32), placement
        heatmap, to_input = explained.heatmap_of_layer(self.scale)
        return heatmap, placement @ np.vstack([to_input, [0, 0, 1]])


def heatmap_of_class(
    answer: ShownAnswer, class_index: int, settings: HeatmapSettings
) -> ShownHeatmap:
    """Where a class found its evidence, on the common scale of it and the likeliest few."""
    classes = [class_index, *answer.likeliest_first[:SHOWN_CANDIDATES]]
    explained = [answer.explain(each, settings.method, settings.layer_name) for each in classes]
    scale = common_scale(explained)
    return ShownHeatmap([answer], explained[:1], scale, settings, settings.colour_map)


def heatmaps_of_likeliest(answer: ShownAnswer, settings: HeatmapSettings) -> list[ShownHeatmap]:
    """The likeliest few on one scale, so that a weak claim looks weak."""
    classes = answer.likeliest_first[:SHOWN_CANDIDATES]
    return [heatmap_of_class(answer, each, settings) for each in classes]


def heatmap_of_contrast(
    answer: ShownAnswer, class_index: int, against: int, settings: HeatmapSettings
) -> ShownHeatmap:
    """What speaks for one class and not for another, in two colours, on a scale of its own."""
    method = usable_method(settings.method, load_network().convolution_names)
    explained = explain(
        answer.network_input,
        [class_index],
        settings.layer_name,
        against=against,
        methods=[method],
        model=answer.network,
    )
    colour_map = next(iter(SIGNED_COLOUR_MAPS))
    return ShownHeatmap([answer], explained, explained[0].strength, settings, colour_map)


def heatmap_of_all(answers: Sequence[ShownAnswer], settings: HeatmapSettings) -> ShownHeatmap:
    """Where each digit of a number found its evidence, on one scale."""
    how = settings.method, settings.layer_name
    explained = [each.explain(each.likeliest_first[0], *how) for each in answers]
    scale = common_scale(explained)
    return ShownHeatmap(answers, explained, scale, settings, settings.colour_map)
