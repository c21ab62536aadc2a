"""What is kept comes back as it was, and a hostile ZIP is refused with a sentence."""

from __future__ import annotations

import csv
import io
import re
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from digits.adaptation import labelled_files
from digits.adaptation.adapting import adapt
from digits.adaptation.kept_corrections import (
    KeptCorrection,
    read_corrections_folder,
    read_corrections_zip,
    write_corrections_folder,
    write_corrections_zip,
)
from digits.adaptation.network_input_files import as_png, network_input_of
from digits.common.errors import DataError, DigitError
from digits.network.loading import load_network
from digits.reading.digit import read_digit
from digits.training.picture_folder import read_picture_folder
from tests.conftest import as_file
from tests.drawings import DIGITS, SCRIBBLE, draw


@pytest.fixture(scope="module")
def corrections() -> list[KeptCorrection]:
    said = [(DIGITS[7], 1), (SCRIBBLE, None), (DIGITS[3], 3)]
    network = load_network()
    return [
        KeptCorrection.now(read_digit(draw(strokes)), digit, network) for strokes, digit in said
    ]


@pytest.fixture(scope="module")
def kept(corrections: list[KeptCorrection]) -> bytes:
    return write_corrections_zip(corrections)


def packed(files: dict[str, bytes], **options: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in files.items():
            written.writestr(name, content, **options)
    return file.getvalue()


def test_what_is_kept_comes_back_in_its_order(
    corrections: list[KeptCorrection], kept: bytes
) -> None:
    found = read_corrections_zip(kept, load_network())
    assert found.unreadable == ()
    assert [each.digit for each in found.corrections] == [1, None, 3]
    for before, after in zip(corrections, found.corrections, strict=True):
        assert (before.date, before.model_sha256) == (after.date, after.model_sha256)
        difference = before.reading.network_input - after.reading.network_input
        assert np.abs(difference).max() <= 0.5 / 255 + 1e-6
        assert before.reading.top_k[0][0] == after.reading.top_k[0][0]


def test_the_hand_comes_back(corrections: list[KeptCorrection], kept: bytes) -> None:
    found = read_corrections_zip(kept, load_network()).corrections
    hands = [adapt([(each.reading, each.digit) for each in some]) for some in (corrections, found)]
    size = np.abs(hands[0].weights).max()
    np.testing.assert_allclose(hands[0].weights, hands[1].weights, atol=0.02 * size)


def test_the_form_is_folders_of_png_and_a_list(kept: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(kept)) as opened:
        names = opened.namelist()
        rows = list(csv.DictReader(io.StringIO(opened.read("corrections.csv").decode())))
    assert [name.split("/")[0] for name in names] == ["1", "none", "3", "corrections.csv"]
    assert all(name.endswith(".png") for name in names[:3])
    assert [row["file"] for row in rows] == names[:3]
    assert [row["digit"] for row in rows] == ["1", "none", "3"]
    assert rows[0]["read_as"] == "7"
    assert rows[1]["doubted"] == "yes"
    assert all(0 <= float(row["confidence"]) <= 1 for row in rows)


def test_a_folder_has_the_same_form_and_is_what_training_reads(
    corrections: list[KeptCorrection], kept: bytes, tmp_path: Path
) -> None:
    write_corrections_folder(corrections, tmp_path / "kept")
    (tmp_path / "kept.zip").write_bytes(kept)
    folder, zipped = (read_picture_folder(tmp_path / name) for name in ("kept", "kept.zip"))
    assert folder.files == zipped.files
    assert folder.digits.labels.tolist() == zipped.digits.labels.tolist() == [1, 3, 10]
    np.testing.assert_array_equal(folder.digits.images, zipped.digits.images)
    np.testing.assert_array_equal(
        zipped.digits.images[1], np.rint(corrections[2].reading.network_input * 255)
    )


@settings(max_examples=30, deadline=None)
@given(st.binary(min_size=28 * 28, max_size=28 * 28))
def test_what_the_network_saw_comes_back_to_the_level(levels: bytes) -> None:
    image = np.frombuffer(levels, np.uint8).reshape(28, 28)
    network_input = (image / np.float32(255)).astype(np.float32)
    np.testing.assert_array_equal(network_input_of(as_png(network_input)), network_input)


def test_any_picture_of_a_digit_may_be_in_it(written_one) -> None:
    content = as_file(written_one)
    found = read_corrections_zip(packed({"1/mine.png": content}), load_network()).corrections
    np.testing.assert_array_equal(found[0].reading.network_input, read_digit(content).network_input)


def test_what_cannot_be_read_is_named_and_the_rest_counts(kept: bytes) -> None:
    blank = as_file(Image.new("L", (50, 50), 255))
    with zipfile.ZipFile(io.BytesIO(kept)) as opened:
        files = {name: opened.read(name) for name in opened.namelist()}
    files |= {"4/blank.png": blank, "5/notes.txt": b"no picture", "__MACOSX/._x": b"", "6/.DS": b""}
    files |= {"desktop.ini": b"of Windows", "3/Thumbs.db": b"of Windows, too"}
    found = read_corrections_zip(packed(files), load_network())
    assert [name for name, _ in found.unreadable] == ["4/blank.png", "5/notes.txt"]
    assert len(found.corrections) == 3


@pytest.mark.parametrize("listed", [b"", b"\0\xff\0", b"file,digit\n", b'a,"b\n' * 3])
def test_without_a_whole_list_names_give_the_order(kept: bytes, listed: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(kept)) as opened:
        files = {name: opened.read(name) for name in opened.namelist()}
    found = read_corrections_zip(packed(files | {"corrections.csv": listed}), load_network())
    assert [each.digit for each in found.corrections] == [1, 3, None]


@pytest.mark.parametrize(
    "date", ["27/07/2026", "../../../../7", "=1+1", "2026-W30-1", "\u0662-7-27"]
)
def test_a_date_that_a_stranger_wrote_names_no_file(kept: bytes, tmp_path: Path, date: str) -> None:
    with zipfile.ZipFile(io.BytesIO(kept)) as opened:
        files = {name: opened.read(name) for name in opened.namelist()}
    files["corrections.csv"] = f"file,date\n{next(iter(files))},{date}\n".encode()
    found = read_corrections_zip(packed(files), load_network()).corrections

    write_corrections_folder(found, tmp_path / "a" / "kept")

    written = [path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) == 4
    for path in written:
        assert re.fullmatch(
            r"a/kept/((1|3|none)/[0-9]{5}-[0-9-]*\.png|corrections\.csv)", str(path)
        )
    assert found[0].date in ("", "2026-07-20T00:00:00")


def locked(content: bytes) -> bytes:
    """The same with the flag of a password on its first file."""
    return content.replace(b"PK\1\2\x14\3\x14\0\0\0", b"PK\1\2\x14\3\x14\0\1\0", 1)


def lying(content: bytes) -> bytes:
    """A small ZIP whose directory says that its first file unpacks to 4 GB."""
    at = content.index(b"PK\1\2") + 24
    return content[:at] + struct.pack("<I", 0xFFFFFFF0) + content[at + 4 :]


ZEROS = bytes(labelled_files.MOST_BYTES_A_FILE + 2)
HOSTILE = {
    "a text": lambda kept: b"this is no ZIP",
    "nothing": lambda kept: b"",
    "half a ZIP": lambda kept: kept[: len(kept) // 2],
    "a way out": lambda kept: packed({"../../etc/cron.d/x.png": b"x"}),
    "an absolute path": lambda kept: packed({"/tmp/1/x.png": b"x"}),
    "a drive": lambda kept: packed({"1/C:x.png": b"x"}),
    "a backslash": lambda kept: packed({"1\\x.png": b"x"}),
    "other folders": lambda kept: packed({"cats/x.png": b"x"}),
    "folders in folders": lambda kept: packed({"1/2/x.png": b"x"}),
    "a plain file": lambda kept: packed({"readme.txt": b"x"}),
    "no picture at all": lambda kept: packed({"corrections.csv": b"file\n"}),
    "a bomb": lambda kept: packed({"1/x.png": ZEROS}),
    "a password": locked,
    "a lie": lying,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_zip_of_corrections_is_one_sentence(name: str, kept: bytes) -> None:
    with pytest.raises(DataError) as error:
        read_corrections_zip(HOSTILE[name](kept), load_network())
    assert str(error.value).endswith(".")
    assert "\n" not in str(error.value)


def test_a_file_that_is_damaged_inside_is_one_sentence(kept: bytes) -> None:
    at = kept.index(b"IDAT")
    damaged = kept[: at + 8] + bytes(20) + kept[at + 28 :]
    with pytest.raises(DataError, match="damaged"):
        read_corrections_zip(damaged, load_network())


def test_too_many_are_refused(monkeypatch: pytest.MonkeyPatch, kept: bytes) -> None:
    monkeypatch.setattr("digits.adaptation.kept_corrections.MOST", 2)
    with pytest.raises(DataError, match="more than 2 pictures"):
        read_corrections_zip(kept, load_network())


def test_what_is_taken_back_leaves_no_empty_folder_that_training_would_refuse(
    corrections: list[KeptCorrection], tmp_path: Path
) -> None:
    write_corrections_folder(corrections, tmp_path)
    (tmp_path / "none" / "mine.txt").write_text("not ours")

    write_corrections_folder(corrections[2:], tmp_path)

    files = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*"))
    date = corrections[2].date[:10]
    assert files == ["3", f"3/00001-{date}.png", "corrections.csv", "none", "none/mine.txt"]
    assert read_picture_folder(tmp_path).digits.labels.tolist() == [3]


def test_what_cannot_be_read_stays_as_it_is(
    corrections: list[KeptCorrection], tmp_path: Path
) -> None:
    alike = [corrections[2]] * 3
    write_corrections_folder(alike, tmp_path)
    damaged = min((tmp_path / "3").iterdir())
    damaged.write_bytes(b"half a pict")

    for left in (2, 1, 0):
        found = read_corrections_folder(tmp_path, load_network())
        assert len(found.corrections) == min(2, left + 1)
        spared = [name for name, _ in found.unreadable]
        assert spared == [f"3/{damaged.name}"]
        write_corrections_folder(found.corrections[:left], tmp_path, spared)
        assert damaged.read_bytes() == b"half a pict"
        assert len(list((tmp_path / "3").iterdir())) == left + 1


def test_a_folder_that_cannot_be_written_is_one_sentence(
    corrections: list[KeptCorrection], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DigitError, match="could not be kept"):
        write_corrections_folder(corrections, tmp_path / "file")
