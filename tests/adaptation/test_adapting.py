"""A person corrects what is misread, and their hand is read from then on; nobody else's is."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from benchmarks.habits import write_habit
from digits.adaptation import adapting
from digits.adaptation.adapting import NOTHING_DOUBTED, TWICE, adapt
from digits.common.errors import ModelError
from digits.explanation.explaining import explain, grad_cam, read_and_explain
from digits.network.architectures import build_classic, build_compact
from digits.network.compiled_calls import compute_gradients, last_layer_of
from digits.network.hand import NOT_ADAPTABLE, OTHER_NETWORK, Hand, with_hand
from digits.network.loading import load_model, load_network
from digits.network.prediction import predict_logits
from digits.reading.digit import Reading, read_digit, read_digits
from digits.reading.number import read_number
from tests.drawings import DIGITS, SCRIBBLE, Strokes, draw

PERSON = 3


def written(number: int) -> np.ndarray:
    """A 2 like a Z with a bar, which the network takes for a 7."""
    return write_habit("barred_z", PERSON, number)


@pytest.fixture(scope="module")
def readings() -> list[Reading]:
    found = read_digits([written(number) for number in range(12)])
    assert all(isinstance(each, Reading) for each in found)
    return [each for each in found if isinstance(each, Reading)]


@pytest.fixture(scope="module")
def hand(readings: list[Reading]) -> Hand:
    return adapt([(each, 2) for each in readings[:3]])


def likeliest(reading: Reading) -> int:
    return reading.top_k[0][0]


def test_after_three_corrections_a_habit_is_read(readings: list[Reading], hand: Hand) -> None:
    assert [likeliest(each) for each in readings[3:]].count(2) <= 3
    adapted = [read_digit(written(number), hand=hand) for number in range(3, 12)]
    assert [likeliest(each) for each in adapted].count(2) >= 8
    assert all(each.is_digit for each in adapted)
    assert hand.corrections == 3


def test_many_at_once_and_a_number_of_one_digit_are_read_alike(hand: Hand) -> None:
    alone = read_digit(written(5), hand=hand)
    (at_once,) = read_digits([written(5)], hand=hand)
    assert isinstance(at_once, Reading)
    np.testing.assert_allclose(at_once.probabilities, alone.probabilities, atol=1e-5)
    assert read_number(written(5), hand=hand).text == "2"


def test_ordinary_digits_stay_what_they_are(hand: Hand) -> None:
    for digit, strokes in DIGITS.items():
        assert likeliest(read_digit(draw(strokes), hand=hand)) == digit


def test_the_network_is_not_changed(readings: list[Reading]) -> None:
    network = load_network()
    inputs = np.stack([each.network_input for each in readings])
    before = network.compute_logits(inputs)
    adapt([(each, 2) for each in readings])
    assert np.array_equal(network.compute_logits(inputs), before)


def test_a_hand_is_small_and_cannot_be_changed(hand: Hand) -> None:
    assert len(pickle.dumps(hand)) < 12_000
    for array in (hand.weights, hand.familiar.directions, hand.familiar.metric):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_evidence_at_the_last_maps_is_a_constant_for_each_channel(hand: Hand) -> None:
    reading, explained = read_and_explain(
        written(6), class_indices=range(10), methods=["hirescam"], hand=hand
    )
    network = with_hand(load_network(), hand)
    found = network.compute_gradients("conv_8", reading.network_input, range(10))
    assert (found.gradients == found.gradients[:, :1, :1]).all()
    np.testing.assert_allclose(
        found.logits, predict_logits(reading.network_input[None], network)[0], rtol=1e-4, atol=1e-4
    )
    # All places together make the difference of any two logits, but for the biases.
    sums = np.array([each.evidence.sum() for each in explained])
    own = network.last_layer
    assert own is not None
    biases = own.at(network.compute_feature_sums(reading.network_input[None])[0]).biases
    np.testing.assert_allclose(sums + biases, explained[0].logits, rtol=1e-3, atol=1e-3)


def test_the_heatmap_follows_the_hand(hand: Hand) -> None:
    network_input = read_digit(written(6)).network_input
    plain, adapted = (grad_cam(network_input, 2, hand=each) for each in (None, hand))
    assert np.abs(plain - adapted).max() > 0.05


def test_tensorflow_answers_and_explains_with_a_hand_as_the_light_network_does(hand: Hand) -> None:
    network_input = read_digit(written(6)).network_input
    for layer_name in (None, "conv_8"):
        ours, theirs = (
            explain(network_input, [2, 7], layer_name, hand=hand, model=model)
            for model in (None, load_model())
        )
        for one, two in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(one.logits, two.logits, rtol=1e-3, atol=1e-3)
            np.testing.assert_allclose(one.heatmap(), two.heatmap(), atol=1e-3)


def test_at_inner_layers_the_gradient_is_that_of_the_weights_given() -> None:
    model = load_model()
    own = last_layer_of(model)
    image = read_digit(draw(DIGITS[4])).network_input
    plain = compute_gradients(model, "conv_3", image, range(10))
    given = compute_gradients(model, "conv_3", image, range(10), own)
    most = np.abs(plain.gradients).max()
    np.testing.assert_allclose(given.gradients, plain.gradients, atol=1e-4 * most)
    np.testing.assert_allclose(given.logits, plain.logits, atol=1e-4)


def test_a_model_that_does_not_end_so_says_so(readings: list[Reading]) -> None:
    with pytest.raises(ModelError, match=NOT_ADAPTABLE[:40]):
        adapt([(readings[0], 2)], model=build_classic())


def test_a_hand_of_another_model_says_so(hand: Hand) -> None:
    with pytest.raises(ModelError) as error:
        read_digit(written(0), hand=hand, model=build_compact(width=0.25))
    assert str(error.value) == OTHER_NETWORK


def test_no_corrections_change_nothing() -> None:
    nothing, three = adapt([]), draw(DIGITS[3])
    plain, adapted = read_digit(three), read_digit(three, hand=nothing)
    np.testing.assert_allclose(plain.probabilities, adapted.probabilities, atol=1e-5)
    assert nothing.corrections == 0


def test_of_one_picture_the_later_correction_counts_and_it_says_so(
    readings: list[Reading],
) -> None:
    first = readings[0]
    again = read_digit(written(0))
    contradicted = adapt([(first, 5), (again, 2)])
    np.testing.assert_array_equal(contradicted.weights, adapt([(first, 2)]).weights)
    assert contradicted.corrections == 1
    assert TWICE in contradicted.notes
    assert adapt([(first, 2), (again, 2)]).notes == ()


def test_of_thousands_the_latest_count_and_it_says_so(
    readings: list[Reading], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapting, "MOST", 4)
    many = adapt([(each, 2) for each in readings])
    np.testing.assert_array_equal(
        many.weights, adapt([(each, 2) for each in readings[-4:]]).weights
    )
    assert many.corrections == 4
    assert many.notes == ("Only the latest 4 of 12 corrections count.",)


@pytest.mark.parametrize("label", [-1, 10])
def test_what_is_no_digit_is_refused(label: int, readings: list[Reading]) -> None:
    with pytest.raises(ValueError, match="0 to 9"):
        adapt([(readings[0], label)])


def plus(tilt: float) -> np.ndarray:
    """A 4 of two crossed lines, which is doubted."""
    strokes: Strokes = [[(50 - tilt, 10), (50 + tilt, 90)], [(15, 50 + tilt), (85, 50 - tilt)]]
    return draw(strokes, pen=10)


def test_correcting_what_is_doubted_lifts_the_doubt_for_its_like() -> None:
    doubted = [read_digit(plus(tilt)) for tilt in (0, 3, 6)]
    assert not any(each.is_digit for each in doubted)
    hand = adapt([(each, 4) for each in doubted])
    like = read_digit(plus(4.5), hand=hand)
    assert (likeliest(like), like.is_digit) == (4, True)
    assert not read_digit(draw(SCRIBBLE, pen=12), hand=hand).is_digit


def test_no_digit_raises_doubt_for_its_like_alone() -> None:
    letters: list[Strokes] = [
        [[(25, 12), (25, 88)], [(25 + tilt, 50), (72, 12)], [(30, 48), (74, 88)]]
        for tilt in (0, 2, 4)
    ]
    plain = [read_digit(draw(each, pen=14)) for each in letters]
    hand = adapt([(each, None) for each in plain[:2]])
    assert not read_digit(draw(letters[2], pen=14), hand=hand).is_digit
    assert all(read_digit(draw(strokes), hand=hand).is_digit for strokes in DIGITS.values())


def test_a_model_that_never_doubts_says_that_it_cannot_learn_to(readings: list[Reading]) -> None:
    untaught = build_compact(width=0.25)
    assert adapt([(readings[0], None)], model=untaught).notes == (NOTHING_DOUBTED,)


def test_what_was_let_stand_weighs_less_than_what_was_said(readings: list[Reading]) -> None:
    seven = read_digit(draw(DIGITS[7]))
    said = adapt([(readings[0], 2), (seven, 1)])
    stood = adapt([(readings[0], 2)], let_stand=[(seven, 1)])
    plain = adapt([(readings[0], 2)])
    moved = [np.abs(each.weights - plain.weights).max() for each in (said, stood)]
    assert 0 < moved[1] < moved[0] / 2


def test_eight_people_at_once_have_each_their_own_answers(readings: list[Reading]) -> None:
    hands = [adapt([(each, label) for each in readings[:3]]) for label in range(8)]
    alone = [read_digit(written(4), hand=each).probabilities for each in hands]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda each: read_digit(written(4), hand=each), hands * 3))
    for number, reading in enumerate(found):
        np.testing.assert_array_equal(reading.probabilities, alone[number % 8])
