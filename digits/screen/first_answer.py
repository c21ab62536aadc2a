"""The first answer of a process, which pays for all first times: imports, loading, compiling."""

from __future__ import annotations

import gc


def wake_network() -> None:
    """Import TensorFlow, load the model, answer and explain a first drawing, and keep all of that.

    Raises:
        ModelError: as `digit_predictor.load_model`.
    """
    from digits.network.tensorflow_import import import_keras
    from digits.screen.shown_answer import read_to_show
    from digits.screen.shown_heatmap import HeatmapSettings, heatmap_of_class

    _keep_compiled_functions(import_keras())
    heatmap_of_class(read_to_show(_drawn_dash(), "dark"), 0, HeatmapSettings()).over_picture()
    gc.freeze()


def _drawn_dash() -> bytes:
    """The smallest drawing that takes the whole road: a PNG."""
    import cv2
    import numpy as np

    paper = np.full((28, 28), 255, np.uint8)
    paper[13:15, 6:22] = 0
    return cv2.imencode(".png", paper)[1].tobytes()


def _keep_compiled_functions(keras: object) -> None:
    """Make Keras's `clear_session` do nothing in this process.

    Streamlit calls it after every run of a page, for pages that build a new model each time. It
    drops what TensorFlow has compiled, 75 ms for each function with the next answer, and pulls
    Keras's state from under a thread that is just loading a model.
    """
    keras.backend.clear_session = lambda free_memory=True: None  # type: ignore[attr-defined]
