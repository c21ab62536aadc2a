"""Things to learn from are made once, part by part, and kept.

An interruption costs a part at most: those that were made are not made again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from digits.common.progress import ProgressBar
from digits.synthetic.pen_characters import PenCharacter
from digits.synthetic.pen_strokes import PenDigit
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
        join: puts parts together, in order; none are a whole, too.
        read: what was kept in a file; None where there is none that is whole.
        keep: writes a file, whole or not at all.
    """

    gather: Callable[[Sequence[Made]], Whole]
    join: Callable[[Sequence[Whole]], Whole]
    read: Callable[[Path], Whole | None]
    keep: Callable[[Whole, Path], None]


def add_characters(digest: hashlib._Hash, characters: Iterable[PenDigit | PenCharacter]) -> None:
    """Let a name under which things are kept depend on all of some characters."""
    for each in characters:
        lengths = [len(stroke) for stroke in each.strokes]
        text = f"{each.label!r} {each.writer!r} {lengths}\n"
        digest.update(text.encode(errors="surrogatepass"))
        for stroke in each.strokes:
            digest.update(stroke.tobytes())


def make_once(
    maker: Maker[Made],
    kind: str,
    n: int,
    kept: Path | None,
    form: PartForm[Made, Whole],
    *,
    when_made: Callable[[Whole], None] = lambda whole: None,
) -> Whole:
    """`n` things, from a file if they were made before; else it says so, and shows a bar.

    Args:
        maker: of the things.
        kind: as for `Maker.make`.
        n: how many.
        kept: the file, `.npz`, beside which parts lie until all are made; None keeps nothing.
        form: of a part, and of the file.
        when_made: is told what was made, before that is kept.
    """
    if kept is None:
        return form.join(_make_parts(maker, kind, n, None, form))
    found = form.read(kept)
    if found is not None:
        return found
    print(f"Making {n:,} {kind.replace('_', '-')}, once.", flush=True)
    whole = form.join(_make_parts(maker, kind, n, kept.with_suffix(""), form))
    when_made(whole)
    form.keep(whole, kept)
    for part in _parts(n):
        _file(kept.with_suffix(""), part).unlink(missing_ok=True)
    return whole


def _make_parts(
    maker: Maker[Made], kind: str, n: int, kept: Path | None, form: PartForm[Made, Whole]
) -> list[Whole]:
    """All parts, each kept under a name that begins with `kept` as soon as it is made."""
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


def _parts(n: int) -> list[range]:
    """The numbers of `n` things, part by part."""
    return [range(start, min(start + PART, n)) for start in range(0, n, PART)]


def _file(kept: Path, part: range) -> Path:
    return kept.with_name(f"{kept.name}.from-{part.start}.npz")


def _shown(bar: ProgressBar, made: Made) -> Made:
    bar.advance()
    return made
