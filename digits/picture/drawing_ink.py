"""The ink of drawings, whose paper has one colour: everything else is ink."""

from __future__ import annotations

import cv2
import numpy as np

from digits.picture.ink_parts import (
    FINDERS,
    GUESSES,
    MIN_CONTRAST,
    WEAK_INK_OF_A_DRAWING,
    Standing,
    masks_of_one_digit,
    strong_and_joined,
    with_and_without_lines,
)
from digits.picture.pixels import (
    Grey,
    Ink,
    InkMap,
    Pixels,
    brightest_channel,
    colour_distance,
    commonest_colour,
    count_levels,
    rim_of,
)
from digits.picture.ruling_removal import find_box

# In grey levels: what differs more from a drawing's paper is no noise of coding.
LARGEST_GRAIN = 20


def drawing_paper(pixels: Pixels) -> Pixels | None:
    """The one colour that a drawing's paper has, (1, 1) or (1, 1, 3); None for a photo."""
    rim = rim_of(pixels)
    rows = pixels[:: max(1, len(pixels) // 24)]
    for colours in (rim, rows.reshape(-1, *pixels.shape[2:])):
        colour = commonest_colour(colours)
        distance = colour_distance(pixels, colour)
        same = distance.size - cv2.countNonZero(distance)
        if same > 0.4 * distance.size:
            near = int(np.count_nonzero(distance <= LARGEST_GRAIN))
            return colour if near - same < 0.15 * distance.size else None
    return None


def drawing_contrast(pixels: Pixels, paper: Pixels, ink: Ink) -> Grey:
    """How far every pixel is from the paper's colour, in the channel where that is farthest."""
    sheet = np.broadcast_to(paper, pixels.shape).copy()
    if ink == "dark":
        return brightest_channel(np.asarray(cv2.subtract(sheet, pixels), np.uint8))
    if ink == "light":
        return brightest_channel(np.asarray(cv2.subtract(pixels, sheet), np.uint8))
    return brightest_channel(np.asarray(cv2.absdiff(sheet, pixels), np.uint8))


def banded_paper(grey: Grey, contrast: Grey) -> Grey | None:
    """Paper of several colours in bands from one border to the opposite; None for any other."""
    inked = contrast > 0.5 * int(contrast.max())
    for turned, ink in ((grey, inked), (grey.T, inked.T)):
        if all(0.2 < end.mean() < 0.9 for end in (ink[0], ink[-1])):
            ends = np.stack([turned[0], turned[-1]]).astype(np.int16)
            if (np.abs(ends[0] - ends[1]) < LARGEST_GRAIN).mean() > 0.9:
                bands = np.broadcast_to(turned[0], turned.shape)
                return np.ascontiguousarray(bands if turned is grey else bands.T)
    return None


def padded_photo(contrast: Grey) -> tuple[slice, slice] | None:
    """Where a photo lies whose padding was taken for a drawing's paper; None for a drawing."""
    different = (contrast > MIN_CONTRAST).astype(np.uint8)
    x, y, width, height = cv2.boundingRect(different)
    if min(width, height) < 20 or cv2.countNonZero(different) < 0.85 * width * height:
        return None
    patch = contrast[y + 1 : y + height - 1, x + 1 : x + width - 1]
    # A solid bar is of one value; on a photo many differ.
    values = count_levels(patch)
    if values.max() > 0.5 * patch.size:
        return None
    return slice(y, y + height), slice(x, x + width)


def inks_of_drawing(contrast: Grey) -> list[InkMap]:
    """The ink of one digit on a drawing, from how far every pixel is from the paper's colour.

    Returns:
        As `ink_finding.find_inks`.

    Raises:
        NoInkError: nothing stands out of the paper.
    """
    x, y, width, height = cv2.boundingRect(contrast)
    finders, guesses = FINDERS, GUESSES
    if 0 < x < contrast.shape[1] - width and 0 < y < contrast.shape[0] - height:
        finders, guesses = (find_box,), ()  # as nothing leads to the border
    else:
        x, y, (height, width) = 0, 0, contrast.shape
    piece = slice(y, y + height), slice(x, x + width)
    found = with_and_without_lines(contrast[piece], 0, finders, guesses, is_photo=False)
    shape = contrast.shape
    return [ink for each in found for ink in _inks_of_one_digit(each, shape, piece)]


def _inks_of_one_digit(
    standing: Standing, shape: tuple[int, ...], piece: tuple[slice, slice]
) -> list[InkMap]:
    """What stands out on a piece of a picture, without what belongs to no one digit."""
    found, threshold, peak = standing
    ink_map = np.minimum(found.astype(np.float32) * np.float32(1 / peak), np.float32(1))
    mask = strong_and_joined(ink_map, WEAK_INK_OF_A_DRAWING, min(threshold / peak, 0.5))
    rows, columns = piece
    corner = columns.start, rows.start
    ink_maps = []
    for digit in masks_of_one_digit(mask, (shape[0], shape[1]), corner):
        whole = np.zeros(shape, np.float32)
        whole[piece] = np.where(digit, ink_map, np.float32(0))
        ink_maps.append(whole)
    return ink_maps
