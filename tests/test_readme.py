"""What the README says is so."""

import hashlib
import re

import pytest

from digit_predictor import load_model
from digits.evaluation import command as evaluation_command
from digits.network.layers import layer_table
from digits.network.model_file import SHIPPED_MODEL, read_papers
from digits.reading import command as reading_command
from digits.training import command as training_command
from digits.tuning import command as tuning_command
from tests.browser import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_layer_table_is_that_of_the_shipped_model() -> None:
    for row in layer_table(load_model()):
        shape = " × ".join(map(str, row.output_shape))
        assert f"| `{row.name}` | {row.kind} | {shape} | {row.parameters:,} |" in README


def test_the_training_command_is_the_one_in_the_models_papers() -> None:
    command = read_papers(SHIPPED_MODEL).command
    assert command is not None
    assert f"\n{command}\n" in README


def test_the_test_accuracy_is_the_one_in_the_models_papers() -> None:
    accuracy = read_papers(SHIPPED_MODEL).test_accuracy
    assert f"{accuracy:.2%}" in README


def test_the_shipped_model_is_the_file_whose_hash_is_given() -> None:
    given = re.findall(r"SHA-256 of `digit_recognizer\.h5`: `([0-9a-f]{64})`", README)
    assert given == [hashlib.sha256(SHIPPED_MODEL.read_bytes()).hexdigest()]


def test_every_option_named_for_training_tuning_and_evaluating_exists() -> None:
    section = README.split("## A model of your own")[1].split("\n## ")[0]
    scripts = (training_command, tuning_command, evaluation_command, reading_command)
    known = {
        option
        for script in scripts
        for action in script._parser()._actions
        for option in action.option_strings
    }
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", section))
    assert len(named) > 20
    assert named <= known


@pytest.mark.parametrize("link", re.findall(r"\]\(([^):]+)\)", README))
def test_every_local_link_leads_to_a_file(link: str) -> None:
    assert (ROOT / link).is_file()


@pytest.mark.parametrize("name", re.findall(r"`([\w/.]+\.(?:py|css|h5|txt))`", README))
def test_every_file_named_is_there(name: str) -> None:
    assert (ROOT / name).is_file()


def test_the_test_command_that_ci_runs_stands_in_the_readme_once() -> None:
    assert len(re.findall(r"^python3 .*-m pytest$", README, re.MULTILINE)) == 1
