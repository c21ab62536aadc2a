"""A damaged ZIP, however it is packed, is a sentence wherever one is read."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from digits.adaptation.labelled_files import open_zip
from digits.batch.archives import open_archive, unpack
from digits.common.errors import DigitError
from digits.common.zip_reading import DAMAGED_ZIP, is_locked, read_to
from digits.training.collected import CollectedFiles, read_collected
from digits.training.digit_sets import load_mnist

PACKINGS = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
MEMBER = "Greek/character01/0001_01.png"
CONTENT = np.random.default_rng(0).bytes(300)


def packed(packing: int, name: str = MEMBER, content: bytes = CONTENT) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packing) as archive:
        archive.writestr(name, content)
    return file.getvalue()


def torn(packing: int, name: str) -> bytes:
    """A ZIP whose member is overwritten in the middle, and whose list of members is whole."""
    content = bytearray(packed(packing, name))
    middle = 30 + len(name) + 150
    content[middle : middle + 20] = bytes(20)
    return bytes(content)


@pytest.mark.parametrize("packing", PACKINGS)
def test_whatever_is_wrong_is_among_what_is_expected(packing: int) -> None:
    random, whole = np.random.default_rng(packing), packed(packing)
    problems = 0
    for _ in range(200):
        content = bytearray(whole)
        for place in random.integers(len(content), size=random.choice([1, 2, 5])):
            content[place] = random.integers(256)
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                for member in archive.infolist():
                    read_to(archive, member, 1_000)
        except (OSError, *DAMAGED_ZIP):
            problems += 1
    assert problems > 50


def test_no_more_is_unpacked_than_is_allowed_and_one_byte() -> None:
    with zipfile.ZipFile(io.BytesIO(packed(zipfile.ZIP_DEFLATED))) as archive:
        (member,) = archive.infolist()
        assert not is_locked(member)
        assert read_to(archive, member, 300) == CONTENT
        assert read_to(archive, member, 299) == CONTENT
        assert read_to(archive, member, 9) == CONTENT[:10]


def read_many(path: Path) -> None:
    unpack(open_archive(path), "3/anna.png")


def read_corrections(path: Path) -> None:
    with open_zip(path, path.name) as found:
        list(found.files())


def read_alphabets(path: Path) -> None:
    read_collected(CollectedFiles(alphabets=path))


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize(
    ("read", "member"),
    [
        (read_many, "3/anna.png"),
        (read_corrections, "3/anna.png"),
        (read_alphabets, MEMBER),
        (load_mnist, "x_train.npy"),
    ],
)
def test_a_torn_zip_is_a_sentence_wherever_it_is_read(
    read: Callable[[Path], object], member: str, packing: int, tmp_path: Path
) -> None:
    path = tmp_path / "torn.zip"
    path.write_bytes(torn(packing, member))
    with pytest.raises(DigitError, match=r"damaged|no whole|not a whole|cannot be read"):
        read(path)
