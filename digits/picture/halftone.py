"""Pictures whose paper is full of specks: dithered to a few levels, printed in dots, or speckled.

A person sees them from afar as grey. So do the roads to ink, once the specks are smoothed away,
which is the simplest inverse halftoning (Kite et al., 2000, "A fast, high-quality inverse
halftoning algorithm for error diffused halftones").
"""

from __future__ import annotations

from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from digits.picture.pixels import Grey, Pixels

# Pixels, and how many along each side: in such tiles from all over it a picture is looked at.
TILE, TILES = 32, 8
# Pixels: where a side is shorter, digits fill most tiles, and what looks like specks is strokes.
SHORTEST_SIDE = 2 * TILE
# Of the tiles: so many may be clean, as ink is, and what a scanner puts around a page; where more
# are, what is written may be dotted or hatched.
CLEAN = 0.5
# Grey levels, the standard deviation of noise from pixel to pixel: a camera's is below 20, and that
# of white paper with a black dot on each 30 pixels is above.
LEAST_NOISE = 24
# By so many grey levels a lone pixel differs from all eight around it; of paper, this share of them
# makes more specks than a number has signs.
UNLIKE, LEAST_LONE = 100, 0.0015
# Pixels, standard deviations of Gaussians, and in grey levels the spread of paper that is smooth
# enough: the narrowest that makes it so leaves most of a fine stroke.
WIDTHS, SMOOTH = (1.0, 1.5, 2.0, 3.0, 4.0), 12

_Tiles: TypeAlias = NDArray[Any]
"""(TILES², rows, columns)."""


def without_halftone(pixels: Pixels) -> Pixels:
    """A picture without the specks that its paper is full of; any other as it is.

    Args:
        pixels: uint8 (H, W) or (H, W, 3), RGB.
    """
    if min(pixels.shape[:2]) < SHORTEST_SIDE or not _is_speckled(_tiles_of(pixels)):
        return pixels
    smooth = pixels
    for width in WIDTHS:
        smooth = np.asarray(cv2.GaussianBlur(pixels, (0, 0), width), np.uint8)
        if _of_paper(_tiles_of(smooth).std(axis=(1, 2))) < SMOOTH:
            break
    return smooth


def _tiles_of(pixels: Pixels) -> Grey:
    """Of a large picture a few of its pixels, as green, the lightest part of grey, shows them."""
    green = pixels if pixels.ndim == 2 else pixels[..., 1]
    y, x = (np.linspace(0, size - TILE, TILES).astype(int) for size in green.shape)
    windows = np.lib.stride_tricks.sliding_window_view(green, (TILE, TILE))
    return windows[y[:, None], x].reshape(-1, TILE, TILE)


def _is_speckled(tiles: Grey) -> bool:
    contrast = tiles.max(axis=1).max(axis=1) - tiles.min(axis=1).min(axis=1)
    if _of_paper(contrast) < UNLIKE:  # as of most pictures, which is soon seen
        return False
    # Dots of some pixels are specks in half the size.
    half = tiles.reshape(-1, TILE // 2, 2, TILE // 2, 2).mean(axis=(2, 4))
    noise = max(_of_paper(_noise(each)) for each in (tiles, half))
    return noise > LEAST_NOISE or _of_paper(_lone_pixels(tiles)) > LEAST_LONE


def _noise(tiles: _Tiles) -> NDArray[np.float64]:
    """Of each tile, by what neither shades nor level and upright lines have.

    Immerkær, 1996, "Fast noise variance estimation".
    """
    bends = np.diff(np.diff(tiles.astype(np.float32), 2, axis=1), 2, axis=2)
    return np.asarray(np.sqrt(np.pi / 2) / 6 * np.abs(bends).mean(axis=(1, 2)), np.float64)


def _lone_pixels(tiles: Grey) -> NDArray[np.float64]:
    """The share of each tile's pixels that are far lighter or far darker than all around them."""
    column = tiles.reshape(-1, TILE)
    lightest, darkest = cv2.dilate(column, _AROUND), cv2.erode(column, _AROUND)
    unlike = cv2.max(cv2.subtract(column, lightest), cv2.subtract(darkest, column))
    is_lone = (unlike > UNLIKE).reshape(tiles.shape)
    return np.asarray(is_lone[:, 1:-1, 1:-1].mean(axis=(1, 2)), np.float64)


def _of_paper(of_tiles: NDArray[Any]) -> float:
    """What half of the tiles have or exceed, whatever is on the others."""
    return float(np.sort(of_tiles)[round(CLEAN * len(of_tiles))])


_AROUND = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]], np.uint8)
