"""The page without a browser: Streamlit's AppTest runs it in the process of the tests."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from streamlit.testing.v1 import AppTest

from digits.page import network_waking
from tests.browser import PATIENCE, ROOT


@contextmanager
def open_app_page() -> Iterator[AppTest]:
    """The page as somebody finds it whose network is awake; what it has begun, it ends.

    A server's collector of garbage would go on for ever: the tests after it would meet it.
    """
    with patched_waking():
        page = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=PATIENCE).run()
        for thread in threading.enumerate():
            if thread.name == "waking-network":
                thread.join()
        yield page.run()


@contextmanager
def patched_waking() -> Iterator[None]:
    """Let the network wake at once, and nothing go on after that."""
    with (
        patch.object(network_waking, "_collect_now_and_then", lambda: None),
        patch.object(network_waking, "LATEST_START", 0.0),
    ):
        yield
