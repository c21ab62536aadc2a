"""What a heatmap or a check shows, in sentences for people, the same on every screen."""

from __future__ import annotations

from collections.abc import Sequence

from digits.explanation.evidence import Explanation
from digits.explanation.faithfulness import FaithfulnessCheck
from digits.explanation.methods import METHODS

# A claim with less than this share of the strongest evidence is said to be weak.
WEAK = 0.2
BY_OCCLUSION = "Found by occlusion: this model has no convolution that could be asked."
NOISE = "The evidence for any digit is so weak that it means nothing, and is not shown."


def with_article(digit: int) -> str:
    """A digit in a sentence: "a 4", "an 8"."""
    return f"an {digit}" if digit == 8 else f"a {digit}"


def describe_heatmap(explained: Explanation, scale: float, *, is_digit: bool = True) -> str:
    """What a heatmap on some scale shows.

    Args:
        explained: what is shown.
        scale: the evidence, in logits, of the strongest colour.
        is_digit: whether the network takes the picture for a digit at all.
    """
    digit = with_article(explained.class_index)
    if explained.is_blank:
        return _describe_nothing(explained)
    if explained.against is not None:
        other = with_article(explained.against)
        return f"Orange speaks for {digit} and not {other}, blue for {other} and not {digit}."
    speaks = "spoke" if is_digit else "would speak"
    sentence = f"What {speaks} for {digit}: the warmer the colour, the more."
    if explained.strength < WEAK * scale:
        sentence += f" Weak: at most {explained.strength / scale:.0%} of the strongest evidence."
    return sentence


def _describe_nothing(explained: Explanation) -> str:
    digit = with_article(explained.class_index)
    where = "This layer holds" if explained.layer_name else "There is"
    if explained.against is None:
        return f"{where} no positive evidence for {digit}."
    return f"{where} no evidence that tells {digit} from {with_article(explained.against)}."


def describe_side_by_side(explained: Sequence[Explanation], scale: float) -> str:
    """Why some of several heatmaps on one scale show little colour, or none."""
    bare = [each.class_index for each in explained if each.strength < WEAK * scale]
    sentence = "All on one scale: a weak claim looks weak."
    if not bare:
        return sentence
    names = " and ".join(with_article(digit) for digit in bare)
    return f"{sentence} Next to nothing speaks for {names}, so the ink stays pale there."


def describe_method(explained: Explanation) -> str:
    """The method, and the layer if it asks one."""
    name = METHODS[explained.method].name
    return f"{name}, {explained.layer_name}." if explained.layer_name else f"{name}."


def file_name(explained: Explanation) -> str:
    """A file's name that tells what is in it, without its suffix: why-4-not-9-grad-cam-conv_8."""
    against = [] if explained.against is None else ["not", str(explained.against)]
    parts = [str(explained.class_index), *against, explained.method, explained.layer_name or ""]
    return "-".join(["why", *filter(None, parts)])


def describe_check(check: FaithfulnessCheck, *, adding: bool) -> str:
    """When the answer goes as ink is taken away, or comes as ink is added."""
    digit = with_article(check.class_index)
    is_read = [each == check.class_index for each in check.likeliest]
    steps = len(is_read) - 1
    if adding:
        if not is_read[-1]:
            return f"Even whole, this is not read as {digit}."
        start = next(step for step in range(steps + 1) if all(is_read[step:]))
        return f"From {100 * start // steps}% of the ink on it is read as {digit}."
    if not is_read[0]:
        return f"Even whole, this is not read as {digit}."
    if all(is_read[:-1]):
        return f"It is read as {digit} for as long as there is ink."
    end = is_read.index(False)
    other = with_article(check.likeliest[end])
    return f"Once {100 * end // steps}% of the ink is gone it is read as {other}."
