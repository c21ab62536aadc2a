"""From a painted sheet to a file: the light on it, the camera's lens and sensor, the format."""

from __future__ import annotations

import cv2
import numpy as np

from digits.synthetic.colours import contrast_of, luma
from digits.synthetic.drawing_basics import (
    SUBPIXEL_BITS,
    Map,
    Picture,
    blur,
    fixed_point,
    smooth_curve,
    smooth_noise,
    white_noise,
)
from digits.synthetic.sheet import Sheet

# Noise drowns ink that stands out by less than this many of its standard deviations.
LEAST_SIGNAL_TO_NOISE = 5.0


# --- light


def light_sheet(sheet: Sheet) -> float:
    """Light the sheet, in place: with shadows, too little or too much of it, warm or cold.

    Returns:
        The contrast that ink keeps where it is darkest, 0 to 1; see `contrast_of`.
    """
    random = sheet.random
    light = _light(sheet)
    x, y, w, h = (int(max(0, v)) for v in sheet.box)
    there = light[y : y + h + 1, x : x + w + 1]
    darkest, brightest = float(there.min(initial=1.0)), float(there.max(initial=0.5))
    exposure = 1.0
    if sheet.chance(0.15, "underexposed"):
        exposure = random.uniform(0.35, 0.8)
    elif sheet.chance(0.12, "overexposed"):
        exposure = random.uniform(1.05, 1.25)
    contrast = contrast_of(sheet.paper, sheet.pen) * darkest
    exposure = max(exposure, 0.12 / max(contrast, 1e-3))
    # White swallows the paper, but not the ink (or the ink, but not the dark paper).
    darker = min(luma(sheet.paper), luma(sheet.pen))
    exposure = min(exposure, 0.86 / max(darker * brightest, 1e-3))
    warmth = random.normal(0, 0.07) if sheet.chance(0.5, "tinted light") else 0.0
    tint = np.clip([1 + warmth, 1 + random.normal(0, 0.015), 1 - 1.2 * warmth], 0.6, 1.3)
    for channel, gain in enumerate(tint):
        sheet.planes[channel] *= light * np.float32(gain * exposure)
    if exposure > 1.2 and random.random() < 0.8:  # a camera's shoulder, not a hard clip
        np.minimum(sheet.planes, 1 - 0.15 * np.exp(-sheet.planes), out=sheet.planes)
    return min(contrast * exposure, 1.0)


def _light(sheet: Sheet) -> Map:
    """float32 (H, W): share of the light that falls on every point, 1 on average or less."""
    random, shape = sheet.random, sheet.shape
    coarse = np.ones((24, 24), np.float32)
    x, y = np.meshgrid(np.linspace(-1, 1, 24, dtype=np.float32), np.linspace(-1, 1, 24))
    if sheet.chance(0.5, "gradient"):
        slope = random.normal(0, 0.13, 2)
        coarse *= np.clip(1 + slope[0] * x + slope[1] * y, 0.35, 1.6)
    if sheet.chance(0.25, "vignette"):
        coarse *= 1 - random.uniform(0.05, 0.4) * (x * x + y * y) / 2
    if sheet.chance(0.2, "soft shadow"):
        blob = smooth_noise(random, (24, 24), random.uniform(8, 24))
        coarse *= 1 - random.uniform(0.1, 0.5) * np.clip(blob + random.uniform(-0.5, 1), 0, 1)
    light = cv2.resize(coarse.astype(np.float32), shape[::-1], interpolation=cv2.INTER_CUBIC)
    if sheet.chance(0.12, "hard shadow"):
        light = light * _hard_shadow(sheet)
    return np.asarray(light, np.float32)


