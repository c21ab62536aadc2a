"""What a model file says of itself."""

from __future__ import annotations

from dataclasses import dataclass

from digits.picture.preparation import PREPARATION_VERSION


@dataclass(frozen=True)
class ModelPapers:
    """Where a model comes from and what it needs; None where unknown.

    Attributes:
        trained_at: when training ended, ISO 8601, UTC.
        trained_with: versions of Keras and its backend.
        command: the command line that trained it.
        recipe: all hyperparameters, as `training.recipe.Recipe.as_json`.
        architecture: a key of `architectures.ARCHITECTURES`.
        data: what it was trained on, in words.
        data_sha256: hash of that data, as `training.digit_sets.Mnist.sha256`.
        seed: of the run.
        epochs: passes over the training digits.
        validation_accuracy: on the training digits held back for it, 0 to 1.
        test_accuracy: on MNIST's test split, looked at once, 0 to 1.
        temperature: what the logits are divided by before the softmax; 1 until calibrated
            (Guo et al., 2017).
        doubt_score: a key of `doubt.SCORES`.
        doubt_threshold: what scores less is doubted to be a digit; nothing is if None.
        preparation_version: the version of the image preparation that the model expects.
    """

    trained_at: str | None = None
    trained_with: str | None = None
    command: str | None = None
    recipe: str | None = None
    architecture: str | None = None
    data: str | None = None
    data_sha256: str | None = None
    seed: int | None = None
    epochs: int | None = None
    validation_accuracy: float | None = None
    test_accuracy: float | None = None
    temperature: float = 1.0
    doubt_score: str = "max_probability"
    doubt_threshold: float | None = None
    preparation_version: int = PREPARATION_VERSION
