"""Grey pictures told by specks, as scanners, printers and faxes tell them."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Halftone = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]

DOT = 6
"""Pixels, from one printed dot to the next."""


def diffuse(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """By error diffusion (Floyd & Steinberg, 1976)."""
    return np.asarray(Image.fromarray(grey).convert("1"), np.uint8) * np.uint8(255)


def order(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """By an 8×8 matrix of thresholds (Bayer, 1973)."""
    ranks = np.zeros((1, 1))
    for _ in range(3):
        ranks = np.block([[4 * ranks, 4 * ranks + 2], [4 * ranks + 3, 4 * ranks + 1]])
    y, x = np.indices(grey.shape) % 8
    return _above(grey, 255 * (ranks[y, x] + 0.5) / 64)


def print_dots(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """In rows of dots at 45°, larger where it is darker."""
    y, x = np.indices(grey.shape) * np.pi * np.sqrt(2) / DOT
    ranks = (np.cos(x + y) + np.cos(x - y)).ravel().argsort().argsort().reshape(grey.shape)
    return _above(grey, 255 * (ranks + 0.5) / grey.size)


def scatter(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """By thresholds that chance draws."""
    return _above(grey, np.random.default_rng(5).uniform(0, 255, grey.shape))


def salt_and_pepper(share: float) -> Halftone:
    """Black and white, with so many pixels that chance turns over."""

    def speckle(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
        is_turned = np.random.default_rng(5).uniform(size=grey.shape) < share
        return _above(np.where(is_turned, 255 - grey, grey), np.full(grey.shape, 127.5))

    return speckle


def _above(grey: NDArray[np.uint8], threshold: NDArray[np.float64]) -> NDArray[np.uint8]:
    return (grey > threshold) * np.uint8(255)


HALFTONES: dict[str, Halftone] = {
    "diffused": diffuse,
    "ordered": order,
    "printed": print_dots,
    "scattered": scatter,
}


def on_paper(drawing: NDArray[np.uint8], paper: int, ink: int) -> NDArray[np.uint8]:
    """A drawing in black on white, in other greys."""
    return np.rint(ink + (paper - ink) * (drawing / 255)).astype(np.uint8)
