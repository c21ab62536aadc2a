"""All handwriting on a sheet of paper: what stands out of it, without rulings, boxes and frames.

`ink_finding` knows that there is one digit, and leaves all else out. Here everything stays that may
be a sign of a number: many digits, points, dashes.

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np

from digits.common.errors import NoInkError
from digits.picture.comb_teeth import teeth_on_lines
from digits.picture.crossed_zeros import find_bars_through_zeros
from digits.picture.drawing_ink import drawing_contrast, drawing_paper, padded_photo
from digits.picture.faint_rulings import HIGHEST_PIECE, pieces_of_faint_rulings
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
from digits.picture.leaning_lines import find_leaning_lines
from digits.picture.line_remains import arrowheads, bars_on_lines, pieces_going_on
from digits.picture.pale_margins import find_pale_margins
from digits.picture.pale_patterns import level_above_pattern
from digits.picture.paper_finding import continue_beyond, find_paper
from digits.picture.photo_ink import photo_contrast
from digits.picture.pixels import (
    Grey,
    Ink,
    InkMap,
    Mask,
    Pixels,
    label_parts,
    rim_of,
    stroke_width_of,
)
from digits.picture.ruling_removal import find_border_strips, find_whole_sides
from digits.picture.sheet_lines import PaperLines, lines_of_paper
from digits.picture.sheet_parts import SheetParts, longest_lines, usual_height
from digits.picture.side_slivers import find_side_slivers
from digits.picture.usual_strokes import LONGEST_LEVEL_STROKE

# Of the longest part of a table's grain: what is written is longer.
LARGEST_GRAIN = 1.3
# Of the usual height of what is written: a table's grain is lower.
HIGHEST_GRAIN = 0.6
# Of the higher of two digits side by side, what both share of its height; and of the usual height,
# how far they are apart at most.
_AS_HIGH, _CLOSE = 0.7, 1.0
# Of what lies beside the paper: where less is no line, lines are a part of it.
_LEAST_BESIDE_LINES = 0.1
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
    seen = _Seen(contrast, noise, beside is not None)
    if seen.is_bare:
        raise NoInkError(NO_INK)
    if not seen.is_photo:  # whose grain is known, and whose faint lines are dotted
        seen = seen.blanked(seen.parts.find_specks())
    seen = _without_rings(seen)
    seen = _without_borders(seen, beside or ())
    if seen.is_photo:
        pieces = pieces_of_faint_rulings(seen.contrast, seen.parts.labelled, seen.noise)
        seen = seen.blanked(pieces)
    frames = seen.parts.find_frames()
    if _leads_out(frames):  # a printed border, beside which others may be left
        frames = np.zeros_like(frames)
    seen, found = _without_lines(seen.without(frames))
    parts = SheetParts(_without_pieces(seen.mask, found)) if found else seen.parts
    parts.leave_out_underlines_and_crossings()
    lines = np.logical_or.reduce(
        [frames, parts.leave_out_frames(), *(each.pixels for each in found)]
    )
    if found:  # which may have hidden others
        parts.leave_out_borders()
    left = parts.left
    if seen.is_photo:
        left &= ~find_leaning_lines(left, lines)
        labelled = label_parts(left)
        usual = usual_height(left, labelled)
        left &= ~find_side_slivers(labelled, usual)
        left &= ~find_pale_margins(labelled, contrast, usual)
    left = _without_teeth(left, lines)
    left &= ~find_bars_through_zeros(left, stroke_width_of(left))
    return SheetInk(seen.ink_map * left, lines, contrast)


@dataclass(frozen=True, eq=False)
class _Seen:
    """What stands out of a sheet, before or after something is blanked that is no handwriting.

    Attributes:
        contrast: uint8 (H, W), by how much.
        noise: the paper's grain.
        is_photo: whether it is one, and no drawing.
    """

    contrast: Grey
    noise: float
    is_photo: bool

    @cached_property
    def _levels(self) -> tuple[float, float]:
        """The contrast from which on it is ink, and that of full ink."""
        return threshold_and_peak(self.contrast, 3 * self.noise)

    @cached_property
    def _ink(self) -> tuple[InkMap, Mask]:
        return _ink_of(self.contrast, self._levels, self.noise, self.is_photo)

    @property
    def ink_map(self) -> InkMap:
        """Float32 (H, W) in [0, 1], contrast as a share of that of full ink."""
        return self._ink[0]

    @property
    def mask(self) -> Mask:
        """Bool (H, W), what of it is ink."""
        return self._ink[1]

    @cached_property
    def parts(self) -> SheetParts:
        """Of the ink, but for what was left out of them."""
        return SheetParts(self.mask)

    @property
    def is_bare(self) -> bool:
        """Whether nothing stands out of the paper."""
        least = max(MIN_CONTRAST, MIN_SIGNAL_TO_NOISE * self.noise)
        return self._levels[1] < least

    def without(self, blank: Mask, *, whole: bool = False) -> _Seen:
        """The same with some pixels blanked, if something else is left that stands out.

        Args:
            blank: bool (H, W), which pixels; around them goes what a lens blurs.
            whole: whether all other ink stays whole, even beside them.
        """
        if not blank.any():
            return self
        if self.is_photo:
            size = _BLUR_OF_A_LENS
            around = cv2.dilate(blank.astype(np.uint8), np.ones((size, size), np.uint8)) > 0
            blank = around & (blank | ~self.mask) if whole else around
        return self.blanked(blank)

    def blanked(self, blank: Mask) -> _Seen:
        """Likewise, to the pixel, with what a lens blurs around them."""
        if not blank.any():
            return self
        blanked = replace(self, contrast=np.where(blank, np.uint8(0), self.contrast))
        return self if blanked.is_bare else blanked


def _without_rings(seen: _Seen) -> _Seen:
    """Without rings around numbers, which touch signs that stay whole."""
    seen = seen.without(seen.parts.find_rings(), whole=True)
    around_paler = seen.parts.find_ring_around_paler() if seen.is_photo else None
    if around_paler is None:
        return seen
    others = seen.without(around_paler.pixels)
    return others if others is not seen and around_paler.holds_signs(others.mask) else seen


def _without_borders(seen: _Seen, beside: tuple[Finder, ...]) -> _Seen:
    """Without what lies beside the paper, along its border, or is printed there."""
    for find in beside:
        found = find(seen.mask)
        if found.any() and _is_grain(found, seen.mask):
            seen = seen.without(found)
    if rim_of(seen.mask).any():
        seen = seen.without(find_whole_sides(seen.mask))
        seen = seen.without(_border_strips(seen.mask))
    # The many parts of a printed border would tell how high digits are.
    return seen.without(seen.parts.leave_out_borders())


def _without_lines(seen: _Seen) -> tuple[_Seen, list[PaperLines]]:
    """Without the paper's lines, and which they are; what they hid shows others."""
    found: list[PaperLines] = []
    for _ in range(_PASSES):
        lines = lines_of_paper(seen.parts.labelled, seen.contrast, seen.ink_map, found)
        if not lines.pixels.any():
            break
        seen = seen.without(lines.pixels)
        found.append(lines)
    return seen, found


