"""Lines that lead through a sheet, so faint that only pieces of them, or dots, are ink.

A line that a pixel hardly shows stands out where the contrast is averaged along it (as
`faint_lines` averages a row's whole height). That it is a line, and not the feet of digits in a
row, is told by the paper between what is ink: it stands out there, too.

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

import cv2
import numpy as np

from digits.picture.line_remains import HIGHEST_ONE, LEAST_ON_LINES, band_of
from digits.picture.pixels import Grey, Labelled, Mask, label_parts, on_its_side
from digits.picture.sheet_parts import usual_height
from digits.picture.straight_lines import LevelLine, band_along, find_level_lines

# Of the sheet: a line is no shorter.
_SHORTEST = 0.6
# Pixels along a line that are averaged, and the thickest that such a line is.
_ALONG, _THICKEST = 25, 8.0
# Grey levels: what is averaged stands out by no less, nor by less than the paper's grain does.
_LEAST_SHADES = 3.0
# Of a line's columns, those that are no ink and no nearer to any than so many pixels; and by how
# much of what it stands out by itself all beside it stands out at most.
_LEAST_BARE, _AROUND_INK, _MOST_BESIDE = 0.2, 3, 0.5
# Of the usual height: a piece is no higher, for a 1 may stand on an upright line, or is higher than
# any 1.
HIGHEST_PIECE = 0.55
# Likewise: a point is no longer. It was written if it is as dark somewhere as this share of the
# darkest fifth of what else was.
_LONGEST_POINT, _AS_DARK = 0.3, 0.9


def pieces_of_faint_rulings(contrast: Grey, mask: Mask, noise: float) -> Mask:
    """The pieces of ink that lie on faint lines alone, bool (H, W); what is written stays whole.

    Args:
        contrast: uint8 (H, W), by how much each pixel stands out of the paper.
        mask: bool (H, W), what of it is ink.
        noise: standard deviation of the paper's grain, grey levels.
    """
    on_lines = band_of(find_faint_rulings(contrast, mask, noise), mask.shape)
    upright = find_faint_rulings(on_its_side(contrast), on_its_side(mask), noise)
    on_lines |= band_of(upright, mask.shape[::-1]).T
    if not on_lines.any():
        return np.zeros_like(mask)
    part_of, stats = parts = label_parts(mask)
    inside = np.bincount(part_of[on_lines > 0], minlength=len(stats))
    are_pieces = inside >= LEAST_ON_LINES * stats[:, cv2.CC_STAT_AREA]
    heights = stats[:, cv2.CC_STAT_HEIGHT] / usual_height(mask, parts)
    are_pieces &= (heights <= HIGHEST_PIECE) | (heights >= HIGHEST_ONE)
    are_pieces[0] = False
    if are_pieces.any():
        are_pieces &= ~_are_points(contrast, parts, are_pieces)
    return np.asarray(are_pieces[part_of])


def _are_points(contrast: Grey, parts: Labelled, are_pieces: Mask) -> Mask:
    """Which pieces, bool (n,), are points: small, and as dark as what is written on the lines."""
    part_of, stats = parts
    are_points = np.zeros(len(stats), bool)
    written = contrast[(part_of > 0) & ~are_pieces[part_of]]
    if not written.size:
        return are_points
    darkest = np.percentile(written, 80)
    lengths = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1)
    are_small = lengths <= _LONGEST_POINT * usual_height(part_of > 0, parts)
    for part in np.flatnonzero(are_pieces & are_small).tolist():
        x, y, width, height = stats[part, :4].tolist()
        box = slice(y, y + height), slice(x, x + width)
        are_points[part] = contrast[box][part_of[box] == part].max() >= _AS_DARK * darkest
    return are_points


def find_faint_rulings(contrast: Grey, mask: Mask, noise: float) -> list[LevelLine]:
    """Nearly level lines that lead through a sheet and are ink only here and there.

    Args:
        contrast, mask, noise: as for `pieces_of_faint_rulings`.
    """
    least = max(_LEAST_SHADES, noise)
    averaged = cv2.blur(contrast, (_ALONG, 1))
    lines = find_level_lines(averaged > least, _SHORTEST * mask.shape[1], _THICKEST)
    if not lines:
        return []
    reach = np.ones((1, 2 * _AROUND_INK + 1), np.uint8)
    near_ink = cv2.dilate(mask.view(np.uint8), reach) > 0
    return [line for line in lines if _shades_on_paper(line, contrast, near_ink) >= least]


def _shades_on_paper(line: LevelLine, contrast: Grey, near_ink: Mask) -> float:
    """By how much a line stands out where nothing is written on it; 0 if it does not."""
    is_bare = ~band_along(near_ink, line).any(axis=0)
    if is_bare.mean() < _LEAST_BARE:
        return 0.0
    beyond = max(3, round(line.thickness))
    band = band_along(contrast, line, beyond=beyond)[:, is_bare].astype(np.float64).mean(axis=1)
    beside = max(band[:2].mean(), band[-2:].mean())
    own = float(band[beyond:-beyond].max())
    return own if beside <= _MOST_BESIDE * own else 0.0
