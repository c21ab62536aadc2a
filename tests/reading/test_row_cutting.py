"""What is cut, and what stays whole."""

import numpy as np
import pytest

from digits.picture.row_finding import Part, Row
from digits.reading.row_cutting import _may_be_several

STROKE, HEIGHT = 6.0, 30.0


@pytest.mark.parametrize(("thickness", "is_cut"), [(7, False), (14, True)])
def test_a_long_dash_in_a_low_row_is_not_cut_and_digits_that_touch_are(thickness, is_cut) -> None:
    mask = np.zeros((14, 120), bool)
    for x in range(120):  # it falls by 7 pixels
        top = 7 * x // 120
        mask[top : top + thickness, x] = True
    row = Row((), HEIGHT, 0.0, 40.0, 0.0)
    assert _may_be_several(Part(0, 20, mask), row, STROKE) == is_cut
