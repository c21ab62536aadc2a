"""A page of thumbnails, by answer and doubted first, to see in a minute whether to believe a table.

One HTML file that holds all it shows and asks for nothing else.
"""

from __future__ import annotations

import base64
import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from pathlib import Path
from typing import TypeAlias

from digits.batch.fields import Field
from digits.batch.places import Place
from digits.batch.rows import Cells, Row, answers_of, likeliest_digits
from digits.batch.task import ReadingTask
from digits.batch.thumbnails import Wanted
from digits.common.atomic_file import atomic_write
from digits.reading.digit import format_confidence

MOST_DOUBTED, MOST_SURE = 1_000, 1_000
"""Thumbnails: of the least sure, and of all others, evenly spread."""
# So many answers have a heading each; more, as of numbers, would be headings alone.
_MOST_HEADINGS = 40
_IN_DOUBT = "In doubt"
_STYLE = """
:root { color-scheme: light dark; font: 15px/1.4 system-ui, sans-serif; }
body { margin: 1.5rem; }
section > div { display: flex; flex-wrap: wrap; gap: .6rem; }
figure { margin: 0; padding: .3rem; border: 1px solid #8886; border-radius: .4rem; }
figure.doubted { border: 2px solid #d08000; }
img { display: block; height: 64px; max-width: 192px; object-fit: contain; }
figcaption { max-width: 192px; overflow-wrap: anywhere; }
small { display: block; opacity: .8; }
"""

Thumbnails: TypeAlias = Callable[[Sequence[Wanted]], Iterator[bytes]]


@dataclass(frozen=True)
class _Shown:
    """A thumbnail's place, and what is said below it."""

    order: int
    name: str
    place: Place
    field: Field | None
    cells: Cells

    @property
    def is_sure(self) -> bool:
        return self.cells["doubt"] is None

    @property
    def doubted_first(self) -> tuple[bool, float, int]:
        return self.is_sure, self.cells["confidence"] or 0.0, self.order


def write_sheet(
    path: Path, rows: Iterable[tuple[Row, Place]], task: ReadingTask, thumbnails: Thumbnails
) -> None:
    """Write the contact sheet of a table.

    Args:
        path: where.
        rows: each with the place of its picture.
        task: that they were read for.
        thumbnails: makes them, in order, `b""` for what can no longer be read.

    Raises:
        OSError: it cannot be written.
    """
    chosen, total, unreadable = _chosen(rows, task)
    images = thumbnails([(each.place, each.field) for each in chosen])
    html = _page(list(zip(chosen, images, strict=True)), total, unreadable)
    with atomic_write(path) as temporary:
        temporary.write_text(html, "utf-8")


def _chosen(
    rows: Iterable[tuple[Row, Place]], task: ReadingTask
) -> tuple[list[_Shown], int, list[tuple[str, str]]]:
    """What is shown, by answer and doubted first; of how many; and some of the unreadable."""
    sample = _Sample()
    unreadable: list[tuple[str, str]] = []
    for row, place in rows:
        if row["error"] is not None and len(unreadable) < MOST_DOUBTED:
            unreadable.append((row["path"], row["error"]))
        for field, cells in zip(task.fields or (None,), answers_of(row, task), strict=False):
            if cells["top_3"] is not None:
                sample.add(_Shown(sample.total, row["path"], place, field, cells))
    chosen = sorted(sample.shown(), key=lambda each: (_heading(each), each.doubted_first))
    return chosen, sample.total, unreadable


class _Sample:
    """The least sure of many, and of the others every so many-th, in little memory."""

    def __init__(self) -> None:
        self.total = 0
        self._least_sure: list[tuple[tuple[bool, float, int], _Shown]] = []
        self._others: list[_Shown] = []
        self._step = 1

    def add(self, shown: _Shown) -> None:
        self.total += 1
        sure, confidence, order = shown.doubted_first
        entry = (not sure, -confidence, -order), shown
        if len(self._least_sure) < MOST_DOUBTED:
            heapq.heappush(self._least_sure, entry)
            return
        _, surest = heapq.heappushpop(self._least_sure, entry)
        if surest.order % self._step == 0:
            self._others.append(surest)
        if len(self._others) > 2 * MOST_SURE:
            self._step *= 2
            self._others = [each for each in self._others if each.order % self._step == 0]

    def shown(self) -> list[_Shown]:
        step = -(-len(self._others) // MOST_SURE) or 1
        return [each for _, each in self._least_sure] + self._others[::step]


def _heading(shown: _Shown) -> tuple[str, int, str]:
    answer = shown.cells["answer"] or ""
    return (shown.field.name if shown.field else ""), len(answer), answer


def _page(
    shown: Sequence[tuple[_Shown, bytes]], total: int, unreadable: Sequence[tuple[str, str]]
) -> str:
    headings = {_heading(each) for each, _ in shown}
    with_answers = len(headings) <= _MOST_HEADINGS
    sections = [
        _section(title, list(figures))
        for title, figures in groupby(shown, lambda each: _title(each[0], with_answers))
    ]
    said = f"{len(shown):,} of {total:,} answers: the least sure, and others evenly spread."
    said = said if len(shown) < total else f"All {total:,} answers."
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>Contact sheet</title>'
        f"<style>{_STYLE}</style></head><body><h1>Contact sheet</h1>"
        f"<p>{said} Doubted ones come first, in an orange frame: what they may be has a question "
        "mark, and is no answer of the table.</p>\n"
        f"{''.join(sections)}{_list_of_unreadable(unreadable)}</body></html>\n"
    )


def _title(shown: _Shown, with_answers: bool) -> str:
    field, length, answer = _heading(shown)
    words = answer if with_answers else f"Answers of {length} signs"
    words = words if shown.is_sure else _IN_DOUBT
    return f"{field}: {words}" if field else words


def _section(title: str, figures: Sequence[tuple[_Shown, bytes]]) -> str:
    inner = "".join(_figure(*each) for each in figures)
    return f"<section><h2>{escape(title)}</h2><div>{inner}</div></section>\n"


def _figure(shown: _Shown, thumbnail: bytes) -> str:
    cells, page = shown.cells, shown.place.page
    answer = escape(cells["answer"] or f"{likeliest_digits(cells)}?")
    name = escape(shown.name + (f", page {page}" if page else ""))
    said = escape(cells["doubt"]) if cells["doubt"] else format_confidence(cells["confidence"])
    if thumbnail:
        data = base64.b64encode(thumbnail).decode()
        image = f'<img alt="{name}" src="data:image/webp;base64,{data}">'
    else:
        image = "<em>The picture is no longer there.</em>"
    kind = "sure" if shown.is_sure else "doubted"
    return (
        f'<figure class="{kind}" title="{name}">{image}<figcaption><b>{answer}</b>'
        f"<small>{said}</small></figcaption></figure>"
    )


def _list_of_unreadable(unreadable: Sequence[tuple[str, str]]) -> str:
    if not unreadable:
        return ""
    items = "".join(f"<li>{escape(name)}: {escape(error)}</li>" for name, error in unreadable)
    return f"<section><h2>Unreadable</h2><ul>{items}</ul></section>\n"
