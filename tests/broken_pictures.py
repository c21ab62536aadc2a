"""Files that are meant to break whoever reads them, the same ones from the same seed.

The corpus is written by hand: files that promise more than they hold, hold more than they promise,
or take long for their size. Mutations are made of valid pictures of each format.
"""

from __future__ import annotations

import functools
import io
import random
import struct
import zlib
from collections.abc import Iterable

import numpy as np
from PIL import Image
from pillow_heif import register_heif_opener

from digit_predictor import NoInkError, PictureError, Reading, read_digit, read_number
from digits.picture.decoding import Picture
from digits.reading.number import MOST_DIGITS
from tests.drawings import DIGITS, draw

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "HEIF", "AVIF")

register_heif_opener()


# ---- Valid pictures


def as_file(picture: Image.Image, kind: str, **options: object) -> bytes:
    """The bytes of a picture's file."""
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


@functools.cache
def valid_files(kind: str) -> tuple[bytes, ...]:
    """A digit in the variants of a format that are decoded differently."""
    grey = Image.fromarray(draw(DIGITS[5])).convert("L").resize((96, 96))
    colour, palette = grey.convert("RGB"), grey.quantize(8)
    clear = Image.merge("LA", (grey, grey.point(lambda value: 255 - value))).convert("RGBA")
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "a camera"
    sixteen = Image.fromarray(np.asarray(grey, np.uint16) * 257)
    real = Image.fromarray(np.asarray(grey, np.float32) / 255)
    frames = {"save_all": True, "append_images": [colour.rotate(90), colour.rotate(180)]}
    variants: dict[str, list[tuple[Image.Image, dict[str, object]]]] = {
        "PNG": [
            (colour, {"exif": exif}),
            (clear, {}),
            (palette, {}),
            (sixteen, {}),
            (colour, frames),
        ],
        "JPEG": [
            (colour, {"exif": exif}),
            (colour, {"progressive": True}),
            (colour.convert("CMYK"), {}),
            (grey, {"restart_marker_blocks": 4}),
        ],
        "WEBP": [(colour, {"exif": exif}), (clear, {"lossless": True}), (colour, frames)],
        "BMP": [(colour, {}), (palette, {}), (grey.convert("1"), {}), (clear, {})],
        "GIF": [(palette, {}), (palette, {"transparency": 0}), (colour, frames)],
        "TIFF": [
            (colour, {"exif": exif}),
            (colour, {"compression": "tiff_lzw"}),
            (colour, {"compression": "jpeg"}),
            (colour, {"compression": "packbits"}),
            (grey.convert("1"), {"compression": "group4"}),
            (sixteen, {"compression": "tiff_deflate"}),
            (real, {}),
            (colour, frames),
        ],
        "HEIF": [(colour, {"exif": exif.tobytes()}), (clear, {})],
        "AVIF": [(colour, {"exif": exif}), (clear, {})],
    }
    return tuple(as_file(picture, kind, **options) for picture, options in variants[kind])


# ---- Mutations


def mutated_file(kind: str, seed: int) -> bytes:
    """A valid file of this format with a few bytes changed, cut, doubled, moved or spliced."""
    chance = random.Random(f"{kind} {seed}")
    files = valid_files(kind)
    data = bytearray(chance.choice(files))
    for _ in range(chance.choice((1, 1, 2, 3, 8))):
        chance.choice(_MUTATIONS)(data, chance, chance.choice(files))
    if kind == "PNG" and chance.random() < 0.5:
        return _with_checksums(bytes(data))
    return bytes(data)


def _with_checksums(data: bytes) -> bytes:
    """A PNG whose checksums are right again, so that what was changed is decoded."""
    mended, rest = data[:8], data[8:]
    while len(rest) >= 12:
        length = int.from_bytes(rest[:4], "big")
        body = rest[4 : 8 + length]
        mended += rest[:4] + body + struct.pack(">I", zlib.crc32(body))
        rest = rest[12 + length :]
    return mended


def _flip_bit(data: bytearray, chance: random.Random, _: bytes) -> None:
    place = _place(data, chance)
    data[place : place + 1] = bytes(
        byte ^ 1 << chance.randrange(8) for byte in data[place : place + 1]
    )


def _set_byte(data: bytearray, chance: random.Random, _: bytes) -> None:
    place = _place(data, chance)
    data[place : place + 1] = bytes(
        [chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))]
    )


