"""A search as a person would start it: alone, stopped and gone on with, and by many processes."""

import errno
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from digits.common.errors import DigitError
from digits.training.data import load_training_data
from digits.training.recipe import RECIPES, Recipe, read_recipe
from digits.tuning import oracle as search_oracle
from digits.tuning import trials as recipe_trials
from digits.tuning.cluster import take_seat
from digits.tuning.command import best_recipe, main, ranked, table
from digits.tuning.oracle import SearchSettings, TrialRow, make_oracle
from digits.tuning.trials import Task, make_tuner
from tests.browser import ROOT
from tests.interruption import interrupted_at_import
from tests.mnist_arrays import mnist_arrays
from tests.training_runs import SLOW_MACHINE_S

SEAT = ("KERASTUNER_TUNER_ID", "KERASTUNER_ORACLE_IP", "KERASTUNER_ORACLE_PORT")


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch) -> None:
    """1,300 training digits before the validation split; no part in any other search."""
    np.savez(tmp_path / "mnist.npz", **mnist_arrays(6_300))
    monkeypatch.chdir(tmp_path)
    for name in SEAT:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def trained(monkeypatch) -> list[Recipe]:
    """Instead of training, a list of what would be; the n-th recipe reads n% right."""
    recipes: list[Recipe] = []

    def train(recipe: Recipe, training: Any, validation: Any, seed: int, control: Any) -> Any:
        recipes.append(recipe)
        return SimpleNamespace(history=[SimpleNamespace(val_accuracy=len(recipes) / 100)])

    monkeypatch.setattr(recipe_trials, "train", train)
    return recipes


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts the script as a process of its own, with or without a seat; none outlives the test."""
    running: list[subprocess.Popen[str]] = []

    def start_script(
        *options: str, seat: tuple[str, ...] = (), environment: Mapping[str, str] = os.environ
    ) -> subprocess.Popen[str]:
        script = str(ROOT / "tune_mnist_model.py")
        usual = ("--data", "mnist.npz", "--epochs", "1", "--subset", "128")
        process = subprocess.Popen(
            [sys.executable, script, *usual, "--architecture", "three_convolutions", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**environment, **dict(zip(SEAT, seat, strict=False)), "PYTHONUNBUFFERED": "1"},
        )
        running.append(process)
        return process

    yield start_script
    for process in running:
        process.kill()
        process.communicate()


def wait_for(words: str, process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    too_long = threading.Timer(SLOW_MACHINE_S, process.kill)
    too_long.start()
    lines = iter(process.stdout.readline, "")
    found = any(words in line for line in lines)
    too_long.cancel()
    assert found, process.communicate()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def search(*options: str) -> int:
    return main(["--data", "mnist.npz", *options])


def kept_trials(folder: str = "tuning") -> list[dict]:
    paths = sorted(Path(folder).glob("trials/trial_*/trial.json"))
    return [json.loads(path.read_text()) for path in paths]


# --- what a search comes to


@pytest.mark.parametrize("strategy", ["random", "bayesian"])
def test_a_search_tries_as_many_recipes_as_asked_and_writes_the_best(
    strategy: str, trained: list[Recipe], capsys
) -> None:
    assert search("--strategy", strategy, "--max-trials", "5", "--epochs", "3") == 0
    printed, errors = capsys.readouterr()
    assert errors == ""
    assert len(trained) == len({recipe.as_json() for recipe in trained}) == 5
    assert read_recipe("tuned_recipe.json") == trained[-1]
    assert "   1      5      5.00%" in printed
    assert "Keras" not in printed


def test_hyperband_gives_the_best_of_its_short_trials_all_epochs(
    trained: list[Recipe], capsys
) -> None:
    assert search("--strategy", "hyperband", "--epochs", "3") == 0
    assert [recipe.epochs for recipe in trained] == [1, 1, 1, 3, 3, 3]
    assert trained[3] == replace(trained[2], epochs=3)
    assert read_recipe("tuned_recipe.json").epochs == 3


def test_of_equals_the_smaller_network_wins_and_failures_come_last() -> None:
    recipe = RECIPES["compact"]
    rows = [
        TrialRow(1, recipe, float("nan"), 2, 10, "there was not enough memory"),
        TrialRow(2, recipe, None),
        TrialRow(3, recipe, 0.98, 9, 4_000),
        TrialRow(4, recipe, 0.98, 9, 3_000),
    ]
    assert [row.number for row in ranked(rows)] == [4, 3, 2, 1]
    lines = table(ranked(rows)).splitlines()
    assert "unfinished" in lines[3]
    assert re.search(r"–\s+1\s+failed .*not enough memory", lines[4])
    assert best_recipe(rows[:2], 5) is None


def test_a_trial_that_runs_out_of_memory_fails_and_the_search_goes_on(
    trained: list[Recipe], monkeypatch, capsys
) -> None:
    succeed = recipe_trials.train  # type: ignore[attr-defined]

    def fail_once(*arguments: Any) -> Any:
        if not failures:
            failures.append("once")
            raise MemoryError
        return succeed(*arguments)

    failures: list[str] = []
    monkeypatch.setattr(recipe_trials, "train", fail_once)
    assert search("--max-trials", "3") == 0
    printed, errors = capsys.readouterr()
    assert errors == ""
    assert len(trained) == 2
    assert re.search(r"–\s+1\s+failed .*not enough memory", printed)


def test_a_loss_that_is_no_number_fails_the_trial() -> None:
    watch = recipe_trials._watch(lambda word: None)
    with pytest.raises(recipe_trials.TrialError, match="no finite number"):
        watch.on_epoch_end(0, {"loss": float("nan"), "val_loss": 1.0, "val_accuracy": 0.1})


def test_where_every_trial_fails_no_recipe_is_written(monkeypatch, capsys) -> None:
    def fail(*arguments: Any) -> None:
        raise RuntimeError("the device is gone\nand a long trace")

    monkeypatch.setattr(recipe_trials, "train", fail)
    assert search("--max-trials", "4") == 1
    printed, errors = capsys.readouterr()
    assert printed.count("RuntimeError: the device is gone") == 2 * 4
    assert errors == "No trial was completed, so there is no recipe to write.\n"
    assert not Path("tuned_recipe.json").exists()


def test_the_test_split_has_no_say(trained: list[Recipe], capsys) -> None:
    arrays = mnist_arrays(6_300)
    assert search("--max-trials", "2") == 0
    before = Path("tuned_recipe.json").read_bytes()
    np.savez("mnist.npz", **arrays | {"x_test": 255 - arrays["x_test"]})
    trained.clear()
    assert search("--max-trials", "2", "--folder", "other") == 0
    assert Path("tuned_recipe.json").read_bytes() == before


# --- stopped, and gone on with


def test_a_search_goes_on_with_more_trials(trained: list[Recipe], capsys) -> None:
    assert search("--max-trials", "2") == 0
    assert search("--max-trials", "4") == 0
    assert "Going on with the search in tuning: 2 done." in capsys.readouterr().out
    assert len(trained) == 4
    assert len(kept_trials()) == 4


def test_stopped_at_any_file_a_search_loses_no_trial_and_repeats_none_that_ended(
    trained: list[Recipe], monkeypatch, capsys
) -> None:
    write = search_oracle.write_json
    written: list[str] = []

    def write_or_stop(path: Path, words: Any) -> None:
        if len(written) == stop_after:
            raise KeyboardInterrupt
        written.append(path.name)
        write(path, words)

    monkeypatch.setattr(search_oracle, "write_json", write_or_stop)
    for stop_after in range(1, 30):  # noqa: B007 - write_or_stop looks at it
        with pytest.raises(KeyboardInterrupt):
            search("--max-trials", "3")
    stop_after = -1
    assert search("--max-trials", "3") == 0
    trials = kept_trials()
    assert [trial["status"] for trial in trials] == ["COMPLETED"] * 3
    assert len({trial["score"] for trial in trials}) == 3


@pytest.mark.parametrize("module", ["numpy", "keras_tuner"])
def test_interrupted_while_it_imports_a_search_says_so(
    module: str, start, tmp_path_factory: pytest.TempPathFactory
) -> None:
    run = start(environment=interrupted_at_import(module, tmp_path_factory.mktemp("site")))
    _, errors = run.communicate(timeout=SLOW_MACHINE_S)
    assert (run.returncode, errors.startswith("Stopped")) == (130, True)


def test_interrupted_and_killed_a_search_goes_on_and_ends(start) -> None:
    run = start("--max-trials", "2")
    wait_for("Trial 1 of 2", run)
    run.send_signal(signal.SIGINT)
    _, errors = run.communicate(timeout=SLOW_MACHINE_S)
    assert run.returncode == 130, errors
    assert errors == (
        "Stopped; finished trials are kept in tuning, and the same command goes on.\n"
    )
    first = kept_trials()[0]
    run = start("--max-trials", "2")
    wait_for("1 done.", run)
    time.sleep(1)
    run.kill()
    run.communicate(timeout=SLOW_MACHINE_S)
    run = start("--max-trials", "2")
    _, errors = run.communicate(timeout=SLOW_MACHINE_S)
    assert (run.returncode, errors) == (0, "")
    trials = kept_trials()
    assert [trial["status"] for trial in trials] == ["COMPLETED"] * 2
    assert trials[0]["metrics"] == first["metrics"]
    assert read_recipe("tuned_recipe.json").epochs == 1


@pytest.mark.parametrize(
    ("option", "name"),
    [
        (("--strategy", "bayesian"), "strategy"),
        (("--architecture", "compact"), "architectures, space"),
        (("--epochs", "2"), "epochs"),
        (("--seed", "1"), "seed"),
        (("--subset", "200"), "subset"),
    ],
)
def test_a_folder_with_another_search_is_refused(
    option: tuple[str, str], name: str, trained: list[Recipe], capsys
) -> None:
    assert search("--max-trials", "1") == 0
    assert search("--max-trials", "1", *option) == 1
    assert f"another search (it differs in: {name})" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["search.json", "trials/oracle.json", "trials/trial_0/trial.json"])
@pytest.mark.parametrize("content", ["", "{}", "[1]"])
def test_a_damaged_search_is_named_and_restart_mends_it(
    name: str, content: str, trained: list[Recipe], capsys
) -> None:
    assert search("--max-trials", "1") == 0
    Path("tuning", name).write_text(content)
    assert search("--max-trials", "1") == 1
    assert capsys.readouterr().err.startswith("The search in the folder tuning is damaged: ")
    assert search("--max-trials", "1", "--restart") == 0


def test_restart_leaves_alone_what_is_no_search(trained: list[Recipe], capsys) -> None:
    Path("tuning").mkdir()
    Path("tuning/notes.txt").write_text("mine")
    assert search("--max-trials", "1") == 0
    assert search("--max-trials", "2", "--restart") == 0
    assert len(trained) == 3
    assert Path("tuning/notes.txt").read_text() == "mine"


def test_two_searches_cannot_share_a_folder(trained: list[Recipe], capsys) -> None:
    with search_oracle.sole_user(Path("tuning")):
        assert search("--max-trials", "1") == 1
    assert capsys.readouterr().err.startswith("Another search is running in the folder tuning")


# --- a chief and its workers


@pytest.mark.slow
def test_a_chief_and_two_workers_search_together(start) -> None:
    place = ("127.0.0.1", str(free_port()))
    options = ("--max-trials", "3", "--patience", "60")
    workers = [start(*options, seat=(f"worker-{n}", *place)) for n in (1, 2)]
    chief = start(*options, seat=("chief", *place))
    printed, errors = chief.communicate(timeout=SLOW_MACHINE_S)
    assert (chief.returncode, errors) == (0, "")
    told = [worker.communicate(timeout=SLOW_MACHINE_S) for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0], told
    trials = [output.count(": Trial ") for output, _ in told]
    assert min(trials) >= 1
    assert sum(trials) == 3
    assert [trial["status"] for trial in kept_trials()] == ["COMPLETED"] * 3
    assert len(re.findall(r"^ +[1-3] +[1-3] +\d+\.\d\d%", printed, re.MULTILINE)) == 3
    assert sum("validated" in output for output, _ in told) == 0
    assert read_recipe("tuned_recipe.json").architecture == "three_convolutions"


def test_a_worker_that_loses_its_chief_says_so_and_ends(
    start, trained: list[Recipe], monkeypatch, capsys
) -> None:
    place = ("127.0.0.1", str(free_port()))
    chief = start("--subset", "300", seat=("chief", *place))
    for name, value in zip(SEAT, ("worker", *place), strict=True):
        monkeypatch.setenv(name, value)
    succeed = recipe_trials.train  # type: ignore[attr-defined]

    def lose_the_chief(*arguments: Any) -> Any:
        if not trained:
            return succeed(*arguments)
        chief.kill()
        watch = arguments[-1].callbacks[0]
        while True:  # until it raises that the chief no longer answers
            watch.on_train_batch_end(0)
            time.sleep(0.05)

    monkeypatch.setattr(recipe_trials, "train", lose_the_chief)
    wait_for("waits for workers", chief)
    options = ("--epochs", "1", "--subset", "300", "--architecture", "three_convolutions")
    assert search(*options, "--patience", "4") == 1
    printed, errors = capsys.readouterr()
    assert "worker: Trial 1: 1.00%" in printed
    assert errors == "The chief no longer answers.\n"


def settings() -> SearchSettings:
    return SearchSettings("random", ("compact",), epochs=1, seed=0, subset=None, data="digits")


def an_oracle(patience: float) -> Any:
    oracle = make_oracle(settings(), max_trials=1, patience=patience)
    digits = load_training_data("mnist.npz").validation[:1]
    make_tuner(Task(settings(), digits, digits), oracle, Path("tuning"))
    return oracle


def let_pass(seconds: float, oracle: Any) -> None:
    """As if so much time had passed since anything was heard."""
    for trial_id in oracle._heard:
        oracle._heard[trial_id] -= seconds


def test_the_trial_of_a_lost_worker_is_given_to_another() -> None:
    oracle = an_oracle(patience=1_000)
    lost = oracle.create_trial("one")
    assert oracle.create_trial("two").status == "IDLE"
    let_pass(1_001, oracle)
    again = oracle.create_trial("two")
    assert (again.status, again.trial_id) == ("RUNNING", lost.trial_id)


def test_a_worker_that_is_heard_of_keeps_its_trial() -> None:
    oracle = an_oracle(patience=1_000)
    trial = oracle.create_trial("one")
    for _ in range(3):
        let_pass(600, oracle)
        oracle.get_trial(trial.trial_id)
    assert oracle.create_trial("two").status == "IDLE"


def test_a_worker_with_other_options_than_its_chief_is_refused() -> None:
    trial = an_oracle(patience=1).create_trial("one")
    other = replace(settings(), data="other digits")
    digits = load_training_data("mnist.npz").validation[:1]
    oracle = make_oracle(other, max_trials=1)
    worker = make_tuner(Task(other, digits, digits), oracle, Path("elsewhere"))
    with pytest.raises(DigitError, match="other options or digits"):
        worker.on_trial_begin(trial)


@pytest.mark.parametrize(
    ("seat", "sentence"),
    [
        ({"KERASTUNER_ORACLE_IP": "h"}, "KERASTUNER_TUNER_ID and KERASTUNER_ORACLE_PORT must be"),
        (dict(zip(SEAT, ("chief", "h", "0"), strict=True)), "from 1 to 65535"),
        (dict(zip(SEAT, ("chief", "h", "http"), strict=True)), "from 1 to 65535"),
    ],
)
def test_an_incomplete_seat_is_named(seat: dict[str, str], sentence: str) -> None:
    with pytest.raises(DigitError, match=sentence):
        take_seat(seat)


def test_without_the_variables_a_search_is_alone() -> None:
    assert take_seat({"PATH": "/bin"}) is None


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("chief", "No worker was heard of for 1 s"), ("worker", "No chief answers at 127.0.0.1")],
)
def test_nobody_waits_for_ever(name: str, sentence: str, monkeypatch, capsys) -> None:
    for variable, value in zip(SEAT, (name, "127.0.0.1", str(free_port())), strict=True):
        monkeypatch.setenv(variable, value)
    assert search("--patience", "1") == 1
    assert sentence in capsys.readouterr().err


def test_a_taken_port_is_named(monkeypatch, capsys) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        for variable, value in zip(SEAT, ("chief", "127.0.0.1", port), strict=True):
            monkeypatch.setenv(variable, value)
        assert search() == 1
    assert capsys.readouterr().err.startswith(f"The chief cannot listen at 127.0.0.1:{port}")


# --- bad input


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--data", "none.npz"], "none.npz is no file"),
        (["--data", "half.npz"], "half.npz is not a whole"),
        (["--pen-strokes", "none.tra"], "none.tra is no file"),
        (["--letters", "none.jsonl"], "none.jsonl is no file"),
        (["--output", "folder"], "is a folder"),
        (["--output", "model.h5"], "ends in .json"),
        (["--output", "no/such/recipe.json"], "folder of --output does not exist"),
        (["--folder", "mnist.npz"], "is a file"),
        (["--folder", "mnist.npz/tuning"], "in one: name a folder"),
    ],
)
def test_bad_arguments_end_in_one_sentence(
    arguments: list[str], sentence: str, trained: list[Recipe], capsys
) -> None:
    Path("folder").mkdir()
    Path("half.npz").write_bytes(Path("mnist.npz").read_bytes()[:10_000])
    assert search(*arguments) == 1
    assert sentence in capsys.readouterr().err
    assert not trained


def test_a_full_disk_ends_the_search_in_one_sentence(
    trained: list[Recipe], monkeypatch, capsys
) -> None:
    write = search_oracle.write_json

    def write_until_full(path: Path, words: Any) -> None:
        if trained:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        write(path, words)

    monkeypatch.setattr(search_oracle, "write_json", write_until_full)
    assert search("--max-trials", "3") == 1
    assert capsys.readouterr().err == (
        "trial.json could not be written (No space left on device): "
        "free some space, or choose another place, and try again.\n"
    )


@pytest.mark.parametrize("argument", ["--max-trials", "--epochs", "--subset", "--patience"])
def test_a_number_below_one_is_refused(argument: str, capsys) -> None:
    with pytest.raises(SystemExit) as caught:
        search(argument, "0")
    assert caught.value.code == 2
    assert "from 1 to" in capsys.readouterr().err
