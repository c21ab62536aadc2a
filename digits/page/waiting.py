"""What the page does while it waits: for TensorFlow to be loaded, or for a hand to go on."""

from __future__ import annotations

import time
from concurrent.futures import Future

import streamlit as st

from digits.network.loading import load_network
from digits.screen import html_parts
from digits.screen.constants import DOUBT_WAITS

LOOKS_EVERY = 0.5
"""Seconds between two looks whether TensorFlow is loaded."""


def is_waking(layer_name: str | None = None) -> bool:
    """Whether what is asked, at a layer or at the last, waits until TensorFlow is loaded.

    If so, that is said here, and the page comes back when it is. No run waits for it: Streamlit
    lets a stroke, or Clear, end no run that another stroke began.

    Raises:
        ModelError: as `load_network`, or it cannot be loaded.
    """
    network = load_network()
    if not network.is_waiting(layer_name):
        return False
    waking = network.wake()
    if waking.done():
        waking.result()
        return False
    st.html(html_parts.waking())
    _come_back(waking)
    return True


@st.fragment(run_every=LOOKS_EVERY)
def _come_back(waking: Future[None]) -> None:
    # It shows nothing, for it looks on when what waited was cleared.
    if waking.done():
        st.rerun()


def hold_back() -> None:
    """Let the hand go on for a moment before a doubt is shown."""
    time.sleep(DOUBT_WAITS)