def _without_pieces(mask: Mask, found: list[PaperLines]) -> Mask:
    """Without small pieces that go on where lines were, arrowheads and bars that hung on them."""
    level = [line for lines in found for line in lines.level]
    upright = [line for lines in found for line in lines.upright]
    mask = mask & ~pieces_going_on(mask, level, np.inf)
    parts = label_parts(mask)
    usual = usual_height(mask, parts)
    if upright:
        mask &= ~pieces_going_on(mask.T, upright, HIGHEST_PIECE * usual).T
        parts = label_parts(mask)
    mask &= ~arrowheads(parts, level, usual)
    parts = label_parts(mask)
    pixels = np.logical_or.reduce([lines.pixels for lines in found])
    return mask & ~bars_on_lines(parts, pixels, usual)


def _without_teeth(mask: Mask, lines: Mask) -> Mask:
    """Without what is left of combs on lines."""
    if not lines.any():
        return mask
    parts = label_parts(mask)
    return mask & ~teeth_on_lines(parts, lines, usual_height(mask, parts))


def _leads_out(lines: Mask) -> bool:
    """Whether they reach the border of the sheet."""
    return bool(lines[[0, -1]].any() or lines[:, [0, -1]].any())


def _contrast_on(pixels: Pixels, ink: Ink) -> tuple[Grey, float, tuple[Finder, ...] | None]:
    """By how much each pixel stands out, the paper's grain, and what finds all beside the paper.

    Of a drawing that is None.
    """
    paper = drawing_paper(pixels)
    if paper is None:
        return _contrast_on_photo(pixels, ink)
    contrast = drawing_contrast(pixels, paper, ink)
    inside = padded_photo(contrast)
    if inside is None:
        return contrast, 0.0, None
    within, noise, _ = photo_contrast(pixels[inside], ink)
    padded = np.zeros_like(contrast)
    padded[inside] = within
    return padded, noise, ()