def _set_number(data: bytearray, chance: random.Random, _: bytes) -> None:
    """A size, count or offset becomes one that is often forgotten."""
    number = chance.choice((0, 1, 7, 255, 256, 65_535, 65_536, 2**24, 2**31 - 1, 2**31, 2**32 - 1))
    size, order = chance.choice((2, 4, 4)), chance.choice(("little", "big"))
    place = _place(data, chance)
    data[place : place + size] = (number % 256**size).to_bytes(size, order)


def _truncate(data: bytearray, chance: random.Random, _: bytes) -> None:
    del data[chance.randrange(len(data) + 1) :]


def _cut_out(data: bytearray, chance: random.Random, _: bytes) -> None:
    place = _place(data, chance)
    del data[place : place + chance.choice((1, 2, 4, 16, 256))]


def _double(data: bytearray, chance: random.Random, _: bytes) -> None:
    place, length = _place(data, chance), chance.choice((1, 4, 16, 256, 2_048))
    data[place:place] = data[place : place + length] * chance.choice((1, 1, 2, 50))


def _insert_noise(data: bytearray, chance: random.Random, _: bytes) -> None:
    place = _place(data, chance)
    data[place:place] = chance.randbytes(chance.choice((1, 2, 16, 512)))


def _blank(data: bytearray, chance: random.Random, _: bytes) -> None:
    place, length = _place(data, chance), chance.choice((4, 64, 1_024))
    length = len(data[place : place + length])
    data[place : place + length] = bytes([chance.choice((0, 255))]) * length


def _splice(data: bytearray, chance: random.Random, other: bytes) -> None:
    data[_place(data, chance) :] = other[chance.randrange(len(other)) :]


_MUTATIONS = (
    *(_flip_bit, _set_byte, _set_number, _set_number, _truncate),
    *(_cut_out, _double, _insert_noise, _blank, _splice),
)


def _place(data: bytearray, chance: random.Random) -> int:
    """Anywhere, but every other time in the first bytes, where the header is."""
    most = len(data) + 1
    return chance.randrange(min(most, 200) if chance.random() < 0.5 else most)


# ---- The corpus


@functools.cache
def corpus() -> dict[str, bytes]:
    """Files written to break a reader, by what they are; each of at most 10 MB."""
    files = {
        "nothing": b"",
        "one byte": b"\0",
        "a text": b"this is no picture\n" * 40,
        "a web page": b"<html><body><svg width='9' height='9'></svg></body></html>",
        "an archive": b"PK\x03\x04" + bytes(200),
        "10 MB of noughts": bytes(10_000_000),
        **_broken_png(),
        **_broken_jpeg(),
        **_broken_tiff(),
        **_broken_gif(),
        **_broken_bmp(),
        **_broken_webp(),
        **_broken_heif(),
    }
    assert max(map(len, files.values())) <= 10_100_000
    return files


def png(
    size: tuple[int, int],
    rows: bytes | None,
    *,
    depth: int = 8,
    colour: int = 0,
    interlaced: bool = False,
    before: Iterable[tuple[bytes, bytes]] = (),
) -> bytes:
    """A PNG of these bytes, filters included; without any it ends where they would be."""
    header = struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, interlaced)
    chunks = [(b"IHDR", header), *before]
    if rows is not None:
        chunks += [(b"IDAT", zlib.compress(rows, 1)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*each) for each in chunks)


@functools.lru_cache(2)  # some files hold the same one a million times
def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + checksum


def _broken_png() -> dict[str, bytes]:
    bomb = zlib.compress(bytes(80_000_000))
    small = b"\0\xff" * 8
    frames = _chunk(b"acTL", struct.pack(">II", 2**31 - 1, 0))
    return {
        "PNG of 50 megapixels that holds none": png((10_000, 5_000), b""),
        "PNG that ends after its header": png((100, 100), None),
        "PNG of 16 bits and four channels that holds nothing": png(
            (10_000, 5_000), b"", depth=16, colour=6
        ),
        "PNG of 51 megapixels": png((10_000, 5_100), b""),
        "PNG of two thousand million columns": png((2**31 - 1, 2**31 - 1), b""),
        "PNG without pixels": png((0, 0), b""),
        "PNG of 50 megapixels, blank": png((10_000, 5_000), bytes(10_001) * 5_000),
        "PNG of 50 megapixels, interlaced": png((8_000, 6_250), bytes(70_000_000), interlaced=True),
        "PNG one pixel high": png((50_000_000, 1), bytes(6_250_001), depth=1),
        "PNG 65,535 pixels wide": png((65_535, 762), bytes(8_193 * 762), depth=1),
        "PNG one pixel wide": png((1, 60_000), bytes(120_000)),
        "PNG of one pixel that holds 80 MB": png((1, 1), bytes(80_000_000)),
        "PNG with a text of 80 MB": png((1, 8), small, before=[(b"zTXt", b"Comment\0\0" + bomb)]),
        "PNG with 80 texts of 1 MB": png(
            (1, 8), small, before=[(b"zTXt", b"C\0\0" + zlib.compress(bytes(1_000_000)))] * 80
        ),
        "PNG with a colour profile of 80 MB": png(
            (1, 8), small, before=[(b"iCCP", b"a\0\0" + bomb)]
        ),
        "PNG with 800,000 empty chunks": png((1, 8), small, before=[(b"teSt", b"")] * 800_000),
        "PNG with 600,000 texts": png((1, 8), small, before=[(b"tEXt", b"a\0b")] * 600_000),
        "PNG with a palette that is missing": png((8, 1), small, colour=3),
        "PNG with an unknown depth": png((8, 1), small, depth=3),
        "PNG with two thousand million frames": png((1, 8), small)[:33]
        + frames
        + png((1, 8), small)[33:],
        "PNG with notes that lead in a circle": png(
            (1, 8), small, before=[(b"eXIf", _tiff_directory([(0x8769, 4, 1, 8)]))]
        ),
        "PNG with 9 MB of notes": png((1, 8), small, before=[(b"eXIf", _notes_that_overlap())]),
    }


