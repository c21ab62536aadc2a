"""Digits bent as hands, pens and cameras bend them, anew in every epoch."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from digits.network.tensorflow_import import import_keras
from digits.training.digit_sets import DigitSet, Images, Labels, as_network_input

if TYPE_CHECKING:
    from keras.utils import PyDataset


@dataclass(frozen=True)
class Augmentation:
    """How far a digit may be bent and still be the same digit: hands differ, pens, and cameras.

    The geometry is that of Simard, Steinkraus & Platt (2003), an affine map plus a smooth random
    displacement, drawn anew for every digit and epoch. What pens, cameras and the preparation do
    comes on top: strokes bolder, finer or blurred, strokes that break, and remains of lines that
    do not belong to the digit.

    Attributes:
        rotation: largest turn either way, degrees.
        scale: largest relative growth or shrinking, each axis for itself.
        shear: largest horizontal shear (slant), as a tangent.
        shift: largest move along each axis, pixels.
        elastic: standard deviation of the smooth displacement, pixels.
        thickness: share of digits whose strokes are made bolder or finer.
        blur: share of digits that are blurred, by up to a Gaussian of one pixel.
        breaks: share of digits of which a short piece of stroke is erased.
        remains: share of digits with straight pieces of lines beside or over them.
        paleness: share of digits whose ink is uneven, pixel by pixel.
        hollows: share of digits of whose strokes little but the outline is left.
    """

    rotation: float = 12.0
    scale: float = 0.13
    shear: float = 0.20
    shift: float = 2.0
    elastic: float = 0.55
    thickness: float = 0.5
    blur: float = 0.12
    breaks: float = 0.1
    remains: float = 0.2
    paleness: float = 0.08
    hollows: float = 0.05

    def scaled(self, strength: float) -> Augmentation:
        """The same, with every amount multiplied; 0 changes nothing."""
        amounts = {name: strength * amount for name, amount in asdict(self).items()}
        shares = {name: min(1.0, amounts[name]) for name in _SHARES}
        return Augmentation(**amounts | shares)

    def __call__(self, images: Images, random: np.random.Generator) -> NDArray[np.float32]:
        """Bend every image its own way.

        Args:
            images: uint8 (n, 28, 28), white ink on black.
            random: where the randomness comes from.

        Returns:
            float32 (n, 28, 28) in [0, 1].
        """
        bent = [
            self._bend(images[start : start + _LONGEST_STRIP], random)
            for start in range(0, len(images), _LONGEST_STRIP)
        ]
        return np.concatenate(bent) if bent else np.empty((0, 28, 28), np.float32)

    def _bend(self, images: Images, random: np.random.Generator) -> NDArray[np.float32]:
        """At once, one image below the other, for a call for each costs more than what it does."""
        n = len(images)
        padded = np.pad(images, ((0, 0), (_MARGIN, _MARGIN), (_MARGIN, _MARGIN)))
        strip = self._with_other_pens(padded, random)
        maps = np.clip(self._sampling_maps(n, random), -_MARGIN, 27 + _MARGIN) + _MARGIN
        maps[:, 1] += _TILE * np.arange(n, dtype=np.float32)[:, None, None]
        x, y = (np.ascontiguousarray(maps[:, axis]).reshape(-1, 28) for axis in (0, 1))
        bent = cv2.remap(strip.reshape(-1, _TILE), x, y, cv2.INTER_LINEAR)
        digits = np.asarray(bent, np.float32).reshape(n, 28, 28)
        self._break_and_litter(digits, random)
        return digits

    def _break_and_litter(self, digits: NDArray[np.float32], random: np.random.Generator) -> None:
        """Erase pieces of stroke, leave pieces of line, and make ink uneven, in place."""
        chances = random.random((3, len(digits)))
        for index in np.flatnonzero(chances[0] < self.breaks):
            piece = _line_piece(random, thickness=(1.0, 2.5), half_length=(1.5, 4.0))
            digits[index] *= 1 - piece
        for index in np.flatnonzero(chances[1] < self.remains):
            for _ in range(random.integers(1, 5)):
                piece = _line_piece(random, thickness=(0.6, 2.2), half_length=(0.5, 14.0))
                np.maximum(digits[index], random.uniform(0.3, 1) * piece, out=digits[index])
        for index in np.flatnonzero(chances[2] < self.paleness):
            grain = random.random((28, 28), np.float32)
            digits[index] *= 1 - np.float32(random.uniform(0.2, 0.8)) * grain

    def _with_other_pens(self, strip: Images, random: np.random.Generator) -> NDArray[np.float32]:
        """Some strokes bolder and some finer: float32 in [0, 1], of the shape of `strip`."""
        n = len(strip)
        choice = random.random((3, n))
        amount = random.uniform(0.2, 0.8, (2, n))
        blurred = np.where(choice[1] < self.blur, amount[1], 0)
        amount[0] *= 1 - blurred
        half = self.thickness / 2
        bolder = np.where(choice[0] < half, amount[0], 0)
        finer = np.where((choice[0] >= half) & (choice[0] < self.thickness), amount[0], 0)
        column = strip.reshape(-1, _TILE)
        dilated, eroded = cv2.dilate(column, _CROSS), cv2.erode(column, _SQUARE)
        soft = cv2.GaussianBlur(column, (5, 5), 1.0)
        shares = np.stack([1 - bolder - finer - blurred, bolder, finer, blurred])
        weights = shares.astype(np.float32) / 255
        blend = np.zeros(strip.shape, np.float32)
        for weight, part in zip(weights, (strip, dilated, eroded, soft), strict=True):
            blend += weight[:, None, None] * np.asarray(part).reshape(strip.shape)
        for index in np.flatnonzero(choice[2] < self.hollows):
            blend[index] *= 1 - np.float32(random.uniform(0.7, 1)) * _inside(strip[index])
        return blend

    def _sampling_maps(self, n: int, random: np.random.Generator) -> NDArray[np.float32]:
        """Where each output pixel is read from: float32 (n, 2, 28, 28), x before y, pixels."""
        angle = np.deg2rad(random.uniform(-self.rotation, self.rotation, n))
        turn = np.stack([np.cos(angle), -np.sin(angle), np.sin(angle), np.cos(angle)], axis=1)
        slant = np.tile(np.eye(2), (n, 1, 1))
        slant[:, 0, 1] = random.uniform(-self.shear, self.shear, n)
        grow = np.exp(random.uniform(-1, 1, (n, 2)) * np.log1p(self.scale))
        matrix = turn.reshape(n, 2, 2) @ slant * grow[:, None, :]
        shift = random.uniform(-self.shift, self.shift, (n, 2, 1))
        knots = random.standard_normal((n, 2, _KNOTS, _KNOTS), np.float32)
        affine = np.concatenate([matrix, shift + _CENTRE], axis=2).reshape(2 * n, 3)
        maps = (affine.astype(np.float32) @ _GRID).reshape(n, 2, 28, 28)
        rows = (knots.reshape(-1, _KNOTS) @ _SPREAD.T).reshape(-1, _KNOTS, 28)
        bend = rows.transpose(0, 2, 1).reshape(-1, _KNOTS) @ _SPREAD.T
        maps += np.float32(self.elastic * _KNOT_GAIN) * bend.reshape(n, 2, 28, 28)
        return maps


def _line_piece(
    random: np.random.Generator, thickness: tuple[float, float], half_length: tuple[float, float]
) -> NDArray[np.float32]:
    """A short straight line anywhere on the field: float32 (28, 28) in [0, 1], soft at its rim."""
    angle = random.uniform(0, np.pi)
    along = np.array([np.cos(angle), np.sin(angle)])
    u, v = np.array([along, along[::-1] * (-1, 1)]) @ (_PIXELS - random.uniform(-10, 10, (2, 1)))
    inside = np.minimum(
        random.uniform(*thickness) / 2 - np.abs(v), random.uniform(*half_length) - np.abs(u)
    )
    return np.clip(inside + 0.5, 0, 1).astype(np.float32).reshape(28, 28)


def _inside(image: Images) -> NDArray[np.float32]:
    """How much each pixel of a tile lies inside of strokes, at least a pixel from their edge."""
    wide = cv2.resize(image, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR)
    inside = cv2.resize(cv2.erode(wide, _SQUARE_3), image.shape, interpolation=cv2.INTER_AREA)
    return np.asarray(inside, np.float32) / np.float32(255)


_SHARES = ("thickness", "blur", "breaks", "remains", "paleness", "hollows")


def _spread_matrix(knots: int) -> NDArray[np.float32]:
    """(28, knots): Gaussian interpolation from a coarse grid of knots to the 28 pixels."""
    position = np.arange(28)[:, None]
    centre = np.linspace(-2, 29, knots)[None, :]
    weights = np.exp(-0.5 * ((position - centre) / (0.6 * (centre[0, 1] - centre[0, 0]))) ** 2)
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)


_CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
_SQUARE_3 = np.ones((3, 3), np.uint8)
_SQUARE = np.ones((2, 2), np.uint8)
# Around each image in a strip, so that none reads what is its neighbour's.
_MARGIN = 2
_TILE = 28 + 2 * _MARGIN
# For larger matrix products BLAS wakes threads that take the training's cores and then spin.
_LONGEST_STRIP = 16
_CENTRE = 13.5
_PIXELS = np.stack(np.meshgrid(np.arange(28), np.arange(28))).reshape(2, 784) - _CENTRE
_GRID = np.concatenate([_PIXELS, np.ones((1, 784))]).astype(np.float32)
_KNOTS = 7
_SPREAD = _spread_matrix(_KNOTS)
# Interpolation averages knots, which shrinks their spread; this restores it to `elastic`.
_KNOT_GAIN = float(1 / np.mean((_SPREAD**2).sum(axis=1)))


def training_batches(
    digits: DigitSet,
    batch_size: int,
    seed: int,
    augmentation_at: Callable[[int], Augmentation | None],
    first_epoch: int = 0,
) -> PyDataset:
    """Shuffled, augmented batches for `keras.Model.fit`, on any backend.

    Every random stream is derived from seed, epoch and batch, so that an epoch is the same
    whenever and after whatever it runs. The last, incomplete batch of an epoch is kept.

    Args:
        digits: what to learn from.
        batch_size: digits a batch.
        seed: of the run.
        augmentation_at: how digits are bent in an epoch, whose number it is given.
        first_epoch: the epoch that comes first, for a run that goes on.
    """
    keras = import_keras()

    class TrainingBatches(keras.utils.PyDataset):  # type: ignore[name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.epoch = first_epoch - 1
            self.on_epoch_end()

        def __len__(self) -> int:
            return math.ceil(len(digits) / batch_size)

        def __getitem__(self, index: int) -> tuple[NDArray[np.float32], Labels]:
            chosen = self.order[index * batch_size : (index + 1) * batch_size]
            images, labels = digits.images[chosen], digits.labels[chosen]
            if self.augmentation is None:
                return as_network_input(images), labels
            random = np.random.default_rng((seed, self.epoch, index))
            return self.augmentation(images, random)[..., None], labels

        def on_epoch_end(self) -> None:
            self.epoch += 1
            self.augmentation = augmentation_at(self.epoch)
            self.order = np.random.default_rng((seed, self.epoch)).permutation(len(digits))

    return TrainingBatches()
