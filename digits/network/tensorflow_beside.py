"""A network on TensorFlow in a process beside, for what the light one cannot do.

TensorFlow takes seconds to import and 0.7 GB to hold, so no process that serves people does. What
needs it is asked of one other process, `tensorflow_worker`, which starts when it is first asked,
ends when it has not been for a while, and is replaced when it dies or hangs.
"""

from __future__ import annotations

import atexit
import logging
import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from digits.common.errors import DigitError, ModelError, TensorFlowMissingError
from digits.network.architectures import CLASSES, INPUT_SHAPE
from digits.network.last_layer import LastLayer
from digits.network.layers import LayerRow
from digits.network.model_findings import (
    ModelFindings,
    file_sha256,
    findings_of_file,
    keep_findings_of_file,
)
from digits.network.papers import ModelPapers
from digits.network.serving import LayerGradients
from digits.network.tensorflow_import import MISSING, is_tensorflow_installed

PATIENCE = 180.0
"""Seconds for an answer; to import TensorFlow takes a slow machine a minute."""
RESTS = 5.0
"""Seconds before what could not be woken is woken again."""
ENDS_WITHIN = 0.1
"""Seconds that a question under way is given before its process is ended with it."""
STOPPED = "TensorFlow has stopped, or did not answer: try once more, and it starts again."
_ROOT = Path(__file__).parents[2]

Task: TypeAlias = Literal["logits", "feature_sums", "gradients", "layers", "findings", "last_layer"]

logger = logging.getLogger(__name__)


def seconds_in(setting: str, usual: float) -> float:
    """How many seconds an environment variable sets; where it is no such number, the usual."""
    said = os.environ.get(setting, str(usual))
    with suppress(ValueError):
        if 0 <= float(said) <= threading.TIMEOUT_MAX:
            return float(said)
    logger.warning("%s=%s is no number of seconds: %g is taken.", setting, said, usual)
    return usual


IDLE = seconds_in("DIGIT_TENSORFLOW_IDLE", 300.0)
"""Seconds without a question after which the process ends."""


@dataclass(frozen=True, eq=False)
class Request:
    """What is asked of the process: a task, of the model in a file.

    `known` is the file's hash and what was found of it, lest a new process examine it again.
    """

    path: Path
    task: Task
    arguments: tuple[Any, ...] = ()
    known: tuple[str, ModelFindings] | None = None


