"""The rows of the robustness table: which pictures are read, and what they are.

Every picture depends on its row and its number alone, so that a mistake can be looked at again.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.mnist_corruptions import CORRUPTIONS, corrupt
from benchmarks.non_digit_drawings import NON_DIGIT_KINDS, draw_non_digit
from benchmarks.photo_simulation import (
    PHOTO_KINDS,
    InkMask,
    ink_of_image,
    ink_of_strokes,
    simulate_photo,
)
from digits.synthetic.pen_strokes import CANVAS, PenDigit, draw_strokes, read_pen_strokes
from digits.training.digit_sets import (
    PEN_REPORT_WRITERS,
    PEN_VALIDATION_WRITERS,
    DigitSet,
    Labels,
    load_mnist,
    spread_evenly,
)

Pixels: TypeAlias = NDArray[np.uint8]

NO_DIGIT = "No digit: share doubted"
PEN_WIDTHS = (6, 10, 20, 32)
PEN_SIZES = (0.3, 0.5, 0.9)
"""Longer side of the digit, as a share of the canvas."""
THINNEST_DIGIT = 4
"""A digit is at least so many pens tall."""
# Of a biro to a felt pen, as shares of the digit's longer side.
_PHOTO_PENS = (0.025, 0.1)
_SHEET = 112
# Development sees none of the scenes and drawings of the report.
_FIRST_OF_VALIDATION = 1_000_000


@dataclass(frozen=True, eq=False)
class Row:
    """Pictures of one kind.

    Attributes:
        name: of the kind.
        picture: gives the picture of a number from 0 to `count` - 1: uint8 (H, W) or (H, W, 3).
        count: how many there are.
        labels: uint8 (count,), which digits they show; None if they show none.
        ink_is_light: whether ink is lighter than paper, so that shrinking inverts nothing.
        is_prepared: whether the pictures are MNIST's own, and go straight into the network.
    """

    name: str
    picture: Callable[[int], Pixels]
    count: int
    labels: Labels | None
    ink_is_light: bool = False
    is_prepared: bool = False


@dataclass(frozen=True, eq=False)
class Group:
    """Rows that belong together.

    Attributes:
        name: of all.
        rows: at least one.
        goal: share of pictures that should be read right, or doubted, over all rows; for MNIST's
            own digits in each row.
    """

    name: str
    rows: tuple[Row, ...]
    goal: float


@dataclass(frozen=True, eq=False)
class Digits:
    """The digits that all pictures are made from, none of which any training saw.

    Attributes:
        mnist: white ink on black.
        pen_digits: of writers that no training saw; may be empty.
        writers: their numbers.
        first: number of the first picture; another one gives other scenes and drawings.
    """

    mnist: DigitSet
    pen_digits: Sequence[PenDigit]
    writers: range
    first: int

    def ink(self, number: int) -> InkMask:
        """The ink of a digit: of MNIST and of the pen writers by turns."""
        _, pen_digit, image = self._choose(number)
        if pen_digit is None:
            return ink_of_image(image)
        random = np.random.default_rng([self.first, number])
        return ink_of_strokes(pen_digit.strokes, random.uniform(*_PHOTO_PENS))

    def label(self, number: int) -> int:
        """Which digit `ink` of the same number is."""
        return self._choose(number)[0]

    def _choose(self, number: int) -> tuple[int, PenDigit | None, Pixels]:
        """Label and strokes, or image; strides that divide nothing leave no digit out."""
        index = number * 37 % len(self.mnist)
        if number % 2 and self.pen_digits:
            pen_digit = self.pen_digits[number * 53 % len(self.pen_digits)]
            return pen_digit.label, pen_digit, self.mnist.images[index]
        return int(self.mnist.labels[index]), None, self.mnist.images[index]


def load_digits(mnist_file: str | None, strokes_file: str | None, validation: bool) -> Digits:
    """Digits to report on, or while developing those of the validation splits.

    Raises:
        DataError: a file is missing or damaged.
    """
    mnist = load_mnist(mnist_file)
    writers = PEN_VALIDATION_WRITERS if validation else PEN_REPORT_WRITERS
    strokes = [] if strokes_file is None else read_pen_strokes(strokes_file)
    return Digits(
        mnist=mnist.validation() if validation else mnist.test,
        pen_digits=[digit for digit in strokes if digit.writer in writers],
        writers=writers,
        first=_FIRST_OF_VALIDATION if validation else 0,
    )


def all_groups(digits: Digits, count: int) -> list[Group]:
    """All rows of the table.

    Args:
        digits: what they are made from.
        count: pictures a row; MNIST's rows have twenty-five times as many, if there are, and
            MNIST-C's five times as many, for they cost little.
    """
    groups = [*mnist_groups(digits, 25 * count), corruption_group(digits, 5 * count)]
    if digits.pen_digits:
        groups.append(pen_group(digits, count))
    return [*groups, photo_group(digits, count), non_digit_group(digits, count)]


def mnist_groups(digits: Digits, most: int) -> list[Group]:
    """MNIST's digits as they are, and as pictures that take the whole road."""
    chosen = digits.mnist.spread(most)
    images, labels, count = chosen.images, chosen.labels, len(chosen)

    def row(name: str, change: Callable[[Pixels, int], Pixels], light: bool = True) -> Row:
        return Row(name, lambda i: change(images[i], i), count, labels, light)

    straight = Row("straight into the network", lambda i: images[i], count, labels, True, True)
    roads = (
        row("as they are", lambda image, i: image),
        row("enlarged tenfold", lambda image, i: _enlarge(image)),
        row("inverted", lambda image, i: 255 - image, light=False),
        row("off-centre on a larger sheet", lambda image, i: _move(image, digits.first + i)),
    )
    return [Group("MNIST", (straight,), 0.997), Group("MNIST as pictures", roads, 0.996)]


