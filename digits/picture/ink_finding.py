"""Find a digit's ink on any paper: drawings, scans, photos.

Two roads lead to how much every pixel stands out of the paper. A drawing's paper has one colour,
and everything else is ink. A photo's paper is lit unevenly, may be lined or end at a table's edge;
there, the paper's brightness at a place is what a grey-level closing (Serra, 1982) wider than any
stroke leaves of it, which follows shadows and edges alike. Then lines and boxes that belong to the
paper go, and those parts stay that belong to one digit.

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from digits.common.errors import NoInkError
from digits.picture.ruling_removal import find_border_strips, find_box, find_rulings, has_corner

Ink: TypeAlias = Literal["auto", "dark", "light"]
Grey: TypeAlias = NDArray[np.uint8]
Pixels: TypeAlias = NDArray[np.uint8]
InkMap: TypeAlias = NDArray[np.float32]
Mask: TypeAlias = NDArray[np.bool_]
Finder: TypeAlias = Callable[[Mask], Mask]
_Value = TypeVar("_Value", bound=np.generic)

# Below this contrast, in grey levels of 255, even people see an empty sheet.
MIN_CONTRAST = 14.0
# Ink must stand out of the paper's grain by this many of its standard deviations.
MIN_SIGNAL_TO_NOISE = 6.0
# A stroke's faint rim belongs to it. On the paper of a drawing nothing else is so faint.
WEAK_INK_OF_A_DRAWING = 0.02
WEAK_INK_OF_A_PHOTO = 0.25
# Detached parts count from this share of the largest part's length: the bar of a 5, not dust.
MIN_PART_LENGTH = 0.12
# Farther away than this share of the largest part's length, only another large part counts.
FAR = 0.35
MIN_FAR_PART_LENGTH = 0.45
# Photos are looked at in no fewer pixels: thin strokes need some for shapes to be told.
SMALLEST_PHOTO = 160
# Pixels, longer side: in a larger picture, what is one pixel large is no ink.
SMALL_PICTURE = 64
# Pixels, longer side: enough to tell how wide strokes are.
FIRST_LOOK = 200
# Of the picture's shorter side: wider than any stroke, and first guess of the closing's width.
WIDEST_STROKE = 0.4
# Below this, as a logarithm of evidence, dark and light ink are both tried.
UNCERTAIN_LIGHTNESS = 2.0
# In grey levels: what differs more from a drawing's paper is no noise of coding.
_LARGEST_GRAIN = 20


def find_ink(pixels: Pixels, ink: Ink = "auto") -> InkMap:
    """How much ink of a digit lies on every pixel.

    Args:
        pixels: uint8 (H, W) or (H, W, 3), RGB.
        ink: whether the ink is darker or lighter than the paper; "auto" finds out.

    Returns:
        float32 (H, W) in [0, 1]; 0 on paper, its rulings and boxes, and on specks.

    Raises:
        NoInkError: nothing stands out of the paper.
    """
    pixels = _without_impulses(_without_needless_channels(pixels))
    paper = _drawing_paper(pixels)
    if paper is None:
        return _ink_of_photo(pixels, ink)
    contrast = _drawing_contrast(pixels, paper, ink)
    if (
        pixels.ndim == 2
        and ink == "auto"
        and (bands := _banded_paper(pixels, contrast)) is not None
    ):
        contrast = np.asarray(cv2.absdiff(pixels, bands), np.uint8)
    inside = _padded_photo(contrast)
    if inside is None:
        return _ink_of_drawing(contrast)
    ink_map = np.zeros(contrast.shape, np.float32)
    ink_map[inside] = _ink_of_photo(pixels[inside], ink)
    return ink_map


def _without_needless_channels(pixels: Pixels) -> Pixels:
    if pixels.ndim == 2:
        return pixels
    red, green, blue = cv2.split(pixels)
    if cv2.countNonZero(cv2.absdiff(red, green)) or cv2.countNonZero(cv2.absdiff(red, blue)):
        return pixels
    return np.asarray(red, np.uint8)


def _without_impulses(pixels: Pixels) -> Pixels:
    """A small picture without salt and pepper, which in a large one are mere specks.

    Only a pixel that differs from neighbours which are alike goes, so that thin strokes stay, and
    only where there are many (a switching median filter; Sun & Neuvo, 1994).
    """
    if max(pixels.shape[:2]) > SMALL_PICTURE or pixels.ndim == 3 or min(pixels.shape) < 3:
        return pixels
    framed = cv2.copyMakeBorder(pixels, 1, 1, 1, 1, cv2.BORDER_REFLECT_101).astype(np.int16)
    height, width = pixels.shape
    neighbours = np.stack([framed[y : y + height, x : x + width] for y, x in _AROUND])
    usual = np.median(neighbours, axis=0)
    is_flat = (np.abs(neighbours - usual) < _LIKE_A_NEIGHBOUR).sum(axis=0) >= 7
    is_impulse = is_flat & (np.abs(pixels - usual) > _LIKE_A_NEIGHBOUR)
    if is_impulse.mean() < _FEWEST_IMPULSES:
        return pixels
    return np.where(is_impulse, usual, pixels).astype(np.uint8)


def _darkest(pixels: Pixels) -> Grey:
    """Its least channel: coloured ink is darkest in the colour that it swallows."""
    if pixels.ndim == 2:
        return pixels
    red, green, blue = cv2.split(pixels)
    return np.asarray(cv2.min(cv2.min(red, green), blue), np.uint8)


def _brightest(pixels: Pixels) -> Grey:
    if pixels.ndim == 2:
        return pixels
    red, green, blue = cv2.split(pixels)
    return np.asarray(cv2.max(cv2.max(red, green), blue), np.uint8)


# ---- Drawings: paper of one colour


def _drawing_paper(pixels: Pixels) -> Pixels | None:
    """The one colour that a drawing's paper has, (1, 1) or (1, 1, 3); None for a photo."""
    rim = _rim(pixels)
    rows = pixels[:: max(1, len(pixels) // 24)]
    for colours in (rim, rows.reshape(-1, *pixels.shape[2:])):
        colour = _commonest(colours)
        distance = _colour_distance(pixels, colour)
        same = distance.size - cv2.countNonZero(distance)
        if same > 0.4 * distance.size:
            near = int(np.count_nonzero(distance <= _LARGEST_GRAIN))
            return colour if near - same < 0.15 * distance.size else None
    return None


def _rim(pixels: NDArray[_Value]) -> NDArray[_Value]:
    """All pixels along the border, corners twice."""
    return np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])


