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
from benchmarks.mouse_drawings import KINDS, MouseDrawing, load_mouse_drawings
from benchmarks.near_digits import NEAR_DIGIT_KINDS, LabelledInk, draw_near_digit
from benchmarks.non_digit_drawings import NON_DIGIT_KINDS, draw_non_digit
from benchmarks.photo_simulation import (
    PHOTO_KINDS,
    InkMask,
    simulate_photo,
)
from benchmarks.tight_crops import TIGHT_KINDS, simulate_tight_crop
from benchmarks.ways_of_writing import WAYS, Original, Way, write_anew
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
GLUED_PAIRS = "Two digits that touch: share doubted"
WAYS_OF_WRITING = (
    ("Block digits", ("block",), 0.98),
    ("Hollow digits", ("hollow",), 0.97),
    ("Dotted and dashed digits", ("dotted", "dashed"), 0.98),
    ("Ringed digits", ("ringed",), 0.96),
    ("Digits turned by up to 30°", ("turned",), 0.985),
    ("Slashed 0, flagged 1, crossed 7", ("slashed_zero", "flagged_one", "crossed_seven"), 0.985),
)
"""Groups of `WAYS`, and their goals."""
PEN_WRITERS = "Pen writers"
PEN_WIDTHS = (6, 10, 20, 32)
PEN_SIZES = (0.3, 0.5, 0.9)
"""Longer side of the digit, as a share of the canvas."""
THINNEST_DIGIT = 4
"""A digit is at least so many pens tall."""
# Of a biro to a felt pen, as shares of the digit's longer side.
_PHOTO_PENS = (0.025, 0.1)
_SHEET = 112
# So many that their halves and pairs differ, so few that they are made in a second.
_INKS_OF_NEAR_DIGITS = 150
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
        writers: who wrote each, of rows whose writers are judged one by one; else empty.
    """

    name: str
    picture: Callable[[int], Pixels]
    count: int
    labels: Labels | None
    ink_is_light: bool = False
    is_prepared: bool = False
    writers: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Group:
    """Rows that belong together.

    Attributes:
        name: of all.
        rows: at least one.
        goal: share of pictures that should be read right, or doubted, in the mean of all rows.
        in_each: whether that is the goal of each row.
        is_collection: whether this is a set of real digits as their writers wrote them, which
            counts among those that are not to be surely wrong.
    """

    name: str
    rows: tuple[Row, ...]
    goal: float
    in_each: bool = False
    is_collection: bool = False


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
        random = np.random.default_rng([self.first, number])
        return self.original(number).ink(random.uniform(*_PHOTO_PENS))

    def label(self, number: int) -> int:
        """Which digit `ink` of the same number is."""
        return self.original(number).label

    def original(self, number: int) -> Original:
        """What `ink` of the same number is made from; strides that divide nothing leave none out.

        Its image has the ink of a pen of its own, so that only strokes are drawn with a pen.
        """
        if number % 2 and self.pen_digits:
            pen_digit = self.pen_digits[number * 53 % len(self.pen_digits)]
            return Original(pen_digit.label, pen_digit.strokes)
        index = number * 37 % len(self.mnist)
        return Original(int(self.mnist.labels[index]), image=self.mnist.images[index])


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
    groups += [photo_group(digits, count), *writing_groups(digits, count)]
    return [*groups, tight_group(digits, count), *non_digit_groups(digits, count)]


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
    return [
        Group("MNIST", (straight,), 0.997, in_each=True, is_collection=True),
        Group("MNIST as pictures", roads, 0.996, in_each=True),
    ]


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
    return Group(f"{PEN_WRITERS} {first} to {last}", rows, 0.993, is_collection=True)


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


def writing_groups(digits: Digits, count: int) -> list[Group]:
    """Digits as people write them otherwise; without pen writers, those that need no strokes."""
    groups = []
    for name, ways, goal in WAYS_OF_WRITING:
        rows = tuple(row for way in ways if (row := _writing_row(digits, way, count)) is not None)
        if rows:
            groups.append(Group(name, rows, goal))
    return groups


def _writing_row(digits: Digits, name: str, count: int) -> Row | None:
    """None where no digit can be written so."""
    original = _originals(digits, WAYS[name])
    if original is None:
        return None
    first = digits.first + zlib.crc32(name.encode()) % 100_000
    labels = np.array([original(first + number).label for number in range(count)], np.uint8)

    def picture(number: int) -> Pixels:
        return write_anew(name, original(first + number), digits.first + number)

    return Row(name.replace("_", " "), picture, count, labels)


def _originals(digits: Digits, way: Way) -> Callable[[int], Original] | None:
    """What a way is made from, by number; None where there is nothing."""
    if way.made_from == "label":
        return lambda number: Original(way.labels[number % len(way.labels)])
    if way.made_from == "ink":
        return digits.original
    fit = [
        Original(digit.label, digit.strokes)
        for digit in digits.pen_digits
        if digit.label in way.labels and way.fits(digit.strokes)
    ]
    return (lambda number: fit[number * 53 % len(fit)]) if fit else None


def mouse_group() -> Group:
    """What was drawn with the mouse on the page, a row for each kind."""
    drawings = load_mouse_drawings()
    rows = tuple(
        _mouse_row(kind, [each for each in drawings if each.kind == kind]) for kind in KINDS
    )
    return Group("Drawn with the mouse", rows, 0.985)


def _mouse_row(kind: str, drawings: Sequence[MouseDrawing]) -> Row:
    labels = np.array([each.label for each in drawings], np.uint8)
    name = kind.replace("_", " ")
    return Row(name, lambda number: drawings[number].picture, len(drawings), labels)


def tight_group(digits: Digits, count: int) -> Group:
    """Tight crops, bare and padded."""

    def row(kind: str) -> Row:
        first = digits.first + zlib.crc32(kind.encode()) % 100_000

        def picture(number: int) -> Pixels:
            return simulate_tight_crop(kind, digits.ink(first + number), digits.first + number)

        labels = np.array([digits.label(first + number) for number in range(count)], np.uint8)
        return Row(kind.replace("_", " "), picture, count, labels, TIGHT_KINDS[kind].light_on_dark)

    return Group("Tight crops", tuple(row(kind) for kind in TIGHT_KINDS), 0.995)


def non_digit_groups(digits: Digits, count: int) -> list[Group]:
    """What is no digit, and what are two."""
    numbers = range(digits.first, digits.first + _INKS_OF_NEAR_DIGITS)
    labelled = [LabelledInk(digits.label(number), digits.ink(number)) for number in numbers]
    inks = [each.ink for each in labelled[:60]]

    def drawn(kind: str) -> Row:
        def picture(number: int) -> Pixels:
            return draw_non_digit(kind, digits.first + number, inks)

        return Row(kind.replace("_", " "), picture, count, labels=None)

    def near(kind: str) -> Row:
        def picture(number: int) -> Pixels:
            return draw_near_digit(kind, digits.first + number, labelled)

        return Row(kind.replace("_", " "), picture, count, labels=None)

    pairs = near("glued_pairs")
    others = [near(kind) for kind in NEAR_DIGIT_KINDS if kind != "glued_pairs"]
    rows = (*(drawn(kind) for kind in NON_DIGIT_KINDS), *others)
    return [Group(GLUED_PAIRS, (pairs,), 0.95), Group(NO_DIGIT, rows, 0.92, in_each=True)]
