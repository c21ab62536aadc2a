"""What judges whole numbers: its pictures repeat, and what they say of themselves is true."""

from __future__ import annotations

import gzip
import json
import re
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

import digit_predictor
from benchmarks import number_readers, whole_numbers
from benchmarks.not_numbers import NO_NUMBER_KINDS, WORDS, draw_no_number
from benchmarks.number_hands import DIGITS as SIGNS
from benchmarks.number_hands import (
    Hand,
    Hands,
    drawn_letters,
    hands_of,
    lean_of,
    load_hands,
    looks_whole,
    thickness_of,
)
from benchmarks.number_layouts import (
    CLEAR_GAP,
    MARKS,
    Joint,
    PlacedSign,
    Style,
    Table,
    Writing,
    climb,
    draw_mark,
    in_parts,
    ink_contact,
    lean_over,
    text_of,
    write_in_boxes,
    write_row,
    write_rows,
    write_table,
)
from benchmarks.number_papers import plain
from benchmarks.number_pictures import (
    CROP_HEIGHT,
    LENGTHS,
    NUMBER_KINDS,
    as_crop,
    box_of_ink,
    length_class,
    on_canvas,
    photo_on,
    simulate_number,
)
from benchmarks.number_readers import NumberAnswer, answer_of_texts
from benchmarks.number_rows import NO_NUMBER, WITH_MARKS, all_number_groups
from benchmarks.other_collections import Written
from benchmarks.photo_simulation import Random
from benchmarks.ways_of_writing import Original
from benchmarks.whole_numbers import NumberReadings, count_added, main
from digits.training.digit_sets import DigitSet
from tests.benchmarks.test_other_collections import writer_of
from tests.drawings import DIGITS, draw
from tests.mnist_arrays import mnist_arrays

IMAGES = np.stack(
    [255 - draw(DIGITS[d], size=28, pen=2, ink=(0,), paper=(255,))[..., 0] for d in range(10)]
)
SPACED = Joint("apart", 0.2, 0.4)
TOUCHING = Joint("touching", 0.0, 0.02)
LONG = "2067893450"


def strokes_of(digit: int) -> tuple[np.ndarray, ...]:
    return tuple(np.array(stroke, float) for stroke in DIGITS[digit])


def hand() -> Hand:
    return Hand("a", {str(d): [Original(d, strokes_of(d))] for d in range(10)})


def hands(first: int = 0) -> Hands:
    mnist = DigitSet(IMAGES, np.arange(10, dtype=np.uint8))
    return Hands({"pens": [hand()]}, mnist, [], first)


def random_of(seed: int = 0) -> Random:
    return np.random.default_rng(seed)


def style(joint: Joint = SPACED, height: float = 90) -> Style:
    return Style(height, 0.05, joint)


def parts(writing: Writing) -> int:
    """How many pieces of ink there are."""
    _, _, right, bottom = shifted(writing).extent
    ink = shifted(writing).coverage((bottom + 2, right + 2)) > 0.35
    return cv2.connectedComponents(ink.astype(np.uint8), connectivity=8)[0] - 1


def shifted(writing: Writing) -> Writing:
    left, top, _, _ = writing.extent
    return writing.moved(2 - left, 2 - top)