def _notes_that_overlap() -> bytes:
    """EXIF whose every tag claims the same 9 MB."""
    tags = [(tag, 1, 9_000_000, 8) for tag in range(1, 60_000)]
    return _tiff_directory(tags).ljust(9_100_000, b"\0")


def _jpeg_segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def _broken_jpeg() -> dict[str, bytes]:
    plain = as_file(Image.new("L", (64, 64), 255), "JPEG")
    start, end = plain[:2], plain[2:]
    size_at = plain.index(b"\xff\xc0") + 5
    exif = b"Exif\0\0" + _tiff_directory([(tag, 1, 60_000, 8) for tag in range(1, 4_000)])
    return {
        "JPEG of 65535 × 65535": plain[:size_at] + b"\xff" * 4 + plain[size_at + 4 :],
        "JPEG of 50 megapixels that holds 4096": plain[:size_at]
        + struct.pack(">HH", 7_000, 7_142)
        + plain[size_at + 4 :],
        "JPEG of unknown height": plain[:size_at] + b"\0\0" + plain[size_at + 2 :],
        "JPEG with 20,000 scans over 50 megapixels": many_scans((8_000, 6_248), 20_000),
        "JPEG with 100 scans over 4 megapixels": many_scans((2_000, 2_000), 100),
        "JPEG with 2 million empty segments": start + b"\xff\xe5\0\2" * 2_000_000 + end,
        "JPEG after 10 MB of filling": start + b"\xff" * 9_900_000 + end,
        "JPEG after 10 MB of rubbish": start + b"\0" * 9_900_000 + end,
        "JPEG with 10 MB of notes": start
        + _jpeg_segment(0xE1, exif.ljust(65_000, b"\0")) * 150
        + end,
        "JPEG with 10 MB of colour profile": start
        + _jpeg_segment(0xE2, b"ICC_PROFILE\0\1\1".ljust(65_000, b"\0")) * 150
        + end,
        "JPEG without tables": start + plain[plain.index(b"\xff\xc0") :],
        "JPEG that is only its first marker": start,
    }


