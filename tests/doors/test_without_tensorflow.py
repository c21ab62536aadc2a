"""Where TensorFlow is not installed, all that can be done without it is; the rest is a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from digits.network.tensorflow_import import MISSING
from tests.absent_tensorflow import without_tensorflow
from tests.browser import draw, open_page, started_server, until_seen, wait_until_healthy
from tests.drawings import DIGITS
from tests.drawings import draw as drawing
from tests.programs import run
from tests.window_hand import virtual_screen


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return without_tensorflow(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def seven(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("picture") / "seven.png"
    Image.fromarray(drawing(DIGITS[7])).save(path)
    return path


def test_the_shell_reads(environment: dict[str, str], seven: Path) -> None:
    done = run("digit_predictor.py", str(seven), environment=environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{seven}: 7 " in done.stdout


def test_in_python_an_inner_layer_is_a_sentence(environment: dict[str, str], seven: Path) -> None:
    code = (
        "from digit_predictor import ModelError, read_digit\n"
        "from gradcam_visualizer import grad_cam\n"
        f"picture = read_digit({str(seven)!r}).network_input\n"
        "print(grad_cam(picture).shape)\n"
        "try: grad_cam(picture, layer_name='conv_3')\n"
        "except ModelError as error: print(error)\n"
    )
    done = run("-c", code, environment=environment)
    assert (done.stdout, done.stderr) == (f"(28, 28)\n{MISSING}\n", "")


def test_a_model_without_an_export_is_a_sentence(
    environment: dict[str, str], seven: Path, model_without_export: Path
) -> None:
    done = run(
        "digit_predictor.py",
        str(seven),
        "--model",
        str(model_without_export),
        environment=environment,
    )
    assert done.returncode == 2
    sentence = done.stderr.splitlines()[-1]
    assert sentence.startswith("The model file without_export.h5 holds no export, so it takes Te")
    assert "pip install -r requirements.txt" in sentence
    assert "python -m digits.training.exporting" in sentence


@pytest.mark.parametrize(
    "script", ["train_mnist_model.py", "tune_mnist_model.py", "evaluate_model.py"]
)
def test_what_trains_and_measures_says_what_it_needs(
    script: str, environment: dict[str, str], small_mnist: Path
) -> None:
    done = run(script, "--data", str(small_mnist), environment=environment)
    assert done.returncode == 1
    assert "pip install -r requirements" in done.stderr
    assert done.stderr.count("\n") == 1


def choose_layer(page: Page, name: str, label: str = "Last conv layer") -> None:
    """Open a list of layers, and choose one."""
    layer, option = (
        page.get_by_role("combobox", name=label),
        page.get_by_role("option", name=name),
    )
    layer.scroll_into_view_if_needed()
    until_seen(option, layer.click)
    option.click()


def test_the_page_answers_and_explains(
    environment: dict[str, str], chromium: Browser, tmp_path: Path
) -> None:
    log = tmp_path / "server.log"
    with started_server(log, **environment) as server, chromium.new_context() as context:
        wait_until_healthy(server, log)
        page = open_page(context.new_page(), server.url)
        draw(page, DIGITS[7])
        expect(page.locator(".answer-digit")).to_have_text("7")
        expect(page.locator(".heatmap")).to_be_visible()
        page.get_by_text("Show model layers").click()
        expect(page.get_by_text("conv_8").first).to_be_visible()
        page.get_by_text("More about the method").click()
        choose_layer(page, "conv_3")
        expect(page.get_by_role("alert")).to_contain_text(MISSING)
        expect(page.locator(".answer-digit")).to_have_text("7")
        choose_layer(page, "conv_8")  # the list is there still, to choose another
        expect(page.locator(".heatmap")).to_be_visible()
        page.get_by_text("Inside the network").click()
        expect(page.locator(".map").first).to_be_visible()
        choose_layer(page, "conv_3", "Convolution")
        expect(page.get_by_role("alert")).to_contain_text(MISSING)

    assert "Traceback" not in log.read_text()


def test_the_window_answers_and_explains(environment: dict[str, str], seven: Path) -> None:
    pytest.importorskip("tkinter", reason="Python without Tk: apt-get install python3-tk")
    code = (
        "import sys, tkinter as tk\n"
        "from pathlib import Path\n"
        "from digits.window.app import DigitWindow\n"
        "from tests.window_hand import wait_for_answer\n"
        "if __name__ == '__main__':\n"
        "    window = DigitWindow(tk.Tk())\n"
        "    window.open_picture(Path(sys.argv[1]))\n"
        "    wait_for_answer(window)\n"
        "    print(window.panel.digit.cget('text'), window.panel.caption.cget('text'))\n"
        "    window.close()\n"
    )
    with virtual_screen() as screen:
        done = run("-c", code, str(seven), environment=environment | {"DISPLAY": screen})
    assert done.stderr == ""
    assert done.stdout.startswith("7 ")
