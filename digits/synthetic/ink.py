"""The ink of a digit at any size: an MNIST digit enlarged, or strokes drawn with some pen.

x goes to the right and y downwards.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from digits.common.errors import NoInkError
from digits.synthetic.drawing_basics import (
    SUBPIXEL_BITS,
    Map,
    Picture,
    Points,
    blur,
    fixed_point,
    smooth_curve,
)
from digits.synthetic.pen_strokes import PenDigit

# --- enlarged


def ink_of_mnist(image: Picture, size: int, random: np.random.Generator) -> Map:
    """An MNIST digit enlarged as if a pen had drawn it: smooth edges, some thickness.

    The edge is where the grey value passes half of the stroke's own peak, so that faint strokes
    stay whole; the strokes then grow or shrink along the distance from that edge, but never so far
    that a loop closes.

    Args:
        image: uint8 (28, 28), white ink on black.
        size: side of the square that the whole image becomes, pixels.
        random: the thickness and the sharpness of the edge depend on it.

    Returns:
        float32 (size, size) in [0, 1].

    Raises:
        NoInkError: nothing is drawn on the image, or everything is.
    """
    grown = cv2.resize(image, (112, 112), interpolation=cv2.INTER_CUBIC).astype(np.float32)
    smooth = blur(grown, random.uniform(1.5, 2.5))
    peak = blur(np.asarray(cv2.dilate(smooth, np.ones((17, 17), np.uint8)), np.float32), 6)
    mask = smooth > random.uniform(0.42, 0.55) * np.maximum(peak, 90)
    if mask.all() or not mask.any():
        raise NoInkError("There is no digit to enlarge: draw something.")
    distance = blur(_signed_distance(mask), 1.2)
    half = max(1.5, 0.5 * rough_stroke_width(mask.astype(np.float32)))
    distance += np.float32(_growth(distance, half * random.uniform(-0.5, 0.7)))
    enlarged = cv2.resize(distance, (size, size), interpolation=cv2.INTER_CUBIC) * (size / 112)
    sharpness = 1 / max(1.0, random.uniform(0.6, 0.012 * size + 1))
    return np.clip(enlarged * sharpness + 0.5, 0, 1).astype(np.float32)


def _signed_distance(mask: NDArray[np.bool_]) -> Map:
    """Distance from the mask's edge in pixels, positive inside."""
    inside = mask.astype(np.uint8)
    outside = cv2.distanceTransform(1 - inside, cv2.DIST_L2, 5)
    return np.asarray(cv2.distanceTransform(inside, cv2.DIST_L2, 5) - outside, np.float32)


def _growth(distance: Map, wanted: float) -> float:
    """As much of the wanted growth as neither closes a loop nor tears a stroke."""
    parts = _count_parts(distance > 0)
    for share in (1.0, 0.6, 0.3):
        if _count_parts(distance > -share * wanted) == parts:
            return share * wanted
    return 0.0


def _count_parts(mask: NDArray[np.bool_]) -> tuple[int, int]:
    ink = mask.astype(np.uint8)
    return cv2.connectedComponents(ink)[0], cv2.connectedComponents(1 - ink)[0]


def rough_stroke_width(ink: Map) -> float:
    """Mean width of the strokes of ink, float32 (h, w) in [0, 1]; in pixels, at least 1.

    From their area and rim. `picture.pixels.stroke_width` measures more finely, but by the width
    found here pictures are made, and another would make others.
    """
    mask = (ink > 0.5).astype(np.uint8)
    area = float(mask.sum())
    edge = area - float(cv2.erode(mask, np.ones((3, 3), np.uint8)).sum())
    return max(1.0, 2 * area / max(edge, 1.0))


# --- drawn


def ink_of_strokes(
    digit: PenDigit, size: float, random: np.random.Generator, pen: float | None = None
) -> Map:
    """A pen digit drawn with some pen: as `ink_of_lines`, for its strokes."""
    return ink_of_lines(digit.strokes, size, random, pen)


