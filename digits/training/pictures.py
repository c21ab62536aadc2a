"""Pictures to learn from beyond MNIST's own, each taken down the road that every picture takes.

Pen strokes drawn with many pens, digits on imagined photographs, bitmaps enlarged, and things that
are no digit. What each is depends on nothing but its number, so that a set is the same wherever it
is made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from digits.common.atomic_file import atomic_write
from digits.common.errors import NoInkError, PictureError
from digits.picture.decoding import decode_picture
from digits.picture.preparation import prepare_candidates
from digits.synthetic.bitmaps import NO_BITMAPS, Bitmaps
from digits.synthetic.digit_ways import draw_digit_way
from digits.synthetic.handwritten_things import on_sheet
from digits.synthetic.ink import ink_of_mnist, ink_of_strokes
from digits.synthetic.non_digits import draw_non_digit
from digits.synthetic.pen_strokes import CANVAS, PenDigit, draw_strokes
from digits.synthetic.scenes import compose_scene
from digits.synthetic.sources import CollectedThings, Sources
from digits.synthetic.writers import ByWriter
from digits.training.digit_sets import DAMAGED_NPZ, NO_DIGIT, DigitSet, Images, as_image
from digits.training.kept_parts import PartForm, add_characters, make_once
from digits.training.picture_folder import prepare_image
from digits.training.picture_workers import UNLUCKY, sources_of_pictures

# Streams of random numbers, so that no kind of picture repeats another's.
_DRAWING, _SCENE, _NON_DIGIT, _BITMAP, _WAY = 1, 2, 3, 4, 5
_SHARE_OF_WAYS_ON_PAPER = 0.3
# Pixels; of MNIST's digits the finest have more.
_LEAST_INK = 10

_Made: TypeAlias = tuple[Images, int] | None


class PictureMaker:
    """Makes sets of pictures, and keeps them in a folder, for they take minutes to make.

    Attributes:
        mnist: MNIST's digits to compose scenes from.
        pens: pen strokes, likewise, by their writers.
        bitmaps: digits to enlarge.
        sources: what things that are no digit are made of: all of these digits, and collected
            things.
        seed: another one gives other pictures of the same kinds.
        cache: a folder that need not exist yet; None keeps nothing.
    """

    def __init__(
        self,
        mnist: DigitSet,
        pens: Sequence[PenDigit],
        seed: int = 0,
        cache: Path | None = None,
        *,
        bitmaps: Bitmaps = NO_BITMAPS,
        collected: CollectedThings | None = None,
    ) -> None:
        # A digit that is all but blank has no strokes to compose.
        is_inked = (mnist.images > 127).sum(axis=(1, 2)) >= _LEAST_INK
        self.mnist = DigitSet(mnist.images[is_inked], mnist.labels[is_inked])
        self.pens, self.bitmaps = ByWriter(pens), bitmaps
        things = collected or CollectedThings()
        self.sources = Sources(self.mnist.images, self.mnist.labels, tuple(pens), things)
        self.seed, self.cache = seed, cache

    def drawings(self, times: int) -> DigitSet:
        """Pen digits with any pen, of any size, anywhere on the canvas.

        There are so many times as many as digits, about as many of each writer; each digit comes
        at least once.
        """
        return self._made("drawings", times * len(self.pens))

    def scenes(self, n: int) -> DigitSet:
        """Digits on imagined photographs, half of them from MNIST and half drawn with a pen."""
        return self._made("scenes", n)

    def non_digits(self, n: int) -> DigitSet:
        """Things that are no digit, labelled `NO_DIGIT`."""
        return self._made("non_digits", n)

    def ways(self, n: int) -> DigitSet:
        """Digits written in ways of which collections hold too few."""
        return self._made("ways", n)

    def enlarged_bitmaps(self, times: int) -> DigitSet:
        """Each bitmap so many times, enlarged to some size, smoothed, its strokes of any width."""
        return self._made("bitmaps", times * len(self.bitmaps))

    def make(self, kind: str, number: int) -> tuple[Images, int] | None:
        """One picture, uint8 (28, 28), and its label; None where nothing comes of it.

        Args:
            kind: "drawings", "scenes", "ways", "non_digits" or "bitmaps".
            number: of the picture within its kind.
        """
        makers = {
            "drawings": self._drawing,
            "scenes": self._scene,
            "ways": self._way,
            "non_digits": self._non_digit,
            "bitmaps": self._bitmap,
        }
        maker = makers[kind]
        try:
            return maker(number)
        except PictureError:
            return None
        except UNLUCKY:  # or one picture of a hundred thousand would end every run at that number
            return None

    def _drawing(self, number: int) -> tuple[Images, int]:
        digit = self.pens.deal(number)
        random = np.random.default_rng((self.seed, _DRAWING, number))
        return prepare_image(draw_anyhow(digit, random)), digit.label

    def _scene(self, number: int) -> tuple[Images, int]:
        random = np.random.default_rng((self.seed, _SCENE, number))
        size = round(float(np.exp(random.uniform(np.log(50), np.log(420)))))
        if number % 2 and len(self.pens):
            digit = self.pens.choose(random)
            ink, label = ink_of_strokes(digit, size, random), digit.label
        elif not len(self.mnist):
            raise NoInkError("There is no digit to compose.")
        else:
            chosen = random.integers(len(self.mnist))
            ink = ink_of_mnist(self.mnist.images[chosen], size, random)
            label = int(self.mnist.labels[chosen])
        return prepare_image(compose_scene(ink, random)), label

    def _way(self, number: int) -> tuple[Images, int]:
        random = np.random.default_rng((self.seed, _WAY, number))
        way, ink, label = draw_digit_way(random, self.sources)
        # What of a broken line is the digit's, geometry tells on a bare sheet only.
        if way != "dotted" and random.random() < _SHARE_OF_WAYS_ON_PAPER:
            return prepare_image(compose_scene(ink, random)), label
        # On a bare sheet every line is the digit's, or a ring that may be seen, too.
        candidates = prepare_candidates(decode_picture(on_sheet(ink, random)))
        return as_image(candidates[-1].network_input), label

    def _non_digit(self, number: int) -> tuple[Images, int]:
        random = np.random.default_rng((self.seed, _NON_DIGIT, number))
        return prepare_image(draw_non_digit(random, self.sources)[1]), NO_DIGIT

    def _bitmap(self, number: int) -> tuple[Images, int]:
        chosen = number % len(self.bitmaps)
        random = np.random.default_rng((self.seed, _BITMAP, number))
        size = round(float(np.exp(random.uniform(np.log(40), np.log(260)))))
        ink = ink_of_mnist(self.bitmaps.images[chosen], size, random)
        return prepare_image(on_sheet(ink, random)), int(self.bitmaps.labels[chosen])

    def _made(self, kind: str, n: int) -> DigitSet:
        def say_what_is_blank(digits: DigitSet) -> None:
            if len(digits) < n:
                print(f"{n - len(digits):,} left out, for nothing can be seen there.", flush=True)

        kept = self.cache / f"{kind}-{self._key(kind, n)}.npz" if self.cache and n else None
        return make_once(self, kind, n, kept, _FORM, when_made=say_what_is_blank)

    def _key(self, kind: str, n: int) -> str:
        """What the pictures depend on, as a name: what they are made of, and the code that does."""
        digest = hashlib.sha256(f"{kind} {n} {self.seed} {len(self.pens)}".encode())
        if kind != "bitmaps":
            self._add_digits(digest)
        if kind == "non_digits":
            self._add_things(digest)
        if kind == "bitmaps":
            digest.update(self.bitmaps.images.tobytes() + self.bitmaps.labels.tobytes())
        for file in (Path(__file__), *sources_of_pictures()):
            digest.update(file.read_bytes())
        return digest.hexdigest()[:16]

    def _add_digits(self, digest: hashlib._Hash) -> None:
        digest.update(self.mnist.sha256.encode())
        add_characters(digest, self.pens.characters)

    def _add_things(self, digest: hashlib._Hash) -> None:
        things = self.sources.collected
        add_characters(digest, things.letters.characters)
        digest.update(things.doodles.tobytes() + things.foreign.tobytes())


def _read(file: Path) -> DigitSet | None:
    """A set that was kept; None where there is none that is whole."""
    try:
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as arrays:
            return DigitSet(arrays["images"], arrays["labels"])
    except DAMAGED_NPZ:
        return None


def _keep(digits: DigitSet, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(file) as temporary:
        np.savez_compressed(temporary, images=digits.images, labels=digits.labels)


def _join(parts: Sequence[DigitSet]) -> DigitSet:
    nothing = DigitSet(np.zeros((0, 28, 28), np.uint8), np.zeros(0, np.uint8))
    if not parts:
        return nothing
    return DigitSet(
        np.concatenate([part.images for part in parts]),
        np.concatenate([part.labels for part in parts]),
    )


def _digits(made: Sequence[_Made]) -> DigitSet:
    found = [each for each in made if each is not None]
    images = np.array([image for image, _ in found], np.uint8).reshape(-1, 28, 28)
    return DigitSet(images, np.array([label for _, label in found], np.uint8))


_FORM = PartForm(_digits, _join, _read, _keep)


def draw_anyhow(digit: PenDigit, random: np.random.Generator) -> NDArray[np.uint8]:
    """A drawing with any pen, of any size, anywhere on a canvas of 280×280.

    Returns:
        uint8 (280, 280), 0 for ink and 255 for paper.
    """
    size = random.uniform(50, 265)
    pen = random.uniform(4, min(44, 0.27 * size))
    room = (CANVAS - size - pen) / 2
    x, y = CANVAS / 2 + max(0, room) * random.uniform(-1, 1, 2)
    return draw_strokes(digit, pen, size, (x, y))
