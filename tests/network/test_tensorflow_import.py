"""TensorFlow's start-up lines are dropped, and nothing else is."""

import os

from digits.network import tensorflow_import


def test_only_chatter_is_dropped_from_standard_error(capfd) -> None:
    with tensorflow_import._without_native_chatter():
        os.write(2, b"I0000 port.cc:153] oneDNN custom operations are on.\n")
        os.write(2, b"something that matters\n")
    assert capfd.readouterr().err == "something that matters\n"
