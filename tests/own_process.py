"""A pytest plugin: each file of tests marked `own_process` runs in a process of its own.

What such tests need must not share an interpreter with anything else. Tk is the reason: its
variables may be freed in no thread but its own, and garbage is collected in whichever thread
happens to allocate, so that any thread that another test has started can end the process.

The first test of such a file starts `python -m pytest` for all of the file's tests, and every test
passes on what that process reports of it as it goes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

import pytest

REPORTS_TO = "DIGITS_TEST_REPORTS_TO"
"""Environment variable of a process that was started here: the pipe that takes its reports."""
# Seconds; sooner than the same time limit of pyproject.toml ends the process that waits.
_SILENT_FOR = 330


class OwnProcess:
    """A pytest process that runs tests of one file, in order."""

    def __init__(self, config: pytest.Config, node_ids: list[str]) -> None:
        self._config = config
        theirs, ours = os.pipe()
        self._reports = os.fdopen(theirs, encoding="utf-8")
        self._output = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115
        options = ["-p", __name__, "-n", "0", "-o", f"faulthandler_timeout={_SILENT_FOR}"]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "pytest", *options, *node_ids],
            cwd=config.rootpath,
            env=_plain_environment() | {REPORTS_TO: str(ours)},
            pass_fds=[ours],
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
        )
        os.close(ours)

    def reports_of(self, item: pytest.Item) -> Iterator[Any]:
        """Of its set-up, its call and its clearing up; a failure if the process ends before."""
        hook = self._config.hook
        for line in self._reports:
            report = hook.pytest_report_from_serializable(
                config=self._config, data=json.loads(line)
            )
            yield report
            if report.when == "teardown":
                return
        yield _failure(item, f"The process of this file has ended:\n{self._ended()}")

    def _ended(self) -> str:
        self._process.wait()
        self._output.seek(0)
        return f"exit status {self._process.returncode}\n{self._output.read()[-20_000:]}"

    def end(self) -> None:
        """Wait for the process, which has nothing more to do."""
        self._reports.close()
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._output.close()


def _plain_environment() -> dict[str, str]:
    """Of a pytest that is nobody's worker."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}


def _failure(item: pytest.Item, text: str) -> pytest.TestReport:
    return pytest.TestReport(
        item.nodeid, item.location, {}, outcome="failed", longrepr=text, when="call"
    )


_process = pytest.StashKey[OwnProcess]()


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known, and tell the process that started this one what is reported."""
    config.addinivalue_line("markers", "own_process: the file runs in a process of its own")
    if REPORTS_TO in os.environ:
        config.pluginmanager.register(_PassOn(config, int(os.environ[REPORTS_TO])))


class _PassOn:
    def __init__(self, config: pytest.Config, pipe: int) -> None:
        self._config = config
        self._reports = os.fdopen(pipe, "w", encoding="utf-8")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        data = self._config.hook.pytest_report_to_serializable(config=self._config, report=report)
        self._reports.write(json.dumps(data) + "\n")
        self._reports.flush()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave it to the other process to watch the time."""
    for item in items:
        if _is_elsewhere(item):
            item.add_marker(pytest.mark.timeout(0))


def _is_elsewhere(item: pytest.Item) -> bool:
    is_here = REPORTS_TO in os.environ or os.name == "nt"  # which hands on no pipe
    return not is_here and item.get_closest_marker("own_process") is not None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Pass on what the other process reports, instead of running the test here."""
    if not _is_elsewhere(item):
        return None
    stash = item.session.stash
    if _process not in stash:
        stash[_process] = OwnProcess(item.config, _from_here_on(item))
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for report in stash[_process].reports_of(item):
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    if nextitem is None or nextitem.path != item.path:
        stash[_process].end()
        del stash[_process]
    return True


def _from_here_on(item: pytest.Item) -> list[str]:
    """The tests of the same file that are still to be run."""
    items = item.session.items
    return [each.nodeid for each in items[items.index(item) :] if each.path == item.path]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """End what a session that was stopped has left."""
    if _process in session.stash:
        session.stash[_process].end()
