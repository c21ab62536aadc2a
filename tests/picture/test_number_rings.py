"""Rings around numbers are found, and nothing else is taken for one."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from digits.picture.number_rings import find_rings
from digits.picture.pixels import Mask, label_parts

_SHAPE = (300, 600)
_MIDDLE = (300, 150)


def _ellipse(
    axes: tuple[int, int], start: float = 0, end: float = 360, thickness: int = 7, tilt: float = 0
) -> Mask:
    sheet = np.zeros(_SHAPE, np.uint8)
    cv2.ellipse(sheet, _MIDDLE, axes, tilt, start, end, 1, thickness)
    return sheet > 0


def _written(text: str = "48", at: tuple[int, int] = (235, 178)) -> Mask:
    sheet = np.zeros(_SHAPE, np.uint8)
    cv2.putText(sheet, text, at, cv2.FONT_HERSHEY_SIMPLEX, 3, 1, 7)
    return sheet > 0


def _rounded_box(x: int, y: int, width: int, height: int, radius: int) -> Mask:
    inside = np.zeros(_SHAPE, np.uint8)
    inside[y + radius : y + height - radius, x + radius : x + width - radius] = 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    grown = np.asarray(cv2.dilate(inside, disc))
    return np.asarray(cv2.dilate(grown, np.ones((7, 7), np.uint8)) > grown)


def _found(mask: Mask) -> Mask:
    return find_rings(*label_parts(mask))


@pytest.mark.parametrize("tilt", [0, 8])
def test_a_ring_goes_and_the_number_in_it_stays_whole(tilt: float) -> None:
    ring, digits = _ellipse((190, 90), tilt=tilt), _written()
    assert not (ring & digits).any()
    np.testing.assert_array_equal(_found(ring | digits), ring)


def test_its_ends_need_not_meet() -> None:
    ring, digits = _ellipse((190, 90), 20, 350), _written()
    np.testing.assert_array_equal(_found(ring | digits), ring)


def test_a_box_with_round_corners_is_a_ring() -> None:
    ring, digits = _rounded_box(120, 60, 360, 180, 60), _written()
    np.testing.assert_array_equal(_found(ring | digits), ring)


def test_a_ring_drawn_twice_goes() -> None:
    ring, digits = _ellipse((190, 90)) | _ellipse((214, 112), tilt=2), _written()
    np.testing.assert_array_equal(_found(ring | digits), ring)


def test_a_slash_that_crosses_a_ring_stays_whole() -> None:
    ring, digits = _ellipse((240, 70)), _written("7", (200, 170)) | _written("2", (320, 170))
    slash = np.zeros(_SHAPE, np.uint8)
    cv2.line(slash, (290, 235), (310, 60), 1, 7)
    found = _found(ring | digits | (slash > 0))
    left = (ring | digits | (slash > 0)) & ~found
    assert not (found & digits).any()
    inside = (slash > 0) & (_ellipse((240, 70), thickness=cv2.FILLED))
    assert (left & inside).sum() >= 0.95 * inside.sum()
    assert found.sum() >= 0.9 * (ring & ~(slash > 0)).sum()


def test_digits_that_all_touch_a_ring_stay() -> None:
    ring, digits = _ellipse((120, 75)), np.zeros(_SHAPE, np.uint8)
    for x in (260, 340):
        cv2.line(digits, (x, 80), (x, 200), 1, 7)
    written = digits > 0
    assert len(label_parts(ring | written)[1]) == 2  # the paper and one part
    found = _found(ring | written)
    assert (found & written & ~ring).sum() <= 0.05 * written.sum()
    assert found.sum() >= 0.85 * ring.sum()


@pytest.mark.parametrize("bar", [False, True])
def test_a_zero_stays(bar: bool) -> None:
    zero = _ellipse((60, 90)).astype(np.uint8)
    if bar:
        cv2.line(zero, (275, 190), (325, 110), 1, 7)
    assert not _found(zero > 0).any()


@pytest.mark.parametrize("text", ["0", "6", "8", "9", "000", "808", "60"])
def test_digits_without_a_ring_stay(text: str) -> None:
    assert not _found(_written(text, (150, 178))).any()


def test_zeros_that_touch_are_no_ring() -> None:
    sheet = np.zeros(_SHAPE, np.uint8)
    for x in (150, 240, 330, 420):
        cv2.ellipse(sheet, (x, 150), (45, 70), 0, 0, 360, 1, 7)
    assert not _found(sheet > 0).any()


def test_a_box_with_corners_is_left_to_those_who_find_lines() -> None:
    sheet = np.zeros(_SHAPE, np.uint8)
    cv2.rectangle(sheet, (120, 60), (480, 240), 1, 5)
    assert not _found((sheet > 0) | _written()).any()


def test_a_ring_around_one_sign_is_left() -> None:
    assert not _found(_ellipse((80, 90)) | _written("7", (270, 178))).any()
