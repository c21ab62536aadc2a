"""The process that `tensorflow_beside` asks: Keras models on TensorFlow, one task after the other.

    python -m digits.network.tensorflow_worker [--stay [MODEL]]

Requests come in on standard input and answers go out on standard output, both pickled; it ends
with its standard input, or when nobody has asked for `tensorflow_beside.IDLE` seconds.
"""

from __future__ import annotations

import logging
import os
import pickle
import queue
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from digits.common.errors import DigitError, ModelError
from digits.network.model_findings import ModelFindings, findings_of, keep_findings_of_file
from digits.network.tensorflow_beside import IDLE, STOPPED, Request

logger = logging.getLogger(__name__)


def main(arguments: list[str]) -> None:
    """Answer until nobody asks any more."""
    logging.getLogger("digits").setLevel(logging.ERROR)  # the rest is said by whoever asks
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the program that asks
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print is no answer
    requests: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(sys.stdin.buffer, requests), daemon=True).start()
    stays = "--stay" in arguments
    for model in arguments[1:]:
        with suppress(DigitError):  # said again, to whoever asks
            _perform(Request(Path(model), "layers"))
    with suppress(OSError, queue.Empty):
        while (request := requests.get(timeout=None if stays else IDLE)) is not None:
            pickle.dump(_outcome(request), answers)
            answers.flush()


def _receive(source: BinaryIO, requests: queue.SimpleQueue[Request | None]) -> None:
    with suppress(EOFError, OSError, pickle.UnpicklingError):
        while True:
            requests.put(pickle.load(source))
    requests.put(None)


def _outcome(request: Request) -> Any:
    try:
        return _perform(request)
    except DigitError as error:
        return type(error)(str(error))
    except Exception:
        logger.exception("TensorFlow could not do what was asked")
        return ModelError(STOPPED)


def _perform(request: Request) -> Any:
    from digits.network import compiled_calls
    from digits.network.layers import layer_table
    from digits.network.loading import load_model

    if request.known is not None:
        keep_findings_of_file(*request.known)
    model = load_model(request.path)
    if request.task == "findings":
        return findings_of(model) or ModelFindings()
    computed: dict[str, Callable[..., Any]] = {
        "logits": compiled_calls.compute_logits,
        "feature_sums": compiled_calls.compute_feature_sums,
        "gradients": compiled_calls.compute_gradients,
        "last_layer": compiled_calls.last_layer_of,
    }
    if request.task in computed:
        return computed[request.task](model, *request.arguments)
    return tuple(layer_table(model))


if __name__ == "__main__":
    main(sys.argv[1:])
    os._exit(0)  # TensorFlow's threads may abort an orderly end
