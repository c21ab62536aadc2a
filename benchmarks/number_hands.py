"""Whose digits and letters a whole number is written with: a number is written by one hand.

Pen writers are one hand each. MNIST does not tell who wrote a digit, so a hand is put together of
digits that are as thick and lean as far as one of them. No network learns from anything made here.

    hands = load_hands("mnist.npz", "pendigits-orig.tra.gz", Path("unipen"), validation=True)
    original = hands.choose(random).write("7", random)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.canvas import Stroke
from benchmarks.hand_drawn_figures import LETTERS, draw_by_hand, parse_figure
from benchmarks.other_collections import Written, read_unipen
from benchmarks.photo_simulation import Random
from benchmarks.ways_of_writing import Original
from digits.synthetic.pen_strokes import PenDigit, read_pen_strokes
from digits.training.digit_sets import (
    NO_DIGIT,
    PEN_REPORT_WRITERS,
    PEN_VALIDATION_WRITERS,
    DigitSet,
    load_mnist,
)

DIGITS = "0123456789"
FIRST_OF_VALIDATION = 1_000_000
"""Development sees none of the numbers and papers of the report."""
_ALIKE = 12
"""So many of MNIST's digits of a label make a hand: they look alike, and hardly any comes twice."""
_SHARE_OF_MNIST = 1 / 3
# What is left out, for some labels are wrong and some digits are cut off: by its shape alone, so
# that the report's writers need not be looked at. In sizes of the longer side.
_MOST_STROKES = 3
_FLATTEST = 0.6
"""Height to width: what is flatter was not written upright, or is half of a sign."""
_SLIMMEST = 0.22
"""Of all digits but ones: what is slimmer is a line."""
_FARTHEST_STROKE = 0.3
"""From the other strokes: what is farther off belongs to another sign."""
_WIDEST_OPENING = 0.4
"""Between the ends of a zero."""


@dataclass(frozen=True, eq=False)
class Hand:
    """What one person wrote.

    Attributes:
        writer: who.
        signs: what they wrote of each sign, at least one.
    """

    writer: str
    signs: Mapping[str, Sequence[Original]]

    def write(self, sign: str, random: Random) -> Original:
        """One of the signs."""
        written = self.signs[sign]
        return written[int(random.integers(len(written)))]

    def write_in_two(self, sign: str, random: Random) -> Original:
        """One of the signs that are two strokes, if there are any."""
        in_two = [each for each in self.signs[sign] if len(each.strokes) == 2]
        return in_two[int(random.integers(len(in_two)))] if in_two else self.write(sign, random)

    def can_write(self, text: str) -> bool:
        """Whether there is a sign for every character."""
        return all(sign in self.signs for sign in text)


@dataclass(frozen=True, eq=False)
class Hands:
    """All hands of a split, none of which any training saw.

    Attributes:
        pens: by where they are from, hands of strokes that wrote all ten digits.
        mnist: white ink on black.
        letters: hands of strokes that wrote letters.
        first: number of the first picture; another one gives other numbers and papers.
    """

    pens: Mapping[str, Sequence[Hand]]
    mnist: DigitSet
    letters: Sequence[Hand]
    first: int

    def choose(self, random: Random, strokes: bool = False) -> Hand:
        """A hand, of MNIST in a third of cases, else every crowd and then everyone in it alike.

        Args:
            random: where the randomness comes from.
            strokes: not one of MNIST, which has no strokes, if there is another.
        """
        crowds = [crowd for crowd in self.pens.values() if crowd]
        if not crowds or (not strokes and random.random() < _SHARE_OF_MNIST):
            return self._hand_of_mnist(random)
        crowd = crowds[int(random.integers(len(crowds)))]
        return crowd[int(random.integers(len(crowd)))]

    def choose_for_word(self, word: str, random: Random) -> Hand:
        """A hand that can write the word; of figures drawn for that, if there is none."""
        able = [hand for hand in self.letters if hand.can_write(word)]
        return able[int(random.integers(len(able)))] if able else drawn_letters(random)

    def _hand_of_mnist(self, random: Random) -> Hand:
        """Of each label those digits that are most like any one in thickness and lean."""
        anchor = self._looks[int(random.integers(len(self.mnist)))]
        distances = ((self._looks - anchor) ** 2).sum(axis=1)
        return Hand("MNIST", {sign: self._nearest(int(sign), distances) for sign in DIGITS})

    def _nearest(self, label: int, distances: NDArray[np.float64]) -> list[Original]:
        of_label = np.flatnonzero((self.mnist.labels == label) & self._fits)
        nearest = of_label[np.argsort(distances[of_label], kind="stable")[:_ALIKE]]
        return [Original(label, image=self.mnist.images[i]) for i in nearest]

    @cached_property
    def _fits(self) -> NDArray[np.bool_]:
        """Which of MNIST's digits are used, bool (n,): zeros that stay open are not."""
        pairs = zip(self.mnist.images, self.mnist.labels, strict=True)
        return np.array([label != 0 or encloses_paper(image) for image, label in pairs])

    @cached_property
    def _looks(self) -> NDArray[np.float64]:
        """Thickness and lean of MNIST's digits, float64 (n, 2), each of deviation 1."""
        looks = np.array([[thickness_of(image), lean_of(image)] for image in self.mnist.images])
        return np.asarray(looks / np.maximum(looks.std(axis=0), 1e-6), np.float64)