# --- Every kind ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", NUMBER_KINDS)
class TestEveryKind:
    def test_a_picture_depends_on_its_kind_and_number_alone(self, kind):
        once, again = (simulate_number(kind, hands(), 4) for _ in range(2))
        assert once.pixels.dtype == np.uint8
        assert once.pixels.ndim == 3
        assert np.array_equal(once.pixels, again.pixels)
        assert (once.text, once.written, once.digits) == (again.text, again.written, again.digits)
        other = simulate_number(kind, hands(), 4 + len(NUMBER_KINDS[kind].lengths))
        assert (other.written, other.digits) != (once.written, once.digits)

    @pytest.mark.parametrize("number", range(3))
    def test_its_truth_agrees_with_itself(self, kind, number):
        """As many digits as its length says, named in order, in rows from the top, on the page."""
        picture = simulate_number(kind, hands(), number)
        digits = [sign for sign in picture.text if sign.isdigit()]
        assert [digit.sign for digit in picture.digits] == digits
        assert len(digits) in length_class(kind, number) or kind in ("dates", "times")
        assert picture.text == text_of(picture.written)
        rows = [len(row.replace(" ", "")) for row in picture.text.split("\n")]
        expected = [row for row, length in enumerate(rows) for _ in range(length)]
        assert [digit.row for digit in picture.digits] == expected
        height, width = picture.pixels.shape[:2]
        for digit in picture.digits:
            x, y, w, h = digit.box
            assert min(x, y) > -3
            assert x + w < width + 3
            assert y + h < height + 3

    def test_digits_of_a_row_stand_from_left_to_right(self, kind):
        picture = simulate_number(kind, hands(), 2)
        for one, other in pairwise(picture.digits):
            if one.row == other.row:
                assert one.box[0] < other.box[0]

    def test_the_report_has_other_numbers_than_development(self, kind):
        written = [
            [simulate_number(kind, hands(first), number).written for number in range(3)]
            for first in (0, 1_000_000)
        ]
        assert written[0] != written[1]


def test_a_third_has_each_length():
    assert [length_class("plain", number) for number in range(6)] == [*LENGTHS, *LENGTHS]
    assert [list(length)[-1] for length in LENGTHS] == [3, 6, 12]


@pytest.mark.parametrize(
    ("kind", "pattern"),
    [
        ("rows", r"\d+(\n\d+){1,3}"),
        ("column", r"\d{1,3}(\n\d{1,3})+"),
        ("grid", r"\d{1,4}( \d{1,4})+(\n\d{1,4}( \d{1,4})+)*"),
        ("boxes", r"\d{2,12}"),
        ("decimals", r"\d+[.,]\d{1,2}"),
        ("thousands", r"\d{1,3}([.,]\d{3})+"),
        ("dash_before", r"-\d+"),
        ("dash_after", r"\d+-"),
        ("amount_dash", r"\d+\.-"),
        ("dates", r"\d{1,2}([/.-])\d{1,2}(\1(\d\d){1,2})?"),
        ("times", r"\d{1,2}:\d{1,2}(:\d\d)?(-\d\d:\d\d)?"),
        ("currencies", r"[€$£]\d+(\.\d\d)?|\d+(\.\d\d)?[€$£]"),
    ],
)
def test_what_is_written_has_the_form_of_its_kind(kind, pattern):
    written = [simulate_number(kind, hands(), number).written for number in range(9)]
    assert [each for each in written if not re.fullmatch(pattern, each)] == []


# --- Layouts ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("12.50", "1250"),
        ("-5", "5"),
        ("22/05", "2205"),
        ("1,000.-", "1000"),
        ("€12 7\n8:30", "12 7\n830"),
    ],
)
def test_text_is_what_is_written_without_marks(written, text):
    assert text_of(written) == text


class TestRows:
    @pytest.mark.parametrize("seed", range(5))
    def test_spaced_digits_are_at_least_as_many_parts_as_digits(self, seed):
        writing = write_rows(LONG, hand(), style(SPACED), random_of(seed))
        assert parts(writing) >= len(LONG)

    @pytest.mark.parametrize("seed", range(5))
    def test_tight_digits_do_not_touch(self, seed):
        writing = write_rows(LONG, hand(), style(Joint("tight", 0.02, 0.05)), random_of(seed))
        assert parts(writing) >= len(LONG)

    @pytest.mark.parametrize("seed", range(5))
    def test_touching_digits_are_fewer_parts_than_digits(self, seed):
        writing = write_rows(LONG, hand(), style(TOUCHING), random_of(seed))
        assert parts(writing) < len(LONG) / 2

    @pytest.mark.parametrize("seed", range(5))
    def test_two_digits_touch_even_where_few_do(self, seed):
        few = Joint("touching", 0.0, 0.02, share=0.0)
        assert parts(write_rows("6890", hand(), style(few), random_of(seed))) == 3

    def test_a_space_is_a_clear_gap_and_nothing_else_is(self):
        signs = write_row("25 06", 0, hand(), style(), random_of())
        gaps = [(other.x - one.right) / 90 for one, other in pairwise(signs)]
        assert CLEAR_GAP[0] - 0.02 < gaps[1] < CLEAR_GAP[1] + 0.02
        assert max(gaps[0], gaps[2]) < 0.5

    def test_rows_are_as_far_apart_as_the_leading(self):
        writing = write_rows("28\n35\n60", hand(), style(), random_of())
        bottoms = [max(s.bottom for s in writing.signs if s.row == row) for row in range(3)]
        assert np.diff(bottoms) == pytest.approx(1.6 * 90, abs=0.2 * 90)
        assert writing.baselines == pytest.approx((0, 144, 288))

    def test_digits_have_one_size_and_pen(self):
        signs = write_row(LONG, 0, hand(), style(), random_of())
        sizes = [max(sign.ink.shape) for sign in signs]
        assert 0.85 * 90 - 1 <= min(sizes) <= max(sizes) <= 1.15 * 90 + 1

    def test_ink_meets_where_the_rows_say_it_does(self):
        """A bar of 10 by 4 ends at x = 4; another at its height touches it there, one below not."""
        bar = np.ones((10, 4), np.float32)
        placed = PlacedSign("1", 0, 0, 0, bar)
        assert ink_contact([placed], PlacedSign("1", 0, 0, 9, bar)) == 4
        assert ink_contact([placed], PlacedSign("1", 0, 0, 10, bar)) == 1
        assert ink_contact([placed], PlacedSign("1", 0, 0, 10, bar), slack=1) == 4


