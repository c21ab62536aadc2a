"""The report as a person asks for it, on pictures whose answers are known."""

import json
import re
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from digit_predictor import load_model
from digits.common import atomic_file
from digits.evaluation import command
from digits.evaluation.command import main
from digits.evaluation.measures import wilson_interval
from digits.evaluation.report import PAGE
from digits.network.model_file import SHIPPED_MODEL, read_papers
from tests import browser as shared
from tests.mnist_arrays import mnist_arrays
from tests.training.test_picture_folder import put_picture

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten digits; a 3 that lies among the 8s; a blank sheet and a text."""
    folder = tmp_path_factory.mktemp("data") / "pictures"
    for digit in range(10):
        put_picture(folder / str(digit) / "drawing.png", digit)
    put_picture(folder / "8" / "a <b>3<b>.png", 3)
    Image.new("L", (60, 60), 255).save(folder / "8" / "blank.png")
    (folder / "5" / "notes <i>.txt").write_text("no picture")
    return folder


@pytest.fixture(scope="module")
def output(pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report on the pictures."""
    folder = tmp_path_factory.mktemp("output") / "made" / "here"
    assert main(["--data", str(pictures), "--output", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def page(output: Path) -> str:
    return (output / PAGE).read_text(encoding="utf-8")


def answer(capsys, *arguments: str) -> Any:
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_json_holds_the_figures_worked_out_by_hand(pictures: Path, capsys) -> None:
    told = answer(capsys, "--data", str(pictures), "--no-report")
    expected = np.eye(10, dtype=int)
    expected[8, 3] = 1
    assert told["confusion_matrix"] == expected.tolist()
    assert (told["n"], told["errors"], told["accuracy"]) == (11, 1, 10 / 11)
    assert told["interval"] == list(wilson_interval(10, 11))
    assert told["digits"][8] == {
        "digit": 8,
        "precision": 1.0,
        "recall": 0.5,
        "f1": pytest.approx(2 / 3),
        "support": 2,
    }
    assert told["model"] == "digit_recognizer.h5"
    assert told["parameters"] == load_model(SHIPPED_MODEL).count_params()
    assert told["papers"]["data_sha256"] == read_papers(SHIPPED_MODEL).data_sha256
    assert told["report"] is None


def test_what_could_not_be_read_counts_as_errors_of_all_files_alone(pictures: Path, capsys) -> None:
    told = answer(capsys, "--data", str(pictures), "--no-report")
    assert [each["file"] for each in told["unreadable"]] == ["5/notes <i>.txt", "8/blank.png"]
    assert told["accuracy_of_all_files"] == 10 / 13
    assert told["interval_of_all_files"] == list(wilson_interval(10, 13))


def test_without_a_report_the_lines_are_all_there_is(
    pictures: Path, tmp_path: Path, capsys, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["--data", str(pictures), "--no-report"]) == 0
    printed = capsys.readouterr()
    assert "90.91% read right" in printed.out
    assert "errors: 1" in printed.out
    assert "as errors: 76.92%" in printed.out
    assert printed.err == ""
    assert not list(tmp_path.iterdir())


def test_the_page_holds_all_that_it_shows(page: str) -> None:
    assert "http://" not in page
    assert "https://" not in page
    sources = re.findall(r'\b(?:src|srcset|href)\s*=\s*"([^"]{22})', page)
    assert len(sources) >= 4
    assert set(sources) == {"data:image/png;base64,"}
    assert "<script" not in page
    assert "<link" not in page
    assert "url(" not in page


def test_the_page_tells_what_was_measured(page: str) -> None:
    assert "90.91%" in page
    assert "76.92%" in page
    assert "8 → 3" in page
    assert "GlobalAveragePooling2D" in page
    assert str(read_papers(SHIPPED_MODEL).data_sha256) in page
    assert "Nothing is drawn here" in page
    assert "such a map needs at least 30 digits" in page


def test_names_of_files_are_text_and_never_markup(page: str) -> None:
    assert "8/a &lt;b&gt;3&lt;b&gt;.png" in page
    assert "5/notes &lt;i&gt;.txt" in page
    assert "<b>" not in page


def test_the_figures_lie_beside_the_page(output: Path) -> None:
    assert sorted(file.name for file in output.iterdir()) == [
        "average_heatmaps.png",
        "confusion_matrix.png",
        "mistakes.png",
        "reliability.png",
        "report.html",
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_the_page_needs_no_scrolling_sideways_and_no_network(
    chromium: "Browser", output: Path, scheme: Any
) -> None:
    asked: list[str] = []
    with chromium.new_context(
        viewport=shared.PHONE,  # type: ignore[arg-type]
        color_scheme=scheme,
    ) as context:
        phone = context.new_page()
        phone.on("request", lambda request: asked.append(request.url))
        phone.goto((output / PAGE).as_uri())
        assert phone.evaluate("document.documentElement.scrollWidth") <= shared.PHONE["width"]
        widths = phone.evaluate("[...document.images].map(image => image.naturalWidth)")
    assert min(widths) > 0
    assert not [url for url in asked if not url.startswith(("file:", "data:"))]


@pytest.fixture
def small_mnist(tmp_path: Path) -> Path:
    """A test split of 40 digits that all differ."""
    noise = np.random.default_rng(0).integers(0, 256, (40, 28, 28), np.uint8)
    np.savez(tmp_path / "mnist.npz", **(mnist_arrays(6_300, test=40) | {"x_test": noise}))
    return tmp_path / "mnist.npz"


def test_a_second_report_replaces_the_first_and_leaves_none_of_its_figures(
    small_mnist: Path, tmp_path: Path, pictures: Path, capsys
) -> None:
    told = answer(capsys, "--data", str(small_mnist), "--output", str(tmp_path / "report"))
    assert told["data"] == "the test split of mnist.npz, 40 digits"
    assert told["report"] == str(tmp_path / "report" / PAGE)
    maps = [tmp_path / "report" / f"t_sne_{kind}.png" for kind in ("pixels", "features")]
    assert all(file.is_file() for file in maps)
    assert main(["--data", str(pictures), "--output", str(tmp_path / "report")]) == 0
    assert not any(file.exists() for file in maps)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["none.h5"], "none.h5 is missing"),
        (["damaged.h5"], "damaged.h5 is damaged"),
        (["--data", "none.npz"], "none.npz is no file"),
        (["--data", "damaged.npz"], "damaged.npz is not a whole mnist.npz"),
        (["--data", "none"], "none is no folder"),
        (["--data", "ten"], "must be 0 to 9"),
        (["--output", "damaged.h5"], "would be in a file or is one"),
        (["--output", "damaged.h5/inside"], "would be in a file or is one"),
    ],
)
def test_bad_arguments_end_in_one_sentence(
    arguments: list[str], sentence: str, capsys, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "damaged.h5").write_bytes(b"no model")
    (tmp_path / "damaged.npz").write_bytes(b"no data")
    (tmp_path / "ten" / "10").mkdir(parents=True)
    assert main(arguments) == 1
    printed = capsys.readouterr()
    assert sentence in printed.err
    assert printed.err.count("\n") == 1
    assert printed.out == ""
    assert not (tmp_path / "evaluation").exists()


def test_a_full_disk_is_one_sentence_and_leaves_the_old_report_whole(
    pictures: Path, tmp_path: Path, capsys, monkeypatch
) -> None:
    (tmp_path / PAGE).write_text("old")

    def disk_is_full(_: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic_file, "_flush_to_disk", disk_is_full)
    assert main(["--data", str(pictures), "--output", str(tmp_path)]) == 1
    errors = capsys.readouterr().err
    assert errors.startswith("confusion_matrix.png could not be written (No space left on device)")
    assert errors.count("\n") == 1
    assert [file.name for file in tmp_path.iterdir()] == [PAGE]
    assert (tmp_path / PAGE).read_text() == "old"


def test_interrupted_it_says_so_and_exits_with_130(
    pictures: Path, tmp_path: Path, capsys, monkeypatch
) -> None:
    def press_ctrl_c(*_: object) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(command, "evaluate", press_ctrl_c)
    assert main(["--data", str(pictures), "--output", str(tmp_path)]) == 130
    assert capsys.readouterr().err.startswith("Stopped")
    assert not list(tmp_path.iterdir())