def _commonest(colours: Pixels) -> Pixels:
    """Of uint8 (n,) or (n, 3), the value that is there most often, (1, 1) or (1, 1, 3)."""
    if colours.ndim == 1:
        return np.array([[np.bincount(colours, minlength=1).argmax()]], np.uint8)
    codes = colours.astype(np.int32) @ np.array([65_536, 256, 1], np.int32)
    values, counts = np.unique(codes, return_counts=True)
    code = int(values[counts.argmax()])
    return np.array([[[code >> 16, code >> 8 & 255, code & 255]]], np.uint8)


def _colour_distance(pixels: Pixels, colour: Pixels) -> Grey:
    """In the channel where it is largest."""
    sheet = np.broadcast_to(colour, pixels.shape).copy()
    return _brightest(np.asarray(cv2.absdiff(pixels, sheet), np.uint8))


def _drawing_contrast(pixels: Pixels, paper: Pixels, ink: Ink) -> Grey:
    """How far every pixel is from the paper's colour, in the channel where that is farthest."""
    sheet = np.broadcast_to(paper, pixels.shape).copy()
    if ink == "dark":
        return _brightest(np.asarray(cv2.subtract(sheet, pixels), np.uint8))
    if ink == "light":
        return _brightest(np.asarray(cv2.subtract(pixels, sheet), np.uint8))
    return _brightest(np.asarray(cv2.absdiff(sheet, pixels), np.uint8))


def _banded_paper(grey: Grey, contrast: Grey) -> Grey | None:
    """Paper of several colours in bands from one border to the opposite; None for any other."""
    inked = contrast > 0.5 * int(contrast.max())
    for turned, ink in ((grey, inked), (grey.T, inked.T)):
        if all(0.2 < end.mean() < 0.9 for end in (ink[0], ink[-1])):
            ends = np.stack([turned[0], turned[-1]]).astype(np.int16)
            if (np.abs(ends[0] - ends[1]) < _LARGEST_GRAIN).mean() > 0.9:
                bands = np.broadcast_to(turned[0], turned.shape)
                return np.ascontiguousarray(bands if turned is grey else bands.T)
    return None


