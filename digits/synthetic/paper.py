"""Paper as it lies on a table: its texture, what has happened to it, and where it ends."""

from __future__ import annotations

import cv2
import numpy as np

from digits.synthetic.colours import (
    any_hue,
    any_ink,
    apart,
    around,
    grey_colour,
    pick,
)
from digits.synthetic.drawing_basics import (
    SUBPIXEL_BITS,
    Map,
    Points,
    blur,
    fixed_point,
    smooth_curve,
    smooth_noise,
)
from digits.synthetic.sheet import Sheet, draw_lines, paint, shade

# --- texture


def paint_paper(sheet: Sheet) -> None:
    """Texture: what makes paper look like paper and wood like wood."""
    random, shape = sheet.random, sheet.shape
    for plane, value in zip(sheet.planes, sheet.paper, strict=True):
        plane[:] = value
    if sheet.chance(0.3, "clouds"):
        cell = random.uniform(0.1, 0.5) * max(shape)
        shade(sheet, smooth_noise(random, shape, cell) * random.uniform(0.01, 0.035))
    if sheet.chance(0.35, "grain"):
        cell = random.uniform(1, 3)
        shade(sheet, smooth_noise(random, shape, cell) * random.uniform(0.005, 0.03))
    if sheet.chance(0.12, "fibres"):
        _paint_fibres(sheet)
    if sheet.chance(0.06, "wood"):
        _paint_wood(sheet)
    if sheet.chance(0.07, "creases"):
        _paint_creases(sheet)
    if sheet.chance(0.06, "show-through"):
        _paint_show_through(sheet)


def _paint_fibres(sheet: Sheet) -> None:
    random, (height, width) = sheet.random, sheet.shape
    count = int(random.integers(20, 90))
    middles = random.random((count, 1, 2)) * (width, height)
    reach = random.normal(0, 0.02 * max(height, width) + 2, (count, 1, 2))
    bends = random.normal(0, 1.5, (count, 3, 2))
    lines = middles + reach * np.array([-1, 0, 1])[None, :, None] + bends
    alpha = draw_lines(sheet, lines, 1, random.uniform(0.06, 0.22))
    paint(sheet.planes, alpha, sheet.paper * random.choice([0.5, 0.7, 1.15]))


def _paint_wood(sheet: Sheet) -> None:
    """Growth rings: waves across the board, bent by slow noise along it."""
    random, (height, width) = sheet.random, sheet.shape
    bend = smooth_noise(random, (height, width), width / 2, height / 6) * random.uniform(1, 4)
    rings = np.sin(_line_distance(random, (height, width)) * random.uniform(0.15, 0.8) + bend)
    shade(sheet, rings * np.float32(random.uniform(0.01, 0.045)))


def _paint_creases(sheet: Sheet) -> None:
    random, (height, width) = sheet.random, sheet.shape
    for _ in range(random.integers(1, 4)):
        distance = _line_distance(random, (height, width))
        side = np.clip(distance / (0.02 * width + 1), -1, 1) * random.uniform(0.01, 0.05)
        ridge = np.exp(-((distance / random.uniform(0.8, 2.5)) ** 2)) * random.uniform(-0.1, 0.1)
        shade(sheet, (side + ridge).astype(np.float32))


def _line_distance(random: np.random.Generator, shape: tuple[int, int]) -> Map:
    """Signed distance of every pixel from a random line through the picture."""
    height, width = shape
    angle, x, y = random.uniform(0, np.pi), random.uniform(0, width), random.uniform(0, height)
    columns = (np.arange(width, dtype=np.float32) - x) * np.float32(np.sin(angle))
    rows = (np.arange(height, dtype=np.float32) - y) * np.float32(np.cos(angle))
    return columns[None, :] - rows[:, None]


def _paint_show_through(sheet: Sheet) -> None:
    """Writing on the back of the page, faint, blurred and mirrored."""
    random = sheet.random
    lines = [_scribble(random, sheet.length * random.uniform(0.2, 0.8)) for _ in range(4)]
    height, width = sheet.shape
    lines = [line + random.random(2) * (width, height) for line in lines]
    alpha = draw_lines(sheet, lines, round(sheet.stroke), random.uniform(0.03, 0.1))
    paint(sheet.planes, blur(alpha, 0.3 * sheet.stroke + 0.8), sheet.pen)


