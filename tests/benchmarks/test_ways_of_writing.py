"""What judges ways of writing: each has the shape that its name says, and repeats itself."""

from __future__ import annotations

import ast

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.block_digits import BLOCK_FORMS, draw_block_digit
from benchmarks.canvas import draw_ink, place_strokes
from benchmarks.photo_simulation import ink_of_strokes
from benchmarks.tight_crops import TIGHT_KINDS, simulate_tight_crop
from benchmarks.ways_of_writing import (
    LARGEST_LEAN_OF_ONE,
    WAYS,
    Original,
    broken_up,
    is_seven_at_one_go,
    lean,
    outline,
    ring_points,
    turn,
    write_anew,
)
from tests.browser import ROOT
from tests.drawings import DIGITS, draw

BAR = np.array([[0.0, 0.0], [0.0, 100.0]])
NEW_MODULES = (
    *("block_digits", "canvas", "collection_rows", "near_digits", "other_collections"),
    *("tight_crops", "ways_of_writing", "writer_shares", "not_numbers", "number_hands"),
    *("number_layouts", "number_papers", "number_pictures", "number_readers", "number_rows"),
    *("number_sheet", "whole_numbers"),
)


def strokes_of(digit: int) -> tuple[NDArray[np.float64], ...]:
    return tuple(np.array(stroke, float) for stroke in DIGITS[digit])


def original(digit: int) -> Original:
    return Original(digit, strokes_of(digit))


def parts(picture: NDArray[np.uint8]) -> int:
    """How many pieces of ink there are."""
    return cv2.connectedComponents((picture < 128).astype(np.uint8), connectivity=8)[0] - 1


def holes(picture: NDArray[np.uint8]) -> int:
    """How many pieces of paper are shut in by ink."""
    paper = np.pad(picture >= 128, 1, constant_values=True).astype(np.uint8)
    return cv2.connectedComponents(paper, connectivity=4)[0] - 2


class TestCanvas:
    @pytest.mark.parametrize("number", range(8))
    def test_all_ink_stays_on_the_canvas(self, number):
        random = np.random.default_rng(number)
        drawn = place_strokes(strokes_of(3), random, size=200, pen=20)
        edges = (drawn[0], drawn[-1], drawn[:, 0], drawn[:, -1])
        assert all(edge.min() == 255 for edge in edges)
        ink = np.argwhere(drawn < 128)
        assert np.ptp(ink, axis=0).max() + 1 == pytest.approx(220, abs=2)

    def test_ink_has_the_size_asked_for(self):
        drawn = draw_ink(np.ones((30, 60), np.float32), np.random.default_rng(0), size=120)
        assert (drawn == 0).sum() == 60 * 120
        assert (drawn < 255).sum() == 60 * 120


class TestBlocks:
    @pytest.mark.parametrize(("digit", "closed"), [(0, 1), (8, 2)])
    def test_a_form_met_at_its_corners_shuts_in_its_holes(self, digit, closed):
        """Some have gaps at their corners; none has a hole more than its form."""
        drawn = [draw_block_digit(digit, np.random.default_rng(seed)) for seed in range(30)]
        found = [holes(picture) for picture in drawn]
        assert np.median(found) == closed

    @pytest.mark.parametrize("digit", [1, 2, 3, 5, 7])
    def test_what_has_no_hole_gets_none(self, digit):
        drawn = [draw_block_digit(digit, np.random.default_rng(seed)) for seed in range(30)]
        assert np.median([holes(picture) for picture in drawn]) == 0

    def test_every_digit_has_a_form(self):
        assert sorted(BLOCK_FORMS) == list(range(10))

    def test_the_forms_differ(self):
        drawn = [draw_block_digit(4, np.random.default_rng(seed)) for seed in range(40)]
        assert {holes(picture) for picture in drawn} >= {0, 1}


