"""What is no digit comes in every kind, the same for the same numbers, and looks like no digit."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from digits.picture.skeleton import thinned
from digits.synthetic import digit_mixtures, handwritten_things
from digits.synthetic.doodles import bent, doodle, fitted, scribble
from digits.synthetic.letter_strokes import LETTERS, LOOK_ALIKES, parse_strokes
from digits.synthetic.non_digits import (
    COLLECTED,
    KINDS,
    SCENE_SHARE,
    draw_non_digit,
    shares_of_kinds,
)
from digits.synthetic.pen_characters import PenCharacter
from digits.synthetic.printed_characters import (
    PRINTED_LETTERS,
    PRINTED_SIGNS,
    glyph_of,
    letter_fonts,
)
from digits.synthetic.sources import CollectedThings, Sources
from digits.synthetic.writers import ByWriter
from tests.drawings import as_mnist, as_pen_digit

NO_SOURCES = Sources(np.empty((0, 28, 28), np.uint8), np.empty(0, np.uint8), ())
SOURCES = Sources(
    np.stack([as_mnist(digit) for digit in range(10)]),
    np.arange(10, dtype=np.uint8),
    tuple(as_pen_digit(digit) for digit in range(10)),
)
A_CROSS = (np.array([[0.0, 0], [200, 255]]), np.array([[200.0, 0], [0, 255]]))
THINGS = CollectedThings(
    ByWriter([PenCharacter("x", writer, A_CROSS) for writer in "ab"]),
    np.stack([as_mnist(8)] * 2),
    np.stack([cv2.resize(as_mnist(4), (105, 105))]),
)
WITH_THINGS = Sources(SOURCES.images, SOURCES.labels, SOURCES.pens, THINGS)
seeds = st.integers(0, 2**32 - 1)


def ink_on(drawing: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return (drawing < 128).astype(np.uint8)


@pytest.mark.parametrize(
    "sources",
    [SOURCES, NO_SOURCES, WITH_THINGS],
    ids=["of real digits", "of none", "of real digits and things"],
)
def test_every_kind_is_drawn_dark_on_light_or_in_colour(sources: Sources) -> None:
    kinds = set()
    for seed in range(160):
        kind, picture = draw_non_digit(np.random.default_rng(seed), sources)
        kinds.add(kind)
        assert picture.dtype == np.uint8
        assert picture.ndim == 2 or picture.shape[2] == 3
        if picture.ndim == 2:
            assert 0 < ink_on(picture).mean() < 0.75
            assert np.median(picture[[0, -1]]) == 255
    assert kinds == set(KINDS) - (set() if sources is WITH_THINGS else set(COLLECTED))


@settings(max_examples=25, deadline=None)
@given(seed=seeds)
def test_a_drawing_depends_on_nothing_but_its_random_numbers(seed: int) -> None:
    kind, picture = draw_non_digit(np.random.default_rng(seed), SOURCES)
    again, same = draw_non_digit(np.random.default_rng(seed), SOURCES)
    assert again == kind
    assert (same == picture).all()


def test_half_of_the_drawings_lie_on_imagined_paper() -> None:
    pictures = [draw_non_digit(np.random.default_rng(seed), SOURCES) for seed in range(150)]
    in_colour = [p.ndim == 3 for kind, p in pictures if kind != "photo of a thing"]
    assert np.mean(in_colour) == pytest.approx(SCENE_SHARE, abs=0.12)


def test_every_kind_has_a_share() -> None:
    assert min(share for share, _ in KINDS.values()) > 0


def test_what_was_collected_stands_in_the_place_of_what_is_made() -> None:
    everything, nothing = shares_of_kinds(WITH_THINGS), shares_of_kinds(SOURCES)
    assert everything == {kind: share for kind, (share, _) in KINDS.items()}
    assert nothing["handwritten letter"] == pytest.approx(0.25)
    assert {kind for kind, share in nothing.items() if share == 0} == set(COLLECTED)
    assert sum(nothing.values()) == pytest.approx(sum(everything.values()))
    letters = CollectedThings(letters=THINGS.letters)
    only_letters = Sources(SOURCES.images, SOURCES.labels, SOURCES.pens, letters)
    assert shares_of_kinds(only_letters)["collected letter"] == 0.2
    assert shares_of_kinds(only_letters)["doodle"] == pytest.approx(0.2)


def test_a_collected_letter_has_the_strokes_that_somebody_made() -> None:
    for seed in range(20):
        drawing = KINDS["collected letter"][1](np.random.default_rng(seed), WITH_THINGS)
        x, y, width, height = cv2.boundingRect(ink_on(drawing))
        cross = cv2.resize(ink_on(drawing)[y : y + height, x : x + width], (9, 9))
        # Ink in the middle and none half-way between the arms, at the top and at the bottom.
        assert cross[3:6, 3:6].any()
        assert not cross[0, 4] and not cross[8, 4]


def test_no_look_alike_is_printed() -> None:
    assert not LOOK_ALIKES & set(PRINTED_LETTERS + PRINTED_SIGNS)
    assert not any(character.isdigit() for character in PRINTED_LETTERS + PRINTED_SIGNS)
    # Cyrillic and Greek ones, a 3, 4, 8, 0 or 6 to look at.
    assert not set("ЗЭЧВОобσθΘβ&?!$§()/\\") & set(PRINTED_SIGNS)


def test_no_look_alike_is_written_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    written = set()
    strokes_of = handwritten_things.strokes_of

    def spy(letter: str, random: np.random.Generator) -> list[NDArray[np.float64]]:
        written.add(letter)
        return strokes_of(letter, random)

    monkeypatch.setattr(handwritten_things, "strokes_of", spy)
    for seed in range(400):
        for kind in ("handwritten letter", "handwritten sign"):
            KINDS[kind][1](np.random.default_rng(seed), NO_SOURCES)
    assert written == set(LETTERS) - LOOK_ALIKES


def test_every_printed_character_is_in_a_font_at_hand() -> None:
    for character in PRINTED_LETTERS + PRINTED_SIGNS:
        assert any(glyph_of(character, font).any() for font in letter_fonts())


def test_no_dash_and_no_blot_is_upright() -> None:
    for seed in range(250):
        drawing = KINDS["dots and dashes"][1](np.random.default_rng(seed), NO_SOURCES)
        mask = ink_on(drawing)
        count, _, stats, _ = cv2.connectedComponentsWithStats(mask)
        if count == 2:
            _, _, width, height, _ = stats[1]
            assert height < 1.7 * width + 4


def test_a_turned_or_mirrored_digit_is_a_3_or_a_7(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = set()
    tile = digit_mixtures._tile

    def spy(random, sources, height, wanted):
        asked.update(wanted)
        return tile(random, sources, height, wanted)

    monkeypatch.setattr(digit_mixtures, "_tile", spy)
    for seed in range(40):
        KINDS["mirrored digit"][1](np.random.default_rng(seed), SOURCES)
    assert asked == {3, 7}


def test_tiles_are_of_the_digits_wanted() -> None:
    only_threes = Sources(SOURCES.images, np.where(np.arange(10) == 3, 3, 1).astype(np.uint8), ())
    ink = digit_mixtures._tile(np.random.default_rng(0), only_threes, 40, (3,))
    assert ink.shape[1] > 12  # the ones are a few pixels wide
    assert 20 < ink.shape[0] <= 56


def test_a_bar_is_thinned_to_its_middle_line() -> None:
    bar = np.zeros((9, 24), bool)
    bar[2:7, 2:22] = True
    thin = thinned(bar)
    assert set(np.nonzero(thin)[0].tolist()) == {4}
    assert 14 <= thin.sum() <= 20


def test_a_thinned_ring_stays_a_ring() -> None:
    sheet = np.zeros((60, 60), np.uint8)
    cv2.circle(sheet, (30, 30), 20, 1, 9)
    thin = thinned(sheet > 0)
    parts, background = cv2.connectedComponents(thin.astype(np.uint8))[0], 1 - thin
    assert parts == 2
    assert cv2.connectedComponents(background.astype(np.uint8), connectivity=4)[0] == 3
    assert thin.sum() < 8 * 21  # as many steps up or down, left or right, lead around it


def length(lines: list[NDArray[np.float64]]) -> float:
    return sum(float(np.hypot(*np.diff(line, axis=0).T).sum()) for line in fitted(lines))


def test_scribbles_hold_more_line_than_any_digit() -> None:
    # An 8 is two rings, half as tall as it and less than half as wide: 2.9 times its height.
    assert min(length(scribble(np.random.default_rng(seed))) for seed in range(200)) > 3


def test_doodles_are_many_and_never_a_lone_ring() -> None:
    doodles = [fitted(doodle(np.random.default_rng(seed))) for seed in range(150)]
    assert len({np.concatenate(lines).tobytes() for lines in doodles}) > 145  # stairs may repeat
    counts = [len(lines) for lines in doodles]
    assert max(counts) > 10
    smooth_and_closed = [
        lines
        for lines in doodles
        if len(lines) == 1 and 30 <= len(lines[0]) <= 40 and np.ptp(lines[0], axis=0).min() > 0.5
    ]
    assert not smooth_and_closed


@settings(max_examples=30, deadline=None)
@given(seed=seeds)
def test_fitted_lines_touch_the_square_and_bent_ones_stay_near_it(seed: int) -> None:
    random = np.random.default_rng(seed)
    lines = [random.normal(0, 5, (int(random.integers(1, 9)), 2)) for _ in range(3)]
    points = np.concatenate(fitted(lines))
    assert np.ptp(points, axis=0).max() == pytest.approx(1)
    assert points.min() == pytest.approx(0)
    assert [len(line) > 0 for line in bent(lines, random)] == [True] * 3
    assert np.abs(np.concatenate(bent(lines, random)) - 0.5).max() < 1.2


def test_letters_are_read_from_their_grid() -> None:
    ((is_round, stem), (bar_is_round, bar)) = parse_strokes("~09 22 / 05 95")
    assert (is_round, bar_is_round) == (True, False)
    assert (stem * 9).tolist() == pytest.approx(np.array([[0, 9], [2, 2]]))
    assert (bar * 9).tolist() == pytest.approx(np.array([[0, 5], [9, 5]]))
    assert all(parse_strokes(way) for ways in LETTERS.values() for way in ways)


@pytest.mark.parametrize("text", ["", "09 / ", "9", "0x 12", "091"])
def test_a_stroke_off_the_grid_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no stroke on the grid"):
        parse_strokes(text)
