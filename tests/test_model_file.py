"""Models on disk: papers that survive, damage that is named."""

from pathlib import Path

import h5py
import numpy as np
import pytest

import atomic_file
import model_file
from digit_errors import ModelError
from digit_network import INPUT_SHAPE, build_classic, convolution_names
from digit_predictor import SHIPPED_MODEL, list_convolutions, load_model
from image_preparation import PREPARATION_VERSION
from model_file import ModelPapers, load_model_file, read_papers, save_model_file
from tensorflow_import import import_keras

keras = import_keras()


def test_papers_come_back_as_they_were_written(tmp_path: Path) -> None:
    papers = ModelPapers(
        trained_at="2026-11-22T07:00:00+00:00",
        architecture="compact",
        seed=3,
        epochs=16,
        validation_accuracy=0.9951,
        temperature=1.25,
        doubt_score="energy",
        doubt_threshold=3.5,
    )
    save_model_file(load_model(), papers, tmp_path / "model.h5")
    assert read_papers(tmp_path / "model.h5") == papers


def test_papers_are_plain_hdf5_attributes(tmp_path: Path) -> None:
    save_model_file(load_model(), ModelPapers(seed=3), tmp_path / "model.h5")
    with h5py.File(tmp_path / "model.h5") as file:
        assert file.attrs["digit_seed"] == 3


def test_weights_come_back_as_they_were_written(tmp_path: Path) -> None:
    save_model_file(load_model(), ModelPapers(), tmp_path / "model.h5")
    again = load_model_file(tmp_path / "model.h5")
    assert all(map(np.array_equal, load_model().get_weights(), again.get_weights()))


def test_the_shipped_model_has_its_papers_and_keeps_its_promises() -> None:
    papers = read_papers(SHIPPED_MODEL)
    assert papers.test_accuracy is not None
    assert papers.test_accuracy >= 0.995
    assert papers.validation_accuracy is not None
    assert papers.data_sha256
    assert papers.trained_at
    assert papers.preparation_version == PREPARATION_VERSION
    assert SHIPPED_MODEL.stat().st_size <= 4 * 2**20


@pytest.mark.parametrize("suffix", [".h5", ".keras"])
@pytest.mark.parametrize("functional", [False, True])
def test_sequential_and_functional_models_of_both_formats_are_read(
    tmp_path: Path, suffix: str, functional: bool
) -> None:
    image = keras.Input(INPUT_SHAPE)
    model = keras.Model(image, build_classic()(image)) if functional else build_classic()
    model.save(tmp_path / f"model{suffix}")
    assert load_model_file(tmp_path / f"model{suffix}").count_params() == 1_199_882


def test_a_keras_file_without_papers_has_the_defaults(tmp_path: Path) -> None:
    build_classic().save(tmp_path / "model.keras")
    assert read_papers(tmp_path / "model.keras") == ModelPapers()


def test_another_preparation_warns_and_does_not_refuse(tmp_path: Path) -> None:
    papers = ModelPapers(preparation_version=PREPARATION_VERSION + 1)
    save_model_file(load_model(), papers, tmp_path / "model.h5")
    with pytest.warns(UserWarning, match="image preparation"):
        assert load_model(tmp_path / "model.h5").count_params() > 0


@pytest.mark.parametrize("suffix", [".h5", ".keras"])
def test_convolutions_are_named_without_loading_the_model(tmp_path: Path, suffix: str) -> None:
    model = build_classic()
    model.save(tmp_path / f"model{suffix}")
    names = list_convolutions(tmp_path / f"model{suffix}")
    assert names == convolution_names(model)
    assert len(names) == 2


@pytest.mark.parametrize("content", [b"", b"no model", b"PK\x03\x04 half a zip"])
def test_convolutions_of_a_damaged_file_are_an_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "half.h5").write_bytes(content)
    with pytest.raises(ModelError, match=r"half\.h5 is damaged"):
        list_convolutions(tmp_path / "half.h5")


