"""Whole rows of handwriting: digits of one hand, marks and letters, side by side on a baseline.

Neighbours stand as people write them: apart, close, touching, or one over the other's edge; how
close is measured between their ink, not between their boxes, so that a 1 may stand under the arm
of a 7.

x goes to the right and y downwards.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from digits.common.errors import NoInkError
from digits.synthetic.digit_ways import draw_digit_as
from digits.synthetic.doodles import Line, bent, doodle, scribble
from digits.synthetic.handwritten_things import LATIN, strokes_of
from digits.synthetic.ink import ink_of_lines, ink_of_mnist, ink_of_strokes
from digits.synthetic.pen_characters import PenCharacter
from digits.synthetic.pen_strokes import PenDigit
from digits.synthetic.row_texts import GAP, LETTER, SCRIBBLE
from digits.synthetic.sources import Map, Random, Sources

# What counts as ink; fainter is the pen's edge.
_INK = 0.35
# Of the digits' height: what the canvas has above the baseline, and below.
_ABOVE, _BELOW = 2.0, 1.2
# Likewise: how far a sign goes under the arm of the last at most, and a mark; and how close a mark
# comes to the ink of others.
_UNDER_ARM, _MARK_UNDER_ARM = 0.35, 0.12
_CLOSEST_MARK = 0.04
_WIDEST_DIGIT = 1.3


@dataclass(frozen=True, eq=False)
class Tile:
    """A sign by itself.

    Attributes:
        ink: float32 (h, w) in [0, 1], cropped.
        rise: how far its lowest pixel is above the baseline, in heights of a digit.
        is_mark: whether it is so small that it would be lost in its neighbours.
    """

    ink: Map
    rise: float = 0.0
    is_mark: bool = False


@dataclass(frozen=True)
class Hand:
    """How a row is written.

    Attributes:
        height: of its digits, pixels.
        pen: its width, in heights of a digit.
        writer: number among those whose pen digits there are; None for digits of MNIST.
        gap: usual distance between the ink of neighbours, in heights; below 0 they overlap.
        unsteady: deviation of sizes, places and gaps, in heights.
        peculiar: share of its digits that are in one of `digit_ways`' ways of writing.
    """

    height: int
    pen: float
    writer: int | None
    gap: float
    unsteady: float
    peculiar: float = 0.0

    @classmethod
    def by_chance(cls, random: Random, writers: int, has_images: bool) -> Hand:
        """Any hand, one that crowds its digits as often as one that does not."""
        low, high = _GAPS[int(random.choice(len(_GAPS), p=_GAP_SHARES))]
        takes_pen = writers > 0 and (not has_images or random.random() < 0.65)
        return cls(
            height=int(np.exp(random.uniform(np.log(24), np.log(110)))),
            pen=float(np.exp(random.uniform(np.log(0.035), np.log(0.17)))),
            writer=int(random.integers(writers)) if takes_pen else None,
            gap=float(random.uniform(low, high)),
            unsteady=float(random.uniform(0.01, 0.07)),
            peculiar=float(random.uniform(0.2, 1.0)) if random.random() < _PECULIAR else 0.0,
        )


_GAPS = ((0.1, 0.5), (0.01, 0.1), (-0.11, 0.03), (0.5, 0.9))
# Of hands, those that write some digits in another way than most people.
_PECULIAR = 0.12
_GAP_SHARES = (0.3, 0.25, 0.37, 0.08)


class RowWriter:
    """Writes rows with the digits and letters of real hands.

    Args:
        sources: digits, and letters where there are any.
    """

    def __init__(self, sources: Sources) -> None:
        self.sources = sources

    def write(self, text: str, random: Random) -> Map:
        """The ink of a row.

        Args:
            text: as `row_texts.row_text` gives it.
            random: the row depends on nothing else but the sources.

        Returns:
            float32 (h, w) in [0, 1], cropped to the ink.

        Raises:
            NoInkError: nothing comes of it.
        """
        hand = Hand.by_chance(random, len(self._digits_of_writers), len(self._of_label) > 0)
        tiles: list[tuple[Tile, bool]] = []
        is_apart = False
        for sign in text:
            if sign == GAP:
                is_apart = True
                continue
            tiles.append((self._tile(sign, hand, random), is_apart))
            is_apart = False
        return _leant(_placed(tiles, hand, random), random)

    @cached_property
    def _of_label(self) -> dict[int, NDArray[np.intp]]:
        """For each digit the numbers of MNIST's images of it."""
        labels = self.sources.labels
        return {int(label): np.flatnonzero(labels == label) for label in np.unique(labels)}

    @cached_property
    def _digits_of_writers(self) -> list[dict[int, list[PenDigit]]]:
        by_writer: dict[int | str, dict[int, list[PenDigit]]] = {}
        for digit in self.sources.pens:
            by_writer.setdefault(digit.writer, {}).setdefault(digit.label, []).append(digit)
        return list(by_writer.values())

    @cached_property
    def _letters_of_writers(self) -> list[list[PenCharacter]]:
        letters = self.sources.collected.letters
        shares = [[letters.characters[number] for number in share] for share in letters.shares]
        kept = [[each for each in share if _is_letter(each.label)] for share in shares]
        return [share for share in kept if share]

    @cached_property
    def _signs_of_people(self) -> dict[str, list[PenCharacter]]:
        """Currency signs as people wrote them."""
        signs: dict[str, list[PenCharacter]] = {}
        for each in self.sources.collected.letters.characters:
            if each.label in _CURRENCIES:
                signs.setdefault(each.label, []).append(each)
        return signs

    def _tile(self, sign: str, hand: Hand, random: Random) -> Tile:
        if sign.isdigit():
            return Tile(
                self._digit(int(sign), hand, random), float(random.normal(0, 0.4)) * hand.unsteady
            )
        if sign == LETTER:
            return self._letter(hand, random)
        if sign == SCRIBBLE:
            draw = scribble if random.random() < 0.5 else doodle
            size = hand.height * random.uniform(0.8, 2.0)
            return Tile(_inked(draw(random), size, hand, random), float(random.uniform(-0.4, 0.2)))
        if sign in _CURRENCIES:
            return self._currency(sign, hand, random)
        return replace(_MARKS[sign](hand, random), is_mark=True)

    def _digit(self, label: int, hand: Hand, random: Random) -> Map:
        height = hand.height * float(np.exp(random.normal(0, hand.unsteady)))
        if random.random() < hand.peculiar:
            own_way = draw_digit_as(label, random, self.sources)
            if own_way is not None:
                return _as_high_as(_cropped(own_way), height)
        if hand.writer is not None:
            digit = self._pen_digit(label, hand.writer, random)
            if digit is not None:
                points = np.concatenate(digit.strokes)
                wide, tall = np.ptp(points, axis=0)
                size = height * min(max(wide, tall) / max(tall, 1e-6), _WIDEST_DIGIT)
                return _cropped(ink_of_strokes(digit, size, random, _pen(hand)))
        numbers = self._of_label.get(label)
        if numbers is None:
            raise NoInkError(f"There is no {label} to write.")
        image = self.sources.images[int(random.choice(numbers))]
        rows = np.flatnonzero((image > 100).any(axis=1))
        side = round(height * image.shape[0] / max(len(rows) and np.ptp(rows) + 1, 12))
        return _cropped(ink_of_mnist(image, side, random))

    def _pen_digit(self, label: int, writer: int, random: Random) -> PenDigit | None:
        """One of the writer's, or of another who has such a digit."""
        for _ in range(4):
            own = self._digits_of_writers[writer].get(label)
            if own:
                return own[int(random.integers(len(own)))]
            writer = int(random.integers(len(self._digits_of_writers)))
        return None

    def _letter(self, hand: Hand, random: Random) -> Tile:
        height = hand.height * random.uniform(0.6, 1.15)
        writers = self._letters_of_writers
        if writers and random.random() < 0.6:
            share = writers[int(random.integers(len(writers)))]
            lines = list(share[int(random.integers(len(share)))].strokes)
        else:
            lines = bent(strokes_of(LATIN[int(random.integers(len(LATIN)))], random), random, 0.5)
        rise = float(random.choice([0.0, 0.0, 0.0, -0.25])) + float(random.normal(0, 0.03))
        return Tile(_inked(lines, height, hand, random), rise)

    def _currency(self, sign: str, hand: Hand, random: Random) -> Tile:
        people = self._signs_of_people.get(sign)
        if people and random.random() < 0.5:
            lines = list(people[int(random.integers(len(people)))].strokes)
        else:
            lines = bent(strokes_of(sign, random), random, 0.5)
        size = hand.height * random.uniform(0.8, 1.3)
        return Tile(_inked(lines, size, hand, random), float(random.uniform(-0.2, 0.1)))


