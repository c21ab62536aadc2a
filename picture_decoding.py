"""Any picture, from any source, as upright RGB pixels.

Formats are told by their content, never by the name, and the size is checked before decoding.
"""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from os import PathLike
from pathlib import Path
from typing import BinaryIO, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from digit_errors import PictureError

Picture: TypeAlias = str | PathLike[str] | bytes | BinaryIO | Image.Image | NDArray[np.uint8]

MAX_PIXELS = 50_000_000
"""A 50-megapixel photo takes 150 MB as RGB; more is refused before it is decoded."""

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "HEIF", "TIFF", "AVIF", "PPM")

_READABLE = "PNG, JPEG, WebP, BMP, GIF, TIFF or HEIC"
_WHITE_POINTS = (1, 255, 1_023, 4_095, 16_383, 65_535)
_VISIBLE_ALPHA = 32
_OPAQUE_ALPHA = 250
_ONE_COLOUR = 24

# Our own limit is lower than Pillow's, and its warning would only litter the terminal.
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)


@dataclass(frozen=True)
class DecodedPicture:
    """An upright picture.

    Attributes:
        pixels: uint8 (H, W, 3), RGB; transparent places show the ground they contrast with.
        alpha_ink: uint8 (H, W) where the transparency itself is the drawing (one colour, drawn
            on nothing), else None.
    """

    pixels: NDArray[np.uint8]
    alpha_ink: NDArray[np.uint8] | None = None


def decode_picture(picture: Picture) -> DecodedPicture:
    """Turn any picture into upright pixels.

    Args:
        picture: a path, the bytes of a file, an open binary file, a PIL image, or a uint8 array
            of shape (H, W), (H, W, 3) RGB or (H, W, 4) RGBA.

    Raises:
        PictureError: it is no picture, is damaged, or has more than `MAX_PIXELS` pixels.
    """
    if isinstance(picture, np.ndarray):
        return _split_transparency(_checked_array(picture))
    if isinstance(picture, Image.Image):
        with _plain_errors():
            return _split_transparency(_upright_pixels(picture))
    data = _read_bytes(picture)
    _register_heif()
    with _plain_errors(), Image.open(io.BytesIO(data), formats=FORMATS) as image:
        return _split_transparency(_upright_pixels(image))


def _read_bytes(picture: str | PathLike[str] | bytes | BinaryIO) -> bytes:
    if isinstance(picture, bytes | bytearray | memoryview):
        data = bytes(picture)
    elif isinstance(picture, str | PathLike):
        data = read_picture_file(Path(picture))
    elif hasattr(picture, "read"):
        data = _read_stream(picture)
    else:
        raise PictureError(
            "This is not a picture: give a file, its bytes, a PIL image or an array of pixels."
        )
    if not data:
        raise PictureError("The file is empty: choose another picture.")
    return data


def read_picture_file(path: Path) -> bytes:
    """The bytes of a file, whatever is in it.

    Raises:
        PictureError: there is no such file, or it cannot be read.
    """
    try:
        if path.is_dir():
            raise PictureError("This is a folder: name a picture in it.")
        if path.exists() and not path.is_file():
            raise PictureError("This is not a file: name a picture.")
        return path.read_bytes()
    except (FileNotFoundError, ValueError) as error:
        raise PictureError("There is no such file: check its name.") from error
    except OSError as error:
        raise PictureError("The file cannot be opened: check that you may read it.") from error