class TestHollow:
    def test_an_outlined_bar_has_a_hole_and_an_outlined_ring_two(self):
        bar = ink_of_strokes([BAR], pen=0.2)
        ring = ink_of_strokes(strokes_of(0), pen=0.15)
        assert holes(as_picture(outline(bar, 8))) == 1
        assert holes(as_picture(outline(ring, 8))) == 2

    def test_the_outline_is_as_wide_as_it_is_told(self):
        lines = outline(np.ones((100, 300), np.float32), 10)
        assert lines.sum(axis=0)[lines.shape[1] // 2] == pytest.approx(20, abs=1)

    @pytest.mark.parametrize("number", range(6))
    def test_a_hollow_one_has_a_hole(self, number):
        assert holes(write_anew("hollow", original(1), number)) == 1


class TestBrokenStrokes:
    def test_a_stroke_of_100_has_eleven_dots_ten_apart(self):
        dots = np.concatenate(list(broken_up(BAR, 0, 10)))
        assert dots[:, 1] == pytest.approx(np.arange(0, 101, 10))
        assert (dots[:, 0] == 0).all()

    def test_dashes_begin_at_the_start_and_end_at_the_end(self):
        dashes = list(broken_up(BAR, 20, 40))
        ends = [(dash[0, 1], dash[-1, 1]) for dash in dashes]
        assert ends == [pytest.approx(pair) for pair in [(0, 20), (40, 60), (80, 100)]]

    def test_a_dash_goes_round_the_corner(self):
        corner = np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 10.0]])
        _, middle, _ = broken_up(corner, 4, 8)
        assert middle.tolist() == [[8, 0], [10, 0], [10, 2]]

    def test_a_short_stroke_is_one_dot(self):
        assert [dot.tolist() for dot in broken_up(BAR / 100, 0, 10)] == [[[0, 0]]]

    @pytest.mark.parametrize("way", ["dotted", "dashed"])
    @pytest.mark.parametrize("number", range(6))
    def test_a_one_falls_into_many_pieces(self, way, number):
        assert parts(write_anew(way, original(1), number)) >= 5


class TestRings:
    @pytest.mark.parametrize("number", range(6))
    def test_the_ring_is_a_part_more_and_touches_no_digit(self, number):
        assert parts(write_anew("ringed", original(1), number)) == 2

    def test_some_rings_are_shut_and_some_stay_open(self):
        found = [holes(write_anew("ringed", original(1), number)) for number in range(30)]
        assert 0 in found
        assert max(found) >= 1

    def test_a_ring_holds_what_it_is_around(self):
        radii = np.array([30.0, 50.0])
        for seed in range(20):
            ring = ring_points(radii, np.random.default_rng(seed))
            assert np.hypot(*(ring / radii).T).min() > 0.95


class TestTurning:
    @pytest.mark.parametrize("angle", [-30, -12, 0, 25])
    def test_a_bar_leans_by_the_angle_that_it_is_turned(self, angle):
        turned = turn(ink_of_strokes([BAR], pen=0.05), angle)
        assert lean(turned) == pytest.approx(angle, abs=0.5)

    def test_counter_clockwise_is_to_the_left(self):
        turned = turn(ink_of_strokes([BAR], pen=0.05), 20)
        assert turned[:10].any(axis=0).argmax() < turned[-10:].any(axis=0).argmax()

    def test_no_one_is_turned_into_a_slash(self):
        leaning = Original(1, (np.array([[25.0, 0.0], [0.0, 100.0]]),))
        for number in range(20):
            ink = (write_anew("turned", leaning, number) < 128).astype(np.float32)
            assert abs(lean(ink)) < LARGEST_LEAN_OF_ONE + 2