def _hard_shadow(sheet: Sheet) -> Map:
    """The shadow of a hand, a phone or a window frame."""
    random, (height, width) = sheet.random, sheet.shape
    mask = np.zeros(sheet.shape, np.uint8)
    middle = random.uniform(-0.1, 1.1, 2) * (width, height)
    angles = np.sort(random.uniform(0, 2 * np.pi, int(random.integers(3, 8))))
    radii = random.uniform(0.3, 1.1, len(angles)) * max(height, width)
    corners = middle + radii[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    if random.random() < 0.5:
        corners = smooth_curve(np.concatenate([corners, corners[:1]]))
    cv2.fillPoly(mask, [fixed_point(corners)], 255, cv2.LINE_AA, SUBPIXEL_BITS)
    penumbra = random.uniform(0.4, 0.02 * max(height, width) + 1)
    strength = random.uniform(0.12, 0.6)
    return 1 - blur(mask.astype(np.float32) * np.float32(1 / 255), penumbra) * np.float32(strength)


# --- lens and sensor


def through_lens(pixels: Map, sheet: Sheet) -> Map:
    """Blur, motion, low resolution, sharpening: float32 (H, W, 3), about 0 to 1."""
    random = sheet.random
    unit = min(sheet.length, 6 * sheet.stroke)
    if sheet.chance(0.45, "blur"):
        pixels = blur(pixels, random.uniform(0.3, 0.7 + 0.018 * unit))
    if sheet.chance(0.08, "motion"):
        kernel = _motion(random, random.uniform(2, 2.5 + 0.06 * unit))
        pixels = np.asarray(cv2.filter2D(pixels, -1, kernel), np.float32)
    if sheet.chance(0.08, "few pixels"):
        height, width = sheet.shape
        shrink = max(random.uniform(0.3, 0.8), min(1.0, 20 / sheet.length))
        size = max(1, round(width * shrink)), max(1, round(height * shrink))
        small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
        method = (cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_NEAREST)[random.integers(3)]
        pixels = np.asarray(cv2.resize(small, (width, height), interpolation=method), np.float32)
    if sheet.chance(0.1, "sharpened"):
        sharp = pixels - blur(pixels, random.uniform(0.8, 2.5))
        pixels = pixels + sharp * np.float32(random.uniform(0.4, 1.5))
    return np.asarray(pixels, np.float32)


def _motion(random: np.random.Generator, length: float) -> Map:
    side = 2 * int(np.ceil(length / 2)) + 1
    kernel = np.zeros((side, side), np.uint8)
    angle = random.uniform(0, np.pi)
    reach = length / 2 * np.array([np.cos(angle), np.sin(angle)])
    ends = fixed_point(side // 2 + np.array([-reach, reach]))
    cv2.polylines(kernel, [ends], False, 255, 1, cv2.LINE_AA, SUBPIXEL_BITS)
    return kernel.astype(np.float32) / np.float32(max(1, int(kernel.sum())))


def add_noise(pixels: Map, sheet: Sheet, contrast: float) -> None:
    """Sensor noise, in place: grey or coloured, fine or in patches.

    Args:
        pixels: float32 (H, W, 3).
        sheet: whose traits and random numbers these are.
        contrast: what `light_sheet` returns; the noise leaves the ink legible.
    """
    random, (height, width) = sheet.random, sheet.shape
    if not sheet.chance(0.55, "noise"):
        return
    most = contrast / LEAST_SIGNAL_TO_NOISE
    strength = np.float32(min(random.exponential(0.018) + 0.003, most, 0.09))
    if random.random() < 0.4:
        pixels += white_noise(random, (height, width, 3)) * strength
        return
    noise = smooth_noise(random, (height, width), random.choice([1.0, 1.0, 1.7])) * strength
    pixels += noise[..., None]


# --- file


def finish(pixels: Picture, sheet: Sheet) -> Picture:
    """What happens to the file, uint8 (H, W, 3), RGB: grey, JPEG."""
    random = sheet.random
    if sheet.chance(0.12, "grey"):
        pixels = np.repeat(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)
    if sheet.chance(0.6, "JPEG"):
        pixels = as_jpeg(pixels, int(random.integers(25, 96)))
    return pixels


def as_jpeg(pixels: Picture, quality: int) -> Picture:
    """What JPEG of that quality, 0 to 100, leaves of a picture, uint8 (H, W, 3)."""
    _, file = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(file, cv2.IMREAD_COLOR), np.uint8)
