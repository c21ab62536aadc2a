"""Spoilt model files: each is read or refused in one known sentence, and nothing of it is run."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from digits.network import model_config
from digits.network.model_config import read_config
from tests.model_mutations import make_files, mutate, outcome

MUTATIONS = 500
WITH_KERAS = 25
"""Every so many is given to Keras, too; `benchmarks/model_fuzzing.py` gives it all of 10,000."""


def test_mutations_of_model_files_are_read_or_refused_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_config, "_tried", lambda path: 0)
    (tmp_path / "healthy").mkdir()
    files = make_files(tmp_path / "healthy")
    assert {outcome(file, tmp_path / "sprung") for file in files} == {"model"}
    said: Counter[str] = Counter()
    for seed in range(MUTATIONS):
        path, trap = mutate(files[seed % len(files)], seed, tmp_path)
        reads_whole = seed % WITH_KERAS == 0
        found = outcome(path, trap) if reads_whole else outcome(path, trap, read_config)
        assert not found.startswith("broken"), (seed, found)
        said[found] += 1
    assert {"model", "damaged", "may carry code"} <= set(said)
