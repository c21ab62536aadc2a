"""Contact sheets of digits, as they are and as augmentation bends them, for people to look at."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digits.training.augmentation import Augmentation
from digits.training.digit_sets import DigitSet

VARIANTS = 12
EXAMPLES = 10
_ENLARGEMENT = 3
_GAP = 4
_PAPER = 255


def draw_digit_sheet(digits: DigitSet) -> Image.Image:
    """One row for each of the ten digits: the first of its pictures, as they are.

    Args:
        digits: a label that is missing has no row, and one with few pictures a short one.

    Returns:
        Grey, dark ink on white paper.
    """
    rows = []
    for label in np.unique(digits.labels):
        images = digits.images[digits.labels == label][:EXAMPLES]
        missing = EXAMPLES - len(images)
        rows.append([*images, *np.zeros((missing, 28, 28), np.uint8)])
    return Image.fromarray(_tile(rows))


def draw_augmentation_sheet(digits: DigitSet, augmentation: Augmentation, seed: int) -> Image.Image:
    """One row for each of the ten digits: as it is on the left, then bent in many ways.

    Args:
        digits: the first of each label is shown; a label that is missing has no row.
        augmentation: how they are bent.
        seed: where the randomness comes from.

    Returns:
        Grey, dark ink on white paper.
    """
    random = np.random.default_rng(seed)
    labels, first = np.unique(digits.labels, return_index=True)
    rows = []
    for index in first[np.argsort(labels)]:
        image = digits.images[index]
        bent = augmentation(np.stack([image] * VARIANTS), random)
        rows.append([image, *np.rint(bent * 255).astype(np.uint8)])
    # The original stands apart from what was made of it.
    edge = _tile_of(rows[0][0]).shape[1] + _GAP
    return Image.fromarray(np.insert(_tile(rows), [edge] * 3 * _GAP, _PAPER, axis=1))


def _tile(rows: list[list[NDArray[np.uint8]]]) -> NDArray[np.uint8]:
    tiles = [np.hstack([_tile_of(image) for image in row]) for row in rows]
    return np.pad(np.vstack(tiles), ((_GAP, 0), (_GAP, 0)), constant_values=_PAPER)


def _tile_of(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    side = 28 * _ENLARGEMENT
    enlarged = cv2.resize(255 - image, (side, side), interpolation=cv2.INTER_CUBIC)
    framed = cv2.rectangle(enlarged, (0, 0), (side - 1, side - 1), 225, 1)
    return np.pad(np.asarray(framed, np.uint8), ((0, _GAP), (0, _GAP)), constant_values=_PAPER)
