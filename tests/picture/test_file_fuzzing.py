"""Whatever the file, it ends in an answer, a doubt, or one plain sentence.

`benchmarks/file_fuzzing.py` does the same with many more files, and measures time and memory.
"""

from __future__ import annotations

import os
import re
import struct
import threading
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image, ImageFile
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Html

from digits.common.errors import PictureError
from digits.picture.bombs import MOST_EXIF_SEGMENTS, MOST_PARTS
from digits.picture.decoding import FORMATS, SUFFIXES, decode_picture
from digits.picture.files import check_file_size, read_picture_file
from digits.picture.sizes import KEPT_PIXELS, MAX_FILE_BYTES, MAX_SIDE, REDUCED_PIXELS
from tests import broken_pictures as broken
from tests.app_page import open_app_page

FILES_PER_FORMAT = 64
BOMBS = [
    "PNG with 800,000 empty chunks",
    "PNG with 600,000 texts",
    "JPEG with 20,000 scans over 50 megapixels",
    "JPEG with 2 million empty segments",
    "JPEG after 10 MB of filling",
    "JPEG after 10 MB of rubbish",
    "JPEG with 10 MB of notes",
    "TIFF with a million resolutions",
    "TIFF with 2 million pieces",
    "TIFF with 2 million strips",
    "BigTIFF of no end of tags",
    "BMP packed in 5 million runs",
    "BMP packed in jumps",
]
quick = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


# ---- Through read_digit


@pytest.mark.parametrize("kind", broken.FORMATS)
def test_every_mutated_file_ends_in_an_answer_a_doubt_or_one_sentence(kind: str) -> None:
    files = [broken.mutated_file(kind, seed) for seed in range(FILES_PER_FORMAT)]
    ends = {broken.outcome(each) for each in files}
    for each in files[::5]:
        assert broken.number_outcome(each)
    assert len(ends) > 1  # else the mutations all break the same thing


@pytest.mark.parametrize("name", broken.corpus())
def test_every_file_that_is_built_to_break_ends_in_an_answer_or_one_sentence(name: str) -> None:
    assert broken.outcome(broken.corpus()[name])
    assert broken.number_outcome(broken.corpus()[name])


@pytest.mark.parametrize("kind", broken.FORMATS)
def test_what_is_mutated_is_answered_when_it_is_whole(kind: str) -> None:
    assert {broken.outcome(each) for each in broken.valid_files(kind)} <= {"answer", "doubt"}


def test_the_same_seed_makes_the_same_file() -> None:
    first, again, other = (broken.mutated_file("PNG", seed) for seed in (3, 3, 4))
    assert first == again != other


@quick
@given(st.sampled_from(broken.MAGIC), st.binary(max_size=600))
def test_any_bytes_behind_any_beginning_end_in_an_answer_or_one_sentence(
    beginning: bytes, rest: bytes
) -> None:
    assert broken.outcome(beginning + rest)


@quick
@given(
    arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40))),
    st.sampled_from(["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF"]),
)
def test_any_pixels_in_any_format_end_in_an_answer_or_one_sentence(
    pixels: np.ndarray, kind: str
) -> None:
    assert broken.outcome(broken.as_file(Image.fromarray(pixels), kind))


