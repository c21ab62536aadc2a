"""Models on disk: papers that survive, damage that is named."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from digit_predictor import list_convolutions, load_model
from digits.common import atomic_file
from digits.common.errors import ModelError
from digits.network import model_config, model_file
from digits.network.architectures import INPUT_SHAPE, build_classic
from digits.network.layers import convolution_names
from digits.network.model_file import (
    SHIPPED_MODEL,
    load_model_file,
    read_papers,
    save_model_file,
)
from digits.network.papers import ModelPapers
from digits.network.tensorflow_import import import_keras
from digits.picture.preparation import PREPARATION_VERSION
from tests import bad_models

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


def test_a_functional_model_that_reckons_between_its_layers_is_read(tmp_path: Path) -> None:
    image = keras.Input(INPUT_SHAPE)
    inverted = keras.layers.Conv2D(4, 3)(1 - image / 255)
    average = keras.ops.mean(keras.ops.relu(inverted), axis=[1, 2])
    answer = keras.layers.Dense(10, "softmax")(average)
    keras.Model(image, answer).save(tmp_path / "model.keras")
    assert load_model_file(tmp_path / "model.keras").count_params() == 4 * 9 + 4 + 4 * 10 + 10


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


# ---- Files from strangers


@pytest.fixture(scope="module")
def good_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small model in both formats."""
    folder = tmp_path_factory.mktemp("good")
    for suffix in (".h5", ".keras"):
        bad_models.write_good(folder / f"model{suffix}")
    return folder


@pytest.fixture(params=[".h5", ".keras"])
def stranger(
    request: pytest.FixtureRequest, good_models: Path, tmp_path: Path, monkeypatch
) -> Path:
    """A copy of a good model in either format, to be spoilt so that reading it still ends."""
    monkeypatch.setattr(model_config, "_tried", lambda path: 0)
    path = tmp_path / f"stranger{request.param}"
    shutil.copyfile(good_models / f"model{request.param}", path)
    return path


def refusal(path: Path) -> str:
    """The one sentence that a file is refused with, whoever asks."""
    with pytest.raises(ModelError) as caught:
        load_model(path)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert str(path.parent) not in sentence
    return sentence


def test_a_model_that_nothing_is_wrong_with_is_read(stranger: Path) -> None:
    assert load_model(stranger).count_params() == 20 + 1_630


def in_itself(layer: bad_models.Config) -> bad_models.Config:
    return layer


@pytest.mark.parametrize(
    "wrap",
    [
        in_itself,
        partial(bad_models.wrapped, "TimeDistributed"),
        partial(bad_models.wrapped, "Bidirectional"),
        bad_models.inside_a_model,
        lambda layer: bad_models.wrapped("TimeDistributed", bad_models.inside_a_model(layer)),
    ],
    ids=["alone", "in TimeDistributed", "in Bidirectional", "in a model", "in a model in a layer"],
)
def test_a_lambda_is_refused_wherever_it_hides_and_its_code_never_runs(
    wrap: Any, stranger: Path, tmp_path: Path
) -> None:
    trap = tmp_path / "sprung"
    bad_models.with_kind("flatten", wrap(bad_models.lambda_config(trap)))(stranger)
    assert "holds a Lambda, which may carry code" in refusal(stranger)
    with pytest.raises(ModelError, match="Lambda"):
        list_convolutions(stranger)
    assert not trap.exists()


def test_the_code_in_these_lambdas_does_run_where_nobody_refuses_it(
    good_models: Path, tmp_path: Path
) -> None:
    path, trap = tmp_path / "model.keras", tmp_path / "sprung"
    shutil.copyfile(good_models / "model.keras", path)
    bad_models.with_kind("flatten", bad_models.lambda_config(trap))(path)
    with suppress(Exception):
        keras.models.load_model(path, safe_mode=False)
    assert trap.exists()