def _contrast_on_photo(pixels: Pixels, ink: Ink) -> tuple[Grey, float, tuple[Finder, ...]]:
    """Likewise, of a photo, on whose table nothing stands out if its sheet is seen whole."""
    sheet = find_paper(pixels)
    if sheet is None:
        return photo_contrast(pixels, ink)
    contrast, noise, _ = photo_contrast(continue_beyond(pixels, sheet), ink)
    return np.where(sheet, contrast, np.uint8(0)), noise, ()


def _ink_of(
    contrast: Grey, levels: tuple[float, float], noise: float, is_photo: bool
) -> tuple[InkMap, Mask]:
    """Contrast as a share of that of full ink, at most 1, and what of it is ink."""
    threshold, peak = levels[0], max(levels[1], 1.0)
    weak = weak_level_of(WEAK_INK_OF_A_PHOTO if is_photo else WEAK_INK_OF_A_DRAWING, noise, peak)
    ink_map = np.minimum(contrast.astype(np.float32) * np.float32(1 / peak), np.float32(1))
    strong = min(max(threshold / peak, weak), 0.55) if is_photo else min(threshold / peak, 0.5)
    if is_photo:
        weak = level_above_pattern(ink_map, weak, strong)
    mask = strong_and_joined(ink_map, weak, strong)
    if is_photo:
        ink_map = np.clip((ink_map - 0.5 * weak) / (0.8 - 0.5 * weak), 0, 1).astype(np.float32)
        mask = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        mask &= ink_map > 0
    return ink_map, mask


# --- borders


def _is_grain(found: Mask, mask: Mask) -> bool:
    """Whether what lies beside the paper is smaller than what is written; else that is a shadow.

    Digits that touch are long, so that a number may go on in a shadow with shorter parts: those
    are about as high. Rulings and frames say nothing of either; but where there is little else, a 1
    may be what looks like a line.
    """
    lines = longest_lines(mask) | SheetParts(mask).find_frames()
    written = mask & ~found & ~lines
    without_lines = found & ~lines
    if np.count_nonzero(without_lines) >= _LEAST_BESIDE_LINES * np.count_nonzero(found):
        found = without_lines
    is_short = longest_side(written, uncut=True) > LARGEST_GRAIN * longest_side(found, uncut=True)
    is_low = is_short and usual_height(found) < HIGHEST_GRAIN * usual_height(written)
    return is_low and not _goes_on(found, written)


def _goes_on(found: Mask, written: Mask) -> bool:
    """Whether a part goes on what is written: as high, at the same height, and close beside it."""
    own, others = (label_parts(mask)[1][1:, :4].astype(np.float64) for mask in (found, written))
    usual = usual_height(written)
    others = others[others[:, 3] >= _AS_HIGH * usual]
    x, y, width, height = own[:, None].T
    left, top, wide, tall = others.T[:, :, None]
    shared = np.minimum(y + height, top + tall) - np.maximum(y, top)
    gap = np.maximum(left - x - width, x - left - wide)
    goes_on = (shared >= _AS_HIGH * np.maximum(height, tall)) & (gap <= _CLOSE * usual)
    is_whole = (x > 0) & (x + width < found.shape[1]) & (y > 0) & (y + height < found.shape[0])
    return bool((goes_on & is_whole).any())


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
