"""Which parts of what stands out of the paper belong to the digit, in drawings and photos alike.

Rulings, boxes, what lies along the border or is cut by it, and specks go.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from digits.common.errors import NoInkError
from digits.picture.pixels import (
    Grey,
    InkMap,
    Mask,
    count_levels,
    label_parts,
    rim_of,
    shrink,
    stroke_width_of,
)
from digits.picture.ruling_removal import find_border_strips, find_box, find_rulings, has_corner

Finder: TypeAlias = Callable[[Mask], Mask]
Standing: TypeAlias = tuple[Grey, float, float]
"""What stands out of the paper: the contrast of the digit, its Otsu threshold, and its peak."""
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
# A dotted or dashed line has so many pieces; the gap between two is no more than so many times the
# wider one's width, and the longest piece is no longer than this share of all.
FEWEST_PIECES, MOST_PIECES = 6, 400
WIDEST_GAP = 2.2
LONGEST_PIECE = 0.7
# Pixels, longer side: enough to tell how wide strokes are.
FIRST_LOOK = 200


def without_lines(
    contrast: Grey,
    noise: float,
    finders: Sequence[Finder],
    guesses: Sequence[Finder] = (),
    *,
    is_photo: bool = True,
) -> Standing:
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
    threshold, peak = threshold_and_peak(contrast, 3 * noise)
    if peak < least:
        raise NoInkError(NO_INK)
    for find in (*finders, *guesses):
        inked = contrast > peak * weak_level_of(weak, noise, peak)
        if find is find_box and not is_photo and not has_corner(inked):
            continue
        lines = find(inked)
        if lines.any():
            rim = 2 * (max(contrast.shape) // 150) + 3 if is_photo else 1  # a lens blurs lines
            around = cv2.dilate(lines.astype(np.uint8), np.ones((rim, rim), np.uint8))
            blanked = np.where(around, np.uint8(0), contrast)
            new_threshold, new_peak = threshold_and_peak(blanked, 3 * noise)
            left = blanked > new_peak * weak_level_of(weak, noise, max(new_peak, 1))
            is_better = find not in guesses or (
                new_peak > 0.4 * peak
                and longest_side(left, uncut=True)
                > longest_side(lines, uncut=find is not _fragments)
            )
            if new_peak >= least and is_better:
                contrast, threshold, peak = blanked, new_threshold, new_peak
    return contrast, threshold, peak


def with_and_without_lines(
    contrast: Grey,
    noise: float,
    finders: Sequence[Finder],
    guesses: Sequence[Finder] = (),
    *,
    is_photo: bool = True,
) -> list[Standing]:
    """As `without_lines`, and then again with those lines that may as well be the digit's own.

    Geometry alone cannot tell the bar of a 7 that fills a picture from a ruling, or a 0 of straight
    strokes from a box.

    Args:
        contrast, noise, finders, guesses, is_photo: as there.

    Returns:
        First what geometry would choose; then with box, and then with all lines; each only if it
        differs from the one before.

    Raises:
        NoInkError: as there.
    """
    found = [without_lines(contrast, noise, finders, guesses, is_photo=is_photo)]
    if found[0][0] is contrast:  # nothing was taken for a line
        return found
    for kept in ({find_box}, LINE_FINDERS):
        others = [find for find in finders if find not in kept]
        standing = without_lines(contrast, noise, others, guesses, is_photo=is_photo)
        if not np.array_equal(standing[0], found[-1][0]):
            found.append(standing)
    return found


def finders_beside_paper(grey: Grey, width: float) -> tuple[Finder, ...]:
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
    rim = rim_of(part_of)
    leads_in = np.bincount(rim, minlength=count) > _LEAST_RIM_OF_TABLE * rim.size
    leads_in[0] = False
    table = cv2.dilate(leads_in[part_of].astype(np.uint8), SQUARE)
    return cv2.resize(table, grey.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0


def _wholly_on(table: Mask, mask: Mask) -> Mask:
    """Those parts of the ink that are all but wholly there."""
    count, part_of = cv2.connectedComponents(mask.astype(np.uint8))
    inked, there = (np.bincount(part_of[each], minlength=count) for each in (mask, mask & table))
    return mask & (there > 0.9 * inked)[part_of]


def _fragments(mask: Mask) -> Mask:
    """Parts cut by the border, such as of a neighbouring word, that are apart from the main one."""
    part_of, stats = label_parts(mask)
    boxes = stats[:, :4].astype(np.float64)
    is_cut = _touches_border(boxes, mask.shape)
    lengths = np.where(is_cut, 0, boxes[:, 2:].max(axis=1))
    is_apart = _gaps(boxes, boxes[lengths.argmax()]) > 0.1 * lengths.max()
    is_cut &= is_apart & (lengths.max() > 0)
    is_cut[0] = False
    return is_cut[part_of]


def longest_side(mask: Mask, *, uncut: bool = False) -> float:
    """The longer side of the largest part; of those that the border does not cut, if asked."""
    _, stats = label_parts(mask)
    boxes = stats[1:, :4].astype(np.float64)
    if uncut:
        boxes = boxes[~_touches_border(boxes, mask.shape)]
    return float(boxes[:, 2:].max(initial=0))


def weak_level_of(weak: float, noise: float, peak: float) -> float:
    """As a share of the peak."""
    return max(weak, min(3 * noise / peak, 0.45))


def threshold_and_peak(contrast: Grey, floor: float = 0.0) -> tuple[float, float]:
    """Otsu's threshold (1979) among what exceeds the floor, and the contrast of the full ink."""
    x, y, width, height = cv2.boundingRect(contrast)
    counts = count_levels(contrast[y : y + height, x : x + width])
    counts[: int(floor) + 1] = 0
    if not counts.any():
        return 0.0, 0.0
    threshold = otsu_threshold(counts)
    strong = np.cumsum(np.where(np.arange(256) > threshold, counts, 0))
    return threshold, float(np.searchsorted(strong, 0.85 * strong[-1]))


