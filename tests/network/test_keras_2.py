"""Files that Keras 2 wrote are read as it read them, or refused with what cannot be read."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digits.common.errors import ModelError
from digits.network import model_config
from digits.network.config_translation import translate
from digits.network.loading import list_convolutions, load_model
from digits.network.prediction import predict_logits
from digits.synthetic.plain_digits import draw_plain_digits
from tests import bad_models, keras_2_files
from tests.own_models import own_logits, trained_weights

SOME = draw_plain_digits()[0][:8]
WEIGHTS = trained_weights()


@pytest.fixture(autouse=True)
def no_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    """No process of its own for files that reading ends over."""
    monkeypatch.setattr(model_config, "_tried", lambda path: 0)


def written(folder: Path, config: Any, version: str, name: str = "model.h5") -> Path:
    return keras_2_files.write_hdf5(
        folder / name, config, keras_2_files.arrays_of(WEIGHTS), version
    )


def assert_read_right(path: Path, tolerance: float = 1e-3) -> None:
    logits = predict_logits(SOME, load_model(path))
    np.testing.assert_allclose(logits, own_logits(SOME, WEIGHTS), atol=tolerance)


@pytest.mark.parametrize("suffix", [".h5", ".keras"])  # Keras 2 wrote HDF5 into both
@pytest.mark.parametrize("name", keras_2_files.CONFIGS)
def test_what_keras_2_wrote_is_read(name: str, suffix: str, tmp_path: Path) -> None:
    config, version = keras_2_files.CONFIGS[name]
    path = written(tmp_path, config(), version, f"model{suffix}")
    before = path.read_bytes()
    assert_read_right(path)
    prefix = "base/" if name == "a base inside" else ""
    assert list_convolutions(path) == [f"{prefix}conv2d_1", f"{prefix}conv2d_2"]
    assert path.read_bytes() == before


@pytest.mark.parametrize("version", ["2.12.0", "2.15.0"])
def test_archives_of_keras_2_are_read(version: str, tmp_path: Path) -> None:
    arrays = keras_2_files.arrays_in_archive(WEIGHTS, is_2_12=version == "2.12.0")
    config = keras_2_files.without_input_layer()
    path = keras_2_files.write_archive(tmp_path / "model.keras", config, arrays, version)
    assert_read_right(path)


def test_a_file_of_keras_2_may_lack_the_state_of_nothing(tmp_path: Path) -> None:
    arrays = keras_2_files.arrays_of(WEIGHTS)
    del arrays["dense"]
    path = tmp_path / "model.h5"
    keras_2_files.write_hdf5(path, keras_2_files.without_input_layer(), arrays, "2.4.0")
    with pytest.raises(ModelError, match=r"saved by Keras 2\.4\.0, whose weights Keras 3 cannot"):
        load_model(path)


@pytest.mark.parametrize(
    ("kind", "options", "words"),
    [
        ("TFOpLambda", {"function": "nn.relu"}, "whose TFOpLambda Keras 3 cannot read"),
        ("ThresholdedReLU", {"theta": 1.0}, "whose ThresholdedReLU Keras 3"),
        ("LocallyConnected2D", {"filters": 3}, "whose LocallyConnected2D Keras 3"),
        ("BatchNormalization", {"renorm": True}, "whose BatchNormalization with renorm Keras 3"),
        ("ReLU", {"wonder": 3}, r"whose layer other \(ReLU\) Keras 3"),
        ("Lambda", {"function": ["code", None, None]}, "holds a Lambda, which may carry code"),
    ],
)
def test_what_cannot_be_translated_is_named(
    kind: str, options: dict[str, Any], words: str, tmp_path: Path
) -> None:
    config = keras_2_files.without_input_layer()
    config["config"]["layers"].insert(2, keras_2_files.plain(kind, "other", **options))
    with pytest.raises(ModelError, match=words) as caught:
        load_model(written(tmp_path, config, "2.3.1"))
    assert "\n" not in str(caught.value)


def test_a_model_that_says_no_size_is_refused(tmp_path: Path) -> None:
    config = keras_2_files.without_input_layer()
    del config["config"]["layers"][0]["config"]["batch_input_shape"]
    with pytest.raises(ModelError, match="does not say how large its pictures are"):
        load_model(written(tmp_path, config, "2.3.1"))


@pytest.mark.parametrize("name", keras_2_files.CONFIGS)
def test_a_translation_changes_nothing_of_what_it_was_given(name: str) -> None:
    make, version = keras_2_files.CONFIGS[name]
    config = make()
    translate(config, version)
    assert config == make()


def test_what_keras_3_wrote_is_not_translated() -> None:
    config = {
        "class_name": "Sequential",
        "config": {
            "name": "s",
            "layers": [
                {"class_name": "InputLayer", "config": {"batch_shape": [None, 28, 28, 1]}},
                {"class_name": "Dropout", "config": {"name": "d", "rate": 0.1, "dtype": "float32"}},
            ],
        },
    }
    assert translate(config, "3.15.1") == config


def test_any_size_is_ours_and_any_number_at_once() -> None:
    def shape_of(shape: list[int | None]) -> Any:
        layer = {"class_name": "InputLayer", "config": {"batch_shape": shape}}
        config = {"class_name": "Sequential", "config": {"layers": [layer]}}
        return translate(config, "3.15.1")["config"]["layers"][0]["config"]["batch_shape"]

    assert shape_of([None, None, None, 1]) == [None, 28, 28, 1]
    assert shape_of([32, None, None, 3]) == [None, 28, 28, 3]
    assert shape_of([None, 32, 32, None]) == [None, 32, 32, 1]
    assert shape_of([1, 28, 28]) == [None, 28, 28]
    assert shape_of([None, 784]) == [None, 784]


def test_settings_of_training_are_left_out_at_every_level(tmp_path: Path) -> None:
    path = bad_models.write_good(tmp_path / "model.keras")
    trap = {"class_name": "function", "module": "builtins", "config": "system"}

    def spoil(config: Any) -> Any:
        config["compile_config"] = {"loss": trap}
        inner = bad_models.layer(config, "conv")
        inner["compile_config"] = {"optimizer": trap}
        inner["config"]["kernel_regularizer"] = trap
        inner["config"]["bias_initializer"] = {"class_name": "my>Own", "config": {}}
        return config

    before = np.asarray(load_model(path)(SOME[..., None]))
    shutil.copyfile(path, tmp_path / "spoilt.keras")
    bad_models.change_config(tmp_path / "spoilt.keras", spoil)
    np.testing.assert_array_equal(
        np.asarray(load_model(tmp_path / "spoilt.keras")(SOME[..., None])), before
    )
