"""A pytest plugin: a worker of pytest-xdist that dies ends the whole run at once.

xdist would start another one, and then wait for ever: for its schedulers, the file that the dead
worker was at is never finished.
"""

from __future__ import annotations

import pytest

CRASHED = "???"
"""When a test ended, in xdist's report of one that its worker did not survive."""


@pytest.hookimpl(trylast=True)
def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Go no further than the report that names the test."""
    if report.when == CRASHED:
        pytest.exit(f"{report.longrepr}: nothing that follows would be worth anything.", 1)