def _padded_photo(contrast: Grey) -> tuple[slice, slice] | None:
    """Where a photo lies whose padding was taken for a drawing's paper; None for a drawing."""
    different = (contrast > MIN_CONTRAST).astype(np.uint8)
    x, y, width, height = cv2.boundingRect(different)
    if min(width, height) < 20 or cv2.countNonZero(different) < 0.85 * width * height:
        return None
    patch = contrast[y + 1 : y + height - 1, x + 1 : x + width - 1]
    # A solid bar is of one value; on a photo many differ.
    values = np.bincount(patch.ravel(), minlength=256)
    if values.max() > 0.5 * patch.size:
        return None
    return slice(y, y + height), slice(x, x + width)


def _ink_of_drawing(contrast: Grey) -> InkMap:
    x, y, width, height = cv2.boundingRect(contrast)
    finders, guesses = _FINDERS, _GUESSES
    if 0 < x < contrast.shape[1] - width and 0 < y < contrast.shape[0] - height:
        finders, guesses = (find_box,), ()  # as nothing leads to the border
    else:
        x, y, (height, width) = 0, 0, contrast.shape
    piece = slice(y, y + height), slice(x, x + width)
    found, threshold, peak = _without_lines(contrast[piece], 0, finders, guesses, is_photo=False)
    ink_map = np.minimum(found.astype(np.float32) * np.float32(1 / peak), np.float32(1))
    mask = _strong_and_joined(ink_map, WEAK_INK_OF_A_DRAWING, min(threshold / peak, 0.5))
    mask = _parts_of_one_digit(mask, contrast.shape, (x, y))
    whole = np.zeros(contrast.shape, np.float32)
    whole[piece] = np.where(mask, ink_map, np.float32(0))
    return whole


# ---- Photos: paper in uneven light


def _ink_of_photo(pixels: Pixels, ink: Ink) -> InkMap:
    inside = _within_padding(pixels)
    if inside is not None:
        ink_map = np.zeros(pixels.shape[:2], np.float32)
        ink_map[inside] = _ink_of_photo(pixels[inside], ink)
        return ink_map
    shape = pixels.shape[:2]
    if min(shape) < 3:
        raise NoInkError(_NO_INK)
    grow = SMALLEST_PHOTO / max(shape)
    if grow > 1:
        size = max(1, round(shape[1] * grow)), max(1, round(shape[0] * grow))
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_CUBIC), np.uint8)
    ink_map = _ink_of_either_polarity(pixels, ink)
    if not ink_map.any():
        raise NoInkError(_NO_INK)
    if grow > 1:
        ink_map = np.asarray(cv2.resize(ink_map, shape[::-1], interpolation=cv2.INTER_AREA))
    return np.minimum(ink_map, np.float32(1))


def _within_padding(pixels: Pixels) -> tuple[slice, slice] | None:
    """Where a photo is that was padded with one colour to fill a frame; None if it fills that."""
    rim = _rim(pixels)
    colour = _commonest(rim)
    is_photo = _colour_distance(pixels, colour) > _PADDING_NOISE
    rows, columns = (np.flatnonzero(is_photo.mean(axis=axis) > 0.5) for axis in (1, 0))
    if min(rows.size, columns.size) < 20:
        return None
    y, x = (slice(int(each[0]), int(each[-1]) + 1) for each in (rows, columns))
    if (y.stop - y.start, x.stop - x.start) == pixels.shape[:2] or is_photo[y, x].mean() < 0.85:
        return None
    outside = np.count_nonzero(is_photo) - np.count_nonzero(is_photo[y, x])
    # Light that falls off along a photo has no such edge.
    inside = pixels[y, x]
    ends = (
        (inside[0], y.start > 0),
        (inside[-1], y.stop < len(pixels)),
        (inside[:, 0], x.start > 0),
        (inside[:, -1], x.stop < pixels.shape[1]),
    )
    jumps = [_colour_distance(end[None], colour) for end, is_padded in ends if is_padded]
    is_edge = all(np.median(jump) > _PADDING_EDGE for jump in jumps)
    return (y, x) if is_edge and outside < 0.01 * is_photo.size else None


