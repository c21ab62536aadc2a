"""Photos of things that are no digits, painted from polygons and taken by the simulated phone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.photo_simulation import (
    Light,
    Photo,
    Random,
    choose_page_shape,
    smooth_noise,
    take_photo,
)

Outline: TypeAlias = NDArray[np.float64]


def photograph_thing(random: Random) -> Photo:
    """Leaves, a mug, a keyboard, a face, bricks, print, cloth, pebbles, a landscape or books.

    Returns:
        uint8 (H, W, 3), RGB.
    """
    shape = choose_page_shape(random)
    scene = _SCENES[int(random.integers(len(_SCENES)))](shape, random)
    return take_photo(np.asarray(np.clip(scene, 0.005, 1), np.float32), random)


def _plain(shape: tuple[int, int], random: Random, least: float = 0.05) -> Light:
    """A surface of any colour."""
    colour = random.uniform(least, 0.8, 3).astype(np.float32)
    grain = 1 + 0.05 * smooth_noise(shape, 3, random) + 0.08 * smooth_noise(shape, 60, random)
    return np.asarray(grain[..., None] * colour, np.float32)


def _paint(scene: Light, polygon: Outline, random: Random, colour: Sequence[float] = ()) -> None:
    """Fill a polygon, in place, with a colour, or any."""
    chosen = tuple(colour) or tuple(float(c) for c in random.uniform(0.02, 0.8, 3))
    cv2.fillPoly(scene, [np.rint(polygon * 16).astype(np.int32)], chosen, cv2.LINE_AA, 4)


def _round(x: float, y: float, rx: float, ry: float) -> Outline:
    angles = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    return np.stack([x + rx * np.cos(angles), y + ry * np.sin(angles)], axis=1)


def _box(left: float, top: float, right: float, bottom: float) -> Outline:
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]])


def _leaves(shape: tuple[int, int], random: Random) -> Light:
    scene = _plain(shape, random)
    for _ in range(random.integers(1, 9)):
        t = np.linspace(0, np.pi, 40)
        length, width = max(shape) * random.uniform(0.15, 0.4) * np.array([1, 0.35])
        rim = np.concatenate([np.sin(t) * width, -np.sin(t[::-1]) * width])
        spine = np.concatenate([-np.cos(t), -np.cos(t[::-1])]) * length
        angle, centre = random.uniform(0, 6.3), random.uniform(0.1, 0.9, 2) * shape[::-1]
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        green = (random.uniform(0.05, 0.3), random.uniform(0.2, 0.5), random.uniform(0.02, 0.1))
        _paint(scene, np.stack([spine, rim], axis=1) @ turn.T + centre, random, green)
        vein = np.rint((np.array([[-length, 0], [length, 0]]) @ turn.T + centre) * 16)
        cv2.polylines(scene, [vein.astype(np.int32)], False, (0.3, 0.5, 0.2), 2, cv2.LINE_AA, 4)
    return scene


def _mug(shape: tuple[int, int], random: Random) -> Light:
    height, width = shape
    scene = _plain(shape, random)
    _paint(scene, _box(0, height * random.uniform(0.6, 0.8), width, height), random)
    x, y, r = (
        width * random.uniform(0.4, 0.6),
        height * 0.5,
        min(shape) * random.uniform(0.18, 0.28),
    )
    colour = tuple(float(c) for c in random.uniform(0.05, 0.8, 3))
    _paint(scene, _round(x + 1.2 * r, y + 0.1 * r, 0.6 * r, 0.7 * r), random, colour)
    _paint(scene, _round(x + 1.2 * r, y + 0.1 * r, 0.38 * r, 0.45 * r), random)
    _paint(scene, _box(x - r, y - r, x + r, y + 1.2 * r), random, colour)
    _paint(scene, _round(x, y - r, r, 0.3 * r), random, (0.10, 0.05, 0.02))
    return scene


def _keyboard(shape: tuple[int, int], random: Random) -> Light:
    scene = _plain(shape, random)
    key = max(shape) / random.uniform(5, 12)
    colour, sign = random.uniform(0.02, 0.8, (2, 3))
    for row, y in enumerate(np.arange(0, shape[0], key)):
        for x in np.arange(-key + (row % 3) * key / 3, shape[1], key):
            rim = 0.07 * key
            _paint(
                scene, _box(x + rim, y + rim, x + key - rim, y + key - rim), random, tuple(colour)
            )
            mark = random.uniform(0.3, 0.5, (3, 2)) * key + (x, y)
            _paint(scene, mark, random, tuple(sign))
    return scene


def _face(shape: tuple[int, int], random: Random) -> Light:
    scene = _plain(shape, random)
    x, y, r = shape[1] / 2, shape[0] / 2, min(shape) * random.uniform(0.25, 0.42)
    skin = np.array([0.6, 0.38, 0.28]) * random.uniform(0.3, 1.3)
    hair = tuple(float(c) for c in random.uniform(0.01, 0.25) * np.array([1, 0.8, 0.5]))
    _paint(scene, _round(x, y - 0.3 * r, 0.9 * r, 0.95 * r), random, hair)
    _paint(scene, _round(x, y, 0.75 * r, r), random, tuple(np.clip(skin, 0, 0.9)))
    for side in (-1, 1):
        _paint(
            scene, _round(x + side * 0.3 * r, y - 0.15 * r, 0.13 * r, 0.07 * r), random, (0.8,) * 3
        )
        _paint(
            scene, _round(x + side * 0.3 * r, y - 0.15 * r, 0.06 * r, 0.06 * r), random, (0.05,) * 3
        )
        brow = _box(
            x + side * 0.3 * r - 0.16 * r, y - 0.36 * r, x + side * 0.3 * r + 0.16 * r, y - 0.3 * r
        )
        _paint(scene, brow, random, hair)
    _paint(scene, _round(x, y + 0.5 * r, 0.28 * r, 0.07 * r), random, (0.45, 0.12, 0.12))
    return scene


def _bricks(shape: tuple[int, int], random: Random) -> Light:
    scene = _plain(shape, random, 0.3)
    height = max(shape) / random.uniform(5, 14)
    for row, y in enumerate(np.arange(0, shape[0], height)):
        for x in np.arange(-2.2 * height + (row % 2) * 1.1 * height, shape[1], 2.2 * height):
            red = np.array([0.35, 0.12, 0.08]) * random.uniform(0.6, 1.4)
            brick = _box(x, y, x + 2.05 * height, y + 0.86 * height)
            _paint(scene, brick, random, tuple(np.clip(red, 0, 1)))
    return scene * (1 + 0.1 * smooth_noise(shape, 2, random))[..., None]


def _print(shape: tuple[int, int], random: Random) -> Light:
    """Lines of print, too small to be read."""
    scene = np.full((*shape, 3), 0.75, np.float32)
    line = max(shape) / random.uniform(10, 30)
    for y in np.arange(line, shape[0] - line, line):
        x = 0.06 * shape[1]
        while x < 0.9 * shape[1]:
            for _ in range(random.integers(2, 9)):
                mark = random.uniform(0, 0.5, (4, 2)) * line + (x, y)
                strokes = np.rint(mark * 16).astype(np.int32)
                thickness = max(1, round(line * 0.07))
                cv2.polylines(scene, [strokes], False, (0.04,) * 3, thickness, cv2.LINE_AA, 4)
                x += 0.55 * line
            x += 0.4 * line
    return scene


def _cloth(shape: tuple[int, int], random: Random) -> Light:
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    stripe = max(shape) / random.uniform(4, 20)
    colours = random.uniform(0.03, 0.8, (3, 3))
    across, along = (np.sin(2 * np.pi * axis / stripe) > 0 for axis in (x, y))
    scene = colours[across.astype(int) + along.astype(int)]
    folds = 1 + 0.25 * smooth_noise(shape, max(shape) / 4, random)
    return np.asarray(scene * folds[..., None], np.float32)


def _pebbles(shape: tuple[int, int], random: Random) -> Light:
    scene = _plain(shape, random) * 0.3
    for _ in range(random.integers(20, 90)):
        x, y = random.uniform(0, 1, 2) * shape[::-1]
        rx, ry = max(shape) * random.uniform(0.02, 0.12, 2)
        grey = random.uniform(0.1, 0.6) * np.array([1, random.uniform(0.85, 1), 0.85])
        _paint(scene, _round(x, y, rx, ry), random, tuple(grey * 0.4))
        _paint(scene, _round(x - 0.1 * rx, y - 0.1 * ry, 0.85 * rx, 0.85 * ry), random, tuple(grey))
    return scene


def _landscape(shape: tuple[int, int], random: Random) -> Light:
    height, width = shape
    sky = np.linspace(0.9, 0.5, height, dtype=np.float32)[:, None, None]
    scene = np.broadcast_to(sky * np.array([0.5, 0.7, 1], np.float32), (height, width, 3)).copy()
    _paint(
        scene,
        _round(*(random.uniform(0.1, 0.4, 2) * (width, height)), *[width / 15] * 2),
        random,
        (1, 0.9, 0.5),
    )
    for depth in np.linspace(0.45, 0.85, int(random.integers(2, 5))):
        x = np.linspace(0, width, 30)
        ridge = height * (depth + 0.06 * np.cumsum(random.normal(0, 0.4, 30)))
        outline = np.concatenate([np.stack([x, ridge], axis=1), [[width, height], [0, height]]])
        green = np.array([0.15, 0.3, 0.12]) * random.uniform(0.3, 1.2)
        _paint(scene, outline, random, tuple(green))
    return scene * (1 + 0.08 * smooth_noise(shape, 5, random))[..., None]


def _books(shape: tuple[int, int], random: Random) -> Light:
    scene = _plain(shape, random) * 0.2
    x = 0.0
    while x < shape[1]:
        width, top = max(shape) * random.uniform(0.04, 0.12), shape[0] * random.uniform(0, 0.25)
        _paint(scene, _box(x, top, x + width, shape[0] * 0.95), random)
        y = top + shape[0] * random.uniform(0.1, 0.4)
        _paint(scene, _box(x + 0.3 * width, y, x + 0.7 * width, y + 0.3 * shape[0]), random)
        x += width * 1.06
    return scene


_SCENES = (
    _leaves,
    _mug,
    _keyboard,
    _face,
    _bricks,
    _print,
    _cloth,
    _pebbles,
    _landscape,
    _books,
)
