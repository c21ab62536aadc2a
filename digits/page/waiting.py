"""What the page does while it waits: for TensorFlow to be loaded, or for a hand to go on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import streamlit as st

from digits.network.loading import load_network
from digits.screen.constants import DOUBT_WAITS

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

LOOKS_FOR_STROKES = 0.05
"""Seconds between two looks for a new stroke."""


@contextmanager
def said_to_be_waking(layer_name: str | None = None) -> Iterator[None]:
    """Say so if what is asked, at a layer or at the last, waits for TensorFlow.

    Raises:
        ModelError: as `load_network`.
    """
    if not load_network().is_waiting(layer_name):
        yield
        return
    with st.spinner("Waking the network…"):
        yield


def hold_back(pause: DeltaGenerator) -> None:
    """Wait for a moment; a new stroke ends it, for the page looks for one whenever it sends.

    Args:
        pause: a place on the page where nothing stands.
    """
    for _ in range(round(DOUBT_WAITS / LOOKS_FOR_STROKES)):
        time.sleep(LOOKS_FOR_STROKES)
        pause.empty()