def _read_stream(stream: BinaryIO) -> bytes:
    """Read an open file from its beginning, so that it can be read a second time."""
    try:
        if stream.seekable():
            stream.seek(0)
        data = stream.read()
    except (OSError, ValueError) as error:
        raise PictureError("The file cannot be read: open it again.") from error
    if not isinstance(data, bytes):
        raise PictureError("The file is open as text: open it in binary mode.")
    return data


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Say in a sentence what went wrong while Pillow opened or decoded a picture."""
    try:
        yield
    except PictureError:
        raise
    except UnidentifiedImageError as error:
        raise PictureError(f"This file is not a picture: choose a {_READABLE} file.") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large() from error
    except Exception as error:  # on damaged files decoders raise whatever they stumble over
        raise PictureError(
            "This picture is damaged or incomplete: save or send it again."
        ) from error


@cache
def _register_heif() -> None:
    """Let Pillow read the HEIC photos of iPhones."""
    from pillow_heif import register_heif_opener

    register_heif_opener()


def _upright_pixels(image: Image.Image) -> NDArray[np.uint8]:
    """uint8 (H, W), (H, W, 3) or (H, W, 4), turned as the camera was held (EXIF)."""
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise _too_large(width, height)
    if not width or not height:
        raise PictureError("This picture has no pixels: choose another one.")
    upright = _turned_upright(image)
    if upright.mode.startswith(("I", "F")):
        return _to_8_bits(np.asarray(upright))
    if upright.mode == "La":  # with its colours multiplied by alpha, which RGBA is not
        upright = upright.convert("LA")
    transparent = "A" in upright.getbands() or "a" in upright.getbands()
    if transparent or "transparency" in upright.info:
        return np.asarray(upright.convert("RGBA"))
    return np.asarray(upright.convert("L" if upright.mode in ("1", "L") else "RGB"))


def _turned_upright(image: Image.Image) -> Image.Image:
    """As the camera was held, if the file says so in a way that can be read."""
    image.load()
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # damaged notes about the picture do not spoil the picture
        return image


def _to_8_bits(values: np.ndarray) -> NDArray[np.uint8]:
    """Grey values of 16 or 32 bits, or floating point, as 8 bits.

    No format says how many of its bits are used, so white is the least of the usual white points
    that is not exceeded; values outside them all are scaled by their own range.
    """
    values = np.nan_to_num(values.astype(np.float32), copy=False, posinf=0.0, neginf=0.0)
    low, high = values.min(), values.max()
    white = next((point for point in _WHITE_POINTS if high <= point), None)
    if low < 0 or white is None:
        values, white = values - low, max(high - low, 1.0)
    return np.rint(values * (255 / white)).astype(np.uint8)


def _checked_array(pixels: np.ndarray) -> NDArray[np.uint8]:
    if pixels.dtype != np.uint8:
        raise PictureError(
            f"The array holds {pixels.dtype} values: give uint8 values from 0 to 255."
        )
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    if pixels.ndim != 2 and not (pixels.ndim == 3 and pixels.shape[2] in (3, 4)):
        raise PictureError(
            f"The array has the shape {pixels.shape}: give (H, W), (H, W, 3) or (H, W, 4)."
        )
    height, width = pixels.shape[:2]
    if not height or not width:
        raise PictureError("This picture has no pixels: choose another one.")
    if height * width > MAX_PIXELS:
        raise _too_large(width, height)
    return np.ascontiguousarray(pixels)


def _too_large(width: int | None = None, height: int | None = None) -> PictureError:
    size = f"has {width} × {height} pixels" if width and height else "has too many pixels"
    return PictureError(
        f"This picture {size}, and the limit is {MAX_PIXELS // 1_000_000} megapixels: "
        "make it smaller and try again."
    )


def _split_transparency(pixels: NDArray[np.uint8]) -> DecodedPicture:
    if pixels.ndim == 2:
        return DecodedPicture(_uint8(cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB)))
    if pixels.shape[2] == 3:
        return DecodedPicture(pixels)
    colour = _uint8(cv2.cvtColor(pixels, cv2.COLOR_RGBA2RGB))
    alpha = _uint8(cv2.extractChannel(pixels, 3))
    if alpha.min() >= _OPAQUE_ALPHA:
        return DecodedPicture(colour)
    lowest, highest = _visible_range(colour, alpha)
    one_colour = np.ptp([lowest, highest], axis=0).max() <= _ONE_COLOUR
    varied = int(alpha.max()) - int(alpha.min()) >= _VISIBLE_ALPHA
    white = lowest.min() > 255 - _ONE_COLOUR
    ground = _on_ground(colour, alpha, light=not white)
    return DecodedPicture(ground, alpha if one_colour and varied else None)


def _visible_range(
    colour: NDArray[np.uint8], alpha: NDArray[np.uint8]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Least and greatest value of each channel among the places that can be seen, (3,) each."""
    visible = (alpha >= _VISIBLE_ALPHA).astype(np.uint8)
    ranges = [cv2.minMaxLoc(channel, visible)[:2] for channel in cv2.split(colour)]
    return np.array(ranges)[:, 0], np.array(ranges)[:, 1]


def _on_ground(
    colour: NDArray[np.uint8], alpha: NDArray[np.uint8], *, light: bool
) -> NDArray[np.uint8]:
    """Composite on white (light) or black ground."""
    opacity = cv2.cvtColor(alpha, cv2.COLOR_GRAY2RGB)
    shaded = cv2.multiply(colour, opacity, scale=1 / 255)
    return _uint8(cv2.add(shaded, cv2.bitwise_not(opacity)) if light else shaded)


def _uint8(pixels: cv2.typing.MatLike) -> NDArray[np.uint8]:
    return np.asarray(pixels, np.uint8)
