"""The network that reads whole rows, as it lies beside the network of digits in the shipped file.

It answers on ONNX Runtime, and nothing else needs it: where there is none, the network of digits
reads rows alone.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

from digits.network.light_serving import open_session
from digits.network.model_file import SHIPPED_MODEL
from digits.network.row_signs import BLANK, COLUMNS_A_FRAME, PAPER_BEHIND, SIGNS
from digits.picture.pixels import InkMap
from digits.picture.row_strips import STRIP_HEIGHT

GROUP = "row_network"
FORMAT = 1

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class RowPapers:
    """Where a network of rows comes from.

    Attributes:
        trained_at: when training ended, ISO 8601, UTC.
        trained_with: versions of Keras and its backend.
        command: the command line that trained it.
        recipe: all hyperparameters, one JSON object.
        data_sha256: hash of the rows it learnt from.
        seed: of the run.
        validation_whole: share of validation rows that it reads right to the last sign, 0 to 1.
        largest_difference: of a logit of the export from Keras's, on validation rows.
    """

    trained_at: str
    trained_with: str
    command: str
    recipe: str
    data_sha256: str
    seed: int
    validation_whole: float
    largest_difference: float


class RowNetwork:
    """Reads rows; its session many threads may use at once.

    Args:
        onnx: from `strips`, float32 (n, `STRIP_HEIGHT`, w), to `logits`, float32
            (n, w / `COLUMNS_A_FRAME`, classes).
        papers: of the network.

    Raises:
        ValueError: it does not tell `row_signs.SIGNS` apart.
        Exception: it is damaged; whatever ONNX Runtime raises.
    """

    def __init__(self, onnx: bytes, papers: RowPapers) -> None:
        self.papers = papers
        self._session = open_session(onnx)
        blank = np.zeros((STRIP_HEIGHT, 2 * COLUMNS_A_FRAME), np.float32)
        if self.log_probabilities(blank).shape != (2, len(SIGNS) + 1):
            raise ValueError("the network of rows tells other signs apart")

    def log_probabilities(self, strip: InkMap) -> NDArray[np.float32]:
        """What each frame of a strip shows.

        Args:
            strip: float32 (`STRIP_HEIGHT`, w) in [0, 1], as `row_strips.strip_of` makes it.

        Returns:
            float32 (frames, classes), natural logarithms; the classes are `row_signs.SIGNS` and
            the blank.
        """
        frames = -(-strip.shape[1] // COLUMNS_A_FRAME)
        strips = np.zeros((1, len(strip), frames * COLUMNS_A_FRAME + PAPER_BEHIND), np.float32)
        strips[0, :, : strip.shape[1]] = strip
        (logits,) = self._session.run(["logits"], {"strips": strips})
        return log_softmax(logits[0, :frames])


def log_softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Along the last axis."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)), np.float32)


def sign_log_probabilities(
    frames: NDArray[np.float32], starts: Sequence[int], longest: int
) -> NDArray[np.float64]:
    """How likely a stretch of frames shows just one sign, for every sign and every stretch.

    The sum over all paths of CTC that read blanks, one sign in one or more frames, and blanks
    (Graves et al., 2006, section 3), so that the product over stretches side by side is the
    probability of reading their signs one after the other with those bounds between them.

    Args:
        frames: float32 (n, classes), natural logarithms, of `RowNetwork.log_probabilities`.
        starts: first frames of stretches.
        longest: frames.

    Returns:
        float64 (starts, longest + 1, signs + 1), natural logarithms: [s, k] is of the k frames from
        the start s on, -inf where there are none, or no such many; last stands that they show
        nothing.
    """
    signs = len(SIGNS)
    found = np.full((len(starts), longest + 1, signs + 1), -np.inf)
    before = np.zeros((len(starts), 1))
    inside = behind = np.full((len(starts), signs), -np.inf)
    behind_all = np.full((1, frames.shape[1]), -np.inf)
    framed = np.concatenate([frames.astype(np.float64), behind_all])
    at = np.minimum(np.add.outer(range(longest), starts), len(frames))
    for length, now in enumerate(framed[at], start=1):
        blank, sign = now[:, BLANK:], now[:, :BLANK]
        behind = np.logaddexp(behind, inside) + blank
        inside = np.logaddexp(inside, before) + sign
        before = before + blank
        found[:, length, :signs] = np.logaddexp(inside, behind)
        found[:, length, signs:] = before
    return found


_loading = threading.Lock()
_loaded: dict[Path, RowNetwork | None] = {}


def load_row_network(path: Path = SHIPPED_MODEL) -> RowNetwork | None:
    """The network of rows in a model file, loaded once; None, with a line in the log, without one.

    Args:
        path: of a file that is ours, for it is opened in this process.
    """
    with _loading:
        if path not in _loaded:
            _loaded[path] = read_row_network(path)
        return _loaded[path]


def read_row_network(path: Path) -> RowNetwork | None:
    """As `load_row_network`, each time anew."""
    try:
        with h5py.File(path, "r") as file:
            group = file.get(GROUP)
            if group is None or group.attrs["format"] != FORMAT or group.attrs["signs"] != SIGNS:
                logger.warning("%s holds no network of rows of this version.", path.name)
                return None
            onnx = group["onnx"][()].tobytes()
            if hashlib.sha256(onnx).hexdigest() != group.attrs["sha256"]:
                logger.warning("The network of rows in %s is damaged.", path.name)
                return None
            return RowNetwork(onnx, RowPapers(**json.loads(group.attrs["papers"])))
    except (OSError, KeyError, TypeError, ValueError):
        logger.warning("%s holds no network of rows that can be read.", path.name)
        return None


def write_row_network(onnx: bytes, papers: RowPapers, source: Path, target: Path) -> None:
    """Write a model file with a network of rows in the place of the one that is there, if any.

    Args:
        onnx: the network.
        papers: of it.
        source: a model file.
        target: the new file; HDF5 keeps the room of what is deleted, so that none grows in place.
    """
    with h5py.File(source, "r") as file, h5py.File(target, "w") as written:
        written.attrs.update(file.attrs)
        for name in file:
            if name != GROUP:
                file.copy(file[name], written, name=name)
        group = written.create_group(GROUP)
        group["onnx"] = np.frombuffer(onnx, np.uint8)
        group.attrs["format"] = FORMAT
        group.attrs["signs"] = SIGNS
        group.attrs["sha256"] = hashlib.sha256(onnx).hexdigest()
        group.attrs["papers"] = json.dumps(asdict(papers))


def copy_row_network(source: Path, target: Path) -> None:
    """Put the network of rows of one model file into another, if the file is there and has one."""
    if not source.exists():
        return
    with h5py.File(source, "r") as file, h5py.File(target, "r+") as written:
        if GROUP in file and GROUP not in written:
            file.copy(file[GROUP], written, name=GROUP)
