"""Specks all over a sheet go, and points of numbers stay."""

from __future__ import annotations

import cv2
import numpy as np

from digits.picture.pixels import Mask, label_parts
from digits.picture.specks import find_specks

_SHAPE = (300, 600)


def _written() -> Mask:
    sheet = np.zeros(_SHAPE, np.uint8)
    cv2.putText(sheet, "4", (180, 190), cv2.FONT_HERSHEY_SIMPLEX, 3, 1, 9)
    cv2.putText(sheet, "7", (290, 190), cv2.FONT_HERSHEY_SIMPLEX, 3, 1, 9)
    return sheet > 0


def _specks(size: int, every: int) -> Mask:
    sheet = np.zeros(_SHAPE, bool)
    for y in range(10, 290, every):
        for x in range(10 + y % 23, 590, every):
            sheet[y : y + size, x : x + size] = True
    return sheet


def _found(mask: Mask) -> Mask:
    return find_specks(*label_parts(mask))


def _apart_from(mask: Mask, written: Mask) -> Mask:
    """Without the specks that touch what is written."""
    around = cv2.dilate(written.view(np.uint8), np.ones((13, 13), np.uint8)) > 0
    return mask & ~around


def test_specks_go_beside_digits_too() -> None:
    written = _written()
    specks = _apart_from(_specks(3, 30), written)
    np.testing.assert_array_equal(_found(written | specks), specks)


def test_a_point_among_specks_stays() -> None:
    written = _written()
    written[182:193, 270:281] = True
    specks = _apart_from(_specks(3, 30), written)
    np.testing.assert_array_equal(_found(written | specks), specks)


def test_where_specks_are_as_large_as_the_pen_is_thick_a_point_beside_a_digit_stays() -> None:
    written = _written()
    written[182:193, 270:281] = True
    found = _found(written | _apart_from(_specks(11, 50), written))
    assert found.any()
    assert not (found & written).any()


def test_a_few_points_are_no_specks() -> None:
    written = _written()
    written[182:193, 270:281] = True
    written[182:193, 400:411] = True
    assert not _found(written).any()


def test_a_sheet_of_points_alone_is_left() -> None:
    assert not _found(_specks(4, 30)).any()
