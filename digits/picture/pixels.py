"""What is asked of pixels by all who look for ink: channels, colours, sizes, stroke width."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

Ink: TypeAlias = Literal["auto", "dark", "light"]
Grey: TypeAlias = NDArray[np.uint8]
Pixels: TypeAlias = NDArray[np.uint8]
InkMap: TypeAlias = NDArray[np.float32]
Mask: TypeAlias = NDArray[np.bool_]
Labelled: TypeAlias = tuple[NDArray[np.int32], NDArray[np.int32]]
"""What `label_parts` gives."""
_Value = TypeVar("_Value", bound=np.generic)


def darkest_channel(pixels: Pixels) -> Grey:
    """Its least channel: coloured ink is darkest in the colour that it swallows."""
    if pixels.ndim == 2:
        return pixels
    red, green, blue = cv2.split(pixels)
    return np.asarray(cv2.min(cv2.min(red, green), blue), np.uint8)


def brightest_channel(pixels: Pixels) -> Grey:
    """Its greatest channel."""
    if pixels.ndim == 2:
        return pixels
    red, green, blue = cv2.split(pixels)
    return np.asarray(cv2.max(cv2.max(red, green), blue), np.uint8)


def rim_of(pixels: NDArray[_Value]) -> NDArray[_Value]:
    """All pixels along the border, corners twice."""
    return np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])


def on_its_side(pixels: NDArray[_Value]) -> NDArray[_Value]:
    """A picture whose rows were columns, (W, H) from (H, W), uint8 or bool."""
    return np.asarray(cv2.transpose(pixels.view(np.uint8))).view(pixels.dtype)


def runs_of(row: Mask) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Where the runs of ink in a row begin, and where they have ended: (n,) each."""
    framed = np.zeros(len(row) + 2, bool)
    framed[1:-1] = row
    edges = np.flatnonzero(framed[1:] != framed[:-1])
    return edges[::2], edges[1::2]


def middle_by_sum(values: NDArray[Any]) -> float:
    """That of several numbers of which larger and smaller ones sum to as much.

    Args:
        values: (n,), none below 0; n is at least 1.
    """
    ordered = np.sort(values).astype(np.float64)
    total = np.cumsum(ordered)
    return float(ordered[np.searchsorted(total, 0.5 * total[-1])])


def count_levels(grey: Grey) -> NDArray[np.float64]:
    """How many pixels there are of each of the 256 grey levels."""
    counts = cv2.calcHist([np.ascontiguousarray(grey)], [0], None, [256], [0, 256])
    return counts.ravel().astype(np.float64)


def label_parts(mask: Mask) -> Labelled:
    """Which connected part of the ink every pixel belongs to, and the box and area of each part.

    Returns:
        int32 (H, W), 0 where there is no ink; and int32 (parts + 1, 5): x, y, width, height and
        area, as `cv2.connectedComponentsWithStats` gives them, but that the first row, which is
        the paper's, has the whole picture's box.
    """
    ink = mask.view(np.uint8)
    x, y, width, height = cv2.boundingRect(ink)
    piece = np.ascontiguousarray(ink[y : y + height, x : x + width])
    if not piece.size:
        paper = np.array([[0, 0, *mask.shape[::-1], mask.size]], np.int32)
        return np.zeros(mask.shape, np.int32), paper
    edges = _edges_of_runs(piece)
    if len(edges) > _MOST_EDGES * piece.size:
        _, labels, stats, _ = cv2.connectedComponentsWithStats(piece)
    else:
        count, labels = cv2.connectedComponents(piece)
        stats = _stats_of_runs(edges, np.asarray(labels, np.int32), count)
    stats[:, :2] += (x, y)
    stats[0] = 0, 0, *mask.shape[::-1], mask.size - int(stats[1:, 4].sum())
    rows, columns = mask.shape
    around = y, rows - y - height, x, columns - x - width
    part_of = cv2.copyMakeBorder(labels, *around, cv2.BORDER_CONSTANT)
    return np.asarray(part_of, np.int32), np.asarray(stats, np.int32)


# Of all pixels: where so many are ends of runs, to look at each pixel is sooner.
_MOST_EDGES = 0.1


def _edges_of_runs(ink: NDArray[np.uint8]) -> NDArray[np.intp]:
    """Where runs of ink begin and, each before the next, have ended; rows are one pixel longer."""
    height, width = ink.shape
    framed = np.zeros(height * (width + 1) + 1, np.uint8)  # no run goes on in the next row
    framed[1:].reshape(height, width + 1)[:, :width] = ink
    return np.flatnonzero(framed[1:] != framed[:-1])