def test_a_missing_file_is_named_without_its_path(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"none\.h5 is missing") as caught:
        load_model(tmp_path / "none.h5")
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize("kept", [0, 100, 50_000])
def test_a_truncated_file_is_damaged(tmp_path: Path, kept: int) -> None:
    (tmp_path / "half.h5").write_bytes(SHIPPED_MODEL.read_bytes()[:kept])
    with pytest.raises(ModelError, match=r"half\.h5 is damaged") as caught:
        load_model(tmp_path / "half.h5")
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize("temperature", [-1.0, 0.0, 1e-40, float("nan"), float("inf")])
def test_a_temperature_that_makes_no_sense_is_refused(tmp_path: Path, temperature: float) -> None:
    save_model_file(load_model(), ModelPapers(temperature=temperature), tmp_path / "model.h5")
    with pytest.raises(ModelError, match="temperature"):
        load_model(tmp_path / "model.h5")


@pytest.mark.parametrize("score", ["charm", 3, np.array([b"energy", b"energy"])])
def test_a_doubt_score_that_is_not_known_is_refused(tmp_path: Path, score: object) -> None:
    save_model_file(load_model(), ModelPapers(), tmp_path / "model.h5")
    with h5py.File(tmp_path / "model.h5", "r+") as file:
        file.attrs["digit_doubt_score"] = score
    with pytest.raises(ModelError, match="doubt_score"):
        load_model(tmp_path / "model.h5")


@pytest.mark.parametrize("threshold", ["high", float("nan"), float("-inf"), np.ones(2)])
def test_a_doubt_threshold_that_makes_no_sense_is_refused(
    tmp_path: Path, threshold: object
) -> None:
    save_model_file(load_model(), ModelPapers(), tmp_path / "model.h5")
    with h5py.File(tmp_path / "model.h5", "r+") as file:
        file.attrs["digit_doubt_threshold"] = threshold
    with pytest.raises(ModelError, match="doubt_threshold"):
        load_model(tmp_path / "model.h5")


def test_a_model_of_another_shape_is_refused(tmp_path: Path) -> None:
    layers = [keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(3, "softmax")]
    keras.Sequential(layers).save(tmp_path / "other.keras")
    with pytest.raises(ModelError, match="28×28"):
        load_model(tmp_path / "other.keras")


def test_a_model_that_carries_code_is_refused(tmp_path: Path) -> None:
    layers = [
        keras.Input(INPUT_SHAPE),
        keras.layers.Lambda(lambda x: x * 2),
        keras.layers.Flatten(),
        keras.layers.Dense(10, "softmax"),
    ]
    keras.Sequential(layers).save(tmp_path / "code.keras")
    with pytest.raises(ModelError, match="carries code"):
        load_model(tmp_path / "code.keras")


@pytest.mark.parametrize("name", ["a" * 300 + ".h5", "with\0nought.h5"])
def test_a_name_that_no_file_can_have_is_missing(tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelError, match="is missing"):
        load_model(tmp_path / name)


def test_a_folder_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is a folder"):
        load_model(tmp_path)


def test_a_layer_name_that_tensorflow_cannot_run_is_refused(tmp_path: Path) -> None:
    stack = [
        keras.Input(INPUT_SHAPE),
        keras.layers.Flatten(name="a b"),
        keras.layers.Dense(10, "softmax"),
    ]
    keras.Sequential(stack).save(tmp_path / "model.keras")
    with pytest.raises(ModelError, match="a layer named 'a b'"):
        load_model(tmp_path / "model.keras")


def test_a_full_disk_is_noticed_before_hdf5_writes(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(model_file, "_free_bytes", lambda _: 1_000)
    with pytest.raises(OSError, match="No space left"):
        save_model_file(load_model(), ModelPapers(), tmp_path / "model.h5")
    assert not list(tmp_path.iterdir())


def test_a_failed_write_leaves_the_old_file_whole(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "model.h5"
    path.write_bytes(b"old")

    def disk_is_full(_: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic_file, "_flush_to_disk", disk_is_full)
    with pytest.raises(OSError, match="No space"):
        save_model_file(load_model(), ModelPapers(), path)
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["model.h5"]