def test_safe_mode_that_a_program_turned_off_stays_on_here(
    stranger: Path, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(keras.src.saving.serialization_lib, "in_safe_mode", lambda: False)
    bad_models.with_kind("flatten", bad_models.lambda_config(tmp_path / "sprung"))(stranger)
    assert "Lambda" in refusal(stranger)
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (bad_models.kind("system", "os", command="true"), "system"),
        (bad_models.kind("Flatten", "os"), "os"),
        (bad_models.kind("function", "os") | {"config": "system"}, "function"),
        (bad_models.kind("TFOpLambda", function="nn.relu"), "TFOpLambda"),
        (bad_models.kind("SlicingOpLambda", function="x"), "SlicingOpLambda"),
        (bad_models.kind("TFSMLayer", "keras.layers", filepath="/etc"), "TFSMLayer"),
        (bad_models.kind("TorchModuleWrapper", "keras.layers"), "TorchModuleWrapper"),
        (bad_models.kind("StringLookup", "keras.layers", vocabulary="/etc/hosts"), "StringLookup"),
        (bad_models.kind("load_model", "keras.models", filepath="x.keras"), "load_model"),
        (bad_models.kind("my>Own", "my"), "Own"),
        (bad_models.kind("my>" + "x" * 99, "my"), "part"),
        ({"class_name": 3}, "part"),
    ],
)
def test_what_is_not_known_to_be_harmless_is_refused_by_its_name(
    kind: bad_models.Config, name: str, stranger: Path
) -> None:
    bad_models.with_kind("flatten", kind)(stranger)
    assert f"holds a {name}, which may carry code" in refusal(stranger)


def test_a_class_that_a_program_registered_is_not_made_for_a_file(
    stranger: Path, monkeypatch
) -> None:
    made: list[object] = []

    class Own(keras.layers.Layer):  # type: ignore[name-defined]
        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            made.append(self)

    registered = {"my>Own": Own, "Own": Own}
    monkeypatch.setattr(keras.src.saving.object_registration, "GLOBAL_CUSTOM_OBJECTS", registered)
    bad_models.with_kind("flatten", bad_models.kind("Own"))(stranger)
    assert "holds a Own" in refusal(stranger)
    assert not made


@pytest.mark.parametrize(
    "text", ["no JSON", "", "[]", '"word"', "{}", "[" * 10**5, '{"a":' * 10**5]
)
def test_a_configuration_that_is_none_is_damage(text: str, stranger: Path) -> None:
    bad_models.replace_config(stranger, lambda before: text)
    assert "is damaged" in refusal(stranger)
    with pytest.raises(ModelError, match="is damaged"):
        list_convolutions(stranger)


@pytest.mark.parametrize(
    "spoil",
    [
        bad_models.with_values("digits", units=10**9),
        bad_models.with_values("conv", filters=10**9),
        bad_models.huge_array,
        partial(bad_models.elsewhere, how="external link"),
        partial(bad_models.elsewhere, how="soft link"),
        partial(bad_models.elsewhere, how="external data"),
        partial(bad_models.elsewhere, how="virtual data"),
    ],
    ids=["many units", "many filters", "2 TB of nothing", *("external", "soft", "data", "virtual")],
)
def test_weights_that_are_too_large_or_lie_in_other_files_are_refused(
    spoil: Any, stranger: Path
) -> None:
    spoil(stranger)
    with limited_memory():
        assert "is damaged, not a Keras model, or too large" in refusal(stranger)