def _scribble(random: np.random.Generator, length: float) -> Points:
    """A smooth curve (n, 2) around the origin, at most about so long to every side."""
    knots = np.cumsum(random.normal(0, 1, (int(random.integers(3, 7)), 2)), axis=0)
    knots -= knots.mean(axis=0)
    knots *= length / max(1e-6, float(np.abs(knots).max()))
    return smooth_curve(knots)


# --- dirt and other writing


def paint_neighbours(sheet: Sheet) -> None:
    """Pieces of other writing that reach into the picture, not as far as the digit."""
    random, (height, width) = sheet.random, sheet.shape
    x, y, w, h = sheet.box
    rooms = {"left": x, "top": y, "right": width - x - w, "bottom": height - y - h}
    roomy = [side for side, room in rooms.items() if room > 0.15 * sheet.length + 4]
    if not roomy or not sheet.chance(0.12, "neighbours"):
        return
    lines = []
    for _ in range(random.integers(1, 4)):
        side = roomy[int(random.integers(len(roomy)))]
        curve = _scribble(random, min(0.45 * rooms[side], 0.5 * sheet.length))
        at = random.uniform((x, y), (x + w, y + h))
        where = {"left": (0, at[1]), "right": (width, at[1])}
        lines.append(curve + where.get(side, (at[0], 0 if side == "top" else height)))
    mask = np.zeros(sheet.shape, np.uint8)
    seen = [fixed_point(line) for line in lines]
    thickness = max(1, round(sheet.stroke * random.uniform(0.7, 1.1)))
    cv2.polylines(mask, seen, False, 255, thickness, cv2.LINE_AA, SUBPIXEL_BITS)
    colour = sheet.pen
    if random.random() < 0.3:
        dark = sheet.polarity == "dark"
        colour = apart(any_ink(random, dark), sheet.paper, dark)
    paint(sheet.planes, mask.astype(np.float32) * np.float32(1 / 255), colour)


def paint_dirt(sheet: Sheet) -> None:
    """Specks, smudges, the rim of a cup, a staple, punched holes."""
    random, (height, width) = sheet.random, sheet.shape
    if sheet.chance(0.15, "specks"):
        count = int(random.integers(2, 25))
        points = (random.random((count, 1, 2)) * (width, height)).repeat(2, axis=1)
        points[:, 1] += random.normal(0, 0.8, (count, 2))
        size = int(random.integers(1, max(2, round(0.4 * sheet.stroke)) + 1))
        alpha = draw_lines(sheet, points, size, random.uniform(0.3, 1))
        paint(sheet.planes, alpha, sheet.paper * random.uniform(0.1, 0.7))
    if sheet.chance(0.06, "smudge"):
        patch = smooth_noise(random, sheet.shape, sheet.length * random.uniform(0.2, 1))
        alpha = np.clip(patch - 0.8, 0, 1) * np.float32(random.uniform(0.05, 0.25))
        paint(sheet.planes, alpha, sheet.pen)
    if sheet.chance(0.03, "rim of a cup"):
        angles = np.linspace(0, random.uniform(2, 6.3), 60) + random.uniform(0, 6.3)
        radius, middle = random.uniform(0.4, 1) * width, random.random(2) * (width, height)
        rim = middle + radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
        alpha = draw_lines(sheet, [rim], round(width / 50) + 1, random.uniform(0.08, 0.3))
        paint(sheet.planes, blur(alpha, 1), around(random, 0.5, 0.35, 0.2))
    if sheet.chance(0.04, "holes"):
        _paint_holes(sheet)
    if sheet.chance(0.03, "staple"):
        _paint_staple(sheet)


def _free_side(sheet: Sheet, depth: float) -> tuple[float, bool] | None:
    """x of a margin so deep beside the digit, and whether it is the left one."""
    x, _, w, _ = sheet.box
    width = sheet.shape[1]
    if x > 1.2 * depth:
        return 0.5 * min(depth, x), True
    if width - x - w > 1.2 * depth:
        return width - 0.5 * min(depth, width - x - w), False
    return None