class TestMarks:
    @pytest.mark.parametrize("mark", MARKS)
    def test_a_mark_stands_where_people_write_it(self, mark):
        ink, below = draw_mark(mark, style(), 5, random_of())
        bottom, top = below, below - ink.shape[0]
        expected = {
            "-": (-0.65, -0.25),
            ".": (-0.15, 0.1),
            ",": (-0.15, 0.3),
            ":": (-0.8, 0.1),
        }.get(mark, (-1.45, 0.45))
        assert expected[0] * 90 < top < bottom < expected[1] * 90

    @pytest.mark.parametrize("seed", range(8))
    def test_a_slash_leans_too_far_for_a_one(self, seed):
        ink, _ = draw_mark("/", style(), 5, random_of(seed))
        assert np.degrees(np.arctan2(ink.shape[1] - 5, ink.shape[0] - 5)) > 20


class TestForms:
    def test_a_five_of_two_strokes_comes_apart(self):
        bar, body = np.array([[40.0, 10], [80, 10]]), np.array([[40.0, 10], [38, 45], [60, 90]])
        five = Original(5, (body, bar))
        first, last = in_parts(five, 0.05, random_of()).strokes
        assert np.hypot(*(last[0] - first[0])) > 0.06 * 80
        assert np.allclose(last - last[0], bar - bar[0])

    def test_a_lean_of_45_degrees_makes_a_bar_as_wide_as_it_is_high(self):
        leaning = lean_over(np.ones((100, 4), np.float32), 45)
        assert leaning.shape == pytest.approx((100, 104), abs=3)
        assert leaning[:20].any(axis=0).argmax() > leaning[-20:].any(axis=0).argmax()

    def test_a_climbing_row_rises_as_its_angle_says(self):
        level = write_rows("88888888", hand(), style(), random_of())
        signs = climb(level, 10, 0).signs
        middles = [(s.x + s.ink.shape[1] / 2, s.y + s.ink.shape[0] / 2) for s in signs]
        run, rise = middles[-1][0] - middles[0][0], middles[0][1] - middles[-1][1]
        assert np.degrees(np.arctan2(rise, run)) == pytest.approx(10, abs=1)


class TestCells:
    def test_every_digit_is_in_its_box(self):
        writing = write_in_boxes("20683", hand(), style(), random_of())
        for sign, (x, y, width, height) in zip(writing.signs, writing.cells, strict=True):
            assert x <= sign.x + 1
            assert sign.right <= x + width + 1
            assert y <= sign.y + 1
            assert sign.bottom <= y + height + 1

    def test_a_table_says_its_rows_with_a_clear_gap_between_columns(self):
        table = Table((("12", "5"), ("7", "340")), 1.5, flush=1.0)
        writing = write_table(table, hand(), style(), random_of())
        assert writing.written == "12 5\n7 340"
        assert [sign.row for sign in writing.signs] == [0, 0, 0, 1, 1, 1, 1]
        for row, first in ((0, 2), (1, 1)):
            signs = [sign for sign in writing.signs if sign.row == row]
            assert signs[first].x - signs[first - 1].right > 1.2 * 90


