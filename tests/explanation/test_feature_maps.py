"""What a convolution makes of a digit, against a pass through the Keras model by hand."""

import numpy as np
import pytest

from digit_predictor import LayerError, load_model, load_network, read_digit
from digits.explanation.feature_maps import feature_maps
from digits.network.forward_pass import forward_pass
from tests.drawings import DIGITS, draw


@pytest.fixture(scope="module")
def network_input() -> np.ndarray:
    return read_digit(draw(DIGITS[3])).network_input


@pytest.mark.parametrize("layer_name", [None, "conv_2"])
def test_maps_are_the_layers_output_the_strongest_first(
    network_input: np.ndarray, layer_name: str | None
) -> None:
    model = load_model()
    found = feature_maps(network_input, layer_name)

    name = layer_name or load_network().convolution_names[-1]
    output = np.asarray(forward_pass(model, name)(network_input[None, ..., None])[0])[0]
    assert found.layer_name == name
    assert sorted(found.channels.tolist()) == list(range(output.shape[-1]))
    expected = np.moveaxis(output[..., found.channels], -1, 0)
    np.testing.assert_allclose(found.maps, expected, rtol=1e-4, atol=1e-2)
    strongest = found.maps.max(axis=(1, 2))
    assert (np.diff(strongest) <= 0).all()
    assert found.heatmap(0).max() == pytest.approx(1)


def test_a_layer_that_is_none_is_said(network_input: np.ndarray) -> None:
    with pytest.raises(LayerError, match="conv_99"):
        feature_maps(network_input, "conv_99")
