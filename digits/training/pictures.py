"""Pictures to learn from beyond MNIST's own, each taken down the road that every picture takes.

Pen strokes drawn with many pens, digits on imagined photographs, and things that are no digit.
What each is depends on nothing but its number, so that a set is the same wherever it is made.
"""

from __future__ import annotations

import hashlib
import os
import signal
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from digits import picture, synthetic
from digits.common.atomic_file import atomic_write
from digits.common.errors import NoInkError
from digits.synthetic.ink import ink_of_mnist, ink_of_strokes
from digits.synthetic.non_digits import draw_non_digit
from digits.synthetic.pen_strokes import CANVAS, PenDigit, draw_strokes
from digits.synthetic.scenes import compose_scene
from digits.synthetic.sources import Sources
from digits.training.digit_sets import DAMAGED_NPZ, NO_DIGIT, DigitSet, Images
from digits.training.picture_folder import prepare_image

# Streams of random numbers, so that no kind of picture repeats another's.
_DRAWING, _SCENE, _NON_DIGIT = 1, 2, 3
# Fewer pictures are made sooner than processes have started.
WORTH_PROCESSES = 2_000
_CHUNK = 100
# Pixels; of MNIST's digits the finest have more.
_LEAST_INK = 10


class PictureMaker:
    """Makes sets of pictures, and keeps them in a folder, for they take minutes to make.

    Attributes:
        mnist: MNIST's digits to compose scenes from.
        pens: pen strokes, likewise.
        seed: another one gives other pictures of the same kinds.
        cache: a folder that need not exist yet; None keeps nothing.
    """

    def __init__(
        self, mnist: DigitSet, pens: Sequence[PenDigit], seed: int = 0, cache: Path | None = None
    ) -> None:
        # A digit that is all but blank has no strokes to compose.
        is_inked = (mnist.images > 127).sum(axis=(1, 2)) >= _LEAST_INK
        self.mnist = DigitSet(mnist.images[is_inked], mnist.labels[is_inked])
        self.pens, self.seed, self.cache = pens, seed, cache

    def drawings(self, times: int) -> DigitSet:
        """Each pen digit so many times, with any pen, of any size, anywhere on the canvas."""
        return self._made("drawings", times * len(self.pens))

    def scenes(self, n: int) -> DigitSet:
        """Digits on imagined photographs, half of them from MNIST and half drawn with a pen."""
        return self._made("scenes", n)

    def non_digits(self, n: int) -> DigitSet:
        """Things that are no digit, labelled `NO_DIGIT`."""
        return self._made("non_digits", n)

    def make(self, kind: str, number: int) -> tuple[Images, int] | None:
        """One picture, uint8 (28, 28), and its label; None where there is no ink on it.

        Args:
            kind: "drawings", "scenes" or "non_digits".
            number: of the picture within its kind.
        """
        makers = {
            "drawings": self._drawing,
            "scenes": self._scene,
            "non_digits": self._non_digit,
        }
        try:
            return makers[kind](number)
        except NoInkError:
            return None

    def _drawing(self, number: int) -> tuple[Images, int]:
        digit = self.pens[number % len(self.pens)]
        random = np.random.default_rng((self.seed, _DRAWING, number))
        return prepare_image(draw_anyhow(digit, random)), digit.label

    def _scene(self, number: int) -> tuple[Images, int]:
        random = np.random.default_rng((self.seed, _SCENE, number))
        size = round(float(np.exp(random.uniform(np.log(50), np.log(420)))))
        if number % 2 and self.pens:
            digit = self.pens[int(random.integers(len(self.pens)))]
            ink, label = ink_of_strokes(digit, size, random), digit.label
        elif not len(self.mnist):
            raise NoInkError("There is no digit to compose.")
        else:
            chosen = random.integers(len(self.mnist))
            ink = ink_of_mnist(self.mnist.images[chosen], size, random)
            label = int(self.mnist.labels[chosen])
        return prepare_image(compose_scene(ink, random)), label

    def _non_digit(self, number: int) -> tuple[Images, int]:
        random = np.random.default_rng((self.seed, _NON_DIGIT, number))
        sources = Sources(self.mnist.images, self.mnist.labels, tuple(self.pens))
        return prepare_image(draw_non_digit(random, sources)[1]), NO_DIGIT

    def _made(self, kind: str, n: int) -> DigitSet:
        kept = self.cache / f"{kind}-{self._key(kind, n)}.npz" if self.cache and n else None
        if kept is not None:
            digits = _read(kept)
            if digits is not None:
                return digits
            print(f"Making {n:,} {kind.replace('_', '-')}, once.", flush=True)
        digits = _make_all(self, kind, n)
        if kept is not None:
            kept.parent.mkdir(parents=True, exist_ok=True)
            with atomic_write(kept) as temporary:
                np.savez_compressed(temporary, images=digits.images, labels=digits.labels)
        return digits

    def _key(self, kind: str, n: int) -> str:
        """What the pictures depend on, as a name: the digits, and the code that makes them."""
        digest = hashlib.sha256(f"{kind} {n} {self.seed} {len(self.pens)}".encode())
        digest.update(self.mnist.sha256.encode())
        for digit in self.pens:
            for stroke in digit.strokes:
                digest.update(stroke.tobytes())
        for file in _sources():
            digest.update(file.read_bytes())
        return digest.hexdigest()[:16]


