"""What the network saw, as a small PNG that gives it back exactly: black ink on white paper."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngImageFile, PngInfo

from digits.picture.decoding import Picture, decode_picture
from digits.picture.preparation import NETWORK_SIZE, PREPARATION_VERSION, prepare_digit

_KEY, _VALUE = "Source", f"network input of a digit recogniser, preparation {PREPARATION_VERSION}"
_SHAPE = (NETWORK_SIZE, NETWORK_SIZE)


def as_png(network_input: NDArray[np.float32]) -> bytes:
    """A network's input, float32 (28, 28) in [0, 1], in 256 levels."""
    about = PngInfo()
    about.add_text(_KEY, _VALUE)
    file = io.BytesIO()
    paper = 255 - np.rint(network_input * 255).astype(np.uint8)
    Image.fromarray(paper).save(file, "PNG", pnginfo=about, optimize=True)
    return file.getvalue()


def network_input_of(picture: Picture) -> NDArray[np.float32]:
    """What the network sees of a picture: as it was, of what `as_png` made; else prepared.

    Returns:
        float32 (28, 28) in [0, 1], white ink on black.

    Raises:
        PictureError: the picture cannot be read.
        NoInkError: nothing is drawn on it.
    """
    decoded = decode_picture(picture)
    if decoded.pixels.shape[:2] == _SHAPE and _is_ours(picture):
        return ((255 - decoded.pixels[..., 0]) / np.float32(255)).astype(np.float32)
    return prepare_digit(decoded).network_input


def _is_ours(picture: Picture) -> bool:
    """Whether a picture, which was decoded without an error, says that `as_png` made it."""
    file = io.BytesIO(picture) if isinstance(picture, bytes) else picture
    try:
        with Image.open(file, formats=["PNG"]) as opened:  # type: ignore[arg-type]
            return isinstance(opened, PngImageFile) and opened.text.get(_KEY) == _VALUE
    except (OSError, ValueError, SyntaxError, AttributeError):
        return False
