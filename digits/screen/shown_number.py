"""A number as a screen keeps it: what is shown of it, and each digit as if it were alone."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from digits.explanation.explaining import read_and_explain_number
from digits.network.architectures import CLASSES
from digits.network.hand import Hand
from digits.network.light_serving import explains_as_it_reads
from digits.network.loading import load_network
from digits.picture.pixels import Ink
from digits.picture.preparation import shrink_picture
from digits.reading.number import Box, NumberReading, read_number
from digits.screen.shown_answer import (
    DEFAULT_METHOD,
    LONGEST_SIDE_SHOWN,
    Explained,
    ShownAnswer,
    answer_of,
)

# The light theme's accent, which is seen on paper of any colour.
_FRAME = "#2f5fd0"
_FRAME_BESIDE_CHOSEN = "#9db4ea"


@dataclass(frozen=True, eq=False)
class ShownNumber:
    """What is read in a picture, with the picture no larger than is shown.

    Attributes:
        source: the file that was read.
        ink: what was said of its ink.
        written, confidence, doubt: as in `NumberReading`.
        digits: in reading order, each with the same picture.
        boxes: where each is on that picture: x, y, width, height, pixels.
        hand: that it was read with; None without one.
    """

    source: bytes
    ink: Ink
    written: str
    confidence: float
    doubt: str | None
    digits: tuple[ShownAnswer, ...]
    boxes: tuple[Box, ...]
    hand: Hand | None = None

    @property
    def key(self) -> str:
        """The same for the same picture with the same ink, for what a person chose for it."""
        return f"{zlib.crc32(self.source)}-{self.ink}"

    @property
    def only_digit(self) -> ShownAnswer | None:
        """The digit of a number that has but one, and nothing else."""
        is_alone = len(self.digits) == 1 and len(self.written) <= 1
        return self.digits[0] if is_alone else None

    def place_at(self, box: Box) -> int | None:
        """Place of the digit that is where a box is; None if none is read there.

        A number that is read anew, with another hand, may be divided a little elsewhere: it is the
        same digit where the middle of each of the two boxes is in the other.

        Args:
            box: of a digit of the same picture, read before.
        """
        same = (
            place
            for place, own in enumerate(self.boxes)
            if _is_middle_within(own, box) and _is_middle_within(box, own)
        )
        return next(same, None)

    def framed_picture(self, chosen: int | None = None) -> Image.Image:
        """The picture with a frame around each digit that was read.

        Args:
            chosen: place of a digit whose frame stands out.
        """
        picture = Image.fromarray(self.digits[0].picture)
        draw = ImageDraw.Draw(picture)
        usual = max(2, round(max(picture.size) / 240))
        for place, (x, y, wide, tall) in enumerate(self.boxes):
            width = 2 * usual if place == chosen else usual
            brim = width + 0.06 * max(wide, tall)
            box = (x - brim, y - brim, x + wide + brim, y + tall + brim)
            colour = _FRAME if chosen in (None, place) else _FRAME_BESIDE_CHOSEN
            draw.rounded_rectangle(box, radius=2 * width, outline=colour, width=width)
        return picture


def read_number_to_show(source: bytes, ink: Ink, hand: Hand | None = None) -> ShownNumber:
    """Read the number in a picture's file.

    Args:
        source, ink, hand: as in `ShownNumber`.

    Raises:
        PictureError, NoInkError, ModelError: as `digit_predictor.read_number`.
    """
    number, explained = _read_and_explained(source, ink, hand)
    digits = _digits_of(source, ink, number, hand, explained)
    scale = digits[0].picture.shape[0] / number.picture.shape[0]
    return ShownNumber(
        source=source,
        ink=ink,
        written=number.written,
        confidence=number.confidence,
        doubt=number.doubt,
        digits=digits,
        boxes=tuple(_scaled(digit.box, scale) for digit in number.digits),
        hand=hand,
    )


def _read_and_explained(
    source: bytes, ink: Ink, hand: Hand | None
) -> tuple[NumberReading, list[Explained]]:
    """A number, and for each digit the evidence that costs nothing, if any does."""
    if not explains_as_it_reads(load_network()):
        number = read_number(source, ink=ink, hand=hand)
        return number, [{} for _ in number.digits]
    number, explained = read_and_explain_number(
        source, ink=ink, class_indices=range(CLASSES), hand=hand
    )
    return number, [{(DEFAULT_METHOD, None): evidence} for evidence in explained]


def _digits_of(
    source: bytes,
    ink: Ink,
    number: NumberReading,
    hand: Hand | None,
    explained: Sequence[Explained],
) -> tuple[ShownAnswer, ...]:
    """All with one picture, which is shrunken once."""
    picture, to_shown = shrink_picture(number.picture, np.eye(2, 3), LONGEST_SIDE_SHOWN)
    shown = []
    for place, (digit, own) in enumerate(zip(number.digits, explained, strict=True)):
        placement = to_shown @ np.vstack([digit.reading.placement, [0, 0, 1]])
        answer = answer_of(
            source,
            ink,
            digit.reading,
            picture,
            placement,
            place=place,
            hand=hand,
            explained=own,
        )
        shown.append(answer)
    return tuple(shown)


def _is_middle_within(box: Box, other: Box) -> bool:
    """Whether the middle of a box is in another."""
    (x, y, width, height), (left, top, wide, tall) = box, other
    across, down = x + width / 2 - left, y + height / 2 - top
    return 0 <= across <= wide and 0 <= down <= tall


def _scaled(box: Box, scale: float) -> Box:
    x, y, width, height = (round(scale * each) for each in box)
    return x, y, width, height