def _paint_holes(sheet: Sheet) -> None:
    random, height = sheet.random, sheet.shape[0]
    radius = max(2.0, random.uniform(0.08, 0.2) * sheet.length)
    side = _free_side(sheet, 3 * radius)
    if side is None:
        return
    at, spacing = side[0], random.uniform(4, 9) * radius
    rows = np.arange(random.uniform(0, spacing), height, spacing)
    behind = sheet.paper * random.uniform(0.02, 0.7) if random.random() < 0.7 else grey_colour(1)
    mask = np.zeros(sheet.shape, np.uint8)
    for row in rows:
        middle = fixed_point(np.array([at, row]))
        cv2.circle(
            mask,
            (int(middle[0]), int(middle[1])),
            round(radius * 2**SUBPIXEL_BITS),
            255,
            -1,
            cv2.LINE_AA,
            SUBPIXEL_BITS,
        )
    alpha = mask.astype(np.float32) * np.float32(1 / 255)
    rim = np.abs(alpha - blur(alpha, 1.2)) * np.float32(0.5)
    paint(sheet.planes, alpha, behind)
    paint(sheet.planes, rim, sheet.paper * 0.4)


def _paint_staple(sheet: Sheet) -> None:
    random, length = sheet.random, sheet.length
    side = _free_side(sheet, 0.5 * length)
    if side is None:
        return
    direction = random.normal(0, 1, 2)
    reach = 0.16 * length * direction / np.linalg.norm(direction)
    middle = np.array([side[0], random.uniform(0, sheet.shape[0])])
    line = np.array([middle - reach, middle + reach])
    thickness = max(1, round(0.02 * length))
    shadow = draw_lines(sheet, [line + np.array([1.5, 2])], thickness + 1, 0.5)
    paint(sheet.planes, blur(shadow, 0.8), sheet.paper * 0.3)
    paint(
        sheet.planes,
        draw_lines(sheet, [line], thickness),
        grey_colour(random.uniform(0.5, 0.95)),
    )


# --- edges


def paint_edges(sheet: Sheet) -> None:
    """The sheet's edge and what lies beyond it, on one side or two."""
    random, (height, width) = sheet.random, sheet.shape
    if not sheet.chance(0.12, "edge of the sheet"):
        return
    x, y, w, h = sheet.box
    rooms = np.array([x, y, width - x - w, height - y - h])
    outward = np.array([[-1, 0], [0, -1], [1, 0], [0, 1]], np.float64)
    outside = np.full(sheet.shape, -1e3, np.float32)
    for side in random.permutation(4)[: random.integers(1, 3)]:
        gap = 0.08 * sheet.length
        if rooms[side] < gap + 4:
            continue
        turn = np.deg2rad(random.normal(0, 3))
        normal = outward[side] @ np.array(
            [[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]
        )
        middle = np.array([x + w / 2, y + h / 2])
        half = abs(outward[side] @ (w, h)) / 2
        # The turned edge stays clear of the digit's far corner, too.
        clear = half + gap + abs(np.sin(turn)) * sheet.length
        reach = clear + random.random() * max(0.0, rooms[side] + half - clear)
        columns = ((np.arange(width) - middle[0]) * normal[0]).astype(np.float32)
        rows = ((np.arange(height) - middle[1]) * normal[1]).astype(np.float32)
        np.maximum(outside, columns[None, :] + rows[:, None] - np.float32(reach), out=outside)
    if outside.max() < 0:
        return
    _paint_table(sheet, outside)


def _paint_table(sheet: Sheet, outside: Map) -> None:
    """Paint a table wherever `outside`, pixels beyond the edge, is positive."""
    random = sheet.random
    colour = pick(
        random,
        (3, lambda: grey_colour(random.uniform(0, 1))),
        (3, lambda: around(random, 0.5, 0.35, 0.22) * random.uniform(0.5, 1.5)),
        (1, lambda: any_hue(random, random.uniform(0, 0.8), random.uniform(0.1, 1))),
    )
    shadow = np.exp(-np.maximum(outside, 0) / random.uniform(1, 0.06 * sheet.length + 2))
    alpha = np.clip(outside + 0.5, 0, 1)
    texture = 1 + smooth_noise(random, sheet.shape, random.uniform(1, 30), random.uniform(1, 8)) * (
        random.uniform(0, 0.08)
    )
    shading = texture * (1 - shadow * random.uniform(0, 0.6))
    for channel, value in enumerate(np.clip(colour, 0, 1)):
        sheet.planes[channel] += alpha * (np.float32(value) * shading - sheet.planes[channel])