def _ink_of_either_polarity(pixels: Pixels, ink: Ink) -> InkMap:
    """Of ink that is dark or light; where that is not clear, of the one that looks like strokes."""
    if ink != "auto":
        return _ink_on_lit_paper(_dark_on_light(pixels, ink), is_lit=ink == "dark")
    lightness = _lightness_of_narrow_things(pixels)
    is_halved = _is_half_ink(pixels)
    if abs(lightness) > UNCERTAIN_LIGHTNESS and not is_halved:
        return _ink_of_either_polarity(pixels, "light" if lightness > 0 else "dark")
    dark, light = (_ink_of_either_polarity(pixels, each) for each in ("dark", "light"))
    if is_halved and (is_light := _fills_picture(light)) != _fills_picture(dark):
        return light if is_light else dark
    lightness += 1.5 * (_likeness_to_strokes(light) - _likeness_to_strokes(dark))
    return light if lightness > 0 else dark


def _is_half_ink(pixels: Pixels) -> bool:
    """Whether about as much is dark as light, as where a picture is cropped to a bold digit."""
    grey = _brightest(shrink(pixels, 96))
    low, high = np.percentile(grey, (5, 95))
    return bool(0.35 < (grey > (low + high) / 2).mean() < 0.75)


def _fills_picture(ink_map: InkMap) -> bool:
    """Whether one part of the ink reaches from border to border either way, or nearly so."""
    _, _, stats, _ = cv2.connectedComponentsWithStats((ink_map > 0.5).astype(np.uint8))
    main = stats[1:][stats[1:, cv2.CC_STAT_AREA].argmax()] if len(stats) > 1 else stats[0] * 0
    height, width = ink_map.shape
    return bool(main[2] > 0.85 * width and main[3] > 0.85 * height)


def _likeness_to_strokes(ink_map: InkMap) -> float:
    """The logarithm of all strokes' length as a multiple of their width, less at the border.

    What is not ink but the paper between strokes is short and wide, or leads to the border.
    """
    inked = ink_map > 0.5
    elongation = float(inked.sum()) / stroke_width(ink_map) ** 2
    rim = _rim(inked)
    return float(np.log(1e-3 + elongation) - 4 * rim.mean())


def _dark_on_light(pixels: Pixels, ink: Ink) -> Grey:
    """Grey values in which ink is dark, whatever its colour, from ink that is "dark" or "light"."""
    if ink == "light":
        return np.asarray(cv2.bitwise_not(_brightest(pixels)), np.uint8)
    return _darkest(_white_balanced(pixels))


