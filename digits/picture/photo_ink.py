"""The ink of photos, whose paper is lit unevenly, may be lined, or end at a table's edge.

The paper's brightness at a place is what a grey-level closing (Serra, 1982) wider than any stroke
leaves of it, which follows shadows and edges alike.
"""

from __future__ import annotations

import cv2
import numpy as np

from digits.common.errors import NoInkError
from digits.picture.ink_parts import (
    FINDERS,
    FIRST_LOOK,
    NO_INK,
    SQUARE,
    WEAK_INK_OF_A_PHOTO,
    Finder,
    Standing,
    finders_beside_paper,
    longest_side,
    masks_of_one_digit,
    otsu_threshold,
    parts_of_one_digit,
    strong_and_joined,
    threshold_and_peak,
    weak_level_of,
    with_and_without_lines,
    without_lines,
)
from digits.picture.pixels import (
    Grey,
    Ink,
    InkMap,
    Mask,
    Pixels,
    brightest_channel,
    colour_distance,
    commonest_colour,
    count_levels,
    darkest_channel,
    label_parts,
    rim_of,
    shrink,
    stroke_width,
    stroke_width_of,
)

# Photos are looked at in no fewer pixels: thin strokes need some for shapes to be told.
SMALLEST_PHOTO = 160
# Of the picture's shorter side: wider than any stroke, and first guess of the closing's width.
WIDEST_STROKE = 0.4
# Likewise of the strokes of a number, and of one that is written small, beside which a shadow is
# wide that is narrower than bold strokes; what is narrower than this share of another width is
# worth a look. By so much, as a logarithm, it looks more like strokes where a shadow was found with
# them; so many of the strokes cross a shadow at least, and of how much it is darker than paper they
# are so much darker than it. Or strokes lie along no more of its outline, as its edge is soft; it
# is as wide as this share of what is wider than strokes.
WIDEST_STROKES_OF_NUMBER, _MUCH_NARROWER = (0.15, 0.07), 0.7
_MORE_LIKE_STROKES, _LEAST_CROSSING, _DARKER_THAN_SHADOW = 1.0, 0.1, 0.15
_MOST_OF_OUTLINE, _NARROWEST_SHADOW = 0.5, 0.5
# Below this, as a logarithm of evidence, dark and light ink are both tried.
UNCERTAIN_LIGHTNESS = 2.0
# Pixels: a row that is seen in fewer, as it is long, has more paper in narrow gaps than strokes.
LOWEST_ROW = 48


def inks_of_photo(pixels: Pixels, ink: Ink) -> list[InkMap]:
    """The ink of one digit on a photo; arguments and result as of `ink_finding.find_inks`.

    Raises:
        NoInkError: nothing stands out of the paper.
    """
    inside = _within_padding(pixels)
    if inside is not None:
        return inks_within(inside, pixels, ink)
    shape = pixels.shape[:2]
    if min(shape) < 3:
        raise NoInkError(NO_INK)
    grow = SMALLEST_PHOTO / max(shape)
    if grow > 1:
        size = max(1, round(shape[1] * grow)), max(1, round(shape[0] * grow))
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_CUBIC), np.uint8)
    ink_maps = _inks_of_either_polarity(pixels, ink)
    if not ink_maps[0].any():
        raise NoInkError(NO_INK)
    ink_maps += _bold_inks(pixels, ink)
    if grow > 1:
        ink_maps = [
            np.asarray(cv2.resize(each, shape[::-1], interpolation=cv2.INTER_AREA))
            for each in ink_maps
        ]
    return [np.minimum(each, np.float32(1)) for each in ink_maps if each.any()]


def inks_within(inside: tuple[slice, slice], pixels: Pixels, ink: Ink) -> list[InkMap]:
    """As `inks_of_photo`, of a photo that is only a piece of the picture.

    Raises:
        NoInkError: nothing stands out of the paper.
    """
    ink_maps = []
    for found in inks_of_photo(pixels[inside], ink):
        ink_map = np.zeros(pixels.shape[:2], np.float32)
        ink_map[inside] = found
        ink_maps.append(ink_map)
    return ink_maps


def _within_padding(pixels: Pixels) -> tuple[slice, slice] | None:
    """Where a photo is that was padded with one colour to fill a frame; None if it fills that."""
    rim = rim_of(pixels)
    colour = commonest_colour(rim)
    is_photo = colour_distance(pixels, colour) > _PADDING_NOISE
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
    jumps = [colour_distance(end[None], colour) for end, is_padded in ends if is_padded]
    is_edge = all(np.median(jump) > _PADDING_EDGE for jump in jumps)
    return (y, x) if is_edge and outside < 0.01 * is_photo.size else None


