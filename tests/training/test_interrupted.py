"""A training that is stopped, killed or goes wrong loses nothing, and can be gone on with."""

import errno
import math
import random
import shlex
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digits.common import atomic_file
from digits.network.architectures import build_classic
from digits.training import command, fitting
from digits.training.checkpoint import Checkpoint, EpochRow, save_checkpoint
from digits.training.command import main
from digits.training.fitting import TrainedNetwork
from tests.interruption import interrupted_at_import
from tests.training_runs import (
    SLOW_MACHINE_S,
    run_here,
    slim,
    start_training,
    weights_of,
)

ROW = EpochRow(1, 1.0, 0.1, 0.2, 0.9, 0.2, 0.9)


@pytest.mark.slow
def test_killed_at_any_moment_a_run_is_finished_by_resume(small_mnist: Path) -> None:
    """Killed three times, at moments that are different every time, then left alone."""
    whole, killed = small_mnist.with_name("whole.h5"), small_mnist.with_name("killed.h5")
    options = [*slim(small_mnist), "--epochs", "6"]
    assert main(["--data", str(small_mnist), "--output", str(whole), *options]) == 0
    moments = random.Random()
    for epoch in sorted(moments.sample(range(1, 7), 3)):
        run = start_training(small_mnist, killed, *options, "--resume")
        kill_after(run, f"Epoch {epoch}/6", moments.uniform(0, 0.5))
        killed.unlink(missing_ok=True)  # if it was done in time, the next begins anew
    run = start_training(small_mnist, killed, *options, "--resume")
    _, errors = run.communicate(timeout=SLOW_MACHINE_S)
    assert run.returncode == 0, errors
    for one, two in zip(weights_of(whole), weights_of(killed), strict=True):
        np.testing.assert_allclose(one, two, atol=1e-5)
    assert not killed.with_suffix(".checkpoint.npz").exists()


def kill_after(run: subprocess.Popen[str], words: str, seconds: float) -> None:
    """Kill a run that has said this, or is done without, after a moment."""
    assert run.stdout is not None
    while (line := run.stdout.readline()) and words not in line:
        pass
    time.sleep(seconds)
    run.kill()
    run.communicate()


@pytest.mark.parametrize(
    "stop", [pytest.param(signal.SIGKILL, marks=pytest.mark.slow), signal.SIGINT]
)
def test_stopped_the_old_model_and_the_last_checkpoint_stay_whole(
    stop: signal.Signals, small_mnist: Path, old_model: Path
) -> None:
    old = old_model.read_bytes()
    run = start_training(small_mnist, old_model, *slim(small_mnist), "--epochs", "500")
    assert run.stdout is not None
    while "Epoch 2/500" not in run.stdout.readline():
        assert run.poll() is None
    time.sleep(random.uniform(0, 1))
    run.send_signal(stop)
    _, errors = run.communicate(timeout=SLOW_MACHINE_S)
    assert run.returncode == (130 if stop == signal.SIGINT else -signal.SIGKILL), errors
    assert old_model.read_bytes() == old
    if stop == signal.SIGINT:
        assert errors.startswith("Stopped; mine.h5 is as it was. To go on: python ")
        assert errors.count("\n") == 1
        assert shlex.split(errors)[-1] == "--resume"
    # The checkpoint is whole: another number of epochs is refused for what it is.
    assert run_here(small_mnist, "--epochs", "1", "--resume") == 1


