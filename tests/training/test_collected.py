"""What was collected is split for good, and what may be a digit teaches no doubt."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from digits.common.errors import DataError
from digits.synthetic.pen_characters import PenCharacter
from digits.training.collected import (
    FEWEST_FEATURES,
    CollectedFiles,
    has_more_than_a_digit,
    may_be_a_digit,
    read_collected,
)
from tests.synthetic.test_bitmaps import bitmap_text
from tests.synthetic.test_pen_characters import json_line

# The SHA-1 of `ann` is a number that ends in 2, that of `cy` in 1, and that of `bob` in 0.
TRAINS, VALIDATES, REPORTS = "ann", "cy", "bob"
CROSS = [[0, 0, 200, 255], [200, 0, 0, 255]]


def put_letters(path: Path, *labels_and_writers: tuple[str, str]) -> Path:
    path.write_text("".join(json_line(label, who, CROSS) for label, who in labels_and_writers))
    return path


def test_letters_are_split_by_writers_and_those_for_reports_are_not_looked_at(
    tmp_path: Path,
) -> None:
    letters = put_letters(
        tmp_path / "l", ("x", TRAINS), ("X", VALIDATES), ("X", REPORTS), ("o", REPORTS)
    )
    read = read_collected(CollectedFiles(letters=[letters]))
    assert [letter.writer for letter in read.training.letters.characters] == [TRAINS]
    assert [letter.writer for letter in read.validation.letters.characters] == [VALIDATES]
    assert read.notes == ()


def test_letters_that_look_like_digits_are_left_out_and_counted(tmp_path: Path) -> None:
    others = [(label, TRAINS) for label in ("o", "S", "/")]
    letters = put_letters(tmp_path / "l.jsonl", ("x", TRAINS), *others)
    read = read_collected(CollectedFiles(letters=[letters]))
    assert [letter.label for letter in read.training.letters.characters] == ["x"]
    assert read.notes == (
        "3 letters of l.jsonl are left out: what may be taken for a digit teaches no doubt.",
    )


@pytest.mark.parametrize(
    ("strokes", "is_bar"),
    [
        ([[0, 0, 5, 255]], True),  # the stem of a K
        ([[0, 255, 130, 0]], True),  # and one that leans
        ([[0, 0, 255, 5]], False),  # a dash
        ([[0, 0, 0, 255], [90, 0, 0, 130, 90, 255]], False),  # a whole K
        (CROSS, False),
    ],
)
def test_a_bar_that_stands_may_be_a_digit_whatever_it_is_called(
    strokes: list[list[int]], is_bar: bool
) -> None:
    lines = tuple(np.array(stroke, np.float64).reshape(-1, 2) for stroke in strokes)
    assert may_be_a_digit(PenCharacter("K", "ann", lines)) is is_bar


def test_letters_must_hold_no_digits_and_something_to_learn_from(tmp_path: Path) -> None:
    for labels, sentence in (
        ([("x", TRAINS), ("7", TRAINS)], "holds digits"),
        ([("o", TRAINS), ("x", VALIDATES)], "holds no letter to learn from"),
        ([], "holds no letter to learn from"),
    ):
        letters = put_letters(tmp_path / "l.jsonl", *labels)
        with pytest.raises(DataError, match=rf"^l\.jsonl {sentence}"):
            read_collected(CollectedFiles(letters=[letters]))


def test_bitmaps_are_split_by_the_names_of_their_files(tmp_path: Path) -> None:
    for name, label in (("a.tra", 1), ("b.tra", 2), ("a.tes", 3), ("a.windep", 4), ("a.txt", 5)):
        (tmp_path / name).write_text(bitmap_text(label))
    files = [tmp_path / name for name in ("a.tra", "a.tes", "b.tra")]
    read = read_collected(CollectedFiles(bitmaps=files))
    assert read.training_bitmaps.labels.tolist() == [1, 2]
    assert read.validation_bitmaps.labels.tolist() == [3]
    for name in ("a.windep", "a.windep.gz", "a.txt"):
        with pytest.raises(DataError, match=f"{name} .* for reports only"):
            read_collected(CollectedFiles(bitmaps=[tmp_path / name]))


def ring() -> NDArray[np.uint8]:
    sheet = np.zeros((28, 28), np.uint8)
    cv2.circle(sheet, (14, 16), 9, 255, 2)
    return sheet


def apple() -> NDArray[np.uint8]:
    """A ring with a stem: a 6 to look at."""
    sheet = ring()
    cv2.line(sheet, (14, 7), (17, 1), 255, 2)
    return sheet


def cat() -> NDArray[np.uint8]:
    """A ring with four whiskers that cross it: a hole, cut in pieces or not, and eight ends."""
    face = ring()
    for y in (14, 19):
        cv2.line(face, (0, y - 2), (9, y), 255, 1)
        cv2.line(face, (18, y), (27, y - 2), 255, 1)
    return face


def test_a_doodle_as_simple_as_a_digit_may_be_one() -> None:
    assert FEWEST_FEATURES == 6  # a ring: 2, with a stem: 3; with whiskers: 2 and at least 4
    doodles = np.stack([ring(), apple(), cat(), np.zeros((28, 28), np.uint8)])
    assert has_more_than_a_digit(doodles).tolist() == [False, False, True, False]


def test_doodles_are_split_by_what_they_are_and_no_others_are_opened(tmp_path: Path) -> None:
    kinds = {"apple": [apple()], "bicycle": [cat()], "cat": [cat(), ring()], "diamond": [cat()]}
    arrays: dict[str, Any] = {name: np.stack(images) for name, images in kinds.items()}
    np.savez(tmp_path / "d.npz", **arrays, eye=np.array(["not even a picture"]))
    read = read_collected(CollectedFiles(doodles=tmp_path / "d.npz"))
    assert len(read.training.doodles) == 2
    assert len(read.validation.doodles) == 1
    assert read.notes == (
        "2 doodles of d.npz are left out: what is as simple as a digit teaches no doubt.",
    )


def test_damaged_doodles_are_named(tmp_path: Path) -> None:
    kinds = ("apple", "bicycle", "cat", "diamond")
    whole: dict[str, Any] = {name: np.stack([cat()]) for name in kinds}
    for arrays, sentence in (
        ({**whole, "cat": np.zeros((1, 27, 28), np.uint8)}, "doodles cat of d.npz must be uint8"),
        ({**whole, "apple": np.zeros((1, 28, 28))}, "doodles apple of d.npz must be uint8"),
        ({"apple": whole["apple"]}, "d.npz lacks one of its kinds"),
        ({name: np.stack([ring()]) for name in kinds}, "no doodle to learn from"),
    ):
        np.savez(tmp_path / "d.npz", **arrays)
        with pytest.raises(DataError, match=sentence):
            read_collected(CollectedFiles(doodles=tmp_path / "d.npz"))
    (tmp_path / "d.npz").write_bytes((tmp_path / "d.npz").read_bytes()[:300])
    with pytest.raises(DataError, match=r"d\.npz is no whole \.npz file"):
        read_collected(CollectedFiles(doodles=tmp_path / "d.npz"))


def png(shade: int = 0, side: int = 105) -> bytes:
    """A black bar on white."""
    picture = np.full((side, side), 255, np.uint8)
    picture[20:80, 50:54] = shade
    file = io.BytesIO()
    Image.fromarray(picture).convert("1").save(file, "PNG")
    return file.getvalue()


def put_zip(path: Path, *names: str, content: bytes | None = None) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(f"images_background_small1/{name}", content or png())
    return path


def test_characters_that_look_like_no_digit_train_and_alphabets_of_reports_do_not(
    tmp_path: Path,
) -> None:
    names = ("Latin/character03/a_01.png", "Latin/character15/a_02.png")
    others = ("Greek/character24/a_03.png", "Bengali/character03/a_04.png", "Latin/readme.txt")
    archive = put_zip(tmp_path / "small1.zip", *names, *others)
    read = read_collected(CollectedFiles(alphabets=archive))
    # A c and an ω; neither the o nor what is not of the first set.
    assert read.training.foreign.shape == (2, 105, 105)
    assert read.training.foreign[0, 50, 52] == 255
    assert read.training.foreign[0, 0, 0] == 0
    assert len(read.validation.foreign) == 0


def test_damaged_alphabets_are_named(tmp_path: Path) -> None:
    name = "Latin/character03/a_01.png"
    archive = put_zip(tmp_path / "a.zip", "Bengali/character03/a_04.png")
    with pytest.raises(DataError, match=r"a\.zip holds no alphabet that trains"):
        read_collected(CollectedFiles(alphabets=archive))
    for content in (b"no picture", png()[:60], png(side=99), b"\0" * 1_000_001):
        put_zip(archive, name, content=content)
        with pytest.raises(DataError, match=r"a\.zip is no whole \.zip file"):
            read_collected(CollectedFiles(alphabets=archive))
    archive.write_bytes(archive.read_bytes()[:-30])
    with pytest.raises(DataError, match=r"a\.zip is no whole \.zip file"):
        read_collected(CollectedFiles(alphabets=archive))
    report = put_zip(tmp_path / "images_background_small2.zip", name)
    with pytest.raises(DataError, match=r"small2\.zip is for reports only"):
        read_collected(CollectedFiles(alphabets=report))


@pytest.mark.parametrize("option", ["letters", "bitmaps", "doodles", "alphabets"])
def test_a_missing_file_is_named_without_its_path(option: str, tmp_path: Path) -> None:
    missing = tmp_path / "none.tra"
    files = [missing] if option in ("letters", "bitmaps") else missing
    with pytest.raises(DataError, match=r"^none\.tra is no file: check the name\.$"):
        read_collected(CollectedFiles(**{option: files}))  # type: ignore[arg-type]