# --- marks


def _dash(hand: Hand, random: Random) -> Tile:
    length = random.uniform(0.22, 0.75)
    line = np.array([[0, 0], [0.5, random.normal(0, 0.05)], [1, random.normal(0, 0.08)]]) * length
    rise = random.uniform(0.3, 0.62)
    return Tile(_inked([line], length * hand.height, hand, random), float(rise))


def _point(hand: Hand, random: Random) -> Tile:
    return Tile(_dot(hand, random), float(random.normal(0, 0.04)))


def _dot(hand: Hand, random: Random) -> Map:
    """A touch of the pen, or a little stroke."""
    length = random.uniform(0, 0.12)
    turn = random.uniform(0, np.pi)
    line = np.array([[0, 0], [np.cos(turn), np.sin(turn)]]) * max(length, 1e-3)
    size = max(1.0, length * hand.height)
    return _cropped(ink_of_lines([line], size, random, _pen(hand) * random.uniform(1.0, 1.7)))


def _comma(hand: Hand, random: Random) -> Tile:
    length = random.uniform(0.16, 0.4)
    lean, bow = random.uniform(-0.1, 0.6), random.normal(0, 0.08)
    line = np.array([[lean, 0], [0.5 * lean + bow, 0.5], [0, 1]]) * length
    ink = _inked([line], length * hand.height, hand, random)
    return Tile(ink, -float(random.uniform(0.45, 1.0)) * ink.shape[0] / hand.height)


