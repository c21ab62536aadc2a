"""Measure a model, and write a report with pictures of what it confuses and where it looks.

    python evaluate_model.py                             # the shipped model on MNIST's test split
    python evaluate_model.py mine.keras --data pictures  # another, on a folder of your own pictures

`digits/evaluation/command.py` measures and tells.
"""

from digits.common.command_line import begin_script, leave

if __name__ == "__main__":
    begin_script()

from digits.evaluation.command import main

__all__ = ["main"]

if __name__ == "__main__":
    leave(main())
