"""What is printed on paper to write on or in: lines, squares, dots, margins, boxes, forms."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from digits.synthetic.colours import (
    Colour,
    any_hue,
    around,
    grey_colour,
    luma,
    pick,
)
from digits.synthetic.drawing_basics import Points
from digits.synthetic.sheet import Sheet, draw_lines, paint

# --- rulings


def paint_rulings(sheet: Sheet) -> None:
    """What is printed on paper to write on."""
    random = sheet.random
    kinds: list[tuple[float, str, Callable[[Sheet, float], None]]] = [
        (4, "lines", _rule_lines),
        (4, "squares", _rule_squares),
        (1.5, "dots", _rule_dots),
        (1, "millimetres", _rule_millimetres),
        (1, "ladder", _rule_ladder),
        (0.5, "triangles", _rule_triangles),
    ]
    weights = np.array([kind[0] for kind in kinds])
    if random.random() < 0.45:
        _, name, rule = kinds[int(random.choice(len(kinds), p=weights / weights.sum()))]
        sheet.traits.append(name)
        rule(sheet, _ruling_spacing(sheet))
    if sheet.chance(0.12, "margin"):
        _rule_margin(sheet)


def _ruling_spacing(sheet: Sheet) -> float:
    """From many lines behind the digit to one or two."""
    return float(np.clip(sheet.length * np.exp(sheet.random.uniform(-2.1, 0.3)), 7, 400))


def _ruling_style(sheet: Sheet, faint: bool = False) -> tuple[int, float, Colour]:
    """Thickness, strength and colour: thin where dark, so that the digit stays the digit."""
    random = sheet.random
    most = max(1, round(0.45 * sheet.stroke))
    thickness = int(random.integers(1, min(most, 6) + 1))
    strength = random.uniform(0.08, 0.35) if faint else random.uniform(0.1, 0.9)
    if thickness > 0.45 * sheet.stroke:
        strength = min(strength, 0.5)
    if sheet.polarity == "light":
        colour = sheet.paper + random.uniform(0.15, 0.5) * (sheet.pen - sheet.paper)
        return thickness, strength, colour
    colour = pick(
        random,
        (4, lambda: around(random, 0.35, 0.5, 0.8)),
        (3, lambda: grey_colour(random.uniform(0.2, 0.65))),
        (1.5, lambda: around(random, 0.85, 0.45, 0.4)),
        (1, lambda: around(random, 0.35, 0.65, 0.5)),
        (1, lambda: around(random, 0.6, 0.45, 0.75)),
        (1, lambda: any_hue(random, random.uniform(0.2, 0.9), random.uniform(0.3, 0.8))),
    )
    # Nearly as dark as the ink, never darker: beyond that, the ruling is what one reads.
    darkest = luma(sheet.pen) + 0.1 * (luma(sheet.paper) - luma(sheet.pen))
    if luma(colour) < darkest:
        colour = colour + (darkest - luma(colour))
    return thickness, strength, np.minimum(colour, 1)


def _parallels(sheet: Sheet, spacing: float, angle: float = 0.0) -> Points:
    """(n, 2, 2): end points of evenly spaced lines all over the sheet; horizontal for 0 rad."""
    random, (height, width) = sheet.random, sheet.shape
    reach = 1.3 * (height + width)
    count = int(np.ceil(reach / spacing)) + 1
    offsets = (np.arange(count) - count / 2 + random.random()) * spacing
    along = np.array([np.cos(angle), np.sin(angle)]) * reach
    across = np.array([-np.sin(angle), np.cos(angle)])
    starts = np.array([width / 2, height / 2]) + offsets[:, None] * across
    return np.stack([starts - along, starts + along], axis=1)


def _rule(sheet: Sheet, lines: Points, style: tuple[int, float, Colour]) -> None:
    thickness, strength, colour = style
    paint(sheet.planes, draw_lines(sheet, lines, thickness, strength), colour)


def _rule_lines(sheet: Sheet, spacing: float) -> None:
    lines = _parallels(sheet, spacing, np.deg2rad(sheet.random.normal(0, 1.5)))
    _rule(sheet, lines, _ruling_style(sheet))


def _rule_squares(sheet: Sheet, spacing: float) -> None:
    angle = np.deg2rad(sheet.random.normal(0, 1.5))
    upright = _parallels(sheet, spacing, angle + np.pi / 2)
    _rule(sheet, np.concatenate([_parallels(sheet, spacing, angle), upright]), _ruling_style(sheet))


def _rule_millimetres(sheet: Sheet, spacing: float) -> None:
    spacing = min(max(spacing / 4, 5), 30)
    angle = np.deg2rad(sheet.random.normal(0, 1))
    fine = [_parallels(sheet, spacing, a) for a in (angle, angle + np.pi / 2)]
    coarse = [_parallels(sheet, 5 * spacing, a) for a in (angle, angle + np.pi / 2)]
    _, strength, colour = _ruling_style(sheet, faint=True)
    _rule(sheet, np.concatenate(fine), (1, strength, colour))
    _rule(sheet, np.concatenate(coarse), (1, 2 * strength, colour))


def _rule_ladder(sheet: Sheet, spacing: float) -> None:
    """Pairs or threes of lines, for children who learn how tall letters are."""
    spacing = max(spacing, 14)
    lines = _parallels(sheet, spacing, np.deg2rad(sheet.random.normal(0, 1)))
    _rule(sheet, lines, _ruling_style(sheet))
    shift = np.array([0, spacing * sheet.random.uniform(0.25, 0.4)])
    _rule(sheet, lines + shift, _ruling_style(sheet, faint=True))
    if sheet.random.random() < 0.5:
        upright = _parallels(sheet, spacing * sheet.random.uniform(1, 3), np.pi / 2)
        _rule(sheet, upright, _ruling_style(sheet, faint=True))


def _rule_triangles(sheet: Sheet, spacing: float) -> None:
    angles = np.deg2rad(np.array([-60, 0, 60]) + sheet.random.normal(0, 1))
    lines = np.concatenate([_parallels(sheet, max(spacing, 12), a) for a in angles])
    _rule(sheet, lines, _ruling_style(sheet, faint=True))


def _rule_dots(sheet: Sheet, spacing: float) -> None:
    random, (height, width) = sheet.random, sheet.shape
    spacing = max(spacing / 2, 8)
    columns = np.arange(-0.2 * width, 1.2 * width, spacing) + random.uniform(0, spacing)
    rows = np.arange(-0.2 * height, 1.2 * height, spacing) + random.uniform(0, spacing)
    points = np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 1, 2)
    thickness, strength, colour = _ruling_style(sheet)
    dots = np.concatenate([points, points + np.array([0.01, 0])], axis=1)
    _rule(sheet, dots, (min(thickness + 1, max(1, round(0.7 * sheet.stroke))), strength, colour))


def _rule_margin(sheet: Sheet) -> None:
    """One or two lines beside the digit, not through it."""
    random, (x, _, w, _) = sheet.random, sheet.box
    gap = sheet.length * random.uniform(0.12, 0.6)
    at = x - gap if random.random() < 0.6 else x + w + gap
    line = np.array([[at, -2000.0], [at + random.normal(0, 10), 2000 + sheet.shape[0]]])
    lines = [line] if random.random() < 0.6 else [line, line + np.array([random.uniform(2, 8), 0])]
    thickness, strength, colour = _ruling_style(sheet)
    if sheet.polarity == "dark" and random.random() < 0.6:
        colour = around(random, 0.85, 0.3, 0.3)
    _rule(sheet, np.array(lines), (thickness, strength, colour))


# --- boxes


def paint_frames(sheet: Sheet) -> None:
    """A box around the digit, or two or three sides or a corner of one; cells of a form."""
    kind = sheet.random.random()
    if kind < 0.12:
        sheet.traits.append("box")
        _draw_frame(sheet, 4)
    elif kind < 0.19:
        sheet.traits.append("part of a box")
        _draw_frame(sheet, int(sheet.random.integers(1, 4)))
    elif kind < 0.23:
        sheet.traits.append("form")
        _draw_frame(sheet, 4, cells=int(sheet.random.integers(1, 4)))


def _draw_frame(sheet: Sheet, sides: int, cells: int = 0) -> None:
    random, (x, y, w, h) = sheet.random, sheet.box
    left, top, right, bottom = sheet.length * random.uniform(0.07, 0.45, 4)
    corners = np.array(
        [
            [x - left, y - top],
            [x + w + right, y - top],
            [x + w + right, y + h + bottom],
            [x - left, y + h + bottom],
        ]
    )
    first = int(random.integers(4))
    outline = np.roll(np.concatenate([corners, corners]), -first, axis=0)[: sides + 1]
    by_hand = random.random() < 0.4 and not cells
    if by_hand:
        outline = outline + random.normal(0, 0.015 * sheet.length, outline.shape)
        outline = _wobbly(outline, random, 0.006 * sheet.length)
    lines = [outline]
    for cell in range(1, cells + 1):
        shift = (cell * (w + left + right), 0)
        lines += [corners[[0, 1, 2, 3, 0]] + shift, corners[[0, 1, 2, 3, 0]] - shift]
    thickness, strength, colour = _ruling_style(sheet)
    if random.random() < 0.6:
        strength = random.uniform(0.6, 1)
        colour = sheet.pen if by_hand else colour
    most = max(1, round(0.75 * sheet.stroke))
    thickness = int(random.integers(1, min(most, 10) + 1))
    paint(sheet.planes, draw_lines(sheet, lines, thickness, strength), colour)


def _wobbly(line: Points, random: np.random.Generator, by: float) -> Points:
    """The line with more points, moved a little off it as a hand does."""
    t = np.linspace(0, len(line) - 1, 8 * len(line))
    dense = np.stack([np.interp(t, np.arange(len(line)), line[:, i]) for i in (0, 1)], axis=1)
    return dense + cv2.blur(random.normal(0, 3 * by, dense.shape), (1, 5))
