"""The errors that are part of the interface.

Every message is one plain sentence, or two, that says what is wrong and what to do. It can be
shown to a person as it is and never carries a path.
"""


class DigitError(Exception):
    """Parent of every error that this project raises for input it cannot use."""


class PictureError(DigitError):
    """The picture cannot be decoded, is too large, or is empty (`NoInkError`)."""


class NoInkError(PictureError):
    """The picture can be decoded, but nothing is drawn or written on it."""


class ModelError(DigitError):
    """The model file is missing, damaged, or not a digit classifier."""


class LayerError(ModelError, ValueError):
    """The model has no layer of that name, or no convolution at all."""


class TensorFlowMissingError(ModelError):
    """What was asked takes TensorFlow, which is not installed."""


class DataError(DigitError):
    """A data set is missing, damaged, or not of the documented shape."""
