"""What every screen and program says in the same words: how many there are, what is left out."""

from __future__ import annotations

from collections.abc import Sequence


def count_of(number: int, thing: str) -> str:
    """So many things, in words: "1 picture", "1,200 pictures".

    Args:
        number: of them, at least 0.
        thing: one of them, whose plural has an s.
    """
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def describe_left_out_files(left_out: Sequence[tuple[str, str]], most: int = 5) -> list[str]:
    """Sentences about files that could not be used; none where all could.

    Args:
        left_out: `(name, reason)` of each; the reason is a sentence.
        most: so many are named, and the others counted.
    """
    lines = [f"{name} is left out: {reason}" for name, reason in left_out[:most]]
    others = len(left_out) - most
    if others > 0:
        lines.append(f"So {'is' if others == 1 else 'are'} {count_of(others, 'other file')}.")
    return lines
