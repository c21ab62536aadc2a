"""Any picture, from any source, as upright RGB pixels.

Formats are told by their content, never by the name, and the size is checked before decoding.
Whatever a file says, decoding it takes bounded time and memory: what would not is refused.
"""

import logging
import math
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache
from os import PathLike
from typing import BinaryIO, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, UnidentifiedImageError

from digits.common.errors import PictureError
from digits.picture.bombs import (
    MOST_PARTS,
    check_scans,
    count_scans,
    refuse_bombs,
    too_many_parts,
)
from digits.picture.eight_bits import conversion_to_8_bits
from digits.picture.file_kinds import HEAD, is_pdf
from digits.picture.files import opened
from digits.picture.sizes import (
    KEPT_PIXELS,
    MAX_PIXELS,
    MAX_PIXELS_OF_FORMAT,
    Box,
    check_dimensions,
    reduce_picture,
    reduced_size,
    too_large,
)
from digits.picture.transparency import split_transparency

Picture: TypeAlias = str | PathLike[str] | bytes | BinaryIO | Image.Image | NDArray[np.uint8]
FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "HEIF", "TIFF", "AVIF")
"""Pillow's names of what is read."""
SUFFIXES = ("png", "jpg", "jpeg", "webp", "bmp", "gif", "tif", "tiff", "heic", "heif", "avif")
"""What files of these formats are usually called, to offer them where files are chosen."""
_JPEG = ("JPEG", "MPO")  # MPO: a JPEG with further ones behind it
_READABLE = "PNG, JPEG, WebP, BMP, GIF, TIFF, HEIC or AVIF"
# A JPEG of several scans is held whole while it is decoded: if it is larger, at half its size.
_HELD_PIXELS = 24_000_000
_MOST_COEFFICIENT_BYTES = 220_000_000
# Of EXIF that is worth reading; the pixels do not depend on it.
_LONGEST_NOTES = 1_000_000
# Large pictures are decoded one at a time, whatever a server's threads are asked for.
_decoding_large = threading.Lock()

# What Pillow says about damaged notes, and its own limit, would only litter the terminal.
warnings.filterwarnings("ignore", module=r"PIL\.")
logging.getLogger("PIL").addHandler(logging.NullHandler())


@dataclass(frozen=True)
class DecodedPicture:
    """An upright picture.

    Attributes:
        pixels: uint8 (H, W, 3), RGB; transparent places show the ground they contrast with. A
            picture of more than `KEPT_PIXELS` is reduced to `REDUCED_PIXELS`, or for large
            JPEG to half its sides, and never to less than a quarter of that.
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
        PictureError: it is no picture, is damaged, or is too large: more than `MAX_PIXELS` (or
            `MAX_PIXELS_OF_FORMAT`), or a file of more than `MAX_FILE_BYTES`.
    """
    return DecodedPicture(*split_transparency(_upright_pixels(picture)))


def _upright_pixels(picture: Picture) -> NDArray[np.uint8]:
    """uint8 (H, W), (H, W, 3) or (H, W, 4), turned as the camera was held."""
    if isinstance(picture, np.ndarray):
        return _pixels_of_array(_checked_array(picture))
    if isinstance(picture, Image.Image):
        with _plain_errors():
            return _pixels_of_image(picture)
    with opened(picture) as file, _plain_errors():
        return _pixels_of_file(file)


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
        raise too_large("too many pixels", f"{MAX_PIXELS // 1_000_000} megapixels") from error
    except Exception as error:  # on damaged files decoders raise whatever they stumble over
        raise PictureError(
            "This picture is damaged or incomplete: save or send it again."
        ) from error


@cache
def _register_heif() -> None:
    """Let Pillow read the HEIC photos of iPhones."""
    from pillow_heif import register_heif_opener

    register_heif_opener()