def many_scans(size: tuple[int, int], scans: int) -> bytes:
    """A progressive JPEG of a few kB whose every scan refines all of its pixels by nothing."""
    small = as_file(Image.new("L", (16, 16), 255), "JPEG", progressive=True)
    size_at = small.index(b"\xff\xc2") + 5
    # One symbol, of one bit: "this block and the next 32766 stay as they are".
    table = _jpeg_segment(0xC4, b"\x10" + b"\1" + bytes(15) + b"\xe0")
    runs = -(-(size[0] // 8) * (size[1] // 8) // 16_384)
    run = bytes.fromhex("0000") * runs  # nought for the symbol, then 14 bits: a run of 16,384
    scan = _jpeg_segment(0xDA, b"\1\1\0\1\x3f\0") + run
    first = small.index(b"\xff\xda")
    header = small[:size_at] + struct.pack(">HH", size[1], size[0]) + small[size_at + 4 : first]
    return header + table + scan * scans + b"\xff\xd9"


def _tiff_directory(tags: Iterable[tuple[int, int, int, int]], after: bytes = b"") -> bytes:
    """A TIFF of these tags: number, type, count, value or offset; what follows lies behind."""
    tags = list(tags)
    directory = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", *t) for t in tags)
    return b"II*\0\x08\0\0\0" + directory + bytes(4) + after


def tiff(size: tuple[int, int], *tags: tuple[int, int, int, int], after: bytes = b"") -> bytes:
    """A grey TIFF without compression; tags replace those of the same number."""
    usual = [(256, 4, 1, size[0]), (257, 4, 1, size[1]), (258, 3, 1, 8), (259, 3, 1, 1)]
    usual += [(262, 3, 1, 1), (273, 4, 1, 8), (277, 3, 1, 1), (278, 4, 1, size[1])]
    usual += [(279, 4, 1, size[0] * size[1] % 2**32)]
    merged = {tag[0]: tag for tag in (*usual, *tags)}
    return _tiff_directory(sorted(merged.values()), after)


def _broken_tiff() -> dict[str, bytes]:
    many = bytes(9_900_000)
    return {
        "TIFF of 50 megapixels that holds none": tiff((10_000, 5_000)),
        "TIFF of four thousand million columns": tiff((2**32 - 1, 2**32 - 1)),
        "TIFF without pixels": tiff((0, 0)),
        "TIFF with a million resolutions": tiff((8, 8), (282, 5, 1_200_000, 400), after=many),
        "TIFF with 2 million pieces": tiff(
            (8_000, 6_000),
            *((322, 4, 1, 4), (323, 4, 1, 4)),
            *((324, 4, 2_400_000, 300), (325, 4, 1, 16)),
            after=many,
        ),
        "TIFF with 2 million strips": tiff(
            (1, 2_400_000), (273, 4, 2_400_000, 300), (278, 4, 1, 1), (279, 4, 1, 1), after=many
        ),
        "TIFF of 65535 channels": tiff((8, 8), (277, 3, 1, 65_535)),
        "TIFF of 64 bits": tiff((8, 8), (258, 3, 1, 64), after=bytes(600)),
        "TIFF of unknown compression": tiff((8, 8), (259, 3, 1, 34_712)),
        "TIFF whose pages go in a circle": b"II*\0\x08\0\0\0\0\0\x08\0\0\0",
        "TIFF of 60,000 tags that overlap": _notes_that_overlap(),
        "TIFF whose directory is beyond its end": b"II*\0\xff\xff\xff\xff",
        "BigTIFF of no end of tags": b"II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0" + b"\xff" * 9_900_000,
    }


def _broken_gif() -> dict[str, bytes]:
    def screen(width: int, height: int) -> bytes:
        return b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(3) + b"\xff" * 3

    frame = b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\2\2\x44\1\0"
    comment = b"!\xfe" + (b"\xff" + b"x" * 255) * 38_000 + b"\0"
    return {
        "GIF of 65535 × 65535": screen(65_535, 65_535) + frame + b";",
        "GIF of 50 megapixels with a frame of one": screen(10_000, 5_000) + frame + b";",
        "GIF without a frame": screen(10_000, 5_000) + b";",
        "GIF of 600,000 frames": screen(1, 1) + frame * 600_000 + b";",
        "GIF with a comment of 10 MB": screen(1, 1) + comment + frame + b";",
        "GIF with 3 million empty blocks": screen(1, 1) + b"!\1\0" * 3_300_000 + frame + b";",
        "GIF with 10 MB of rubbish before its frame": screen(1, 1) + b"\1" * 9_900_000 + frame,
        "GIF whose frame is larger than it": screen(8, 8)
        + b","
        + struct.pack("<HHHHB", 60_000, 60_000, 5_000, 5_000, 0)
        + b"\2\2\x44\1\0;",
        "GIF of 50 megapixels, blank": as_file(Image.new("P", (10_000, 5_000)), "GIF"),
    }


def bmp(size: tuple[int, int], depth: int, packing: int, pixels: bytes) -> bytes:
    """A BMP with a grey palette."""
    palette = bytes(1_024) if depth <= 8 else b""
    start = 54 + len(palette)
    info = struct.pack("<IiiHHIIiiII", 40, *size, 1, depth, packing, len(pixels), 0, 0, 0, 0)
    return struct.pack("<2sIHHI", b"BM", start + len(pixels), 0, 0, start) + info + palette + pixels


def _broken_bmp() -> dict[str, bytes]:
    return {
        "BMP of 50 megapixels that holds none": bmp((10_000, 5_000), 24, 0, b""),
        "BMP of two thousand million rows": bmp((2**31 - 1, 2**31 - 1), 24, 0, b""),
        "BMP that is upside down without end": bmp((1, -(2**31)), 24, 0, b""),
        "BMP packed in 5 million runs": bmp((8_000, 6_000), 8, 1, b"\1\1" * 4_900_000),
        "BMP packed in a few runs of 50 megapixels": bmp((8_000, 6_250), 8, 1, b"\xff\0" * 196_100),
        "BMP packed in jumps": bmp((8_000, 6_250), 8, 1, b"\0\2\xff\xff" * 2_000_000),
        "BMP of unknown depth": bmp((8, 8), 7, 0, bytes(64)),
        "BMP of unknown packing": bmp((8, 8), 8, 5, bytes(64)),
    }


def _broken_webp() -> dict[str, bytes]:
    frames = [Image.new("L", (8, 8), value) for value in range(256)]
    animated = as_file(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    canvas = animated.index(b"VP8X") + 12
    return {
        "WebP of 256 frames": animated,
        "WebP of 16 million columns": animated[:canvas] + b"\xff" * 6 + animated[canvas + 6 :],
        "WebP of 16 megapixels with frames of 64": animated[:canvas]
        + struct.pack("<I", 3_999)[:3] * 2
        + animated[canvas + 6 :],
        "WebP of 17 megapixels": animated[:canvas]
        + struct.pack("<I", 4_199)[:3] * 2
        + animated[canvas + 6 :],
        "WebP that ends after its header": animated[:30],
    }


def _broken_heif() -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for kind, name in (("HEIF", "HEIC"), ("AVIF", "AVIF")):
        valid = valid_files(kind)[0]
        size = valid.index(b"ispe") + 8
        for width, height in ((7_000, 7_000), (2**31, 2**31), (0, 0)):
            changed = valid[:size] + struct.pack(">II", width, height) + valid[size + 8 :]
            files[f"{name} that says {width} × {height}"] = changed
        files[f"{name} that ends after its type"] = valid[:32]
    return files


# ---- Anything at all

MAGIC = (
    *(b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"\xff\xd8\xff\xda", b"RIFF\xff\0\0\0WEBPVP8 "),
    *(b"RIFF\xff\0\0\0WEBPVP8X", b"BM", b"GIF89a", b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08"),
    *(b"II+\0\x08\0\0\0", b"\0\0\0\x18ftypheic", b"\0\0\0\x18ftypavif", b"P6\n9 9\n255\n"),
)
"""What files of each format begin with."""


def arbitrary_file(seed: int) -> bytes:
    """Random bytes behind the beginning of some format."""
    chance = random.Random(f"arbitrary {seed}")
    return chance.choice(MAGIC) + chance.randbytes(chance.choice((0, 8, 40, 400, 4_000)))


# ---- What must become of each


def outcome(picture: Picture) -> str:
    """What `read_digit` makes of a picture: "answer", "doubt" or the sentence that it says.

    Raises:
        AssertionError: the answer is none, or what is said is not one plain sentence.
        Exception: whatever else it raises than what it promises.
    """
    try:
        reading = read_digit(picture)
    except (PictureError, NoInkError) as error:
        return _checked_sentence(error)
    assert len(reading.top_k) == 3
    _check_reading(reading)
    return "answer" if reading.is_digit else "doubt"


def number_outcome(picture: Picture) -> str:
    """The same of `read_number`."""
    try:
        number = read_number(picture)
    except (PictureError, NoInkError) as error:
        return _checked_sentence(error)
    height, width = number.picture.shape[:2]
    assert 1 <= len(number.digits) <= MOST_DIGITS
    assert 0 <= number.confidence <= 1
    read = "".join(sign for sign in number.text if sign.isdigit())
    assert read == "".join(str(digit.reading.top_k[0][0]) for digit in number.digits)
    for digit in number.digits:
        _check_reading(digit.reading)
        x, y, wide, tall = digit.box
        assert min(x, y) >= -1 and x + wide <= width + 1 and y + tall <= height + 1
    return "answer" if number.is_number else "doubt"


def _checked_sentence(error: Exception) -> str:
    sentence = str(error)
    assert sentence.endswith("."), sentence
    assert not {"/", "\\", "\n", "<"} & set(sentence), sentence
    return sentence


def _check_reading(reading: Reading) -> None:
    assert reading.probabilities.shape == (10,)
    assert np.isfinite(reading.probabilities).all()
    assert abs(float(reading.probabilities.sum()) - 1) < 1e-4
    assert reading.network_input.shape == (28, 28)
    assert reading.network_input.min() >= 0
    assert reading.network_input.max() <= 1
    assert np.isfinite(reading.placement).all()
    assert reading.picture.dtype == np.uint8
    assert reading.picture.ndim == 3
    assert reading.picture.shape[2] == 3
