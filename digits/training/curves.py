"""Curves of a training: loss and accuracy over the epochs, as numbers and as a picture."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING

from digits.common import quiet_matplotlib  # noqa: F401
from digits.common.atomic_file import atomic_write
from digits.training.checkpoint import EpochRow

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TRAINING_COLOUR = "#9aa3b2"
VALIDATION_COLOUR = "#3b4cc0"


def write_curves_csv(history: Sequence[EpochRow], path: Path) -> None:
    """Write a line for each epoch, the names of `EpochRow` on top.

    Raises:
        OSError: the file cannot be written; an older one is untouched.
    """
    with atomic_write(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(EpochRow)])
        writer.writeheader()
        writer.writerows(asdict(row) for row in history)


def draw_curves(history: Sequence[EpochRow]) -> Figure:
    """Loss and error rate over the epochs, training beside validation.

    The error rate stands on a logarithmic axis, because from 99% on a linear one shows nothing.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(9, 3.6), layout="constrained")
    loss_axes, error_axes = figure.subplots(1, 2)
    epochs = [row.epoch for row in history]
    curves = (
        (loss_axes, "Loss (nats)", [r.loss for r in history], [r.val_loss for r in history]),
        (
            error_axes,
            "Digits misread (%)",
            [100 * (1 - row.accuracy) for row in history],
            [100 * (1 - row.val_accuracy) for row in history],
        ),
    )
    for axes, name, training, validation in curves:
        for values, colour, digits in (
            (training, TRAINING_COLOUR, "training digits, while learning"),
            (validation, VALIDATION_COLOUR, "validation digits"),
        ):
            axes.plot(epochs, values, color=colour, marker=".", label=digits)
        axes.set(title=name, xlabel="Epoch")
        axes.set_xlim(min(epochs) - 0.5, max(epochs) + 0.5)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(alpha=0.25)
        axes.spines[["top", "right"]].set_visible(False)
    if all(value > 0 for value in [*curves[1][2], *curves[1][3]]):
        error_axes.set_yscale("log")
        error_axes.yaxis.set_major_formatter("{x:g}")
        error_axes.yaxis.set_minor_formatter("{x:g}")
    loss_axes.legend(frameon=False)
    return figure


def write_curves_png(history: Sequence[EpochRow], path: Path) -> None:
    """Write `draw_curves` as a picture.

    Raises:
        OSError: the file cannot be written; an older one is untouched.
    """
    with atomic_write(path) as temporary:
        draw_curves(history).savefig(temporary, dpi=150)
