"""The measuring of explanations, on heatmaps whose share on ink is known."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.explanations import (
    BARE,
    LIKELIEST,
    Sample,
    answer_calls,
    explained_rows,
    map_calls,
    measure_trust,
    median_seconds,
    share_within,
)
from digit_predictor import load_model, read_digit
from digits.network.layers import convolution_names
from gradcam_visualizer import METHODS
from tests.drawings import DIGITS, draw

INK = np.zeros((1, 28, 28), np.float32)
INK[0, 10, 10] = 0.5


def heat(*places: tuple[int, int]) -> np.ndarray:
    heatmap = np.zeros((1, 28, 28), np.float32)
    for place in places:
        heatmap[0][place] = 1
    return heatmap


def test_the_share_on_ink_is_that_of_the_mass() -> None:
    assert share_within(INK, heat((10, 10)), 0) == 1
    assert share_within(INK, heat((10, 10), (10, 12), (10, 13), (20, 20)), 0) == 0.25
    assert share_within(INK, heat((10, 10), (10, 12), (10, 13), (20, 20)), 2) == 0.5


def test_heatmaps_without_evidence_are_left_out_of_the_shares() -> None:
    inputs = np.concatenate([INK, INK])
    assert share_within(inputs, np.concatenate([heat((10, 10)), heat()]), 0) == 1
    assert share_within(INK, heat(), 0) == 0


@pytest.fixture(scope="module")
def sample() -> Sample:
    inputs = [read_digit(draw(DIGITS[digit])).network_input for digit in (3, 4)]
    return Sample(np.stack(inputs), np.array([3, 4]))


def test_every_method_stands_at_every_layer_beside_both_orders(sample: Sample) -> None:
    model = load_model()
    rows = {row: heatmaps.shape for row, heatmaps in explained_rows(sample, model)}

    layers = len(convolution_names(model))
    assert len(rows) == 2 + layers * (len(METHODS) - 1) + 1
    assert set(rows.values()) == {(2, 28, 28)}
    assert set(map_calls(model)) <= set(rows)


def test_trust_is_told_apart_for_ink_that_matters_and_ink_that_does_not(sample: Sample) -> None:
    """A heatmap and its opposite: what is good by one order is bad by the other."""
    model = load_model()
    rows = {row.name: heatmaps for row, heatmaps in explained_rows(sample, model)}
    good = measure_trust(sample, rows["occlusion"], model, place=2)
    bad = measure_trust(sample, 1 - rows["occlusion"], model, place=2)
    assert good.deletion < bad.deletion
    assert good.insertion > bad.insertion


def test_times_are_taken_of_every_call(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.explanations.library_call", lambda _: None)
    times = median_seconds(answer_calls(load_model()), sample.inputs, rounds=2)
    assert {BARE, LIKELIEST} <= set(times)
    assert min(times.values()) > 0
