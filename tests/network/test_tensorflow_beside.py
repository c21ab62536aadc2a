"""A process that is asked for what takes TensorFlow; it may die, hang or have gone."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from digits.common.errors import LayerError, ModelError
from digits.network import tensorflow_beside
from digits.network.model_file import SHIPPED_MODEL
from digits.network.tensorflow_beside import STOPPED, Request, TensorFlowProcess, seconds_in
from tests.browser import ROOT, wait_until

LAYERS = Request(SHIPPED_MODEL, "layers")
BLANK = np.zeros((28, 28), np.float32)

STAND_IN = """
import os, pickle, sys, time
from pathlib import Path
sys.path.insert(0, {root!r})
starts = Path({folder!r}, "starts")
starts.write_text(starts.read_text() + " ".join(sys.argv[1:]) + "\\n" if starts.exists() else "\\n")
while True:
    request = pickle.load(sys.stdin.buffer)
    word = request.arguments[0]
    if word == "die" or (word == "die once" and starts.read_text().count("\\n") == 1):
        os._exit(1)
    if word in ("hang", "doze"):
        time.sleep(600 if word == "hang" else 2)
    pickle.dump((os.getpid(), word), sys.stdout.buffer)
    sys.stdout.flush()
    if word == "last":
        os._exit(0)