@pytest.mark.parametrize("module", ["numpy", "cv2", "keras", "tensorflow.python.eager.context"])
def test_interrupted_before_it_trains_it_says_so_in_a_sentence(
    module: str, small_mnist: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    environment = interrupted_at_import(module, tmp_path_factory.mktemp("site"))
    run = start_training(
        small_mnist, small_mnist.with_name("mine.h5"), *slim(small_mnist), environment=environment
    )
    _, errors = run.communicate(timeout=SLOW_MACHINE_S)
    assert run.returncode == 130, errors
    assert errors in ("Stopped.\n", "Stopped; mine.h5 is as it was.\n")


class InterruptsWhenItGoes:
    """Ctrl-C where Python cannot raise: when an object is about to be no more."""

    def __del__(self) -> None:
        signal.raise_signal(signal.SIGINT)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_interrupted_where_python_cannot_raise_it_stops_all_the_same(
    small_mnist: Path, capsys, monkeypatch
) -> None:
    monkeypatch.setattr(fitting, "seed_layers", lambda *arguments: InterruptsWhenItGoes() and None)
    assert run_here(small_mnist, "--epochs", "1") == 130
    assert capsys.readouterr().err == "Stopped; mine.h5 is as it was.\n"
    assert not small_mnist.with_name("mine.h5").exists()


@pytest.mark.usefixtures("trains_at_once")
def test_resume_without_a_checkpoint_begins_and_with_that_of_another_run_refuses(
    small_mnist: Path, capsys
) -> None:
    assert run_here(small_mnist, "--epochs", "1", "--resume") == 0
    assert "There is no checkpoint yet" in capsys.readouterr().out
    checkpoint = small_mnist.with_name("mine.checkpoint.npz")
    save_checkpoint(Checkpoint((ROW,), [], [], [], {"seed": 3}), checkpoint)
    assert run_here(small_mnist, "--epochs", "1", "--resume") == 1
    assert "checkpoint is of another run" in capsys.readouterr().err
    checkpoint.write_bytes(b"torn")
    assert run_here(small_mnist, "--epochs", "1", "--resume") == 1
    assert "mine.checkpoint.npz is damaged" in capsys.readouterr().err


def test_on_a_full_disk_the_old_model_and_the_last_checkpoint_stay(
    small_mnist: Path, old_model: Path, capsys, monkeypatch
) -> None:
    old = old_model.read_bytes()
    really_flush = atomic_file._flush_to_disk
    flushed: list[str] = []

    def fills_up(path: Path) -> None:
        """Room for the first epoch's checkpoint, and for none after."""
        if path.name.startswith(".mine.checkpoint"):
            flushed.append(path.suffix)
        if len(flushed) > 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        really_flush(path)

    monkeypatch.setattr(atomic_file, "_flush_to_disk", fills_up)
    assert run_here(small_mnist, "--epochs", "3") == 1
    assert flushed == [".npz", ".npz"]
    errors = capsys.readouterr().err
    assert errors.startswith("mine.checkpoint.npz could not be written (No space left on device)")
    assert errors.count("\n") == 1
    monkeypatch.undo()
    assert old_model.read_bytes() == old
    assert run_here(small_mnist, "--epochs", "3", "--resume", "--force") == 0
    assert "Going on after epoch 1." in capsys.readouterr().out


@pytest.mark.usefixtures("trains_at_once")
def test_whatever_fails_at_the_end_leaves_the_old_model_and_the_checkpoint(
    small_mnist: Path, old_model: Path, capsys, monkeypatch
) -> None:
    old = old_model.read_bytes()

    def interrupted(*arguments: Any) -> None:
        signal.raise_signal(signal.SIGINT)

    with monkeypatch.context() as patch:
        patch.setattr(command, "write_curves_png", interrupted)
        assert run_here(small_mnist, "--epochs", "1", "--seed", "1", "--force") == 130
    assert capsys.readouterr().err.startswith("Stopped; mine.h5 is as it was. To go on: ")
    assert old_model.read_bytes() == old
    assert run_here(small_mnist, "--epochs", "1", "--seed", "1", "--force", "--resume") == 0
    assert " before: " in capsys.readouterr().out
    assert old_model.read_bytes() != old


def test_a_training_that_goes_astray_replaces_nothing(
    small_mnist: Path, capsys, monkeypatch
) -> None:
    def astray(*arguments: Any, **options: Any) -> TrainedNetwork:
        return TrainedNetwork(build_classic(), (replace(ROW, val_loss=math.nan),))

    monkeypatch.setattr(command, "train", astray)
    assert run_here(small_mnist) == 1
    assert "lower --learning-rate" in capsys.readouterr().err
    assert not small_mnist.with_name("mine.h5").exists()


def test_the_way_to_go_on_is_offered_only_where_it_leads_there(small_mnist: Path, capsys) -> None:
    small_mnist.with_name("mine.checkpoint.npz").write_bytes(b"of another run")
    run = start_training(small_mnist, small_mnist.with_name("mine.h5"), *slim(small_mnist))
    assert run.stdout is not None
    while "will be replaced; --resume goes on" not in run.stdout.readline():
        assert run.poll() is None
    run.send_signal(signal.SIGINT)
    _, errors = run.communicate(timeout=SLOW_MACHINE_S)
    assert (run.returncode, errors) == (130, "Stopped; mine.h5 is as it was.\n")
