"""A sheet that lies on a table and is seen whole, or nearly so: where it ends.

Light changes gently along a sheet, and so does it where a shadow ends; at the sheet's own edge all
changes within some pixels, whatever lies beside it. So what hangs together without a step, seen
from so far that strokes vanish, is the sheet, if it is large, convex, and has a table around it.

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from digits.picture.ink_parts import FIRST_LOOK, SQUARE
from digits.picture.pixels import Grey, Mask, Pixels, brightest_channel, shrink

# Pixels of a look from afar: its shorter side at least, and the window of a median that lets
# strokes vanish.
SMALLEST_LOOK, _WIDEST_STROKE = 40, 7
# What is a step, in levels of the tone: where a higher one separates sheet and table, it is to be
# believed sooner, for less is a step inside the sheet.
STEPS = (70, 50, 36, 26, 19, 14, 10)
# Of the picture: a sheet covers as much, or less if it ends before all of the picture's sides, as
# notes do and shadows do not; it is even on as much, around what is written. Of its convex hull,
# what it covers itself, for a perforated edge is hollow.
LEAST_OF_PICTURE, LEAST_SEEN_WHOLE, LEAST_EVEN, LEAST_OF_HULL = 0.5, 0.38, 0.2, 0.93
# So many of the picture's sides lie on the table, mostly: a shadow covers fewer, or more area.
FEWEST_SIDES, LEAST_OF_SIDE = 3, 0.65
# In levels of the tone: a table differs from its sheet by more; what is around a frame does not.
LEAST_DIFFERENCE = 12
# Two pixels of that look, the sheet's rim, are blurred into the table.
_RIM = np.ones((5, 5), np.uint8)


def find_paper(pixels: Pixels) -> Mask | None:
    """Where the sheet lies, if a table is seen around it; None if all may be sheet.

    Args:
        pixels: uint8 (H, W) or (H, W, 3), RGB, a photo.

    Returns:
        Bool (H, W), without the sheet's blurred rim.
    """
    small = shrink(pixels, FIRST_LOOK)
    if min(small.shape[:2]) < SMALLEST_LOOK:
        return None
    tone = _tone(np.asarray(cv2.medianBlur(small, _WIDEST_STROKE), np.uint8))
    steps = brightest_channel(
        np.asarray(cv2.morphologyEx(tone, cv2.MORPH_GRADIENT, SQUARE), np.uint8)
    )
    for region in _even_regions(steps):
        if _is_sheet(region, tone):
            bare = cv2.erode(region, _RIM, borderValue=1) * np.float32(1)
            return np.asarray(cv2.resize(bare, pixels.shape[1::-1]) > 0.5)
    return None


def continue_beyond(pixels: Pixels, paper: Mask) -> Pixels:
    """A picture whose sheet goes on beyond its edge, as if mirrored there.

    Args:
        pixels: uint8 (H, W) or (H, W, 3).
        paper: bool (H, W), where the sheet lies, as of `find_paper`.
    """
    sheet = shrink(255 * paper.view(np.uint8), FIRST_LOOK) == 255
    scale = np.array(paper.shape) / sheet.shape
    places = (_mirrored_places(sheet) + 0.5) * scale - 0.5
    size = paper.shape[::-1]
    rows, columns = (
        cv2.resize(each.astype(np.float32), size) for each in np.moveaxis(places, -1, 0)
    )
    mirrored = cv2.remap(pixels, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.copyTo(pixels, paper.view(np.uint8), mirrored), np.uint8)


def _mirrored_places(sheet: Mask) -> NDArray[np.intp]:
    """Of each place, itself on the sheet, else one on it as far from its edge: (H, W, 2), y, x."""
    _, nearest = cv2.distanceTransformWithLabels(
        (~sheet).view(np.uint8), cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
    )
    places = np.moveaxis(np.indices(sheet.shape), 0, -1)
    edge = np.zeros((int(nearest.max()) + 1, 2), np.intp)
    edge[nearest[sheet]] = places[sheet]
    edge = edge[nearest]
    beyond = 2 * edge - places
    inside = np.clip(beyond, 0, np.array(sheet.shape) - 1)
    is_sheet = sheet[inside[..., 0], inside[..., 1]] & (inside == beyond).all(axis=-1)
    return np.where(is_sheet[..., None], beyond, edge)


def _tone(pixels: Pixels) -> Pixels:
    """Levels in which a step between two dark surfaces is as large as one between light ones."""
    table = np.sqrt(255 * np.arange(256.0)).round().astype(np.uint8)
    return np.asarray(cv2.LUT(pixels, table), np.uint8)


def _even_regions(steps: Grey) -> Iterable[Grey]:
    """What hangs together without a step, and may be a sheet, filled: uint8 (H, W), 1 there."""
    for step in STEPS:
        even = (steps < step).astype(np.uint8)
        _, part_of, stats, _ = cv2.connectedComponentsWithStats(even, connectivity=4)
        for part in np.flatnonzero(stats[1:, cv2.CC_STAT_AREA] >= LEAST_EVEN * steps.size) + 1:
            own = np.asarray(part_of == part)
            if _has_table_around(~own):
                # A step is seen from either side of the edge.
                around = cv2.dilate(own.view(np.uint8), SQUARE)
                outlines, _ = cv2.findContours(around, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
                yield np.asarray(cv2.drawContours(around, outlines, -1, 1, cv2.FILLED), np.uint8)


def _is_sheet(region: Grey, tone: Pixels) -> bool:
    """Whether a filled region is large and convex, and has a table around it that is unlike it."""
    hull = cv2.fillConvexPoly(np.zeros_like(region), cv2.convexHull(cv2.findNonZero(region)), 1)
    table = hull == 0
    area = cv2.countNonZero(region)
    least = LEAST_SEEN_WHOLE if all(side.all() for side in _sides(table)) else LEAST_OF_PICTURE
    if area < least * region.size or area < LEAST_OF_HULL * cv2.countNonZero(hull):
        return False
    return _has_table_around(table) and _is_unlike(table, region, tone)


def _is_unlike(table: Mask, region: Grey, tone: Pixels) -> bool:
    """Whether most of a table differs from the sheet where that is nearest, whatever the light."""
    edge = _mirrored_places(cv2.erode(region, _RIM, borderValue=1) > 0)[table]
    difference = cv2.absdiff(tone[table], tone[edge[:, 0], edge[:, 1]])
    largest = difference if difference.ndim == 1 else difference.max(axis=1)
    return bool(np.median(largest) >= LEAST_DIFFERENCE)


def _has_table_around(table: Mask) -> bool:
    """Whether enough of the picture's sides lie on it."""
    return sum(side.mean() >= LEAST_OF_SIDE for side in _sides(table)) >= FEWEST_SIDES


def _sides(of: Mask) -> Sequence[Mask]:
    """The outermost pixels of a picture on each of its sides."""
    return of[0], of[-1], of[:, 0], of[:, -1]
