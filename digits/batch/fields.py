"""Named rectangles of a form, each of which is read by itself."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digits.common.errors import DataError

COLUMNS_OF_A_FIELD = ("", "_confidence", "_top_3", "_doubt", "_boxes")
"""What is written behind a field's name, in the order of the table's columns."""
COLUMNS_OF_A_PAGE = ("path", "page", "error", "model")
_EXAMPLE = '{"date": [0.6, 0.05, 0.35, 0.08], "sum": [0.6, 0.9, 0.35, 0.08]}'
_LARGEST = 1_000_000  # bytes


@dataclass(frozen=True)
class Field:
    """A rectangle of a form.

    Attributes:
        name: of its column.
        box: x, y, width, height, as fractions of the page's width and height.
    """

    name: str
    box: tuple[float, float, float, float]

    def corner(self, size: tuple[int, int]) -> tuple[int, int]:
        """Where it begins on a page of (W, H): x, y, pixels."""
        return math.floor(self.box[0] * size[0]), math.floor(self.box[1] * size[1])

    def cut(self, page: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """What is in it, a view of uint8 (H, W, 3); at least one pixel."""
        height, width = page.shape[:2]
        x, y = self.corner((width, height))
        right = max(x + 1, math.ceil((self.box[0] + self.box[2]) * width))
        bottom = max(y + 1, math.ceil((self.box[1] + self.box[3]) * height))
        return page[y:bottom, x:right]


def read_fields(path: Path) -> tuple[Field, ...]:
    """The fields that a JSON file names, in its order.

    Args:
        path: of an object whose values are `[x, y, width, height]`, fractions of the page.

    Raises:
        DataError: the file is missing or holds no such thing.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise DataError(f"{path.name} is far too large for a file of fields: check the name.")
        fields = json.loads(path.read_bytes(), object_pairs_hook=_object)
    except FileNotFoundError as error:
        raise DataError(f"There is no file {path.name}: check its name.") from error
    except OSError as error:
        raise DataError(f"{path.name} cannot be opened: check that you may read it.") from error
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path.name} is no JSON: write {_EXAMPLE}.") from error
    if not isinstance(fields, list) or not fields or not all(isinstance(e, tuple) for e in fields):
        raise DataError(f"{path.name} names no fields: write {_EXAMPLE}.")
    found = tuple(Field(name, _checked_box(name, box)) for name, box in fields)
    _check_names([field.name for field in found])
    return found


def _object(pairs: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """With names that stand there twice, of which a dictionary would lose one."""
    return pairs


def _checked_box(name: str, box: Any) -> tuple[float, float, float, float]:
    if not isinstance(box, list) or len(box) != 4 or not all(map(_is_fraction, box)):
        raise DataError(
            f"The field {name} is no rectangle: give [x, y, width, height], each from 0 to 1."
        )
    x, y, width, height = map(float, box)
    if not width or not height or x + width > 1 + 1e-9 or y + height > 1 + 1e-9:
        raise DataError(
            f"The field {name} is empty or leaves the page: x + width and y + height are at most 1."
        )
    return x, y, min(width, 1 - x), min(height, 1 - y)


def _is_fraction(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _check_names(names: list[str]) -> None:
    columns = [*COLUMNS_OF_A_PAGE]
    for name in names:
        if not name.strip() or not name.isprintable():
            raise DataError("A field has no name, or one that cannot be printed: name it.")
        columns += [name + ending for ending in COLUMNS_OF_A_FIELD]
    twice = next((each for each in columns if columns.count(each) > 1), None)
    if twice is not None:
        raise DataError(f"Two columns would be called {twice}: name the fields otherwise.")
