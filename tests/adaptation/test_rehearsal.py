"""What every network rehearses: the project's own drawings, read right, and of many kinds."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from PIL import Image

from digits.adaptation.rehearsal import COLUMNS, ROWS_A_DIGIT, SHEET, load_rehearsal_digits
from digits.network.architectures import CLASSES
from digits.network.loading import load_network
from digits.network.prediction import predict_logits

MAKER = Path(__file__).resolve().parents[2] / "docs" / "make_rehearsal.py"


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_rehearsal", MAKER)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_shipped_network_reads_nearly_all_digits_right() -> None:
    pictures, labels = load_rehearsal_digits()
    digits = labels < CLASSES
    assert np.bincount(labels[digits]).tolist() == [COLUMNS * ROWS_A_DIGIT] * CLASSES
    read = predict_logits(pictures[digits], load_network()).argmax(axis=1)
    assert (read == labels[digits]).mean() >= 0.98


def test_no_picture_is_there_twice() -> None:
    pictures, _ = load_rehearsal_digits()
    assert len({each.tobytes() for each in pictures}) == len(pictures)


def test_the_features_of_each_digit_vary_in_many_directions() -> None:
    """By the effective rank (Roy & Vetterli, 2007) of what is left when the mean is taken off."""
    pictures, labels = load_rehearsal_digits()
    features = load_network().compute_feature_sums(pictures)
    for label in range(CLASSES):
        own = features[labels == label]
        shares = np.linalg.svd(own - own.mean(axis=0), compute_uv=False) ** 2
        shares /= shares.sum()
        assert np.exp(-(shares * np.log(shares + 1e-12)).sum()) > 4, label


def test_the_sheet_is_drawn_by_rules_alone(maker: ModuleType) -> None:
    """Nothing but the project's code makes it: no data set is on this machine in a test."""
    drawn = maker.draw_sheet(load_network()).astype(int)
    with Image.open(SHEET) as picture:
        shipped = np.asarray(picture).astype(int)
    assert drawn.shape == shipped.shape
    rows = len(drawn) // 28
    apart = np.abs(drawn - shipped).reshape(rows, 28, COLUMNS, 28).mean(axis=(1, 3))
    assert (apart < 4).mean() > 0.95  # another version of OpenCV or of the network changes few
