"""Photos of things: surfaces, bodies in light and shade, and noise."""

from __future__ import annotations

import cv2
import numpy as np

from digits.synthetic.doodles import turned
from digits.synthetic.drawing_basics import SUBPIXEL_BITS, fixed_point
from digits.synthetic.sources import Drawing, Map, Random, Sources


def photograph_thing(random: Random, _sources: Sources) -> Drawing:
    """A photo of something: surfaces, bodies in light and shade, and noise."""
    height, width = random.integers(50, 240, 2).tolist()
    photo = _surface(random, height, width)
    for _ in range(random.integers(0, 9)):
        _place_body(photo, random)
    if random.random() < 0.5:
        photo = cv2.GaussianBlur(photo, (0, 0), random.uniform(0.4, 3)).astype(np.float32)
    grey = photo.mean(axis=2, keepdims=True)
    photo = grey + np.float32(random.uniform(0, 1)) * (photo - grey)
    left, right = random.uniform(0.5, 1.2, 2).tolist()
    photo = photo * np.linspace(left, right, width, dtype=np.float32)[None, :, None]
    photo += random.standard_normal(photo.shape, np.float32) * np.float32(random.uniform(0, 0.05))
    return np.clip(photo * 255, 0, 255).astype(np.uint8)


def _surface(random: Random, height: int, width: int) -> Map:
    """float32 (height, width, 3): blotches, stripes, tiles or a horizon."""
    colours = random.random((2, 3)).astype(np.float32)
    kind = random.random()
    if kind < 0.4:
        share = np.zeros((height, width), np.float32)
        for cell in random.uniform(3, 90, int(random.integers(1, 5))):
            coarse = random.random((max(2, int(height / cell)), max(2, int(width / cell))))
            method = cv2.INTER_CUBIC if random.random() < 0.7 else cv2.INTER_NEAREST
            share += cv2.resize(coarse.astype(np.float32), (width, height), interpolation=method)
        share = (share - share.min()) / max(float(np.ptp(share)), 1e-6)
    else:
        y, x = np.mgrid[:height, :width].astype(np.float32)
        turn, period = random.uniform(0, np.pi), random.uniform(4, 80)
        across = np.cos(turn) * x + np.sin(turn) * y
        along = np.cos(turn) * y - np.sin(turn) * x
        share = np.sin(across * (6.28 / period) + random.uniform(0, 2) * np.sin(along / period))
        if kind < 0.6:
            share = share * np.sin(along * (6.28 / (period * random.uniform(0.5, 2))))
        elif kind < 0.8:
            horizon = height * random.uniform(0.2, 0.8)
            share = 2 * (y + random.uniform(0, 0.15) * width * share > horizon) - 1
        share = np.clip(0.5 + 0.5 * share * random.uniform(0.5, 4), 0, 1).astype(np.float32)
    return colours[0] + share[..., None].astype(np.float32) * (colours[1] - colours[0])


def _place_body(photo: Map, random: Random) -> None:
    """Paint a ball, a box or a stone with a lit and a shaded side, in place."""
    height, width = photo.shape[:2]
    middle = random.uniform(0, 1, 2) * (width, height)
    radius = random.uniform(0.06, 0.45) * min(height, width)
    colour = random.random(3)
    corners = int(random.choice([3, 4, 4, 5, 6, 40]))
    angles = 2 * np.pi * np.arange(corners) / corners + random.uniform(0, 7)
    ring = np.stack([np.cos(angles), random.uniform(0.4, 1) * np.sin(angles)], axis=1)
    ring = turned(ring, random.uniform(0, 7)) * radius
    towards_light = random.normal(0, 0.1, 2) * radius
    for shade, size in ((0.6, 1.0), (0.85, 0.85), (1.0, 0.6), (1.2, 0.25)):
        points = [fixed_point(middle + towards_light * (1 - size) * 4 + ring * size)]
        cv2.fillPoly(photo, points, (colour * shade).tolist(), cv2.LINE_AA, SUBPIXEL_BITS)
