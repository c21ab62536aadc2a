"""Why something is doubted, as far as its picture tells: faint ink, or a photo of something else.

What is asked here is asked only of what is doubted already, so that nothing here decides an answer.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from digits.picture.pixels import commonest_colour, shrink

TOO_FAINT = "The ink is so faint that it cannot be told: write darker, or give it more light."
LETTERS = "This looks like letters: write digits, 0 to 9."
LETTER_OR_DRAWING = "This looks like a letter or a drawing: write digits, 0 to 9."
SOMETHING_ELSE = "This looks like a photo of something else: show digits on paper, from close up."

# Of 255: ink that differs less from its paper is faint.
_FAINT = 32
# Of full ink in what the network sees.
_FULL_INK = 0.7
# Where in one of the network's pixels the picture is looked at, each way, and how large a part of
# these places may differ from the paper by more than what counts.
_PLACES = np.linspace(-0.4, 0.4, 5)
_OF_A_PIXEL = 0.9
# Pixels of the longer side in which a photo is looked at.
_SIDE = 160
# Of a drawing's pixels so many have the colour of its paper at least; of a photo of paper so many
# are alike, within so many of 255 grey levels.
_FLAT, _ALIKE, _LEVELS = 0.3, 0.68, 18


def reason_in_picture(
    picture: NDArray[np.uint8],
    network_input: NDArray[np.float32],
    placement: NDArray[np.float64],
) -> str | None:
    """What the picture of something doubted tells, in a sentence for people; None if nothing.

    Args:
        picture: uint8 (H, W, 3), RGB.
        network_input, placement: as in `Reading`.
    """
    if shows_something_else(picture):
        return SOMETHING_ELSE
    if ink_contrast(picture, network_input, placement) < _FAINT:
        return TOO_FAINT
    return None


def shows_something_else(picture: NDArray[np.uint8]) -> bool:
    """Whether this is a photo in which nothing is like paper: few of its pixels are alike.

    Args:
        picture: uint8 (H, W, 3), RGB.
    """
    small = shrink(picture, _SIDE)
    if (small == commonest_colour(small.reshape(-1, 3))).all(axis=-1).mean() >= _FLAT:
        return False
    counts = np.bincount(_grey(small).ravel(), minlength=256)
    alike = np.convolve(counts, np.ones(2 * _LEVELS + 1), "same").max()
    return bool(alike < _ALIKE * small.shape[0] * small.shape[1])


def ink_contrast(
    picture: NDArray[np.uint8],
    network_input: NDArray[np.float32],
    placement: NDArray[np.float64],
) -> float:
    """By how many of 255 grey levels the middle of strokes differs from the paper beside them.

    Args:
        picture, network_input, placement: as for `reason_in_picture`.
    """
    grey = _grey(picture)
    ink = _grey_at(network_input > _FULL_INK * network_input.max(), grey, placement)
    paper = _grey_at(network_input == 0, grey, placement)
    if not len(ink) or not len(paper):
        return 255.0
    # A thin stroke covers but a part of what becomes one pixel for the network.
    contrast = np.quantile(np.abs(ink - np.median(paper)), _OF_A_PIXEL, axis=1)
    return float(np.median(contrast))


def _grey(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)


def _grey_at(
    chosen: NDArray[np.bool_], grey: NDArray[np.uint8], placement: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Grey levels of the picture, float64 (pixels, places), all over each of the chosen pixels."""
    down, across = np.nonzero(chosen)
    x, y = (each.ravel() for each in np.meshgrid(_PLACES, _PLACES))
    x, y = np.add.outer(across, x), np.add.outer(down, y)
    places = placement @ np.stack([x.ravel(), y.ravel(), np.ones(x.size)])
    columns, rows = places.round().astype(int).reshape(2, *x.shape)
    is_inside = (columns >= 0) & (rows >= 0)
    is_inside &= (columns < grey.shape[1]) & (rows < grey.shape[0])
    whole = is_inside.all(axis=1)
    return grey[rows[whole], columns[whole]].astype(np.float64)