class TensorFlowProcess:
    """A process that does one task after the other; any thread may ask."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._asking = threading.Lock()
        self._beginning = threading.Lock()
        self._waking: Future[None] | None = None
        self._rests_until = 0.0
        self._is_ending = False
        self._stays = False
        self._has_answered = False

    @property
    def process_id(self) -> int | None:
        """The operating system's number of the process; None if there is none."""
        process = self._process
        return None if process is None or process.poll() is not None else process.pid

    @property
    def has_answered(self) -> bool:
        """Whether TensorFlow is loaded, so that an answer takes no longer than it must."""
        return self._has_answered and self.process_id is not None

    def start(self, path: Path) -> None:
        """Begin to load a model, and return at once; from now on the process stays."""
        with self._asking:
            self._stays = True
            if self.process_id is None:
                self._end()
                self._start("--stay", str(path))

    def wake(self, request: Request) -> Future[None]:
        """Ask in a thread, one for all who wake, and return at once.

        Returns:
            Done when there is an answer, or with what `ask` raises: that stands for `RESTS`
            seconds, lest whoever waits wakes again and again what cannot wake.
        """
        with self._beginning:
            if self._waking is None or self._is_over(self._waking):
                self._waking = Future()
                begin = partial(self._wake, request, self._waking)
                threading.Thread(target=begin, name="waking", daemon=True).start()
            return self._waking

    def _is_over(self, waking: Future[None]) -> bool:
        return waking.done() and (
            waking.exception() is None or time.monotonic() >= self._rests_until
        )

    def _wake(self, request: Request, waking: Future[None]) -> None:
        try:
            self.ask(request)
        except Exception as error:
            self._rests_until = time.monotonic() + RESTS
            waking.set_exception(error)
        else:
            waking.set_result(None)

    def ask(self, request: Request) -> Any:
        """What the task gives.

        Raises:
            TensorFlowMissingError: TensorFlow is not installed.
            ModelError: it has stopped twice, does not answer, or is ended meanwhile.
            DigitError: what the task raised.
        """
        _check_installed()
        with self._asking:
            for _ in range(2):  # one that has ended, or dies now, is replaced once
                if self._is_ending:
                    break
                if self.process_id is None:
                    self._end()
                    self._start(*(["--stay"] if self._stays else []))
                with suppress(OSError, EOFError, pickle.UnpicklingError):
                    return self._outcome(request)
                self._end()
        raise ModelError(STOPPED)

    def end(self) -> None:
        """End the process, and the waiting for it; the next question starts another."""
        self._is_ending = True
        while not self._asking.acquire(timeout=ENDS_WITHIN):
            if self._process is not None:
                self._process.kill()
        try:
            self._end()
        finally:
            self._is_ending = False
            self._asking.release()

    def _start(self, *options: str) -> None:
        self._has_answered = False
        self._process = subprocess.Popen(
            [sys.executable, "-m", "digits.network.tensorflow_worker", *options],
            cwd=_ROOT,
            env=os.environ | {"KERAS_BACKEND": "tensorflow"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def _outcome(self, request: Request) -> Any:
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        impatience = threading.Timer(PATIENCE, partial(_kill, process))
        impatience.daemon = True
        impatience.start()
        try:
            pickle.dump(request, process.stdin)
            process.stdin.flush()
            found = pickle.load(process.stdout)
        finally:
            impatience.cancel()
            impatience.join()
        self._has_answered = True
        if isinstance(found, DigitError):
            raise found
        return found

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):  # what was still to be written
                pipe.close()  # type: ignore[union-attr]
        process.wait()


def _check_installed() -> None:
    if not is_tensorflow_installed():
        raise TensorFlowMissingError(MISSING)


def _kill(process: subprocess.Popen[bytes]) -> None:
    logger.warning("TensorFlow did not answer for %.0f s and is started anew.", PATIENCE)
    process.kill()


SHARED_PROCESS = TensorFlowProcess()
"""One for all networks of this process."""
atexit.register(SHARED_PROCESS.end)


class NetworkBeside:
    """The network of a model file, on TensorFlow in a process beside.

    Args:
        path: of the file, absolute.
        papers: of the same.
        convolution_names: of the same.
    """

    def __init__(self, path: Path, papers: ModelPapers, convolution_names: Sequence[str]) -> None:
        self.papers = papers
        self.convolution_names = convolution_names
        self.input_size: tuple[int, int] = INPUT_SHAPE[:2]
        self.classes = CLASSES
        self._path = path
        self._known: tuple[str, ModelFindings] | None = None

    @property
    def layers(self) -> tuple[LayerRow, ...]:
        """As `layers.layer_table`."""
        rows: tuple[LayerRow, ...] = self._ask("layers")
        return rows

    @property
    def findings(self) -> ModelFindings:
        """As `serving.Network.findings`; what this project trained needs no examination."""
        if self.papers.architecture is not None:
            return ModelFindings()
        if self._known is None:
            sha256 = file_sha256(self._path)
            findings = findings_of_file(sha256) or self._ask("findings")
            keep_findings_of_file(sha256, findings)
            self._known = sha256, findings
        return self._known[1]

    @cached_property
    def last_layer(self) -> LastLayer | None:
        """As `serving.Network.last_layer`."""
        found: LastLayer | None = self._ask("last_layer")
        return found

    def start(self) -> None:
        """Begin to load it, and return at once.

        Raises:
            TensorFlowMissingError: TensorFlow is not installed.
        """
        _check_installed()
        SHARED_PROCESS.start(self._path)

    def is_waiting(self, layer_name: str | None = None) -> bool:
        """As `serving.Network.is_waiting`."""
        return is_tensorflow_installed() and not SHARED_PROCESS.has_answered

    def wake(self) -> Future[None]:
        """As `serving.Network.wake`."""
        return SHARED_PROCESS.wake(self._request("layers"))

    def compute_logits(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """As `serving.Network.compute_logits`."""
        logits: NDArray[np.float32] = self._ask("logits", images)
        return logits

    def compute_feature_sums(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """As `serving.Network.compute_feature_sums`."""
        features: NDArray[np.float32] = self._ask("feature_sums", images)
        return features

    def compute_gradients(
        self,
        layer_name: str,
        image: NDArray[np.float32],
        class_indices: Sequence[int | None],
        last_layer: LastLayer | None = None,
    ) -> LayerGradients:
        """As `serving.Network.compute_gradients`."""
        found: LayerGradients = self._ask(
            "gradients", layer_name, image, list(class_indices), last_layer
        )
        return found

    def _ask(self, task: Task, *arguments: Any) -> Any:
        return SHARED_PROCESS.ask(self._request(task, *arguments))

    def _request(self, task: Task, *arguments: Any) -> Request:
        return Request(self._path, task, arguments, self._known)
