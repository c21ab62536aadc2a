"""Whatever values a picture has, as 8 bits a channel: grey, RGB or RGBA."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digits.picture.sizes import strips

_WHITE_POINTS = (1, 255, 1_023, 4_095, 16_383, 65_535)


def conversion_to_8_bits(image: Image.Image) -> Callable[[Image.Image], Image.Image]:
    """How the picture, or a piece of it, becomes one in L, RGB or RGBA."""
    if image.mode.startswith(("I", "F")):
        low, high = _range(image)
        return lambda piece: Image.fromarray(_to_8_bits(_finite(piece), low, high))
    if image.mode == "La":  # with its colours multiplied by alpha, which RGBA is not
        return lambda piece: piece.convert("LA").convert("RGBA")
    transparent = "A" in image.getbands() or "a" in image.getbands()
    if transparent or "transparency" in image.info:
        return lambda piece: piece.convert("RGBA")
    mode = "L" if image.mode in ("1", "L") else "RGB"
    return lambda piece: piece.convert(mode)


def _range(image: Image.Image) -> tuple[np.float32, np.float32]:
    """Least and greatest value of a picture with one channel."""
    pieces = (_finite(image.crop(box)) for box in strips(image.size))
    ranges = [(piece.min(), piece.max()) for piece in pieces]
    return min(low for low, _ in ranges), max(high for _, high in ranges)


def _finite(image: Image.Image) -> NDArray[np.float32]:
    values = np.asarray(image).astype(np.float32)
    return np.nan_to_num(values, copy=False, posinf=0.0, neginf=0.0)


def _to_8_bits(values: NDArray[np.float32], low: np.float32, high: np.float32) -> NDArray[np.uint8]:
    """Grey values of 16 or 32 bits, or floating point, as 8 bits.

    No format says how many of its bits are used, so white is the least of the usual white points
    that is not exceeded; values outside them all are scaled by their own range.

    Args:
        values: of the picture or a piece of it.
        low: least value of the whole picture.
        high: its greatest.
    """
    if float(high) - float(low) > float(np.finfo(np.float32).max):
        half = np.float32(0.5)
        values, low, high = values * half, low * half, high * half
    white = next((np.float32(point) for point in _WHITE_POINTS if high <= point), None)
    if low < 0 or white is None:
        values, white = values - low, max(high - low, np.float32(1))
    return np.rint(values * (255 / white)).astype(np.uint8)
