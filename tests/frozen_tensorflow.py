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

# To ask the collector how many objects are frozen takes a twentieth of a second for every test.
_is_frozen = False


@pytest.fixture(autouse=True)
def freeze_tensorflow() -> Iterator[None]:
    """Once a process, after the first test that has imported it."""
    global _is_frozen  # noqa: PLW0603 - what is frozen is so for the whole process
    yield
    if "tensorflow" in sys.modules and not _is_frozen:
        gc.collect()
        gc.freeze()
        _is_frozen = True
