"""Read handwritten digits from any picture: the likeliest ones, and how sure the network is.

    python digit_predictor.py PICTURE… [--number] [--json] [--top-k 3] [--model FILE]

In Python, `read_digit` and `read_number` are the beginning, and `adapt` learns somebody's hand; all
that this module exports is in `__all__`.
"""

from digits.common.command_line import begin_script, leave

if __name__ == "__main__":
    begin_script(ends_with_reader=True)

from digits.adaptation.adapting import adapt
from digits.common.errors import DigitError, LayerError, ModelError, NoInkError, PictureError
from digits.explanation.explaining import warm_up
from digits.network.hand import Hand
from digits.network.loading import list_convolutions, load_model, load_network
from digits.reading.command import main
from digits.reading.digit import Reading, format_confidence, predict_top_k, read_digit, read_digits
from digits.reading.number import DigitInNumber, Mark, NumberReading, read_number, read_numbers

__all__ = [
    "DigitError",
    "DigitInNumber",
    "Hand",
    "LayerError",
    "Mark",
    "ModelError",
    "NoInkError",
    "NumberReading",
    "PictureError",
    "Reading",
    "adapt",
    "format_confidence",
    "list_convolutions",
    "load_model",
    "load_network",
    "main",
    "predict_top_k",
    "read_digit",
    "read_digits",
    "read_number",
    "read_numbers",
    "warm_up",
]

if __name__ == "__main__":
    leave(main())