# --- Media -----------------------------------------------------------------------------------


class TestMedia:
    def test_all_ink_of_a_canvas_lies_in_the_boxes_of_its_digits(self):
        writing = write_rows("2068", hand(), style(), random_of())
        picture = on_canvas(writing, random_of())
        covered = np.zeros(picture.pixels.shape[:2], bool)
        for digit in picture.digits:
            x, y, w, h = map(int, digit.box)
            ink = picture.pixels[y : y + h, x : x + w, 0] < 128
            assert np.ptp(np.nonzero(ink)[1]) >= w - 3
            assert np.ptp(np.nonzero(ink)[0]) >= h - 3
            covered[y : y + h, x : x + w] = True
        assert (picture.pixels[~covered] == 255).all()

    @pytest.mark.parametrize("seed", range(4))
    def test_the_dark_of_a_photo_lies_in_the_boxes_of_its_digits(self, seed):
        writing = write_rows("2068", hand(), style(), random_of())
        picture = photo_on(plain)(writing, random_of(seed))
        grey = cv2.cvtColor(picture.pixels, cv2.COLOR_RGB2GRAY).astype(float)
        local = grey / cv2.GaussianBlur(grey, (0, 0), 60)
        for digit in picture.digits:
            x, y, w, h = map(int, digit.box)
            local[max(y - 2, 0) : y + h + 2, max(x - 2, 0) : x + w + 2] = 1
        assert local.min() > 0.75

    def test_a_crop_is_28_pixels_high_and_holds_its_digits(self):
        writing = write_rows("2068", hand(), style(), random_of())
        picture = as_crop(writing, random_of())
        assert picture.pixels.shape[0] == CROP_HEIGHT
        assert all(d.box[1] >= 0 and d.box[1] + d.box[3] <= CROP_HEIGHT for d in picture.digits)

    def test_a_box_is_moved_as_its_page_is(self):
        sign = PlacedSign("8", 0, 10, 20, np.ones((4, 6), np.float32))
        assert box_of_ink(sign) == (10, 20, 6, 4)
        assert box_of_ink(sign, np.array([[2.0, 0, 1], [0, 3, 0]])) == (21, 60, 12, 12)


# --- Hands -----------------------------------------------------------------------------------


