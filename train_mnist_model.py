"""Train a digit recogniser: load digits, augment them, train, compare, evaluate once, write.

    python train_mnist_model.py                          # our network, MNIST downloaded
    python train_mnist_model.py --tuned tuned_recipe.json
    python train_mnist_model.py --architecture classic   # the well-known one, for comparison

`digits/training/command.py` is the run from its options to the model's file.
"""

from digits.common.command_line import begin_script, leave

if __name__ == "__main__":
    begin_script()

from digits.training.command import main

__all__ = ["main"]

if __name__ == "__main__":
    leave(main())
