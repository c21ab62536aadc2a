"""Two straight strokes that cross about in their middles, one level and one upright.

Around where they cross a circle meets ink in four places a quarter turn apart, whatever the tilt of
the paper and however thick the pen, and hardly any ink lies beside the two strokes.

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from digits.picture.pixels import Mask, runs_of, stroke_width_of

# Pixels: what is smaller has no arms.
_SMALLEST = 5
# Of the shorter side: so large are circles around the crossing that meet all four arms.
_CIRCLES = 0.32, 0.42
# In strokes: nearer to the crossing, ink fills the corners between bold or blurred arms.
_CORNERS = 0.85
# Of the longest piece of a circle on ink: a shorter one is a rough edge.
_ROUGH = 0.3
# Degrees: how far an arm is from level or upright at most.
_TILT = 20.0
# Of the part's size, how far from its middle the strokes cross at most; rows and columns that are
# as full as the fullest, nearly, are those of a stroke.
_OFF_MIDDLE, _FULL = 0.3, 0.85
# In strokes, from the middle of one: what is farther, and a pixel more, lies beside it; so much
# does of all ink at most.
_BESIDE, _MOST_BESIDE = 0.8, 0.12


def is_cross(part: Mask) -> bool:
    """Whether a part of the ink, bool (H, W), cropped to it, is such a cross."""
    if min(part.shape) < _SMALLEST:
        return False
    middle = np.array([_fullest(part.mean(axis=axis)) for axis in (0, 1)])
    size = np.array(part.shape[::-1])
    if (np.abs(middle - (size - 1) / 2) > _OFF_MIDDLE * size).any():
        return False
    nearest = min(_CORNERS * stroke_width_of(part), _CIRCLES[-1] * min(part.shape))
    radii = [max(share * min(part.shape), nearest) for share in _CIRCLES]
    tilts = [_tilts_of_arms(part, middle, radius) for radius in radii]
    if any(tilt is None or np.abs(tilt).max() > _TILT for tilt in tilts):
        return False
    assert tilts[-1] is not None
    return _share_beside(part, middle, tilts[-1]) <= _MOST_BESIDE


def _fullest(shares: NDArray[np.float64]) -> float:
    """The middle of those places that are about as full as the fullest."""
    return float(np.flatnonzero(shares >= _FULL * shares.max()).mean())


def _tilts_of_arms(
    part: Mask, middle: NDArray[np.float64], radius: float
) -> NDArray[np.float64] | None:
    """How far the four arms that a circle meets are from pointing right, down, left and up.

    Returns:
        float64 (4,), degrees, clockwise; None if it does not meet ink in just four places.
    """
    count = max(32, round(8 * radius))
    angles = np.arange(count) * (2 * np.pi / count)
    places = middle + radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    x, y = np.rint(places).astype(np.intp).T
    inside = (x >= 0) & (y >= 0) & (x < part.shape[1]) & (y < part.shape[0])
    on_ink = np.zeros(count, bool)
    on_ink[inside] = part[y[inside], x[inside]]
    first = int(on_ink.argmin())
    starts, ends = runs_of(np.roll(on_ink, -first))
    if on_ink[first] or not starts.size:
        return None
    lengths = ends - starts
    arms = ((starts + ends - 1) / 2 + first)[lengths > _ROUGH * lengths.max()] * (360 / count)
    if len(arms) != 4:
        return None
    arms = np.sort((arms + 45) % 360) - 45  # the one to the right comes first
    return np.asarray(arms - np.arange(0, 360, 90), np.float64)


def _share_beside(part: Mask, middle: NDArray[np.float64], tilts: NDArray[np.float64]) -> float:
    """How much of the ink is on neither stroke."""
    rows, columns = np.nonzero(part)
    x, y = columns - middle[0], rows - middle[1]
    level, upright = np.deg2rad(tilts[:2] + tilts[2:]) / 2
    farthest = _BESIDE * stroke_width_of(part) + 1
    off_level = np.abs(y * np.cos(level) - x * np.sin(level)) > farthest
    off_upright = np.abs(x * np.cos(upright) + y * np.sin(upright)) > farthest
    return float((off_level & off_upright).mean())
