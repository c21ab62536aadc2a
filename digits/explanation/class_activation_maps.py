"""Explanation methods that weigh a layer's feature maps with the gradient of a logit.

All take the same two arrays, both from one layer for one picture:

* `feature_maps`: A, float32 (rows, columns, channels).
* `gradients`: g = ∂y/∂A, float32 (…, rows, columns, channels), where y is the logit of a class, or
  the difference of two; any number of leading axes, for several classes at once.

All return evidence, float32 (…, rows, columns), in the units of y and unscaled: above 0 where a
place speaks for the class, below 0 where it speaks against it. The ReLU with which most papers end
is left to whoever draws the map, so that nothing is lost on the way.

i, j are places and k is a channel, A_kij a value of the feature maps and g_kij its gradient.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float32]
ClassActivationMap: TypeAlias = Callable[[Array, Array], Array]


def grad_cam_map(feature_maps: Array, gradients: Array) -> Array:
    """Grad-CAM: each channel weighed by its mean gradient.

    Selvaraju et al. (2017), "Grad-CAM: Visual explanations from deep networks via gradient-based
    localization", equations 1 and 2:

        w_k = mean over i, j of g_kij        evidence_ij = Σ_k w_k A_kij
    """
    return _weighed(feature_maps, without_repeats(gradients).mean(axis=(-3, -2)))


def grad_cam_plus_plus_map(feature_maps: Array, gradients: Array) -> Array:
    """Grad-CAM++: only gradients above 0 count, each by its share in raising the class.

    Chattopadhay et al. (2018), "Grad-CAM++: Generalized gradient-based visual explanations for
    deep convolutional networks", equations 5 and 19, with exp(y) as the class's score:

        α_kij = g²_kij / (2 g²_kij + Σ_ab A_kab g³_kij)        w_k = Σ_ij α_kij ReLU(g_kij)
        evidence_ij = Σ_k w_k A_kij

    The paper's w_k has the factor exp(y) besides. It is the same everywhere on a map, so it is
    left out: a logit is no probability, and its exponential has no bound.
    """
    # α · g = g / (2 + ΣA · g): no square that underflows, no 0/0 where the gradient is 0.
    positive = np.maximum(gradients, 0)
    denominator = 2 + feature_maps.sum(axis=(0, 1)) * positive
    # A layer without ReLU can have ΣA < 0, for which the paper gives no meaning.
    shares = np.divide(positive, denominator, out=np.zeros_like(positive), where=denominator > 0)
    return _weighed(feature_maps, shares.sum(axis=(-3, -2)))


def hirescam_map(feature_maps: Array, gradients: Array) -> Array:
    """HiResCAM: each value weighed by its own gradient.

    Draelos & Carin (2020), "Use HiResCAM instead of Grad-CAM for faithful explanations of
    convolutional neural networks", equation 5:

        evidence_ij = Σ_k g_kij A_kij

    For a network that is linear behind the layer, such as one that ends in global average pooling
    and a dense layer, the sum over all places is the logit without its bias (and it is CAM; Zhou
    et al., 2016).
    """
    return np.asarray(np.einsum("...ijk,ijk->...ij", gradients, feature_maps), np.float32)


def layercam_map(feature_maps: Array, gradients: Array) -> Array:
    """LayerCAM: each value weighed by its own gradient where that is above 0.

    Jiang et al. (2021), "LayerCAM: Exploring hierarchical class activation maps for localization",
    equations 5 and 6:

        evidence_ij = Σ_k ReLU(g_kij) A_kij
    """
    return hirescam_map(feature_maps, np.maximum(gradients, 0))


def without_repeats(gradients: Array) -> Array:
    """A view of gradients in which an axis that repeats one value, as of a broadcast, has it once.

    The gradients of a network that is linear behind the layer are the same at all places.
    """
    return gradients[tuple(slice(None if stride else 1) for stride in gradients.strides)]


def _weighed(feature_maps: Array, weights: Array) -> Array:
    return np.asarray(np.einsum("...k,ijk->...ij", weights, feature_maps), np.float32)
