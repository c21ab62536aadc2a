"""For somebody without a home directory, as services and containers are, everything works alike."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from tests.browser import PATIENCE, draw, open_page, running_server
from tests.drawings import DIGITS
from tests.programs import run

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NOWHERE = {
    "HOME": os.devnull,
    "XDG_CACHE_HOME": f"{os.devnull}/cache",
    "XDG_CONFIG_HOME": f"{os.devnull}/config",
    "XDG_DATA_HOME": f"{os.devnull}/data",
}
UNSET = {name: value for name, value in os.environ.items() if name not in NOWHERE}


def test_the_predictor_reads_and_says_nothing_else(
    written_one: Image.Image, tmp_path: Path
) -> None:
    written_one.save(tmp_path / "one.png")
    done = run("digit_predictor.py", str(tmp_path / "one.png"), environment=os.environ | NOWHERE)
    assert (done.returncode, done.stderr) == (0, "")
    assert "one.png: 1 " in done.stdout


@pytest.mark.parametrize("environment", [UNSET, UNSET | NOWHERE], ids=["unset", "no folder"])
@pytest.mark.parametrize(
    "code",
    [
        "from digits.explanation.overlay import colour_stops; print(colour_stops('plasma'))",
        "from digits.evaluation.figures import *; print(confusion_figure(np.eye(10, dtype=int)))",
        "from digits.synthetic.printed_characters import letter_fonts; print(letter_fonts())",
        "import digits.training.curves, matplotlib.figure",
    ],
    ids=["heatmaps", "figures", "printed letters", "curves"],
)
def test_what_is_drawn_with_matplotlib_is_drawn_without_a_remark(
    code: str, environment: dict[str, str]
) -> None:
    done = run("-c", code, environment=environment)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.slow
def test_two_servers_on_one_folder_both_answer(chromium: Browser, tmp_path: Path) -> None:
    logs = [tmp_path / "one.log", tmp_path / "two.log"]
    with running_server(logs[0], **NOWHERE) as one, running_server(logs[1], **NOWHERE) as two:
        pages = [open_page(chromium.new_page(), url) for url in (one, two)]
        for page, digit in zip(pages, (3, 7), strict=True):
            draw(page, DIGITS[digit])
        for page, digit in zip(pages, (3, 7), strict=True):
            page.locator(".answer-digit").wait_for(timeout=1000 * PATIENCE)
            assert page.locator(".answer-digit").inner_text() == str(digit)
            page.close()
    for log in logs:
        said = log.read_text()
        assert "http://localhost" in said
        assert not [word for word in ("Traceback", "Error", "atplotlib", "null") if word in said]
