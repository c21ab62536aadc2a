"""Killed, a full disk, a folder that cannot be written: nothing is lost, and one sentence says so.

All that is written goes through `atomic_file`, where the faults are made.
"""

from __future__ import annotations

import errno
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digits.common import atomic_file
from digits.common.errors import DigitError
from digits.common.picture_saving import save_picture
from digits.evaluation import command as evaluation_command
from digits.network.architectures import INPUT_SHAPE
from digits.network.tensorflow_import import import_keras
from digits.training import command as training_command
from digits.training.checkpoint import Checkpoint, EpochRow
from digits.training.fitting import TrainedNetwork
from digits.tuning import command as tuning_command
from digits.tuning import trials
from tests.browser import ROOT
from tests.mnist_arrays import mnist_arrays
from tests.writers import WRITERS


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def kill_while_writing(name: str, folder: Path) -> str:
    """Start to write the newer version, and kill that in the middle; what it leaves behind."""
    writer = subprocess.Popen(
        [sys.executable, "-m", "tests.writers", name, str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writer.stdout is not None
    try:
        while not (line := writer.stdout.readline()).startswith("."):
            assert writer.poll() is None, line
    finally:
        writer.kill()
        writer.communicate(timeout=120)
    return line.strip()


@pytest.mark.parametrize("name", WRITERS)
def test_killed_while_it_writes_leaves_the_old_file_and_can_be_run_again(
    name: str, tmp_path: Path
) -> None:
    write, folder, undisturbed = WRITERS[name], tmp_path / "killed", tmp_path / "undisturbed"
    folder.mkdir()
    undisturbed.mkdir()
    write(folder, 0)
    old = contents(folder)

    leftover = kill_while_writing(name, folder)

    assert old == {each: content for each, content in contents(folder).items() if each != leftover}
    an_hour_ago = time.time() - atomic_file.LEFTOVER_AGE - 1
    os.utime(folder / leftover, (an_hour_ago, an_hour_ago))
    write(folder, 1)
    write(undisturbed, 1)
    assert contents(folder) == old | contents(undisturbed)
    assert contents(folder) != old


# ---- A full disk, and a folder that cannot be written


def trainer(*options: str) -> int:
    files = [
        "--data",
        "mnist.npz",
        "--tuned",
        "slim.json",
        "--output",
        "here/mine.h5",
        "--no-export",
    ]
    return training_command.main([*files, *options])


def tuner() -> int:
    places = ["--folder", "here/tuning", "--output", "here/tuned_recipe.json"]
    return tuning_command.main(["--data", "mnist.npz", "--max-trials", "2", *places])


def evaluation() -> int:
    return evaluation_command.main(["--data", "mnist.npz", "--output", "here"])


def augmentation_sheet() -> int:
    return trainer("--show-augmentation", "here/sheet.png")


WRITTEN = [
    (trainer, "mine.checkpoint.npz"),
    (trainer, "mine.curves.csv"),
    (trainer, "mine.curves.png"),
    (trainer, "mine.h5"),
    (trainer, "non_digits-"),
    (augmentation_sheet, "sheet.png"),
    (tuner, "search.json"),
    (tuner, "oracle.json"),
    (tuner, "trial.json"),
    (tuner, "tuned_recipe.json"),
    (evaluation, "confusion_matrix.png"),
    (evaluation, "report.html"),
]


@pytest.fixture
def quick_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder where a script writes what it makes of small data, in a moment."""
    np.savez(tmp_path / "mnist.npz", **mnist_arrays(6_300))
    slim = {"network": {"width": 0.25}, "scenes": 0, "ways": 0, "non_digits": 0.01}
    (tmp_path / "slim.json").write_text(json.dumps(slim))
    row = EpochRow(1, 1.0, 0.1, 0.2, 0.9, 0.2, 0.9)

    def train(
        recipe: Any, training: Any, validation: Any, seed: int, control: Any, **_: Any
    ) -> Any:
        control.after_epoch(Checkpoint((row,), [], [], []))
        keras = import_keras()
        flat = [keras.Input(INPUT_SHAPE), keras.layers.Flatten(), keras.layers.Dense(10, "softmax")]
        return TrainedNetwork(keras.Sequential(flat), (row,))

    def try_recipe(*arguments: Any) -> Any:
        return TrainedNetwork(None, (row,))

    monkeypatch.setattr(training_command, "train", train)
    monkeypatch.setattr(trials, "train", try_recipe)
    monkeypatch.setattr(evaluation_command, "average_heatmaps", lambda *arguments: ())
    monkeypatch.setattr(evaluation_command, "embed", lambda *arguments: None)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here").mkdir()
    return tmp_path / "here"


def break_writing(name: str, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the disk fill, or the folder become read-only, when a file of this name is written."""
    step = "_flush_to_disk" if number == errno.ENOSPC else "_create"
    succeed = getattr(atomic_file, step)
    stem, suffix = name.rsplit(".", 1) if "." in name else (name, "npz")

    def fail(path: Path) -> None:
        if path.name.startswith(f".{stem}") and path.suffix == f".{suffix}":
            raise OSError(number, os.strerror(number), str(path))
        succeed(path)

    monkeypatch.setattr(atomic_file, step, fail)


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS], ids=os.strerror)
@pytest.mark.parametrize("written", WRITTEN, ids=[name for _, name in WRITTEN])
def test_what_cannot_be_written_is_one_sentence_and_leaves_no_half_of_it(
    written: tuple[Callable[[], int], str], number: int, quick_work: Path, monkeypatch, capsys
) -> None:
    script, name = written
    for each in ("sheet.png", "tuned_recipe.json", "report.html", "confusion_matrix.png"):
        (quick_work / each).write_text("old")
    break_writing(name, number, monkeypatch)

    assert script() == 1

    errors = capsys.readouterr().err
    assert errors.count("\n") == 1
    assert re.match(rf"{name}\S* could not be written \({os.strerror(number)}\): free", errors)
    assert str(quick_work) not in errors
    assert not [each for each in everything(quick_work) if "/." in each]
    assert all(
        content == b"old" for each, content in everything(quick_work).items() if name in each
    )


