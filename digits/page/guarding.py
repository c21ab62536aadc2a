"""Whatever goes wrong in a section of the page becomes one plain sentence, and the rest goes on."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import ParamSpec

import streamlit as st

from digits.common.errors import DigitError
from digits.screen.sentences import UNEXPECTED

logger = logging.getLogger(__name__)

P = ParamSpec("P")


def guarded(section: Callable[P, None]) -> Callable[P, None]:
    """Turn whatever goes wrong in a section of the page into one plain sentence."""

    @functools.wraps(section)
    def guard(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            section(*args, **kwargs)
        except DigitError as error:
            show_problem(str(error))
        except Exception:
            logger.exception("The page could not be shown")
            show_problem(UNEXPECTED)

    return guard


def show_problem(sentence: str) -> None:
    """Say what is wrong where the answer would stand."""
    from digits.screen import html_parts

    st.html(html_parts.message(sentence, problem=True))
