"""What the person before a screen has said of answers, and the hand that it makes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from digits.adaptation.adapting import adapt, picture_key
from digits.adaptation.kept_corrections import KeptCorrection
from digits.common.errors import ModelError
from digits.common.sentences import count_of
from digits.explanation.sentences import with_article
from digits.network.hand import Hand
from digits.network.loading import load_network
from digits.network.prediction import predict_logits
from digits.network.serving import Network
from digits.reading.digit import Reading
from digits.screen.shown_answer import ShownAnswer

LetStand = Sequence[tuple[Reading, int]]


@dataclass(eq=False)
class PersonsHand:
    """Corrections of one session, in the order in which they were said.

    Attributes:
        corrections: each can be taken back.
        is_on: whether answers follow them.
        problem: why this model cannot be adapted, in a sentence for people; None if it can.
    """

    corrections: list[KeptCorrection] = field(default_factory=list)
    is_on: bool = True
    problem: str | None = None
    _hand: Hand | None = None

    @property
    def hand(self) -> Hand | None:
        """What answers are adapted to; None for as the model answers."""
        return self._hand if self.is_on else None

    @property
    def notes(self) -> tuple[str, ...]:
        """What does not count, or otherwise than was said, in sentences."""
        return () if self._hand is None else self._hand.notes

    def correct(
        self, reading: Reading, digit: int | None, let_stand: LetStand = ()
    ) -> KeptCorrection:
        """Say what is right of an answer.

        Args:
            reading: the answer.
            digit: the right one; None for no digit.
            let_stand: answers that were seen and not corrected, with the digits that they gave.

        Returns:
            What was said, which can be taken back.
        """
        correction = KeptCorrection.now(reading, digit, load_network())
        self.replace([], [correction], let_stand)
        return correction

    def bring_back(self, kept: Sequence[KeptCorrection], let_stand: LetStand = ()) -> int:
        """Put corrections that were kept before those that are there, for they were said before.

        What is there already, or is said once more later on, is left out.

        Returns:
            How many were put there.
        """
        there = {_said_in(each) for each in self.corrections}
        new = []
        for each in reversed(kept):
            if _said_in(each) not in there:
                there.add(_said_in(each))
                new.append(each)
        self.corrections = [*reversed(new), *self.corrections]
        self._adapt(let_stand)
        return len(new)

    def take_back(self, correction: KeptCorrection, let_stand: LetStand = ()) -> None:
        """Forget a correction."""
        self.replace([correction], [], let_stand)

    def replace(
        self,
        before: Sequence[KeptCorrection],
        now: Sequence[KeptCorrection],
        let_stand: LetStand = (),
    ) -> None:
        """Forget some corrections, and put others behind those that are left."""
        forgotten = {id(each) for each in before}
        left = [each for each in self.corrections if id(each) not in forgotten]
        self.corrections = [*left, *now]
        self._adapt(let_stand)

    def _adapt(self, let_stand: LetStand) -> None:
        self._hand = self.problem = None
        if not self.corrections:
            return
        said = [(each.reading, each.digit) for each in self.corrections]
        try:
            self._hand = adapt(said, let_stand=let_stand)
        except ModelError as error:
            self.problem = str(error)


def _said_in(correction: KeptCorrection) -> tuple[bytes, int | None]:
    """Of which picture what was said."""
    return picture_key(correction.reading), correction.digit


def describe_hand(hand: PersonsHand) -> str:
    """What answers are adapted to, in a sentence; "" where they are not."""
    if hand.problem is not None and hand.corrections:
        return hand.problem
    if hand.hand is None:
        return ""
    return " ".join([adapted_by(hand.hand), *hand.notes])


def adapted_by(hand: Hand) -> str:
    """That answers are adapted, in a sentence."""
    return f"Adapted to your hand: {count_of(hand.corrections, 'correction')}."


def name_of(digit: int | None) -> str:
    """A digit in a sentence, "an 8"; None for no digit."""
    return "no digit" if digit is None else with_article(digit)


def describe_said(correction: KeptCorrection) -> str:
    """What a digit was read as, and what a person said that it is."""
    read = name_of(correction.reading.top_k[0][0])
    return f"read as {read}, is {name_of(correction.digit)}"


def describe_correction(right: int | None, answer: ShownAnswer) -> str:
    """That it was noted what an answer should be, and whether that is its answer now.

    Args:
        right: what a person said of it.
        answer: to the same picture, after that.
    """
    noted = f"Noted: this is {name_of(right)}."
    read = read_as(answer)
    if answer.hand is None or read == right:
        return noted
    still = f"{noted} The network still reads {name_of(read)}:"
    if answer.hand.corrections == 1:
        return f"{still} one correction does not outweigh that yet, a few like it mostly do."
    return f"{still} your corrections do not outweigh that yet, a few more like it mostly do."


def read_as(answer: ShownAnswer) -> int | None:
    """What an answer says; None for no digit."""
    return answer.top_k[0][0] if answer.doubt is None else None


def describe_without(answer: ShownAnswer) -> str:
    """What an answer would be without the hand, in a sentence; "" where that is the same.

    A digit of a number may be another than the network of digits says, by its row: what a hand
    changes is told by that network alone, with the hand and without.

    Raises:
        ModelError: as `load_network` and `with_hand`.
    """
    if answer.hand is None:
        return ""
    with_it, without = (_read_by(each, answer) for each in (answer.network, load_network()))
    is_by_hand = without != with_it == answer.top_k[0][0]
    return f"Without it would be {with_article(without)}." if is_by_hand else ""


def _read_by(network: Network, answer: ShownAnswer) -> int:
    return int(predict_logits(answer.network_input[None], network)[0].argmax())