def _slash(hand: Hand, random: Random) -> Tile:
    length = random.uniform(0.95, 1.5)
    lean = random.uniform(0.2, 0.75)
    line = np.array([[lean, 0], [0.5 * lean + random.normal(0, 0.03), 0.5], [0, 1]]) * length
    return Tile(_inked([line], length * hand.height, hand, random), -random.uniform(0.0, 0.3))


def _colon(hand: Hand, random: Random) -> Tile:
    upper, lower = _dot(hand, random), _dot(hand, random)
    apart = max(round(random.uniform(0.28, 0.55) * hand.height), lower.shape[0] + 2)
    ink = np.zeros(
        (apart + max(upper.shape[0], lower.shape[0]), max(upper.shape[1], lower.shape[1]))
    )
    ink[: upper.shape[0], : upper.shape[1]] = upper
    ink[apart : apart + lower.shape[0], : lower.shape[1]] = lower
    return Tile(_cropped(ink.astype(np.float32)), float(random.uniform(0.02, 0.25)))


_CURRENCIES = "$€£¥"
_MARKS: dict[str, Callable[[Hand, Random], Tile]] = {
    "-": _dash,
    ".": _point,
    ",": _comma,
    "/": _slash,
    ":": _colon,
}


def _is_letter(label: str) -> bool:
    """Whether a character is a letter, or a sign that is no mark and like no digit.

    UNIPEN's writers wrote slashes, colons and brackets, too, of which the upright ones are 1s.
    """
    return label.isalpha() or label in "#%&@?"


def _pen(hand: Hand) -> float:
    return max(1.0, hand.pen * hand.height)


def _inked(lines: list[Line], size: float, hand: Hand, random: Random) -> Map:
    return _cropped(ink_of_lines(lines, max(2.0, size), random, _pen(hand)))


