"""Loads TensorFlow and the model beside a server that is already answering requests."""

from __future__ import annotations

import gc
import logging
import threading
import time

import streamlit as st

from digits.common.errors import DigitError
from digits.screen.first_answer import wake_network

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


@st.cache_resource(show_spinner=False)
def waking_network() -> NetworkWaking:
    """Load TensorFlow and the model beside the page, once per server."""
    return NetworkWaking()


def wait_for_network() -> None:
    """Say so, for as long as the network is still being loaded."""
    waking = waking_network()
    if waking.is_underway:
        with st.spinner("Waking the network…"):
            waking.wait()