def thickness_of(image: NDArray[np.uint8]) -> float:
    """Of the strokes on a black image, pixels: ink, by half the length of its edge."""
    ink = np.pad(image > 127, 1).astype(np.int8)
    edge = np.abs(np.diff(ink, axis=0)).sum() + np.abs(np.diff(ink, axis=1)).sum()
    return 2 * float(ink.sum()) / max(float(edge), 1)


def encloses_paper(image: NDArray[np.uint8]) -> bool:
    """Whether the ink on a black image goes round something."""
    paper = np.pad(image < 64, 1, constant_values=True).astype(np.uint8)
    return cv2.connectedComponents(paper, connectivity=4)[0] > 2


def lean_of(image: NDArray[np.uint8]) -> float:
    """How far the ink goes to the right for each pixel that it goes up."""
    moments = cv2.moments(image)
    return -moments["mu11"] / max(moments["mu02"], 1e-6)


def load_hands(
    mnist_file: str | None, strokes_file: str | None, unipen: Path | None, validation: bool
) -> Hands:
    """The hands to report on, or while developing those of the validation splits.

    Args:
        mnist_file: a local mnist.npz; None downloads it.
        strokes_file: of UCI's pen digits; None for none.
        unipen: folder of UNIPEN's digits and letters; None for none.
        validation: the splits to validate by, so that nothing of the report is among the hands.

    Raises:
        DataError: a file is missing or damaged.
    """
    mnist = load_mnist(mnist_file)
    split = mnist.validation() if validation else mnist.test
    writers = PEN_VALIDATION_WRITERS if validation else PEN_REPORT_WRITERS
    pen_digits = [] if strokes_file is None else read_pen_strokes(strokes_file)
    ours = [digit for digit in pen_digits if digit.writer in writers]
    crowds = {"pen writers": pen_hands(ours)}
    letters: list[Hand] = []
    if unipen is not None:
        crowds["UNIPEN"] = hands_of(read_unipen(unipen / "digits.jsonl.gz", validation), DIGITS)
        letters = hands_of(read_unipen(unipen / "letters-clear.jsonl.gz", validation))
    return Hands(crowds, split, letters, FIRST_OF_VALIDATION if validation else 0)


def pen_hands(digits: Iterable[PenDigit]) -> list[Hand]:
    """The hands of those who wrote all ten digits."""
    signs = [Written(str(digit.label), str(digit.writer), digit.strokes) for digit in digits]
    return hands_of(signs, DIGITS)


def hands_of(signs: Iterable[Written], needed: str = "") -> list[Hand]:
    """By writer, in the order in which they come, those who wrote all that is needed."""
    by_writer: dict[str, dict[str, list[Original]]] = defaultdict(lambda: defaultdict(list))
    for each in signs:
        if looks_whole(each):
            label = int(each.label) if each.label in DIGITS else NO_DIGIT
            by_writer[each.writer][each.label].append(Original(label, each.strokes))
    hands = [Hand(writer, dict(signs)) for writer, signs in by_writer.items()]
    return [hand for hand in hands if hand.can_write(needed)]


def looks_whole(written: Written) -> bool:
    """Whether the shape of a sign speaks against nothing that its label says."""
    points = np.concatenate(written.strokes)
    width, height = np.ptp(points, axis=0)
    size = max(float(width), float(height))
    if size <= 0 or len(written.strokes) > _MOST_STROKES:
        return False
    if written.label not in DIGITS:
        return True
    if height < _FLATTEST * width or _farthest(written.strokes) > _FARTHEST_STROKE * size:
        return False
    if written.label == "1":
        return True
    _, sides, _ = cv2.minAreaRect(points.astype(np.float32))
    ends = written.strokes[0][0] - written.strokes[0][-1]
    is_open = written.label == "0" and float(np.hypot(*ends)) > _WIDEST_OPENING * size
    return min(sides) >= _SLIMMEST * max(sides) and not is_open


def _farthest(strokes: Sequence[Stroke]) -> float:
    """How far that stroke is from the others which is farthest, by their points."""
    if len(strokes) == 1:
        return 0.0
    return max(
        min(least_distance(stroke, other) for other in strokes if other is not stroke)
        for stroke in strokes
    )


def least_distance(one: Stroke, other: Stroke) -> float:
    """Between two strokes, in their unit."""
    apart = _dense(one)[:, None] - _dense(other)[None]
    return float(np.hypot(apart[..., 0], apart[..., 1]).min())


def _dense(stroke: Stroke) -> Stroke:
    """With about a hundred points, evenly among those that it has."""
    at = np.linspace(0, len(stroke) - 1, 100)
    return np.stack([np.interp(at, np.arange(len(stroke)), axis) for axis in stroke.T], axis=1)


def drawn_letters(random: Random) -> Hand:
    """A hand that wrote each letter of `LETTERS` once."""
    figures = {sign: draw_by_hand(parse_figure(form), random) for sign, form in LETTERS.items()}
    return Hand(
        "drawn", {sign: [Original(NO_DIGIT, tuple(form))] for sign, form in figures.items()}
    )
