"""Where a network found the evidence for a class: Grad-CAM, and the methods to hold it against.

`grad_cam` gives one heatmap. `explain` gives several classes and methods for one pass through the
network, with the evidence as it is: unscaled, and at the resolution of the layer.
`read_and_explain` gives the answer, too, for the same one pass, and `read_and_explain_number` that
of a whole number with the evidence for each of its digits. `overlay_heatmap` lays a heatmap over
the person's own picture.
"""

from digits.explanation.evidence import Explanation, common_scale
from digits.explanation.explaining import (
    explain,
    grad_cam,
    read_and_explain,
    read_and_explain_number,
)
from digits.explanation.methods import METHODS, Method
from digits.explanation.overlay import overlay_heatmap

__all__ = [
    "METHODS",
    "Explanation",
    "Method",
    "common_scale",
    "explain",
    "grad_cam",
    "overlay_heatmap",
    "read_and_explain",
    "read_and_explain_number",
]
