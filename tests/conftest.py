"""A server and a browser, each started once; pictures that stand for what people bring."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import h5py
import numpy as np
import pytest
from PIL import Image, ImageDraw

from digits.network.model_file import SHIPPED_MODEL
from digits.network.stored_export import GROUP
from tests import browser as shared
from tests.mnist_arrays import mnist_arrays

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

# Few layers, for what takes time is to compile them; batches that leave no rest, for a rest is
# compiled once more; things that are no digit, for whoever learns to doubt is told apart.
SLIM_RECIPE = {
    "architecture": "three_convolutions",
    "network": {"filters": [4, 4, 8], "dense_units": 8, "dropout": 0.25, "batch_norm": False},
    "batch_size": 105,
    "scenes": 0,
    "ways": 0,
    "non_digits": 0.05,
}
# Many processes share the cores here: their threads would wait for each other, at full speed.
for name in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(name, "1")

pytest_plugins = [
    "tests.dead_worker",
    "tests.frozen_tensorflow",
    "tests.left_behind",
    "tests.longest_first",
    "tests.own_process",
]


@pytest.fixture(autouse=True)
def main_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the program's main module back after each test.

    AppTest leaves the page there, which every process that a later test spawns would run again.
    """
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture
def written_one() -> Image.Image:
    """A 1 in dark ink on light paper."""
    picture = Image.new("RGB", (200, 240), (238, 236, 230))
    ImageDraw.Draw(picture).line([(104, 40), (96, 200)], (30, 30, 60), 18)
    return picture


def as_file(picture: Image.Image, kind: str = "PNG") -> bytes:
    """The bytes of a picture's file."""
    file = io.BytesIO()
    picture.save(file, kind)
    return file.getvalue()


@pytest.fixture(scope="session")
def bad_files() -> dict[str, bytes]:
    """Files that cannot be answered, by what they are."""
    jpeg = as_file(Image.effect_noise((400, 400), 80), "JPEG")
    return {
        "a text named .png": b"this is no picture",
        "a truncated JPEG": jpeg[: len(jpeg) // 2],
        "an empty file": b"",
        "a picture of 144 megapixels": as_file(Image.new("1", (12_000, 12_000), 1)),
        "a blank picture": as_file(Image.new("L", (200, 200), 255)),
    }


@pytest.fixture(scope="session")
def doubting_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped model's file, but with a threshold that no score reaches."""
    path = tmp_path_factory.mktemp("doubting") / "doubting.h5"
    shutil.copyfile(SHIPPED_MODEL, path)
    with h5py.File(path, "r+") as file:
        file.attrs["digit_doubt_score"] = "max_probability"
        file.attrs["digit_doubt_threshold"] = 2.0
    return path


@pytest.fixture(scope="session")
def model_without_export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped model's file as it was before models had exports."""
    path = tmp_path_factory.mktemp("without") / "without_export.h5"
    shutil.copyfile(SHIPPED_MODEL, path)
    with h5py.File(path, "r+") as file:
        del file[GROUP]
    return path


@pytest.fixture(scope="session")
def server_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the server of `server` says."""
    return tmp_path_factory.mktemp("server") / "server.log"


@pytest.fixture(scope="session")
def server(server_log: Path) -> Iterator[str]:
    """The address of the running page."""
    with shared.running_server(server_log) as url:
        yield url


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A running browser; without one the test is skipped, but never where tests must run."""
    executable = shared.find_chromium()
    if executable is None:
        if os.environ.get("CI") == "true":
            pytest.fail(shared.HOW_TO_ENABLE)
        pytest.skip(shared.HOW_TO_ENABLE)
    with shared.running_browser(executable) as running:
        yield running


@pytest.fixture(scope="session")
def desktop_browser(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser on a desktop's screen, which keeps Streamlit's scripts from tab to tab."""
    with chromium.new_context(viewport=shared.DESKTOP) as context:  # type: ignore[arg-type]
        yield context


@pytest.fixture(scope="session")
def phone_browser(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser on a phone held upright, likewise."""
    with chromium.new_context(
        viewport=shared.PHONE,  # type: ignore[arg-type]
        has_touch=True,
        is_mobile=True,
    ) as context:
        yield context


@pytest.fixture
def desktop(desktop_browser: BrowserContext, server: str) -> Iterator[Page]:
    """The page on a desktop's screen, as somebody finds it who has never been there."""
    with shared.fresh_tab(desktop_browser) as tab:
        yield shared.open_page(tab, server)


@pytest.fixture
def phone(phone_browser: BrowserContext, server: str) -> Iterator[Page]:
    """The same on a phone."""
    with shared.fresh_tab(phone_browser) as tab:
        yield shared.open_page(tab, server)


@pytest.fixture(scope="session")
def screenshots() -> Path:
    """Where pictures of the page lie to be looked at; git ignores it."""
    folder = shared.ROOT / "screenshots"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture
def small_mnist(tmp_path: Path) -> Path:
    return write_small_mnist(tmp_path)


def write_small_mnist(folder: Path) -> Path:
    """1,300 training digits before the validation split, all images the spelled indices.

    Beside the file lies `slim.json`, the recipe of a network that trains in a moment.
    """
    np.savez(folder / "mnist.npz", **mnist_arrays(6_300))
    (folder / "slim.json").write_text(json.dumps(SLIM_RECIPE))
    return folder / "mnist.npz"


@pytest.fixture(scope="session")
def trained_before(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of a slim model that has learnt nothing, made once for all who replace one."""
    from tests.training_runs import run_here, train_nothing

    folder = tmp_path_factory.mktemp("before")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("digits.training.command.train", train_nothing)
        assert run_here(write_small_mnist(folder), "--epochs", "1") == 0
    return (folder / "mine.h5").read_bytes()


@pytest.fixture
def trains_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """For what is promised of files and options, whatever a network learns."""
    from tests.training_runs import train_nothing

    monkeypatch.setattr("digits.training.command.train", train_nothing)


@pytest.fixture
def old_model(small_mnist: Path, trained_before: bytes) -> Path:
    """A model where the next run will write."""
    path = small_mnist.with_name("mine.h5")
    path.write_bytes(trained_before)
    return path
