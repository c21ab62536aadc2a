"""What is left of lines lies beside the row, and leaves it as it was."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digits.picture.pixels import label_parts
from digits.synthetic import remains_of_lines
from digits.synthetic.remains_of_lines import add_remains
from tests.drawings import DIGITS, draw


def row_of_ink() -> np.ndarray:
    """1, 0 and 7 side by side, cropped, float32 in [0, 1]."""
    sheet = np.hstack([255 - draw(DIGITS[digit], 80, 6)[..., 0] for digit in (1, 0, 7)])
    rows, columns = np.nonzero(sheet)
    cropped = sheet[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    return cropped.astype(np.float32) / np.float32(255)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000))
def test_the_row_stays_as_it_was_among_what_was_added(seed: int) -> None:
    ink = row_of_ink()
    with_remains, alone = add_remains(ink, np.random.default_rng(seed))
    assert with_remains.dtype == alone.dtype == np.float32
    assert with_remains.shape == alone.shape
    assert with_remains.min() >= 0 and with_remains.max() <= 1
    assert (with_remains >= alone).all()
    rows, columns = np.nonzero(alone)
    assert np.array_equal(
        alone[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1], ink
    )
    again, _ = add_remains(ink, np.random.default_rng(seed))
    assert np.array_equal(again, with_remains)


@pytest.mark.parametrize("kind", sorted({each.__name__ for each in remains_of_lines._KINDS}))
def test_every_kind_adds_something(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = [each for each in remains_of_lines._KINDS if each.__name__ == kind]
    monkeypatch.setattr(remains_of_lines, "_KINDS", (chosen[0], chosen[0]))
    ink = row_of_ink()
    added = [
        with_remains - alone
        for with_remains, alone in (add_remains(ink, np.random.default_rng(i)) for i in range(6))
    ]
    assert any((each > 0.1).any() for each in added)


def test_no_line_between_digits_is_as_high_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or nobody could tell it from a 1."""
    monkeypatch.setattr(remains_of_lines, "_KINDS", (remains_of_lines._sides,) * 2)
    ink = row_of_ink()
    for seed in range(40):
        with_remains, alone = add_remains(ink, np.random.default_rng(seed))
        inked = np.flatnonzero(alone.any(axis=1))
        is_free = ~alone.any(axis=0)
        _, stats = label_parts((with_remains > 0.1) & is_free)
        for _, y, _, height, _ in stats[1:]:
            is_beyond = y < inked.min() or y + height - 1 > inked.max()
            is_cut_by_ink = height < 0.5 * len(inked)
            assert is_beyond or is_cut_by_ink
