"""Each method against values worked out by hand, on feature maps of two places and two channels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from digits.explanation.class_activation_maps import (
    grad_cam_map,
    grad_cam_plus_plus_map,
    hirescam_map,
    layercam_map,
)

# One row of two places; channel 0 holds 1 and 3, channel 1 holds 2 and 0.
FEATURE_MAPS = np.array([[[1.0, 2.0], [3.0, 0.0]]], np.float32)
# Channel 0 has the gradients 2 and 0, channel 1 has -1 and 4.
GRADIENTS = np.array([[[2.0, -1.0], [0.0, 4.0]]], np.float32)


def test_grad_cam_weighs_each_channel_by_its_mean_gradient() -> None:
    # Weights: (2 + 0) / 2 = 1 and (-1 + 4) / 2 = 1.5.
    # First place: 1·1 + 1.5·2 = 4. Second: 1·3 + 1.5·0 = 3.
    np.testing.assert_allclose(grad_cam_map(FEATURE_MAPS, GRADIENTS), [[4, 3]])


def test_grad_cam_plus_plus_weighs_each_gradient_above_zero_by_its_share() -> None:
    # α = g² / (2g² + ΣA·g³). Channel 0, ΣA = 4, g = 2: 4 / (8 + 32) = 0.1; weight 0.1·2 = 0.2.
    # Channel 1, ΣA = 2, g = 4: 16 / (32 + 128) = 0.1; weight 0.1·4 = 0.4; -1 does not count.
    # First place: 0.2·1 + 0.4·2 = 1. Second: 0.2·3 + 0.4·0 = 0.6.
    np.testing.assert_allclose(
        grad_cam_plus_plus_map(FEATURE_MAPS, GRADIENTS), [[1.0, 0.6]], rtol=1e-6
    )


def test_hirescam_weighs_each_value_by_its_own_gradient() -> None:
    # First place: 2·1 - 1·2 = 0. Second: 0·3 + 4·0 = 0: neither mattered, though Grad-CAM says so.
    np.testing.assert_allclose(hirescam_map(FEATURE_MAPS, GRADIENTS), [[0, 0]])
    # With 5 in channel 1's second place: 0·3 + 4·5 = 20.
    feature_maps = FEATURE_MAPS.copy()
    feature_maps[0, 1, 1] = 5
    np.testing.assert_allclose(hirescam_map(feature_maps, GRADIENTS), [[0, 20]])


def test_layercam_leaves_out_what_speaks_against() -> None:
    # First place: 2·1 + 0·2 = 2. Second: 0·3 + 4·0 = 0.
    np.testing.assert_allclose(layercam_map(FEATURE_MAPS, GRADIENTS), [[2, 0]])


@pytest.mark.parametrize(
    "method", [grad_cam_map, grad_cam_plus_plus_map, hirescam_map, layercam_map]
)
def test_several_classes_at_once_get_what_each_gets_alone(method) -> None:
    random = np.random.default_rng(0)
    feature_maps = random.random((5, 4, 3), np.float32)
    gradients = random.normal(size=(7, 5, 4, 3)).astype(np.float32)
    alone = np.stack([method(feature_maps, each) for each in gradients])
    np.testing.assert_allclose(method(feature_maps, gradients), alone, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("method", [grad_cam_plus_plus_map, layercam_map])
def test_where_no_gradient_is_above_zero_there_is_no_evidence(method) -> None:
    assert not method(FEATURE_MAPS, -np.abs(GRADIENTS)).any()


def test_grad_cam_plus_plus_is_finite_without_gradient_and_for_sums_below_zero() -> None:
    assert not grad_cam_plus_plus_map(FEATURE_MAPS, np.zeros_like(GRADIENTS)).any()
    assert np.isfinite(grad_cam_plus_plus_map(-FEATURE_MAPS, GRADIENTS)).all()


FINITE = st.floats(-100, 100, width=32)


@given(
    arrays(np.float32, (3, 2, 4), elements=FINITE), arrays(np.float32, (3, 2, 4), elements=FINITE)
)
def test_the_linear_methods_are_antisymmetric_in_the_logits_difference(a, g) -> None:
    for method in (grad_cam_map, hirescam_map):
        np.testing.assert_array_equal(method(a, -g), -method(a, g))


@given(
    arrays(np.float32, (3, 2, 4), elements=st.floats(0, 100, width=32)),
    arrays(np.float32, (4,), elements=st.floats(-10, 10, width=32)),
)
def test_behind_global_average_pooling_hirescam_is_cam_and_so_is_grad_cam(a, weights) -> None:
    """Zhou et al. (2016): with y = Σ_k weight_k · mean of A_k, CAM is Σ_k weight_k A_kij."""
    cam = a.astype(np.float64) @ weights.astype(np.float64)
    gradients = np.broadcast_to(weights / np.float32(6), a.shape)  # of six places each
    for method in (hirescam_map, grad_cam_map):
        np.testing.assert_allclose(6 * method(a, gradients), cam, rtol=1e-4, atol=1e-2)


def test_gradients_that_are_the_same_everywhere_count_as_if_each_were_stored() -> None:
    random = np.random.default_rng(0)
    maps = random.random((5, 4, 3)).astype(np.float32)
    repeated = np.broadcast_to(random.random((2, 1, 1, 3)).astype(np.float32), (2, 5, 4, 3))
    np.testing.assert_allclose(
        grad_cam_map(maps, repeated), grad_cam_map(maps, repeated.copy()), rtol=1e-5
    )
