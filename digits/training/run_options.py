"""The options of `train_mnist_model.py` beside the digits: its recipe, and how the run goes."""

from __future__ import annotations

import argparse
from pathlib import Path

from digits.common.command_line import count, number, seed, whole_number
from digits.training.fine_tuning_command import OUTPUT as FINE_TUNED
from digits.training.recipe import PRECISIONS, RECIPES
from digits.training.row_command import MOST_ROWS, ROWS

OUTPUT = Path("digit_recognizer.h5")


def add_recipe_options(parser: argparse.ArgumentParser) -> None:
    """Let a command line name a recipe, what of it is another, and what to begin with."""
    recipe = parser.add_argument_group("recipe")
    recipe.add_argument("--architecture", choices=RECIPES, help="compact, unless --tuned says else")
    recipe.add_argument("--tuned", type=Path, metavar="FILE", help="of tune_mnist_model.py")
    recipe.add_argument(
        "--width",
        type=number(0.25, 4),
        metavar="X",
        help="of compact: so many times its numbers of filters (1)",
    )
    recipe.add_argument("--epochs", type=count, metavar="N", help=_defaults("epochs"))
    recipe.add_argument("--batch-size", type=count, metavar="N", help=_defaults("batch_size"))
    recipe.add_argument(
        "--learning-rate", type=number(1e-8, 10), metavar="X", help=_defaults("learning_rate")
    )
    recipe.add_argument(
        "--precision",
        choices=PRECISIONS,
        help="mixed_bfloat16 is almost twice as fast on a processor with AMX (float32)",
    )
    recipe.add_argument("--no-augmentation", action="store_true", help="leave digits as they are")
    _add_way_options(recipe)


def _add_way_options(recipe: argparse._ArgumentGroup) -> None:
    """Where the training begins, and where it ends."""
    recipe.add_argument(
        "--early-stopping",
        type=count,
        metavar="N",
        help="stop after N epochs without a lower validation loss, and keep the best epoch's model",
    )
    recipe.add_argument(
        "--start-from",
        type=Path,
        metavar="MODEL",
        help="begin with what a model of the same architecture has learnt, not at random",
    )
    recipe.add_argument(
        "--keep-of-start",
        type=number(0.0, 0.95),
        default=0.0,
        metavar="X",
        help="of the weights of --start-from, what share stays in the end (0)",
    )
    recipe.add_argument("--seed", type=seed, default=0, metavar="N", help="random seed (0)")


def add_run_options(parser: argparse.ArgumentParser) -> None:
    """Let a command line name what is trained, where it goes and what else is done."""
    run = parser.add_argument_group("run")
    run.add_argument(
        "--rows",
        type=whole_number(1, MOST_ROWS),
        nargs="?",
        const=ROWS,
        metavar="N",
        help=f"train, with N rows, the network that reads whole rows ({ROWS:,}), which lies in the "
        "same file, instead of that of digits",
    )
    run.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        help=f"where the model goes ({OUTPUT}, or {FINE_TUNED} with --fine-tune)",
    )
    run.add_argument(
        "--fine-tune",
        action="store_true",
        help="teach the corrections of --extra to the shipped model, or that of --start-from, with "
        "MNIST as rehearsal: minutes",
    )
    _add_care_options(run)


def _add_care_options(run: argparse._ArgumentGroup) -> None:
    """What is done with what is there, and what is written beside."""
    run.add_argument("--resume", action="store_true", help="go on after the last whole epoch")
    run.add_argument("--force", action="store_true", help="replace the old model even by a worse")
    run.add_argument(
        "--no-export",
        action="store_true",
        help="leave out of the model's file what answers without TensorFlow",
    )
    run.add_argument("--tensorboard", type=Path, metavar="DIR", help="write TensorBoard logs there")
    run.add_argument(
        "--show-augmentation",
        type=Path,
        metavar="PNG",
        help="do not train, but draw what augmentation makes of some digits",
    )


def _defaults(field: str) -> str:
    return ", ".join(f"{name}: {getattr(recipe, field)}" for name, recipe in RECIPES.items())