def ink_of_lines(
    lines: Sequence[Points], size: float, random: np.random.Generator, pen: float | None = None
) -> Map:
    """Lines drawn with some pen: round, broad-nibbed, pressed unevenly, or gone over twice.

    Args:
        lines: float64 (n, 2) each, x and y, in units of their own.
        size: longer side of the box around them, pixels.
        random: the look of the pen depends on it.
        pen: width of the pen, pixels; by default 2% to 22% of `size`.

    Returns:
        float32 (h, w) in [0, 1], the ink with a little room around it.
    """
    if pen is None:
        pen = size * float(np.exp(random.uniform(np.log(0.02), np.log(0.22))))
    points = np.concatenate(lines)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = size / max(float((high - low).max()), 1e-6)
    margin = np.ceil(1.2 * pen) + 3
    drawn = [_drawn_by_hand((line - low) * scale + margin, random, size) for line in lines]
    width, height = np.ceil((high - low) * scale + 2 * margin).astype(int)
    mask = np.zeros((int(height), int(width)), np.uint8)
    looks = (_round_pen, _round_pen, _broad_nib, _uneven_pressure, _twice)
    looks[int(random.integers(len(looks)))](mask, drawn, pen, random)
    return mask.astype(np.float32) * np.float32(1 / 255)


def _drawn_by_hand(line: Points, random: np.random.Generator, size: float) -> Points:
    """As recorded, rounded, or shaky as with a mouse."""
    kind = random.random()
    if kind < 0.5:
        line = smooth_curve(line, 4)
    elif kind < 0.7:
        line = line + random.normal(0, 0.004 * size, line.shape)
    return np.concatenate([line, line[-1:]])  # so that a single point is drawn, too


def _round_pen(mask: Picture, lines: list[Points], pen: float, random: np.random.Generator) -> None:
    kind = cv2.LINE_AA if random.random() < 0.85 else cv2.LINE_8
    fixed = [fixed_point(line) for line in lines]
    cv2.polylines(mask, fixed, False, 255, max(1, round(pen)), kind, SUBPIXEL_BITS)


def _broad_nib(mask: Picture, lines: list[Points], pen: float, random: np.random.Generator) -> None:
    """Thick across the nib, thin along it."""
    angle = random.uniform(0, np.pi)
    nib = np.array([np.cos(angle), np.sin(angle)]) * pen * random.uniform(0.3, 0.5)
    thin = max(1, round(pen * random.uniform(0.25, 0.6)))
    for shift in np.linspace(-1, 1, 2 + round(2 * float(np.hypot(*nib)) / max(1.0, 0.7 * thin))):
        fixed = [fixed_point(line + shift * nib) for line in lines]
        cv2.polylines(mask, fixed, False, 255, thin, cv2.LINE_AA, SUBPIXEL_BITS)


def _uneven_pressure(
    mask: Picture, lines: list[Points], pen: float, random: np.random.Generator
) -> None:
    """Wide where the pen is pressed or slow, narrow towards the end of a stroke."""
    for line in lines:
        dense = smooth_curve(line, 3) if len(line) < 60 else line
        knots = random.uniform(0.5, 1.2, 5) * pen
        knots[-1] *= random.uniform(0.4, 1)
        widths = np.interp(np.linspace(0, 4, len(dense)), np.arange(5), knots)[1:]
        whole = np.maximum(1, np.rint(widths)).astype(int)
        fixed = fixed_point(dense)
        segments = np.stack([fixed[:-1], fixed[1:]], axis=1)
        for width in np.unique(whole).tolist():
            chosen = list(segments[whole == width])
            cv2.polylines(mask, chosen, False, 255, width, cv2.LINE_AA, SUBPIXEL_BITS)


def _twice(mask: Picture, lines: list[Points], pen: float, random: np.random.Generator) -> None:
    """Gone over a second time, not quite where the first line was."""
    _round_pen(mask, lines, 0.8 * pen, random)
    again = [line + np.clip(random.normal(0, 0.25 * pen, 2), -pen, pen) for line in lines]
    _round_pen(mask, again, 0.8 * pen, random)
