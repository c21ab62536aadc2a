"""Scribbles and doodles as lines of a pen: made by rules, none of them meant as a digit.

A doodle grows the way grammars grow sentences (Stiny & Gips, 1972, "Shape grammars and the
generative specification of painting and sculpture"): simple shapes are put in rows and columns,
into each other, around a centre and opposite their mirror image. What could pass for a digit (a
ring, a ring on a stick, two rings one above the other, a curve of few turns) is not made.

Lines are float64 (n, 2), x to the right and y downwards, in units of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Line: TypeAlias = NDArray[np.float64]
Random: TypeAlias = np.random.Generator

# A curve that turns by more, and is longer, than any digit's: an 8 turns by 4π along 3.5 times its
# height.
LEAST_TURNING = 5.5 * np.pi
LEAST_LENGTH = 5.0


def scribble(random: Random) -> list[Line]:
    """A tangle, zigzag, hatching, coil or spiral, or two of them."""
    count = 1 if random.random() < 0.7 else 2
    lines = [_SCRIBBLES[int(random.integers(len(_SCRIBBLES)))](random) for _ in range(count)]
    place = random.normal(0, 0.35, (count, 2))
    return [fitted([line])[0] + at for line, at in zip(lines, place, strict=True)]


def doodle(random: Random) -> list[Line]:
    """A simple shape that is like no digit, or several shapes put together."""
    if random.random() < 0.3:
        return _CLEAR_SHAPES[int(random.integers(len(_CLEAR_SHAPES)))](random)
    lines, shapes = _grown(random, depth=2)
    while shapes < 3:
        lines, shapes = _nested(random, (lines, shapes), _grown(random, depth=1))
    if random.random() < 0.25:
        lines, _ = _COMBINATIONS["row"](random, (lines, shapes), _leaf(random))
    return lines


def turned(points: Line, angle: float) -> Line:
    """Turned about the origin by an angle in radians."""
    cos, sin = np.cos(angle), np.sin(angle)
    return points @ np.array([[cos, sin], [-sin, cos]])


def fitted(lines: Sequence[Line]) -> list[Line]:
    """Moved and scaled, keeping the aspect, into the square from 0 to 1, around its middle."""
    points = np.concatenate(lines)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = max(float((high - low).max()), 1e-6)
    return [(line - (low + high) / 2) / scale + 0.5 for line in lines]


def rounded(knots: Line) -> Line:
    """A curve near the knots: quadratic B-spline, by cutting corners (Chaikin, 1974)."""
    for _ in range(3):
        if len(knots) < 3:
            return knots
        near, far = 0.75 * knots[:-1] + 0.25 * knots[1:], 0.25 * knots[:-1] + 0.75 * knots[1:]
        cut = np.stack([near, far], axis=1).reshape(-1, 2)
        knots = np.concatenate([knots[:1], cut[1:-1], knots[-1:]])
    return knots


def bent(lines: Sequence[Line], random: Random, most: float = 1.0) -> list[Line]:
    """As an unsteady hand would draw them: slanted, squeezed, turned and smoothly displaced.

    Args:
        lines: what to bend.
        random: how.
        most: 1 slants by up to 25°, turns by up to 15° and displaces by about 3% of the size.
    """
    slant, turn = np.tan(np.deg2rad(25)), np.deg2rad(15)
    matrix = np.array([[1, 0], [random.uniform(-slant, slant) * most, 1]])
    matrix[:, 0] *= np.exp(random.uniform(np.log(0.62), np.log(1.6)) * min(1.0, most))
    angle = random.uniform(-turn, turn) * most
    square = fitted([turned(line @ matrix, angle) for line in fitted(lines)])
    frequency = random.uniform(2, 9, (6, 2)) * random.choice([-1, 1], (6, 2))
    phase = random.uniform(0, 2 * np.pi, 6)
    push = random.normal(0, 0.035 * most, (6, 2)) * (4 / np.abs(frequency).sum(axis=1))[:, None]
    return [line + np.sin(line @ frequency.T + phase) @ push for line in map(_dense, square)]


def _dense(line: Line) -> Line:
    """With points on its straight pieces, so that these can bend."""
    if len(line) < 2:
        return line
    steps = np.hypot(*np.diff(line, axis=0).T)
    along = np.concatenate([[0], np.cumsum(steps)])
    even = np.linspace(0, along[-1], max(2, int(along[-1] / 0.06)))
    at = np.union1d(along, even)  # corners stay corners
    return np.stack([np.interp(at, along, axis) for axis in line.T], axis=1)


# --- scribbles


def _is_tangled(line: Line) -> bool:
    steps = np.diff(line, axis=0)
    size = float(np.ptp(line, axis=0).max())
    headings = np.unwrap(np.arctan2(steps[:, 1], steps[:, 0]))
    turning = float(np.abs(np.diff(headings)).sum())
    return turning > LEAST_TURNING and float(np.hypot(*steps.T).sum()) > LEAST_LENGTH * size


def _tangle(random: Random) -> Line:
    """A smooth curve that wanders to and fro until it is tangled."""
    knots = random.normal(0, 1, (int(random.integers(7, 16)), 2)) * (1, random.uniform(0.4, 1))
    line = rounded(knots)
    while not _is_tangled(line):
        knots = np.concatenate([knots, random.normal(0, 1, (3, 2))])
        line = rounded(knots)
    return line


def _waves(random: Random) -> Line:
    """Sums of oscillations, as a hand makes that moves to and fro."""
    t = np.linspace(0, 2 * np.pi, 240)
    line = np.zeros((240, 2))
    while not _is_tangled(line + 1e-9 * t[:, None]):
        for axis in range(2):
            wave = np.sin(random.integers(1, 9) * t + random.uniform(0, 7))
            line[:, axis] += random.uniform(0.3, 1) * wave
    return line


def _zigzag(random: Random) -> Line:
    teeth = int(random.integers(7, 18))
    x = np.linspace(0, random.uniform(0.4, 1), teeth)
    y = np.arange(teeth) % 2 * random.uniform(0.75, 1, teeth) + random.normal(0, 0.06, teeth)
    line = turned(np.stack([x, y], axis=1), random.uniform(0, 2 * np.pi))
    return line if random.random() < 0.6 else rounded(line)


def _hatching(random: Random) -> Line:
    """To and fro in one stroke, the way one fills a shape or crosses something out."""
    count = int(random.integers(5, 14))
    x = np.repeat(np.linspace(0, random.uniform(0.4, 1.1), count), 2)
    y = np.tile([0, 1, 1, 0], count)[: 2 * count] * random.uniform(0.5, 1.1)
    line = np.stack([x, y], axis=1) + random.normal(0, 0.03, (2 * count, 2))
    return turned(line, random.uniform(0, 2 * np.pi))


def _coil(random: Random) -> Line:
    """Loops in a row: eeee."""
    turns = int(random.integers(4, 9))
    t = np.linspace(0, 2 * np.pi * turns, 30 * turns)
    width, height = random.uniform(0.25, 0.5), random.uniform(0.4, 0.8)
    x = random.uniform(0.02, 0.09) * t + width * np.cos(t)
    y = height * np.sin(t) * (1 + 0.3 * np.sin(random.uniform(0.1, 0.6) * t))
    return turned(np.stack([x, y], axis=1), random.normal(0, 0.5))


def _spiral(random: Random) -> Line:
    turns = random.uniform(2.6, 6)
    t = np.linspace(0.03, 1, 160)
    angle = 2 * np.pi * turns * t * random.choice([-1, 1]) + random.uniform(0, 7)
    radius = t[:, None] ** random.uniform(0.7, 1.3)
    return radius * np.stack([np.cos(angle), random.uniform(0.6, 1) * np.sin(angle)], axis=1)


_SCRIBBLES: tuple[Callable[[Random], Line], ...] = (
    _tangle,
    _tangle,
    _waves,
    _zigzag,
    _hatching,
    _coil,
    _spiral,
)


# --- simple shapes, each about in the square from -1/2 to 1/2


def _ellipse(random: Random) -> list[Line]:
    t = np.linspace(0, 2 * np.pi * random.uniform(0.97, 1.04), 40) + random.uniform(0, 7)
    return [0.5 * np.stack([np.cos(t), random.uniform(0.45, 1.2) * np.sin(t)], axis=1)]


def _polygon(random: Random) -> list[Line]:
    corners = int(random.choice([3, 3, 4, 4, 5, 6, 8]))
    t = 2 * np.pi * (np.arange(corners) / corners + random.normal(0, 0.02, corners))
    radius = 0.5 * random.uniform(0.7, 1.2, (corners, 1))
    points = radius * np.stack([np.cos(t), np.sin(t)], axis=1)
    return [turned(np.concatenate([points, points[:1]]), random.uniform(0, 7))]


def _silhouette(random: Random) -> list[Line]:
    """Once around a shape with dents: a bolt, a boat, a cloud."""
    corners = int(random.integers(5, 12))
    t = 2 * np.pi * (np.arange(corners) + random.uniform(-0.35, 0.35, corners)) / corners
    radius = random.uniform(0.35, 0.5, corners)
    dents = random.permutation(corners)[: random.integers(2, corners // 2 + 1)]
    radius[dents] = random.uniform(0.06, 0.24, len(dents))
    points = radius[:, None] * np.stack([np.cos(t), np.sin(t)], axis=1)
    points = np.concatenate([points, points[:1]]) * (1, random.uniform(0.5, 1.3))
    line = turned(points, random.uniform(0, 7))
    return [rounded(line) if random.random() < 0.4 else line]


def _triangle(random: Random) -> list[Line]:
    corners = np.array([[-0.5, 0.4], [0.5, 0.4], [random.uniform(-0.4, 0.4), -0.4]])
    line = np.concatenate([corners, corners[:1]]) * (1, random.uniform(0.6, 1.3))
    return [turned(line, float(random.choice([0, np.pi, random.uniform(0, 7)])))]


def _rectangle(random: Random) -> list[Line]:
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]]) / 2
    return [corners * (1, random.uniform(0.3, 1.3))]


def _star(random: Random) -> list[Line]:
    points = int(random.integers(4, 9))
    t = np.arange(2 * points + 1) * np.pi / points + random.uniform(0, 7)
    radius = np.where(np.arange(2 * points + 1) % 2, random.uniform(0.12, 0.32), 0.5)
    return [radius[:, None] * np.stack([np.cos(t), np.sin(t)], axis=1)]


def _pentagram(random: Random) -> list[Line]:
    t = np.arange(6) * 0.8 * np.pi - np.pi / 2
    return [0.5 * np.stack([np.cos(t), np.sin(t)], axis=1) * random.uniform(0.8, 1.2, 2)]


def _cloud(random: Random) -> list[Line]:
    """A ring of bumps: cloud, flower, splash."""
    bumps, depth = int(random.integers(5, 11)), random.uniform(0.15, 0.4)
    t = np.linspace(0, 2 * np.pi, 160)
    radius = 0.5 * (1 - depth + depth * np.abs(np.sin(bumps * t / 2 + random.uniform(0, 7))))
    return [radius[:, None] * np.stack([np.cos(t), random.uniform(0.6, 1) * np.sin(t)], axis=1)]


def _heart(random: Random) -> list[Line]:
    t = np.linspace(0, 2 * np.pi, 60)
    x = np.sin(t) ** 3 / 2
    y = -(13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)) / 32
    return [np.stack([x, y], axis=1) * random.uniform(0.8, 1.1, 2)]


def _blade(random: Random) -> list[Line]:
    """Two arcs from tip to tip: a leaf, an eye, a fish without its tail."""
    t = np.linspace(-0.5, 0.5, 20)
    up, down = random.uniform(0.15, 0.4, 2)
    arc = 1 - (2 * t) ** 2
    lines = [np.stack([t, -up * arc], axis=1), np.stack([t, down * arc], axis=1)]
    angle = random.normal(0, 0.4)
    return [turned(line, angle) for line in lines]


def _cross(random: Random) -> list[Line]:
    line = np.array([[-0.5, 0], [0.5, 0]])
    angle = random.uniform(0, np.pi)
    return [turned(line, angle), turned(line, angle + random.uniform(1.1, 2))]


def _arc(random: Random) -> list[Line]:
    start = random.uniform(0, 7)
    t = np.linspace(start, start + random.uniform(1.5, 3.6), 24)
    return [0.5 * np.stack([np.cos(t), np.sin(t)], axis=1)]


def _wave(random: Random) -> list[Line]:
    t = np.linspace(-0.5, 0.5, 50)
    y = random.uniform(0.1, 0.25) * np.sin(2 * np.pi * random.uniform(1.5, 3.5) * t)
    return [turned(np.stack([t, y], axis=1), random.uniform(-0.4, 0.4))]


def _stripes(random: Random) -> list[Line]:
    offsets = np.linspace(-0.5, 0.5, int(random.integers(3, 7)))
    angle = random.choice([0, np.pi / 2, random.uniform(0, np.pi)])
    reach = random.uniform(0.2, 0.6)
    return [turned(np.array([[-reach, y], [reach, y]]), float(angle)) for y in offsets]


def _grid(random: Random) -> list[Line]:
    columns, rows = random.integers(1, 4, 2)
    frame = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]]) / 2
    upright = [np.array([[x, -0.5], [x, 0.5]]) for x in np.linspace(-0.5, 0.5, columns + 2)[1:-1]]
    level = [np.array([[-0.5, y], [0.5, y]]) for y in np.linspace(-0.5, 0.5, rows + 2)[1:-1]]
    return [frame, *upright, *level]


def _rays(random: Random) -> list[Line]:
    count, inner = int(random.integers(5, 12)), random.uniform(0, 0.35)
    angles = 2 * np.pi * np.arange(count) / count + random.normal(0, 0.08, count)
    return [turned(np.array([[inner, 0], [0.5, 0]]), float(angle)) for angle in angles]


def _stick(random: Random) -> list[Line]:
    return [turned(np.array([[-0.5, 0], [0.5, 0]]), random.uniform(0, np.pi))]


def _stairs(random: Random) -> list[Line]:
    count = int(random.integers(3, 6))
    steps = np.repeat(np.arange(count + 1), 2) / count - 0.5
    line = np.stack([steps[:-1], -steps[1:]], axis=1)
    return [line * (random.choice([-1, 1]), random.uniform(0.6, 1.2))]


_CLEAR_SHAPES: tuple[Callable[[Random], list[Line]], ...] = (
    _triangle,
    _silhouette,
    _silhouette,
    _star,
    _pentagram,
    _cloud,
    _heart,
    _cross,
    _wave,
    _stripes,
    _grid,
    _rays,
    _stairs,
)
_SHAPES = (
    *_CLEAR_SHAPES,
    _ellipse,
    _ellipse,
    _polygon,
    _rectangle,
    _rectangle,
    _blade,
    _arc,
    _stick,
)
# --- the grammar: what is put together keeps count of its shapes


_Part: TypeAlias = tuple[list[Line], int]


def _leaf(random: Random, shapes: Sequence[Callable[[Random], list[Line]]] = _SHAPES) -> _Part:
    return _centred(shapes[int(random.integers(len(shapes)))](random)), 1


def _grown(random: Random, depth: int) -> _Part:
    if depth == 0 or random.random() < 0.15:
        return _leaf(random)
    names = tuple(_COMBINATIONS)
    combine = _COMBINATIONS[names[int(random.integers(len(names)))]]
    return combine(random, _grown(random, depth - 1), _grown(random, depth - 1))


def _centred(lines: list[Line]) -> list[Line]:
    return [line - 0.5 for line in fitted(lines)]


def _moved(lines: list[Line], size: float, x: float = 0, y: float = 0) -> list[Line]:
    return [line * size + (x, y) for line in lines]


def _row(random: Random, first: _Part, second: _Part) -> _Part:
    size = random.uniform(0.5, 1)
    lines = first[0] + _moved(second[0], size, 0.5 + 0.5 * size * random.uniform(0.8, 1.1))
    return _centred(lines), first[1] + second[1]


def _column(random: Random, first: _Part, second: _Part) -> _Part:
    """One on top of the other; never just rings and sticks, which make 6, 8 and 9."""
    if first[1] + second[1] < 3:
        second = _leaf(random, _CLEAR_SHAPES)
    size = random.uniform(0.4, 1)
    lines = first[0] + _moved(second[0], size, y=-0.5 - 0.5 * size * random.uniform(0.8, 1.05))
    return _centred(lines), first[1] + second[1]


def _nested(random: Random, first: _Part, second: _Part) -> _Part:
    place = random.uniform(-0.12, 0.12, 2)
    inner = _moved(second[0], random.uniform(0.25, 0.6), float(place[0]), float(place[1]))
    return first[0] + inner, first[1] + second[1]


def _with_pair(random: Random, first: _Part, second: _Part) -> _Part:
    """Twice the same, mirrored, in or at the first: eyes, ears, wheels, wings."""
    size, x, y = random.uniform(0.12, 0.45), random.uniform(0.15, 0.6), random.uniform(-0.6, 0.6)
    right = _moved(second[0], size, x, y)
    left = [line * (-1, 1) for line in right]
    return _centred(first[0] + right + left), first[1] + 2 * second[1]


def _wreath(random: Random, first: _Part, second: _Part) -> _Part:
    """The second again and again around the first: petals, rays, teeth."""
    count = int(random.integers(4, 9))
    petal = _moved(second[0], random.uniform(0.2, 0.5), 0.5 + random.uniform(0.1, 0.4))
    if len(petal) * count > 60:
        return _nested(random, first, second)
    wreath = [turned(line, 2 * np.pi * k / count) for k in range(count) for line in petal]
    return _centred(_moved(first[0], 0.8) + wreath), first[1] + count * second[1]


def _legged(random: Random, first: _Part, second: _Part) -> _Part:
    """On two to five legs: tables, animals, letters of no alphabet."""
    feet = np.linspace(-0.4, 0.4, int(random.integers(2, 6)))
    length = random.uniform(0.2, 0.8)
    legs = [
        np.array([[x, random.uniform(0.2, 0.5)], [x + random.normal(0, 0.06), 0.5 + length]])
        for x in feet
    ]
    lines = first[0] + _moved(second[0], 0.4, random.uniform(-0.5, 0.5), -0.4) + legs
    return _centred(lines), first[1] + second[1] + len(legs)


_COMBINATIONS: dict[str, Callable[[Random, _Part, _Part], _Part]] = {
    "row": _row,
    "column": _column,
    "nested": _nested,
    "with a pair": _with_pair,
    "wreath": _wreath,
    "legged": _legged,
}
