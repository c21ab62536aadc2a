"""Work in a process of its own, so that a window stays quick; the newest job overtakes older ones.

TensorFlow holds Python's lock for seconds while it is imported, so a thread could not keep a
window moving. Only one job is with the process at a time: the pipe to it never fills, and sending
never waits.
"""

from __future__ import annotations

import logging
import multiprocessing
import signal
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Generic, Literal, TypeAlias, TypeVar

from digit_errors import DigitError

Job = TypeVar("Job")
Result = TypeVar("Result")
State: TypeAlias = Literal["loading", "idle", "busy", "stopped"]

STOPPED = "The part that reads digits has stopped: try once more, and it starts again."
UNEXPECTED = "Something went wrong on our side; please try again with another picture."
_READY = "ready"
_PATIENCE = 15.0  # seconds that closing waits for jobs that must not be lost

logger = logging.getLogger(__name__)


@dataclass
class _Task(Generic[Job]):
    job: Job
    is_kept: bool


class BackgroundProcess(Generic[Job, Result]):
    """A process that does one job after the other.

    Args:
        make_worker: called once in the process; gives the function that does a job. It, the jobs
            and the results must be picklable.

    All methods belong to one thread, and all but `close` return at once.
    """

    def __init__(self, make_worker: Callable[[], Callable[[Job], Result]]) -> None:
        self._make_worker = make_worker
        self._newest: _Task[Job] | None = None
        self._kept: deque[_Task[Job]] = deque()
        self._underway: _Task[Job] | None = None
        self._state: State = "loading"
        self._start()

    @property
    def state(self) -> State:
        """Whether the worker is still being made, has no job, has one, or has come to an end."""
        return self._state

    @property
    def process_id(self) -> int | None:
        """The operating system's number of the process."""
        return self._process.pid

    def submit(self, job: Job, *, keep: bool = False) -> None:
        """Have a job done as soon as can be; a process that has stopped is started again.

        Args:
            job: what the worker is called with.
            keep: a job that is kept is done whatever comes after it; any other is forgotten when
                a newer one comes.
        """
        task = _Task(job, keep)
        if keep:
            self._kept.append(task)
        else:
            self._newest = task
        if self._state == "stopped":
            self._start()
        self._send_next()

    def poll(self) -> tuple[Job, Result | DigitError] | None:
        """A job that has been done since, and its result or what it raised; None if there is none.

        A result that a newer job has overtaken is left out.
        """
        if self._state == "stopped" or not self._connection.poll():
            return None
        try:
            result = self._connection.recv()
        except (EOFError, OSError):
            return self._lose_process()
        task, self._underway, self._state = self._underway, None, "idle"
        is_overtaken = task is not None and not task.is_kept and self._newest is not None
        self._send_next()
        return None if task is None or is_overtaken else (task.job, result)

    def close(self) -> None:
        """End the process; jobs that are kept are done first, if that takes no more than 15 s."""
        self._newest = None
        deadline = time.monotonic() + _PATIENCE
        while self._has_kept_jobs() and time.monotonic() < deadline:
            self._connection.poll(_PATIENCE)
            self.poll()
        if self._state != "stopped":
            self._process.kill()
            self._process.join()
            self._connection.close()
            self._state = "stopped"

    def _has_kept_jobs(self) -> bool:
        is_underway = self._underway is not None and self._underway.is_kept
        return self._state != "stopped" and (is_underway or bool(self._kept))

    def _start(self) -> None:
        # A fresh interpreter on every system: a copy of a process that shows windows is not safe.
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._state = "loading"
        self._process = context.Process(
            target=_serve, args=(theirs, self._make_worker), daemon=True
        )
        self._process.start()
        theirs.close()

    def _send_next(self) -> None:
        if self._state != "idle" or not (self._kept or self._newest):
            return
        if self._kept:
            self._underway = self._kept.popleft()
        else:
            self._underway, self._newest = self._newest, None
        self._state = "busy"
        with suppress(OSError):  # the next poll finds the process gone
            self._connection.send(self._underway.job)  # type: ignore[union-attr]

    def _lose_process(self) -> tuple[Job, DigitError] | None:
        """Give up what the process had; only a new job starts another."""
        task = self._underway or self._newest
        self._underway, self._newest, self._state = None, None, "stopped"
        self._process.join()
        self._connection.close()
        return None if task is None else (task.job, DigitError(STOPPED))


def _serve(connection: Connection, make_worker: Callable[[], Callable[[Any], Any]]) -> None:
    """Do jobs until the other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal is for the window
    work = make_worker()
    try:
        connection.send(_READY)
        while True:
            connection.send(_outcome(work, connection.recv()))
    except (EOFError, OSError):
        return


def _outcome(work: Callable[[Any], Any], job: Any) -> Any:
    try:
        return work(job)
    except DigitError as error:
        return DigitError(str(error))
    except Exception:
        logger.exception("A job could not be done")
        return DigitError(UNEXPECTED)