def _enlarge(image: Pixels) -> Pixels:
    return np.asarray(cv2.resize(image, (280, 280), interpolation=cv2.INTER_CUBIC), np.uint8)


def _move(image: Pixels, number: int) -> Pixels:
    """The image in a sheet four times as wide, at least a third of its own width off the middle."""
    random = np.random.default_rng([1, number])
    room = (_SHEET - 28) // 2
    x, y = random.integers(9, room + 1, 2) * random.choice([-1, 1], 2) + room
    sheet = np.zeros((_SHEET, _SHEET), np.uint8)
    sheet[y : y + 28, x : x + 28] = image
    return sheet


def corruption_group(digits: Digits, count: int) -> Group:
    """MNIST-C."""
    chosen = digits.mnist.spread(count)

    def row(name: str) -> Row:
        def picture(number: int) -> Pixels:
            return corrupt(name, chosen.images[number], digits.first + number)

        return Row(name, picture, len(chosen), chosen.labels, ink_is_light=True)

    return Group("MNIST-C", tuple(row(name) for name in CORRUPTIONS), 0.96)


def pen_group(digits: Digits, count: int) -> Group:
    """Pen writers with pens of all widths, small and large, anywhere on the canvas."""
    rows = tuple(_pen_row(digits, width, count) for width in PEN_WIDTHS)
    first, last = digits.writers[0], digits.writers[-1]
    return Group(f"Pen writers {first} to {last}", rows, 0.993)


def _pen_row(digits: Digits, width: int, count: int) -> Row:
    drawn = [
        (digit, share * CANVAS)
        for digit in digits.pen_digits
        for share in PEN_SIZES
        if _height(digit, share * CANVAS) >= THINNEST_DIGIT * width
    ]
    chosen = [drawn[i] for i in spread_evenly(len(drawn), 3 * count)]

    def picture(number: int) -> Pixels:
        digit, size = chosen[number]
        random = np.random.default_rng([digits.first, width, number])
        room = max(0.0, (CANVAS - size - width) / 2)
        x, y = CANVAS / 2 + room * random.uniform(-1, 1, 2)
        return draw_strokes(digit, width, size, (x, y))

    labels = np.array([digit.label for digit, _ in chosen], np.uint8)
    return Row(f"pen of {width} pixels", picture, len(chosen), labels)


def _height(digit: PenDigit, size: float) -> float:
    """Of the box around its strokes, whose longer side is `size`."""
    points = np.concatenate(digit.strokes)
    width, height = points.max(axis=0) - points.min(axis=0)
    return float(size * height / max(width, height, 1e-6))


def photo_group(digits: Digits, count: int) -> Group:
    """The photo simulation."""

    def row(kind: str) -> Row:
        first = digits.first + zlib.crc32(kind.encode()) % 100_000

        def picture(number: int) -> Pixels:
            return simulate_photo(kind, digits.ink(first + number), digits.first + number)

        labels = np.array([digits.label(first + number) for number in range(count)], np.uint8)
        return Row(kind.replace("_", " "), picture, count, labels, kind == "light_on_dark")

    return Group("Photo simulation", tuple(row(kind) for kind in PHOTO_KINDS), 0.985)


def non_digit_group(digits: Digits, count: int) -> Group:
    """What is no digit."""
    inks = [digits.ink(digits.first + number) for number in range(60)]

    def row(kind: str) -> Row:
        def picture(number: int) -> Pixels:
            return draw_non_digit(kind, digits.first + number, inks)

        return Row(kind.replace("_", " "), picture, count, labels=None)

    return Group(NO_DIGIT, tuple(row(kind) for kind in NON_DIGIT_KINDS), 0.8)
