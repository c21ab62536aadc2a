"""What a browser sends is looked at before it is believed."""

from __future__ import annotations

import base64
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit

from digits.page import browser_side


@pytest.mark.parametrize(
    ("pasted", "given"),
    [
        ("data:image/png;base64," + base64.b64encode(b"a picture").decode(), b"a picture"),
        ("data:image/png;base64,äöü", None),
        ("data:image/png;base64,abc", None),  # a sign too few
        (b"bytes", None),
        (None, None),
    ],
)
def test_only_what_holds_bytes_is_given(
    pasted: Any, given: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    state: dict[str, Any] = {"browser": SimpleNamespace(pasted=pasted)}
    drawn_anew: list[bool] = []
    monkeypatch.setattr(streamlit, "session_state", state)
    monkeypatch.setattr(browser_side, "rerun_question_and_answer", lambda: drawn_anew.append(True))

    browser_side._take_pasted()

    assert state.get("given") == given
    assert len(drawn_anew) == (given is not None)
