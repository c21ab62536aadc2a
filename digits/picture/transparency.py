"""Transparent pictures: the ground that they stand on, and drawings that are nothing but alpha."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

_VISIBLE_ALPHA = 32
_OPAQUE_ALPHA = 250
_ONE_COLOUR = 24


def split_transparency(
    pixels: NDArray[np.uint8],
) -> tuple[NDArray[np.uint8], NDArray[np.uint8] | None]:
    """A picture on the ground that its transparent places contrast with, and the ink in its alpha.

    Args:
        pixels: uint8 (H, W), (H, W, 3) or (H, W, 4).

    Returns:
        uint8 (H, W, 3), RGB, and uint8 (H, W) where the transparency itself is the drawing (one
        colour, drawn on nothing), else None.
    """
    if pixels.ndim == 2:
        return _uint8(cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB)), None
    if pixels.shape[2] == 3:
        return pixels, None
    colour = _uint8(cv2.cvtColor(pixels, cv2.COLOR_RGBA2RGB))
    alpha = _uint8(cv2.extractChannel(pixels, 3))
    if alpha.min() >= _OPAQUE_ALPHA:
        return colour, None
    lowest, highest = _visible_range(colour, alpha)
    one_colour = np.ptp([lowest, highest], axis=0).max() <= _ONE_COLOUR
    varied = int(alpha.max()) - int(alpha.min()) >= _VISIBLE_ALPHA
    white = lowest.min() > 255 - _ONE_COLOUR
    ground = _on_ground(colour, alpha, light=not white)
    return ground, alpha if one_colour and varied else None


def _visible_range(
    colour: NDArray[np.uint8], alpha: NDArray[np.uint8]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Least and greatest value of each channel among the places that can be seen, (3,) each."""
    visible = (alpha >= _VISIBLE_ALPHA).astype(np.uint8)
    ranges = [cv2.minMaxLoc(channel, visible)[:2] for channel in cv2.split(colour)]
    return np.array(ranges)[:, 0], np.array(ranges)[:, 1]


def _on_ground(
    colour: NDArray[np.uint8], alpha: NDArray[np.uint8], *, light: bool
) -> NDArray[np.uint8]:
    """Composite on white (light) or black ground."""
    opacity = cv2.cvtColor(alpha, cv2.COLOR_GRAY2RGB)
    shaded = cv2.multiply(colour, opacity, scale=1 / 255)
    return _uint8(cv2.add(shaded, cv2.bitwise_not(opacity)) if light else shaded)


def _uint8(pixels: cv2.typing.MatLike) -> NDArray[np.uint8]:
    return np.asarray(pixels, np.uint8)
