"""Files, members of ZIPs, pages of documents: each picture once, whole, and none at any cost."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from digits.batch.archives import open_archive, unpack
from digits.batch.places import Files, FilesInMemory, Place, list_places
from digits.common.errors import PictureError
from digits.picture.decoding import decode_picture
from tests.drawings import DIGITS, draw


def page(digit: int) -> Image.Image:
    return Image.fromarray(draw(DIGITS[digit], 120, 9))


def document(kind: str, *digits: int) -> bytes:
    file = io.BytesIO()
    first, *others = map(page, digits)
    first.save(file, kind, save_all=True, append_images=others)
    return file.getvalue()


def zipped(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def png(digit: int) -> bytes:
    return document("PNG", digit)


def places_in(path: str, files: Files) -> list[Place]:
    return list(list_places([path], files, files.count_pages))


@pytest.fixture
def several(tmp_path: Path) -> dict[str, bytes]:
    contents = {
        "one.png": png(1),
        "pages.tif": document("TIFF", 1, 2, 3),
        "single.tif": document("TIFF", 4),
        "pages.pdf": document("PDF", 5, 6),
        "all.zip": zipped(
            {"b/7.png": png(7), "a.tif": document("TIFF", 8, 9), "in.zip": b"PK", "n.txt": b"x"}
        ),
    }
    contents = {str(tmp_path / name): content for name, content in contents.items()}
    for name, content in contents.items():
        Path(name).write_bytes(content)
    return contents


def test_every_picture_has_a_place_of_its_own(several: dict[str, bytes], tmp_path: Path) -> None:
    files = Files()
    places = list(list_places(sorted(several), files, files.count_pages))
    assert [(place.name.removeprefix(f"{tmp_path}/"), place.page) for place in places] == [
        ("all.zip/a.tif", 1), ("all.zip/a.tif", 2), ("all.zip/b/7.png", None),
        ("all.zip/in.zip", None), ("one.png", None), ("pages.pdf", 1), ("pages.pdf", 2),
        ("pages.tif", 1), ("pages.tif", 2), ("pages.tif", 3), ("single.tif", None),
    ]  # fmt: skip


def test_a_page_is_that_page(several: dict[str, bytes], tmp_path: Path) -> None:
    files = Files()
    for number, digit in enumerate((1, 2, 3), 1):
        fetched = files.fetch(Place(str(tmp_path / "pages.tif"), page=number))
        assert np.array_equal(decode_picture(fetched).pixels, np.asarray(page(digit)))


def test_a_page_of_a_pdf_is_at_a_scanners_resolution(
    several: dict[str, bytes], tmp_path: Path
) -> None:
    pytest.importorskip("pypdfium2")
    fetched = Files().fetch(Place(str(tmp_path / "pages.pdf"), page=2))
    pixels = decode_picture(fetched).pixels
    # Pillow makes a pixel a point, of which an inch has 72, and 200 dots are to be an inch.
    assert pixels.shape[:2] == (334, 334)
    small = Image.fromarray(pixels).resize((120, 120))
    assert np.abs(np.asarray(small, int) - np.asarray(page(6), int)).mean() < 6


def test_bytes_at_hand_are_read_as_files_are(several: dict[str, bytes]) -> None:
    for path in several:
        here, there = FilesInMemory(several), Files()
        assert places_in(path, here) == places_in(path, there)
        for place in places_in(path, here):
            assert outcome(here, place) == outcome(there, place)


def outcome(files: Files, place: Place) -> object:
    try:
        return decode_picture(files.fetch(place)).pixels.tobytes()
    except PictureError as error:
        return str(error)


def test_a_zip_in_a_zip_is_a_sentence(several: dict[str, bytes], tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="ZIP inside a ZIP"):
        Files().fetch(Place(str(tmp_path / "all.zip"), "in.zip"))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "damaged"),
        (b"no archive", "damaged"),
        (zipped({"a.png": png(1)})[:-30], "damaged"),
        (zipped({}), "holds no picture"),
        (zipped({"__MACOSX/a.png": b"x", ".b.png": b"x"}), "holds no picture"),
        (zipped({"a/__MACOSX/a.png": b"x", "a/@eaDir/b.png": b"x"}), "holds no picture"),
    ],
)
def test_a_zip_without_pictures_is_one_unreadable_picture(
    content: bytes, sentence: str, tmp_path: Path
) -> None:
    path = tmp_path / "bad.zip"
    path.write_bytes(content)
    files = Files()
    assert places_in(str(path), files) == [Place(str(path))]
    with pytest.raises(PictureError, match=sentence):
        files.fetch(Place(str(path)))


def test_no_more_is_unpacked_than_is_allowed() -> None:
    archive = open_archive(io.BytesIO(zipped({"bomb.png": bytes(1_000_000)})))
    with pytest.raises(PictureError, match="1 MB, and the limit is 0 MB"):
        unpack(archive, "bomb.png", 999_999)


def test_a_zip_that_lies_about_a_size_is_not_believed() -> None:
    content = bytearray(zipped({"bomb.png": bytes(1_000_000)}))
    for signature, offset in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        at = content.index(signature) + offset
        content[at : at + 4] = struct.pack("<I", 10)
    archive = open_archive(io.BytesIO(bytes(content)))
    with pytest.raises(PictureError, match="damaged in its ZIP"):
        unpack(archive, "bomb.png", 1000)


def test_a_locked_member_is_a_sentence() -> None:
    content = bytearray(zipped({"a.png": png(1)}))
    content[content.index(b"PK\1\2") + 8] |= 1
    with pytest.raises(PictureError, match="password"):
        unpack(open_archive(io.BytesIO(bytes(content))), "a.png")


@pytest.mark.parametrize("cut", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("kind", ["TIFF", "PDF"])
def test_a_document_cut_short_is_counted_and_read_or_a_sentence(kind: str, cut: float) -> None:
    whole = document(kind, 1, 2, 3)
    path = f"cut.{kind.lower()}"
    files = FilesInMemory({path: whole[: int(cut * len(whole))]})
    places = places_in(path, files)
    assert places
    for place in places:
        assert outcome(files, place)


def test_what_has_vanished_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="no such file"):
        Files().fetch(Place(str(tmp_path / "gone.png")))
