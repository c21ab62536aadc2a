"""A folder of pictures: everything in it is read or named, and nothing is guessed."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from digit_predictor import load_model, read_digit
from digits.common.errors import DataError
from digits.network.prediction import predict_probabilities
from digits.training.digit_sets import as_network_input
from digits.training.picture_folder import read_picture_folder
from tests.drawings import DIGITS, draw


def put_picture(file: Path, digit: int, pen: int = 20) -> None:
    """A drawing of the digit, in the format that the file's name asks for."""
    file.parent.mkdir(exist_ok=True, parents=True)
    Image.fromarray(draw(DIGITS[digit], pen=pen)).save(file)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two 3s and a 7; files and folders that are to be passed over."""
    put_picture(tmp_path / "digits" / "7" / "ben.jpg", 7)
    put_picture(tmp_path / "digits" / "3" / "b.webp", 3, pen=14)
    put_picture(tmp_path / "digits" / "3" / "a.png", 3)
    (tmp_path / "digits" / "readme.txt").write_text("plain files beside the subfolders")
    (tmp_path / "digits" / ".git").mkdir()
    (tmp_path / "digits" / "3" / ".DS_Store").write_bytes(b"hidden")
    (tmp_path / "digits" / "__MACOSX" / "3").mkdir(parents=True)
    for litter in ("Thumbs.db", "thumbs.DB", "desktop.ini", "._a.png", "ehthumbs.db"):
        (tmp_path / "digits" / "3" / litter).write_bytes(b"left by a system")
    return tmp_path / "digits"


def test_pictures_come_sorted_with_their_folders_as_labels(folder: Path) -> None:
    read = read_picture_folder(folder)
    assert read.files == ("3/a.png", "3/b.webp", "7/ben.jpg")
    assert read.digits.labels.tolist() == [3, 3, 7]
    assert read.unreadable == ()
    assert read.digits.images.shape == (3, 28, 28)
    assert read.digits.images.dtype == np.uint8
    assert read.digits.labels.dtype == np.uint8


def test_a_picture_is_prepared_exactly_as_the_page_prepares_it(folder: Path) -> None:
    images = read_picture_folder(folder).digits.images
    seen = read_digit(folder / "3" / "a.png").network_input
    np.testing.assert_array_equal(images[0], np.rint(seen * 255))


def test_drawings_of_all_ten_digits_are_read_as_what_they_are(tmp_path: Path) -> None:
    for digit in range(10):
        put_picture(tmp_path / str(digit) / "drawing.png", digit)
    digits = read_picture_folder(tmp_path).digits
    probabilities = predict_probabilities(as_network_input(digits.images)[..., 0], load_model())
    assert probabilities.argmax(axis=1).tolist() == digits.labels.tolist() == list(range(10))


def test_what_cannot_be_read_is_listed_with_its_reason(folder: Path) -> None:
    (folder / "3" / "notes.txt").write_text("no picture")
    (folder / "3" / "more").mkdir()
    (folder / "7" / "empty.png").touch()
    Image.new("L", (50, 50), 255).save(folder / "7" / "blank.png")
    read = read_picture_folder(folder)
    reasons = dict(read.unreadable)
    assert list(reasons) == ["3/more", "3/notes.txt", "7/blank.png", "7/empty.png"]
    assert "is not a picture" in reasons["3/notes.txt"]
    assert "is a folder" in reasons["3/more"]
    assert "Nothing is drawn" in reasons["7/blank.png"]
    assert "is empty" in reasons["7/empty.png"]
    assert len(read.digits) == len(read.files) == 3


@pytest.mark.parametrize("name", ["10", "ten", "03", "-1", "３"])
def test_a_folder_named_for_no_digit_is_named(folder: Path, name: str) -> None:
    put_picture(folder / name / "a.png", 3)
    with pytest.raises(DataError, match=f"subfolder {name} .*must be 0 to 9"):
        read_picture_folder(folder)


def test_an_empty_folder_of_a_digit_is_named(folder: Path) -> None:
    (folder / "5").mkdir()
    (folder / "5" / ".hidden").touch()
    with pytest.raises(DataError, match="digit 5 is empty"):
        read_picture_folder(folder)


def test_a_folder_without_subfolders_says_what_to_do(tmp_path: Path) -> None:
    put_picture(tmp_path / "three.png", 3)
    with pytest.raises(DataError, match="has no subfolders"):
        read_picture_folder(tmp_path)


@pytest.mark.parametrize("name", ["none", "three.png", "with\0nought"])
def test_what_is_no_folder_is_named_without_its_path(tmp_path: Path, name: str) -> None:
    put_picture(tmp_path / "three.png", 3)
    with pytest.raises(DataError, match=f"{name} is no folder") as caught:
        read_picture_folder(tmp_path / name)
    assert str(tmp_path) not in str(caught.value)


def test_a_folder_in_which_nothing_can_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "4").mkdir()
    (tmp_path / "4" / "a.png").write_text("no picture")
    (tmp_path / "4" / "b.png").write_text("no picture")
    with pytest.raises(DataError, match="None of the 2 files"):
        read_picture_folder(tmp_path)