def _white_balanced(pixels: Pixels) -> Pixels:
    """With paper that is grey: each channel's brighter values made equal."""
    if pixels.ndim == 2:
        return pixels
    step = max(1, min(pixels.shape[:2]) // 64)
    paper = np.percentile(pixels[::step, ::step].reshape(-1, 3), 70, axis=0)
    gain = np.minimum(max(paper.max(), 1) / np.maximum(paper, 1), 3)
    if gain.max() < 1.03:
        return pixels
    table = np.clip(np.arange(256)[:, None] * gain, 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(pixels, table[None]), np.uint8)


def _lightness_of_narrow_things(pixels: Pixels) -> float:
    """Whether they are lighter (above 0) or darker than what is around them, and how clearly."""
    height, width = pixels.shape[:2]
    shrink = min(1.0, 96 / max(height, width))
    size = max(3, round(width * shrink)), max(3, round(height * shrink))
    small = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    light, dark = _brightest(small), np.asarray(cv2.bitwise_not(_darkest(small)), np.uint8)
    windows = [max(3, int(share * min(size)) | 1) for share in (0.3, 0.6)]
    return sum(float(np.log(_excess(light, each) / _excess(dark, each))) for each in windows)


def _excess(grey: Grey, window: int) -> float:
    """By how much pixels are above the median around them, squared, those in the middle most."""
    above = cv2.subtract(grey, cv2.medianBlur(grey, window)).astype(np.float32)
    y, x = (np.linspace(-1, 1, n) ** 2 for n in grey.shape)
    centred = np.outer(np.exp(-2 * y), np.exp(-2 * x))
    return 1 + float((np.maximum(above - 6, 0) ** 2 * centred).sum())


def _ink_on_lit_paper(grey: Grey, is_lit: bool) -> InkMap:
    """Dark ink, all 0 where there is none.

    Args:
        grey: the paper is light.
        is_lit: whether grey values are the light that is reflected, rather than its inverse.
    """
    try:
        grey = _denoised(grey)
        width = _width_to_close(grey, is_lit)
        contrast, noise = _contrast(grey, width, is_lit)
        beside = _beside_paper(grey, width)
        inked, threshold, peak = _without_lines(contrast, noise, _FINDERS, beside)
    except NoInkError:
        return np.zeros(grey.shape, np.float32)
    weak = _weak_level(WEAK_INK_OF_A_PHOTO, noise, peak)
    ink_map = inked.astype(np.float32) * np.float32(1 / peak)
    mask = _strong_and_joined(ink_map, weak, min(max(threshold / peak, weak), 0.55))
    mask = _parts_of_one_digit(mask, grey.shape, (0, 0))
    rim = cv2.dilate(mask.astype(np.uint8), _SQUARE)
    soft = np.clip((ink_map - 0.5 * weak) / (0.8 - 0.5 * weak), 0, 1)
    return np.where(rim, soft, np.float32(0)).astype(np.float32)


def _width_to_close(grey: Grey, is_lit: bool) -> float:
    """Wider than the strokes, but no more than need be, so that paper is told from near by."""
    small = np.asarray(shrink(grey, FIRST_LOOK), np.uint8)
    width = WIDEST_STROKE * min(small.shape)
    for _ in range(3):  # the closer the paper is told, the less of a shadow is taken for ink
        contrast, noise = _contrast(small, width, is_lit)
        beside = _beside_paper(small, width)
        inked, threshold, peak = _without_lines(contrast, noise, _FINDERS, beside)
        found = inked > max(threshold, 0.5 * peak)
        stroke = stroke_width(found.astype(np.float32))
        if 4 * stroke + 4 > 0.8 * width and is_lit:
            stroke = _stroke_in_shadow(contrast, found, stroke)
        if 4 * stroke + 4 > 0.8 * width:
            break
        width = 4 * stroke + 4
    if is_lit and _is_among_weak_ink(found, inked > WEAK_INK_OF_A_PHOTO * peak, stroke):
        width = min(width, 2.5 * stroke + 4)
    return width * max(grey.shape) / max(small.shape)


def _is_among_weak_ink(strong: Mask, weak: Mask, stroke: float) -> bool:
    """Whether there is so much weak ink off the strong that it must be a shadow."""
    reach = 2 * round(0.5 * stroke) + 3
    near = cv2.dilate(strong.astype(np.uint8), np.ones((reach, reach), np.uint8)) > 0
    return bool(np.count_nonzero(weak & ~near) > 0.12 * np.count_nonzero(strong))


def _stroke_in_shadow(contrast: Grey, found: Mask, stroke: float) -> float:
    """Width of the strokes alone, where a shadow was found with them; of all where there is none.

    A shadow is wider than the strokes and lighter than ink, and falls in from outside.
    """
    if not found.any():
        return stroke
    threshold = _otsu(np.bincount(contrast[found], minlength=256).astype(np.float64))
    dark = found & (contrast > threshold)
    shade = found & ~dark
    rim = _rim(contrast)
    is_shaded = (rim > 0.5 * np.median(contrast[found])) & (rim <= threshold)
    if not (dark.any() and shade.any()) or is_shaded.mean() < _LEAST_RIM_OF_SHADOW:
        return stroke
    is_darker = contrast[dark].mean() > _INK_BESIDE_SHADOW * contrast[shade].mean()
    narrow = stroke_width(dark.astype(np.float32))
    is_stroke = _longest(dark) > 3 * narrow and stroke > 1.5 * narrow
    return narrow if is_darker and is_stroke else stroke


def _denoised(grey: Grey) -> Grey:
    """Without salt and pepper, and a little smoother where strokes are many pixels wide."""
    smooth = cv2.medianBlur(grey, 3)
    if max(grey.shape) > 200:
        smooth = cv2.GaussianBlur(smooth, (3, 3), 0)
    return np.asarray(smooth, np.uint8)


def _contrast(grey: Grey, width: float, is_lit: bool) -> tuple[Grey, float]:
    """By how much each pixel is darker than the paper would be there, and the paper's grain.

    Args:
        grey: the paper is light.
        width: of the closing, more than that of any stroke, pixels.
        is_lit: as in `_ink_on_lit_paper`.

    Returns:
        uint8 (H, W) in grey levels, and the grain's standard deviation.
    """
    size = max(3, round(width)) | 1
    brim = size // 2
    wide = _with_brim_of_paper(grey, brim, size)
    closed = cv2.morphologyEx(wide, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8))
    paper = closed[brim:-brim, brim:-brim]
    if is_lit:  # in the shade ink is darker by less: it reflects a share of the light
        reflected = cv2.divide(grey, np.maximum(paper, np.uint8(24)), scale=255)
        contrast = np.asarray(cv2.bitwise_not(reflected), np.uint8)
    else:
        contrast = np.asarray(cv2.subtract(paper, grey), np.uint8)
    # Closing follows the grain's brightest pixels. Quantiles, for lines may cover half the paper.
    lower, upper = _quantiles(contrast, (0.125, 0.25))
    noise = 2.1 * (upper - lower)  # of a normal distribution
    if is_lit:  # on dark paper, reflectance comes in large steps
        noise = max(noise, 0.3 * 255 / max(float(np.median(grey)), 1.0))
    level = min(round(upper + 0.67 * noise), 255)
    return np.asarray(cv2.subtract(contrast, np.full_like(contrast, level)), np.uint8), noise


