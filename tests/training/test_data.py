"""Every run learns from the same digits and is judged by the same others."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from digits.common.errors import DataError
from digits.training.data import draw_usually, load_pen_digits, load_training_data
from digits.training.digit_sets import NO_DIGIT
from digits.training.recipe import Recipe
from tests.drawings import DIGITS, draw
from tests.mnist_arrays import mnist_arrays
from tests.synthetic.test_pen_strokes import unipen
from tests.training.test_picture_folder import put_picture

PLAIN = Recipe(drawings=1, scenes=0, non_digits=0)


@pytest.fixture
def mnist_file(tmp_path: Path) -> Path:
    np.savez(tmp_path / "mnist.npz", **mnist_arrays())
    return tmp_path / "mnist.npz"


@pytest.fixture
def pens_file(tmp_path: Path) -> Path:
    """The drawings of the tests as pen strokes, one by each of the 30 writers and 44."""
    text = ""
    for writer in (*range(1, 31), 44):
        label = writer % 10
        strokes = ["".join(f" {x} {500 - y}\n" for x, y in stroke) for stroke in DIGITS[label]]
        text += unipen(str(label), writer, ".PEN_UP\n.PEN_DOWN\n".join(strokes))
    (tmp_path / "pens.tra").write_text(text)
    return tmp_path / "pens.tra"


def test_pen_writers_are_split_and_those_for_reports_are_not_looked_at(pens_file: Path) -> None:
    training, validation = load_pen_digits(pens_file)
    assert [digit.writer for digit in training] == list(range(1, 23))
    assert [digit.writer for digit in validation] == list(range(23, 27))


def test_drawings_look_like_mnist(pens_file: Path) -> None:
    digits = draw_usually(load_pen_digits(pens_file)[1])
    assert digits.labels.tolist() == [writer % 10 for writer in range(23, 27)]
    assert digits.images.dtype == np.uint8
    assert digits.images.shape == (4, 28, 28)
    assert (digits.images.max(axis=(1, 2)) > 200).all()
    assert not digits.images[:, :3].any()


def test_a_file_without_training_writers_is_refused(tmp_path: Path) -> None:
    (tmp_path / "others").write_text(unipen("3", 40))
    with pytest.raises(DataError, match="no digit by the training writers"):
        load_pen_digits(tmp_path / "others")


def test_mnist_alone_trains_and_judges_on_the_fixed_split(mnist_file: Path) -> None:
    data = load_training_data(mnist_file)
    assert len(data.training) == 1_200
    assert len(data.validation) == 5_000
    assert list(data.judges) == ["5,000 MNIST digits"]
    assert data.left_out == ()


def test_the_judges_stay_the_same_whatever_validates(mnist_file: Path) -> None:
    data = load_training_data(mnist_file, recipe=replace(PLAIN, validation_digits=6_000))
    assert len(data.training) == 200
    assert len(data.validation) == 6_000
    assert len(data.judges["5,000 MNIST digits"]) == 5_000


def test_what_judges_is_never_learnt_from_even_if_less_validates(mnist_file: Path) -> None:
    data = load_training_data(mnist_file, recipe=replace(PLAIN, validation_digits=10))
    assert len(data.training) == 1_200
    assert len(data.validation) == 10


def test_pen_strokes_and_own_pictures_train_as_well(
    mnist_file: Path, pens_file: Path, tmp_path: Path
) -> None:
    for digit in (3, 7):
        put_picture(tmp_path / "own" / str(digit) / "a.png", digit)
    (tmp_path / "own" / "7" / "note.txt").write_text("no picture")
    data = load_training_data(mnist_file, pens_file, tmp_path / "own")
    assert len(data.training) == 1_200 + 22 + 2
    assert data.training.labels[-2:].tolist() == [3, 7]
    assert len(data.judges["4 pen digits of four other writers"]) == 4
    assert len(data.validation) == 5_000 + 4
    assert [name for name, _ in data.left_out] == ["7/note.txt"]
    assert "22 drawings of pen digits" in data.description
    assert "2 of one's own pictures" in data.description
    assert data.sha256 != load_training_data(mnist_file).sha256


def test_a_recipe_says_how_many_pictures_are_made(mnist_file: Path, pens_file: Path) -> None:
    recipe = Recipe(drawings=2, scenes=0.05, non_digits=0.025)
    arrays = mnist_arrays()
    arrays["x_train"][:] = draw(DIGITS[4], 28, 3)[:, :, 0] ^ 255
    np.savez(mnist_file, **arrays)
    data = load_training_data(mnist_file, pens_file, recipe=recipe)
    made = data.training[1_200:]
    assert np.count_nonzero(made.labels == NO_DIGIT) == pytest.approx(30, abs=3)
    assert np.count_nonzero(made.labels < NO_DIGIT) == pytest.approx(2 * 22 + 60, abs=3)
    assert "6 imagined photographs" in data.judges
    assert set(data.non_digits.labels) == {NO_DIGIT}
    assert all((digits.labels < NO_DIGIT).all() for digits in data.judges.values())
