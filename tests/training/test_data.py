"""Every run learns from the same digits and is judged by the same others."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from digits.common.errors import DataError
from digits.training.collected import CollectedFiles
from digits.training.data import (
    describe_left_out,
    draw_usually,
    load_pen_digits,
    load_training_data,
    read_pen_files,
)
from digits.training.digit_sets import NO_DIGIT
from digits.training.mislabelled import MISLABELLED
from digits.training.recipe import Recipe
from tests.drawings import DIGITS, draw
from tests.mnist_arrays import mnist_arrays
from tests.synthetic.test_bitmaps import bitmap_text
from tests.synthetic.test_pen_characters import json_line
from tests.synthetic.test_pen_strokes import unipen
from tests.training.test_collected import REPORTS, TRAINS, VALIDATES, cat, png, put_letters, put_zip
from tests.training.test_picture_folder import put_picture

PLAIN = Recipe(drawings=1, scenes=0, ways=0, non_digits=0)


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


@pytest.fixture
def named_pens_file(tmp_path: Path) -> Path:
    """Four 7s of a writer who trains, two of one who validates, one of one who is for reports."""
    whole, dot = json_line("7", TRAINS), json_line("7", TRAINS, [[4, 4], [9, 9, 9, 9]])
    others = 2 * json_line("7", VALIDATES) + json_line("7", REPORTS)
    none = json_line("7", REPORTS, [[5, 5]])
    (tmp_path / "d.jsonl").write_text(4 * whole + dot + others + none)
    return tmp_path / "d.jsonl"


def test_writers_of_several_files_are_split_each_in_its_own_way(
    pens_file: Path, named_pens_file: Path
) -> None:
    pens = read_pen_files([pens_file, named_pens_file])
    assert [digit.writer for digit in pens.training] == [*range(1, 23), *[TRAINS] * 4]
    assert [digit.writer for digit in pens.validation] == [*range(23, 27), *[VALIDATES] * 2]


def test_strokes_of_no_length_are_left_out_and_counted_but_for_those_of_reports(
    tmp_path: Path, named_pens_file: Path
) -> None:
    assert read_pen_files([named_pens_file]).notes == (
        "1 pen digit of d.jsonl is left out: strokes of no length.",
    )
    points = "".join(unipen("1", writer, " 7 7\n") for writer in (1, 22, 26, 30))
    (tmp_path / "pens").write_text(unipen() + points)
    assert read_pen_files([tmp_path / "pens"]).notes == (
        "3 pen digits of pens are left out: strokes of no length.",
    )


def test_what_is_listed_as_mislabelled_is_left_out_where_label_and_place_agree(
    tmp_path: Path,
) -> None:
    """The 77th digit of UNIPEN's file is a 2 called 1."""
    assert MISLABELLED[76] == (1, "a 2")
    for label, expected in (("1", 79), ("2", 80)):
        lines = [json_line("7", TRAINS)] * 76 + [json_line(label, TRAINS)]
        (tmp_path / "d.jsonl").write_text("".join([*lines, *[json_line("3", TRAINS)] * 3]))
        pens = read_pen_files([tmp_path / "d.jsonl"])
        assert len(pens.training) == expected
    assert pens.notes == ()


def test_digits_that_validate_are_judged_as_they_are(tmp_path: Path) -> None:
    lines = [json_line("7", TRAINS)] * 76 + [json_line("1", VALIDATES)]
    (tmp_path / "d.jsonl").write_text("".join(lines))
    assert len(read_pen_files([tmp_path / "d.jsonl"]).validation) == 1