@pytest.mark.parametrize("shape", [(1, 1), (1, 60_000), (60_000, 1), (60_000, 300), (2, 3, 4)])
@pytest.mark.parametrize("as_image", [False, True])
def test_any_shape_ends_in_an_answer_or_one_sentence(
    shape: tuple[int, ...], *, as_image: bool
) -> None:
    pixels = np.full(shape, 255, np.uint8)
    pixels[: shape[0] // 2 + 1, : shape[1] // 3 + 1] = 0
    assert broken.outcome(Image.fromarray(pixels) if as_image else pixels)


# ---- Bombs


@pytest.mark.parametrize("name", BOMBS)
def test_a_file_that_would_take_long_is_refused_for_its_parts(name: str) -> None:
    with pytest.raises(PictureError, match="too many parts: save it as PNG"):
        decode_picture(broken.corpus()[name])


def test_a_jpeg_of_many_scans_is_decoded_when_it_is_small() -> None:
    assert decode_picture(broken.many_scans((640, 480), 100)).pixels.shape == (480, 640, 3)


def test_a_photo_with_a_film_behind_it_is_decoded() -> None:
    photo = broken.as_file(Image.new("L", (4_000, 3_000), 255), "JPEG")
    assert decode_picture(photo + b"\xff\xda" * 1_000).pixels.shape == (3_000, 4_000, 3)


def test_a_large_tiff_whose_bytes_look_like_scans_is_decoded() -> None:
    picture = broken.tiff((8_000, 6_000), (273, 4, 1, 200), after=b"\xff\xda" * 25_000_000)
    assert decode_picture(picture).pixels.shape == (3_000, 4_000, 3)


@pytest.mark.parametrize("parts", [MOST_PARTS - 10, MOST_PARTS])
def test_chunks_of_a_png_are_counted(parts: int) -> None:
    picture = broken.png((1, 8), b"\0\xff" * 8, before=[(b"teSt", b"")] * parts)
    assert ("parts" in broken.outcome(picture)) == (parts == MOST_PARTS)


def test_a_jpeg_with_a_few_notes_is_decoded() -> None:
    plain = broken.as_file(Image.new("L", (64, 64), 255), "JPEG")
    notes = b"\xff\xe1\0\x08Exif\0\0" * MOST_EXIF_SEGMENTS
    assert decode_picture(plain[:2] + notes + plain[2:]).pixels.shape == (64, 64, 3)


def test_a_long_side_is_refused() -> None:
    with pytest.raises(PictureError, match=f"{MAX_SIDE} pixels a side"):
        decode_picture(np.zeros((1, MAX_SIDE + 1), np.uint8))
    assert decode_picture(np.zeros((1, MAX_SIDE), np.uint8)).pixels.shape == (1, MAX_SIDE, 3)


@pytest.mark.parametrize("kind", ["WEBP", "AVIF"])
def test_a_format_that_takes_more_memory_has_a_lower_limit(kind: str) -> None:
    picture = broken.as_file(Image.new("L", (4_100, 4_000), 255), kind, quality=0)
    with pytest.raises(PictureError, match="4100 × 4000 pixels, and the limit is 16 megapixels"):
        decode_picture(picture)


def test_a_progressive_jpeg_without_subsampling_has_a_lower_limit() -> None:
    picture = broken.many_scans((8_000, 6_000), 1)
    assert decode_picture(picture).pixels.shape == (3_000, 4_000, 3)  # grey: one channel is held
    full = broken.as_file(Image.new("RGB", (16, 16)), "JPEG", progressive=True, subsampling=0)
    size_at = full.index(b"\xff\xc2") + 5
    large = full[:size_at] + struct.pack(">HH", 6_000, 8_000) + full[size_at + 4 :]
    with pytest.raises(PictureError, match="36 megapixels for this kind of JPEG"):
        decode_picture(large)


# ---- Large pictures


def ramp(width: int, height: int) -> Image.Image:
    """Dark to the left, light to the right, with a black upper edge."""
    pixels = np.tile(np.linspace(60, 250, width).astype(np.uint8), (height, 1))
    pixels[: height // 10] = 0
    return Image.fromarray(pixels)


@pytest.mark.parametrize(
    ("kind", "mode"), [("BMP", "RGB"), ("TIFF", "L"), ("JPEG", "L"), ("array", "RGB")]
)
def test_a_large_picture_comes_out_smaller_and_the_same(kind: str, mode: str) -> None:
    large = ramp(4_400, 3_200).convert(mode)
    picture = np.asarray(large) if kind == "array" else broken.as_file(large, kind)

    pixels = decode_picture(picture).pixels

    assert pixels.shape[0] * pixels.shape[1] == pytest.approx(REDUCED_PIXELS, rel=1e-3)
    expected = np.asarray(
        large.resize(pixels.shape[1::-1], Image.Resampling.HAMMING).convert("RGB")
    )
    assert np.abs(pixels.astype(int) - expected).max() <= 4


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_large_picture_is_turned_upright(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    small, large = (
        broken.as_file(ramp(*size), "PNG", exif=exif) for size in ((44, 32), (4_400, 3_200))
    )

    expected, pixels = decode_picture(small).pixels, decode_picture(large).pixels

    shown = np.asarray(Image.fromarray(pixels).resize(expected.shape[1::-1], Image.Resampling.BOX))
    assert (
        np.abs(shown.astype(int) - expected).max() < 60
    )  # where black ends, by a third of a pixel


def test_a_picture_of_the_most_pixels_that_are_kept_is_kept() -> None:
    height = KEPT_PIXELS // 4_000
    grey = np.random.default_rng(0).integers(0, 256, (height, 4_000), np.uint8)
    assert np.array_equal(decode_picture(grey).pixels[:, :, 0], grey)


def test_a_large_transparent_drawing_is_still_its_transparency() -> None:
    drawing = np.zeros((3_200, 4_400, 4), np.uint8)
    drawing[600:2_600, 2_000:2_400, 3] = 255
    decoded = decode_picture(broken.as_file(Image.fromarray(drawing), "PNG"))
    assert decoded.alpha_ink is not None
    assert decoded.alpha_ink.shape == decoded.pixels.shape[:2]
    assert decoded.alpha_ink.max() == 255


def test_a_large_picture_of_sixteen_bits_keeps_its_greys() -> None:
    values = np.full((3_200, 4_400), 1_023, np.uint16)
    values[:, :2_200] = 512
    pixels = decode_picture(broken.as_file(Image.fromarray(values), "PNG")).pixels
    assert (pixels[5, 5, 0], pixels[5, -5, 0]) == (128, 255)


def test_the_widest_range_of_floating_point_is_scaled() -> None:
    values = np.array([[-3e38, 0, 3e38]], np.float32)
    pixels = decode_picture(broken.as_file(Image.fromarray(values), "TIFF")).pixels
    assert pixels[0, :, 0].tolist() == [0, 128, 255]


# ---- Files that are none


def test_pipes_and_devices_are_refused_without_waiting(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)
    for path in (pipe, Path("/dev/zero")):
        for read in (decode_picture, read_picture_file):
            with pytest.raises(PictureError, match="not a file"):
                read(path)


def test_a_file_of_too_many_bytes_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    with path.open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)  # takes no place on the disk
    for read in (decode_picture, read_picture_file):
        with pytest.raises(PictureError, match="210 MB"):
            read(path)


@pytest.mark.parametrize(
    ("size", "said"), [(10_400_000, "10.4 MB"), (11_000_000, "11 MB"), (1_500_000_000, "1,500 MB")]
)
def test_a_files_size_is_said_in_plain_figures(size: int, said: str) -> None:
    with pytest.raises(PictureError, match=f"This file has {said}, and the limit is 10 MB"):
        check_file_size(size, 10_000_000)


def test_an_endless_stream_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digits.picture.files.MAX_FILE_BYTES", 1_000_000)
    with Path("/dev/zero").open("rb") as stream, pytest.raises(PictureError, match="limit is 1 MB"):
        decode_picture(stream)


# ---- Around Pillow


def test_truncated_pictures_are_not_completed_with_grey() -> None:
    assert not ImageFile.LOAD_TRUNCATED_IMAGES


def test_what_pillow_says_about_damaged_notes_is_not_shown(
    capfd: pytest.CaptureFixture[str],
) -> None:
    exif = b"Exif\0\0II*\0\x08\0\0\0\x09\0" + struct.pack("<HHII", 0x010F, 2, 9_999, 9_999)
    picture = broken.as_file(Image.new("L", (8, 8), 255), "PNG", exif=exif)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", module=r"PIL\.")
        decode_picture(picture)
    assert capfd.readouterr() == ("", "")


def test_threads_read_large_pictures_one_after_the_other() -> None:
    picture = broken.png((4_400, 3_200), bytes(551 * 3_200), depth=1)
    results: list[tuple[int, ...]] = []
    threads = [
        threading.Thread(target=lambda: results.append(decode_picture(picture).pixels.shape))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4
    assert len(set(results)) == 1


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_suffix_offered_is_of_a_format_that_is_read(suffix: str) -> None:
    decode_picture(broken.valid_files("PNG")[0])  # Pillow knows its formats once it has read one
    assert Image.registered_extensions()[f".{suffix}"] in FORMATS


def test_formats_are_told_by_content_and_not_by_name(tmp_path: Path) -> None:
    path = tmp_path / "picture.jpg"
    path.write_bytes(broken.valid_files("PNG")[0])
    assert np.array_equal(decode_picture(path).pixels, decode_picture(path.read_bytes()).pixels)


# ---- Through the page's upload


def page_uploads() -> list[bytes]:
    """A hundred files: the smaller ones of the corpus, and mutations of each format."""
    files = [each for each in broken.corpus().values() if each and len(each) < 2_000_000]
    kinds = broken.FORMATS
    seeds = range(1_000, 1_100 - len(files))
    return [*files, *(broken.mutated_file(kinds[seed % len(kinds)], seed) for seed in seeds)]


def test_every_upload_ends_in_an_answer_a_doubt_or_one_sentence() -> None:
    upload_all(open_app_page(), page_uploads())


def upload_all(page: AppTest, files: list[bytes]) -> None:
    page.session_state["tab"] = "Upload"
    page.toggle[0].set_value(False)  # the heatmap: it is tested elsewhere, and takes long
    for number, content in enumerate(files):
        suffix = SUFFIXES[number % len(SUFFIXES)]
        page.file_uploader(key="upload").upload(f"{number}.{suffix}", content, "image/png").run()
        shown = "".join(part.value for part in page.get("html") if isinstance(part, Html))
        alerts = re.findall(r'role="alert"', shown)
        answers = re.findall(r'<section class="answer', shown)
        assert len(alerts) + len(answers) == 1, (number, shown)
        assert "Something went wrong on our side" not in shown, number
        assert not page.exception, number
