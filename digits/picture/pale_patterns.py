"""A pattern printed on the paper, as on cheques, that is paler than what is written over it.

Its lines run into strokes, and so they hang together with strong ink. But a pattern goes on where
nothing is written, and how dark it is can be seen there.
"""

from __future__ import annotations

import cv2
import numpy as np

from digits.picture.pixels import InkMap, Mask, stroke_width_of

# Of the strong ink: where so much weak ink lies off it, that is no rim of strokes.
_LEAST_OF_PATTERN = 0.2
# The share of a pattern that is no darker than the level at which it ends.
_MOST_OF_PATTERN = 0.97
# In strokes' widths: what leads so far level or upright is a line of the paper. A lens blurs two
# pixels beside it.
_STRAIGHT = 4.0
_BLURRED = np.ones((5, 5), np.uint8)


def level_above_pattern(ink_map: InkMap, weak: float, strong: float) -> float:
    """The level of weak ink, above that of a pattern if the paper bears one.

    Args:
        ink_map: float32 (H, W) in [0, 1].
        weak: level of weak ink on bare paper.
        strong: level of strong ink.
    """
    weak_ink, strong_ink = ink_map > weak, ink_map > strong
    least = _LEAST_OF_PATTERN * np.count_nonzero(strong_ink)
    if np.count_nonzero(weak_ink) - np.count_nonzero(strong_ink) < least:
        return weak
    stroke = stroke_width_of(strong_ink)
    reach = 2 * round(0.5 * stroke) + 3
    near = cv2.dilate(strong_ink.view(np.uint8), np.ones((reach, reach), np.uint8)) > 0
    off_strokes = weak_ink & ~near
    if np.count_nonzero(off_strokes) < least:
        return weak
    pattern = ink_map[off_strokes & ~_straight(weak_ink, round(_STRAIGHT * stroke))]
    if pattern.size < least:
        return weak
    return float(np.quantile(pattern, _MOST_OF_PATTERN))


def _straight(ink: Mask, length: int) -> Mask:
    """Ink in level and upright runs of so many pixels, and what is blurred beside them."""
    found = np.zeros(ink.shape, np.uint8)
    for shape in ((1, length), (length, 1)):
        runs = cv2.morphologyEx(ink.view(np.uint8), cv2.MORPH_OPEN, np.ones(shape, np.uint8))
        found |= np.asarray(runs, np.uint8)
    return np.asarray(cv2.dilate(found, _BLURRED) > 0)
