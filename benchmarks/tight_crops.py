"""Photos cropped so tightly to a digit that strokes run from edge to edge, bare and padded.

No network learns from anything made here.

    crop = simulate_tight_crop("padded", ink, number=0)
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import cv2
import numpy as np

from benchmarks.canvas import Pixels, fit_ink
from benchmarks.photo_simulation import InkMask, Light, Random, smooth_noise, take_photo

SEED = 141_421_356
PADDINGS = (20, 40, 60, 100, 160)
"""Pixels added on each side."""
_SMALLEST, _LARGEST = 140, 460
# Per side, of the digit's longer side: the stroke cut by the edge, touching it, or just inside.
_LEAST_MARGIN, _MOST_MARGIN = -0.025, 0.06
# A crop of a one alone would be a stripe.
_NARROWEST = 0.42


@dataclass(frozen=True)
class TightKind:
    """Whether it is chalk on a board, not a pen on paper, and whether it is padded afterwards."""

    light_on_dark: bool
    padded: bool


TIGHT_KINDS = {
    "bare": TightKind(light_on_dark=False, padded=False),
    "padded": TightKind(light_on_dark=False, padded=True),
    "light_on_dark": TightKind(light_on_dark=True, padded=False),
    "light_on_dark_padded": TightKind(light_on_dark=True, padded=True),
}


def simulate_tight_crop(kind: str, ink: InkMask, number: int) -> Pixels:
    """A crop that depends on nothing but its kind, its ink and its number.

    Args:
        kind: one of `TIGHT_KINDS`.
        ink: float32 (h, w) in [0, 1], 1 for ink, cropped to the digit.
        number: which one of that kind.

    Returns:
        uint8 (H, W, 3), RGB.
    """
    random = np.random.default_rng([SEED, zlib.crc32(kind.encode()), number])
    return crop_tightly(ink, random, TIGHT_KINDS[kind])


def crop_tightly(ink: InkMask, random: Random, kind: TightKind) -> Pixels:
    """A tight photo of a digit, uint8 (H, W, 3), RGB.

    It is padded with white, or on a board with black, or in the paper's own colour.
    """
    coverage = _fill_crop(ink, random)
    photo = take_photo(_page(coverage, random, kind.light_on_dark), random)
    return _pad(photo, coverage, random, kind.light_on_dark) if kind.padded else photo


def _fill_crop(ink: InkMask, random: Random) -> Light:
    """The ink from edge to edge, float32 (H, W) in [0, 1]."""
    size = random.uniform(_SMALLEST, _LARGEST)
    small = fit_ink(ink, size)
    margins = np.rint(random.uniform(_LEAST_MARGIN, _MOST_MARGIN, 4) * size).astype(int)
    missing = round(_NARROWEST * small.shape[0]) - small.shape[1]
    if missing > 0:
        margins[:2] = np.rint(missing * random.dirichlet((4, 4))) + 1
    left, right, top, bottom = np.maximum(margins, 0)
    page = np.pad(small, ((top, bottom), (left, right)))
    cut_left, cut_right, cut_top, cut_bottom = np.maximum(-margins, 0)
    height, width = page.shape
    return np.ascontiguousarray(page[cut_top : height - cut_bottom, cut_left : width - cut_right])


def _page(coverage: Light, random: Random, light_on_dark: bool) -> Light:
    """Paper with grain and blotches and the ink on it, in linear light: float32 (H, W, 3)."""
    shape = coverage.shape[0], coverage.shape[1]
    tint = random.uniform(0.94, 1, 3).astype(np.float32)
    dark, light = random.uniform(0.015, 0.06), random.uniform(0.4, 0.8)
    paper, mark = (dark, light) if light_on_dark else (light, dark)
    grain = 1 + random.uniform(0.01, 0.05) * smooth_noise(shape, random.uniform(1.5, 5), random)
    blotches = 1 + random.uniform(0, 0.04) * smooth_noise(shape, max(shape) / 5, random)
    sheet = (paper * grain * blotches)[..., None] * tint
    flow = 0.97 - 0.02 * smooth_noise(shape, max(shape) / 20, random)
    opacity = (coverage * np.clip(flow, 0.88, 1))[..., None]
    return np.asarray(np.clip(sheet * (1 - opacity) + mark * opacity, 0, 1), np.float32)


def _pad(photo: Pixels, coverage: Light, random: Random, light_on_dark: bool) -> Pixels:
    """More room on every side, of white or black, or of the paper's colour."""
    side = int(random.choice(PADDINGS))
    plain = 0 if light_on_dark else 255
    colour = [plain] * 3
    if random.random() < 0.3:
        colour = np.median(photo[coverage < 0.05], axis=0).astype(int).tolist()
    padded = cv2.copyMakeBorder(photo, side, side, side, side, cv2.BORDER_CONSTANT, value=colour)
    return np.asarray(padded, np.uint8)
