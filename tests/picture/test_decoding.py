"""Every kind of file ends in upright RGB pixels, or in one plain sentence."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from digits.common.errors import PictureError
from digits.picture.decoding import FORMATS, decode_picture
from digits.picture.file_kinds import HEAD, is_pdf, is_tiff
from digits.picture.sizes import MAX_PIXELS

LEFT_BLACK = np.repeat(np.repeat([[0, 255]], 8, axis=1), 12, axis=0).astype(np.uint8)
"""12 rows of 8 black and 8 white pixels."""


def encode(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "BMP", "GIF", "TIFF", "WEBP", "JPEG", "HEIF", "AVIF"])
def test_every_format_shows_the_same_picture(kind: str) -> None:
    pixels = decode_picture(encode(Image.fromarray(LEFT_BLACK).convert("RGB"), kind)).pixels
    assert pixels.shape == (12, 16, 3)
    assert pixels[:, :5].max() < 40
    assert pixels[:, 11:].min() > 215


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "PA", "RGB", "RGBA", "CMYK", "YCbCr"])
def test_every_mode_shows_the_same_picture(mode: str) -> None:
    image = Image.fromarray(LEFT_BLACK).convert("RGB").convert(mode)
    pixels = decode_picture(image).pixels
    assert np.array_equal(pixels, np.repeat(LEFT_BLACK[:, :, None], 3, axis=2))


def test_cmyk_jpeg_shows_the_same_picture() -> None:
    image = Image.fromarray(LEFT_BLACK).convert("RGB").convert("CMYK")
    pixels = decode_picture(encode(image, "JPEG", quality=95)).pixels
    assert pixels[:, :6].max() < 40
    assert pixels[:, 10:].min() > 215


@pytest.mark.parametrize("white", [1_023, 4_095, 65_535])
def test_sixteen_bit_png_keeps_its_greys(white: int) -> None:
    greys = (LEFT_BLACK.astype(np.uint32) * white // 255).astype(np.uint16)
    greys[0, 0] = white // 2
    pixels = decode_picture(encode(Image.fromarray(greys), "PNG")).pixels[:, :, 0]
    assert (pixels[0, 0], pixels[1, 0], pixels[1, 15]) == (pytest.approx(127, abs=1), 0, 255)


@pytest.mark.parametrize("white", [1.0, 255.0])
def test_floating_point_tiff_keeps_its_greys(white: float) -> None:
    greys = LEFT_BLACK.astype(np.float32) / 255 * white
    pixels = decode_picture(encode(Image.fromarray(greys), "TIFF")).pixels[:, :, 0]
    assert np.array_equal(pixels, LEFT_BLACK)


def test_palette_with_a_transparent_colour_shows_the_ground() -> None:
    image = Image.fromarray(LEFT_BLACK).convert("P")
    white = np.asarray(image)[0, 15]
    pixels = decode_picture(encode(image, "PNG", transparency=int(white)))
    assert pixels.pixels[0, 15].tolist() == [255, 255, 255]
    assert pixels.alpha_ink is not None


@pytest.mark.parametrize("orientation", range(1, 9))
def test_camera_orientation_is_undone(orientation: int) -> None:
    upright = Image.fromarray(np.arange(0, 240, 10, dtype=np.uint8).reshape(4, 6))
    undo = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    stored = upright if undo is None else upright.transpose(undo)
    exif = Image.Exif()
    exif[0x0112] = orientation
    pixels = decode_picture(encode(stored, "PNG", exif=exif)).pixels[:, :, 0]
    assert np.array_equal(pixels, np.asarray(upright))


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (30, 60, 200)])
def test_transparency_that_varies_over_one_colour_is_the_ink(colour: tuple[int, ...]) -> None:
    drawing = np.zeros((20, 20, 4), np.uint8)
    drawing[:, :, :3] = colour
    drawing[4:16, 9:12, 3] = 255
    drawing[4:16, 8, 3] = 90
    decoded = decode_picture(drawing)
    assert decoded.alpha_ink is not None
    assert np.array_equal(decoded.alpha_ink, drawing[:, :, 3])
    assert abs(int(decoded.pixels[5, 10, 0]) - int(decoded.pixels[0, 0, 0])) > 100


def test_transparency_over_many_colours_is_not_the_ink() -> None:
    photo = np.full((20, 20, 4), 255, np.uint8)
    photo[4:16, 9:12, :3] = 0
    photo[:2, :, 3] = 0
    assert decode_picture(photo).alpha_ink is None


@pytest.mark.parametrize("shape", [(9, 7), (9, 7, 1), (9, 7, 3), (9, 7, 4)])
def test_arrays_of_every_shape_are_pictures(shape: tuple[int, ...]) -> None:
    assert decode_picture(np.full(shape, 255, np.uint8)).pixels.shape == (9, 7, 3)


def test_path_text_bytes_stream_and_image_are_the_same_picture(tmp_path: Path) -> None:
    image = Image.fromarray(LEFT_BLACK).convert("RGB")
    path = tmp_path / "left.png"
    image.save(path)
    for picture in (path, str(path), path.read_bytes(), io.BytesIO(path.read_bytes()), image):
        assert np.array_equal(decode_picture(picture).pixels, np.asarray(image))


def test_a_stream_can_be_read_twice() -> None:
    stream = io.BytesIO(encode(Image.fromarray(LEFT_BLACK), "PNG"))
    first, second = decode_picture(stream), decode_picture(stream)
    assert np.array_equal(first.pixels, second.pixels)


def test_a_damaged_note_about_the_picture_does_not_spoil_it() -> None:
    data = encode(Image.fromarray(LEFT_BLACK), "PNG", exif=b"Exif\0\0MM nonsense")
    assert np.array_equal(decode_picture(data).pixels[:, :, 0], LEFT_BLACK)


def test_a_truncated_image_that_is_open_already_is_damaged() -> None:
    image = Image.open(io.BytesIO(GOOD_JPEG[: len(GOOD_JPEG) // 2]))
    with pytest.raises(PictureError, match="damaged"):
        decode_picture(image)


def huge_png(width: int, height: int) -> bytes:
    """A valid PNG header that promises many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + checksum

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