def test_a_file_of_names_without_training_writers_is_refused(tmp_path: Path) -> None:
    (tmp_path / "d.jsonl").write_text(json_line("7", VALIDATES))
    with pytest.raises(DataError, match=r"d\.jsonl holds no digit by the training writers"):
        read_pen_files([tmp_path / "d.jsonl"])


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
    recipe = Recipe(drawings=2, scenes=0.05, ways=0, non_digits=0.025)
    arrays = mnist_arrays()
    arrays["x_train"][:] = draw(DIGITS[4], 28, 3)[:, :, 0] ^ 255
    np.savez(mnist_file, **arrays)
    data = load_training_data(mnist_file, pens_file, recipe=recipe)
    made = data.training[1_200:]
    assert np.count_nonzero(made.labels == NO_DIGIT) == pytest.approx(30, abs=3)
    assert np.count_nonzero(made.labels < NO_DIGIT) == pytest.approx(2 * 22 + 60, abs=3)
    assert "6 imagined photographs" in data.judges
    assert set(data.collected_judges) == set(data.judges) - {"6 imagined photographs"}
    assert set(data.non_digits.labels) == {NO_DIGIT}
    assert all((digits.labels < NO_DIGIT).all() for digits in data.judges.values())


def collected_in(folder: Path) -> CollectedFiles:
    """A letter and a bitmap for each split, two kinds of doodles, a letter of another alphabet."""
    (folder / "o.tra").write_text(bitmap_text(1))
    (folder / "o.tes").write_text(2 * bitmap_text(1))
    doodles = {name: np.stack([cat()]) for name in ("apple", "bicycle", "cat", "diamond")}
    np.savez(folder / "doodles.npz", **doodles)  # type: ignore[arg-type]
    letters = ("x", TRAINS), ("x", VALIDATES), ("o", TRAINS)
    return CollectedFiles(
        letters=[put_letters(folder / "l.jsonl", *letters)],
        bitmaps=[folder / "o.tra", folder / "o.tes"],
        doodles=folder / "doodles.npz",
        alphabets=put_zip(folder / "small1.zip", "Latin/character03/a_01.png", content=png()),
    )


def test_everything_collected_trains_and_judges(
    mnist_file: Path, pens_file: Path, named_pens_file: Path, tmp_path: Path
) -> None:
    arrays = mnist_arrays()
    arrays["x_train"][:] = draw(DIGITS[4], 28, 3)[:, :, 0] ^ 255
    np.savez(mnist_file, **arrays)
    recipe = Recipe(drawings=3, scenes=0, ways=0, non_digits=0.05)
    files = collected_in(tmp_path)
    data = load_training_data(
        mnist_file, [pens_file, named_pens_file], recipe=recipe, collected_files=files
    )
    assert "78 drawings of pen digits by writers 1 to 22 and 1 writers of UNIPEN" in (
        data.description
    )
    assert "3 enlargements of optdigits bitmaps" in data.description
    assert "(also of 1 letters by 1 writers, 3 doodles, 1 letters of other alphabets)" in (
        data.description
    )
    assert {name: len(digits) for name, digits in data.judges.items()} == {
        "5,000 MNIST digits": 5_000,
        "4 pen digits of four other writers": 4,
        "2 UNIPEN digits of 1 validation writers": 2,
        "2 optdigits tes bitmaps": 2,
    }
    assert data.judges["2 optdigits tes bitmaps"].labels.tolist() == [1, 1]
    assert len(data.validation) == 5_000 + 4 + 2
    assert len(data.non_digits) == pytest.approx(6, abs=1)
    assert describe_left_out(data) == [
        "1 pen digit of d.jsonl is left out: strokes of no length.",
        "1 letter of l.jsonl is left out: what may be taken for a digit teaches no doubt.",
    ]
    without = load_training_data(mnist_file, [pens_file, named_pens_file], recipe=recipe)
    assert data.sha256 != without.sha256
    assert set(without.judges) == set(data.judges) - {"2 optdigits tes bitmaps"}


def test_what_only_judges_is_in_the_hash_too(mnist_file: Path, tmp_path: Path) -> None:
    (tmp_path / "o.tes").write_text(bitmap_text(1))
    data = load_training_data(
        mnist_file, collected_files=CollectedFiles(bitmaps=[tmp_path / "o.tes"])
    )
    assert len(data.training) == 1_200
    assert data.sha256 != load_training_data(mnist_file).sha256