def photo_contrast(pixels: Pixels, ink: Ink) -> tuple[Grey, float, tuple[Finder, ...]]:
    """By how much each pixel of a photo stands out of the paper, whatever it belongs to.

    Args:
        pixels: uint8 (H, W) or (H, W, 3), RGB; neither side under 3.
        ink: as for `inks_of_photo`; where it is not clear, what looks like strokes is ink.

    Returns:
        uint8 (H, W) in grey levels, the standard deviation of the paper's grain, and finders of
        what lies on a table beside the paper.
    """
    if ink == "auto":
        likelier, other = _polarities(pixels)
        try:
            return photo_contrast(pixels, likelier)
        except NoInkError:
            return photo_contrast(pixels, other)
    grey = _denoised(_dark_on_light(pixels, ink))
    is_lit = ink == "dark"
    width = _width_to_close(grey, is_lit)
    if is_lit:
        width = _width_beside_shadow(grey, width)
    on_table = finders_beside_paper(grey, width)[:-1]  # but no fragments that the border cuts
    return *_contrast(grey, width, is_lit), on_table


def _polarities(pixels: Pixels) -> tuple[Ink, Ink]:
    """Light and dark, the likelier one first."""
    lightness = _lightness_of_narrow_things(pixels, LOWEST_ROW)
    if abs(lightness) <= UNCERTAIN_LIGHTNESS:
        light, dark = (_likeness_of_polarity(pixels, each) for each in ("light", "dark"))
        lightness += 1.5 * (light - dark)
    return ("light", "dark") if lightness > 0 else ("dark", "light")


def _likeness_of_polarity(pixels: Pixels, ink: Ink) -> float:
    """As `_likeness_to_strokes`, of what is ink then; -inf if nothing is."""
    small = np.asarray(shrink(pixels, FIRST_LOOK), np.uint8)
    try:
        contrast, noise, _ = photo_contrast(small, ink)
    except NoInkError:
        return -np.inf
    threshold, peak = threshold_and_peak(contrast, 3 * noise)
    if not peak:
        return -np.inf
    return _likeness_to_strokes((contrast > max(threshold, 0.5 * peak)).astype(np.float32))


def _inks_of_either_polarity(pixels: Pixels, ink: Ink) -> list[InkMap]:
    """Of ink that is dark or light; where that is not clear, of the one that looks like strokes."""
    if ink != "auto":
        return _inks_on_lit_paper(_dark_on_light(pixels, ink), is_lit=ink == "dark")
    lightness = _lightness_of_narrow_things(pixels)
    is_halved = _is_half_ink(pixels)
    if abs(lightness) > UNCERTAIN_LIGHTNESS and not is_halved:
        return _inks_of_either_polarity(pixels, "light" if lightness > 0 else "dark")
    dark, light = (_inks_of_either_polarity(pixels, each) for each in ("dark", "light"))
    if is_halved and (is_light := _fills_picture(light[0])) != _fills_picture(dark[0]):
        return light if is_light else dark
    lightness += 1.5 * (_likeness_to_strokes(light[0]) - _likeness_to_strokes(dark[0]))
    return light if lightness > 0 else dark


def _bold_inks(pixels: Pixels, ink: Ink) -> list[InkMap]:
    """The ink of a digit so bold, or cropped so tightly, that no paper is near its strokes' middle.

    There the paper's brightness cannot be told place by place. But where a picture has but two
    shades, these are paper and ink, if a good share of it is either (Otsu, 1979). Which is which,
    and whether the picture is evenly lit, is left open; in most pictures none is found.
    """
    grey = cv2.medianBlur(brightest_channel(pixels), 3).astype(np.float32)
    counts = count_levels(grey.astype(np.uint8))
    is_light = grey > otsu_threshold(counts)
    share = float(is_light.mean())
    if not _LEAST_OF_BOLD < share < 1 - _LEAST_OF_BOLD:
        return []
    light, dark = float(grey[is_light].mean()), float(grey[~is_light].mean())
    if share * (1 - share) * (light - dark) ** 2 < _TWO_SHADES * float(grey.var()):
        return []
    lightness = (grey - dark) / np.float32(light - dark)
    levels = {"light": lightness, "dark": 1 - lightness}
    found = []
    for polarity, level in levels.items():
        if ink in ("auto", polarity):
            ink_map = np.clip(2 * level - 0.5, 0, 1).astype(np.float32)
            mask = parts_of_one_digit(ink_map > 0, (grey.shape[0], grey.shape[1]), (0, 0))
            found.append(np.where(mask, ink_map, np.float32(0)).astype(np.float32))
    return found


