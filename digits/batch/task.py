"""What is asked of every picture, and by which model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from digits.batch.fields import Field
from digits.network.hand import Hand
from digits.network.model_findings import file_sha256
from digits.picture.pixels import Ink

Kind = Literal["number", "digit"]
_HASH_LENGTH = 16


@dataclass(frozen=True)
class ReadingTask:
    """What is read in each picture.

    Attributes:
        model: SHA-256 of the model's file, its first 16 hexadecimal digits, and how many
            corrections it was adapted by, if any.
        kind: whether a picture, or each field of it, shows a number or one digit.
        ink: whether the ink is "dark" or "light" against the paper; "auto" finds out.
        fields: of a form; none where a picture is read as a whole.
        by_hand: whether somebody may correct answers: a column more tells which were, and a row
            has what the network saw of each digit (`seen_digits`).
        hand: that all is read with; None without one.
    """

    model: str
    kind: Kind = "number"
    ink: Ink = "auto"
    fields: tuple[Field, ...] = ()
    by_hand: bool = False
    hand: Hand | None = None

    def as_json(self) -> Mapping[str, Any]:
        """All that two runs must share to make one table, as plain data."""
        fields = [[field.name, *field.box] for field in self.fields]
        return {"model": self.model, "kind": self.kind, "ink": self.ink, "fields": fields}


def hash_of_model(path: Path) -> str:
    """What tells a model's file from any other, 16 hexadecimal digits.

    Raises:
        OSError: it cannot be read.
    """
    return file_sha256(path)[:_HASH_LENGTH]
