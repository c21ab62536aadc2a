"""How sure the network is, as people read it."""

from __future__ import annotations

from collections.abc import Sequence

from digits.reading.digit import format_confidence

# From where on it is "not sure", "fairly sure" and "sure".
_SURENESS = (0.3, 0.7, 0.95)


def candidate(digit: int, confidence: float) -> str:
    """A digit and how sure the network is of it."""
    return f"{digit} · {format_confidence(confidence)}"


def label_of_digit(top_k: Sequence[tuple[int, float]], doubt: str | None = None) -> str:
    """What stands on the button of a digit among others: it, how sure it is, a mark of doubt."""
    label = candidate(*top_k[0])
    return label if doubt is None else f"{label} ?"


def label_of_correction(digit: int | None) -> str:
    """The same of a digit that a person has corrected; None for no digit."""
    return f"{'no digit' if digit is None else digit} · by hand"


def sureness_of_number(confidence: float) -> str:
    """How sure the network is that all of it is right, in words and as a number."""
    words = ("hardly sure", "not sure", "fairly sure", "sure")
    confidence_text = format_confidence(confidence)
    chosen = words[sum(confidence >= limit for limit in _SURENESS)]
    return f"{chosen.capitalize()} that the whole number is right: {confidence_text}"
