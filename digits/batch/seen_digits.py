"""What the network saw of each digit in a picture, packed small, for a hand that learns later."""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

from digits.network.architectures import INPUT_SHAPE
from digits.reading.number import NumberReading

SEEN = "seen"
"""Of a row of a task whose answers may be corrected by hand: see `pack_digits`."""


def pack_digits(number: NumberReading) -> bytes:
    """The network's inputs of all digits in reading order, each in 256 levels, compressed."""
    inputs = [digit.reading.network_input for digit in number.digits]
    levels = np.rint(np.array(inputs, np.float32) * 255).astype(np.uint8)
    return zlib.compress(levels.tobytes())


def unpack_digits(packed: bytes) -> NDArray[np.float32]:
    """Network inputs, float32 (n, 28, 28) in [0, 1], of what `pack_digits` gave; none of b""."""
    levels = np.frombuffer(zlib.decompress(packed) if packed else b"", np.uint8)
    return levels.reshape(-1, *INPUT_SHAPE[:2]).astype(np.float32) / np.float32(255)