class TestSlashes:
    def test_a_slash_cuts_the_ring_in_two(self):
        found = [holes(write_anew("slashed_zero", original(0), number)) for number in range(20)]
        assert set(found) == {1, 2}

    def test_a_bar_that_a_seven_has_is_replaced(self):
        seven = (
            np.array([[0.0, 0.0], [60.0, 0.0], [30.0, 100.0]]),
            np.array([[20.0, 50], [60, 50]]),
        )
        assert is_seven_at_one_go(seven)
        assert is_seven_at_one_go(seven[:1])
        assert not is_seven_at_one_go((seven[0][:2], seven[0][1:]))

    @pytest.mark.parametrize("number", range(6))
    def test_a_crossed_seven_is_one_piece_with_at_most_the_hole_of_its_loop(self, number):
        drawn = write_anew("crossed_seven", original(7), number)
        assert parts(drawn) == 1
        assert holes(drawn) <= 2


@pytest.mark.parametrize("way", WAYS)
def test_a_picture_depends_on_its_way_original_and_number_alone(way):
    digit = original(WAYS[way].labels[-1])
    picture = write_anew(way, digit, 5)
    assert picture.shape == (280, 280)
    assert picture.dtype == np.uint8
    assert (write_anew(way, digit, 5) == picture).all()
    assert (write_anew(way, digit, 6) != picture).any()


@pytest.mark.parametrize("way", [name for name, way in WAYS.items() if way.made_from == "ink"])
def test_what_is_made_of_ink_is_made_of_an_image_as_well(way):
    image = 255 - draw(DIGITS[3], size=28, pen=3, ink=(0,), paper=(255,))[..., 0]
    assert (write_anew(way, Original(3, image=image), 0) < 128).any()


class TestTightCrops:
    @pytest.mark.parametrize("kind", TIGHT_KINDS)
    def test_a_crop_depends_on_its_kind_ink_and_number_alone(self, kind):
        ink = ink_of_strokes(strokes_of(4), pen=0.08)
        crop = simulate_tight_crop(kind, ink, 1)
        assert crop.ndim == 3
        assert crop.dtype == np.uint8
        assert (simulate_tight_crop(kind, ink, 1) == crop).all()

    @pytest.mark.parametrize("number", range(8))
    def test_ink_runs_nearly_from_edge_to_edge(self, number):
        ink = ink_of_strokes(strokes_of(4), pen=0.08)
        crop = simulate_tight_crop("bare", ink, number).mean(axis=2)
        dark = crop < (np.percentile(crop, 99) + crop.min()) / 2
        tall = np.ptp(np.flatnonzero(dark.any(axis=1))) + 1
        assert tall > 0.85 * crop.shape[0]

    def test_a_padding_is_white_on_paper_or_black_on_a_board_or_the_colour_of_either(self):
        ink = ink_of_strokes(strokes_of(4), pen=0.08)
        corners = {
            kind: [simulate_tight_crop(kind, ink, n)[0, 0] for n in range(20)]
            for kind in TIGHT_KINDS
        }
        assert any((corner == 255).all() for corner in corners["padded"])
        assert all(corner.mean() > 90 for corner in corners["padded"])
        assert any((corner == 0).all() for corner in corners["light_on_dark_padded"])
        assert all(corner.mean() < 110 for corner in corners["light_on_dark_padded"])


def as_picture(ink: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.rint(255 * (1 - ink)).astype(np.uint8)


def imported_by(source: str) -> set[str]:
    """The modules that a file imports."""
    nodes = list(ast.walk(ast.parse(source)))
    direct = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return direct | {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}


@pytest.mark.parametrize("module", NEW_MODULES)
def test_a_judge_shares_nothing_with_what_is_learnt_from_but_real_strokes(module):
    imported = imported_by((ROOT / "benchmarks" / f"{module}.py").read_text())
    shared = {name for name in imported if name.startswith("digits.synthetic")}
    assert shared <= {"digits.synthetic.pen_strokes"}


def test_nothing_behind_the_doors_imports_a_judge():
    for file in (ROOT / "digits").rglob("*.py"):
        imported = imported_by(file.read_text())
        assert not [name for name in imported if name.split(".")[0] == "benchmarks"], file
