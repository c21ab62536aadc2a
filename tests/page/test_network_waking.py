"""The network wakes beside a server, and nothing puts it to sleep again."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable, Iterator
from unittest.mock import patch

import pytest
from streamlit.testing.v1 import AppTest

from digits.common.errors import ModelError
from digits.page import network_waking
from digits.page.network_waking import NetworkWaking, collect_garbage
from digits.screen.first_answer import wake_network


@pytest.fixture(autouse=True)
def nothing_goes_on(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A server's collector of garbage would go on for ever; what is frozen, it has frozen."""
    monkeypatch.setattr(network_waking, "_collect_now_and_then", lambda: None)
    gc.unfreeze()
    yield
    gc.freeze()  # as `tests.frozen_tensorflow` has left it


@pytest.fixture
def waking(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], NetworkWaking]:
    """A waking that loads by what it is given, when it is asked to and not before."""

    def make(load: Callable[[], None]) -> NetworkWaking:
        monkeypatch.setattr(network_waking, "LATEST_START", 60.0)
        monkeypatch.setattr(network_waking, "wake_network", load)
        return NetworkWaking()

    return make


def test_loading_begins_when_it_is_asked_for(waking: Callable[..., NetworkWaking]) -> None:
    begun = threading.Event()
    network = waking(begun.set)
    assert not begun.is_set()
    assert network.is_underway

    network.begin()

    assert begun.wait(20)


def test_loading_begins_by_itself_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    begun = threading.Event()
    monkeypatch.setattr(network_waking, "LATEST_START", 0.0)
    monkeypatch.setattr(network_waking, "wake_network", begun.set)

    NetworkWaking()

    assert begun.wait(20)


def test_whoever_waits_gets_on_when_the_network_is_awake(
    waking: Callable[..., NetworkWaking],
) -> None:
    loaded: list[bool] = []
    network = waking(lambda: loaded.append(True))

    network.wait()
    network.wait()

    assert loaded == [True]
    assert not network.is_underway


@pytest.mark.parametrize("error", [ModelError("The model file is missing."), RuntimeError("?")])
def test_a_network_that_cannot_be_loaded_keeps_nobody_waiting(
    waking: Callable[..., NetworkWaking], error: Exception
) -> None:
    def fail() -> None:
        raise error

    network = waking(fail)

    network.wait()

    assert not network.is_underway


def test_what_is_compiled_outlives_the_runs_of_a_page() -> None:
    wake_network()
    with patch("tensorflow.python.eager.context.Context.clear_kernel_cache") as cleared:
        AppTest.from_string("import streamlit as st; st.write(1)", default_timeout=60).run()
    assert cleared.call_count == 0


def test_who_was_there_when_the_network_woke_is_forgotten_afterwards() -> None:
    session = Session()
    session.itself = session  # only the collector can free it
    collect_garbage()
    left = weakref.ref(session)

    del session
    gc.collect()
    assert left() is not None  # passed over
    collect_garbage()

    assert left() is None


class Session:
    """Holds itself."""

    itself: Session


def test_what_tensorflow_brought_is_not_looked_through_again() -> None:
    wake_network()
    assert gc.get_freeze_count() > 100_000
