"""Upright lines beside a row of digits that are too faint to be ink: sides of boxes and cells.

A line that a pixel hardly shows stands out clearly where the row's whole height is averaged.

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from digits.picture.pixels import Grey, InkMap, Mask

# Shades by which a line stands out of what is beside it, and times what is usual there.
LEAST_SHADES, _LEAST_TIMES = 2.5, 8.0
# The row is averaged in so many bands, and a line is there in each that is not written on, at least
# in so many.
_BANDS, _FEWEST_SEEN = 3, 2
# Pixels: how far a line may lean between two bands, and around ink, which may be blurred.
_LEAN, _AROUND_INK = 2, 4
# Of the row's height: what is beside a line. Of a band's rows, those that show paper.
_BESIDE, _LEAST_PAPER = 0.3, 0.6


def find_faint_uprights(
    contrast: Grey, ink_map: InkMap, top: int, bottom: int
) -> NDArray[np.float64]:
    """Columns of upright lines that lead from above a row to below it.

    Args:
        contrast: uint8 (H, W), by how much each pixel stands out of the paper, whatever it shows.
        ink_map: float32 (H, W), 0 where nothing is written.
        top: the row's uppermost line of pixels.
        bottom: the line of pixels below its last.

    Returns:
        float64 (n,), rising.
    """
    reach = 2 * _AROUND_INK + 1
    written = cv2.dilate((ink_map[top:bottom] > 0).view(np.uint8), np.ones((3, reach), np.uint8))
    paper = written == 0
    if not contrast[top:bottom][paper].any():  # as of a drawing
        return np.empty(0)
    by = max(5, round(_BESIDE * (bottom - top)))
    bands = [
        _standing_out(contrast[top:bottom][part], paper[part], by)
        for part in np.array_split(np.arange(bottom - top), _BANDS)
        if len(part)
    ]
    stands_out = np.array(bands)
    is_seen = ~np.isnan(stands_out)
    highest = np.array([_highest_near(np.nan_to_num(band, nan=-np.inf)) for band in bands])
    least = np.where(is_seen, highest, np.inf).min(axis=0)
    total = np.nan_to_num(stands_out).sum(axis=0)
    usual = float(np.median(np.abs(stands_out[is_seen]))) if is_seen.any() else 0.0
    is_line = least >= max(LEAST_SHADES, _LEAST_TIMES * usual)
    is_line &= (total >= _highest_near(total)) & (is_seen.sum(axis=0) >= _FEWEST_SEEN)
    return np.flatnonzero(is_line).astype(np.float64)


def _standing_out(contrast: Grey, paper: Mask, by: int) -> NDArray[np.float64]:
    """How much darker each column is than what is beside it; NaN where it shows no paper."""
    seen = np.count_nonzero(paper, axis=0)
    means = np.where(paper, contrast, 0).sum(axis=0) / np.maximum(seen, 1)
    is_seen = seen >= _LEAST_PAPER * len(paper)
    padded = np.pad(np.where(is_seen, means, np.nan), by, constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * by + 1)
    filled = np.where(np.isnan(windows), np.inf, windows)
    middle = np.sort(filled, axis=1)[np.arange(len(means)), np.isfinite(filled).sum(axis=1) // 2]
    return np.where(is_seen & np.isfinite(middle), means - middle, np.nan)


def _highest_near(values: NDArray[np.float64]) -> NDArray[np.float64]:
    padded = np.pad(values, _LEAN, constant_values=-np.inf)
    return np.asarray(
        np.lib.stride_tricks.sliding_window_view(padded, 2 * _LEAN + 1).max(axis=1), np.float64
    )
