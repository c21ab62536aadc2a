"""What counts for a sign beside what the network of rows says of it."""

import numpy as np
import pytest

from digits.network.row_signs import SIGNS
from digits.picture.row_finding import Part, Row
from digits.reading.number_lattice import Segment
from digits.reading.row_cutting import CutRow
from digits.reading.sign_scores import AskedDigits, _beside_evidence

HEIGHT = 60


def beside(width: int) -> dict[str, float]:
    """What counts for each sign of a low part, behind a digit in its row."""
    digit = Part(0, 0, np.ones((HEIGHT, 30), bool))
    low = Part(60, 40, np.ones((12, width), bool))
    row = Row((digit, low), HEIGHT, 0.0, HEIGHT - 1.0, 0.0)
    segments = [Segment(0, 1, digit), Segment(1, 2, low)]
    cut = CutRow(row, 6.0, row.parts, [0, 1], [True, True], [None, None], segments, {})
    found = _beside_evidence(segments[1], cut, AskedDigits({}, {}, {}), among_digits=True)
    return dict(zip(SIGNS, found.tolist(), strict=True))


@pytest.mark.parametrize("sign", [".", ",", ":"])
def test_what_is_wider_than_half_a_digit_is_high_is_no_point(sign: str) -> None:
    point, word = beside(width=20), beside(width=45)
    assert point[sign] == point["-"]
    assert word[sign] == word["-"] - 6
    assert word["-"] == point["-"]