def _stats_of_runs(
    edges: NDArray[np.intp], part_of: NDArray[np.int32], count: int
) -> NDArray[np.int32]:
    """Boxes and areas of parts, found run by run, which is far sooner than pixel by pixel."""
    lengths = edges[1::2] - edges[::2]
    y, x = np.divmod(edges[::2], part_of.shape[1] + 1)
    part = part_of[y, x]
    order = np.argsort(part, kind="stable")  # and each part's runs from above to below
    firsts = np.searchsorted(part[order], np.arange(1, count))
    lasts = np.append(firsts[1:], len(part)) - 1
    x, y, lengths = x[order], y[order], lengths[order]
    left, right = np.minimum.reduceat(x, firsts), np.maximum.reduceat(x + lengths, firsts)
    top, bottom = y[firsts], y[lasts] + 1
    areas = np.add.reduceat(lengths, firsts)
    stats = np.zeros((count, 5), np.int32)
    stats[1:] = np.stack([left, top, right - left, bottom - top, areas], axis=1)
    return stats


def commonest_colour(colours: Pixels) -> Pixels:
    """Of uint8 (n,) or (n, 3), the value that is there most often, (1, 1) or (1, 1, 3)."""
    if colours.ndim == 1:
        return np.array([[np.bincount(colours, minlength=1).argmax()]], np.uint8)
    codes = colours.astype(np.int32) @ np.array([65_536, 256, 1], np.int32)
    values, counts = np.unique(codes, return_counts=True)
    code = int(values[counts.argmax()])
    return np.array([[[code >> 16, code >> 8 & 255, code & 255]]], np.uint8)


def colour_distance(pixels: Pixels, colour: Pixels) -> Grey:
    """In the channel where it is largest."""
    sheet = np.broadcast_to(colour, pixels.shape).copy()
    return brightest_channel(np.asarray(cv2.absdiff(pixels, sheet), np.uint8))


def shrink(pixels: Pixels, longest_side: int) -> Pixels:
    """A picture with no side longer than that; a smaller one as it is."""
    height, width = pixels.shape[:2]
    scale = longest_side / max(height, width)
    if scale >= 1:
        return pixels
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def round_brush(radius: int) -> Grey:
    """What a picture is dilated or eroded by, to so many pixels around; uint8, 1 where it is."""
    size = 2 * radius + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)), np.uint8)


def grown(mask: Mask, by: int) -> Mask:
    """A mask with what is around it, pixels; bool (H, W)."""
    return np.asarray(cv2.dilate(mask.view(np.uint8), round_brush(by)) > 0)


def distance_to(mask: Mask) -> NDArray[np.float32]:
    """How far each pixel is from the nearest that is set, pixels.

    Args:
        mask: bool (H, W).

    Returns:
        Float32 (H, W).
    """
    return np.asarray(cv2.distanceTransform((~mask).view(np.uint8), cv2.DIST_L2, 5), np.float32)


def stroke_width(ink_map: InkMap) -> float:
    """As `stroke_width_of` what is mostly ink."""
    return stroke_width_of(ink_map > 0.5)


def darkest_in(part: int, contrast: Grey, parts: Labelled) -> int:
    """By how much a part of the ink stands out where it does most.

    Args:
        part: its number.
        contrast: uint8 (H, W), by how much each pixel does.
        parts: of the ink.
    """
    x, y, width, height = parts[1][part, :4].tolist()
    window = np.s_[y : y + height, x : x + width]
    return int(contrast[window][parts[0][window] == part].max())


def stroke_width_of(mask: Mask) -> float:
    """Mean width of the strokes, in pixels.

    The distance to the stroke's edge, averaged over its pixels, is a quarter of its width and,
    on a pixel grid, half a pixel more.
    """
    ink = mask.view(np.uint8)
    x, y, width, height = cv2.boundingRect(ink)
    if not width:
        return 1.0
    with_paper = slice(max(0, y - 1), y + height + 1), slice(max(0, x - 1), x + width + 1)
    ink = ink[with_paper]
    inked = cv2.countNonZero(ink)
    distance = cv2.distanceTransform(ink, cv2.DIST_L2, 3)
    return max(1.0, 4 * float(cv2.sumElems(distance)[0]) / inked - 2)
