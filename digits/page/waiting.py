"""What the page says while TensorFlow is being loaded, by whatever needs it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from digits.network.loading import load_network


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
