"""The network that reads a row as a whole: convolutions along the strip, one answer a frame.

A frame is two columns of the strip. The answers of all frames together are read by connectionist
temporal classification (CTC; Graves et al., 2006), so that nobody needs to say, for training, where
one sign ends and the next begins.

Nothing here depends on the Keras backend.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from digits.network.row_signs import COLUMNS_A_FRAME, SIGNS
from digits.network.tensorflow_import import import_keras
from digits.picture.row_strips import STRIP_HEIGHT

if TYPE_CHECKING:
    import keras


def build_row_network(width: float = 1.0, dropout: float = 0.1) -> keras.Model:
    """A fully convolutional network (as in Shi, Bai & Yao, 2017, "CRNN", without recurrence).

    Args:
        width: what the numbers of filters are multiplied by.
        dropout: before the logits.

    Returns:
        From float32 (n, `STRIP_HEIGHT`, w, 1) in [0, 1], w even, to logits, float32
        (n, w / `COLUMNS_A_FRAME`, classes), of `row_signs.SIGNS` and, last, the blank.
    """
    keras = import_keras()
    layers = keras.layers

    def convolution(
        name: str, filters: int, size: tuple[int, int], after: Any, **options: Any
    ) -> Any:
        count = max(1, round(width * filters))
        options = {"padding": "same", **options}
        made = layers.Conv2D(count, size, use_bias=False, name=name, **options)(after)
        made = layers.BatchNormalization(momentum=0.9, name=f"norm_{name}")(made)
        return layers.ReLU(name=f"relu_{name}")(made)

    def added(name: str, filters: int, size: tuple[int, int], after: Any, **options: Any) -> Any:
        """What a convolution adds to what is there (He et al., 2016)."""
        more = convolution(name, filters, size, after, **options)
        return layers.Add(name=f"add_{name}")([after, more])

    strip = keras.Input((STRIP_HEIGHT, None, 1), name="strip")
    maps = convolution("row_1", 32, (4, 4), strip, strides=(2, COLUMNS_A_FRAME))
    maps = convolution("row_2", 48, (3, 3), maps, strides=(2, 1))
    maps = added("row_3", 48, (3, 3), maps)
    maps = convolution("row_4", 64, (3, 3), maps, strides=(2, 1))
    maps = added("row_5", 64, (3, 3), maps)
    frames = convolution("row_6", 80, (STRIP_HEIGHT // 8, 1), maps, padding="valid")
    for number, dilation in ((7, 1), (8, 2), (9, 4), (10, 8)):
        frames = added(f"row_{number}", 80, (1, 3), frames, dilation_rate=(1, dilation))
    frames = layers.Dropout(dropout, name="dropout")(frames)
    logits = layers.Conv2D(len(SIGNS) + 1, 1, dtype="float32", name="frame_logits")(frames)
    logits = layers.Reshape((-1, len(SIGNS) + 1), dtype="float32", name="logits")(logits)
    return keras.Model(strip, logits, name="rows")
