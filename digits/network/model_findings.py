"""What was found out about a model of somebody's own by asking it, and what is told of that."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from digits.network.architectures import INPUT_SHAPE
from digits.network.input_convention import InputConvention

if TYPE_CHECKING:
    import keras

    from digits.network.trail import Ending


@dataclass(frozen=True)
class ModelFindings:
    """How a model is to be asked, and how that was found.

    Attributes:
        convention: which numbers it is given.
        input_size: rows and columns of the pictures that the model itself takes.
        ending: how its logits are had; None where its last operations tell.
        probe: what was tried and found, in a sentence; "" where nothing was tried.
        notes: what else a person should know, a sentence each.
        warning: what may be wrong with its answers, in a sentence or two; None if nothing is.
    """

    convention: InputConvention = field(default_factory=InputConvention)
    input_size: tuple[int, int] = INPUT_SHAPE[:2]
    ending: Ending | None = None
    probe: str = ""
    notes: tuple[str, ...] = ()
    warning: str | None = None

    @property
    def input_in_words(self) -> str:
        """Such as "28 × 28, 0 to 1, white ink on black"."""
        rows, columns = self.input_size
        return f"{rows} × {columns}, {self.convention.in_words}"

    @property
    def told(self) -> tuple[str, ...]:
        """All sentences that whoever uses the model is told; none where all is as with ours."""
        return (*self.notes, *([self.warning] if self.warning else []))


_by_hash: dict[str, ModelFindings] = {}
_findings: WeakKeyDictionary[keras.Model, ModelFindings] = WeakKeyDictionary()


def file_sha256(path: Path) -> str:
    """The hash of a model file, which tells it from any other wherever it lies.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def keep_findings_of_file(sha256: str, findings: ModelFindings) -> None:
    """Remember what was found of a file, as long as this process lives."""
    _by_hash[sha256] = findings


def findings_of_file(sha256: str) -> ModelFindings | None:
    """What was found of a file, wherever it lies; None for one that was never examined."""
    return _by_hash.get(sha256)


def keep_findings(model: keras.Model, findings: ModelFindings) -> None:
    """Remember what was found of a model, as long as it lives."""
    _findings[model] = findings


def findings_of(model: keras.Model) -> ModelFindings | None:
    """What was found of a model; None for one that was never examined."""
    return _findings.get(model)
