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
from digits.picture.pixels import Grey, Labelled, Mask, darkest_in, on_its_side
from digits.picture.sheet_parts import usual_height
from digits.picture.straight_lines import LevelLine, band_along, find_level_lines

# Of the sheet: a line is no shorter.
_SHORTEST = 0.6
# Pixels along a line that are averaged, and the thickest that such a line is, or of the usual
# height: a photo from near by shows lines as bold.
_ALONG, _THICKEST, _THICKEST_OF_HEIGHT = 25, 8.0, 0.2
# Grey levels: what is averaged stands out by no less, nor by less than the paper's grain does.
_LEAST_SHADES = 3.0
# Of a line's columns, those that are no ink and no nearer to any than so many pixels; and by how
# much of what it stands out by itself all beside it stands out at most.
_LEAST_BARE, _AROUND_INK, _MOST_BESIDE = 0.2, 3, 0.5
# Of the usual height: a piece is no higher, for a 1 may stand on an upright line, or is higher than
# any 1.
HIGHEST_PIECE = 0.55
# Likewise: a point or comma is no longer; and of what digits are at their darkest, so dark it is.
_LONGEST_POINT, _AS_DARK = 0.3, 0.75


def pieces_of_faint_rulings(contrast: Grey, parts: Labelled, noise: float) -> Mask:
    """The pieces of ink that lie on faint lines alone, bool (H, W); what is written stays whole.

    Args:
        contrast: uint8 (H, W), by how much each pixel stands out of the paper.
        parts: of the ink.
        noise: standard deviation of the paper's grain, grey levels.
    """
    part_of, stats = parts
    mask = part_of > 0
    usual = usual_height(mask, parts)
    thickest = max(_THICKEST, _THICKEST_OF_HEIGHT * usual)
    on_lines = band_of(find_faint_rulings(contrast, mask, noise, thickest), mask.shape)
    upright = find_faint_rulings(on_its_side(contrast), on_its_side(mask), noise, thickest)
    on_lines |= band_of(upright, mask.shape[::-1]).T
    if not on_lines.any():
        return np.zeros_like(mask)
    inside = np.bincount(part_of[on_lines > 0], minlength=len(stats))
    are_pieces = inside >= LEAST_ON_LINES * stats[:, cv2.CC_STAT_AREA]
    heights = stats[:, cv2.CC_STAT_HEIGHT] / usual
    are_pieces &= (heights <= HIGHEST_PIECE) | (heights >= HIGHEST_ONE)
    are_pieces[0] = False
    are_pieces[_points(contrast, parts, are_pieces, usual)] = False
    return np.asarray(are_pieces[part_of])


def _points(contrast: Grey, parts: Labelled, are_pieces: Mask, usual: float) -> list[int]:
    """Which pieces are points or commas: small, and as dark as parts that may be digits."""
    stats = parts[1]

    def darkest(part: int) -> int:
        return darkest_in(part, contrast, parts)

    width, height = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    are_small = are_pieces & (np.maximum(width, height) <= _LONGEST_POINT * usual)
    if not are_small.any():
        return []
    are_digits = ~are_pieces & (height > HIGHEST_PIECE * usual)
    digits = [darkest(part) for part in (np.flatnonzero(are_digits[1:]) + 1).tolist()]
    least = _AS_DARK * float(np.median(digits)) if digits else np.inf
    return [part for part in np.flatnonzero(are_small).tolist() if darkest(part) >= least]


def find_faint_rulings(
    contrast: Grey, mask: Mask, noise: float, thickest: float
) -> list[LevelLine]:
    """Nearly level lines that lead through a sheet and are ink only here and there.

    Args:
        contrast, noise: as for `pieces_of_faint_rulings`.
        mask: bool (H, W), ink.
        thickest: no line is thicker, pixels.
    """
    least = max(_LEAST_SHADES, noise)
    averaged = cv2.blur(contrast, (_ALONG, 1))
    lines = find_level_lines(averaged > least, _SHORTEST * mask.shape[1], thickest)
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