def _pixels_of_file(file: BinaryIO) -> NDArray[np.uint8]:
    _refuse_documents(file)
    refuse_bombs(file)
    _register_heif()
    with Image.open(file, formats=FORMATS) as image:
        _check_size(image)
        scans = count_scans(file) if image.format in _JPEG else 0
        check_scans(scans, math.prod(image.size))
        if scans > 1:
            _check_coefficients(image)
        is_large = math.prod(image.size) > KEPT_PIXELS
        with _decoding_large if is_large else nullcontext():
            if is_large and image.format == "HEIF":
                return _pixels_of_large_heif(file)
            if is_large:
                _ask_for_less(image, is_held_whole=scans > 1)
            return _pixels_of_image(image)


def _refuse_documents(file: BinaryIO) -> None:
    """Say of what people take for pictures what it is, and what to do."""
    head = file.read(HEAD)
    file.seek(0)
    if is_pdf(head):
        raise PictureError("This is a PDF: save its page as a picture, and choose that.")
    head = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith((b"<?xml", b"<svg", b"<!DOCTYPE svg")) and b"<svg" in head:
        raise PictureError("This is an SVG drawing: save it as PNG, and choose that.")


def _check_size(image: Image.Image) -> None:
    check_dimensions(*image.size, MAX_PIXELS_OF_FORMAT.get(image.format or "", MAX_PIXELS))
    if len(getattr(image, "tile", ())) > MOST_PARTS:
        raise too_many_parts()


def _samplings(image: Image.Image) -> list[int]:
    """How finely each channel of a JPEG is sampled."""
    return [across * down for _, across, down, _ in getattr(image, "layer", ())]


def _check_coefficients(image: Image.Image) -> None:
    """A JPEG of several scans is held whole, two bytes each, before there is a pixel."""
    pixels, samplings = math.prod(image.size), _samplings(image)
    held = 2 * pixels * sum(samplings) / (max(samplings, default=1) or 1)
    if held > _MOST_COEFFICIENT_BYTES:
        limit = int(pixels * _MOST_COEFFICIENT_BYTES / held / 1_000_000)
        width, height = image.size
        raise too_large(f"{width} × {height} pixels", f"{limit} megapixels for this kind of JPEG")


def _ask_for_less(image: Image.Image, *, is_held_whole: bool) -> None:
    """Let a JPEG's decoder reduce it, if it can be by half: it is cheaper than decoding it all."""
    if image.format not in _JPEG:
        return
    size = reduced_size(image.size)
    if is_held_whole and math.prod(image.size) > _HELD_PIXELS:
        size = image.width // 2, image.height // 2
    image.draft(None, size)


def _pixels_of_large_heif(file: BinaryIO) -> NDArray[np.uint8]:
    """From the decoder's own memory: through Pillow they would be there three times."""
    from pillow_heif import open_heif

    return _pixels_of_array(_checked_array(np.asarray(open_heif(file, convert_hdr_to_8bit=True))))


def _pixels_of_image(image: Image.Image) -> NDArray[np.uint8]:
    _check_size(image)
    image.load()
    to_8_bits = conversion_to_8_bits(image)
    if math.prod(image.size) <= KEPT_PIXELS:
        pixels = np.asarray(to_8_bits(image))
    else:
        pixels = reduce_picture(lambda box: to_8_bits(image.crop(box)), image.size)
    return _turned(pixels, _orientation(image))


def _pixels_of_array(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = pixels.shape[:2]
    if height * width <= KEPT_PIXELS:
        return np.ascontiguousarray(pixels)

    def cut(box: Box) -> Image.Image:
        left, top, right, bottom = box
        return Image.fromarray(np.ascontiguousarray(pixels[top:bottom, left:right]))

    return reduce_picture(cut, (width, height))


def _orientation(image: Image.Image) -> int:
    """EXIF's number for how the camera was held; 1, upright, if it cannot be read."""
    if len(image.info.get("exif") or b"") > _LONGEST_NOTES:
        return 1
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # damaged notes about the picture do not spoil the picture
        return 1


def _turned(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """As the camera was held."""
    if orientation in (5, 6, 7, 8):
        pixels = pixels.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels)


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
    check_dimensions(width, height, MAX_PIXELS)
    return pixels
