"""Digits of collections that are not what their labels say, and are left out of training.

Found by reading UNIPEN's training digits with the network shipped before and looking at each that
it read otherwise; what a person could take for its label stays, such as a 1 with a long flag.
Validation and report digits are judged as they are.
"""

from __future__ import annotations

from collections.abc import Mapping

_ONE_STROKE = "one stroke of a 4 or of another digit, cut off from the rest"
_HALF_A_FOUR = "the left stroke of a 4, without its stem"
_ONE_RING = "one ring of an 8, or a 0"
_SLASH = "the slash of a 0, without its ring"
_RINGS = "several rings in a row"
_LYING = "a lying dash"

_LABELS_AND_REASONS: tuple[tuple[int, str, tuple[int, ...]], ...] = (
    (0, _SLASH, (6103, 6298, 5758, 5493, 5915, 5179, 5833, 5171, 5342, 3866)),
    (0, _RINGS, (11568, 11546, 11569, 11552, 11550, 11561, 11519, 11555, 11548, 11557)),
    (1, "a 2", (76,)),
    (1, _LYING, (5116,)),
    (1, "a U", (3523,)),
    (2, "a closing bracket", (3729,)),
    (4, _ONE_STROKE, (5272, 5919, 5838, 5121, 5279, 5124, 5181, 5415, 5126, 6303, 5421)),
    (4, _ONE_STROKE, (6108, 5123, 5349, 5420)),
    (4, _LYING, (5422, 5125)),
    (4, _HALF_A_FOUR, (5278, 5180, 5348, 5765, 5495, 5271)),
    (4, "two dots", (11857,)),
    (6, "a dot", (5414,)),
    (6, "a line, there and back, and a stem", (11997,)),
    (7, "a 2", (88,)),
    (8, _ONE_RING, (3864, 5428, 5113, 6300, 5117, 6301, 5118)),
    (8, "a lying loop", (5417, 5119)),
    (8, "a sign for per cent", (3728,)),
    (8, "scribbles in a box", (12094,)),
)

MISLABELLED: Mapping[int, tuple[int, str]] = {
    index: (label, reason) for label, reason, indices in _LABELS_AND_REASONS for index in indices
}
"""Of `unipen/digits.jsonl.gz`, by the number of the line from 0: its label and what is there."""


def is_mislabelled(index: int, label: int, writer: int | str) -> bool:
    """Whether a digit of a file is one of those; only JSON lines, whose writers are texts, are.

    Args:
        index: of the digit in its file, from 0.
        label: which must be the one listed, too, lest another file lose what is well.
        writer: as of `PenDigit`.
    """
    return isinstance(writer, str) and MISLABELLED.get(index, (None,))[0] == label
