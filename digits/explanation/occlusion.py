"""The slow control that assumes nothing of the network: cover a place, and see what changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from digits.network.loading import AnyNetwork

WINDOW = 5
"""Pixels a side: a stroke and a little more, so that covering a place breaks the stroke there."""


def occlusion_maps(
    network_input: NDArray[np.float32], model: AnyNetwork, window: int = WINDOW
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What each class's logit loses when a window around a place is covered with paper.

    Zeiler & Fergus (2014), "Visualizing and understanding convolutional networks", section 4.2,
    with y_c the logit of class c, x the picture, and M_ij zero in a window around i, j and one
    elsewhere:

        evidence_cij = y_c(x) - y_c(x ⊙ M_ij)

    One pass through the network for each window that covers ink; the others change nothing.

    Args:
        network_input: float32 (h, w) in [0, 1], white ink on black.
        model: as for `network.loading.as_network`.
        window: pixels a side, odd.

    Returns:
        Evidence float32 (classes, h, w), in logits, and the logits of the picture itself,
        float32 (classes,).

    Raises:
        ModelError: the network gives no finite logits.
        ValueError: `window` is even or not positive.
    """
    from digits.network.prediction import predict_logits

    if window < 1 or window % 2 == 0:
        raise ValueError(f"window must be odd and positive, not {window}")
    rows, columns = np.nonzero(cv2.dilate(network_input, np.ones((window, window))))
    covered = np.repeat(network_input[None], len(rows) + 1, axis=0)
    reach = window // 2
    for picture, row, column in zip(covered[1:], rows, columns, strict=True):
        top, left = max(0, row - reach), max(0, column - reach)
        picture[top : row + reach + 1, left : column + reach + 1] = 0
    logits = predict_logits(covered, model)
    evidence = np.zeros((logits.shape[1], *network_input.shape), np.float32)
    evidence[:, rows, columns] = (logits[0] - logits[1:]).T
    return evidence, logits[0]
