"""A contact sheet of mistakes, for people to look at before they change anything.

Each mistake shows the picture, what the network saw of it, and below them what it is, what the
network took it for, and how sure of that it was. For what is no digit, the mistake is to be sure.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from benchmarks.road_readings import Readings
from benchmarks.robustness_rows import Pixels, Row

COLUMNS = 8
_THUMBNAIL = 112
_HEADING = 20
_GAP = 6
_TEXT_SIZE = 0.4


@dataclass(frozen=True, eq=False)
class Mistake:
    """A picture, what the network saw, and a line of text."""

    picture: Pixels
    network_input: Pixels
    text: str


def find_mistakes(row: Row, readings: Readings, most: int) -> list[Mistake]:
    """The mistakes in a row, the surest first.

    Args:
        row: whose pictures.
        readings: what was read in them.
        most: how many to give.
    """
    wrong = ~readings.doubted if readings.labels is None else ~readings.right | readings.doubted
    surest_first = np.argsort(-readings.confidences * wrong, kind="stable")[: int(wrong.sum())]
    return [_mistake(row, readings, int(i)) for i in surest_first[:most]]


def _mistake(row: Row, readings: Readings, number: int) -> Mistake:
    truth = "-" if readings.labels is None else str(readings.labels[number])
    if readings.refused[number]:
        text = f"{truth} > no ink"
    else:
        text = f"{truth} > {readings.answers[number]} {readings.confidences[number]:.0%}"
        text += " doubt" if readings.doubted[number] else ""
    seen = np.rint(readings.network_inputs[number] * 255).astype(np.uint8)
    return Mistake(row.picture(number), seen, f"{text} #{number}")


def draw_mistake_sheet(rows: list[tuple[str, list[Mistake]]]) -> Image.Image:
    """Mistakes row by row, each row under its heading; rows without any are left out.

    Args:
        rows: heading and mistakes of each.
    """
    strips = [_draw_row(heading, mistakes) for heading, mistakes in rows if mistakes]
    if not strips:
        strips = [_strip("No mistakes.")]
    return Image.fromarray(np.vstack(strips))


def _draw_row(heading: str, mistakes: list[Mistake]) -> Pixels:
    tiles = [_draw_mistake(mistake) for mistake in mistakes]
    blank = np.full_like(tiles[0], 255)
    tiles += [blank] * (-len(tiles) % COLUMNS)
    lines = [np.hstack(tiles[i : i + COLUMNS]) for i in range(0, len(tiles), COLUMNS)]
    return np.vstack([_strip(heading), *lines])


def _strip(text: str) -> Pixels:
    strip = np.full((_HEADING, COLUMNS * (2 * _THUMBNAIL + _GAP), 3), 225, np.uint8)
    return _write(strip, text)


def _draw_mistake(mistake: Mistake) -> Pixels:
    tile = np.full((_THUMBNAIL + _HEADING, 2 * _THUMBNAIL + _GAP, 3), 255, np.uint8)
    thumbnail = _thumbnail(mistake.picture)
    tile[: thumbnail.shape[0], : thumbnail.shape[1]] = thumbnail
    size = (_THUMBNAIL, _THUMBNAIL)
    seen = cv2.resize(mistake.network_input, size, interpolation=cv2.INTER_NEAREST)
    tile[:_THUMBNAIL, _THUMBNAIL : 2 * _THUMBNAIL] = np.asarray(seen, np.uint8)[..., None]
    tile[_THUMBNAIL:] = _write(tile[_THUMBNAIL:].copy(), mistake.text)
    return tile


def _thumbnail(picture: Pixels) -> Pixels:
    """uint8 (h, w, 3), the longer side just short of `_THUMBNAIL`."""
    scale = (_THUMBNAIL - 2) / max(picture.shape[:2])
    size = max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST
    small = np.asarray(cv2.resize(picture, size, interpolation=method), np.uint8)
    return small if small.ndim == 3 else np.repeat(small[..., None], 3, axis=2)


def _write(strip: Pixels, text: str) -> Pixels:
    font, place = cv2.FONT_HERSHEY_SIMPLEX, (3, _HEADING - 6)
    return np.asarray(
        cv2.putText(strip, text, place, font, _TEXT_SIZE, (20, 20, 20), 1, cv2.LINE_AA), np.uint8
    )
