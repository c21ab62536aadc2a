"""Made pictures are the same wherever and whenever they are made, and are kept once made."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from digits.synthetic.pen_strokes import PenDigit
from digits.training import pictures
from digits.training.digit_sets import NO_DIGIT, DigitSet
from digits.training.pictures import PictureMaker, _sources
from tests.browser import ROOT
from tests.drawings import DIGITS, draw


@pytest.fixture(scope="module")
def mnist() -> DigitSet:
    images = [255 - draw(DIGITS[digit], 28, 3)[:, :, 0] for digit in range(10)]
    return DigitSet(np.array(images), np.arange(10, dtype=np.uint8))


PENS = [
    PenDigit(label, 1, tuple(np.array(stroke, np.float64) for stroke in strokes))
    for label, strokes in DIGITS.items()
]


def test_every_drawing_is_labelled_with_its_digit(mnist: DigitSet) -> None:
    drawings = PictureMaker(mnist, PENS).drawings(2)
    assert drawings.labels.tolist() == 2 * list(range(10))
    assert drawings.images.shape == (20, 28, 28)
    assert (drawings.images[:10] != drawings.images[10:]).any(axis=(1, 2)).all()


def test_the_first_of_many_scenes_are_the_same_as_of_few(mnist: DigitSet) -> None:
    few, many = PictureMaker(mnist, PENS).scenes(8), PictureMaker(mnist, PENS).scenes(12)
    assert np.array_equal(few.images, many.images[: len(few)])
    assert (few.labels < NO_DIGIT).all()


def test_another_seed_gives_other_pictures(mnist: DigitSet) -> None:
    first, second = (PictureMaker(mnist, PENS, seed).non_digits(8) for seed in (0, 1))
    assert first.sha256 != second.sha256
    assert set(first.labels) == {NO_DIGIT}


def test_scenes_need_no_pen_strokes(mnist: DigitSet) -> None:
    assert len(PictureMaker(mnist, []).scenes(6)) >= 5


def test_what_was_made_is_kept(
    mnist: DigitSet, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = PictureMaker(mnist, PENS, cache=tmp_path / "kept").scenes(4)
    assert "Making 4 scenes" in capsys.readouterr().out
    again = PictureMaker(mnist, PENS, cache=tmp_path / "kept").scenes(4)
    assert again.sha256 == made.sha256
    assert not capsys.readouterr().out


def test_a_damaged_file_is_made_anew(mnist: DigitSet, tmp_path: Path) -> None:
    made = PictureMaker(mnist, PENS, cache=tmp_path).drawings(1)
    (kept,) = tmp_path.glob("*.npz")
    kept.write_bytes(kept.read_bytes()[:100])
    assert PictureMaker(mnist, PENS, cache=tmp_path).drawings(1).sha256 == made.sha256


def test_blank_digits_make_no_scene(mnist: DigitSet) -> None:
    blank = DigitSet(np.zeros_like(mnist.images), mnist.labels)
    assert len(PictureMaker(blank, []).scenes(4)) == 0


def test_kept_pictures_are_known_by_all_the_code_that_made_them() -> None:
    code = (
        "import sys, digits.training.pictures\n"
        "for name in sys.modules:\n"
        "    if name.startswith(('digits.picture.', 'digits.synthetic.')): print(name)\n"
    )
    used = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()

    assert "digits.synthetic.doodles" in used
    assert "digits.picture.photo_ink" in used
    known = {".".join(file.relative_to(ROOT).with_suffix("").parts) for file in _sources()}
    assert set(used) <= known


def test_a_change_of_that_code_is_another_key(
    mnist: DigitSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker = PictureMaker(mnist, PENS)
    before = maker._key("scenes", 3)
    changed = tmp_path / "changed.py"
    changed.write_text("INK = 1")
    monkeypatch.setattr(pictures, "_sources", lambda: [changed])

    assert len({before, maker._key("scenes", 3), maker._key("drawings", 3)}) == 3
