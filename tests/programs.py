"""Our programs, as a shell would run them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping

from tests.browser import ROOT


def run(
    *arguments: str, environment: Mapping[str, str], timeout: float | None = None
) -> subprocess.CompletedProcess[str]:
    """Run Python at the project's top until it ends, or so many seconds have passed."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