@pytest.mark.parametrize(("width", "height"), [(12_000, 12_000), (50_000, 50_000)])
def test_a_huge_picture_is_refused_before_it_is_decoded(width: int, height: int) -> None:
    with pytest.raises(PictureError, match=f"limit is {MAX_PIXELS // 10**6} megapixels"):
        decode_picture(huge_png(width, height))


@pytest.mark.parametrize("kind", FORMATS)
def test_a_picture_whose_notes_name_a_pdf_is_no_pdf(kind: str) -> None:
    picture = encode(Image.fromarray(LEFT_BLACK).convert("RGB"), kind)
    assert not is_pdf(picture[:64] + b"%PDF-1.7")
    assert is_tiff(picture) == (kind == "TIFF")


def test_a_scan_that_was_made_from_a_pdf_is_read() -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Source", "%PDF-1.7")
    picture = encode(Image.fromarray(LEFT_BLACK), "PNG", pnginfo=notes)
    assert picture.index(b"%PDF") < HEAD
    assert decode_picture(picture).pixels.shape == (12, 16, 3)


@pytest.mark.parametrize(
    "before", [b"", b"\xef\xbb\xbf\n", b"\x1b%-12345X@PJL ENTER LANGUAGE=PDF\n"]
)
def test_a_pdf_is_told_whatever_a_printer_put_before_it(before: bytes) -> None:
    with pytest.raises(PictureError, match="This is a PDF"):
        decode_picture(before + b"%PDF-1.7\n")


def test_who_gives_no_picture_is_told_every_format_that_is_read() -> None:
    with pytest.raises(PictureError) as caught:
        decode_picture(b"no picture")
    words = str(caught.value).upper().replace("HEIC", "HEIF")
    assert all(kind in words for kind in FORMATS)


GOOD_JPEG = encode(Image.fromarray(LEFT_BLACK).resize((300, 300)), "JPEG")


@pytest.mark.parametrize(
    ("picture", "sentence"),
    [
        (b"", "empty"),
        (b"not a picture at all", "not a picture"),
        (b"\x89PNG\r\n\x1a\n", "damaged|not a picture"),
        (GOOD_JPEG[: len(GOOD_JPEG) // 2], "damaged"),
        ("no such file.png", "no such file"),
        ("with\0nought.png", "no such file"),
        (Path(), "folder"),
        (io.StringIO("text"), "binary"),
        (None, "not a picture"),
        (np.zeros((3, 3)), "uint8"),
        (np.zeros((0, 3), np.uint8), "no pixels"),
        (np.zeros((3, 3, 2), np.uint8), "shape"),
        (np.zeros((3,), np.uint8), "shape"),
    ],
)
def test_bad_input_ends_in_one_plain_sentence(picture: object, sentence: str) -> None:
    with pytest.raises(PictureError, match=sentence) as caught:
        decode_picture(picture)  # type: ignore[arg-type]
    assert "/" not in str(caught.value)
    assert str(caught.value).endswith(".")
