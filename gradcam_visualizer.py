"""Where the network looked: Grad-CAM, and heatmaps laid over the person's own picture.

Selvaraju et al. (2017), "Grad-CAM: Visual explanations from deep networks via gradient-based
localization".
"""

from __future__ import annotations

import operator
from functools import cache
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from compiled_network import compute_evidence
from digit_network import choose_convolution, outputs_of
from digit_predictor import load_model
from picture_decoding import Picture, decode_picture

if TYPE_CHECKING:
    import keras

COLOUR_MAP = "plasma"


def grad_cam(
    network_input: NDArray[np.float32],
    class_index: int | None = None,
    layer_name: str | None = None,
    *,
    model: keras.Model | None = None,
) -> NDArray[np.float32]:
    """Where the evidence for a class lies, by Grad-CAM.

    With feature maps A^k of the layer and the class's logit y^c, the weight of channel k is the
    mean over all places of ∂y^c/∂A^k, and the map is ReLU(Σ_k weight_k · A^k). The logit is taken
    before the softmax, because a softmax that is sure of itself has no gradient. The map is
    divided by its maximum and up-sampled bilinearly. The model is not changed.

    Args:
        network_input: float32 (28, 28) in [0, 1], such as `Reading.network_input`; another size
            if the model takes it.
        class_index: which class to explain; None takes the likeliest.
        layer_name: at which convolution; None takes the last.
        model: from `load_model`, or any Keras CNN, Sequential or functional, not nested; None
            takes the default one.

    Returns:
        float32 in [0, 1], of the shape of `network_input`; all zeros where there is no positive
        evidence.

    Raises:
        LayerError: the model has no convolution, or none of that name.
        ModelError: the default model cannot be loaded, or `model` has no logits.
        ValueError: there is no such class, or the picture is not of the size the model takes.
    """
    model = load_model() if model is None else model
    layer_name = choose_convolution(model, layer_name)
    network_input = _checked_input(network_input, model)
    _check_class(class_index, model)
    feature_maps, gradients = compute_evidence(model, layer_name, network_input, class_index)
    weights = gradients.mean(axis=(0, 1))
    evidence = np.maximum(feature_maps @ weights, 0)
    height, width = network_input.shape
    heatmap = cv2.resize(_scaled(evidence), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(heatmap, np.float32)


def _scaled(evidence: NDArray[np.float32]) -> NDArray[np.float32]:
    """Divide by the maximum, unless nothing is there to be scaled."""
    highest = float(evidence.max())
    return evidence / np.float32(highest) if highest > 0 else np.zeros_like(evidence)


def _checked_input(network_input: NDArray[np.float32], model: keras.Model) -> NDArray[np.float32]:
    network_input = np.asarray(network_input, np.float32)
    if not np.isfinite(network_input).all():
        raise ValueError("network_input must be finite")
    size = tuple(model.inputs[0].shape[1:3])
    if network_input.shape != size:
        raise ValueError(
            f"network_input has the shape {network_input.shape}, the model takes {size}"
        )
    return network_input


def _check_class(class_index: int | None, model: keras.Model) -> None:
    classes = outputs_of(model)[0].shape[-1]
    if class_index is not None and not 0 <= operator.index(class_index) < classes:
        raise ValueError(f"class_index must be from 0 to {classes - 1}, not {class_index}")


def overlay_heatmap(
    picture: Picture,
    heatmap: NDArray[np.float32],
    placement: NDArray[np.float64] | None = None,
    opacity: float = 0.5,
) -> Image.Image:
    """Lay a heatmap over the picture that it explains.

    Where the heatmap is 0 the picture shows unchanged, so that nothing is coloured that is no
    evidence; where it is 1 the colour covers the picture by `opacity`.

    Args:
        picture: as for `read_digit`.
        heatmap: float32 (h, w) in [0, 1], from `grad_cam`.
        placement: `Reading.placement`, which says where on the picture the heatmap belongs; None
            stretches it over the whole picture.
        opacity: in [0, 1].

    Returns:
        RGB, of the size of the upright picture.

    Raises:
        PictureError: the picture cannot be read.
        ValueError: `opacity` is out of range, or `placement` is no affine map.
    """
    if not 0 <= opacity <= 1:
        raise ValueError(f"opacity must be from 0 to 1, not {opacity}")
    pixels = decode_picture(picture).pixels
    placed = _place(np.asarray(heatmap, np.float32), placement, pixels.shape[:2])
    colours = cv2.cvtColor(cv2.applyColorMap(_as_bytes(placed), _colour_table()), cv2.COLOR_BGR2RGB)
    strength = placed * np.float32(opacity)
    return Image.fromarray(cv2.blendLinear(pixels, colours, 1 - strength, strength))


def _as_bytes(heatmap: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.rint(heatmap * 255).astype(np.uint8)


def _place(
    heatmap: NDArray[np.float32], placement: NDArray[np.float64] | None, shape: tuple[int, ...]
) -> NDArray[np.float32]:
    """The heatmap at the picture's resolution and place; 0 outside of what the network saw."""
    size = (shape[1], shape[0])
    if placement is None:
        placed = cv2.resize(heatmap, size, interpolation=cv2.INTER_LINEAR)
    else:
        matrix = np.asarray(placement, np.float64)
        if matrix.shape != (2, 3):
            raise ValueError(f"placement must have the shape (2, 3), not {matrix.shape}")
        placed = cv2.warpAffine(heatmap, matrix, size, flags=cv2.INTER_LINEAR)
    return np.clip(np.nan_to_num(placed, copy=False), 0, 1, dtype=np.float32)


@cache
def _colour_table() -> NDArray[np.uint8]:
    """uint8 (256, 1, 3), BGR as OpenCV has it: perceptually uniform, safe for the colour-blind."""
    from matplotlib import colormaps

    colours = colormaps[COLOUR_MAP](np.arange(256), bytes=True)[:, None, 2::-1]
    return np.ascontiguousarray(colours, np.uint8)
