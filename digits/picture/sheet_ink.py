"""All handwriting on a sheet of paper: what stands out of it, without rulings, boxes and frames.

`ink_finding` knows that there is one digit, and leaves all else out. Here everything stays that may
be a sign of a number: many digits, points, dashes.

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from digits.common.errors import NoInkError
from digits.picture.drawing_ink import drawing_contrast, drawing_paper, padded_photo
from digits.picture.ink_parts import (
    MIN_CONTRAST,
    MIN_SIGNAL_TO_NOISE,
    NO_INK,
    WEAK_INK_OF_A_DRAWING,
    WEAK_INK_OF_A_PHOTO,
    Finder,
    longest_side,
    strong_and_joined,
    threshold_and_peak,
    weak_level_of,
)
from digits.picture.line_remains import pieces_going_on
from digits.picture.photo_ink import photo_contrast
from digits.picture.pixels import (
    Grey,
    Ink,
    InkMap,
    Mask,
    Pixels,
    label_parts,
)
from digits.picture.ruling_removal import find_border_strips
from digits.picture.sheet_lines import PaperLines, lines_of_paper
from digits.picture.sheet_parts import SheetParts, usual_height
from digits.picture.usual_strokes import LONGEST_LEVEL_STROKE

# Of the longest part of a table's grain: what is written is longer.
LARGEST_GRAIN = 1.3
# Of the usual height of what is written: a table's grain is lower.
HIGHEST_GRAIN = 0.6
# Of the usual height: of an upright line such a piece is no higher, for a 1 may stand there.
HIGHEST_PIECE_OF_UPRIGHT = 0.55
# Pixels around a line that go with it, for a lens blurs lines.
_BLUR_OF_A_LENS = 3
_PASSES = 3


@dataclass(frozen=True, eq=False)
class SheetInk:
    """What lies on a sheet.

    Attributes:
        ink_map: float32 (H, W) in [0, 1], how much handwriting; 0 on paper and on its lines.
        lines: bool (H, W), where lines of the paper are.
        contrast: uint8 (H, W), by how much each pixel stands out of the paper, whatever it shows.
    """

    ink_map: InkMap
    lines: Mask
    contrast: Grey


def find_sheet_ink(pixels: Pixels, ink: Ink = "auto") -> SheetInk:
    """How much of a sheet's handwriting lies on every pixel, and where lines are.

    Args:
        pixels: uint8 (H, W) or (H, W, 3), RGB; neither side under 3.
        ink: whether the ink is darker or lighter than the paper; "auto" finds out.

    Raises:
        NoInkError: nothing stands out of the paper.
    """
    contrast, noise, beside = _contrast_on(pixels, ink)
    of_all = contrast
    is_photo = beside is not None
    least = max(MIN_CONTRAST, MIN_SIGNAL_TO_NOISE * noise)
    if threshold_and_peak(contrast, 3 * noise)[1] < least:
        raise NoInkError(NO_INK)
    ink_map, mask = _ink_of(contrast, noise, is_photo)
    for find in (*(beside or ()), _border_strips):
        found = find(mask)
        if found.any() and (find is _border_strips or _is_grain(found, mask)):
            contrast = _blanked(contrast, found, is_photo, least, noise)
            ink_map, mask = _ink_of(contrast, noise, is_photo)
    parts = SheetParts(mask)
    borders = parts.leave_out_borders()
    if borders.any():  # whose many parts would tell how high digits are
        contrast = _blanked(contrast, borders, is_photo, least, noise)
        ink_map, mask = _ink_of(contrast, noise, is_photo)
        parts = SheetParts(mask)
    all_lines = parts.leave_out_frames()
    if _leads_out(all_lines):  # a printed border, beside which others may be left: see below
        all_lines = np.zeros_like(mask)
    if all_lines.any():
        contrast = _blanked(contrast, all_lines, is_photo, least, noise)
        ink_map, mask = _ink_of(contrast, noise, is_photo)
    found_lines: list[PaperLines] = []
    for _ in range(_PASSES):
        lines = lines_of_paper(mask, ink_map, found_lines)
        if not lines.pixels.any():
            break
        contrast = _blanked(contrast, lines.pixels, is_photo, least, noise)
        ink_map, mask = _ink_of(contrast, noise, is_photo)
        found_lines.append(lines)
    for lines in found_lines:
        all_lines |= lines.pixels
    level = [line for lines in found_lines for line in lines.level]
    upright = [line for lines in found_lines for line in lines.upright]
    mask &= ~pieces_going_on(mask, level, np.inf)
    if upright:
        highest = HIGHEST_PIECE_OF_UPRIGHT * usual_height(mask)
        mask &= ~pieces_going_on(mask.T, upright, highest).T
    parts = SheetParts(mask)
    parts.leave_out_underlines_and_crossings()
    frames = parts.leave_out_frames()
    parts.leave_out_borders()
    handwriting = np.where(parts.left, ink_map, np.float32(0)).astype(np.float32)
    return SheetInk(handwriting, all_lines | frames, of_all)


def _leads_out(lines: Mask) -> bool:
    """Whether they reach the border of the sheet."""
    return bool(lines[[0, -1]].any() or lines[:, [0, -1]].any())


def _contrast_on(pixels: Pixels, ink: Ink) -> tuple[Grey, float, tuple[Finder, ...] | None]:
    """By how much each pixel stands out, the paper's grain, and what finds all beside the paper.

    Of a drawing that is None.
    """
    paper = drawing_paper(pixels)
    if paper is None:
        return photo_contrast(pixels, ink)
    contrast = drawing_contrast(pixels, paper, ink)
    inside = padded_photo(contrast)
    if inside is None:
        return contrast, 0.0, None
    within, noise, _ = photo_contrast(pixels[inside], ink)
    padded = np.zeros_like(contrast)
    padded[inside] = within
    return padded, noise, ()


def _ink_of(contrast: Grey, noise: float, is_photo: bool) -> tuple[InkMap, Mask]:
    """Contrast as a share of that of full ink, at most 1, and what of it is ink."""
    threshold, peak = threshold_and_peak(contrast, 3 * noise)
    peak = max(peak, 1.0)
    weak = weak_level_of(WEAK_INK_OF_A_PHOTO if is_photo else WEAK_INK_OF_A_DRAWING, noise, peak)
    ink_map = np.minimum(contrast.astype(np.float32) * np.float32(1 / peak), np.float32(1))
    strong = min(max(threshold / peak, weak), 0.55) if is_photo else min(threshold / peak, 0.5)
    mask = strong_and_joined(ink_map, weak, strong)
    if is_photo:
        ink_map = np.clip((ink_map - 0.5 * weak) / (0.8 - 0.5 * weak), 0, 1).astype(np.float32)
        mask = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        mask &= ink_map > 0
    return ink_map, mask


def _blanked(contrast: Grey, lines: Mask, is_photo: bool, least: float, noise: float) -> Grey:
    """Without lines, if something else is left that stands out."""
    if not lines.any():
        return contrast
    if is_photo:
        size = _BLUR_OF_A_LENS
        lines = cv2.dilate(lines.astype(np.uint8), np.ones((size, size), np.uint8)) > 0
    blanked = np.where(lines, np.uint8(0), contrast)
    return blanked if threshold_and_peak(blanked, 3 * noise)[1] >= least else contrast


# --- borders


def _is_grain(found: Mask, mask: Mask) -> bool:
    """Whether what lies beside the paper is smaller than what is written; else that is a shadow.

    Digits that touch are long, so that a number may go on in a shadow with shorter parts: those
    are about as high.
    """
    written = mask & ~found
    is_short = longest_side(written, uncut=True) > LARGEST_GRAIN * longest_side(found, uncut=True)
    return is_short and usual_height(found) < HIGHEST_GRAIN * usual_height(written)


def _border_strips(mask: Mask) -> Mask:
    """What lies along the border for longer than digits do that a crop has cut."""
    strips = find_border_strips(mask)
    if not strips.any():
        return strips
    part_of, stats = label_parts(strips)
    lengths = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1)
    is_long = lengths > LONGEST_LEVEL_STROKE * usual_height(mask)
    is_long[0] = False
    return is_long[part_of]
