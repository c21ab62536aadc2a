"""What is asked of every picture, and by which model."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from digits.batch.fields import Field
from digits.picture.pixels import Ink

Kind = Literal["number", "digit"]
_HASH_LENGTH = 16


@dataclass(frozen=True)
class ReadingTask:
    """What is read in each picture.

    Attributes:
        model: SHA-256 of the model's file, its first 16 hexadecimal digits.
        kind: whether a picture, or each field of it, shows a number or one digit.
        ink: whether the ink is "dark" or "light" against the paper; "auto" finds out.
        fields: of a form; none where a picture is read as a whole.
        by_hand: whether somebody may have corrected answers, of which a column more tells.
    """

    model: str
    kind: Kind = "number"
    ink: Ink = "auto"
    fields: tuple[Field, ...] = ()
    by_hand: bool = False

    def as_json(self) -> Mapping[str, Any]:
        """All that two runs must share to make one table, as plain data."""
        fields = [[field.name, *field.box] for field in self.fields]
        return {"model": self.model, "kind": self.kind, "ink": self.ink, "fields": fields}


def hash_of_model(path: Path) -> str:
    """What tells a model's file from any other, 16 hexadecimal digits.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:_HASH_LENGTH]
