"""A model of one's own that cannot be used: each program says so, in one sentence, and no more."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import digit_predictor
import evaluate_model
from digits.network.architectures import INPUT_SHAPE
from digits.network.model_file import SHIPPED_MODEL
from digits.network.tensorflow_import import import_keras
from tests import bad_models
from tests.browser import ROOT
from tests.mnist_arrays import mnist_arrays


def write_missing(path: Path) -> None:
    path.unlink(missing_ok=True)


def write_truncated(path: Path) -> None:
    path.write_bytes(SHIPPED_MODEL.read_bytes()[:50_000])


def write_foreign(path: Path) -> None:
    keras = import_keras()
    layers = [keras.Input((28, 28, 3)), keras.layers.Flatten(), keras.layers.Dense(1000)]
    keras.Sequential(layers).save(path)


def write_lambda(path: Path) -> None:
    bad_models.write_good(path)
    trap = bad_models.lambda_config(path.with_name("sprung"))
    bad_models.with_kind("flatten", trap)(path)


def write_nan(path: Path) -> None:
    keras = import_keras()
    stack = [keras.Input(INPUT_SHAPE), keras.layers.Flatten(), keras.layers.Dense(10, "softmax")]
    model = keras.Sequential(stack)
    model.set_weights([np.full_like(each, np.nan) for each in model.get_weights()])
    model.save(path)


Cases = dict[str, tuple[Callable[[Path], None], str]]
WITHOUT_KERAS: Cases = {
    "missing": (write_missing, "is missing"),
    "truncated": (write_truncated, "is damaged"),
    "a Lambda": (write_lambda, "holds a Lambda"),
    "a folder": (Path.mkdir, "is a folder"),
}
ALL = WITHOUT_KERAS | {
    "of another shape": (write_foreign, "has 1000 classes"),
    "of no numbers": (write_nan, "answers that are not numbers"),
}


def cases(known: Cases) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("write", "words"), list(known.values()), ids=list(known))


@pytest.fixture
def bad_model(write: Callable[[Path], None], tmp_path: Path) -> Path:
    path = tmp_path / "place" / "model.h5"
    path.parent.mkdir()
    write(path)
    return path


def assert_one_sentence(errors: str, words: str, bad_model: Path) -> None:
    assert words in errors
    assert errors.count("\n") == 1
    assert "Traceback" not in errors
    assert str(bad_model.parent) not in errors
    assert not bad_model.with_name("sprung").exists()


@cases(ALL)
def test_the_predictor_ends_with_2(
    bad_model: Path, words: str, written_one: Image.Image, tmp_path: Path, capsys
) -> None:
    written_one.save(tmp_path / "one.png")
    assert digit_predictor.main([str(tmp_path / "one.png"), "--model", str(bad_model)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert_one_sentence(printed.err, words, bad_model)


@cases(ALL)
def test_the_evaluation_ends_with_1_and_writes_nothing(
    bad_model: Path, words: str, tmp_path: Path, monkeypatch, capsys
) -> None:
    monkeypatch.chdir(tmp_path)
    np.savez("mnist.npz", **mnist_arrays(6_300))
    assert evaluate_model.main([str(bad_model), "--data", "mnist.npz"]) == 1
    assert_one_sentence(capsys.readouterr().err, words, bad_model)
    assert not Path("evaluation").exists()


@cases(WITHOUT_KERAS)
def test_the_window_does_not_open(bad_model: Path, words: str) -> None:
    done = subprocess.run(
        [sys.executable, "digit_gui.py", "--model", str(bad_model)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert_one_sentence(done.stderr, words, bad_model)
