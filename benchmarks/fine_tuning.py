"""What fine-tuning with 200 digits of a habit costs and gains: for `adaptation.py`."""

from __future__ import annotations

import csv
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

from benchmarks.correcting import Pile, errors, habit_pile
from benchmarks.habits import HABITS, write_habit
from digits.network.loading import load_network
from digits.network.prediction import predict_logits
from digits.network.serving import Network
from digits.training.digit_sets import as_network_input, load_mnist

ROOT = Path(__file__).resolve().parent.parent
DIGITS, FURTHER = 200, 100
TRAINER = "train_mnist_model.py"


def judge_fine_tuning(data: Path, first_person: int) -> None:
    """Fine-tune for a person of each habit, and tell what comes of it.

    Args:
        data: folder with all data.
        first_person: the first of six persons of `habits`, one for each habit.
    """
    mnist = data / "mnist.npz"
    epoch = _seconds_of_an_epoch(mnist)
    print(f"an epoch of the recipe with MNIST alone: {epoch:.0f} s")
    for person, habit in enumerate(HABITS, first_person):
        _judge(habit, person, mnist, epoch)


def _judge(habit: str, person: int, mnist: Path, epoch: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        corrections, output = Path(folder) / "corrections", Path(folder) / "fine_tuned.h5"
        own = corrections / str(HABITS[habit].label)
        own.mkdir(parents=True)
        for number in range(DIGITS):
            Image.fromarray(write_habit(habit, person, number)).save(own / f"{number}.png")
        words = [TRAINER, "--data", str(mnist), "--fine-tune", "--extra", str(corrections)]
        seconds = _seconds_of([*words, "--output", str(output)])
        tuned, plain = load_network(output), load_network()
        pile = habit_pile(habit, person, DIGITS + FURTHER, plain)[DIGITS:]
        right = 1 - errors(pile, tuned).mean()
        validation = load_mnist(mnist).validation()
        inputs = as_network_input(validation.images)[..., 0]
        lost = [
            float((predict_logits(inputs, network).argmax(axis=1) == validation.labels).mean())
            for network in (plain, tuned)
        ]
    print(
        f"  {habit:16} {seconds / epoch:.2f} epochs (1); the habit {_before(pile, plain):.1%} -> "
        f"{right:.1%} (98%); MNIST validation {100 * (lost[1] - lost[0]):+.2f} points (-0.05)",
        flush=True,
    )


def _before(pile: Pile, plain: Network) -> float:
    return 1 - float(errors(pile, plain).mean())


def _seconds_of_an_epoch(mnist: Path) -> float:
    """Of the recipe, as its curves tell; pictures that it learns from are made before, and kept."""
    output = ROOT / "benchmarks" / "out" / "epoch.h5"
    output.parent.mkdir(exist_ok=True)
    words = [TRAINER, "--data", str(mnist), "--epochs", "1", "--no-export"]
    _seconds_of([*words, "--output", str(output)])
    rows = list(csv.DictReader(output.with_suffix(".curves.csv").open()))
    return float(rows[0]["seconds"])


def _seconds_of(words: list[str]) -> float:
    start = time.monotonic()
    subprocess.run([sys.executable, *words], cwd=ROOT, check=True)
    return time.monotonic() - start
