"""Curves say what the history says."""

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from digits.training.checkpoint import EpochRow
from digits.training.curves import draw_curves, write_curves_csv, write_curves_png

HISTORY = [
    EpochRow(1, 30.5, 0.004, 0.40, 0.88, 0.100, 0.97),
    EpochRow(2, 29.0, 0.002, 0.10, 0.97, 0.050, 0.99),
]


def test_the_csv_has_a_line_for_each_epoch(tmp_path: Path) -> None:
    write_curves_csv(HISTORY, tmp_path / "curves.csv")
    with (tmp_path / "curves.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found = [
        EpochRow(int(row.pop("epoch")), **{k: float(v) for k, v in row.items()}) for row in rows
    ]
    assert found == HISTORY


def test_the_curves_are_losses_and_shares_misread() -> None:
    loss, errors = draw_curves(HISTORY).axes
    drawn = [np.asarray(line.get_ydata()).tolist() for line in (*loss.lines, *errors.lines)]
    assert drawn == [
        pytest.approx([0.40, 0.10]),
        pytest.approx([0.100, 0.050]),
        pytest.approx([12, 3]),
        pytest.approx([3, 1]),
    ]


@pytest.mark.parametrize("accuracy", [0.5, 1.0])
def test_the_picture_can_be_drawn_of_one_epoch_without_any_error(
    accuracy: float, tmp_path: Path
) -> None:
    row = EpochRow(1, 1.0, 0.0, 0.1, 1.0, 0.1, accuracy)
    write_curves_png([row], tmp_path / "curves.png")
    with Image.open(tmp_path / "curves.png") as picture:
        assert picture.width > 1_000
