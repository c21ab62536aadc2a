"""A contact sheet that shows what augmentation makes of digits, to be looked at by people."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digit_data import Augmentation, DigitSet

VARIANTS = 12
_ENLARGEMENT = 3
_GAP = 4
_PAPER = 255


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
    return Image.fromarray(_tile(rows))


def _tile(rows: list[list[NDArray[np.uint8]]]) -> NDArray[np.uint8]:
    tiles = [np.hstack([_tile_of(image) for image in row]) for row in rows]
    sheet = np.pad(np.vstack(tiles), ((_GAP, 0), (_GAP, 0)), constant_values=_PAPER)
    # The original stands apart from what was made of it.
    return np.insert(sheet, [_tile_of(rows[0][0]).shape[1] + _GAP] * 3 * _GAP, _PAPER, axis=1)


def _tile_of(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    side = 28 * _ENLARGEMENT
    enlarged = cv2.resize(255 - image, (side, side), interpolation=cv2.INTER_CUBIC)
    framed = cv2.rectangle(enlarged, (0, 0), (side - 1, side - 1), 225, 1)
    return np.pad(np.asarray(framed, np.uint8), ((0, _GAP), (0, _GAP)), constant_values=_PAPER)
