"""The screen's density, without a screen."""

from __future__ import annotations

import stat
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from digits.window import theme


@pytest.mark.parametrize(
    ("script", "density"),
    [
        ("#!/bin/sh\necho Xft.dpi: 144", 144.0),
        ("#!/bin/sh\necho Xft.antialias: 1", 96.0),
        ("#!/bin/sh\nprintf '\\377'\nexit 1", 96.0),
        ("#!/bin/sh\nexec sleep 60", 96.0),
        ("#!/no/such/interpreter", 96.0),
        (None, 96.0),
    ],
)
def test_a_desktop_that_does_not_say_leaves_what_tk_knows(
    script: str | None, density: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if script is not None:
        xrdb = tmp_path / "xrdb"
        xrdb.write_text(script)
        xrdb.chmod(xrdb.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin" if script else str(tmp_path))
    monkeypatch.setattr(theme, "PATIENCE", 0.3)
    root: Any = SimpleNamespace(
        tk=SimpleNamespace(call=lambda *words: "x11"),
        winfo_screen=lambda: ":99",
        winfo_fpixels=lambda length: 96.0,
    )
    assert theme._dots_per_inch(root) == density