def _is_half_ink(pixels: Pixels) -> bool:
    """Whether about as much is dark as light, as where a picture is cropped to a bold digit."""
    grey = brightest_channel(shrink(pixels, 96))
    low, high = np.percentile(grey, (5, 95))
    return bool(0.35 < (grey > (low + high) / 2).mean() < 0.75)


def _fills_picture(ink_map: InkMap) -> bool:
    """Whether one part of the ink reaches from border to border either way, or nearly so."""
    _, stats = label_parts(ink_map > 0.5)
    main = stats[1:][stats[1:, cv2.CC_STAT_AREA].argmax()] if len(stats) > 1 else stats[0] * 0
    height, width = ink_map.shape
    return bool(main[2] > 0.85 * width and main[3] > 0.85 * height)


def _likeness_to_strokes(ink_map: InkMap) -> float:
    """The logarithm of all strokes' length as a multiple of their width, less at the border.

    What is not ink but the paper between strokes is short and wide, or leads to the border.
    """
    inked = ink_map > 0.5
    elongation = float(inked.sum()) / stroke_width(ink_map) ** 2
    rim = rim_of(inked)
    return float(np.log(1e-3 + elongation) - 4 * rim.mean())


def _dark_on_light(pixels: Pixels, ink: Ink) -> Grey:
    """Grey values in which ink is dark, whatever its colour, from ink that is "dark" or "light"."""
    if ink == "light":
        return np.asarray(cv2.bitwise_not(brightest_channel(pixels)), np.uint8)
    return darkest_channel(_white_balanced(pixels))


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


def _lightness_of_narrow_things(pixels: Pixels, lowest: int = 0) -> float:
    """Whether they are lighter (above 0) or darker than what is around them, and how clearly.

    Args:
        pixels: uint8 (H, W) or (H, W, 3), RGB.
        lowest: what is looked at is no lower, nor narrower, pixels.
    """
    height, width = pixels.shape[:2]
    shrink = min(1.0, max(96 / max(height, width), lowest / min(height, width)))
    size = max(3, round(width * shrink)), max(3, round(height * shrink))
    small = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    light, dark = (
        brightest_channel(small),
        np.asarray(cv2.bitwise_not(darkest_channel(small)), np.uint8),
    )
    windows = [max(3, int(share * min(size)) | 1) for share in (0.3, 0.6)]
    return sum(float(np.log(_excess(light, each) / _excess(dark, each))) for each in windows)


def _excess(grey: Grey, window: int) -> float:
    """By how much pixels are above the median around them, squared, those in the middle most."""
    above = cv2.subtract(grey, cv2.medianBlur(grey, window)).astype(np.float32)
    y, x = (np.linspace(-1, 1, n) ** 2 for n in grey.shape)
    centred = np.outer(np.exp(-2 * y), np.exp(-2 * x))
    return 1 + float((np.maximum(above - 6, 0) ** 2 * centred).sum())


def _inks_on_lit_paper(grey: Grey, is_lit: bool) -> list[InkMap]:
    """Dark ink, one that is all 0 where there is none; as `ink_finding.find_inks`.

    Args:
        grey: the paper is light.
        is_lit: whether grey values are the light that is reflected, rather than its inverse.
    """
    try:
        grey = _denoised(grey)
        width = _width_to_close(grey, is_lit)
        contrast, noise = _contrast(grey, width, is_lit)
        beside = finders_beside_paper(grey, width)
        found = with_and_without_lines(contrast, noise, FINDERS, beside)
    except NoInkError:
        return [np.zeros(grey.shape, np.float32)]
    return [ink_map for each in found for ink_map in _inks_of_one_digit(each, noise)]


def _inks_of_one_digit(standing: Standing, noise: float) -> list[InkMap]:
    """What stands out of the paper, without what belongs to no one digit."""
    inked, threshold, peak = standing
    weak = weak_level_of(WEAK_INK_OF_A_PHOTO, noise, peak)
    ink_map = inked.astype(np.float32) * np.float32(1 / peak)
    mask = strong_and_joined(ink_map, weak, min(max(threshold / peak, weak), 0.55))
    soft = np.clip((ink_map - 0.5 * weak) / (0.8 - 0.5 * weak), 0, 1)
    masks = masks_of_one_digit(mask, (inked.shape[0], inked.shape[1]), (0, 0))
    rims = [cv2.dilate(each.astype(np.uint8), SQUARE) for each in masks]
    return [np.where(rim, soft, np.float32(0)).astype(np.float32) for rim in rims]


