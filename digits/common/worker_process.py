"""How a process of a pool begins, whatever it is there for."""

from __future__ import annotations

import os
import signal
from multiprocessing import parent_process
from threading import Thread

import cv2


def begin_work(niceness: int = 0) -> None:
    """Prepare a worker: Ctrl-C is its parent's business, and it ends when that does.

    Args:
        niceness: by how much it steps back before others, 0 to 19.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()
    cv2.setNumThreads(1)  # a picture a process, rather than a part of one
    if niceness and hasattr(os, "nice"):
        os.nice(niceness)


def _end_with_parent() -> None:
    """A parent that is killed tells nobody, and its pool would wait for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)
