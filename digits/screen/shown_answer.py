"""A reading as a screen keeps it: what is shown of it, and nothing larger."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from digits.explanation.evidence import Explanation
from digits.explanation.explaining import explain
from digits.explanation.methods import usable_method
from digits.explanation.telling_part import describe_telling_part
from digits.network.architectures import CLASSES
from digits.network.hand import Hand, with_hand
from digits.network.loading import load_network
from digits.network.serving import Network
from digits.picture.decoding import decode_picture
from digits.picture.pixels import Ink, InkMap
from digits.picture.shown_ink import ink_on_picture
from digits.reading.digit import Reading
from digits.screen.constants import SHOWN_CANDIDATES

DEFAULT_METHOD = "grad-cam"

Explained: TypeAlias = dict[tuple[str, str | None], list[Explanation]]
"""By method and layer (None for the last), one for each class."""

# Twice the widest that a picture is shown, for sharp screens.
LONGEST_SIDE_SHOWN = 720


@dataclass(frozen=True, eq=False)
class ShownAnswer:
    """A reading with its picture no larger than is shown, so that many can be kept.

    Attributes:
        source: the file that was read.
        ink: what was said of its ink.
        top_k, probabilities, doubt, network_input, steps: as in `Reading`.
        picture: uint8 (h, w, 3), at most `LONGEST_SIDE_SHOWN` a side.
        placement: as in `Reading`, for `picture`.
        full_placement: for the picture at its own resolution.
        place: of a digit among those of a number, from 0.
        hand: that it was read with; None without one.
    """

    source: bytes
    ink: Ink
    top_k: list[tuple[int, float]]
    probabilities: NDArray[np.float32]
    doubt: str | None
    network_input: NDArray[np.float32]
    steps: tuple[tuple[str, NDArray[np.uint8]], ...]
    picture: NDArray[np.uint8]
    placement: NDArray[np.float64]
    full_placement: NDArray[np.float64]
    place: int = 0
    hand: Hand | None = None
    _explained: Explained = field(default_factory=dict)

    @property
    def network(self) -> Network:
        """The network that answered, as adapted to the hand.

        Raises:
            ModelError: as `load_network` and `with_hand`.
        """
        return with_hand(load_network(), self.hand)

    @property
    def reading(self) -> Reading:
        """The answer as a reading, with the picture as it is shown."""
        return Reading(
            top_k=self.top_k,
            probabilities=self.probabilities,
            doubt=self.doubt,
            network_input=self.network_input,
            placement=self.placement,
            steps=self.steps,
            picture=self.picture,
        )

    @property
    def key(self) -> str:
        """The same for the same picture with the same ink, for what a person chose for it."""
        return f"{zlib.crc32(self.source)}-{self.ink}-{self.place}"

    @cached_property
    def ink_map(self) -> InkMap:
        """float32 (h, w) in [0, 1], where ink lies on `picture`, found once for all heatmaps."""
        return ink_on_picture(decode_picture(self.picture), self.ink)

    @cached_property
    def telling(self) -> str:
        """By which part of its strokes the likeliest digit was known, in a sentence.

        Raises:
            LayerError, ModelError: as `explain`.
        """
        best = self.likeliest_first[0]
        heatmap = self.explain(best).heatmap()
        return describe_telling_part(self.network_input, heatmap, best, self.network)

    @property
    def likeliest_first(self) -> list[int]:
        """All classes, the likeliest first."""
        return [int(each) for each in np.argsort(-self.probabilities, kind="stable")]

    def explain(
        self, class_index: int, method: str = DEFAULT_METHOD, layer_name: str | None = None
    ) -> Explanation:
        """The evidence for a class, by a method at a layer; the network is asked once for all.

        A network without convolutions is explained by occlusion, whatever the method.

        Raises:
            LayerError, ModelError, ValueError: as `gradcam_visualizer.explain`.
        """
        method = usable_method(method, load_network().convolution_names)
        how = method, layer_name
        if how not in self._explained:
            classes = range(CLASSES)
            self._explained[how] = explain(
                self.network_input, classes, layer_name, methods=[method], model=self.network
            )
        return self._explained[how][class_index]


def answer_of(
    source: bytes,
    ink: Ink,
    reading: Reading,
    picture: NDArray[np.uint8],
    placement: NDArray[np.float64],
    *,
    place: int = 0,
    hand: Hand | None = None,
    explained: Explained | None = None,
) -> ShownAnswer:
    """What is shown of a reading.

    Args:
        source, ink: of the picture.
        reading: of it, or of a digit on it.
        picture, placement: from `shrink_picture`.
        place, hand: as in `ShownAnswer`.
        explained: what is explained already.
    """
    return ShownAnswer(
        source=source,
        ink=ink,
        top_k=reading.top_k[:SHOWN_CANDIDATES],
        probabilities=reading.probabilities,
        doubt=reading.doubt,
        network_input=reading.network_input,
        steps=reading.steps,
        picture=picture,
        placement=placement,
        full_placement=reading.placement,
        place=place,
        hand=hand,
        _explained=explained or {},
    )
