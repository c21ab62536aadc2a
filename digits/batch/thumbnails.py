"""Small pictures of what was read."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import partial
from typing import TypeAlias

import cv2
import numpy as np
from PIL import Image

from digits.batch.fields import Field
from digits.batch.places import Files, Place
from digits.batch.reader import attempted
from digits.common.errors import PictureError
from digits.picture.decoding import decode_picture

Wanted: TypeAlias = tuple[Place, Field | None]
"""A picture, or a field of it."""
# Pixels: as high as a line of a form, as wide as a long number.
_HEIGHT, _WIDTH = 64, 192


def make_thumbnails(wanted: Sequence[Wanted], files: Files) -> list[bytes]:
    """WebP files of at most 192×64 pixels; an empty one of what can no longer be read."""
    made = [attempted(partial(_thumbnail, *each, files)) for each in wanted]
    return [b"" if isinstance(each, PictureError) else each for each in made]


def _thumbnail(place: Place, field: Field | None, files: Files) -> bytes:
    pixels = decode_picture(files.fetch(place)).pixels
    if field is not None:
        pixels = np.ascontiguousarray(field.cut(pixels))
    height, width = pixels.shape[:2]
    scale = min(_WIDTH / width, _HEIGHT / height, 1)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    file = io.BytesIO()
    Image.fromarray(small).save(file, "WEBP", quality=70)
    return file.getvalue()
