"""Curves, noise and blur: what imagined ink, paper and cameras are all drawn with.

x goes to the right and y downwards, in pixels.
"""

from __future__ import annotations

from functools import lru_cache
from statistics import NormalDist
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Map: TypeAlias = NDArray[np.float32]
Picture: TypeAlias = NDArray[np.uint8]
Points: TypeAlias = NDArray[np.float64]

# cv2 takes whole numbers, and this many binary digits of them behind the point.
SUBPIXEL_BITS = 4


# --- curves


def smooth_curve(knots: Points, per_span: int = 8) -> Points:
    """Catmull-Rom spline through points, float64 (n, 2): so many points for each span."""
    if len(knots) < 3:
        return knots
    p = np.concatenate([2 * knots[:1] - knots[1:2], knots, 2 * knots[-1:] - knots[-2:-1]])
    t = np.linspace(0, 1, per_span, endpoint=False)[:, None, None]
    a, b, c, d = p[:-3], p[1:-2], p[2:-1], p[3:]
    curve = b + 0.5 * t * (
        c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a))
    )  # (per_span, spans, 2)
    return np.concatenate([curve.transpose(1, 0, 2).reshape(-1, 2), knots[-1:]])


def fixed_point(points: Points) -> NDArray[np.int32]:
    """Points, float64 (..., 2) in pixels, as cv2 draws them with `SUBPIXEL_BITS`."""
    return np.rint(np.clip(points, -9999, 9999) * 2**SUBPIXEL_BITS).astype(np.int32)


# --- noise


@lru_cache(maxsize=1)
def _normal_of_byte() -> Map:
    """Normal deviate of each of 256 equally likely bytes."""
    return np.array([NormalDist().inv_cdf((b + 0.5) / 256) for b in range(256)], np.float32)


def white_noise(random: np.random.Generator, shape: tuple[int, ...]) -> Map:
    """Normal deviates, float32; ten times as fast as NumPy's, and good enough to look at."""
    bytes_ = np.frombuffer(random.bytes(int(np.prod(shape))), np.uint8)
    return _normal_of_byte()[bytes_].reshape(shape)


def smooth_noise(
    random: np.random.Generator, shape: tuple[int, int], cell: float, cell_y: float | None = None
) -> Map:
    """Noise in patches, of about unit variance.

    Args:
        random: the noise depends on nothing else.
        shape: H, W.
        cell: about the width of the patches, pixels.
        cell_y: about their height; by default as `cell`.

    Returns:
        float32 (H, W).
    """
    cell_y = cell if cell_y is None else cell_y
    small = max(2, round(shape[0] / cell_y)), max(2, round(shape[1] / cell))
    if small[0] >= shape[0] and small[1] >= shape[1]:
        return white_noise(random, shape)
    noise = white_noise(random, small)
    return np.asarray(cv2.resize(noise, shape[::-1], interpolation=cv2.INTER_CUBIC), np.float32)


def blur(pixels: Map, sigma: float) -> Map:
    """Blurred by a Gaussian of that many pixels: float32 (H, W) or (H, W, 3)."""
    if sigma < 0.25:
        return pixels
    side = 2 * int(np.ceil(2.5 * sigma)) + 1
    return np.asarray(cv2.GaussianBlur(pixels, (side, side), sigma), np.float32)
