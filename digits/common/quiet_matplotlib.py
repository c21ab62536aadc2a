"""Imported before Matplotlib, this keeps off the terminal what that remarks on its own cache."""

import logging

logging.getLogger("matplotlib").setLevel(logging.ERROR)
