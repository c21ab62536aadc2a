"""What answers without TensorFlow, added to the file of a model that has just been trained."""

from __future__ import annotations

from pathlib import Path

from digits.common.errors import ModelError
from digits.network.exporting import add_export, can_export
from digits.network.row_serving import copy_row_network
from digits.network.stored_export import HOW_TO_EXPORT
from digits.training.digit_sets import DigitSet, as_network_input


class AddedExport:
    """Adds it to a model's file; a model is not lost over it.

    Args:
        validation: digits on which it must answer as Keras does.
        replaced: a model's file, whose network of rows stays; it need not be there.
        is_wanted: whether to add more than that network.
    """

    def __init__(self, validation: DigitSet, replaced: Path, *, is_wanted: bool) -> None:
        self._problem: str | None = None
        self._validation, self._replaced = validation, replaced
        self._is_wanted = is_wanted

    def add(self, path: Path) -> None:
        """Put it into the file, if that can be done here, and keep the network of rows."""
        copy_row_network(self._replaced, path)
        if not self._is_wanted:
            return
        if not can_export():
            print(f"Without an export, so TensorFlow will answer. {HOW_TO_EXPORT}")
            return
        try:
            add_export(path, as_network_input(self._validation.images)[..., 0])
        except ModelError as error:
            self._problem = str(error)

    def check(self, path: Path) -> None:
        """Tell, once the file is where it belongs, that it could not be added.

        Raises:
            ModelError: it could not.
        """
        if self._problem is not None:
            raise ModelError(f"{path.name} is whole, but holds no export: {self._problem}")
