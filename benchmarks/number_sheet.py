"""A contact sheet of whole numbers, for people to look at: what they cannot read must not judge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import cv2
import numpy as np
from PIL import Image

from benchmarks.photo_simulation import Photo

Shown: TypeAlias = tuple[Photo, str]

_COLUMNS = 4
_WIDTH, _HEIGHT, _LINE = 420, 160, 20
_LARGEST_SCALE = 3.0


def draw_sheet(rows: Sequence[tuple[str, Sequence[Shown]]]) -> Image.Image:
    """Pictures with a line of text below each, row by row under their headings.

    Args:
        rows: heading, and pictures, uint8 (H, W, 3), with their texts.
    """
    strips = []
    for heading, shown in rows:
        tiles = [_tile(picture, text) for picture, text in shown]
        tiles += [np.full_like(tiles[0], 255)] * (-len(tiles) % _COLUMNS)
        strips.append(_write(np.full((_LINE, _COLUMNS * _WIDTH, 3), 225, np.uint8), heading))
        strips += [np.hstack(tiles[i : i + _COLUMNS]) for i in range(0, len(tiles), _COLUMNS)]
    return Image.fromarray(np.vstack(strips))


def _tile(picture: Photo, text: str) -> Photo:
    """uint8 (_HEIGHT + _LINE, _WIDTH, 3)."""
    height, width = picture.shape[:2]
    scale = min((_WIDTH - 4) / width, (_HEIGHT - 4) / height, _LARGEST_SCALE)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST
    tile = np.full((_HEIGHT + _LINE, _WIDTH, 3), 200, np.uint8)
    tile[: size[1], : size[0]] = cv2.resize(picture, size, interpolation=method)
    tile[_HEIGHT:] = _write(np.full((_LINE, _WIDTH, 3), 255, np.uint8), text)
    return tile


def _write(strip: Photo, text: str) -> Photo:
    # OpenCV's letters are ASCII alone.
    plain = text.replace("€", "EUR").replace("£", "GBP")
    font, place = cv2.FONT_HERSHEY_SIMPLEX, (3, _LINE - 6)
    written = cv2.putText(strip, plain, place, font, 0.45, (20, 20, 20), 1, cv2.LINE_AA)
    return np.asarray(written, np.uint8)
