"""Any picture, from any source, as upright RGB pixels.

Formats are told by their content, never by the name, and the size is checked before decoding.
Whatever a file says, decoding it takes bounded time and memory: what would not is refused.
"""

import io
import logging
import math
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache
from os import PathLike
from pathlib import Path
from typing import BinaryIO, TypeAlias

import cv2
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

Picture: TypeAlias = str | PathLike[str] | bytes | BinaryIO | Image.Image | NDArray[np.uint8]

MAX_PIXELS = 50_000_000
"""Pillow takes 200 MB for 50 megapixels; more is refused before it is decoded."""
MAX_PIXELS_OF_FORMAT = {"WEBP": 16_000_000, "AVIF": 16_000_000}
"""Their decoders hold a picture four times over."""
MAX_SIDE = 65_535
"""Pixels; as JPEG has it. Longer ones are nothing that anybody wrote a digit on."""
MAX_FILE_BYTES = 4 * MAX_PIXELS + 10_000_000
"""The largest picture without compression, and its notes."""

KEPT_PIXELS = 13_000_000
"""A 12-megapixel camera gives up to 12.6; larger pictures come out at `REDUCED_PIXELS`."""
REDUCED_PIXELS = 12_000_000
"""Nothing later needs more: it is 4000 × 3000, and the whole is looked at in 640 × 640."""

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "HEIF", "TIFF", "AVIF")
"""Pillow's names of what is read."""
SUFFIXES = ("png", "jpg", "jpeg", "webp", "bmp", "gif", "tif", "tiff", "heic", "heif", "avif")
"""What files of these formats are usually called, to offer them where files are chosen."""

Box: TypeAlias = tuple[int, int, int, int]  # left, top, right, bottom

_JPEG = ("JPEG", "MPO")  # MPO: a JPEG with further ones behind it
_READABLE = "PNG, JPEG, WebP, BMP, GIF, TIFF or HEIC"
_WHITE_POINTS = (1, 255, 1_023, 4_095, 16_383, 65_535)
_VISIBLE_ALPHA = 32
_OPAQUE_ALPHA = 250
_ONE_COLOUR = 24
# Large pictures are worked on in strips of so many pixels, so that no step copies them whole.
_STRIP_PIXELS = 250_000
# A JPEG of several scans is held whole while it is decoded: if it is larger, at half its size.
_HELD_PIXELS = 24_000_000
_BLOCK = 1 << 24
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
    return _split_transparency(_upright_pixels(picture))


def _upright_pixels(picture: Picture) -> NDArray[np.uint8]:
    """uint8 (H, W), (H, W, 3) or (H, W, 4), turned as the camera was held."""
    if isinstance(picture, np.ndarray):
        return _pixels_of_array(_checked_array(picture))
    if isinstance(picture, Image.Image):
        with _plain_errors():
            return _pixels_of_image(picture)
    with _opened(picture) as file, _plain_errors():
        return _pixels_of_file(file)


@contextmanager
def _opened(picture: str | PathLike[str] | bytes | BinaryIO) -> Iterator[BinaryIO]:
    if isinstance(picture, str | PathLike):
        with _open_file(Path(picture)) as file:
            yield file
    elif isinstance(picture, bytes | bytearray | memoryview):
        yield _as_file(bytes(picture))
    elif hasattr(picture, "read"):
        yield _as_file(_read_stream(picture))
    else:
        raise PictureError(
            "This is not a picture: give a file, its bytes, a PIL image or an array of pixels."
        )


def _as_file(data: bytes) -> BinaryIO:
    _check_file_size(len(data))
    return io.BytesIO(data)


def _check_file_size(size: int) -> None:
    if not size:
        raise PictureError("The file is empty: choose another picture.")
    if size > MAX_FILE_BYTES:
        raise PictureError(
            f"This file has {size // 1_000_000} MB, and the limit is "
            f"{MAX_FILE_BYTES // 1_000_000} MB: make the picture smaller and try again."
        )


