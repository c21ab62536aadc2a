"""Temperatures that are known, and areas counted pair by pair."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score  # type: ignore[import-untyped]

from digits.network.calibration import (
    HIGHEST_TEMPERATURE,
    LOWEST_TEMPERATURE,
    auroc,
    fit_temperature,
)
from digits.network.prediction import softmax


def test_the_temperature_is_the_one_worked_out_by_hand() -> None:
    # Two classes, logits 2 apart, three of four right: σ(2 / T) = 3/4, so T = 2 / ln 3.
    logits = np.array([[2, 0], [2, 0], [0, 2], [0, 2]], np.float32)
    assert fit_temperature(logits, [0, 0, 1, 0]) == pytest.approx(2 / math.log(3), rel=1e-9)


def test_a_constant_on_all_logits_changes_nothing() -> None:
    logits = np.array([[2, 0], [2, 0], [0, 2], [0, 2]])
    assert fit_temperature(logits + 1_000, [0, 0, 1, 0]) == pytest.approx(2 / math.log(3))


@settings(max_examples=10, deadline=None)
@given(temperature=st.floats(0.3, 5), seed=st.integers(0, 2**32 - 1))
def test_the_temperature_that_labels_were_drawn_with_comes_back(
    temperature: float, seed: int
) -> None:
    random = np.random.default_rng(seed)
    logits = random.normal(0, 2 * temperature, (20_000, 10))
    shares = softmax(logits.astype(np.float32) / np.float32(temperature)).cumsum(axis=1)
    labels = (random.random((len(logits), 1)) > shares[:, :-1]).sum(axis=1)
    assert fit_temperature(logits, labels) == pytest.approx(temperature, rel=0.05)


def test_no_temperature_is_likelier() -> None:
    random = np.random.default_rng(0)
    logits, labels = random.normal(0, 3, (500, 10)), random.integers(0, 10, 500)
    labels[:300] = logits[:300].argmax(axis=1)

    def likelihood(temperature: float) -> float:
        probabilities = softmax((logits / temperature).astype(np.float32))
        return float(np.log(probabilities)[np.arange(500), labels].mean())

    best = fit_temperature(logits, labels)
    assert 1 < best < HIGHEST_TEMPERATURE
    assert likelihood(best) > max(likelihood(best * 0.97), likelihood(best * 1.03))


def test_a_network_that_is_always_right_or_never_gets_an_end_of_the_range() -> None:
    logits = np.eye(10) * 9
    assert fit_temperature(logits, np.arange(10)) == pytest.approx(LOWEST_TEMPERATURE)
    assert fit_temperature(logits, (np.arange(10) + 1) % 10) == pytest.approx(HIGHEST_TEMPERATURE)


def test_the_area_is_the_share_of_pairs_in_order_and_ties_count_half() -> None:
    # Positives 3 and 2, negatives 2 and 1: three pairs in order, one tie.
    assert auroc([3, 2, 2, 1], [True, True, False, False]) == 3.5 / 4
    assert auroc([1, 2], [True, False]) == 0
    assert auroc([1, 1, 1], [True, False, False]) == 0.5


def test_there_is_no_area_without_both_kinds() -> None:
    assert math.isnan(auroc([1, 2], [True, True]))
    assert math.isnan(auroc([], []))


@given(
    st.lists(st.tuples(st.integers(-4, 4), st.booleans()), min_size=2, max_size=40).filter(
        lambda pairs: len({kind for _, kind in pairs}) == 2
    )
)
def test_the_area_is_that_of_scikit_learn(pairs: list[tuple[int, bool]]) -> None:
    scores, kinds = zip(*pairs, strict=True)
    assert auroc(scores, kinds) == pytest.approx(roc_auc_score(kinds, scores), abs=1e-12)
