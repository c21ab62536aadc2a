"""A new model is held against the old one, digit by digit."""

from pathlib import Path

import numpy as np
import pytest

from digits.common.errors import DigitError
from digits.network.model_file import SHIPPED_MODEL
from digits.network.tensorflow_import import import_keras
from digits.training.comparison import accuracy, compare, load_replaced_model
from digits.training.digit_sets import DigitSet


def always_says(digit: int):
    """A network that answers the same to everything."""
    layers = import_keras().layers
    model = import_keras().Sequential(
        [
            import_keras().Input((28, 28, 1)),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ]
    )
    bias = np.eye(10, dtype=np.float32)[digit]
    model.set_weights([np.zeros((784, 10), np.float32), bias])
    return model


def digits(*labels: int) -> DigitSet:
    return DigitSet(np.zeros((len(labels), 28, 28), np.uint8), np.array(labels, np.uint8))


def test_what_is_won_and_lost_is_counted() -> None:
    found = compare(always_says(1), always_says(2), {"five digits": digits(1, 1, 2, 3, 1)})
    assert found.lines == ("Of five digits, 60.00% are read right (20.00% before: 3 won, 1 lost).",)
    assert not found.is_worse


def test_a_model_that_loses_more_than_it_wins_over_all_sets_is_worse() -> None:
    judges = {"some": digits(1, 1, 2), "others": digits(2, 2)}
    assert compare(always_says(1), always_says(2), judges).is_worse
    assert not compare(always_says(2), always_says(1), judges).is_worse
    assert not compare(always_says(1), always_says(1), judges).is_worse


def test_without_an_old_model_nothing_is_worse() -> None:
    found = compare(always_says(1), None, {"digits": digits(2)})
    assert found.lines == ("Of digits, 0.00% are read right.",)
    assert not found.is_worse


def test_accuracy_is_the_share_read_right() -> None:
    assert accuracy(always_says(4), digits(4, 4, 4, 7)) == 0.75


def test_a_file_that_is_no_digit_model_is_not_replaced_unless_forced(tmp_path: Path) -> None:
    (tmp_path / "thesis.h5").write_bytes(b"years of work")
    with pytest.raises(DigitError, match=r"thesis\.h5 is there already and is no digit model"):
        load_replaced_model(tmp_path / "thesis.h5", is_forced=False)
    assert load_replaced_model(tmp_path / "thesis.h5", is_forced=True) is None
    assert load_replaced_model(tmp_path / "none.h5", is_forced=False) is None
    assert load_replaced_model(SHIPPED_MODEL, is_forced=False) is not None
