"""A number as a screen keeps it: what is shown of it, and each digit as if it were alone."""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digits.explanation.evidence import Explanation, common_scale
from digits.explanation.overlay import (
    colour_bar_labels,
    colour_stops,
    overlay_heatmap,
    with_colour_bar,
)
from digits.explanation.sentences import describe_method
from digits.picture.pixels import Ink
from digits.picture.preparation import shrink_picture
from digits.reading.number import NumberReading, read_number
from digits.screen.shown_answer import LONGEST_SIDE_SHOWN, ShownAnswer, answer_of
from digits.screen.shown_heatmap import HeatmapSettings

EVIDENCE_OF_ALL = "Where each digit found its evidence, all on one scale."


@dataclass(frozen=True, eq=False)
class ShownNumber:
    """What is read in a picture, with the picture no larger than is shown.

    Attributes:
        source: the file that was read.
        ink: what was said of its ink.
        written, confidence, doubt: as in `NumberReading`.
        digits: in reading order, each with the same picture.
    """

    source: bytes
    ink: Ink
    written: str
    confidence: float
    doubt: str | None
    digits: tuple[ShownAnswer, ...]

    @property
    def key(self) -> str:
        """The same for the same picture with the same ink, for what a person chose for it."""
        return f"{zlib.crc32(self.source)}-{self.ink}"

    @property
    def only_digit(self) -> ShownAnswer | None:
        """The digit of a number that has but one, and nothing else."""
        is_alone = len(self.digits) == 1 and len(self.written) <= 1
        return self.digits[0] if is_alone else None


@dataclass(frozen=True, eq=False)
class ShownHeatmaps:
    """The heatmaps of all digits of a number at once, each at its place.

    Attributes:
        number: what is explained.
        settings: how.
    """

    number: ShownNumber
    settings: HeatmapSettings

    @cached_property
    def explained(self) -> list[Explanation]:
        """Why each digit is what it is taken for."""
        how = self.settings.method, self.settings.layer_name
        return [digit.explain(digit.likeliest_first[0], *how) for digit in self.number.digits]

    @cached_property
    def scale(self) -> float:
        """The evidence, in logits, of the strongest colour."""
        return common_scale(self.explained)

    @property
    def colours(self) -> tuple[str, ...]:
        """Of the colour bar, as #rrggbb from left to right; empty where all are blank."""
        are_blank = all(each.is_blank for each in self.explained)
        return () if are_blank else tuple(colour_stops(self.settings.colour_map))

    @property
    def labels(self) -> tuple[str, ...]:
        """Numbers at the colour bar's left end, middle and right end, in logits."""
        return colour_bar_labels(self.scale, self.settings.colour_map) if self.colours else ()

    def over_picture(self) -> Image.Image:
        """All heatmaps over the person's picture, as large as it is shown."""
        picture: NDArray[np.uint8] = self.number.digits[0].picture
        for digit, explained in zip(self.number.digits, self.explained, strict=True):
            laid = overlay_heatmap(
                picture,
                explained.heatmap(self.scale),
                digit.placement,
                self.settings.opacity,
                colour_map=self.settings.colour_map,
            )
            picture = np.asarray(laid, np.uint8)
        return Image.fromarray(picture)

    def as_png(self) -> bytes:
        """The same with title and colour bar, to be kept."""
        title = f"{EVIDENCE_OF_ALL} {describe_method(self.explained[0])}"
        file = io.BytesIO()
        overlay = with_colour_bar(self.over_picture(), title, self.scale, self.settings.colour_map)
        overlay.save(file, "PNG")
        return file.getvalue()


def read_number_to_show(source: bytes, ink: Ink) -> ShownNumber:
    """Read the number in a picture's file.

    Raises:
        PictureError, NoInkError, ModelError: as `digit_predictor.read_number`.
    """
    number = read_number(source, ink=ink)
    return ShownNumber(
        source=source,
        ink=ink,
        written=number.written,
        confidence=number.confidence,
        doubt=number.doubt,
        digits=_digits_of(source, ink, number),
    )


def _digits_of(source: bytes, ink: Ink, number: NumberReading) -> tuple[ShownAnswer, ...]:
    """All with one picture, which is shrunken once."""
    picture, to_shown = shrink_picture(number.picture, np.eye(2, 3), LONGEST_SIDE_SHOWN)
    shown = []
    for place, digit in enumerate(number.digits):
        placement = to_shown @ np.vstack([digit.reading.placement, [0, 0, 1]])
        shown.append(answer_of(source, ink, digit.reading, picture, placement, place=place))
    return tuple(shown)