def _sources() -> list[Path]:
    """The code that makes pictures and prepares them: this module and two whole rooms."""
    rooms = [Path(folder) for room in (picture, synthetic) for folder in room.__path__]
    return [Path(__file__), *(file for room in rooms for file in sorted(room.glob("*.py")))]


def _read(file: Path) -> DigitSet | None:
    """A set that was kept; None where there is none that is whole."""
    try:
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as arrays:
            return DigitSet(arrays["images"], arrays["labels"])
    except DAMAGED_NPZ:
        return None


def _make_all(maker: PictureMaker, kind: str, n: int) -> DigitSet:
    """Those of `n` pictures on which there is any ink."""
    if n < WORTH_PROCESSES:
        made = [maker.make(kind, number) for number in range(n)]
    else:
        made = _make_in_processes(maker, kind, n)
    found = [each for each in made if each is not None]
    images = np.array([image for image, _ in found], np.uint8).reshape(-1, 28, 28)
    return DigitSet(images, np.array([label for _, label in found], np.uint8))


def _make_in_processes(maker: PictureMaker, kind: str, n: int) -> list[tuple[Images, int] | None]:
    pool = ProcessPoolExecutor(
        os.cpu_count(), get_context("spawn"), initializer=_begin_work, initargs=(maker,)
    )
    try:
        starts = range(0, n, _CHUNK)
        chunks = pool.map(_make_chunk, [(kind, start, min(start + _CHUNK, n)) for start in starts])
        return [each for chunk in chunks for each in chunk]
    finally:
        pool.shutdown(cancel_futures=True)


_maker: PictureMaker


def _begin_work(maker: PictureMaker) -> None:
    """Of a process that makes pictures; Ctrl-C is its parent's business."""
    global _maker  # noqa: PLW0603 - what pool.map sends with every chunk must be small
    _maker = maker
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cv2.setNumThreads(1)  # a picture a process, rather than a part of one


def _make_chunk(chunk: tuple[str, int, int]) -> list[tuple[Images, int] | None]:
    kind, start, stop = chunk
    return [_maker.make(kind, number) for number in range(start, stop)]


def draw_anyhow(digit: PenDigit, random: np.random.Generator) -> NDArray[np.uint8]:
    """A drawing with any pen of the page's slider, of any size, anywhere on the canvas.

    Returns:
        uint8 (280, 280), 0 for ink and 255 for paper.
    """
    size = random.uniform(50, 265)
    pen = random.uniform(4, min(44, 0.27 * size))
    room = (CANVAS - size - pen) / 2
    x, y = CANVAS / 2 + max(0, room) * random.uniform(-1, 1, 2)
    return draw_strokes(digit, pen, size, (x, y))
