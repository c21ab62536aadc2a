"""The network of rows learns what a few rows say, and best paths are read by hand."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from digits.network.row_signs import BLANK, SIGNS, classes_of
from digits.picture.row_strips import STRIP_HEIGHT
from digits.synthetic.pen_characters import PenCharacter
from digits.synthetic.pen_strokes import PenDigit
from digits.synthetic.sources import CollectedThings, Sources
from digits.synthetic.writers import ByWriter
from digits.training.checkpoint import Checkpoint
from digits.training.row_fitting import (
    Bends,
    RowEpoch,
    RowRecipe,
    _batches,
    _loss,
    _targets,
    best_path_text,
    read_texts,
    train_rows,
)
from digits.training.rows import WIDEST, RowMaker, RowSet, fewest_frames
from tests.drawings import DIGITS, draw

SOURCES = Sources(
    np.array([255 - draw(DIGITS[digit], 28, 3)[..., 0] for digit in range(10)]),
    np.arange(10, dtype=np.uint8),
    (),
)


def test_best_paths_are_read_as_ctc_says() -> None:
    two, five = classes_of("25")
    assert best_path_text(np.array([BLANK, two, two, BLANK, two, five, five, BLANK])) == "225"
    assert best_path_text(np.array([BLANK, BLANK])) == ""


def test_signs_need_a_frame_each_and_a_blank_between_two_alike() -> None:
    assert [fewest_frames(signs) for signs in ("", "1", "12", "11", "1000")] == [0, 1, 2, 3, 6]


def test_targets_count_signs_and_frames() -> None:
    strips = [np.zeros((STRIP_HEIGHT, wide), np.uint8) for wide in (20, 31)]
    targets = _targets(strips, ["-5", "1"])
    assert targets[:, :2].tolist() == [[2, 10], [1, 15]]
    assert targets[0, 2:4].tolist() == classes_of("-5")
    assert (targets[0, 4:] == BLANK).all()


def test_batches_hold_every_row_with_its_like_and_are_full() -> None:
    widths = np.random.default_rng(0).integers(20, 400, 300)
    batches = list(_batches(widths, 16, np.random.default_rng(1)))
    assert set(np.concatenate([chosen for chosen, _ in batches])) == set(range(300))
    assert sum(len(chosen) for chosen, _ in batches) < 300 + 7 * 32
    sizes = {
        width: {len(chosen) for chosen, wide in batches if wide == width} for _, width in batches
    }
    assert sizes == {width: {max(4, round(32 * 64 / width))} for width in sizes}
    for chosen, width in batches:
        assert widths[chosen].max() <= width
        assert widths[chosen].min() > width - 64


def test_rows_are_strips_with_their_signs_and_kept(tmp_path: Path, capsys) -> None:
    made = RowMaker(SOURCES).rows(30, tmp_path)
    assert "Making 30 rows" in capsys.readouterr().out
    assert len(made) >= 20
    for strip, text in zip(made.strips, made.texts, strict=True):
        assert strip.dtype == np.uint8
        assert strip.shape[0] == STRIP_HEIGHT
        assert strip.shape[1] <= WIDEST
        assert text and set(text) <= set(SIGNS)
    again = RowMaker(SOURCES).rows(30, tmp_path)
    assert not capsys.readouterr().out
    assert again.texts == made.texts
    assert all(map(np.array_equal, again.strips, made.strips))


def test_rows_that_are_kept_are_known_by_all_they_are_made_of() -> None:
    stroke, other = np.array([[0.0, 0], [9, 9]]), np.array([[0.0, 9], [9, 0]])
    pens = [(PenDigit(1, "ann", (each,)),) for each in (stroke, other)]
    pens.append((PenDigit(7, "ann", (stroke,)),))
    drawn = ((stroke,), (other,), (stroke, other), (np.concatenate([stroke, other]),))
    letters = [PenCharacter("x", "ben", strokes) for strokes in drawn]
    letters.append(PenCharacter("y", "ben", (stroke,)))
    things = [CollectedThings(ByWriter((letter,))) for letter in letters]
    sources = [replace(SOURCES, pens=each) for each in pens]
    sources += [replace(SOURCES, collected=each) for each in things]
    sources += [SOURCES, replace(SOURCES, labels=SOURCES.labels[::-1].copy())]
    keys = {RowMaker(each)._key(30) for each in sources}
    assert len(keys) == len(sources)
    assert RowMaker(replace(SOURCES))._key(30) in keys


def few_rows() -> RowSet:
    """Fours and sevens, black boxes with a gap, which a network tells apart in a moment."""
    strips, texts = [], []
    random = np.random.default_rng(0)
    for _ in range(48):
        text = "".join(random.choice(list("47"), int(random.integers(1, 3))))
        strip = np.zeros((STRIP_HEIGHT, 20 * len(text) + 8), np.uint8)
        for number, sign in enumerate(text):
            x = 8 + 20 * number
            strip[5:25, x : x + 3] = 255
            if sign == "4":
                strip[5:25, x + 7 : x + 10] = 255
        strips.append(strip)
        texts.append(text)
    return RowSet(tuple(strips), tuple(texts))


RECIPE = RowRecipe(epochs=15, batch_size=2, width=0.25, averaging=0.8, learning_rate=2e-2)


def test_a_network_learns_to_read_rows() -> None:
    rows, seen = few_rows(), list[Checkpoint[RowEpoch]]()
    model, history = train_rows(RECIPE, rows, rows, 0, after_epoch=seen.append)
    assert history == seen[-1].history
    assert [len(checkpoint.history) for checkpoint in seen] == list(range(1, 16))
    assert history[-1].loss < 0.3 * history[0].loss
    assert history[-1].whole == pytest.approx(
        np.mean(np.array(read_texts(model, rows)) == rows.texts)
    )
    assert history[-1].whole > 0.9


def test_a_run_that_goes_on_ends_with_the_weights_of_one_that_was_not_interrupted() -> None:
    rows, seen = few_rows(), list[Checkpoint[RowEpoch]]()
    recipe = replace(RECIPE, epochs=2)
    whole, _ = train_rows(recipe, rows, rows, 0, after_epoch=seen.append)
    again, history = train_rows(recipe, rows, rows, 0, resume_from=seen[0])
    assert history == seen[1].history
    for one, other in zip(whole.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_strips_are_bent_by_a_little() -> None:
    strip = few_rows().strips[0]
    bends = Bends.by_chance(np.full(300, strip.shape[1]), np.random.default_rng(0))
    for number in range(300):
        bent = bends.bent(strip, number)
        assert bent.shape == (STRIP_HEIGHT, bends.columns[number])
        assert 0.3 < bent.sum() / strip.sum() < 2.5
        assert np.median(bent) == 0  # paper stays black


def test_the_loss_is_that_of_keras() -> None:
    """Its own kernel of TensorFlow is faster and says the same."""
    keras = pytest.importorskip("keras")
    logits = np.random.default_rng(0).normal(size=(3, 30, len(SIGNS) + 1)).astype(np.float32)
    strips = [np.zeros((STRIP_HEIGHT, wide), np.uint8) for wide in (60, 44, 30)]
    targets = _targets(strips, ["12.50", "xx", "9"])
    expected = keras.ops.ctc_loss(
        targets[:, 2:], logits, targets[:, 0], targets[:, 1], mask_index=BLANK
    )
    np.testing.assert_allclose(np.asarray(_loss(targets, logits)), np.asarray(expected), rtol=1e-4)