def _width_beside_shadow(grey: Grey, width: float) -> float:
    """What is wide enough for the strokes of a number, where a shadow was found with them.

    Without it what is found looks more like strokes, and those that cross it are darker than it is,
    as pieces of bold strokes are not; or few lie along its outline, where those pieces would.
    """
    small = np.asarray(shrink(grey, FIRST_LOOK), np.uint8)
    scale = max(grey.shape) / max(small.shape)
    for widest in WIDEST_STROKES_OF_NUMBER:
        try:
            narrow = _width_to_close(small, True, widest)
        except NoInkError:  # there is nothing that is so narrow
            break
        if narrow <= _MUCH_NARROWER * width / scale and _leaves_shadow(
            small, width / scale, narrow
        ):
            return narrow * scale
    return width


def _leaves_shadow(grey: Grey, width: float, narrow: float) -> bool:
    """Whether what is ink by one width and not by a much narrower one is a shadow."""
    with_shadow, strokes = (_strong_ink(grey, each) for each in (width, narrow))
    likeness = [_likeness_to_strokes(each.astype(np.float32)) for each in (with_shadow, strokes)]
    if likeness[1] < likeness[0] + _MORE_LIKE_STROKES:
        return False
    shadow = with_shadow & (cv2.dilate(strokes.astype(np.uint8), SQUARE) == 0)
    if _is_soft(shadow, strokes, _NARROWEST_SHADOW * narrow):
        return True
    crossing = strokes & (cv2.dilate(shadow.astype(np.uint8), SQUARE, iterations=2) > 0)
    if np.count_nonzero(crossing) < _LEAST_CROSSING * np.count_nonzero(strokes):
        return False
    dark, shade = (float(np.median(grey[each])) for each in (crossing, shadow))
    return shade - dark > _DARKER_THAN_SHADOW * (float(np.percentile(grey, 90)) - shade)


def _is_soft(shadow: Mask, strokes: Mask, narrowest: float) -> bool:
    """Whether there are few strokes along the outline of what is no narrower in it, pixels."""
    size = max(3, round(narrowest)) | 1
    brush = np.ones((size, size), np.uint8)
    wide = cv2.morphologyEx(shadow.astype(np.uint8), cv2.MORPH_OPEN, brush)
    outline = (cv2.dilate(wide, SQUARE) > 0) & (wide == 0)
    near = cv2.dilate(strokes.astype(np.uint8), SQUARE, iterations=2) > 0
    return bool(outline.any() and near[outline].mean() <= _MOST_OF_OUTLINE)


def _strong_ink(grey: Grey, width: float) -> Mask:
    contrast, noise = _contrast(grey, width, is_lit=True)
    threshold, peak = threshold_and_peak(contrast, 3 * noise)
    return np.asarray(contrast > max(threshold, 0.5 * peak))


def _width_to_close(grey: Grey, is_lit: bool, widest: float = WIDEST_STROKE) -> float:
    """Wider than the strokes, but no more than need be, so that paper is told from near by."""
    small = np.asarray(shrink(grey, FIRST_LOOK), np.uint8)
    width = widest * min(small.shape)
    for _ in range(3):  # the closer the paper is told, the less of a shadow is taken for ink
        contrast, noise = _contrast(small, width, is_lit)
        beside = finders_beside_paper(small, width)
        inked, threshold, peak = without_lines(contrast, noise, FINDERS, beside)
        found = inked > max(threshold, 0.5 * peak)
        stroke = stroke_width_of(found)
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
    threshold = otsu_threshold(count_levels(contrast[found]))
    dark = found & (contrast > threshold)
    shade = found & ~dark
    rim = rim_of(contrast)
    is_shaded = (rim > 0.5 * np.median(contrast[found])) & (rim <= threshold)
    if not (dark.any() and shade.any()) or is_shaded.mean() < _LEAST_RIM_OF_SHADOW:
        return stroke
    is_darker = contrast[dark].mean() > _INK_BESIDE_SHADOW * contrast[shade].mean()
    narrow = stroke_width_of(dark)
    is_stroke = longest_side(dark) > 3 * narrow and stroke > 1.5 * narrow
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
        is_lit: as in `_inks_on_lit_paper`.

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
    total = np.cumsum(count_levels(grey)) / grey.size
    return np.interp(shares, total, np.arange(256) + 0.5).tolist()


# Of the picture, the least that is ink, and that is paper, around a bold digit; and of the variance
# of its grey levels, what two shades explain.
_LEAST_OF_BOLD = 0.12
_TWO_SHADES = 0.85
# Of the picture's rim, the least that a shadow covers; and how much darker than it ink is.
_LEAST_RIM_OF_SHADOW = 0.04
_INK_BESIDE_SHADOW = 1.4
_PADDING_NOISE = 8
_PADDING_EDGE = 20
