"""Deletion and insertion against pictures and areas that are known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digit_predictor import load_model, read_digit
from digits.explanation.faithfulness import (
    area_under_curve,
    check_faithfulness,
    deletion_curve,
    deletion_pictures,
    insertion_curve,
    insertion_pictures,
    random_heatmap,
)
from digits.explanation.occlusion import occlusion_maps
from digits.network.prediction import predict_probabilities
from gradcam_visualizer import grad_cam
from tests.drawings import DIGITS, draw

# Four places of 2×2 pixels, each with a quarter of the ink.
INK = np.full((4, 4), 0.5, np.float32)
HEAT = np.array([[4, 1], [3, 2]], np.float32).repeat(2, axis=0).repeat(2, axis=1)


def test_the_most_important_places_come_first() -> None:
    pictures = insertion_pictures(INK, HEAT, steps=4)

    assert [picture.sum() for picture in pictures] == [0, 2, 4, 6, 8]
    assert pictures[1][:2, :2].all()  # heat 4
    assert pictures[2][2:, :2].all()  # heat 3
    assert pictures[3][2:, 2:].all()  # heat 2
    np.testing.assert_array_equal(pictures[4], INK)


def test_the_most_important_places_go_first() -> None:
    pictures = deletion_pictures(INK, HEAT, steps=4)

    np.testing.assert_array_equal(pictures[0], INK)
    assert not pictures[1][:2, :2].any()
    assert pictures[1][2:].all()
    assert not pictures[4].any()


def test_the_least_important_places_go_first_if_asked_for() -> None:
    pictures = deletion_pictures(INK, HEAT, steps=4, least_first=True)

    assert not pictures[1][:2, 2:].any()  # heat 1
    assert pictures[3][:2, :2].all()  # heat 4 stays longest


def test_steps_are_shares_of_the_ink_and_not_of_the_places() -> None:
    ink = np.zeros((4, 4), np.float32)
    ink[:2, :2], ink[2:, :2], ink[2:, 2:] = 0.6, 0.3, 0.1

    pictures = insertion_pictures(ink, HEAT, steps=2)

    np.testing.assert_array_equal(pictures[1] > 0, np.kron([[1, 0], [0, 0]], np.ones((2, 2))) > 0)


@given(st.integers(0, 2**32 - 1), st.integers(1, 30), st.booleans())
def test_what_is_deleted_and_what_is_inserted_make_the_whole(seed, steps, least_first) -> None:
    random = np.random.default_rng(seed)
    picture = random.random((7, 9), np.float32) * (random.random((7, 9)) > 0.5)
    heat = random.integers(0, 3, (7, 9)).astype(np.float32)

    going = deletion_pictures(picture, heat, steps=steps, least_first=least_first)
    coming = insertion_pictures(picture, heat, steps=steps, least_first=least_first)

    np.testing.assert_array_equal(going + coming, np.broadcast_to(picture, going.shape))
    assert (np.diff(coming, axis=0) >= 0).all()
    assert not going[-1].any()


def test_blank_paper_stays_blank() -> None:
    assert not deletion_pictures(np.zeros((4, 4), np.float32), HEAT).any()


def test_areas_worked_out_by_hand() -> None:
    assert area_under_curve(np.array([1, 0.5, 0], np.float32)) == pytest.approx(0.5)
    # Trapezoids of width 1/2: (1 + 0) / 2 · 1/2 + 0.
    assert area_under_curve(np.array([1, 0, 0], np.float32)) == pytest.approx(0.25)
    assert area_under_curve(np.ones(21, np.float32)) == pytest.approx(1)


def test_curves_are_the_networks_confidence_in_the_pictures_along_them() -> None:
    network_input = read_digit(draw(DIGITS[4])).network_input
    heat = grad_cam(network_input, 4)

    deletion = deletion_curve(network_input, heat, 4, steps=10)
    insertion = insertion_curve(network_input, heat, steps=10)

    expected = predict_probabilities(deletion_pictures(network_input, heat, steps=10))[:, 4]
    np.testing.assert_allclose(deletion, expected, atol=1e-6)
    assert deletion.shape == insertion.shape == (11,)
    assert deletion[0] == pytest.approx(insertion[-1], abs=1e-5)
    assert deletion[-1] == pytest.approx(insertion[0], abs=1e-5)


def test_what_matters_most_to_the_network_costs_more_than_ink_by_lot() -> None:
    """Occlusion asks the network itself, so on the mean of ten digits it must beat chance."""
    gained = []
    for digit, strokes in DIGITS.items():
        network_input = read_digit(draw(strokes)).network_input
        heat = np.maximum(occlusion_maps(network_input, load_model())[0][digit], 0)
        check = check_faithfulness(network_input, heat, digit)
        gained.append(area_under_curve(check.by_lot) - area_under_curve(check.curve))
    assert np.mean(gained) > 0.05


def test_a_check_tells_what_each_picture_is_taken_for() -> None:
    network_input = read_digit(draw(DIGITS[7])).network_input
    check = check_faithfulness(network_input, grad_cam(network_input, 7), 7, adding=True)

    assert check.likeliest[-1] == 7
    assert check.curve[-1] == check.probabilities[-1, 7]
    np.testing.assert_array_equal(check.pictures[-1], network_input)
    assert check.by_lot[-1] == pytest.approx(check.curve[-1], abs=1e-5)


def test_the_same_seed_gives_the_same_order_by_lot() -> None:
    np.testing.assert_array_equal(random_heatmap((5, 5), 3), random_heatmap((5, 5), 3))
    assert (random_heatmap((5, 5), 3) != random_heatmap((5, 5), 4)).any()


@pytest.mark.parametrize(
    ("picture", "heat", "steps", "says"),
    [
        (INK, HEAT[:2], 4, "shape"),
        (INK, HEAT, 0, "steps"),
        (INK * np.nan, HEAT, 4, "finite"),
        (INK, HEAT * np.inf, 4, "finite"),
    ],
)
def test_what_cannot_be_followed_is_refused(picture, heat, steps, says) -> None:
    with pytest.raises(ValueError, match=says):
        deletion_curve(picture, heat, 0, steps=steps)
