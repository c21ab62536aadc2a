"""Find a digit's ink on any paper: drawings, scans, photos.

Two roads lead to how much every pixel stands out of the paper. A drawing's paper has one colour,
and everything else is ink. A photo's paper is lit unevenly, may be lined or end at a table's edge;
there, the paper's brightness at a place is what a grey-level closing (Serra, 1982) wider than any
stroke leaves of it, which follows shadows and edges alike. Then lines and boxes that belong to the
paper go, and those parts stay that belong to one digit.

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

import cv2
import numpy as np

from digits.picture.drawing_ink import (
    banded_paper,
    drawing_contrast,
    drawing_paper,
    inks_of_drawing,
    padded_photo,
)
from digits.picture.photo_ink import inks_of_photo, inks_within
from digits.picture.pixels import Ink, InkMap, Pixels

# Pixels, longer side: in a larger picture, what is one pixel large is no ink.
SMALL_PICTURE = 64


def find_ink(pixels: Pixels, ink: Ink = "auto") -> InkMap:
    """How much ink of a digit lies on every pixel.

    Args:
        pixels: uint8 (H, W) or (H, W, 3), RGB.
        ink: whether the ink is darker or lighter than the paper; "auto" finds out.

    Returns:
        float32 (H, W) in [0, 1]; 0 on paper, its rulings and boxes, and on specks.

    Raises:
        NoInkError: nothing stands out of the paper.
    """
    return find_inks(pixels, ink)[0]


def find_inks(pixels: Pixels, ink: Ink = "auto") -> list[InkMap]:
    """As `find_ink`, and what else may be the digit's ink.

    Args:
        pixels, ink: as for `find_ink`.

    Returns:
        First what geometry would choose. Where that left out a line or box that may as well be
        a part of the digit, the ink with the box, and then with all lines.

    Raises:
        NoInkError: nothing stands out of the paper.
    """
    pixels = without_needless(pixels)
    paper = drawing_paper(pixels)
    if paper is None:
        return inks_of_photo(pixels, ink)
    contrast = drawing_contrast(pixels, paper, ink)
    if pixels.ndim == 2 and ink == "auto" and (bands := banded_paper(pixels, contrast)) is not None:
        contrast = np.asarray(cv2.absdiff(pixels, bands), np.uint8)
    inside = padded_photo(contrast)
    if inside is None:
        return inks_of_drawing(contrast)
    return inks_within(inside, pixels, ink)


def without_needless(pixels: Pixels) -> Pixels:
    """A picture without channels that are equal, and a small one without salt and pepper.

    Args:
        pixels: uint8 (H, W) or (H, W, 3), RGB.
    """
    return _without_impulses(_without_needless_channels(pixels))


def _without_needless_channels(pixels: Pixels) -> Pixels:
    if pixels.ndim == 2:
        return pixels
    red, green, blue = cv2.split(pixels)
    if cv2.countNonZero(cv2.absdiff(red, green)) or cv2.countNonZero(cv2.absdiff(red, blue)):
        return pixels
    return np.asarray(red, np.uint8)


def _without_impulses(pixels: Pixels) -> Pixels:
    """A small picture without salt and pepper, which in a large one are mere specks.

    Only a pixel that differs from neighbours which are alike goes, so that thin strokes stay, and
    only where there are many (a switching median filter; Sun & Neuvo, 1994).
    """
    if max(pixels.shape[:2]) > SMALL_PICTURE or pixels.ndim == 3 or min(pixels.shape) < 3:
        return pixels
    framed = cv2.copyMakeBorder(pixels, 1, 1, 1, 1, cv2.BORDER_REFLECT_101).astype(np.int16)
    height, width = pixels.shape
    neighbours = np.stack([framed[y : y + height, x : x + width] for y, x in _AROUND])
    usual = np.median(neighbours, axis=0)
    is_flat = (np.abs(neighbours - usual) < _LIKE_A_NEIGHBOUR).sum(axis=0) >= 7
    is_impulse = is_flat & (np.abs(pixels - usual) > _LIKE_A_NEIGHBOUR)
    if is_impulse.mean() < _FEWEST_IMPULSES:
        return pixels
    return np.where(is_impulse, usual, pixels).astype(np.uint8)


_AROUND = [(y, x) for y in range(3) for x in range(3) if (y, x) != (1, 1)]
_LIKE_A_NEIGHBOUR = 70
_FEWEST_IMPULSES = 0.02
