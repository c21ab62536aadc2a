"""Made pictures are the same wherever and whenever they are made, and are kept once made."""

import contextlib
import itertools
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digits.common.errors import DigitError
from digits.synthetic.bitmaps import Bitmaps
from digits.synthetic.pen_characters import PenCharacter
from digits.synthetic.pen_strokes import PenDigit
from digits.synthetic.sources import CollectedThings
from digits.synthetic.writers import ByWriter
from digits.training import kept_parts, picture_workers, pictures
from digits.training.digit_sets import NO_DIGIT, DigitSet
from digits.training.picture_workers import sources_of_pictures
from digits.training.pictures import PictureMaker
from tests.browser import ROOT
from tests.drawings import DIGITS, draw

PATIENCE_S = 60.0


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


def test_every_writer_is_drawn_about_equally_often(mnist: DigitSet) -> None:
    strokes = PENS[1].strokes
    # One 1, eight 2s and twenty 3s, each label by a writer of its own.
    pens = [PenDigit(who, who, strokes) for who, n in ((1, 1), (2, 8), (3, 20)) for _ in range(n)]
    drawings = PictureMaker(mnist, pens).drawings(2)
    # Of 58 drawings 12 of the only 1, at most, and half of the rest for each of the others.
    assert Counter(drawings.labels.tolist()) == {1: 12, 2: 23, 3: 23}


def test_scenes_choose_the_writer_first(mnist: DigitSet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "compose_scene", lambda ink, random: np.eye(50, dtype=np.uint8))
    monkeypatch.setattr(pictures, "prepare_image", lambda drawing: drawing[:28, :28])
    blank = DigitSet(np.zeros_like(mnist.images), mnist.labels)
    strokes = PENS[1].strokes
    pens = [PenDigit(who, who, strokes) for who, n in ((1, 10), (2, 90)) for _ in range(n)]
    labels = PictureMaker(blank, pens).scenes(600).labels.tolist()
    assert len(labels) == 300
    assert labels.count(1) == pytest.approx(150, abs=35)


def test_bitmaps_are_enlarged_in_other_ways_each_time(mnist: DigitSet) -> None:
    images = np.stack([cv2.resize(image, (32, 32)) for image in mnist.images])
    made = PictureMaker(mnist, [], bitmaps=Bitmaps(images, mnist.labels)).enlarged_bitmaps(2)
    assert made.labels.tolist() == 2 * list(range(10))
    assert (made.images[:10] != made.images[10:]).any(axis=(1, 2)).all()
    overlap = [
        np.corrcoef(a.ravel(), b.ravel())[0, 1]
        for a, b in zip(made.images, mnist.images, strict=False)
    ]
    assert np.mean(overlap) > 0.3


coordinates = st.integers(0, 255) | st.floats(-1e5, 1e5) | st.just(7)
strokes_of_any_kind = st.lists(
    st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=4), min_size=1, max_size=3
)


@settings(max_examples=25, deadline=None)
@given(drawn=strokes_of_any_kind, number=st.integers(0, 10_000))
def test_no_single_picture_ends_a_run(drawn: list[Any], number: int) -> None:
    strokes = tuple(np.array(stroke, np.float64) for stroke in drawn)
    blank, full = np.zeros((28, 28), np.uint8), np.full((28, 28), 255, np.uint8)
    images = np.stack([blank, full])
    labels = np.array([0, 1], np.uint8)
    things = CollectedThings(
        ByWriter([PenCharacter("x", "ann", strokes)]), images, np.zeros((1, 105, 105), np.uint8)
    )
    maker = PictureMaker(
        DigitSet(images, labels),
        [PenDigit(3, 1, strokes)],
        bitmaps=Bitmaps(np.stack([np.zeros((32, 32), np.uint8)]), labels[:1]),
        collected=things,
    )
    for kind in ("drawings", "scenes", "non_digits", "bitmaps"):
        made = maker.make(kind, number)
        assert made is None or made[0].shape == (28, 28)
    assert maker.make("bitmaps", number) is None