def read_picture_file(path: Path) -> bytes:
    """The bytes of a file, whatever is in it.

    Raises:
        PictureError: there is no such file, it is empty or larger than `MAX_FILE_BYTES`, or it
            cannot be read.
    """
    with _open_file(path) as file:
        try:
            return file.read()
        except OSError as error:
            raise _unopenable() from error


def _open_file(path: Path) -> BinaryIO:
    """Open a file that has been looked at first: devices and pipes may never end."""
    try:
        if path.is_dir():
            raise PictureError("This is a folder: name a picture in it.")
        if path.exists() and not path.is_file():
            raise PictureError("This is not a file: name a picture.")
        _check_file_size(path.stat().st_size)
        return path.open("rb")
    except (FileNotFoundError, ValueError) as error:
        raise PictureError("There is no such file: check its name.") from error
    except OSError as error:
        raise _unopenable() from error


def _unopenable() -> PictureError:
    return PictureError("The file cannot be opened: check that you may read it.")


def _read_stream(stream: BinaryIO) -> bytes:
    """Read an open file from its beginning, so that it can be read a second time."""
    blocks: list[bytes] = []
    try:
        if stream.seekable():
            stream.seek(0)
        while sum(map(len, blocks)) <= MAX_FILE_BYTES and (block := stream.read(_BLOCK)):
            blocks.append(block)
    except (OSError, ValueError) as error:
        raise PictureError("The file cannot be read: open it again.") from error
    if not all(isinstance(block, bytes) for block in blocks):
        raise PictureError("The file is open as text: open it in binary mode.")
    return b"".join(blocks)


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
        raise _too_large("too many pixels", f"{MAX_PIXELS // 1_000_000} megapixels") from error
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


def _check_size(image: Image.Image) -> None:
    _check_dimensions(*image.size, MAX_PIXELS_OF_FORMAT.get(image.format or "", MAX_PIXELS))
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
        raise _too_large(f"{width} × {height} pixels", f"{limit} megapixels for this kind of JPEG")


def _ask_for_less(image: Image.Image, *, is_held_whole: bool) -> None:
    """Let a JPEG's decoder reduce it, if it can be by half: it is cheaper than decoding it all."""
    if image.format not in _JPEG:
        return
    size = _reduced_size(image.size)
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
    to_8_bits = _conversion(image)
    if math.prod(image.size) <= KEPT_PIXELS:
        pixels = np.asarray(to_8_bits(image))
    else:
        pixels = _reduce(lambda box: to_8_bits(image.crop(box)), image.size)
    return _turned(pixels, _orientation(image))


