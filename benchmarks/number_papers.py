"""What whole numbers are written on: rulings, boxes, frames, patterns of cheques, tables, borders.

No network learns from anything made here. Each paper is a function of the writing, which stands
where it will be written, the page's shape and the randomness; it gives the page without the ink,
as reflectances in linear light, float32 (H, W, 3).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TypeAlias

import cv2
import numpy as np

from benchmarks.canvas import Stroke
from benchmarks.number_layouts import Box, Writing
from benchmarks.photo_simulation import (
    BLACK_INKS,
    RULINGS,
    Colour,
    InkMask,
    Light,
    Random,
    pick_colour,
    print_on,
    sheet_of,
    white_sheet,
)

Shape: TypeAlias = tuple[int, int]
Paper: TypeAlias = Callable[[Writing, Shape, Random], Light]

_TINTS: Sequence[Colour] = (
    (0.74, 0.80, 0.84),
    (0.84, 0.78, 0.70),
    (0.74, 0.82, 0.72),
    (0.84, 0.76, 0.78),
    (0.82, 0.81, 0.76),
)
_GUILLOCHES: Sequence[Colour] = (
    (0.35, 0.55, 0.72),
    (0.70, 0.48, 0.52),
    (0.42, 0.64, 0.48),
    (0.66, 0.58, 0.36),
    (0.56, 0.48, 0.68),
)
"""Reflectances of what is printed on cheques: no ink is as bright."""


def draw_lines(shape: Shape, lines: Sequence[Stroke], width: float) -> InkMask:
    """Printed lines, (H, W) in [0, 1]; one thinner than a pixel is paler instead.

    Args:
        shape: of the page.
        lines: float64 (n, 2) each, x before y, pixels.
        width: pixels.
    """
    page = np.zeros(shape, np.uint8)
    points = [np.rint(line * 16).astype(np.int32) for line in lines]
    cv2.polylines(page, points, False, 255, max(1, round(width)), cv2.LINE_AA, 4)
    return np.asarray(page / np.float32(255) * min(1.0, width), np.float32)


def _level(shape: Shape, y: float, tilt: float) -> Stroke:
    """A line across the page."""
    return np.array([[-2, y], [shape[1] + 2, y + tilt * shape[1]]])


def _width(writing: Writing, random: Random) -> float:
    """Of a printed line, pixels."""
    return max(0.7, writing.height * random.uniform(0.008, 0.025))


def plain(writing: Writing, shape: Shape, random: Random) -> Light:
    """White."""
    return white_sheet(shape, random)


def ruled(writing: Writing, shape: Shape, random: Random) -> Light:
    """Lines, which the rows stand on, or go across if the writer did not care."""
    leading = _leading(writing, random)
    careless = random.random() < 0.3
    first = writing.baselines[0] + writing.height * (
        random.uniform(-0.6, 0.1) if careless else random.uniform(0, 0.08)
    )
    tilt = np.deg2rad(random.normal(0, 0.5))
    start = first - leading * np.ceil(first / leading)
    lines = [_level(shape, y, tilt) for y in np.arange(start, shape[0] + leading, leading)]
    printed = draw_lines(shape, lines, _width(writing, random))
    colour = pick_colour(RULINGS, random)
    return print_on(white_sheet(shape, random), printed, colour, random.uniform(0.45, 0.9))


def _leading(writing: Writing, random: Random) -> float:
    """From one printed line to the next, pixels: what the rows have, or for one row any."""
    if len(writing.baselines) > 1:
        return writing.baselines[1] - writing.baselines[0]
    return writing.height * random.uniform(1.05, 2)


def underlined(writing: Writing, shape: Shape, random: Random) -> Light:
    """One or two lines below the last row, with a ruler or by hand, in ink."""
    left, _, right, bottom = writing.extent
    lines = []
    below = bottom + writing.height * random.uniform(0.0, 0.22)
    for _ in range(2 if random.random() < 0.3 else 1):
        ends = np.array([left, right]) + writing.height * random.uniform(-0.25, 0.3, 2)
        x = np.linspace(ends[0], ends[1], 24)
        wobble = random.normal(0, 0.012) * np.sin(np.linspace(0, random.uniform(2, 9), 24))
        tilt = random.normal(0, 0.015) * (x - x[0])
        lines.append(np.stack([x, below + writing.height * wobble + np.maximum(tilt, 0)], axis=1))
        below += writing.height * random.uniform(0.12, 0.2)
    width = max(1.0, writing.pen * random.uniform(0.5, 1.1))
    colour = pick_colour(BLACK_INKS, random)
    page = white_sheet(shape, random)
    return print_on(page, draw_lines(shape, lines, width), colour, random.uniform(0.7, 1))


def boxes(writing: Writing, shape: Shape, random: Random) -> Light:
    """The cells of the writing as boxes, black or in the pale colour of forms."""
    outlines = [_outline(cell) for cell in writing.cells]
    page = white_sheet(shape, random)
    pale = random.random() < 0.5
    if pale and random.random() < 0.5:  # forms on a tint, with white boxes
        page = page * np.asarray(_TINTS[int(random.integers(len(_TINTS)))], np.float32) / 0.8
        for x, y, width, height in (tuple(map(round, cell)) for cell in writing.cells):
            page[y : y + height, x : x + width] = (0.8, 0.8, 0.79)
    colour = pick_colour(_GUILLOCHES if pale else BLACK_INKS, random)
    printed = draw_lines(shape, outlines, _width(writing, random) * (2 if pale else 1))
    return print_on(np.asarray(page, np.float32), printed, colour, random.uniform(0.6, 1))


def _outline(box: Box) -> Stroke:
    x, y, width, height = box
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]) * (width, height)
    return np.asarray(corners + np.array([x, y]), np.float64)


def frames(writing: Writing, shape: Shape, random: Random) -> Light:
    """The field of a form: a frame, a double one, a rounded one, or a comb."""
    left, top, right, bottom = writing.extent
    pads = writing.height * random.uniform(0.1, 0.5, 4)
    box = (left - pads[0], top - pads[1], right - left + pads[0] + pads[2], 0.0)
    box = (*box[:3], bottom - top + pads[1] + pads[3])
    way = int(random.integers(4))
    lines = [_rounded(box, 0.3 * writing.height) if way == 2 else _outline(box)]
    if way == 1:
        gap = writing.height * random.uniform(0.05, 0.09)
        x, y, width, height = box
        lines.append(_outline((x - gap, y - gap, width + 2 * gap, height + 2 * gap)))
    elif way == 3:
        lines = _comb(writing, box, random)
    colour = pick_colour(BLACK_INKS if random.random() < 0.6 else _GUILLOCHES, random)
    page = white_sheet(shape, random)
    printed = draw_lines(shape, lines, 1.5 * _width(writing, random))
    return print_on(page, printed, colour, random.uniform(0.6, 1))


def _rounded(box: Box, radius: float) -> Stroke:
    """A frame with round corners."""
    x, y, width, height = box
    r = min(radius, width / 3, height / 3)
    points = []
    for turn, (cx, cy) in enumerate(((width - r, r), (width - r, height - r), (r, height - r))):
        angles = np.deg2rad(np.linspace(-90, 0, 8) + 90 * turn)
        points.append(np.stack([cx + r * np.cos(angles), cy + r * np.sin(angles)], axis=1))
    angles = np.deg2rad(np.linspace(180, 270, 8))
    points.append(np.stack([r + r * np.cos(angles), r + r * np.sin(angles)], axis=1))
    return np.concatenate([*points, points[0][:1]]) + np.array([x, y])


def _comb(writing: Writing, box: Box, random: Random) -> list[Stroke]:
    """A line below with a short tooth between neighbours, and a tall one at either end."""
    x, y, width, height = box
    foot = y + height
    rim = np.array([[x, foot - 0.6 * height], [x, foot], [x + width, foot]])
    lines = [rim, np.array([[x + width, foot], [x + width, foot - 0.6 * height]])]
    last = [sign for sign in writing.signs if sign.row == len(writing.baselines) - 1]
    tall = writing.height * random.uniform(0.1, 0.25)
    for one, other in pairwise(last):
        middle = (one.right + other.x) / 2
        lines.append(np.array([[middle, foot], [middle, foot - tall]]))
    return lines


def cheque(writing: Writing, shape: Shape, random: Random) -> Light:
    """Guilloches, a rosette and fine hatching in pale colours, as cheques and notes have them."""
    page = sheet_of(shape, pick_colour(_TINTS, random), random)
    layers = [_waves(shape, writing.height, random) for _ in range(int(random.integers(1, 4)))]
    if random.random() < 0.6:
        layers.append(_rosette(shape, random))
    if random.random() < 0.4:
        layers.append(_hatching(shape, writing.height, random))
    for lines in layers:
        width = max(0.6, writing.height * random.uniform(0.008, 0.02))
        colour = pick_colour(_GUILLOCHES, random)
        page = print_on(page, draw_lines(shape, lines, width), colour, random.uniform(0.3, 0.75))
    if random.random() < 0.4:
        y = writing.extent[3] + random.uniform(0, 0.12) * writing.height
        line = draw_lines(shape, [_level(shape, y, 0)], _width(writing, random))
        page = print_on(page, line, pick_colour(BLACK_INKS, random), random.uniform(0.5, 0.9))
    return page


def _waves(shape: Shape, size: float, random: Random) -> list[Stroke]:
    """A ribbon of waves that swing around each other."""
    x = np.linspace(-5, shape[1] + 5, max(80, shape[1] // 3))
    length, second = size * random.uniform(0.8, 4), size * random.uniform(2, 9)
    swing = size * random.uniform(0.15, 0.7)
    count = int(random.integers(6, 18))
    shift = random.uniform(0, 2 * np.pi)
    pitch = random.uniform(0, 0.3) * size if random.random() < 0.6 else 0.0
    middle = random.uniform(0, 1) * shape[0] if not pitch else -0.3 * shape[0]
    reach = max(1, int(1.6 * shape[0] / (pitch * count))) if pitch > 2 else 1
    lines = []
    for i in range(min(count * reach, 90)):
        phase = shift + 2 * np.pi * i / count
        envelope = 0.55 + 0.45 * np.sin(2 * np.pi * x / second + shift)
        y = middle + pitch * i + swing * envelope * np.sin(2 * np.pi * x / length + phase)
        lines.append(np.stack([x, y], axis=1))
    return lines


def _rosette(shape: Shape, random: Random) -> list[Stroke]:
    """Circles that swing in and out."""
    angles = np.linspace(0, 2 * np.pi, 720)
    radius = min(shape) * random.uniform(0.25, 0.7)
    petals = int(random.integers(5, 14))
    centre = random.uniform(0.15, 0.85, 2) * shape[::-1]
    lines = []
    for i in range(int(random.integers(6, 14))):
        swing = 0.62 + 0.3 * np.cos(petals * angles + 0.45 * i)
        ring = np.stack([np.cos(angles), np.sin(angles)], axis=1) * (radius * swing)[:, None]
        lines.append(ring + centre)
    return lines


def _hatching(shape: Shape, size: float, random: Random) -> list[Stroke]:
    """Fine parallel lines on a slope."""
    pitch = max(4.0, size * random.uniform(0.07, 0.16))
    slope = random.uniform(-1, 1)
    span = abs(slope) * shape[1]
    starts = np.arange(-span, shape[0] + span, pitch)
    return [np.array([[0, y], [shape[1], y + slope * shape[1]]]) for y in starts]


def printed_borders(writing: Writing, shape: Shape, random: Random) -> Light:
    """Along one to four sides of the page a bar, lines, or a row of ornaments."""
    page = white_sheet(shape, random)
    extent = writing.extent
    rooms = (extent[1], shape[1] - extent[2], shape[0] - extent[3], extent[0])
    colour = pick_colour(BLACK_INKS if random.random() < 0.5 else _GUILLOCHES, random)
    way = int(random.integers(4))
    sides = random.permutation(4)[: int(random.integers(1, 5))]
    for side in sides:
        depth = rooms[side] * random.uniform(0.3, 0.6)
        length = shape[1] if side in (0, 2) else shape[0]
        strip = _ornament(way, (max(3, round(depth)), length), writing.height)
        page = print_on(page, _along(strip, int(side), shape), colour, random.uniform(0.7, 1))
    return page


def _ornament(way: int, shape: Shape, size: float) -> InkMask:
    """A strip along the upper edge of a page, (depth, length) in [0, 1]."""
    depth, length = shape
    if way == 0:
        return np.ones(shape, np.float32)
    strip = np.zeros(shape, np.uint8)
    thick = max(1, round(0.12 * depth))
    pitch = max(6.0, min(0.9 * depth, 0.4 * size))
    middles = np.arange(pitch / 2, length, pitch)
    if way == 1:
        for share in (0.35, 0.75):
            cv2.line(strip, (0, int(share * depth)), (length, int(share * depth)), 255, thick)
    elif way == 2:
        for x in middles:
            diamond = np.array([[0, -1], [1, 0], [0, 1], [-1, 0]]) * 0.42 * pitch
            at = np.rint((diamond + np.array([x, 0.55 * depth])) * 16).astype(np.int32)
            cv2.fillPoly(strip, [at], 255, cv2.LINE_AA, 4)
    else:
        x = np.linspace(0, length, length // 2 + 2)
        for phase in (0, np.pi):
            y = depth * (0.55 + 0.28 * np.sin(2 * np.pi * x / (2 * pitch) + phase))
            line = np.rint(np.stack([x, y], axis=1) * 16).astype(np.int32)
            cv2.polylines(strip, [line], False, 255, thick, cv2.LINE_AA, 4)
    return np.asarray(strip / np.float32(255), np.float32)


def _along(strip: InkMask, side: int, shape: Shape) -> InkMask:
    """The strip at a side of a page: 0 above, 1 on the right, 2 below, 3 on the left."""
    if side % 2:
        page = np.zeros(shape[::-1], np.float32)
        page[: len(strip)] = strip
        turned = page.T
        return np.ascontiguousarray(turned[:, ::-1] if side == 1 else turned)
    page = np.zeros(shape, np.float32)
    page[: len(strip)] = strip
    return page if side == 0 else np.ascontiguousarray(page[::-1])


def cells(writing: Writing, shape: Shape, random: Random) -> Light:
    """A page of a logbook: the cells of the writing, and their rows and columns carried on."""
    upright = sorted({round(x) for x, _, w, _ in writing.cells for x in (x, x + w)})
    level = sorted({round(y) for _, y, _, h in writing.cells for y in (y, y + h)})
    tall = writing.cells[0][3]
    level = [round(level[0] - tall), *level, round(level[-1] + tall)]
    tilt = np.deg2rad(random.normal(0, 0.3))
    lines = [_level(shape, y, tilt) for y in level]
    lines += [np.array([[x, -2], [x - tilt * shape[0], shape[0] + 2]]) for x in upright]
    page = white_sheet(shape, random)
    if random.random() < 0.3:  # some have bands of colour
        tint = np.asarray(pick_colour(_TINTS, random), np.float32) / 0.85
        page[max(0, level[1]) : max(0, level[2])] *= tint
    width = 1.3 * _width(writing, random)
    printed = draw_lines(shape, lines, width)
    page = print_on(page, printed, pick_colour(RULINGS, random), random.uniform(0.6, 1))
    if random.random() < 0.4:  # and a double line between two columns
        x = upright[int(random.integers(len(upright)))] + 3 * width + 1
        double = draw_lines(shape, [np.array([[x, -2], [x, shape[0] + 2]])], width)
        page = print_on(page, double, (0.62, 0.14, 0.16), 0.8)
    return page