def unipen_lines(signs: str) -> str:
    lines = []
    for remainder in range(10):
        for sign in signs:
            strokes = [np.round(np.array(s) * 2.5, 1).ravel().tolist() for s in DIGITS[int(sign)]]
            each = {"label": sign, "writer": writer_of(remainder), "strokes": strokes}
            lines.append(json.dumps(each))
    return "\n".join(lines)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Digits of UNIPEN writers of every tenth, and arrays in the shape of MNIST."""
    (tmp_path / "unipen").mkdir()
    for name in ("digits", "letters-clear"):
        packed = gzip.compress(unipen_lines(SIGNS).encode())
        (tmp_path / "unipen" / f"{name}.jsonl.gz").write_bytes(packed)
    np.savez(tmp_path / "mnist.npz", **mnist_arrays())
    return tmp_path


class TestHands:
    @pytest.mark.parametrize(("validation", "remainder"), [(True, 1), (False, 0)])
    def test_a_split_has_its_own_writers_alone(self, data, validation, remainder):
        loaded = load_hands(str(data / "mnist.npz"), None, data / "unipen", validation)
        writers = {hand.writer for crowd in loaded.pens.values() for hand in crowd}
        assert writers == {hand.writer for hand in loaded.letters} == {writer_of(remainder)}

    def test_validation_has_mnists_last_training_digits(self, data):
        """Whose first pixels spell their index, of 6,200."""
        validation = load_hands(str(data / "mnist.npz"), None, None, validation=True)
        indices = np.ascontiguousarray(validation.mnist.images[:, 0, :4]).view(np.uint32).ravel()
        assert list(indices) == list(range(1_200, 6_200))
        report = load_hands(str(data / "mnist.npz"), None, None, validation=False)
        assert len(report.mnist) == 20
        assert report.first != validation.first

    def test_pen_writers_of_the_report_are_not_among_those_that_validate(self, data, monkeypatch):
        from benchmarks import number_hands
        from digits.synthetic.pen_strokes import PenDigit

        every = [PenDigit(d, writer, strokes_of(d)) for writer in range(1, 31) for d in range(10)]
        monkeypatch.setattr(number_hands, "read_pen_strokes", lambda file: every)
        for validation, writers in ((True, range(23, 27)), (False, range(27, 31))):
            loaded = load_hands(str(data / "mnist.npz"), "pens", None, validation)
            assert [hand.writer for hand in loaded.pens["pen writers"]] == list(map(str, writers))

    def test_who_did_not_write_all_digits_writes_no_number(self):
        signs = [Written(str(d), writer, strokes_of(d)) for writer in "ab" for d in range(10)]
        assert [each.writer for each in hands_of(signs[:-1], SIGNS)] == ["a"]

    def test_digits_of_mnist_that_make_a_hand_are_alike(self):
        """Of bars 2 and 8 wide, one hand has the thin ones and another the thick ones."""
        images = np.zeros((400, 28, 28), np.uint8)
        images[::2, 4:24, 13:15] = 255
        images[1::2, 4:24, 10:18] = 255
        mnist = DigitSet(images, (np.arange(400) // 2 % 10).astype(np.uint8))
        for seed in range(4):
            chosen = Hands({}, mnist, [], 0).choose(random_of(seed))
            drawn = [each.image for each in (*chosen.signs["3"], *chosen.signs["8"])]
            assert len({int(image.sum()) for image in drawn if image is not None}) == 1

    def test_thickness_and_lean_of_bars(self):
        bar = np.zeros((28, 28), np.uint8)
        bar[4:24, 12:16] = 255
        assert thickness_of(bar) == pytest.approx(2 * 80 / 48)
        assert lean_of(bar) == pytest.approx(0)
        leaning = np.zeros((60, 60), np.uint8)
        leaning[[50 - i for i in range(40)], [10 + i for i in range(40)]] = 255
        assert lean_of(leaning) == pytest.approx(1, abs=0.01)

    @pytest.mark.parametrize(
        ("label", "strokes"),
        [
            ("0", [[[0, 100], [60, 0]]]),  # a line
            ("4", [[[0, 0], [0, 60], [40, 60]], [[200, 60], [204, 64]]]),  # and a point far away
            ("5", [[[0, 40], [100, 0], [90, 5]]]),  # lies
            ("0", [[[0, 0], [0, 60], [40, 100], [80, 60], [80, 0]]]),  # open
        ],
    )
    def test_what_cannot_be_its_label_is_left_out(self, label, strokes):
        assert not looks_whole(Written(label, "a", tuple(np.array(s, float) for s in strokes)))

    @pytest.mark.parametrize("digit", range(10))
    def test_what_is_drawn_well_is_kept(self, digit):
        assert looks_whole(Written(str(digit), "a", strokes_of(digit)))

    def test_a_zero_of_mnist_that_stays_open_is_left_out(self):
        open_zero = IMAGES[0].copy()
        open_zero[:, 16:] = 0
        images = np.stack([open_zero, *IMAGES])
        mnist = DigitSet(images, np.array([0, *range(10)], np.uint8))
        chosen = Hands({}, mnist, [], 0).choose(random_of())
        (zero,) = chosen.signs["0"]
        assert zero.image is not None
        assert (zero.image == IMAGES[0]).all()

    def test_every_word_can_be_written_without_letters_of_anybody(self):
        letters = drawn_letters(random_of())
        assert [word for word in WORDS if not letters.can_write(word)] == []


# --- No numbers, rows and readers --------------------------------------------------------------


@pytest.mark.parametrize("kind", NO_NUMBER_KINDS)
def test_what_is_no_number_repeats_and_says_nothing(kind):
    once, again = (draw_no_number(kind, hands(), 3) for _ in range(2))
    assert np.array_equal(once.pixels, again.pixels)
    assert once.pixels.ndim == 3
    assert (once.text, once.written, once.digits) == ("", "", ())


def test_every_kind_is_a_row_once():
    groups = all_number_groups(hands(), 4)
    rows = [row for group in groups for row in group.rows]
    assert len(rows) == len(NUMBER_KINDS) + len(NO_NUMBER_KINDS)
    assert len({row.name for row in rows}) == len(rows)
    assert {group.name: group.goal for group in groups}[NO_NUMBER] == 0.90
    assert [row.count for row in rows[:3]] == [6, 6, 6]


class TestMeasures:
    @pytest.mark.parametrize(
        ("truth", "read", "added"),
        [("1250", "1250", 0), ("1250", "12150", 1), ("1250", "125", 0), ("5", "15\n1", 2)],
    )
    def test_digits_that_nobody_wrote_are_counted(self, truth, read, added):
        assert count_added(truth, read) == added

    def test_shares_are_those_of_a_table_by_hand(self):
        answers = [
            NumberAnswer("12", "1.2", 0.9, False),
            NumberAnswer("34", "34", 0.9, False),
            NumberAnswer("5167", "5167", 0.4, True),
        ]
        truths = (("12", "1.2"), ("34", "3.4"), ("567", "5.67"))
        lengths = (LENGTHS[0], LENGTHS[0], LENGTHS[1])
        readings = NumberReadings(truths, (1, 1, 1), lengths, tuple(answers))
        assert readings.score == pytest.approx(2 / 3)
        assert readings.score_of_length(LENGTHS[0]) == 1
        assert readings.score_of_length(LENGTHS[1]) == 0
        assert np.isnan(readings.score_of_length(LENGTHS[2]))
        assert list(readings.whole_as_written) == [True, False, False]
        assert readings.marks_as_digits == pytest.approx(1 / 3)

    def test_what_is_no_number_is_scored_by_doubt(self):
        answers = NumberAnswer("", "", 0, True), NumberAnswer("7", "7", 0.9, False)
        assert NumberReadings((("", ""),) * 2, (0, 0), None, answers).score == 0.5


class TestReaders:
    def test_a_reader_that_is_not_there_is_told_in_a_sentence(self, monkeypatch, capsys):
        monkeypatch.delattr(digit_predictor, "read_number", raising=False)
        monkeypatch.setattr(number_readers, "rapidocr_readers", dict)
        assert main(["--rapidocr"]) == 0
        said = capsys.readouterr().out
        assert "read_number is not there yet" in said
        assert "RapidOCR is left out" in said

    def test_texts_are_put_in_rows_from_the_top_and_left(self):
        def box(x: float, y: float) -> np.ndarray:
            return np.array([[x, y], [x + 40, y], [x + 40, y + 20], [x, y + 20]])

        boxes = [box(100, 2), box(0, 50), box(0, 0)]
        answer = answer_of_texts(boxes, ["7", "3.50", "12"], [0.9, 0.8, 1.0])
        assert answer.text == "12 7\n350"
        assert answer.written == "12 7\n3.50"
        assert answer.confidence == pytest.approx(0.72)
        assert not answer.doubted

    def test_letters_are_doubted(self):
        assert answer_of_texts([np.eye(4)[:, :2]], ["Tax 7"], [0.9]).doubted

    def test_the_table_of_a_reader_that_knows_the_truth_is_full_marks(self, monkeypatch, capsys):
        groups = all_number_groups(hands(), 3)
        chosen = [group for group in groups if group.name in (WITH_MARKS, NO_NUMBER)]
        known = {
            row.picture(number).pixels.tobytes(): row.picture(number)
            for group in chosen
            for row in group.rows
            for number in range(row.count)
        }

        def read(picture: np.ndarray) -> NumberAnswer:
            truth = known[picture.tobytes()]
            return NumberAnswer(truth.text, truth.written, 1.0, not truth.text)

        whole_numbers.report_on(chosen, {"all-knowing": read})
        said = capsys.readouterr().out
        assert "all that is written 100.00%" in said
        assert "calibration error 0.00%" in said
        assert "numbers doubted 0.00%" in said

    def test_the_sheet_shows_every_kind(self, tmp_path):
        file = tmp_path / "kinds.png"
        whole_numbers.write_sheet(all_number_groups(hands(), 3)[:2], file)
        assert file.read_bytes().startswith(b"\x89PNG")
