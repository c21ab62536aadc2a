"""Work in a process of its own, so that a window stays quick; the newest job overtakes older ones.

Imports hold Python's lock, and a large picture takes a second, so a thread could not keep a window
moving. Only one job is with the process at a time: the pipe to it never fills, and sending
never waits.
"""

from __future__ import annotations

import logging
import multiprocessing
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Generic, Literal, TypeAlias, TypeVar

from digits.common.errors import DigitError
from digits.screen.sentences import UNEXPECTED

Job = TypeVar("Job")
Result = TypeVar("Result")
State: TypeAlias = Literal["loading", "idle", "busy", "stopped"]

STOPPED = "The part that reads digits has stopped: try once more, and it starts again."
UNLOADED = "The network could not be loaded: the terminal says why; install the project anew."
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
        self._losses = 0
        self._start()

    @property
    def losses(self) -> int:
        """How many processes have ended by themselves, with all that their workers remembered."""
        return self._losses

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
        if self._state == "stopped":
            return None
        try:
            if not self._connection.poll():
                return None
            result = self._connection.recv()
        except (EOFError, OSError):
            return self._lose_process()
        task, self._underway, self._state = self._underway, None, "idle"
        self._was_ready = True
        is_overtaken = task is not None and self._is_overtaken(task)
        self._send_next()
        return None if task is None or is_overtaken else (task.job, result)

    def close(self) -> list[tuple[Job, DigitError]]:
        """End the process; jobs that are kept are done first, if that takes no more than 15 s.

        Returns:
            The kept jobs that could not be done, and why.
        """
        self._newest = None
        undone: list[tuple[Job, DigitError]] = []
        deadline = time.monotonic() + _PATIENCE
        while self._state != "stopped" and self._kept_jobs() and time.monotonic() < deadline:
            with suppress(OSError):  # poll says what it means
                self._connection.poll(max(0.0, deadline - time.monotonic()))
            done = self.poll()
            if done is not None and isinstance(done[1], DigitError):
                undone.append((done[0], done[1]))
        undone += [(job, DigitError(STOPPED)) for job in self._kept_jobs()]
        self._end_process()
        return undone

    def _is_overtaken(self, task: _Task[Job]) -> bool:
        return not task.is_kept and self._newest is not None

    def _kept_jobs(self) -> list[Job]:
        underway = [self._underway] if self._underway and self._underway.is_kept else []
        return [task.job for task in (*underway, *self._kept)]

    def _start(self) -> None:
        # A fresh interpreter on every system: a copy of a process that shows windows is not safe.
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._state, self._was_ready = "loading", False
        self._process = context.Process(
            target=_serve, args=(theirs, self._make_worker), daemon=True
        )
        with _ignored_interrupts():  # which the process takes over: Ctrl-C is for the window
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
        """Give up the job that the process had; those that wait get another, if one can work."""
        task, self._underway = self._underway, None
        is_overtaken = task is not None and self._is_overtaken(task)
        can_work = self._was_ready
        self._losses += can_work
        self._end_process()
        if can_work and (self._newest or self._kept):
            self._start()
        elif task is None and self._newest is not None:
            task, self._newest = self._newest, None
        return None if task is None or is_overtaken else (task.job, DigitError(STOPPED))

    def _end_process(self) -> None:
        if self._state != "stopped":
            self._process.kill()
            self._process.join()
            self._connection.close()
            self._state = "stopped"


@contextmanager
def _ignored_interrupts() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _serve(connection: Connection, make_worker: Callable[[], Callable[[Any], Any]]) -> None:
    """Do jobs until the other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # where it is not taken over from the parent
    try:
        work = make_worker()
    except Exception:
        logger.exception("The part that does the work could not be loaded")
        work = _refuse
    try:
        connection.send(_READY)
        while True:
            connection.send(_outcome(work, connection.recv()))
    except (EOFError, OSError):
        return


def _refuse(job: Any) -> Any:
    raise DigitError(UNLOADED)


def _outcome(work: Callable[[Any], Any], job: Any) -> Any:
    try:
        return work(job)
    except DigitError as error:
        return DigitError(str(error))
    except Exception:
        logger.exception("A job could not be done")
        return DigitError(UNEXPECTED)
