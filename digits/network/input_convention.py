"""How a network takes its pictures: which numbers ink and paper are, and how large they are.

Everything here gives pictures of 28×28 in [0, 1], white ink on black. A network of another
convention is served by an adapter before it, so that nobody who asks it has to know.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from digits.network.architectures import INPUT_SHAPE
from digits.network.tensorflow_import import import_keras

if TYPE_CHECKING:
    import keras

SMALLEST_SIDE = 8
"""Pixels: on fewer nobody can tell digits apart."""


@dataclass(frozen=True)
class InputConvention:
    """Which numbers a network takes.

    Attributes:
        white: what 1 becomes: 1 or 255.
        is_inverted: whether it takes black ink on white.
    """

    white: int = 1
    is_inverted: bool = False

    @property
    def in_words(self) -> str:
        """Such as "0 to 255, black ink on white"."""
        ink = "black ink on white" if self.is_inverted else "white ink on black"
        return f"0 to {self.white}, {ink}"


CONVENTIONS = (
    InputConvention(),
    InputConvention(is_inverted=True),
    InputConvention(255),
    InputConvention(255, is_inverted=True),
)
"""Those that are tried; ours stands first."""


def takes_pictures(shape: tuple[int | None, ...]) -> bool:
    """Whether an adapter can serve a network of this input shape, without the batch axis.

    It is a square, or of any size, and grey, in three equal channels, or without a channel axis.
    """
    if len(shape) not in (2, 3):
        return False
    rows, columns = _known_size(shape)
    is_grey = len(shape) == 2 or shape[2] in (None, 1, 3)
    return rows == columns and rows >= SMALLEST_SIDE and is_grey


def own_input_size(model: keras.Model) -> tuple[int, int]:
    """Rows and columns that a model takes; 28 where it takes any number."""
    return _known_size(model.inputs[0].shape[1:])


def _known_size(shape: tuple[int | None, ...]) -> tuple[int, int]:
    rows, columns = shape[:2]
    return rows or INPUT_SHAPE[0], columns or INPUT_SHAPE[1]


def input_adapter(model: keras.Model, convention: InputConvention) -> Callable[[Any], Any]:
    """A function from pictures to what a model takes, in tensors of the Keras backend.

    Pictures of another size than the model's are resized bilinearly, as a whole.

    Args:
        model: one whose input `takes_pictures`.
        convention: of the same.

    Returns:
        Takes float32 (n, rows, columns) in [0, 1], white ink on black.
    """
    ops = import_keras().ops
    shape, dtype = model.inputs[0].shape[1:], model.inputs[0].dtype
    size = _known_size(shape)

    def adapt(images: Any) -> Any:
        tensor = 1 - images if convention.is_inverted else images
        if convention.white != 1:
            tensor = tensor * convention.white
        is_resized = tuple(images.shape[1:3]) != size
        if len(shape) == 3 or is_resized:
            tensor = ops.expand_dims(tensor, -1)
        if is_resized:
            tensor = ops.image.resize(tensor, size, antialias=True, data_format="channels_last")
        if len(shape) == 2 and is_resized:
            tensor = ops.squeeze(tensor, -1)
        if len(shape) == 3 and shape[2] == 3:
            tensor = ops.repeat(tensor, 3, axis=-1)
        return tensor if "float" in dtype else ops.cast(ops.round(tensor), dtype)

    return adapt