def test_a_picture_that_goes_wrong_in_opencv_is_left_out_and_said(
    mnist: DigitSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    numbers = itertools.count()

    def compose(ink: Any, random: Any) -> Any:
        if next(numbers) == 2:
            raise cv2.error("too thick")
        return draw(DIGITS[3], 60, 5)

    monkeypatch.setattr(pictures, "compose_scene", compose)
    assert len(PictureMaker(mnist, PENS, cache=tmp_path).scenes(6)) == 5
    assert "1 left out, for nothing can be seen there." in capsys.readouterr().out


def test_interrupted_it_goes_on_with_the_parts_that_were_made(
    mnist: DigitSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_parts, "PART", 4)
    whole = PictureMaker(mnist, PENS).drawings(1)
    really_make = PictureMaker.make
    made: list[int] = []

    def make(maker: PictureMaker, kind: str, number: int) -> Any:
        if number == 9 and not made.count(9):
            made.append(9)
            raise KeyboardInterrupt
        made.append(number)
        return really_make(maker, kind, number)

    monkeypatch.setattr(PictureMaker, "make", make)
    with pytest.raises(KeyboardInterrupt):
        PictureMaker(mnist, PENS, cache=tmp_path).drawings(1)
    assert len(list(tmp_path.iterdir())) == 2
    again = PictureMaker(mnist, PENS, cache=tmp_path).drawings(1)
    assert made == [*range(9), 9, 8, 9]
    assert again.sha256 == whole.sha256
    (kept,) = tmp_path.iterdir()  # the parts are gone
    assert kept.name.startswith("drawings-")


def test_processes_make_what_one_alone_does(mnist: DigitSet, monkeypatch) -> None:
    alone = PictureMaker(mnist, PENS).drawings(1)
    monkeypatch.setattr(picture_workers, "WORTH_PROCESSES", 5)
    monkeypatch.setattr(picture_workers, "_CHUNK", 3)
    monkeypatch.setattr(kept_parts, "PART", 4)
    assert PictureMaker(mnist, PENS).drawings(1).sha256 == alone.sha256


class DeadlyMaker:
    """Ends its process over one of its pictures."""

    def make(self, kind: str, number: int) -> int:
        if number == 4:
            os._exit(1)
        return number


def test_a_process_that_dies_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_workers, "WORTH_PROCESSES", 5)
    monkeypatch.setattr(picture_workers, "_CHUNK", 3)
    made = picture_workers.make_each(DeadlyMaker(), "numbers", range(6))
    with pytest.raises(DigitError, match="ended in the middle"):
        list(made)


class PidMaker:
    """Tells its process's number, and then waits for longer than anybody does."""

    def make(self, kind: str, number: int) -> int:
        if number:
            time.sleep(10 * PATIENCE_S)
        return os.getpid()


def have_pictures_made() -> None:
    """In a process that will be killed: say which other process works for it."""
    picture_workers.WORTH_PROCESSES, picture_workers._CHUNK = 2, 1
    for pid in picture_workers.make_each(PidMaker(), "numbers", range(2)):
        print(pid, flush=True)


def test_workers_of_a_killed_trainer_end() -> None:
    code = "from tests.training import test_pictures as t; t.have_pictures_made()"
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        parent.kill()
        try:
            parent.communicate(timeout=PATIENCE_S)  # until nobody is left who could print
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)


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
    known = {
        ".".join(file.relative_to(ROOT).with_suffix("").parts) for file in sources_of_pictures()
    }
    assert set(used) <= known


def test_a_change_of_that_code_is_another_key(
    mnist: DigitSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker = PictureMaker(mnist, PENS)
    before = maker._key("scenes", 3)
    changed = tmp_path / "changed.py"
    changed.write_text("INK = 1")
    monkeypatch.setattr(pictures, "sources_of_pictures", lambda: [changed])

    assert len({before, maker._key("scenes", 3), maker._key("drawings", 3)}) == 3


def test_only_what_is_made_of_collected_things_is_made_anew_for_others(mnist: DigitSet) -> None:
    things = CollectedThings(doodles=mnist.images)
    plain, with_things = PictureMaker(mnist, PENS), PictureMaker(mnist, PENS, collected=things)
    assert plain._key("scenes", 3) == with_things._key("scenes", 3)
    assert plain._key("non_digits", 3) != with_things._key("non_digits", 3)
    other_writer = PictureMaker(mnist, [PenDigit(3, "ann", PENS[3].strokes)])
    same_strokes = PictureMaker(mnist, [PenDigit(3, "bob", PENS[3].strokes)])
    assert other_writer._key("drawings", 3) != same_strokes._key("drawings", 3)
