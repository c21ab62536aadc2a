"""The page without a browser: Streamlit's AppTest runs it in the process of the tests."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from tests.browser import PATIENCE, ROOT


def open_app_page() -> AppTest:
    """The page as somebody finds it."""
    return AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=PATIENCE).run()