"""


def ask(word: str) -> Request:
    return Request(SHIPPED_MODEL, "logits", (word,))


@pytest.fixture
def beside() -> Iterator[TensorFlowProcess]:
    process = TensorFlowProcess()
    yield process
    process.end()


@pytest.fixture
def stand_in(beside: TensorFlowProcess, tmp_path: Path, monkeypatch) -> TensorFlowProcess:
    """A process that imports no TensorFlow and does what it is told."""
    script = tmp_path / "stand_in.py"
    script.write_text(STAND_IN.format(root=str(ROOT), folder=str(tmp_path)))
    really_start = subprocess.Popen

    def start(command: list[str], **options: object) -> subprocess.Popen[bytes]:
        return really_start([sys.executable, str(script), *command[3:]], **options)  # type: ignore[call-overload]

    monkeypatch.setattr("digits.network.tensorflow_beside.subprocess.Popen", start)
    return beside


def test_the_same_process_answers_again(stand_in: TensorFlowProcess) -> None:
    assert stand_in.process_id is None
    assert not stand_in.has_answered
    first, second = stand_in.ask(ask("a")), stand_in.ask(ask("b"))
    assert first == (stand_in.process_id, "a")
    assert second == (stand_in.process_id, "b")
    assert stand_in.has_answered


def test_one_that_has_gone_is_replaced(stand_in: TensorFlowProcess) -> None:
    gone, _ = stand_in.ask(ask("last"))
    wait_until(lambda: stand_in.process_id is None)
    assert not stand_in.has_answered
    assert stand_in.ask(ask("a"))[0] != gone


def test_one_that_dies_is_replaced_and_asked_again(stand_in: TensorFlowProcess) -> None:
    assert stand_in.ask(ask("die once"))[1] == "die once"


def test_one_that_dies_twice_is_a_sentence(stand_in: TensorFlowProcess) -> None:
    with pytest.raises(ModelError) as caught:
        stand_in.ask(ask("die"))
    assert str(caught.value) == STOPPED
    assert stand_in.ask(ask("a"))[1] == "a"


def test_one_that_hangs_is_killed_and_a_sentence(stand_in: TensorFlowProcess, monkeypatch) -> None:
    monkeypatch.setattr(tensorflow_beside, "PATIENCE", 0.5)
    with pytest.raises(ModelError, match="did not answer"):
        stand_in.ask(ask("hang"))
    monkeypatch.setattr(tensorflow_beside, "PATIENCE", 100)
    assert stand_in.ask(ask("a"))[1] == "a"


def test_killed_from_outside_it_is_replaced(stand_in: TensorFlowProcess) -> None:
    number, _ = stand_in.ask(ask("a"))
    os.kill(number, signal.SIGKILL)
    assert stand_in.ask(ask("b"))[0] != number


def test_many_threads_get_each_their_own_answer(stand_in: TensorFlowProcess) -> None:
    words = [f"word {number}" for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda word: stand_in.ask(ask(word)), words))
    assert [word for _, word in found] == words
    assert len({number for number, _ in found}) == 1


def test_one_that_is_to_stay_is_told_so_and_loads_at_once(
    stand_in: TensorFlowProcess, tmp_path: Path
) -> None:
    stand_in.start(SHIPPED_MODEL)
    assert stand_in.process_id is not None
    stand_in.ask(ask("last"))
    stand_in.ask(ask("a"))
    assert (tmp_path / "starts").read_text().splitlines()[1:] == ["--stay"]


def test_it_is_woken_once_for_all_who_wait_and_each_waits_as_long_as_they_like(
    stand_in: TensorFlowProcess,
) -> None:
    waking = stand_in.wake(ask("doze"))
    assert stand_in.wake(ask("doze")) is waking
    assert not waking.done()
    assert not stand_in.has_answered
    assert waking.result(60) is None
    assert stand_in.has_answered


@pytest.mark.parametrize(("rests", "is_woken_anew"), [(100.0, False), (0.0, True)])
def test_what_cannot_be_woken_is_a_sentence_and_woken_anew_after_a_rest(
    rests: float,
    is_woken_anew: bool,
    stand_in: TensorFlowProcess,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tensorflow_beside, "RESTS", rests)
    failed = stand_in.wake(ask("die"))
    assert str(failed.exception(60)) == STOPPED
    assert not stand_in.has_answered
    again = stand_in.wake(ask("a"))
    assert (again.exception(60) is None) == is_woken_anew == stand_in.has_answered


def test_ending_it_ends_the_waiting_for_it(stand_in: TensorFlowProcess) -> None:
    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(stand_in.ask, ask("hang")) for _ in range(2)]
        wait_until(lambda: stand_in.process_id is not None)
        stand_in.end()
        assert stand_in.process_id is None
        for each in waiting:
            assert str(each.exception(60)) == STOPPED
    assert stand_in.ask(ask("a"))[1] == "a"


@pytest.mark.parametrize(
    ("said", "seconds"),
    [(None, 300), ("20", 20), ("0.5", 0.5), ("five", 300), ("", 300), ("-1", 300), ("nan", 300)],
)
def test_a_setting_that_is_no_number_of_seconds_is_told_and_the_usual_is_taken(
    said: str | None,
    seconds: float,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    if said is None:
        monkeypatch.delenv("A_SETTING", raising=False)
    else:
        monkeypatch.setenv("A_SETTING", said)
    assert seconds_in("A_SETTING", 300.0) == seconds
    is_told = f"A_SETTING={said} is no number of seconds: 300 is taken." in caplog.text
    assert is_told == (seconds == 300 and said is not None)


# ---- The real one


def test_it_ends_when_nobody_has_asked_for_a_while(monkeypatch, beside: TensorFlowProcess) -> None:
    monkeypatch.setenv("DIGIT_TENSORFLOW_IDLE", "0.5")
    assert [row.name for row in beside.ask(LAYERS)][:2] == ["conv_1", "conv_2"]
    wait_until(lambda: beside.process_id is None)


def test_its_errors_are_those_of_the_model(beside: TensorFlowProcess, tmp_path: Path) -> None:
    (tmp_path / "text.h5").write_text("no model")
    with pytest.raises(ModelError, match=r"text\.h5 is damaged"):
        beside.ask(Request(tmp_path / "text.h5", "layers"))
    with pytest.raises(LayerError, match="does not depend on its layer none"):
        beside.ask(Request(SHIPPED_MODEL, "gradients", ("none", BLANK, [0])))
    with pytest.raises(ModelError) as caught:
        beside.ask(Request(SHIPPED_MODEL, "logits", ("no picture",)))
    assert str(caught.value) == STOPPED


def test_it_ends_with_whoever_asks() -> None:
    code = (
        "from digits.network.tensorflow_beside import SHARED_PROCESS\n"
        "from digits.network.model_file import SHIPPED_MODEL\n"
        "SHARED_PROCESS.start(SHIPPED_MODEL)\n"
        "print(SHARED_PROCESS.process_id)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    wait_until(lambda: not Path(f"/proc/{done.stdout.strip()}").exists())


def test_what_is_sent_is_as_small_as_what_is_asked() -> None:
    request = Request(SHIPPED_MODEL, "gradients", ("conv_3", BLANK, [0]))
    assert len(pickle.dumps(request)) < 2 * BLANK.nbytes