def _pixels_of_array(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = pixels.shape[:2]
    if height * width <= KEPT_PIXELS:
        return np.ascontiguousarray(pixels)

    def cut(box: Box) -> Image.Image:
        left, top, right, bottom = box
        return Image.fromarray(np.ascontiguousarray(pixels[top:bottom, left:right]))

    return _reduce(cut, (width, height))


def _conversion(image: Image.Image) -> Callable[[Image.Image], Image.Image]:
    """How the picture, or a piece of it, becomes one in L, RGB or RGBA."""
    if image.mode.startswith(("I", "F")):
        low, high = _range(image)
        return lambda piece: Image.fromarray(_to_8_bits(_finite(piece), low, high))
    if image.mode == "La":  # with its colours multiplied by alpha, which RGBA is not
        return lambda piece: piece.convert("LA").convert("RGBA")
    transparent = "A" in image.getbands() or "a" in image.getbands()
    if transparent or "transparency" in image.info:
        return lambda piece: piece.convert("RGBA")
    mode = "L" if image.mode in ("1", "L") else "RGB"
    return lambda piece: piece.convert(mode)


def _range(image: Image.Image) -> tuple[np.float32, np.float32]:
    """Least and greatest value of a picture with one channel."""
    pieces = (_finite(image.crop(box)) for box in _strips(image.size))
    ranges = [(piece.min(), piece.max()) for piece in pieces]
    return min(low for low, _ in ranges), max(high for _, high in ranges)


def _finite(image: Image.Image) -> NDArray[np.float32]:
    values = np.asarray(image).astype(np.float32)
    return np.nan_to_num(values, copy=False, posinf=0.0, neginf=0.0)


def _to_8_bits(values: NDArray[np.float32], low: np.float32, high: np.float32) -> NDArray[np.uint8]:
    """Grey values of 16 or 32 bits, or floating point, as 8 bits.

    No format says how many of its bits are used, so white is the least of the usual white points
    that is not exceeded; values outside them all are scaled by their own range.

    Args:
        values: of the picture or a piece of it.
        low: least value of the whole picture.
        high: its greatest.
    """
    if float(high) - float(low) > float(np.finfo(np.float32).max):
        half = np.float32(0.5)
        values, low, high = values * half, low * half, high * half
    white = next((np.float32(point) for point in _WHITE_POINTS if high <= point), None)
    if low < 0 or white is None:
        values, white = values - low, max(high - low, np.float32(1))
    return np.rint(values * (255 / white)).astype(np.uint8)


def _reduce(cut: Callable[[Box], Image.Image], size: tuple[int, int]) -> NDArray[np.uint8]:
    """A picture at `REDUCED_PIXELS`, strip by strip.

    Args:
        cut: gives a piece of the picture in L, RGB or RGBA.
        size: of the picture: (W, H).
    """
    width, height = _reduced_size(size)
    across, down = size[0] / width, size[1] / height
    brim_x, brim_y = math.ceil(across) + 1, math.ceil(down) + 1  # that the filter looks at
    reduced: NDArray[np.uint8] | None = None
    for left, top, right, bottom in _strips((width, height)):
        x, y = left * across, top * down
        x_end, y_end = min(right * across, size[0]), min(bottom * down, size[1])
        corner_x, corner_y = max(0, int(x) - brim_x), max(0, int(y) - brim_y)
        end_x, end_y = min(size[0], int(x_end) + brim_x), min(size[1], int(y_end) + brim_y)
        piece = cut((corner_x, corner_y, end_x, end_y))
        box = x - corner_x, y - corner_y, x_end - corner_x, y_end - corner_y
        small = np.asarray(
            piece.resize((right - left, bottom - top), Image.Resampling.HAMMING, box)
        )
        if reduced is None:
            reduced = np.empty((height, width, *small.shape[2:]), np.uint8)
        reduced[top:bottom, left:right] = small
    assert reduced is not None
    return reduced


def _reduced_size(size: tuple[int, int]) -> tuple[int, int]:
    scale = math.sqrt(REDUCED_PIXELS / math.prod(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _strips(size: tuple[int, int]) -> Iterator[Box]:
    """Cover a picture of (W, H) by pieces of `_STRIP_PIXELS`, cut across its longer side."""
    width, height = size
    step = max(1, _STRIP_PIXELS // min(size))
    if width > height:
        for x in range(0, width, step):
            yield x, 0, min(x + step, width), height
    else:
        for y in range(0, height, step):
            yield 0, y, width, min(y + step, height)


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
    _check_dimensions(width, height, MAX_PIXELS)
    return pixels


def _check_dimensions(width: int, height: int, most_pixels: int) -> None:
    if not width or not height:
        raise PictureError("This picture has no pixels: choose another one.")
    if width * height > most_pixels:
        raise _too_large(f"{width} × {height} pixels", f"{most_pixels // 1_000_000} megapixels")
    if max(width, height) > MAX_SIDE:
        raise _too_large(f"{width} × {height} pixels", f"{MAX_SIDE} pixels a side")


def _too_large(size: str, limit: str) -> PictureError:
    return PictureError(
        f"This picture has {size}, and the limit is {limit}: make it smaller and try again."
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
