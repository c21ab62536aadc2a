"""Loads TensorFlow and the model beside a server that is already answering requests."""

from __future__ import annotations

import gc
import logging
import threading
import time

from digits.common.errors import DigitError

logger = logging.getLogger(__name__)

LATEST_START = 5.0
"""Seconds after which loading begins though nobody asked for it."""
COLLECTED_EVERY = 60.0
"""Seconds for which a session that has ended may still be in memory."""


class NetworkWaking:
    """Pays for all first times in a thread of its own, once a server.

    Importing TensorFlow holds the interpreter's lock for long stretches, so it begins when it is
    asked for: when the page's parts have reached the browser, or somebody wants an answer.
    """

    def __init__(self) -> None:
        self._is_asked = threading.Event()
        self._thread = threading.Thread(target=self._wake, name="waking-network", daemon=True)
        self._thread.start()

    @property
    def is_underway(self) -> bool:
        """Whether an answer would have to wait."""
        return self._thread.is_alive()

    def begin(self) -> None:
        """Load now; without effect if it has begun."""
        self._is_asked.set()

    def wait(self) -> None:
        """Load now, and come back when the network can answer, or cannot be loaded."""
        self.begin()
        self._thread.join()

    def _wake(self) -> None:
        self._is_asked.wait(LATEST_START)
        try:
            wake_network()
            threading.Thread(target=_collect_now_and_then, daemon=True).start()
        except DigitError:
            pass  # asked for an answer, the model says the same again, to a person
        except Exception:
            logger.exception("The network could not be warmed up")


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


def collect_garbage() -> None:
    """Free what nobody holds, and look through what is held no more until the next time.

    TensorFlow brings half a million objects that stay. Looking through them all takes a third of a
    second, in which no thread gets on, and Streamlit has it done after every run of a page. Frozen,
    they are passed over; but so are the sessions of that moment, which must not outlive their end.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _collect_now_and_then() -> None:
    while True:
        time.sleep(COLLECTED_EVERY)
        collect_garbage()


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