@pytest.mark.parametrize(
    ("script", "option"), [(trainer, "--output"), (tuner, "--output"), (evaluation, "--output")]
)
def test_a_folder_that_cannot_be_written_is_named_before_the_work(
    script: Callable[[], int], option: str, quick_work: Path, monkeypatch, capsys
) -> None:
    def read_only(**options: Any) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr("digits.common.command_line.tempfile.TemporaryFile", read_only)
    assert script() == 1
    said = f"The folder of {option} cannot be written to: choose another.\n"
    assert capsys.readouterr().err == said
    assert not everything(quick_work)


def test_a_model_is_not_replaced_where_it_cannot_be_written(
    quick_work: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert trainer() == 0
    old = everything(quick_work)[str(quick_work / "mine.h5")]
    break_writing("mine.h5", errno.ENOSPC, monkeypatch)
    assert trainer("--force", "--seed", "1") == 1
    assert everything(quick_work)[str(quick_work / "mine.h5")] == old
    assert (quick_work / "mine.checkpoint.npz").exists()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES], ids=os.strerror)
def test_a_picture_that_cannot_be_saved_is_one_sentence(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "digit.png").write_text("old")
    break_writing("digit.png", number, monkeypatch)
    with pytest.raises(DigitError) as caught:
        save_picture(b"new", tmp_path / "digit.png")
    reason = os.strerror(number)
    assert str(caught.value) == f"The picture could not be saved ({reason}): choose another place."
    assert contents(tmp_path) == {"digit.png": b"old"}


@pytest.mark.parametrize("script", [trainer, augmentation_sheet, tuner, evaluation])
def test_a_script_opens_no_file_for_writing_but_under_a_temporary_name(
    script: Callable[[], int], quick_work: Path, opened_for_writing: list[Path]
) -> None:
    assert script() == 0
    here = [path for path in opened_for_writing if quick_work in path.parents]
    assert here
    assert [path.name for path in here if not path.name.startswith(".")] == []


@pytest.fixture
def opened_for_writing() -> Iterator[list[Path]]:
    """Where Python opens a file for writing, as long as the test runs."""
    opened: list[Path] = []
    is_over = False

    def notice(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and not is_over:
            path, _mode, flags = arguments
            if isinstance(path, str | bytes) and flags & (os.O_WRONLY | os.O_RDWR):
                opened.append(Path(os.fsdecode(path)).absolute())

    sys.addaudithook(notice)  # for the rest of the process: there is no way to take one off
    yield opened
    is_over = True