def _with_brim_of_paper(grey: Grey, brim: int, width: int) -> Grey:
    """The picture continued beyond its borders, without the strokes that these cut."""
    wide = np.asarray(cv2.copyMakeBorder(grey, *(brim,) * 4, cv2.BORDER_REPLICATE), np.uint8)
    along_row, along_column = np.ones((1, width), np.uint8), np.ones((width, 1), np.uint8)
    for row, rows in ((brim, np.s_[:brim]), (-brim - 1, np.s_[-brim:])):
        wide[rows] = cv2.morphologyEx(wide[row][None], cv2.MORPH_CLOSE, along_row)
    for column, columns in ((brim, np.s_[:, :brim]), (-brim - 1, np.s_[:, -brim:])):
        wide[columns] = cv2.morphologyEx(wide[:, column][:, None], cv2.MORPH_CLOSE, along_column)
    return wide


def _quantiles(grey: Grey, shares: tuple[float, ...]) -> list[float]:
    """Grey levels below which those shares of all pixels lie, to a part of a level."""
    total = np.cumsum(np.bincount(grey.ravel(), minlength=256)) / grey.size
    return np.interp(shares, total, np.arange(256) + 0.5).tolist()


# ---- Both


def _without_lines(
    contrast: Grey,
    noise: float,
    finders: Sequence[Finder],
    guesses: Sequence[Finder] = (),
    *,
    is_photo: bool = True,
) -> tuple[Grey, float, float]:
    """The contrast of the digit alone, its Otsu threshold, and its peak.

    Rulings, what lies along the border, a box, and what is cut by the border are blanked, if
    there is something else; a paler digit is seen once the darker is gone.

    Args:
        contrast: by how much each pixel stands out of the paper.
        noise: the paper's grain, its standard deviation.
        finders: of what goes.
        guesses: of what goes only if something larger stays that the border does not cut.
        is_photo: whether the picture is one.

    Raises:
        NoInkError: nothing stands out of the paper.
    """
    weak = WEAK_INK_OF_A_PHOTO if is_photo else WEAK_INK_OF_A_DRAWING
    least = max(MIN_CONTRAST, MIN_SIGNAL_TO_NOISE * noise)
    threshold, peak = _threshold_and_peak(contrast, 3 * noise)
    if peak < least:
        raise NoInkError(_NO_INK)
    for find in (*finders, *guesses):
        inked = contrast > peak * _weak_level(weak, noise, peak)
        if find is find_box and not is_photo and not has_corner(inked):
            continue
        lines = find(inked)
        if lines.any():
            rim = 2 * (max(contrast.shape) // 150) + 3 if is_photo else 1  # a lens blurs lines
            around = cv2.dilate(lines.astype(np.uint8), np.ones((rim, rim), np.uint8))
            blanked = np.where(around, np.uint8(0), contrast)
            new_threshold, new_peak = _threshold_and_peak(blanked, 3 * noise)
            left = blanked > new_peak * _weak_level(weak, noise, max(new_peak, 1))
            is_better = find not in guesses or (
                new_peak > 0.4 * peak
                and _longest(left, uncut=True) > _longest(lines, uncut=find is not _fragments)
            )
            if new_peak >= least and is_better:
                contrast, threshold, peak = blanked, new_threshold, new_peak
    return contrast, threshold, peak


def _beside_paper(grey: Grey, width: float) -> tuple[Finder, ...]:
    """Finders of what is on a photo but not on its paper.

    Args:
        grey: the paper is light.
        width: of a closing, more than that of any stroke, pixels.
    """
    table = _table(grey, width)
    return (lambda inked: _wholly_on(table, inked), _fragments) if table.any() else (_fragments,)


def _table(grey: Grey, width: float) -> Mask:
    """What is darker than the paper, strokes aside, and leads in from the border."""
    small = np.asarray(shrink(grey, FIRST_LOOK), np.uint8)
    size = max(3, round(width * max(small.shape) / max(grey.shape))) | 1
    bare = cv2.medianBlur(small, min(size, 255))
    dark = bare < _TABLE_DARKNESS * np.percentile(bare, 80)
    count, part_of = cv2.connectedComponents(dark.astype(np.uint8))
    rim = _rim(part_of)
    leads_in = np.bincount(rim, minlength=count) > _LEAST_RIM_OF_TABLE * rim.size
    leads_in[0] = False
    table = cv2.dilate(leads_in[part_of].astype(np.uint8), _SQUARE)
    return cv2.resize(table, grey.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0


def _wholly_on(table: Mask, mask: Mask) -> Mask:
    """Those parts of the ink that are all but wholly there."""
    count, part_of = cv2.connectedComponents(mask.astype(np.uint8))
    inked, there = (np.bincount(part_of[each], minlength=count) for each in (mask, mask & table))
    return mask & (there > 0.9 * inked)[part_of]


def _fragments(mask: Mask) -> Mask:
    """Parts cut by the border, such as of a neighbouring word, that are apart from the main one."""
    _, part_of, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    boxes = stats[:, :4].astype(np.float64)
    is_cut = _touches_border(boxes, mask.shape)
    lengths = np.where(is_cut, 0, boxes[:, 2:].max(axis=1))
    is_apart = _gaps(boxes, boxes[lengths.argmax()]) > 0.1 * lengths.max()
    is_cut &= is_apart & (lengths.max() > 0)
    is_cut[0] = False
    return is_cut[part_of]


def _longest(mask: Mask, *, uncut: bool = False) -> float:
    """The longer side of the largest part; of those that the border does not cut, if asked."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    boxes = stats[1:, :4].astype(np.float64)
    if uncut:
        boxes = boxes[~_touches_border(boxes, mask.shape)]
    return float(boxes[:, 2:].max(initial=0))


def _weak_level(weak: float, noise: float, peak: float) -> float:
    """As a share of the peak."""
    return max(weak, min(3 * noise / peak, 0.45))


def _threshold_and_peak(contrast: Grey, floor: float = 0.0) -> tuple[float, float]:
    """Otsu's threshold (1979) among what exceeds the floor, and the contrast of the full ink."""
    counts = np.bincount(contrast.ravel(), minlength=256).astype(np.float64)
    counts[: int(floor) + 1] = 0
    if not counts.any():
        return 0.0, 0.0
    threshold = _otsu(counts)
    strong = np.cumsum(np.where(np.arange(256) > threshold, counts, 0))
    return threshold, float(np.searchsorted(strong, 0.85 * strong[-1]))


def _otsu(counts: NDArray[np.float64]) -> float:
    """Otsu's threshold for a histogram; the level that divides it into the most distinct two."""
    levels = np.arange(counts.size)
    below = np.cumsum(counts)
    above = below[-1] - below
    moment = np.cumsum(counts * levels)
    between = (moment[-1] * below / below[-1] - moment) ** 2 / np.maximum(below * above, 1e-9)
    return float(between.argmax())


def _strong_and_joined(ink_map: InkMap, weak_level: float, strong_level: float) -> Mask:
    """Strong ink and the weak ink joined to it, but for weak ink that leads far away from it."""
    weak, strong = ink_map > weak_level, ink_map > strong_level
    count, part_of = cv2.connectedComponents(weak.astype(np.uint8))
    if count > 2:
        has_strong = np.bincount(part_of[strong], minlength=count) > 0
        has_strong[0] = False
        weak = has_strong[part_of]
    if np.count_nonzero(weak) > 2.5 * np.count_nonzero(strong):
        reach = 2 * round(0.5 * stroke_width(strong.astype(np.float32))) + 3
        near = cv2.dilate(strong.astype(np.uint8), np.ones((reach, reach), np.uint8))
        weak &= near > 0
    return weak


def _parts_of_one_digit(mask: Mask, shape: tuple[int, int], corner: tuple[int, int]) -> Mask:
    """Keep the main part, parts beside it that are no specks, and other large ones.

    Args:
        mask: ink, on a piece of the picture.
        shape: of the picture: (H, W).
        corner: where on the picture the piece begins: x, y.
    """
    count, part_of, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if count <= 2:  # one part, besides the background
        return mask
    boxes = stats[1:, :4].astype(np.float64)
    boxes[:, :2] += corner
    length = boxes[:, 2:].max(axis=1)
    is_cut = _touches_border(boxes, shape)
    width = boxes[:, 2:].min(axis=1)
    is_line = width < 0.04 * length
    is_dot = (width > 0.6 * length) & (stats[1:, cv2.CC_STAT_AREA] > 0.68 * width * length)
    importance = length * np.where(is_cut, 0.25, 1) * np.where(is_line | is_dot, 0.3, 1)
    main = int(importance.argmax())
    keep = length >= MIN_PART_LENGTH * length[main]
    gap = _gaps(boxes, boxes[main])
    is_far = gap > FAR * length[main]
    keep &= ~is_far | (length >= MIN_FAR_PART_LENGTH * length[main])
    if not is_cut[main]:
        keep &= ~(is_cut & (gap > 0.05 * length[main]))
    return np.concatenate([[False], keep])[part_of]


def _touches_border(boxes: NDArray[np.float64], shape: tuple[int, int]) -> Mask:
    height, width = shape
    x, y, w, h = boxes.T
    rim = max(1, max(shape) // 100)  # blurred ink ends a little before the border
    return (x <= rim) | (y <= rim) | (x + w >= width - rim) | (y + h >= height - rim)


def _gaps(boxes: NDArray[np.float64], main: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far apart each box is from the main one, pixels along the farther axis."""
    low = np.maximum(boxes[:, :2], main[:2])
    high = np.minimum(boxes[:, :2] + boxes[:, 2:], main[:2] + main[2:])
    return np.maximum(low - high, 0).max(axis=1)


def shrink(pixels: Pixels, longest_side: int) -> Pixels:
    """A picture with no side longer than that; a smaller one as it is."""
    height, width = pixels.shape[:2]
    scale = longest_side / max(height, width)
    if scale >= 1:
        return pixels
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def stroke_width(ink_map: InkMap) -> float:
    """Mean width of the strokes, in pixels.

    The distance to the stroke's edge, averaged over its pixels, is a quarter of its width and,
    on a pixel grid, half a pixel more.
    """
    mask = (ink_map > 0.5).astype(np.uint8)
    inked = cv2.countNonZero(mask)
    if not inked:
        return 1.0
    distance = cv2.distanceTransform(mask, cv2.DIST_L2, 3)
    return max(1.0, 4 * float(cv2.sumElems(distance)[0]) / inked - 2)


_FINDERS: Sequence[Finder] = (find_rulings, find_border_strips, find_box)
_GUESSES: Sequence[Finder] = (_fragments,)
_NO_INK = "Nothing is drawn here: draw a digit, or choose a picture of one."
_SQUARE = np.ones((3, 3), np.uint8)
_AROUND = [(y, x) for y in range(3) for x in range(3) if (y, x) != (1, 1)]
_LIKE_A_NEIGHBOUR = 70
_FEWEST_IMPULSES = 0.02
# Of the paper's brightness, and of the picture's rim: a table is darker, and covers more.
_TABLE_DARKNESS = 0.85
_LEAST_RIM_OF_TABLE = 0.1
# Of the picture's rim, the least that a shadow covers; and how much darker than it ink is.
_LEAST_RIM_OF_SHADOW = 0.04
_INK_BESIDE_SHADOW = 1.4
_PADDING_NOISE = 8
_PADDING_EDGE = 20
