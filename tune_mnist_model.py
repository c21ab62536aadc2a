"""Search for a better recipe: sample, train, compare on validation digits, write the best.

    python tune_mnist_model.py                                      # 20 random recipes
    python tune_mnist_model.py --strategy hyperband --subset 10000  # quicker
    python train_mnist_model.py --tuned tuned_recipe.json           # train with the best

`digits/tuning/command.py` is the search from its options to the recipe's file.
"""

from digits.common.command_line import begin_script, leave

if __name__ == "__main__":
    begin_script()

from digits.tuning.command import main

__all__ = ["main"]

if __name__ == "__main__":
    leave(main())