def _as_high_as(ink: Map, height: float) -> Map:
    """Ink of another height, but no wider than digits are."""
    rows, columns = ink.shape
    scale = min(height / rows, _WIDEST_DIGIT * height / columns)
    size = max(2, round(scale * columns)), max(2, round(scale * rows))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    resized = np.asarray(cv2.resize(ink, size, interpolation=method), np.float32)
    return resized / max(float(resized.max()), 0.1)  # what is thin stays as dark


def _cropped(ink: Map) -> Map:
    x, y, width, height = cv2.boundingRect((ink > _INK).astype(np.uint8))
    if not width:
        raise NoInkError("There is no ink to write with.")
    return np.asarray(ink[y : y + height, x : x + width], np.float32)


# --- side by side


def _placed(tiles: list[tuple[Tile, bool]], hand: Hand, random: Random) -> Map:
    """All signs on one sheet, each as close to the last as the hand writes."""
    height = hand.height
    rows = round((_ABOVE + _BELOW) * height)
    widths = sum(tile.ink.shape[1] for tile, _ in tiles)
    sheet = np.zeros((rows, 2 * widths + round(4 * height * len(tiles))), np.float32)
    edge = np.full(rows, -np.inf)  # in each row of the sheet, where ink ends
    last, was_mark = 0, False
    for tile, is_apart in tiles:
        tall, wide = tile.ink.shape
        y = round(_ABOVE * height - tile.rise * height) - tall
        y = int(np.clip(y, 0, max(0, rows - tall)))
        ink = tile.ink[: rows - y]
        gap = random.uniform(1.4, 2.6) if is_apart else hand.gap + random.normal(0, hand.unsteady)
        by_mark = tile.is_mark or was_mark
        under = 0.0 if is_apart else _MARK_UNDER_ARM if by_mark else _UNDER_ARM
        x = _beside(ink, edge[y : y + len(ink)], height) + height * (
            max(gap, _CLOSEST_MARK) if by_mark else gap
        )
        x = round(max(x, last - under * height)) if last else 0
        window = sheet[y : y + len(ink), x : x + wide]
        np.maximum(window, ink, out=window)
        last, was_mark = _edge_behind(edge, ink, x, y), tile.is_mark
    return _cropped(sheet)


def _beside(ink: Map, edge: NDArray[np.float64], height: int) -> float:
    """The column where a sign begins whose ink just touches what is before it, if anything is."""
    reach = 2 * max(1, round(0.1 * height)) + 1
    before = np.where(np.isfinite(edge), edge, -1e6)
    near = np.asarray(cv2.dilate(before, np.ones((reach, 1)))).ravel()
    is_ink = ink > _INK
    starts = np.where(is_ink.any(axis=1), is_ink.argmax(axis=1), 1e6)
    return float((near - starts).max())


def _edge_behind(edge: NDArray[np.float64], ink: Map, x: int, y: int) -> int:
    """Move on where ink ends; gives the rightmost such column."""
    is_ink = ink > _INK
    ends = x + ink.shape[1] - is_ink[:, ::-1].argmax(axis=1)
    own = edge[y : y + len(ink)]
    own[:] = np.where(is_ink.any(axis=1), np.maximum(own, ends), own)
    return max(int(edge.max()), 1)


def _leant(ink: Map, random: Random) -> Map:
    """All of it sheared by a slanted hand, and on a baseline that climbs or falls."""
    lean = np.tan(np.deg2rad(np.clip(random.normal(0, 9), -25, 25)))
    climb = np.tan(np.deg2rad(np.clip(random.normal(0, 1.8), -6, 6)))
    rows, columns = ink.shape
    aside, up = abs(lean) * rows, abs(climb) * columns
    matrix = np.array([[1, -lean, aside + 2], [climb, 1, up + 2]], np.float64)
    size = int(columns + 2 * aside + 4), int(rows + 2 * up + 4)
    return _cropped(np.asarray(cv2.warpAffine(ink, matrix, size), np.float32))