def otsu_threshold(counts: NDArray[np.float64]) -> float:
    """Otsu's threshold for a histogram; the level that divides it into the most distinct two."""
    levels = np.arange(counts.size)
    below = np.cumsum(counts)
    above = below[-1] - below
    moment = np.cumsum(counts * levels)
    between = (moment[-1] * below / below[-1] - moment) ** 2 / np.maximum(below * above, 1e-9)
    return float(between.argmax())


def strong_and_joined(ink_map: InkMap, weak_level: float, strong_level: float) -> Mask:
    """Strong ink and the weak ink joined to it, but for weak ink that leads far away from it."""
    weak, strong = ink_map > weak_level, ink_map > strong_level
    count, part_of = cv2.connectedComponents(weak.view(np.uint8))
    if count > 2:
        has_strong = np.zeros(count, bool)
        has_strong[part_of.ravel()[np.flatnonzero(strong)]] = True
        has_strong[0] = False
        if not has_strong[1:].all():
            weak = has_strong.take(np.asarray(part_of, np.int32))
    if np.count_nonzero(weak) > 2.5 * np.count_nonzero(strong):
        reach = 2 * round(0.5 * stroke_width_of(strong)) + 3
        near = cv2.dilate(strong.astype(np.uint8), np.ones((reach, reach), np.uint8))
        weak &= near > 0
    return weak


def parts_of_one_digit(mask: Mask, shape: tuple[int, int], corner: tuple[int, int]) -> Mask:
    """Keep the main part, parts beside it that are no specks, and other large ones.

    Args:
        mask: ink, on a piece of the picture.
        shape: of the picture: (H, W).
        corner: where on the picture the piece begins: x, y.
    """
    part_of, stats = label_parts(mask)
    if len(stats) <= 2:  # one part, besides the background
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


def masks_of_one_digit(mask: Mask, shape: tuple[int, int], corner: tuple[int, int]) -> list[Mask]:
    """First as `parts_of_one_digit`, and then with all pieces of lines that may be broken.

    A dotted line, or a dashed one, has many pieces, each close to the next.

    Args:
        mask, shape, corner: as there.

    Returns:
        Two masks, if they differ; mostly one.
    """
    masks = [parts_of_one_digit(mask, shape, corner)]
    broken = _broken_lines(mask)
    if broken is not None and not np.array_equal(broken, masks[0]):
        masks.append(broken)
    return masks


def _broken_lines(mask: Mask) -> Mask | None:
    part_of, stats = label_parts(mask)
    if not FEWEST_PIECES < len(stats) <= MOST_PIECES:
        return None
    boxes = stats[1:, :4].astype(np.float64)
    width = boxes[:, 2:].min(axis=1)
    gaps = np.stack([_gaps(boxes, box) for box in boxes])
    is_near = gaps <= WIDEST_GAP * np.maximum(width[:, None], width)
    chain = _chain_with_most(is_near, stats[1:, cv2.CC_STAT_AREA])
    pieces = boxes[chain]
    low, high = pieces[:, :2].min(axis=0), (pieces[:, :2] + pieces[:, 2:]).max(axis=0)
    if len(pieces) < FEWEST_PIECES or pieces[:, 2:].max() > LONGEST_PIECE * (high - low).max():
        return None
    return np.asarray(np.concatenate([[False], chain])[part_of], bool)


def _chain_with_most(is_near: Mask, areas: NDArray[np.int32]) -> Mask:
    """Of parts of which some are near others, those that hang together and cover the most."""
    chain_of = np.arange(len(areas))
    while True:
        lowest = np.where(is_near, chain_of, len(areas)).min(axis=1)
        if np.array_equal(lowest, chain_of):
            return chain_of == np.bincount(chain_of, weights=areas).argmax()
        chain_of = lowest


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


FINDERS: Sequence[Finder] = (find_rulings, find_border_strips, find_box)
LINE_FINDERS = frozenset(FINDERS)
GUESSES: Sequence[Finder] = (_fragments,)
NO_INK = "Nothing is drawn here: draw a digit, or choose a picture of one."
SQUARE = np.ones((3, 3), np.uint8)
# Of the paper's brightness, and of the picture's rim: a table is darker, and covers more.
_TABLE_DARKNESS = 0.85
_LEAST_RIM_OF_TABLE = 0.1