@contextmanager
def limited_memory() -> Iterator[None]:
    """No more than 2 GB above what the process has taken already."""
    if sys.platform != "linux":
        yield
        return
    import resource

    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (taken + 2**31, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def test_a_layer_that_makes_too_much_of_a_picture_is_refused(tmp_path: Path) -> None:
    stack = [
        keras.Input(INPUT_SHAPE),
        keras.Sequential([keras.layers.UpSampling2D(1_000), keras.layers.GlobalMaxPooling2D()]),
        keras.layers.Dense(10, "softmax"),
    ]
    keras.Sequential(stack).save(tmp_path / "model.keras")
    assert "more of a picture than fits" in refusal(tmp_path / "model.keras")


@pytest.mark.parametrize(("member", "size"), [("config.json", 2**25), ("model.weights.h5", 2**27)])
def test_an_archive_that_unpacks_to_too_much_is_refused(
    member: str, size: int, good_models: Path, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(model_config, "MOST_BYTES", 2**26)
    path = tmp_path / "bomb.keras"
    shutil.copyfile(good_models / "model.keras", path)
    bad_models.packed_zeros(path, member, size)
    assert path.stat().st_size < size / 100
    assert "is damaged, not a Keras model, or too large" in refusal(path)


@pytest.mark.parametrize("name", ["../outside.txt", "/outside.txt", "assets/x/vocabulary.txt"])
def test_an_archive_with_other_files_is_refused_and_none_is_unpacked(
    name: str, good_models: Path, tmp_path: Path
) -> None:
    (tmp_path / "inside").mkdir()
    path = tmp_path / "inside" / "model.keras"
    members = bad_models.members_of(good_models / "model.keras")
    bad_models.write_archive(path, members | {name: b"content"})
    assert "is damaged" in refusal(path)
    assert [file.name for file in tmp_path.rglob("*")] == ["inside", "model.keras"]


def test_a_file_that_is_of_both_formats_is_judged_by_what_keras_reads(
    good_models: Path, tmp_path: Path
) -> None:
    path, trap = tmp_path / "model.keras", tmp_path / "sprung"
    shutil.copyfile(good_models / "model.keras", path)
    bad_models.with_kind("flatten", bad_models.lambda_config(trap))(path)
    path.write_bytes((good_models / "model.h5").read_bytes() + path.read_bytes())
    assert h5py.is_hdf5(path)
    assert "Lambda" in refusal(path)


@pytest.mark.parametrize("name", ["model.txt", "model", "model.H5", "model.h5.gz"])
def test_a_name_without_the_suffix_of_a_model_is_refused(
    name: str, good_models: Path, tmp_path: Path
) -> None:
    shutil.copyfile(good_models / "model.h5", tmp_path / name)
    assert "ends in .h5 or .keras" in refusal(tmp_path / name)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such pipes")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "model.h5")
    assert "no plain file" in refusal(tmp_path / "model.h5")


@pytest.mark.parametrize("version", ["2.15.0", "3.9.2", "3.15.0"])
def test_an_older_keras_opens_no_file(version: str, stranger: Path, monkeypatch) -> None:
    monkeypatch.setattr(keras, "__version__", version)
    sentence = refusal(stranger)
    assert f"Keras {version} " in sentence
    assert "3.15.1" in sentence


@pytest.mark.parametrize("version", ["3.15.1", "3.16.0.dev2", "4.0"])
def test_a_newer_keras_opens_files(version: str, stranger: Path, monkeypatch) -> None:
    monkeypatch.setattr(keras, "__version__", version)
    assert load_model(stranger).count_params() > 0


def test_a_file_over_which_hdf5_loops_for_ever_is_refused(
    good_models: Path, tmp_path: Path, monkeypatch
) -> None:
    path = tmp_path / "model.h5"
    path.write_bytes((good_models / "model.h5").read_bytes())
    monkeypatch.setattr(model_config, "PATIENCE", 0.001)  # as if it did
    assert "is damaged" in refusal(path)
    with pytest.raises(ModelError, match="is damaged"):
        list_convolutions(path)


def test_papers_of_types_that_python_does_not_have_are_damage(
    good_models: Path, tmp_path: Path
) -> None:
    path = tmp_path / "model.h5"
    shutil.copyfile(good_models / "model.h5", path)
    with h5py.File(path, "r+") as file:
        scalar = h5py.h5s.create(h5py.h5s.SCALAR)
        h5py.h5a.create(file.id, b"digit_temperature", h5py.h5t.UNIX_D32LE, scalar)
    assert "is damaged" in refusal(path)


@pytest.mark.parametrize("name", ["a" * 300 + ".h5", "with\0nought.h5"])
def test_a_name_that_no_file_can_have_is_missing(tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelError, match="is missing"):
        load_model(tmp_path / name)


def test_a_file_that_may_not_be_read_is_said_to_be_there(
    good_models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbid(path: Path, *how: str) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", forbid)  # root may read whatever is there
    with pytest.raises(ModelError, match=r"model\.h5 may not be read: allow it"):
        load_model(good_models / "model.h5")


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
