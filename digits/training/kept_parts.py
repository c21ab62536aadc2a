"""Things to learn from are made part by part, and each part is kept until all are there.

An interruption costs a part at most: those that are kept are not made again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from digits.common.progress import ProgressBar
from digits.training.picture_workers import Maker, make_each

PART = 2_000
"""So many are kept at a time: a minute's work or less."""

Made = TypeVar("Made")
Whole = TypeVar("Whole")


@dataclass(frozen=True)
class PartForm(Generic[Made, Whole]):
    """How what was made is put together and kept.

    Attributes:
        gather: puts together what was made, in order.
        read: what was kept in a file; None where there is none that is whole.
        keep: writes a file, whole or not at all.
    """

    gather: Callable[[Sequence[Made]], Whole]
    read: Callable[[Path], Whole | None]
    keep: Callable[[Whole, Path], None]


def make_parts(
    maker: Maker[Made], kind: str, n: int, kept: Path | None, form: PartForm[Made, Whole]
) -> list[Whole]:
    """`n` things, with a bar that shows how long it takes.

    Args:
        maker: of the things.
        kind: as for `Maker.make`.
        n: how many.
        kept: what the names of parts begin with that are kept until `forget_parts`. None keeps
            nothing.
        form: of a part.
    """
    parts = {part: form.read(_file(kept, part)) if kept else None for part in _parts(n)}
    missing = [number for part, whole in parts.items() if whole is None for number in part]
    bar = ProgressBar(n, done=n - len(missing))
    with closing(bar), closing(make_each(maker, kind, missing)) as things:
        for part, whole in parts.items():
            if whole is None:
                parts[part] = made = form.gather([_shown(bar, next(things)) for _ in part])
                if kept:
                    form.keep(made, _file(kept, part))
    return [whole for whole in parts.values() if whole is not None]


def forget_parts(kept: Path, n: int) -> None:
    """Remove the files of all parts of `n` things."""
    for part in _parts(n):
        _file(kept, part).unlink(missing_ok=True)


def _parts(n: int) -> list[range]:
    """The numbers of `n` things, part by part."""
    return [range(start, min(start + PART, n)) for start in range(0, n, PART)]


def _file(kept: Path, part: range) -> Path:
    return kept.with_name(f"{kept.name}.from-{part.start}.npz")


def _shown(bar: ProgressBar, made: Made) -> Made:
    bar.advance()
    return made
