"""A process beside the window: the newest job first, nothing that is kept lost, no hang."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from digits.common.errors import DigitError
from digits.screen.sentences import UNEXPECTED
from digits.window import background_process
from digits.window.background_process import STOPPED, UNLOADED, BackgroundProcess

Done = tuple[str, str | DigitError]


def make_worker() -> Callable[[str], str]:
    return work


def make_nothing() -> Callable[[str], str]:
    raise MemoryError


def make_for_ever() -> Callable[[str], str]:
    while True:
        time.sleep(60)


def work(job: str) -> str:
    """Answer in capitals; some words do more."""
    if job == "wrong":
        raise DigitError("This is wrong: try another.")
    if job == "broken":
        raise RuntimeError("a path: /secret")
    if job.startswith("slow"):
        time.sleep(0.5)
    if job.startswith("slow write "):
        Path(job.removeprefix("slow write ")).touch()
    return job.upper()


@pytest.fixture
def process() -> Iterator[BackgroundProcess[str, str]]:
    process: BackgroundProcess[str, str] = BackgroundProcess(make_worker)
    yield process
    process.close()


def wait(process: BackgroundProcess[str, str]) -> Done:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        done = process.poll()
        if done is not None:
            return done
        time.sleep(0.005)
    raise TimeoutError


def test_a_job_that_comes_while_the_worker_is_made_is_done(
    process: BackgroundProcess[str, str],
) -> None:
    states = [process.state]
    process.submit("one")

    assert wait(process) == ("one", "ONE")
    assert [*states, process.state] == ["loading", "idle"]
    assert process.poll() is None


def test_the_newest_job_overtakes_those_that_wait(process: BackgroundProcess[str, str]) -> None:
    process.submit("first")
    process.submit("slow")
    wait(process)

    process.submit("slow")
    for job in ("two", "three", "four"):
        process.submit(job)

    # What was under way is of no use any more, either.
    assert wait(process) == ("four", "FOUR")
    assert process.poll() is None


def test_what_is_kept_is_overtaken_by_nothing(process: BackgroundProcess[str, str]) -> None:
    process.submit("one", keep=True)
    process.submit("two", keep=True)
    process.submit("three")
    process.submit("four")

    assert [wait(process)[1] for _ in range(3)] == ["ONE", "TWO", "FOUR"]


def test_an_error_is_a_sentence_and_the_process_goes_on(
    process: BackgroundProcess[str, str],
) -> None:
    process.submit("wrong")
    assert str(wait(process)[1]) == "This is wrong: try another."

    process.submit("broken")
    assert str(wait(process)[1]) == UNEXPECTED

    process.submit("one")
    assert wait(process) == ("one", "ONE")


def test_a_process_that_is_killed_says_so_and_starts_again(
    process: BackgroundProcess[str, str],
) -> None:
    process.submit("one")
    wait(process)
    process.submit("slow")
    assert process.process_id is not None
    os.kill(process.process_id, signal.SIGTERM)

    job, result = wait(process)
    assert (job, str(result)) == ("slow", STOPPED)
    assert (process.state, process.losses) == ("stopped", 1)
    assert process.poll() is None

    process.submit("two")
    assert wait(process) == ("two", "TWO")


def test_what_waits_when_the_process_is_killed_is_done_by_the_next(
    process: BackgroundProcess[str, str],
) -> None:
    process.submit("one")
    wait(process)
    process.submit("slow")
    process.submit("kept", keep=True)
    process.submit("newest")
    assert process.process_id is not None
    os.kill(process.process_id, signal.SIGTERM)

    # Nobody waits for "slow" any more, so that nothing is said of it.
    assert [wait(process)[1] for _ in range(2)] == ["KEPT", "NEWEST"]


def test_a_worker_that_cannot_be_made_says_so_to_every_job() -> None:
    process: BackgroundProcess[str, str] = BackgroundProcess(make_nothing)
    for job in ("one", "two"):
        process.submit(job)
        assert str(wait(process)[1]) == UNLOADED
    process.close()


def test_what_could_not_be_done_before_closing_is_told() -> None:
    process: BackgroundProcess[str, str] = BackgroundProcess(make_worker)
    process.submit("wrong", keep=True)
    process.submit("one", keep=True)

    ((job, error),) = process.close()

    assert (job, str(error)) == ("wrong", "This is wrong: try another.")


def test_closing_waits_for_what_is_kept(tmp_path: Path) -> None:
    process: BackgroundProcess[str, str] = BackgroundProcess(make_worker)
    process.submit("one")
    wait(process)
    process.submit(f"slow write {tmp_path / 'kept'}", keep=True)
    process.close()
    assert (tmp_path / "kept").exists()

    process = BackgroundProcess(make_worker)
    process.submit("one")
    process.submit(f"slow write {tmp_path / 'kept, too'}", keep=True)
    process.close()  # the worker is not even made yet
    assert (tmp_path / "kept, too").exists()


def test_closing_waits_for_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background_process, "_PATIENCE", 1e6)  # if it waited, it would for ever
    process: BackgroundProcess[str, str] = BackgroundProcess(make_for_ever)
    process.submit("one")

    process.close()

    assert process.state == "stopped"
