"""A model of one's own on every screen: page, window and shell give one answer, and explain it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import digit_predictor
from digits.common.errors import LayerError
from digits.network.loading import load_network
from digits.network.tensorflow_beside import SHARED_PROCESS, NetworkBeside
from digits.window.answer_maker import AnswerMaker
from digits.window.explained_answer import ExplainedAnswer, Question
from tests.app_page import open_app_page
from tests.own_models import dense_weights, keras, layers, sequential, trained_weights
from tests.page.test_app import blocks, by_label, likeliest, text, upload

BY_OCCLUSION = "Found by occlusion: this model has no convolution"


@pytest.fixture(autouse=True)
def no_examination_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is found is found in the process that holds TensorFlow."""
    monkeypatch.setattr("digits.network.examination.examine", None)


@pytest.fixture(scope="module", autouse=True)
def process_beside() -> Iterator[None]:
    """One for all tests of this file."""
    yield
    SHARED_PROCESS.end()


@pytest.fixture(scope="module")
def without_convolutions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """It takes 0 to 255, and says so by its first layer."""
    path = tmp_path_factory.mktemp("own") / "dense.h5"
    model = sequential(layers.Rescaling(1 / 255), layers.Flatten(), layers.Dense(10, "softmax"))
    model.layers[-1].set_weights(list(dense_weights()))
    model.save(path)
    return path


@pytest.fixture(scope="module")
def for_255(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base model and a head, trained on 0 to 255, which nothing tells but trying."""
    path = tmp_path_factory.mktemp("own") / "nested.keras"
    weights = trained_weights().for_white(255)
    base = keras.Sequential(weights.body(), name="base")
    sequential(base, layers.Flatten(), weights.classifier()).save(path)
    return path


@pytest.fixture
def picture(written_one, tmp_path: Path) -> Path:
    written_one.save(tmp_path / "one.png")
    return tmp_path / "one.png"


def shell_answer(model: Path, picture: Path, capsys) -> tuple[int, str]:
    """The digit that the shell gives, and what it says besides."""
    assert digit_predictor.main([str(picture), "--json", "--model", str(model)]) == 0
    printed = capsys.readouterr()
    return json.loads(printed.out)["top_k"][0]["digit"], printed.err


def window_answer(picture: Path, *, is_contrast: bool = False) -> ExplainedAnswer:
    answer = AnswerMaker()(Question(picture, is_drawn=False, is_contrast=is_contrast))
    assert isinstance(answer, ExplainedAnswer)
    return answer


def test_page_window_and_shell_agree_without_convolutions(
    without_convolutions: Path, picture: Path, monkeypatch, capsys
) -> None:
    digit, said = shell_answer(without_convolutions, picture, capsys)
    assert "dense.h5: This model expects 0 to 255, white ink on black." in said

    monkeypatch.setenv("DIGIT_MODEL", str(without_convolutions))
    window = window_answer(picture)
    assert window.written == str(digit)
    assert BY_OCCLUSION in window.caption
    assert window.colours
    assert BY_OCCLUSION in window_answer(picture, is_contrast=True).caption

    page = upload(open_app_page(), "one.png", picture.read_bytes())
    assert likeliest(page) == str(digit)
    assert BY_OCCLUSION in "".join(blocks(page, "heatmap"))
    assert not page.exception


def test_convolutions_inside_a_model_are_explained_by_their_paths(for_255: Path) -> None:
    network = load_network(for_255)
    assert isinstance(network, NetworkBeside)
    assert network.findings.convention.white == 255
    assert network.convolution_names == ["base/first", "base/second"]
    blank = np.zeros((28, 28), np.float32)
    found = network.compute_gradients("base/second", blank, [3])
    assert found.feature_maps.shape == (4, 4, 24)
    with pytest.raises(LayerError):
        network.compute_gradients("base/none", blank, [3])


def test_the_page_says_which_model_is_in_use_and_what_was_found(
    for_255: Path, picture: Path, monkeypatch, capsys
) -> None:
    digit, said = shell_answer(for_255, picture, capsys)
    assert digit == 1
    assert "nested.keras: This model expects 0 to 255, white ink on black." in said

    monkeypatch.setenv("DIGIT_MODEL", str(for_255))
    page = open_app_page()
    by_label(page.toggle, "Show model layers").set_value(True).run()
    in_use = text(page, "in-use")
    assert "File nested.keras" in in_use
    assert "Takes 28 × 28, 0 to 255, white ink on black" in in_use
    assert "Of 200 drawings of digits it reads" in in_use
    assert "base/first" in text(page, "layers")
    assert str(for_255.parent) not in in_use
