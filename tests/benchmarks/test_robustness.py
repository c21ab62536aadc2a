"""The measuring of robustness: corruptions, simulated photos, what is no digit, and the table."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks import road_readings
from benchmarks.hand_drawn_figures import DOODLES, LETTERS, SYMBOLS, draw_by_hand, parse_figure
from benchmarks.mistake_sheet import COLUMNS, draw_mistake_sheet, find_mistakes
from benchmarks.mnist_corruptions import CORRUPTIONS, corrupt
from benchmarks.non_digit_drawings import NON_DIGIT_KINDS, draw_non_digit
from benchmarks.photo_simulation import (
    INK_SIDE,
    PHOTO_KINDS,
    ink_of_image,
    ink_of_strokes,
    simulate_photo,
)
from benchmarks.road_readings import Contestant, Readings, read_row, shrink_plainly
from benchmarks.robustness import (
    doubt_auroc,
    find_digits,
    hard_groups,
    is_surely_wrong,
    mean_score,
    mean_surely_wrong,
    pool_confidence,
)
from benchmarks.robustness_rows import (
    NO_DIGIT,
    PEN_WIDTHS,
    Digits,
    Row,
    all_groups,
    pen_group,
)
from digits.network.loading import load_network
from digits.synthetic.pen_strokes import PenDigit
from digits.training.digit_sets import DigitSet
from tests.drawings import DIGITS, draw

OF_NO_ORIGINAL = {"block", "flagged one"}
"""Rows that have strokes of their own."""


@pytest.fixture(scope="module")
def three() -> NDArray[np.uint8]:
    """A 3 as in MNIST: uint8 (28, 28), white on black."""
    return 255 - draw(DIGITS[3], size=28, pen=3, ink=(0,), paper=(255,))[..., 0]


@pytest.fixture(scope="module")
def digits(three: NDArray[np.uint8]) -> Digits:
    strokes = tuple(np.array(stroke, float) for stroke in DIGITS[3])
    return Digits(
        mnist=DigitSet(np.stack([three] * 4), np.full(4, 3, np.uint8)),
        pen_digits=[PenDigit(3, 23, strokes)],
        writers=range(23, 27),
        first=0,
    )


def readings(
    probabilities: list[list[float]],
    labels: list[int] | None,
    refused: list[bool] | None = None,
    doubted: list[bool] | None = None,
) -> Readings:
    """Readings of digits 0, 1, … as made up."""
    n = len(probabilities)
    values = np.array(probabilities, np.float32)
    return Readings(
        labels=None if labels is None else np.array(labels, np.uint8),
        network_inputs=np.zeros((n, 28, 28), np.float32),
        refused=np.array(refused or [False] * n),
        logits=np.log(values),
        probabilities=values,
        doubted=np.array(doubted or [False] * n),
    )


class TestCorruptions:
    def test_there_are_fifteen(self):
        assert len(CORRUPTIONS) == 15

    @pytest.mark.parametrize("name", CORRUPTIONS)
    def test_each_changes_the_image_and_always_in_the_same_way(self, name, three):
        original = three.copy()
        corrupted = corrupt(name, three, 5)
        assert corrupted.shape == (28, 28)
        assert corrupted.dtype == np.uint8
        assert (corrupted != three).any()
        assert (corrupt(name, three, 5) == corrupted).all()
        assert (three == original).all()

    def test_translate_moves_by_three_pixels_both_ways(self, three):
        moved = corrupt("translate", three, 0)
        shifts = [np.roll(three, (y, x), (0, 1)) for y in (-3, 3) for x in (-3, 3)]
        inner = np.s_[4:-4, 4:-4]
        assert any((moved[inner] == shift[inner]).all() for shift in shifts)

    def test_stripe_inverts_the_left_and_the_right_quarter(self):
        striped = corrupt("stripe", np.zeros((28, 28), np.uint8), 0)
        assert (striped[:, :7] == 255).all()
        assert (striped[:, 7:21] == 0).all()
        assert (striped[:, 21:] == 255).all()

    def test_brightness_adds_half_the_range(self):
        image = np.zeros((28, 28), np.uint8)
        image[0, :2] = 100, 200
        bright = corrupt("brightness", image, 0)
        assert bright[0, :3] == pytest.approx([227.5, 255, 127.5], abs=1)

    def test_scale_shrinks_to_seven_tenths(self):
        white = np.full((28, 28), 255, np.uint8)
        shrunken = corrupt("scale", white, 0)
        assert np.flatnonzero(shrunken[14] == 255).size == 18  # of 0.7 · 27 = 18.9 between centres

    def test_impulse_noise_hits_a_sixth_of_the_pixels(self):
        grey = np.full((28, 28), 128, np.uint8)
        hit = np.mean([corrupt("impulse_noise", grey, i) != 128 for i in range(40)])
        assert hit == pytest.approx(0.17, abs=0.01)

    def test_rotate_keeps_the_middle(self):
        image = np.zeros((28, 28), np.uint8)
        image[13:15, 13:15] = 255
        rotated = corrupt("rotate", image, 0).astype(float)
        y, x = (rotated.sum(axis=axis) @ np.arange(28) / rotated.sum() for axis in (1, 0))
        assert (y, x) == pytest.approx((13.5, 13.5), abs=0.05)

    def test_a_dotted_line_has_gaps_of_two_pixels(self):
        dotted = corrupt("dotted_line", np.zeros((28, 28), np.uint8), 1)
        assert (dotted.any(axis=0) == (np.arange(28) % 4 >= 2))[:27].all()


class TestPhotos:
    def test_the_ink_of_an_image_is_cropped_to_it(self, three):
        ink = ink_of_image(three)
        assert max(ink.shape) == INK_SIDE
        assert (ink.min(), ink.max()) == (0, 1)
        edges = (ink[0], ink[-1], ink[:, 0], ink[:, -1])
        assert all(edge.max() > 0.1 for edge in edges)

    def test_the_pen_is_as_wide_as_it_is_told(self):
        bar = ink_of_strokes([np.array([[0.0, 0.0], [0.0, 5.0]])], pen=0.1)
        assert bar.shape[1] / bar.shape[0] == pytest.approx(0.1 / 1.1, abs=0.01)

    @pytest.mark.parametrize("kind", PHOTO_KINDS)
    def test_a_photo_depends_on_its_kind_and_number_alone(self, kind, three):
        ink = ink_of_image(three)
        photo = simulate_photo(kind, ink, 1)
        assert photo.dtype == np.uint8
        assert photo.ndim == 3
        assert all(140 <= side <= 1_100 for side in photo.shape[:2])
        assert (simulate_photo(kind, ink, 1) == photo).all()
        assert photo.shape != simulate_photo(kind, ink, 2).shape

    @pytest.mark.parametrize("kind", ["plain_paper", "tiny_in_large", "pencil", "light_on_dark"])
    def test_the_ink_shows_against_the_paper(self, kind, three):
        ink = ink_of_image(three)
        grey = simulate_photo(kind, ink, 4).mean(axis=2)
        blank = simulate_photo(kind, np.zeros_like(ink), 4).mean(axis=2)
        assert np.abs(grey - blank).max() > 25


class TestNonDigits:
    @pytest.mark.parametrize("kind", NON_DIGIT_KINDS)
    def test_a_drawing_depends_on_its_kind_and_number_alone(self, kind, three):
        inks = [ink_of_image(three)]
        for number in range(4):
            picture = draw_non_digit(kind, number, inks)
            assert picture.dtype == np.uint8
            assert picture.ndim == 3
            assert picture.min() < picture.max()
            assert (draw_non_digit(kind, number, inks) == picture).all()

    @pytest.mark.parametrize("figures", [LETTERS, SYMBOLS, DOODLES])
    def test_every_figure_is_strokes_in_its_square(self, figures):
        for figure in figures.values():
            points = np.concatenate(parse_figure(figure))
            assert points.shape[1] == 2
            assert -30 <= points.min() <= points.max() <= 130

    def test_a_hand_never_draws_the_same_twice(self):
        random = np.random.default_rng(0)
        strokes = parse_figure(LETTERS["A"])
        first, second = (np.concatenate(draw_by_hand(strokes, random)) for _ in range(2))
        assert first.shape == second.shape
        assert 0.5 < np.abs(first - second).max() < 60


class TestRows:
    def test_all_rows_give_pictures(self, digits):
        groups = all_groups(digits, 1)
        assert groups[-1].name == NO_DIGIT
        for row in (row for group in groups for row in group.rows):
            picture = row.picture(row.count - 1)
            assert picture.dtype == np.uint8
            assert row.labels is None or row.name in OF_NO_ORIGINAL or (row.labels == 3).all()

    def test_ways_that_need_no_original_show_all_their_digits(self, digits):
        rows = {row.name: row for group in all_groups(digits, 12) for row in group.rows}
        labels = rows["block"].labels
        assert labels is not None
        assert set(labels) == set(range(10))
        assert (np.diff(labels.astype(int)) % 10 == 1).all()

    def test_without_pen_writers_what_needs_strokes_is_left_out(self, digits):
        of_images = replace(digits, pen_digits=[])
        names = {row.name for group in all_groups(of_images, 1) for row in group.rows}
        assert {"hollow", "ringed", "turned", "block", "flagged one"} <= names
        assert not {"dotted", "dashed", "slashed zero", "crossed seven"} & names

    def test_a_pen_is_at_most_a_quarter_as_wide_as_the_digit_is_tall(self, digits):
        rows = pen_group(digits, 10).rows
        # The 3 is as tall as its longer side: 84, 140 and 252 pixels.
        assert [row.count for row in rows] == [3, 3, 3, 2]
        for row, width in zip(rows, PEN_WIDTHS, strict=True):
            ink = row.picture(0) < 128
            tall = np.ptp(np.flatnonzero(ink.any(axis=1))) + 1 - width
            assert tall >= 4 * width - 3

    def test_plain_shrinking_is_of_the_whole_picture(self):
        picture = np.full((56, 56, 3), 255, np.uint8)
        picture[:2, :2] = 0
        shrunken = shrink_plainly(picture, ink_is_light=False)
        assert shrunken.shape == (28, 28)
        assert shrunken[0, 0] == 1
        assert shrunken.sum() == 1
        assert (shrink_plainly(picture, ink_is_light=True) == 1 - shrunken).all()

    def test_what_has_no_ink_is_refused_by_the_preparation_only(self, monkeypatch):
        monkeypatch.setattr(
            road_readings,
            "predict_logits",
            lambda inputs, _: np.eye(10)[np.zeros(len(inputs), int)],
        )
        model = load_network()
        blank = Row("blank", lambda i: np.full((60, 60), 255, np.uint8), 2, np.zeros(2, np.uint8))
        contestants = (
            Contestant("prepared", model, "prepared"),
            Contestant("shrunken", model, "shrunken"),
        )
        read = read_row(blank, contestants)
        assert read["prepared"].refused.all()
        assert read["prepared"].doubted.all()
        assert read["prepared"].score == 0
        assert not read["shrunken"].refused.any()


class TestTable:
    def test_a_refused_digit_is_wrong(self):
        row = readings([[0.9, 0.1], [0.9, 0.1]], [0, 0], refused=[False, True])
        assert row.score == 0.5

    def test_of_what_is_no_digit_the_score_is_the_share_doubted(self):
        row = readings([[0.9, 0.1]] * 4, None, doubted=[True, True, True, False])
        assert row.score == 0.75

    def test_every_row_counts_the_same(self):
        short = readings([[0.9, 0.1]], [0])
        long = readings([[0.9, 0.1]] * 3, [1, 1, 1])
        assert mean_score([short, long]) == 0.5

    def test_what_is_refused_has_no_confidence(self):
        row = readings([[0.9, 0.1], [0.2, 0.8]], [0, 0], refused=[True, False])
        confidences, right = pool_confidence([row])
        assert confidences == pytest.approx([0.8])
        assert right.tolist() == [False]

    def test_what_is_refused_is_least_like_a_digit(self):
        digit = readings([[0.6, 0.4]], [0])
        other = readings([[0.9, 0.1], [0.5, 0.5]], None, refused=[True, False])
        assert doubt_auroc([digit], [other], lambda logits: np.exp(logits).max(axis=1)) == 1
        sure = readings([[0.9, 0.1], [0.5, 0.5]], None)
        assert doubt_auroc([digit], [sure], lambda logits: np.exp(logits).max(axis=1)) == 0.5

    def test_surely_wrong_is_over_nine_tenths_and_not_doubted(self):
        probabilities = [[0.95, 0.05], [0.95, 0.05], [0.95, 0.05], [0.89, 0.11]]
        row = readings(probabilities, [0, 1, 1, 1], doubted=[False, False, True, False])
        assert is_surely_wrong(row).tolist() == [False, True, False, False]
        assert mean_surely_wrong([row, readings([[0.9, 0.1]], [0])]) == 0.125

    def test_a_refused_digit_is_not_surely_wrong(self):
        row = readings([[0.95, 0.05]], [1], refused=[True], doubted=[True])
        assert not is_surely_wrong(row).any()

    def test_hard_are_all_digits_but_the_usual_ones(self, digits):
        hard = hard_groups(all_groups(digits, 1))
        assert {"MNIST-C", "Photo simulation", "Block digits", "Tight crops"} <= set(hard)
        assert not {"MNIST", "MNIST as pictures", "Pen writers 23 to 26", NO_DIGIT} & set(hard)

    def test_sets_of_real_digits_are_those_that_nobody_changed(self, digits):
        real = {group.name for group in all_groups(digits, 1) if group.is_collection}
        assert real == {"MNIST", "Pen writers 23 to 26"}

    def test_the_folder_of_all_data_gives_what_was_not_named(self, tmp_path):
        (tmp_path / "mnist.npz").touch()
        (tmp_path / "pendigits-orig.tra.gz").touch()
        options = Namespace(data=None, pen_strokes="mine", data_folder=tmp_path)
        find_digits(options)
        assert options.data == str(tmp_path / "mnist.npz")
        assert options.pen_strokes == "mine"


class TestMistakeSheet:
    def test_mistakes_come_surest_first(self):
        row = Row("made up", lambda i: np.full((9, 9), i, np.uint8), 3, np.zeros(3, np.uint8))
        read = readings([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]], [0, 0, 0])
        mistakes = find_mistakes(row, read, most=5)
        assert [mistake.text for mistake in mistakes] == ["0 > 1 80% #2", "0 > 1 60% #1"]
        assert (mistakes[0].picture == 2).all()

    def test_of_what_is_no_digit_the_mistake_is_not_to_doubt(self):
        row = Row("made up", lambda i: np.zeros((9, 9), np.uint8), 2, None)
        read = readings([[0.9, 0.1], [0.6, 0.4]], None, doubted=[False, True])
        assert [m.text for m in find_mistakes(row, read, most=5)] == ["- > 0 90% #0"]

    def test_the_sheet_has_a_line_for_every_eight(self, tmp_path: Path):
        row = Row("made up", lambda i: np.zeros((9, 9, 3), np.uint8), 9, np.ones(9, np.uint8))
        mistakes = find_mistakes(row, readings([[0.9, 0.1]] * 9, [1] * 9), most=9)
        one, two = (draw_mistake_sheet([("row", m)]) for m in (mistakes[:COLUMNS], mistakes))
        assert two.height - one.height > 100
        assert two.width == one.width
        assert draw_mistake_sheet([("row", [])]).height < 30
