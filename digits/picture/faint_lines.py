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
    paper = (written == 0).view(np.uint8)
    shown = np.asarray(contrast[top:bottom] * paper, np.uint8)
    if not shown.any():  # as of a drawing
        return np.empty(0)
    bands = np.array_split(np.arange(bottom - top), min(_BANDS, bottom - top))
    means = np.array([_means(shown[band], paper[band]) for band in bands])
    # No column stands out by more than it shows itself, which is hardly anything on most paper.
    if not _seen_in_bands(means, LEAST_SHADES).any():
        return np.empty(0)
    by = max(5, round(_BESIDE * (bottom - top)))
    stands_out = np.array([_standing_out(band, by) for band in means])
    total = np.nan_to_num(stands_out).sum(axis=0, keepdims=True)
    usual = float(np.nanmedian(np.abs(stands_out)))
    is_line = _seen_in_bands(stands_out, max(LEAST_SHADES, _LEAST_TIMES * usual))
    is_line &= (total >= _highest_near(total))[0]
    return np.flatnonzero(is_line).astype(np.float64)


def _means(shown: Grey, paper: Grey) -> NDArray[np.float64]:
    """Of what the paper of a band, 1 there and else 0, shows in each column; NaN where none is."""
    total, seen = (
        cv2.reduce(each, 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S)[0] for each in (shown, paper)
    )
    return np.where(seen >= _LEAST_PAPER * len(paper), total / np.maximum(seen, 1), np.nan)


def _seen_in_bands(bands: NDArray[np.float64], least: float) -> Mask:
    """Which columns are no less in any band that shows paper, of which there are enough.

    Args:
        bands: (n, W), NaN where they show none.
        least: of what is highest near a column.

    Returns:
        bool (W,).
    """
    is_seen = ~np.isnan(bands)
    highest = _highest_near(np.where(is_seen, bands, -np.inf))
    is_there = (highest >= least) | ~is_seen
    return np.asarray(is_there.all(axis=0) & (is_seen.sum(axis=0) >= _FEWEST_SEEN))


def _standing_out(means: NDArray[np.float64], by: int) -> NDArray[np.float64]:
    """How much darker each column is than what is beside it; NaN where it shows no paper."""
    padded = np.pad(means, by, constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * by + 1)
    filled = np.where(np.isnan(windows), np.inf, windows)
    middle = np.sort(filled, axis=1)[np.arange(len(means)), np.isfinite(filled).sum(axis=1) // 2]
    return means - middle


def _highest_near(bands: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of each column and those near to it, (n, W) as they are."""
    return np.asarray(cv2.dilate(bands, np.ones((1, 2 * _LEAN + 1), np.uint8)), np.float64)
