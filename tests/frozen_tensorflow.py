"""A pytest plugin: the garbage collector passes over what TensorFlow has brought.

That is half a million objects, which stay for as long as the process. Keras, Keras Tuner and
Streamlit's AppTest have all garbage collected again and again, and each time a quarter of a second
would go into looking through them.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator

import pytest

TENSORFLOWS_SHARE = 100_000
"""Objects; with fewer frozen, TensorFlow's are not among them."""


@pytest.fixture(autouse=True)
def freeze_tensorflow() -> Iterator[None]:
    """Once a process, after the first test that has imported it."""
    yield
    if "tensorflow" in sys.modules and gc.get_freeze_count() < TENSORFLOWS_SHARE:
        gc.collect()
        gc.freeze()
