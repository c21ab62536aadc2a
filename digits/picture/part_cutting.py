"""Cut what may be several digits that touch, where it costs the least ink.

A cut is a seam from above to below: of all paths the one that passes through the least ink, found
by dynamic programming as in seam carving (Avidan & Shamir, 2007), near a column. So it follows
the slant of the hand, and goes around what overlaps.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from digits.picture.pixels import InkMap, Mask
from digits.picture.row_finding import Part, Row, cropped

# Of the row's height: a narrower part is one digit or less, unless it is two strokes.
NARROWEST_CUT = 0.45
# Of the row's height: how far apart seams are sought, and how far to either side one may swing; a
# seam along a stroke that two digits share swings little, or it would go around it.
STEP, SWINGS = 0.06, (0.05, 0.13)
# Of the row's height: seams closer than this are one.
_APART = 0.06
# Strokes that a seam may cut across; more is no place to cut.
MOST_STROKES_CUT = 3.0
# Of a stroke's width: ink is thicker than one stroke where its edge is farther away. There a cut
# may go along the seam of two strokes, and costs so much less.
THICK, COST_WHERE_THICK = 0.57, 0.25
# Of all rows of ink, those that cross two strokes side by side, if it is two strokes.
_MOSTLY_TWO = 0.5
# Pixels: the height at which seams are sought.
_ROWS = 48
# What a step to the side costs, in pixels of ink.
_SIDEWAYS = 0.12


def cut_part(part: Part, ink_map: InkMap, row: Row, stroke: float) -> list[Part]:
    """The pieces of a part between all seams at which it may be cut, from left to right.

    Args:
        part: of the ink.
        ink_map: float32 (H, W) in [0, 1], of the sheet.
        row: that it is a part of.
        stroke: the strokes' width, pixels.

    Returns:
        At least one piece; together they are the part.
    """
    is_narrow = part.width < NARROWEST_CUT * row.height and not are_two_strokes(part.mask)
    if is_narrow or part.width < 4:
        return [part]
    ink = ink_map[part.y : part.y + part.height, part.x : part.x + part.width] * part.mask
    seams, costs = _seams(ink, row, stroke)
    if not len(seams):
        return [part]
    columns = np.arange(part.width)
    piece_of = (columns >= seams[:, :, None]).sum(axis=0)
    masks = [part.mask & (piece_of == number) for number in range(len(seams) + 1)]
    return [
        cropped(Part(part.x, part.y, mask, cost))
        for mask, cost in zip(masks, [0.0, *costs.tolist()], strict=True)
        if mask.any()
    ]


def are_two_strokes(mask: Mask) -> bool:
    """Whether ink is two strokes side by side nearly all the way, as of 1s whose feet touch.

    The outline of a stroke is none of them: what is inside of it is closed.

    Args:
        mask: bool (H, W), the ink, cropped to it.
    """
    begins = np.diff(with_holes(mask).view(np.int8), axis=1, prepend=np.int8(0)) > 0
    strokes = np.count_nonzero(begins, axis=1)
    return bool(np.count_nonzero(strokes == 2) > _MOSTLY_TWO * len(mask))


def with_holes(mask: Mask) -> Mask:
    """Ink with what is closed inside of it, bool (H, W)."""
    filled = np.zeros(mask.shape, np.uint8)
    outlines, _ = cv2.findContours(mask.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    return np.asarray(cv2.drawContours(filled, outlines, -1, 1, cv2.FILLED), np.uint8).view(
        np.bool_
    )


def _seams(ink: InkMap, row: Row, stroke: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where to cut, from left to right.

    Returns:
        float (n, height), for each seam its column in each row; and (n,), through how many strokes.
    """
    height, width = ink.shape
    scale = min(1.0, _ROWS / height)
    rows, columns = max(2, round(height * scale)), max(4, round(width * scale))
    cost = np.where(_is_thick(ink, stroke), COST_WHERE_THICK * ink, ink)
    small = np.asarray(cv2.resize(cost, (columns, rows), interpolation=cv2.INTER_AREA), np.float32)
    step = max(1.0, STEP * row.height * scale)
    lean = np.tan(np.deg2rad(row.slant)) * ((rows - 1) / 2 - np.arange(rows))
    starts = np.arange(step, columns - step, step)[:, None] + lean
    if not starts.size:
        return np.zeros((0, height)), np.zeros(0)
    swings = [max(2, round(swing * row.height * scale)) for swing in SWINGS]
    found = [cheapest_paths(small, starts, swing) for swing in swings]
    paths, costs = (np.concatenate(each) for each in zip(*found, strict=True))
    costs /= max(stroke * scale, 1.0)
    inside = (paths.mean(axis=1) > 0.03 * columns) & (paths.mean(axis=1) < 0.97 * columns)
    fit = inside & (costs <= MOST_STROKES_CUT)
    paths, costs = paths[fit], costs[fit]
    chosen = _apart(paths, costs, max(1.0, _APART * row.height * scale))
    chosen.sort(key=lambda number: float(paths[number].mean()))
    at = (np.arange(height) + 0.5) * rows / height - 0.5
    columns_of = [np.interp(at, np.arange(rows), paths[number]) / scale for number in chosen]
    return np.array(columns_of).reshape(-1, height), costs[chosen]


def _is_thick(ink: InkMap, stroke: float) -> NDArray[np.bool_]:
    """Where ink is thicker than one stroke, as where two run side by side."""
    mask = np.pad((ink > 0.5).astype(np.uint8), 1)
    inside = cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_5)[1:-1, 1:-1]
    return np.asarray(inside > THICK * stroke, bool)


def _apart(paths: NDArray[np.float64], costs: NDArray[np.float64], least: float) -> list[int]:
    """The cheapest of paths that lie closer together."""
    chosen: list[int] = []
    for number in np.argsort(costs, kind="stable"):
        if all(np.abs(paths[number] - paths[other]).mean() >= least for other in chosen):
            chosen.append(int(number))
    return chosen


def cheapest_paths(
    ink: InkMap, lines: NDArray[np.float64], swing: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Around each line from above to below the path through the least ink.

    Args:
        ink: (rows, columns).
        lines: (n, rows), the column of each in each row.
        swing: how far to either side a path may go.

    Returns:
        (n, rows), its columns, and (n,), the ink that it cuts.
    """
    rows, columns = ink.shape
    band = np.arange(-swing, swing + 1)
    along = np.rint(lines).astype(int)
    at = np.clip(along[:, 0, None] + band, 0, columns - 1)
    away = 0.02 * np.abs(band) / swing  # of equals the straighter
    cost = ink[0][at] + away
    came_from = np.zeros((rows, *at.shape), np.int8)
    for row in range(1, rows):
        at = np.clip(along[:, row, None] + band, 0, columns - 1)
        padded = np.pad(cost, ((0, 0), (1, 1)), constant_values=np.inf)
        choices = np.stack([padded[:, :-2] + _SIDEWAYS, padded[:, 1:-1], padded[:, 2:] + _SIDEWAYS])
        best = choices.argmin(axis=0)
        came_from[row] = best - 1
        cost = np.take_along_axis(choices, best[None], axis=0)[0] + ink[row][at] + away
    place = cost.argmin(axis=1)
    paths, cut = np.zeros((len(lines), rows)), np.zeros(len(lines))
    number = np.arange(len(lines))
    for row in range(rows - 1, -1, -1):
        paths[:, row] = np.clip(along[:, row] + band[place], 0, columns - 1)
        cut += ink[row][paths[:, row].astype(int)]
        place = place + came_from[row][number, place]
    return paths, cut
